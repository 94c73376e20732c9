-- In: the bytes of an IP header and of what follows it, of an ARP packet or of a neighbour
-- discovery message. Out: an observation; of an IP header, without its addresses.

local addresses = require("count.address")
local observation = require("count.observation")
local tools = require("count.tools")

local byte, floor, huge, max, min = string.byte, math.floor, math.huge, math.max, math.min
local OTHER, TCP, UDP, ICMP = observation.OTHER, observation.TCP, observation.UDP, observation.ICMP
local SCTP, PORTS = observation.SCTP, observation.PORTS
local ASK, ANSWER, DATAGRAM = observation.ASK, observation.ANSWER, observation.DATAGRAM
local DATA, REFUSAL, ERROR = observation.DATA, observation.REFUSAL, observation.ERROR
local DISCOVERY = observation.DISCOVERY

-- The types of RFC 792, 950, 1256 and 8335: the role, and the type of the request.
local ICMP_TYPES = {
  [8] = { ASK, 8 }, [10] = { ASK, 10 }, [13] = { ASK, 13 }, [15] = { ASK, 15 },
  [17] = { ASK, 17 }, [42] = { ASK, 42 },
  [0] = { ANSWER, 8 }, [9] = { ANSWER, 10 }, [14] = { ANSWER, 13 }, [16] = { ANSWER, 15 },
  [18] = { ANSWER, 17 }, [43] = { ANSWER, 42 },
  [3] = { ERROR, 3 }, [4] = { ERROR, 4 }, [5] = { ERROR, 5 }, [11] = { ERROR, 11 },
  [12] = { ERROR, 12 },
}

local SOLICITATION, ADVERTISEMENT = 135, 136

-- The types of RFC 4443, 4620, 4861 and 8335. Others below 128 are errors.
local ICMPV6_TYPES = {
  [128] = { ASK, 128 }, [139] = { ASK, 139 }, [160] = { ASK, 160 },
  [129] = { ANSWER, 128 }, [140] = { ANSWER, 139 }, [161] = { ANSWER, 160 },
  [133] = { DISCOVERY, 133 }, [134] = { DISCOVERY, 134 },
  [SOLICITATION] = { DISCOVERY, SOLICITATION }, [ADVERTISEMENT] = { DISCOVERY, ADVERTISEMENT },
  [137] = { DISCOVERY, 137 },
}

local function observe(role, transport, source_port, destination_port, probe)
  return {
    role = role, transport = transport, own = transport * PORTS + source_port,
    asked = transport * PORTS + destination_port, probe = probe,
  }
end

local function has_bit(flags, bit)
  return flags % (2 * bit) >= bit
end

-- The scan types of nmap, by the flags they send.
local TCP_PROBES = {
  [0x02] = "syn", [0x01] = "fin", [0x00] = "null", [0x29] = "xmas", [0x04] = "rst",
  [0x10] = "ack", [0x11] = "maimon",
}

local function tcp_probe(flags, has_data)
  local probe = TCP_PROBES[flags % 64]
  if probe then
    return not (has_data and (probe == "ack" or probe == "maimon")) and probe or nil
  end
  return not has_bit(flags, 0x10) and not has_bit(flags, 0x04) and "flags" or nil
end

local function tcp_role(flags)
  if has_bit(flags, 0x04) then return REFUSAL end
  if not has_bit(flags, 0x10) then return ASK end
  return has_bit(flags, 0x02) and ANSWER or DATA
end

-- From a system port to one that is none (RFC 6335), or from a DHCP server to a client: an
-- answer, even where the question is missing.
local function udp_role(source, destination)
  local is_dhcp = (source == 67 and destination == 68) or (source == 547 and destination == 546)
  return (is_dhcp or (source < 1024 and destination >= 1024)) and ANSWER or DATAGRAM
end

-- What reads a payload by its transport: what begins at `at` in `bytes`, of which so many bytes
-- were captured, and so many sent (math.huge: not known). `on_wire` is then what there is of it.
local read = {}

local UP_TO_FLAGS = 14

read[TCP] = function(bytes, at, captured, length, source, destination, on_wire)
  if captured >= UP_TO_FLAGS then
    local offset, flags = byte(bytes, at + 12, at + 13)
    local header = floor(offset / 16) * 4
    local seen = observe(tcp_role(flags), TCP, source, destination,
      tcp_probe(flags, length > header))
    if seen.role == DATA then seen.payload = max(0, on_wire - header) end
    return seen
  end
  -- No stack sends so small a fragment (RFC 1858); nmap -f does, to hide the flags.
  if length < UP_TO_FLAGS then return observe(ASK, TCP, source, destination, "flags") end
  return observe(DATA, TCP, source, destination)
end

-- The UDP header, and the first datagram of a QUIC client (RFC 9000, 14.1).
local QUIC_PORT, QUIC_LENGTH = 443, 8 + 1200

read[UDP] = function(_, _, _, length, source, destination, on_wire)
  local is_quic = destination == QUIC_PORT and length ~= huge and length >= QUIC_LENGTH
  local role = udp_role(source, destination)
  local seen = observe(role, UDP, source, destination, is_quic and "quic" or "udp")
  seen.payload = max(0, on_wire - 8)
  return seen
end

-- The chunk types of RFC 9260, 3.2: INIT, INIT ACK, ABORT, COOKIE ECHO.
local CHUNKS = {
  [1] = { ASK, "sctp-init" }, [2] = { ANSWER }, [6] = { REFUSAL }, [10] = { DATA, "sctp-cookie" },
}

-- The data of an SCTP packet: the first chunk is DATA, or what may stand before it (RFC 9260,
-- 6.10): SACK, COOKIE ECHO, COOKIE ACK.
local BEFORE_DATA = { [3] = true, [10] = true, [11] = true }

local function sctp_data(bytes, at, captured, on_wire)
  if captured < 16 then return 0 end
  local kind, _, l1, l2 = byte(bytes, at + 12, at + 15)
  if kind == 0 then return max(0, on_wire - 28) end
  if not BEFORE_DATA[kind] then return 0 end
  local padded = floor((l1 * 256 + l2 + 3) / 4) * 4
  return max(0, on_wire - 28 - padded)
end

read[SCTP] = function(bytes, at, captured, _, source, destination, on_wire)
  local chunk = captured > 12 and CHUNKS[byte(bytes, at + 12)] or { DATA }
  local seen = observe(chunk[1], SCTP, source, destination, chunk[2])
  if chunk[1] == DATA then seen.payload = sctp_data(bytes, at, captured, on_wire) end
  return seen
end

-- Whether an ICMP error comes from the destination of what it is about, which has no such port or
-- protocol (RFC 1122, 3.2.2.1; RFC 4443, 3.1 and 3.4), and not from a router.
local function is_of_destination(protocol, kind, code)
  if protocol == 1 then return kind == 3 and (code == 2 or code == 3) end
  return kind == 1 and code == 4 or kind == 4 and code == 1
end

local function read_icmp(protocol, bytes, at, captured)
  if captured < 1 then return observe(DATA, ICMP, 0, 0) end
  local kind = byte(bytes, at)
  local known = (protocol == 1 and ICMP_TYPES or ICMPV6_TYPES)[kind]
    or { protocol == 58 and kind < 128 and ERROR or DATA, kind }
  local role, request = known[1], known[2]
  local probe = role == ASK and "icmp" or nil
  if role == ERROR then
    local is_refusal = captured > 1 and is_of_destination(protocol, kind, byte(bytes, at + 1))
    probe = not is_refusal and "error" or nil
  end
  return observe(role, ICMP, request, request, probe)
end

local WITH_PORTS = { [6] = TCP, [17] = UDP, [132] = SCTP }

-- What begins at `at` in `bytes`, of which `size` belong to the datagram; of it there are `rest`
-- bytes in the capture.
local function read_payload(protocol, bytes, at, size, length, rest)
  local captured = size - at + 1
  local transport = WITH_PORTS[protocol]
  if transport then
    if captured < 4 then return observe(DATA, transport, 0, 0) end
    local s1, s2, d1, d2 = byte(bytes, at, at + 3)
    return read[transport](bytes, at, captured, length, s1 * 256 + s2, d1 * 256 + d2,
      length == huge and rest or length)
  end
  if protocol == 1 or protocol == 58 then return read_icmp(protocol, bytes, at, captured) end
  return observe(DATAGRAM, OTHER, protocol, protocol, "protocol")
end

-- What cannot be read is part of something, with no ports.
local function unknown()
  return observe(DATA, OTHER, 0, 0)
end

-- `bytes` begins with the IP header; so many there are in the capture from there on.
local function read_ipv4_transport(bytes, available)
  if #bytes < 20 then return unknown() end
  local version, _, t1, t2, _, _, f1, f2, _, protocol = byte(bytes, 1, 10)
  local header, total = version % 16 * 4, t1 * 256 + t2
  local is_later_fragment = f1 % 32 * 256 + f2 ~= 0
  if is_later_fragment or header < 20 then return unknown() end
  local size, length = #bytes, huge
  if total ~= 0 then
    size, length = min(size, max(header, total)), max(header, total) - header
  end
  local seen = read_payload(protocol, bytes, header + 1, size, length, available - header)
  seen.tool = tools.find(bytes, header + 1, size, length, seen, true)
  return seen
end

local HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION_OPTIONS = 0, 43, 44, 51, 60

local function read_ipv6_transport(bytes, available)
  if #bytes < 40 then return unknown() end
  local l1, l2, protocol = byte(bytes, 5, 7)
  local size, at, length = #bytes, 41, huge
  if l1 * 256 + l2 ~= 0 then
    length = l1 * 256 + l2
    size = min(size, 40 + length)
  end
  while true do
    local is_options = protocol == HOP_BY_HOP or protocol == ROUTING
      or protocol == DESTINATION_OPTIONS
    if not (is_options or protocol == AUTHENTICATION or protocol == FRAGMENT) then
      local seen = read_payload(protocol, bytes, at, size, length, available - at + 1)
      seen.tool = tools.find(bytes, at, size, length, seen, false)
      return seen
    end
    if size - at + 1 < 8 then return unknown() end
    local next_protocol, units, o1, o2 = byte(bytes, at, at + 3)
    local header = 8
    if is_options then
      header = (units + 1) * 8
    elseif protocol == AUTHENTICATION then
      header = (units + 2) * 4
    elseif o1 * 256 + o2 >= 8 then -- a fragment that is not the first
      return unknown()
    end
    if size - at + 1 < header then return unknown() end
    protocol, at, length = next_protocol, at + header, length - header
  end
end

-- Who looks for whom, or answers; nil if nobody is looked for.
local function resolve(network, asks, from, to)
  if from:find("^\0*$") or from == to then return nil end
  local seen = observe(asks and ASK or ANSWER, OTHER, 0, 0)
  seen.from, seen.to = network .. from, network .. to
  return seen
end

-- Reads an ARP packet; nil for what looks for nobody (RFC 5227) or is not for IPv4.
local function read_arp(bytes)
  if #bytes < 8 then return nil end
  local _, _, p1, p2, hardware, length, o1, o2 = byte(bytes, 1, 8)
  local operation = o1 * 256 + o2
  if p1 ~= 8 or p2 ~= 0 or length ~= 4 or #bytes < 8 + 2 * (hardware + 4) then return nil end
  if operation ~= 1 and operation ~= 2 then return nil end
  return resolve(addresses.ARP, operation == 1, bytes:sub(9 + hardware, 12 + hardware),
    bytes:sub(13 + 2 * hardware, 16 + 2 * hardware))
end

-- Reads the neighbour solicitation or advertisement of an IPv6 packet, whose header's observation
-- is `header`; nil for any other packet, duplicate address detection and unsolicited
-- advertisements (RFC 4861).
local function read_neighbour(bytes, header)
  if header.role ~= DISCOVERY or #bytes < 40 then return nil end
  local kind = header.asked % PORTS
  if kind ~= SOLICITATION and kind ~= ADVERTISEMENT then return nil end
  local protocol, hop_limit = byte(bytes, 7, 8)
  if hop_limit ~= 255 then return nil end -- RFC 4861, 7.1: it would not be from the link
  local at = 41
  while protocol == HOP_BY_HOP or protocol == DESTINATION_OPTIONS do
    if #bytes < at + 7 then return nil end
    local next_protocol, units = byte(bytes, at, at + 1)
    protocol, at = next_protocol, at + (units + 1) * 8
  end
  if protocol ~= 58 or #bytes < at + 23 then return nil end
  local target, asks = bytes:sub(at + 8, at + 23), kind == SOLICITATION
  local from = asks and header.from:sub(2) or target
  local to = asks and target or header.to:sub(2)
  if byte(to) == 0xff then return nil end
  return resolve(addresses.NDP, asks, from, to)
end

return {
  read_arp = read_arp, read_neighbour = read_neighbour, read_ipv4_transport = read_ipv4_transport,
  read_ipv6_transport = read_ipv6_transport,
}
