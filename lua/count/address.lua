-- An address is a string: a byte for the network, then its 4 or 16 bytes.

local byte, format, min = string.byte, string.format, math.min

local IPV4, IPV6, ARP, NDP = "\1", "\2", "\3", "\4"
local NETWORK_NAMES = { [IPV4] = "IPv4", [IPV6] = "IPv6", [ARP] = "ARP", [NDP] = "NDP" }

local function network_of(address)
  return address:sub(1, 1)
end

local function is_ipv6(address)
  return #address == 17
end

-- Whether the network resolves addresses on the link and carries nothing else.
local function is_resolving(address)
  return byte(address) >= 3
end

-- The same address on the IP network that ARP or NDP resolves it for.
local function on_ip_network(address)
  return (is_ipv6(address) and IPV6 or IPV4) .. address:sub(2)
end

-- True for 224.0.0.0/4 and 255.255.255.255 (RFC 5771, RFC 919) and for ff00::/8 (RFC 4291).
local function is_multicast_or_broadcast(address)
  local first = byte(address, 2)
  if is_ipv6(address) then return first == 0xff end
  return (first >= 224 and first < 240) or address:sub(2) == "\255\255\255\255"
end

-- RFC 5952: "::" for the first of the longest runs of at least two zero groups.
local function ipv6_text(address)
  local groups = {}
  for i = 1, 8 do
    local high, low = byte(address, 2 * i, 2 * i + 1)
    groups[i] = high * 256 + low
  end
  local zeros_at, zeros = nil, 1
  for i = 1, 8 do
    local run = 0
    while groups[i + run] == 0 do run = run + 1 end
    if run > zeros then zeros_at, zeros = i, run end
  end
  local text, i = "", 1
  while i <= 8 do
    if i == zeros_at then
      text = text .. "::"
      i = i + zeros
    else
      if text ~= "" and text:sub(-1) ~= ":" then text = text .. ":" end
      text = text .. format("%x", groups[i])
      i = i + 1
    end
  end
  return text
end

local function address_text(address)
  if is_ipv6(address) then return ipv6_text(address) end
  return format("%d.%d.%d.%d", byte(address, 2, 5))
end

-- The number in the bytes from one place to another, at most six of them.
local function number(address, from, to)
  local result = 0
  for i = from, to do result = result * 256 + byte(address, i) end
  return result
end

-- Whether `b` is the address after `a`; the last of a /64 is before its first.
local function is_next(a, b)
  if not is_ipv6(a) then return number(b, 2, 5) - number(a, 2, 5) == 1 end
  if a:sub(1, 9) ~= b:sub(1, 9) then return false end
  local high, low = number(a, 10, 13), number(a, 14, 17) + 1
  if low == 4294967296 then high, low = (high + 1) % 4294967296, 0 end
  return number(b, 14, 17) == low and number(b, 10, 13) == high
end

-- Whether one address is next to the other.
local function are_beside(a, b)
  return is_next(a, b) or is_next(b, a)
end

-- Whether the address `a` comes before `b`, byte by byte: "<" would go by the locale.
local function is_less(a, b)
  for i = 1, min(#a, #b) do
    local one, other = byte(a, i), byte(b, i)
    if one ~= other then return one < other end
  end
  return #a < #b
end

return {
  IPV4 = IPV4, IPV6 = IPV6, ARP = ARP, NDP = NDP, NETWORK_NAMES = NETWORK_NAMES,
  network_of = network_of, is_ipv6 = is_ipv6, is_resolving = is_resolving,
  on_ip_network = on_ip_network, is_less = is_less, are_beside = are_beside,
  is_multicast_or_broadcast = is_multicast_or_broadcast, text = address_text,
}
