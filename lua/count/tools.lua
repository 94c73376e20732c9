-- In: a probe's headers. Out: the scanner that sends such probes. The rules, and where they come
-- from, are those of the plugin (tap/count/tools.cc).

local observation = require("count.observation")

local byte, floor = string.byte, math.floor
local TCP, UDP, ICMP = observation.TCP, observation.UDP, observation.ICMP

local function has_bit(number, bit)
  return number % (2 * bit) >= bit
end

local function number16(bytes, at)
  local high, low = byte(bytes, at, at + 1)
  return high * 256 + low
end

-- Exclusive or of numbers of 16 bits: Lua 5.2 and 5.4 have no operator in common.
local function exclusive_or(a, b)
  local result, bit = 0, 1
  while bit < 65536 do
    if a % 2 ~= b % 2 then result = result + bit end
    a, b, bit = floor(a / 2), floor(b / 2), bit * 2
  end
  return result
end

local ZMAP_ID = 54321

local function is_zmap(bytes, is_ipv4)
  return is_ipv4 and number16(bytes, 5) == ZMAP_ID
end

-- `at` is where the TCP header is in the packet.
local function is_mirai(bytes, at, is_ipv4)
  return is_ipv4 and bytes:sub(at + 4, at + 7) == bytes:sub(17, 20)
end

local function is_masscan(bytes, at, is_ipv4)
  if not is_ipv4 then return false end
  local mixed = exclusive_or(number16(bytes, 19), number16(bytes, at + 2))
  return number16(bytes, 5) == exclusive_or(mixed, number16(bytes, at + 6))
end

local NMAP_WINDOW, HPING_WINDOW, MSS = 1024, 512, 0x0204

local function is_nmap_tcp(bytes, at, captured, header)
  if number16(bytes, at + 14) ~= NMAP_WINDOW then return false end
  local flags = byte(bytes, at + 13)
  if has_bit(flags, 0x02) then
    return header == 24 and captured >= header and number16(bytes, at + 20) == MSS
  end
  return header == 20 and (not has_bit(flags, 0x10) or bytes:sub(at + 4, at + 7) == "\0\0\0\0")
end

-- What tells the tool of a packet by its transport: its header is at `at` in `bytes`, of which so
-- many were captured, and so many sent.
local tool_of = {}

tool_of[TCP] = function(bytes, at, captured, _, probe, is_ipv4)
  if captured < 20 then return nil end
  local header = floor(byte(bytes, at + 12) / 16) * 4
  if probe == "syn" then
    if is_mirai(bytes, at, is_ipv4) then return "Mirai" end
    if is_zmap(bytes, is_ipv4) then return "ZMap" end
    if is_masscan(bytes, at, is_ipv4) then return "masscan" end
  end
  if is_nmap_tcp(bytes, at, captured, header) then return "nmap" end
  return header == 20 and number16(bytes, at + 14) == HPING_WINDOW and "hping3" or nil
end

-- How nmap's payloads begin.
local NMAP_PAYLOADS = {
  "\0\0\16\0\0\0\0\0\0\0\0\0", "ww\1\0\0\1\0\0\0\0\0\0\7version", "\0\1r7tftp.txt",
  "\114\254\29\19\0\0\0\0", "\227\0\4\250\0\1\0\0\0\1\0\0", "\128\240\0\16\0\1\0\0\0\0\0\0",
  "0:\2\1\0030\15\2\2Ji\2", "\0\17\34\51\68\85\102\119\0\0\0\0", "OPTIONS sip:nm",
}

tool_of[UDP] = function(bytes, at, captured, _, _, is_ipv4)
  if is_zmap(bytes, is_ipv4) then return "ZMap" end
  for _, payload in ipairs(NMAP_PAYLOADS) do
    local is_there = captured >= 8 + #payload
    if is_there and bytes:sub(at + 8, at + 7 + #payload) == payload then return "nmap" end
  end
  return nil
end

local ECHO, ECHO_OF_IPV6, TIMESTAMP = 8, 128, 13

tool_of[ICMP] = function(bytes, at, captured, length, probe, is_ipv4)
  if probe ~= "icmp" then return nil end
  if is_zmap(bytes, is_ipv4) then return "ZMap" end
  local kind = byte(bytes, at)
  if kind == ECHO or kind == ECHO_OF_IPV6 then return length == 8 and "nmap" or nil end
  local has_no_times = kind == TIMESTAMP and length == 20 and captured >= 20
    and not bytes:sub(at + 8, at + 19):find("[^\0]")
  return has_no_times and "nmap" or nil
end

-- The tool whose probe the packet looks like that begins `bytes`, of which `size` belong to it; nil
-- for none. What follows the IP headers is at `at`, and was so long when it was sent.
local function find_tool(bytes, at, size, length, seen, is_ipv4)
  if not seen.probe or not tool_of[seen.transport] then return nil end
  if is_ipv4 and has_bit(byte(bytes, 7), 0x40) then return nil end
  return tool_of[seen.transport](bytes, at, size - at + 1, length, seen.probe, is_ipv4)
end

return { find = find_tool }
