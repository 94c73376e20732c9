-- In: the fields that Wireshark's dissection gives of a frame. Out: observations.

local address = require("count.address")
local headers = require("count.headers")
local append_all = require("count.lists").append_all
local make_time = require("count.time").make

local byte, huge, min = string.byte, math.huge, math.min
local IPV4, IPV6 = address.IPV4, address.IPV6

-- Field extractors must be made before any packet is read. Those of addresses give one value for
-- each header of the frame, in the order of dissection.
local fields = {
  time = Field.new("frame.time_epoch"),
  ipv4_source = Field.new("ip.src"),
  ipv4_destination = Field.new("ip.dst"),
  ipv6_source = Field.new("ipv6.src"),
  ipv6_destination = Field.new("ipv6.dst"),
  icmp = Field.new("icmp"),
  icmpv6 = Field.new("icmpv6"),
  arp = Field.new("arp"),
  protocols = Field.new("frame.protocols"),
  ethertypes = { Field.new("eth.type"), Field.new("vlan.etype"), Field.new("sll.etype") },
}

-- Up to `most` bytes of the data that a field was found in, from `offset` on.
local function bytes_at(field, offset, most)
  local source = field.source
  local size = min(most, source:len() - offset)
  if offset < 0 or size <= 0 then return "" end
  return source:raw(offset, size)
end

local UP_TO_PAYLOAD = 8 + 20 -- UDP's header and what tells a scanner's payload; more than of others
local WITH_OPTIONS = 60 + UP_TO_PAYLOAD -- the longest IPv4 header, and what follows it
local WITHOUT_EXTENSIONS = 40 + UP_TO_PAYLOAD -- with a neighbour solicitation's target

-- The bytes of a header and of what follows it, from the field with its source address, and how
-- many there are in all.
local function ipv4_bytes(source)
  local offset = source.offset - 12
  return bytes_at(source, offset, WITH_OPTIONS), source.source:len() - offset
end

local function ipv6_bytes(source)
  local bytes = bytes_at(source, source.offset - 8, WITHOUT_EXTENSIONS)
  local protocol = byte(bytes, 7)
  if protocol ~= 6 and protocol ~= 17 and protocol ~= 58 then
    bytes = bytes_at(source, source.offset - 8, huge)
  end
  return bytes, source.source:len() - (source.offset - 8)
end

local LONGEST_ARP = 8 + 2 * (255 + 4)

-- Whether a header is quoted by one of these ICMP messages: it lies within it, in the same data.
local function is_quoted(header, messages)
  local data
  for _, message in ipairs(messages) do
    local from = message.offset
    if header.offset >= from and header.offset < from + message.len then
      data = data or header.source:raw()
      if message.source:raw() == data then return true end
    end
  end
  return false
end

-- The time of the frame that is being read; nil if it has none.
local function frame_time()
  local field = fields.time()
  if not field then return nil end
  return make_time(field.value.secs, field.value.nsecs)
end

-- The first `count` of the headers that no ICMP message quotes. A tap passes quotes over, and
-- what is malformed or waits for reassembly; behind the latter two nothing is dissected.
local function tapped_headers(found, count)
  if #found == count then return found end
  local messages = { fields.icmp() }
  append_all(messages, { fields.icmpv6() })
  local tapped = {}
  for _, header in ipairs(found) do
    if #tapped == count then break end
    if not is_quoted(header, messages) then tapped[#tapped + 1] = header end
  end
  return tapped
end

-- The ARP packet of the frame that is being read, or nil. Where the hardware type is ATM's but
-- the rest is not, Wireshark recognises ARP and shows nothing of it: it follows its EtherType.
local function arp_packet(ip_count)
  local arp = fields.arp()
  if arp then return bytes_at(arp, arp.offset, LONGEST_ARP) end
  if ip_count > 0 then return nil end
  local protocols = fields.protocols()
  if not protocols or not (protocols.value .. ":"):find(":arp:", 1, true) then return nil end
  for _, extract in ipairs(fields.ethertypes) do
    for _, ethertype in ipairs({ extract() }) do
      if ethertype.value == 0x0806 then
        return bytes_at(ethertype, ethertype.offset + 2, LONGEST_ARP)
      end
    end
  end
  return nil
end

-- Whether the frame that is being read has an ICMP message.
local function has_icmp()
  return fields.icmp() ~= nil or fields.icmpv6() ~= nil
end

local ENDS_IN_IPV6_OPTIONS = { "", "%.hopopts", "%.dstopts", "%.routing" }

-- The network of the frame's innermost header, if that came to no tap, of which there were so many
-- as `seen` says: dissection may end in its options, before the tap, when the addresses are known.
local function ends_in_options(seen)
  if not fields.protocols() or has_icmp() then return nil end
  -- 4.6 dissects the option of ILNP (RFC 6744) as a protocol of its own.
  local protocols = fields.protocols().value:gsub(":ilnp$", "")
  if protocols:find(":ip$") then
    return #{ fields.ipv4_destination() } > seen[IPV4] and IPV4 or nil
  end
  for _, last in ipairs(ENDS_IN_IPV6_OPTIONS) do
    if protocols:find(":ipv6" .. last .. "$") then
      return #{ fields.ipv6_destination() } > seen[IPV6] and IPV6 or nil
    end
  end
  return nil
end

local NETWORKS = {
  { IPV4, fields.ipv4_source, fields.ipv4_destination, ipv4_bytes, headers.read_ipv4_transport },
  { IPV6, fields.ipv6_source, fields.ipv6_destination, ipv6_bytes, headers.read_ipv6_transport },
}

-- Calls observe(observation) for each header of the frame that is being read, and for each IPv6
-- neighbour that is looked for. Of each network, the taps saw so many as `seen` says; so many as
-- `done` says were observed before.
local function observe_headers(seen, done, observe)
  for _, each in ipairs(NETWORKS) do
    local network, source, destination, bytes_of, read = each[1], each[2], each[3], each[4], each[5]
    local count = seen[network]
    if count > done[network] then
      local sources = tapped_headers({ source() }, count)
      local destinations = tapped_headers({ destination() }, count)
      for i = done[network] + 1, #sources do
        local bytes, available = bytes_of(sources[i])
        local header = read(bytes, available)
        header.from = network .. sources[i].range:raw()
        header.to = network .. destinations[i].range:raw()
        observe(header)
        local neighbour = network == IPV6 and headers.read_neighbour(bytes, header)
        if neighbour then observe(neighbour) end
      end
      done[network] = count
    end
  end
end

-- The same for its ARP packet, for which there is no tap.
local function observe_arp(seen, observe)
  local arp = arp_packet(seen[IPV4] + seen[IPV6])
  if not arp then return end
  local observation = headers.read_arp(arp)
  if observation then observe(observation) end
end

return {
  ends_in_options = ends_in_options, frame_time = frame_time, has_icmp = has_icmp,
  observe_headers = observe_headers, observe_arp = observe_arp,
}
