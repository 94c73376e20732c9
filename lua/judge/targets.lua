-- In: the destinations that a source scans or contacts first. Out: what a report says of them.

local addresses = require("count.address")
local parameters = require("judge.parameters")
local times = require("count.time")

local byte, char, floor, rep = string.byte, string.char, math.floor, string.rep
local is_ipv6, PORTS = addresses.is_ipv6, require("count.observation").PORTS

local function number_text(number)
  return string.format("%.0f", number)
end

-- In the plugin's order: of kinds that are equally frequent, the first is shown.
local PROBES = {
  "none", "syn", "ack", "fin", "null", "xmas", "maimon", "rst", "flags", "udp", "quic",
  "sctp-init", "sctp-cookie", "icmp", "protocol", "error",
}

-- RFC 1918, 6598 (carriers' NAT), 3927 and 1122; RFC 4193 and 4291.
local function is_private(address)
  local a, b = byte(address, 2, 3)
  if is_ipv6(address) then return floor(a / 2) == 0x7e or (a == 0xfe and floor(b / 64) == 2) end
  return a == 10 or a == 127 or (a == 172 and floor(b / 16) == 1) or (a == 192 and b == 168)
    or (a == 100 and floor(b / 64) == 1) or (a == 169 and b == 254)
end

-- The same /24, or /64.
local function is_own_network(source, target)
  local last = is_ipv6(source) and 9 or 4
  return source:sub(2, last) == target:sub(2, last)
end

local function bits_of(address)
  return 8 * (#address - 1)
end

-- How many leading bits two addresses share.
local function common_bits(a, b)
  for i = 2, #a do
    local one, other = byte(a, i), byte(b, i)
    if one ~= other then
      local bits, unit = 8 * (i - 2), 128
      while floor(one / unit) == floor(other / unit) do
        bits, unit = bits + 1, unit / 2
      end
      return bits
    end
  end
  return bits_of(a)
end

-- The address with all bits after the first `bits` cleared.
local function first_of_block(address, bits)
  local whole, rest = floor(bits / 8), bits % 8
  local first = address:sub(1, 1 + whole)
  if rest > 0 then
    local unit = 2 ^ (8 - rest)
    first = first .. char(floor(byte(address, 2 + whole) / unit) * unit)
  end
  return first .. rep("\0", #address - #first)
end

local function is_covered(count, rest)
  return rest < 32 and count >= parameters.BLOCK_COVERED * 2 ^ rest
end

-- The block of the sorted addresses: the least that holds them all, or, where they do not cover it,
-- the /24 (/120) that holds most of them.
local function find_block(sorted, targets)
  if #sorted < 2 then return end
  local bits, common = bits_of(sorted[1]), common_bits(sorted[1], sorted[#sorted])
  local function take(address, prefix, count)
    targets.block, targets.prefix = first_of_block(address, prefix), prefix
    targets.in_block = count
  end
  if is_covered(#sorted, bits - common) then return take(sorted[1], common, #sorted) end
  local prefix, most, from = bits - 8, 0, 1
  while from <= #sorted do
    local to = from
    while to <= #sorted and common_bits(sorted[from], sorted[to]) >= prefix do to = to + 1 end
    if to - from > most and is_covered(to - from, 8) then
      most = to - from
      take(sorted[from], prefix, most)
    end
    from = to
  end
end

-- The key with the highest count, the first of them in the order of `keys`.
local function most_frequent(counts, keys)
  local most, found = 0, nil
  for _, key in ipairs(keys) do
    if (counts[key] or 0) > most then most, found = counts[key], key end
  end
  return found
end

local function increment(counts, key)
  counts[key] = (counts[key] or 0) + 1
end

local ICMP_NAMES = {
  [8] = "ICMP echo", [10] = "ICMP router solicitation", [13] = "ICMP timestamp",
  [15] = "ICMP information", [17] = "ICMP mask",
}
local ICMPV6_NAMES = { [128] = "ICMPv6 echo", [139] = "ICMPv6 node information" }

local PROBE_NAMES = {
  syn = "SYN", ack = "ACK", fin = "FIN", null = "NULL", xmas = "Xmas", maimon = "Maimon",
  rst = "RST", flags = "TCP flags", udp = "UDP", quic = "QUIC", ["sctp-init"] = "SCTP INIT",
  ["sctp-cookie"] = "SCTP COOKIE ECHO", protocol = "IP protocol",
}

local function icmp_name(source, kind)
  local is_v6 = is_ipv6(source)
  return (is_v6 and ICMPV6_NAMES or ICMP_NAMES)[kind]
    or (is_v6 and "ICMPv6" or "ICMP") .. " type " .. number_text(kind)
end

-- The most frequent probe in the words of nmap's manual, or nil.
local function name_of_probe(source, targets)
  if addresses.is_resolving(source) then
    return addresses.NETWORK_NAMES[addresses.network_of(source)]
  end
  if targets.probe == "icmp" then return icmp_name(source, targets.service % PORTS) end
  if targets.probe == "syn" and targets.connects then return "connect" end
  return PROBE_NAMES[targets.probe]
end

-- Describes targets, given in the order of time.
local function describe(source, sightings)
  local targets = {
    count = #sightings, probe = "none", service = 0, connects = false, prefix = 0, in_block = 0,
    sequential = false, in_own_network = 0, in_private = 0, elsewhere = 0, lasted = 0,
  }
  if #sightings == 0 then return targets end
  local probes, services, order, list, in_order = {}, {}, {}, {}, 0
  for i, sighting in ipairs(sightings) do
    local pair = sighting.pair
    local address = pair.address
    increment(probes, pair.probe or "none")
    if pair.asked then
      if not services[pair.service] then order[#order + 1] = pair.service end
      increment(services, pair.service)
    end
    targets.connects = targets.connects or pair.connected or false
    if i > 1 and addresses.are_beside(list[i - 1], address) then in_order = in_order + 1 end
    increment(targets, is_own_network(source, address) and "in_own_network"
      or is_private(address) and "in_private" or "elsewhere")
    list[i] = address
  end
  table.sort(order)
  targets.probe = most_frequent(probes, PROBES)
  targets.service = most_frequent(services, order) or 0
  targets.sequential = targets.count > 2
    and in_order >= parameters.SEQUENTIAL * (targets.count - 1)
  if sightings[1].time then
    targets.lasted = times.nanoseconds_between(sightings[1].time, sightings[#sightings].time)
  end
  table.sort(list, addresses.is_less)
  find_block(list, targets)
  if targets.block then
    targets.block_text = addresses.text(targets.block) .. "/" .. number_text(targets.prefix)
    targets.block_size = 2 ^ (bits_of(targets.block) - targets.prefix)
  end
  targets.probe_name = name_of_probe(source, targets)
  return targets
end

return { describe = describe }
