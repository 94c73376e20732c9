-- An address is a string: a byte for the network, then its 4 or 16 bytes.

local byte, format, min = string.byte, string.format, math.min

local IPV4, IPV6, ARP = "\1", "\2", "\3"
local NETWORK_NAMES = { [IPV4] = "IPv4", [IPV6] = "IPv6", [ARP] = "ARP" }

-- True for 224.0.0.0/4 and 255.255.255.255 (RFC 5771, RFC 919) and for ff00::/8 (RFC 4291).
local function is_multicast_or_broadcast(address)
  local network, first = byte(address, 1, 2)
  if network == 2 then return first == 0xff end
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
  if address:sub(1, 1) == IPV6 then return ipv6_text(address) end
  return format("%d.%d.%d.%d", byte(address, 2, 5))
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
  IPV4 = IPV4, IPV6 = IPV6, ARP = ARP, NETWORK_NAMES = NETWORK_NAMES, is_less = is_less,
  is_multicast_or_broadcast = is_multicast_or_broadcast, text = address_text,
}
