-- In: the bytes of an IP header and of what follows it, or of an ARP packet. Out: the role, the
-- transport and the ports of an observation.

local address = require("count.address")
local observation = require("count.observation")

local byte, max, min = string.byte, math.max, math.min
local OTHER, TCP, UDP, ICMP = observation.OTHER, observation.TCP, observation.UDP, observation.ICMP
local ASK, ANSWER, DATAGRAM = observation.ASK, observation.ANSWER, observation.DATAGRAM
local DATA, REFUSAL, ERROR = observation.DATA, observation.REFUSAL, observation.ERROR
local ARP = address.ARP

-- The types of RFC 792, 950, 1256 and 8335: the role, and the type of the request.
local ICMP_TYPES = {
  [8] = { ASK, 8 }, [10] = { ASK, 10 }, [13] = { ASK, 13 }, [15] = { ASK, 15 },
  [17] = { ASK, 17 }, [42] = { ASK, 42 },
  [0] = { ANSWER, 8 }, [9] = { ANSWER, 10 }, [14] = { ANSWER, 13 }, [16] = { ANSWER, 15 },
  [18] = { ANSWER, 17 }, [43] = { ANSWER, 42 },
  [3] = { ERROR, 3 }, [4] = { ERROR, 4 }, [5] = { ERROR, 5 }, [11] = { ERROR, 11 },
  [12] = { ERROR, 12 },
}

-- The types of RFC 4443, 4620, 4861 and 8335. Below 128 are errors.
local ICMPV6_TYPES = {
  [128] = { ASK, 128 }, [133] = { ASK, 133 }, [135] = { ASK, 135 }, [139] = { ASK, 139 },
  [160] = { ASK, 160 },
  [129] = { ANSWER, 128 }, [134] = { ANSWER, 133 }, [136] = { ANSWER, 135 },
  [140] = { ANSWER, 139 }, [161] = { ANSWER, 160 },
  [137] = { ERROR, 137 },
}

local function has_bit(flags, bit)
  return flags % (2 * bit) >= bit
end

local function tcp_role(flags)
  if has_bit(flags, 4) then return REFUSAL end
  if not has_bit(flags, 16) then return ASK end
  return has_bit(flags, 2) and ANSWER or DATA
end

-- From a system port to one that is none (RFC 6335), or from a DHCP server to a client: an
-- answer, even where the question is missing.
local function udp_role(source, destination)
  local is_dhcp = (source == 67 and destination == 68) or (source == 547 and destination == 546)
  return (is_dhcp or (source < 1024 and destination >= 1024)) and ANSWER or DATAGRAM
end

-- The role, the transport, the source's and the destination's port of what begins at `at` in
-- `bytes`, of which `size` belong to the datagram.
local function read_payload(protocol, bytes, at, size)
  local captured = size - at + 1
  if protocol == 6 then
    if captured < 14 then return DATA, TCP, 0, 0 end
    local s1, s2, d1, d2 = byte(bytes, at, at + 3)
    return tcp_role(byte(bytes, at + 13)), TCP, s1 * 256 + s2, d1 * 256 + d2
  elseif protocol == 17 then
    if captured < 4 then return DATA, UDP, 0, 0 end
    local s1, s2, d1, d2 = byte(bytes, at, at + 3)
    local source, destination = s1 * 256 + s2, d1 * 256 + d2
    return udp_role(source, destination), UDP, source, destination
  elseif protocol == 1 or protocol == 58 then
    if captured < 1 then return DATA, ICMP, 0, 0 end
    local kind = byte(bytes, at)
    local known = (protocol == 1 and ICMP_TYPES or ICMPV6_TYPES)[kind]
    if known then return known[1], ICMP, known[2], known[2] end
    return (protocol == 58 and kind < 128) and ERROR or DATA, ICMP, kind, kind
  end
  return DATAGRAM, OTHER, protocol, protocol
end

-- What cannot be read is part of something, with no ports. `bytes` begins with the IP header.
local function read_ipv4_transport(bytes)
  if #bytes < 20 then return DATA, OTHER, 0, 0 end
  local version, _, t1, t2, _, _, f1, f2, _, protocol = byte(bytes, 1, 10)
  local header, total = version % 16 * 4, t1 * 256 + t2
  local is_later_fragment = f1 % 32 * 256 + f2 ~= 0
  if is_later_fragment or header < 20 then return DATA, OTHER, 0, 0 end
  local size = #bytes
  if total ~= 0 then size = min(size, max(header, total)) end
  return read_payload(protocol, bytes, header + 1, size)
end

local HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION_OPTIONS = 0, 43, 44, 51, 60

local function read_ipv6_transport(bytes)
  if #bytes < 40 then return DATA, OTHER, 0, 0 end
  local l1, l2, protocol = byte(bytes, 5, 7)
  local size, at = #bytes, 41
  if l1 * 256 + l2 ~= 0 then size = min(size, 40 + l1 * 256 + l2) end
  while true do
    local is_options = protocol == HOP_BY_HOP or protocol == ROUTING
      or protocol == DESTINATION_OPTIONS
    if not (is_options or protocol == AUTHENTICATION or protocol == FRAGMENT) then
      return read_payload(protocol, bytes, at, size)
    end
    if size - at + 1 < 8 then return DATA, OTHER, 0, 0 end
    local next_protocol, length, o1, o2 = byte(bytes, at, at + 3)
    local header = 8
    if is_options then
      header = (length + 1) * 8
    elseif protocol == AUTHENTICATION then
      header = (length + 2) * 4
    elseif o1 * 256 + o2 >= 8 then -- a fragment that is not the first
      return DATA, OTHER, 0, 0
    end
    if size - at + 1 < header then return DATA, OTHER, 0, 0 end
    protocol, at = next_protocol, at + header
  end
end

-- Who asks or answers in an ARP packet; nil for what looks for nobody (RFC 5227) or is no IPv4.
local function read_arp(bytes)
  if #bytes < 8 then return nil end
  local _, _, p1, p2, hardware, length, o1, o2 = byte(bytes, 1, 8)
  local operation = o1 * 256 + o2
  if p1 ~= 8 or p2 ~= 0 or length ~= 4 or #bytes < 8 + 2 * (hardware + 4) then return nil end
  if operation ~= 1 and operation ~= 2 then return nil end
  local source = bytes:sub(9 + hardware, 12 + hardware)
  local destination = bytes:sub(13 + 2 * hardware, 16 + 2 * hardware)
  if source == "\0\0\0\0" or source == destination then return nil end
  return ARP .. source, ARP .. destination, operation == 1 and ASK or ANSWER
end

return { read_arp = read_arp, read_ipv4_transport = read_ipv4_transport,
  read_ipv6_transport = read_ipv6_transport }
