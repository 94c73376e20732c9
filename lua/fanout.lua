-- Fan-out: who contacts how many hosts, and who of them is scanning.
--
-- The Lua companion of the binary plugin "fanout", for those who cannot install one. Copy this file
-- into the folder "Personal Lua Plugins" (Help > About > Folders). It gives
--
--   Statistics > Scan Suspects
--   tshark -q -r FILE -z fanout[,threshold][,text|json|csv][,all][,pairs][,top=N][,unicast]
--                        [,ports=N][,window=SECONDS][,full][,file=PATH][,filter]
--
-- Lua 5.2 to 5.4, Wireshark 4.0 to 4.6. Where the binary plugin is loaded this file does nothing.
--
-- It counts, judges and reports as the plugin does. What is missing here:
--   * "dissection", "header_frames", "full_frames" in JSON: every frame is dissected in full.
--   * the names of services ("name" beside "transport" and "port", *_service_name in CSV): Lua
--     cannot look them up.
--   * the memory limit, and with it all estimates: "limit", "exact", "low", "high" in JSON.
--   * "allowed", the preferences, the HTML report, the marking of packets and the progress line.
--   * file=PATH replaces a symbolic link, not what it points to, and keeps no permissions.

-- The plugin registers this preference.
if get_preference("fanout.threshold") ~= nil then return end

set_plugin_info({
  version = "1.0",
  description = "Unique destinations per source, and who of them is scanning",
})

---------------------------------------------------------------------------------------------------
-- Numbers and text
---------------------------------------------------------------------------------------------------

local floor, max, min, log, huge = math.floor, math.max, math.min, math.log, math.huge
local byte, format, rep = string.byte, string.format, string.rep
local concat = table.concat

local REPLACEMENT = "\239\191\189" -- U+FFFD

local function map(rows, convert, ...)
  local converted = {}
  for i, row in ipairs(rows) do converted[i] = convert(row, ...) end
  return converted
end

local function append_all(list, ...)
  for _, items in ipairs({ ... }) do
    for _, item in ipairs(items) do list[#list + 1] = item end
  end
  return list
end

-- A whole number: "%d" refuses a double beyond 2^31 in some versions.
local function whole(number)
  return format("%.0f", number)
end

-- With a point whatever the locale.
local function decimal(number, decimals)
  return (format("%." .. decimals .. "f", number):gsub("[^%d%-]+", "."))
end

-- Addresses are compared as bytes: "<" would go by the locale.
local function bytes_less(a, b)
  for i = 1, min(#a, #b) do
    local one, other = byte(a, i), byte(b, i)
    if one ~= other then return one < other end
  end
  return #a < #b
end

-- The code point that begins at `at`, and its length: nil and 1 for a byte that is not UTF-8.
local function code_point(text, at)
  local first = byte(text, at)
  if first < 0x80 then
    if first == 0 then return nil, 1 end
    return first, 1
  end
  local length, point, least
  if first >= 0xc2 and first < 0xe0 then
    length, point, least = 2, first - 0xc0, 0x80
  elseif first >= 0xe0 and first < 0xf0 then
    length, point, least = 3, first - 0xe0, 0x800
  elseif first >= 0xf0 and first < 0xf5 then
    length, point, least = 4, first - 0xf0, 0x10000
  else
    return nil, 1
  end
  for i = at + 1, at + length - 1 do
    local next_byte = byte(text, i)
    if not next_byte or next_byte < 0x80 or next_byte >= 0xc0 then return nil, 1 end
    point = point * 64 + next_byte - 0x80
  end
  local is_surrogate = point >= 0xd800 and point < 0xe000
  if point < least or is_surrogate or point > 0x10ffff then return nil, 1 end
  return point, length
end

-- `text` with what is not UTF-8, or not allowed, replaced.
local function replace_unless(text, is_allowed, replacement)
  local pieces = {}
  local at = 1
  while at <= #text do
    local point, length = code_point(text, at)
    local good = point and is_allowed(point)
    pieces[#pieces + 1] = good and text:sub(at, at + length - 1) or replacement
    at = at + length
  end
  return concat(pieces)
end

local function is_no_terminal_control(point)
  return point < 0x7f or point > 0x9f
end

local function is_no_control(point)
  return point >= 0x20 and is_no_terminal_control(point)
end

local function in_ranges(ranges, point)
  for i = 1, #ranges, 2 do
    if point >= ranges[i] and point <= ranges[i + 1] then return true end
  end
  return false
end

-- Characters that have no width of their own, reorder their line or end it.
local UNPRINTABLE = {
  0xad, 0xad, 0x600, 0x605, 0x61c, 0x61c, 0x6dd, 0x6dd, 0x70f, 0x70f, 0x180e, 0x180e,
  0x200b, 0x200f, 0x2028, 0x202e, 0x2060, 0x206f, 0xfdd0, 0xfdef, 0xfeff, 0xfeff,
  0xfff0, 0xfffb, 0xfffe, 0xffff, 0xe0000, 0xe0fff,
}
local NO_WIDTH = { 0x300, 0x36f, 0x483, 0x489, 0x591, 0x5bd, 0x20d0, 0x20ff, 0xfe00, 0xfe0f }
local WIDE = {
  0x1100, 0x115f, 0x2e80, 0x303e, 0x3041, 0xa4cf, 0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe30, 0xfe6f,
  0xff01, 0xff60, 0xffe0, 0xffe6, 0x1f300, 0x1f64f, 0x1f900, 0x1f9ff, 0x20000, 0x3fffd,
}

local function is_printable(point)
  return is_no_control(point) and not in_ranges(UNPRINTABLE, point)
end

local function is_ascii(point)
  return point >= 0x20 and point <= 0x7e
end

-- `text` as a terminal can show it in a line.
local function printable(text, unicode)
  if unicode then return replace_unless(text, is_printable, REPLACEMENT) end
  return replace_unless(text, is_ascii, "?")
end

local function width_of(point)
  if not point or point < 0x300 then return 1 end
  if in_ranges(NO_WIDTH, point) then return 0 end
  return in_ranges(WIDE, point) and 2 or 1
end

-- The columns that a terminal gives to printable text.
local function display_width(text)
  if not text:find("[\128-\255]") then return #text end
  local width, at = 0, 1
  while at <= #text do
    local point, length = code_point(text, at)
    width = width + width_of(point)
    at = at + length
  end
  return width
end

-- The longest beginning of `text` that takes at most so many columns.
local function beginning(text, columns)
  local at = 1
  while at <= #text do
    local point, length = code_point(text, at)
    local width = width_of(point)
    if width > columns then break end
    columns = columns - width
    at = at + length
  end
  return text:sub(1, at - 1)
end

local function shortened(text, columns, unicode)
  if display_width(text) <= columns then return text end
  local ellipsis = beginning(unicode and "…" or "...", columns)
  return beginning(text, columns - display_width(ellipsis)) .. ellipsis
end

---------------------------------------------------------------------------------------------------
-- Times: seconds and nanoseconds apart, as one number would not hold both. nil: no time stamp.
---------------------------------------------------------------------------------------------------

local BILLION = 1e9

local function make_time(seconds, nanoseconds)
  local most = 9223372035 -- the plugin counts nanoseconds in 64 bits
  seconds = max(-most, min(most, seconds))
  local carry = floor(nanoseconds / BILLION)
  return { seconds + carry, nanoseconds - carry * BILLION }
end

local function is_earlier(a, b)
  if a[1] ~= b[1] then return a[1] < b[1] end
  return a[2] < b[2]
end

-- The time from `first` to `last`, exact if that is below 104 days.
local function nanoseconds_between(first, last)
  return (last[1] - first[1]) * BILLION + (last[2] - first[2])
end

-- Seconds to the nanosecond: "-0.500000000".
local function exact_seconds(time)
  local sign, seconds, nanoseconds = "", time[1], time[2]
  if seconds < 0 then
    sign, seconds = "-", -seconds
    if nanoseconds > 0 then
      seconds, nanoseconds = seconds - 1, BILLION - nanoseconds
    end
  end
  return sign .. format("%.0f.%09.0f", seconds, nanoseconds)
end

local function exact_duration(first, last)
  local seconds, nanoseconds = last[1] - first[1], last[2] - first[2]
  if nanoseconds < 0 then
    seconds, nanoseconds = seconds - 1, nanoseconds + BILLION
  end
  return exact_seconds({ seconds, nanoseconds })
end

-- "1m42s": a number of `small` units, of which `ratio` make a large one.
local function two_units(number, ratio, large, small)
  return format("%.0f%s%02.0f%s", floor(number / ratio), large, number % ratio, small)
end

local function human_duration(first, last)
  if not first then return "-" end
  local exact = nanoseconds_between(first, last) / BILLION
  if exact == 0 then return "0 s" end
  if exact < 0.001 then return "<1 ms" end
  if exact < 0.9995 then return decimal(exact * 1000, 0) .. " ms" end
  if exact < 59.95 then return decimal(exact, 1) .. " s" end
  local seconds = floor(exact + 0.5)
  if seconds < 3600 then return two_units(seconds, 60, "m", "s") end
  if seconds < 24 * 3600 then return two_units(floor(seconds / 60), 60, "h", "m") end
  if seconds < 100 * 24 * 3600 then return two_units(floor(seconds / 3600), 24, "d", "h") end
  return whole(floor(seconds / (24 * 3600))) .. " d"
end

-- The day and the second in UTC. os.date() does not know all times that captures hold.
local function utc(time)
  local seconds = time[1]
  local days = floor(seconds / 86400)
  local clock = seconds - days * 86400
  -- Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": civil_from_days.
  local shifted = days + 719468
  local era = floor(shifted / 146097)
  local day_of_era = shifted - era * 146097
  local year_of_era = floor((day_of_era - floor(day_of_era / 1460) + floor(day_of_era / 36524)
    - floor(day_of_era / 146096)) / 365)
  local day_of_year = day_of_era
    - (365 * year_of_era + floor(year_of_era / 4) - floor(year_of_era / 100))
  local month_index = floor((5 * day_of_year + 2) / 153)
  local day = day_of_year - floor((153 * month_index + 2) / 5) + 1
  local month = month_index < 10 and month_index + 3 or month_index - 9
  local year = year_of_era + era * 400 + (month <= 2 and 1 or 0)
  return format("%04.0f-%02.0f-%02.0f %02.0f:%02.0f:%02.0f", year, month, day,
    floor(clock / 3600), floor(clock / 60) % 60, clock % 60)
end

local function human_bytes(bytes)
  if bytes < 1000 then return whole(bytes) .. " B" end
  local number = bytes / 1000
  local prefix = 1
  while number >= 999.5 do
    number = number / 1000
    prefix = prefix + 1
  end
  local decimals = number < 9.995 and 2 or number < 99.95 and 1 or 0
  return decimal(number, decimals) .. " " .. ("kMGTPE"):sub(prefix, prefix) .. "B"
end

---------------------------------------------------------------------------------------------------
-- Options: the argument of -z
---------------------------------------------------------------------------------------------------

local parse_options, default_options, parse_number, quoted, USAGE
do
  USAGE = "fanout[,threshold][,text|json|csv][,all][,pairs][,top=N][,unicast][,ports=N]"
    .. "[,window=SECONDS][,full][,file=PATH][,filter]"
  local LARGEST_NUMBER = 4294967296
  local FORMATS = { text = true, json = true, csv = true, html = true }
  local FLAGS = { all = true, pairs = true, unicast = true, full = true }
  local LEAST = { threshold = 0, top = 1, ports = 1, window = 1 }

  function quoted(text)
    return '"' .. text .. '"'
  end

  function parse_number(name, text)
    local number = text:find("^%d+$") and tonumber(text)
    if number and number >= LEAST[name] and number <= LARGEST_NUMBER then return number end
    return nil, format("%s must be a whole number from %.0f to %.0f, not %s", name, LEAST[name],
      LARGEST_NUMBER, quoted(text))
  end

  -- Takes one option: true if it is one, and nil or an error.
  local function parse_word(options, word, is_first)
    local problem
    local function once(name)
      if options.given[name] then problem = problem or quoted(name) .. " is given twice" end
      options.given[name] = true
    end
    if is_first and word:find("^[+-]?%d+$") then
      options.threshold, problem = parse_number("threshold", word)
      return true, problem
    end
    if FORMATS[word] then
      if options.given_format then
        problem = "give one format: " .. quoted(options.given_format) .. " or " .. quoted(word)
      elseif word == "html" then
        problem = '"html" needs the binary plugin; there is text, json and csv'
      end
      options.given_format, options.format = word, word
      return true, problem
    end
    if FLAGS[word] then
      options[word] = true
      once(word)
      return true, problem
    end
    local key, value = word:match("^(.-)=(.*)$")
    if key == "file" then
      if value == "" then problem = "file= needs a path" end
      options.file = value
    elseif key == "top" or key == "ports" or key == "window" then
      options[key], problem = parse_number(key, value)
    else
      return false
    end
    once(key)
    return true, problem
  end

  function default_options()
    return { threshold = 50, ports = 15, window = 0, format = "text", filter = "", given = {} }
  end

  -- The options, or nil and why they were refused.
  function parse_options(argument)
    local options = default_options()
    local rest = argument:match("^fanout(.*)$")
    if not rest or not (rest == "" or rest:sub(1, 1) == ",") then
      return nil, quoted(argument) .. " is not a statistic; did you mean " .. USAGE .. "?"
    end
    local is_first = true
    while rest ~= "" do
      rest = rest:sub(2)
      local word = rest:match("^[^,]*")
      local is_known, problem = parse_word(options, word, is_first)
      if problem then return nil, problem end
      if not is_known then break end
      rest = rest:sub(#word + 1)
      is_first = false
    end
    options.filter = rest
    return options
  end
end

---------------------------------------------------------------------------------------------------
-- Observe: what a frame says about who contacts whom
--
-- An address is a string: a byte for the network, then its 4 or 16 bytes.
---------------------------------------------------------------------------------------------------

local IPV4, IPV6, ARP = "\1", "\2", "\3"
local NETWORK_NAMES = { [IPV4] = "IPv4", [IPV6] = "IPv6", [ARP] = "ARP" }

-- A service is a transport times 65536 plus a port (ICMP: the type; others: their IP number).
local OTHER, TCP, UDP, ICMP = 0, 1, 2, 3
local PORTS = 65536
local TRANSPORT_NAMES = { [OTHER] = "ip", [TCP] = "tcp", [UDP] = "udp", [ICMP] = "icmp" }

-- Roles.
local ASK = 1 -- opens something: a SYN, an ICMP request, TCP flags of no connection; an ARP request
local ANSWER = 2 -- answers something: SYN-ACK, ICMP reply; an ARP reply (which is not counted)
local DATAGRAM = 3 -- either of the two, only the order tells: UDP and what has no ports
local DATA = 4 -- belongs to something open: TCP with ACK, a fragment that is not the first
local REFUSAL = 5 -- a TCP RST
local ERROR = 6 -- an ICMP error: neither contact nor answer

local frame_time, has_icmp, observe_headers, observe_arp
local host_name, address_text, is_multicast_or_broadcast
do
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

  -- Up to `most` bytes of the data that a field was found in, from `offset` on.
  local function bytes_at(field, offset, most)
    local source = field.source
    local size = min(most, source:len() - offset)
    if offset < 0 or size <= 0 then return "" end
    return source:raw(offset, size)
  end

  local WITH_OPTIONS = 60 + 14 -- the longest IPv4 header, and TCP's as far as the flags
  local WITHOUT_EXTENSIONS = 40 + 14

  local function ipv4_transport(source)
    return read_ipv4_transport(bytes_at(source, source.offset - 12, WITH_OPTIONS))
  end

  local function ipv6_transport(source)
    local bytes = bytes_at(source, source.offset - 8, WITHOUT_EXTENSIONS)
    local protocol = byte(bytes, 7)
    if protocol ~= 6 and protocol ~= 17 and protocol ~= 58 then
      bytes = bytes_at(source, source.offset - 8, huge)
    end
    return read_ipv6_transport(bytes)
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
  function frame_time()
    local field = fields.time()
    if not field then return nil end
    return make_time(field.value.secs, field.value.nsecs)
  end

  -- The first `count` of the headers that no ICMP message quotes. A tap passes quotes over, and
  -- what is malformed or waits for reassembly; behind the latter two nothing is dissected.
  local function tapped_headers(headers, count)
    if #headers == count then return headers end
    local messages = { fields.icmp() }
    append_all(messages, { fields.icmpv6() })
    local tapped = {}
    for _, header in ipairs(headers) do
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
  function has_icmp()
    return fields.icmp() ~= nil or fields.icmpv6() ~= nil
  end

  local NETWORKS = {
    { IPV4, fields.ipv4_source, fields.ipv4_destination, ipv4_transport },
    { IPV6, fields.ipv6_source, fields.ipv6_destination, ipv6_transport },
  }

  -- Calls observe(source, destination, role, transport, source port, destination port) for each
  -- header of the frame that is being read. Of each network, the taps saw so many as `seen` says;
  -- so many as `done` says were observed before.
  function observe_headers(seen, done, observe)
    for _, each in ipairs(NETWORKS) do
      local network, source, destination, transport = each[1], each[2], each[3], each[4]
      local count = seen[network]
      if count > done[network] then
        local sources = tapped_headers({ source() }, count)
        local destinations = tapped_headers({ destination() }, count)
        for i = done[network] + 1, #sources do
          observe(network .. sources[i].range:raw(), network .. destinations[i].range:raw(),
            transport(sources[i]))
        end
        done[network] = count
      end
    end
  end

  -- The same for its ARP packet, for which there is no tap.
  function observe_arp(seen, observe)
    local arp = arp_packet(seen[IPV4] + seen[IPV6])
    if not arp then return end
    local source, destination, role = read_arp(arp)
    if source then observe(source, destination, role, OTHER, 0, 0) end
  end

  -- True for 224.0.0.0/4 and 255.255.255.255 (RFC 5771, RFC 919) and for ff00::/8 (RFC 4291).
  function is_multicast_or_broadcast(address)
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

  function address_text(address)
    if address:sub(1, 1) == IPV6 then return ipv6_text(address) end
    return format("%d.%d.%d.%d", byte(address, 2, 5))
  end

  -- The resolved name of an address, or nil.
  function host_name(address)
    local text = address_text(address)
    local is_ipv6 = address:sub(1, 1) == IPV6
    local name = tostring((is_ipv6 and Address.ipv6 or Address.ip)(text))
    return name ~= text and name or nil
  end
end

---------------------------------------------------------------------------------------------------
-- Count: the unique destinations of every source, and who asked and answered
---------------------------------------------------------------------------------------------------

local new_engine, count_headers, count_frame, find_pair, on_speaking_terms
do
  local MOST_OPEN_ATTEMPTS = 63
  local MOST_OPEN_HANDSHAKES = 63
  local MOST_ASKING_PACKETS = 127
  -- A host that answers a packet out of nowhere with a RST was probed, not cut off in the middle
  -- of a conversation, if that was about all it got.
  local MOST_PROBES = 3

  function new_engine(unicast)
    return { unicast = unicast, frames = 0, pair_count = 0, sources = {}, by_address = {} }
  end

  -- A pair is a source and one of its destinations. Its flags:
  --   contacted    the source sent first, and asked something: a first contact
  --   answered     ... and the destination answered; a RST or an ICMP error is no answer
  --   unsolicited  the source sent first, but an answer or a RST: backscatter, or cut off
  --   replying     the destination had sent to the source before
  --   credited     the source's answer is noted on the opposite pair
  --   asked        `service` is the first that the source asked for
  --   served       `service` is the source's own, from which it answered
  --   took_up      it acknowledged a SYN-ACK: there was a connection
  --   same_port    the first packet was UDP, from a port to the same port
  -- If it asked for more services they are in `services`, in that order; `answered_services` tells
  -- of each whether it answered, `asking_packets` how many packets asked for it.
  local function new_pair(source, address, frame, time)
    return {
      source = source, address = address, first_frame = frame, first_time = time,
      packets = 0, bytes = 0, service = 0, open_attempts = 0, open_handshakes = 0,
    }
  end

  function find_pair(engine, source_address, destination_address)
    local source = engine.by_address[source_address]
    return source and source.by_destination[destination_address]
  end

  function on_speaking_terms(pair)
    return pair.answered or pair.replying or false
  end

  local function has_asked(pair, service)
    if pair.asked and pair.service == service then return true end
    return pair.services ~= nil and pair.answered_services[service] ~= nil
  end

  local function serve(pair, own)
    pair.served = true
    pair.service = own
  end

  local function ask(pair, service)
    if not pair.asked and not pair.served then
      pair.asked = true
      pair.service = service
      return
    end
    if pair.asked and pair.service == service then return end
    if not pair.services then
      pair.services, pair.answered_services, pair.answered_count = {}, {}, 0
      pair.asking_packets = {}
      if pair.asked then
        local answered = on_speaking_terms(pair)
        pair.services[1] = pair.service
        pair.answered_services[pair.service] = answered
        pair.answered_count = answered and 1 or 0
        pair.asking_packets[pair.service] = min(pair.packets - 1, MOST_ASKING_PACKETS)
      end
    end
    local packets = pair.asking_packets[service]
    if packets then
      pair.asking_packets[service] = min(packets + 1, MOST_ASKING_PACKETS)
      return
    end
    pair.services[#pair.services + 1] = service
    pair.answered_services[service] = false
    pair.asking_packets[service] = 1
  end

  -- Notes that the destination of a pair answered, from this service of its own.
  local function answer(pair, service)
    if pair.contacted and not pair.answered then
      pair.answered = true
      pair.source.answered = pair.source.answered + 1
    end
    if pair.services and pair.answered_services[service] == false then
      pair.answered_services[service] = true
      pair.answered_count = pair.answered_count + 1
    end
  end

  -- What the first packet of a pair says.
  local function weigh_first(pair, other, role, own, asked)
    if other then
      pair.replying = true
    elseif is_multicast_or_broadcast(pair.address) then
      return
    elseif role == ASK or role == DATAGRAM then
      pair.contacted = true
      pair.same_port = floor(asked / PORTS) == UDP and own == asked
      pair.source.contacted = pair.source.contacted + 1
    elseif role == ANSWER or role == REFUSAL then
      pair.unsolicited = true
      serve(pair, own)
    elseif role == DATA then
      -- Cut off in the middle: the lower port is the service.
      if own % PORTS < asked % PORTS then
        serve(pair, own)
      else
        ask(pair, asked)
      end
    end
  end

  -- What a packet of each role says, with `other` as the opposite pair, or nil.
  local weigh = {}

  weigh[ASK] = function(pair, _, _, own, asked)
    if floor(own / PORTS) == TCP then
      pair.source.tcp_attempts = pair.source.tcp_attempts + 1
      pair.open_attempts = min(pair.open_attempts + 1, MOST_OPEN_ATTEMPTS)
    end
    ask(pair, asked)
  end

  weigh[DATAGRAM] = function(pair, other, _, own, asked)
    if pair.served then
      if pair.service == own then return end
    elseif pair.asked and pair.service == asked then
      return
    end
    if not other or not has_asked(other, own) then return ask(pair, asked) end
    answer(other, own)
    if not pair.asked then serve(pair, own) end
  end

  weigh[ANSWER] = function(pair, other, _, own, asked)
    if not other then return end
    -- A UDP port that was not asked only looks like a server's: NFS asks from system ports.
    if floor(own / PORTS) == UDP and not has_asked(other, own) then return ask(pair, asked) end
    answer(other, own)
    if other.open_attempts > 0 then
      other.open_attempts = other.open_attempts - 1
      other.open_handshakes = min(other.open_handshakes + 1, MOST_OPEN_HANDSHAKES)
    end
  end

  weigh[REFUSAL] = function(pair, other, is_new, own)
    pair.open_handshakes = max(pair.open_handshakes - 1, 0)
    if not other then return end
    if other.open_attempts > 0 then
      other.open_attempts = other.open_attempts - 1
      other.source.tcp_refused = other.source.tcp_refused + 1
    elseif is_new and not other.contacted and not other.unsolicited
      and other.packets <= MOST_PROBES then
      other.contacted = true
      other.source.contacted = other.source.contacted + 1
    end
    -- Who does nothing but refuse was asked, whatever with: an ACK scan goes from port to port.
    if not pair.asked and not pair.credited and not other.unsolicited then ask(other, own) end
  end

  weigh[DATA] = function(pair, other, _, own, asked)
    if pair.open_handshakes > 0 then
      pair.open_handshakes = pair.open_handshakes - 1
      pair.took_up = true
      pair.source.tcp_handshakes = pair.source.tcp_handshakes + 1
    end
    -- Where the answers were not captured, the source's own ACK shows that there was one.
    if pair.contacted and not pair.answered and pair.open_attempts > 0
      and has_asked(pair, asked) then
      pair.took_up = true
      answer(pair, asked)
    end
    if pair.replying and not pair.credited then
      pair.credited = true
      if other then answer(other, own) end
    end
  end

  weigh[ERROR] = function() end

  local function new_source(address, frame)
    return {
      address = address, pairs = {}, by_destination = {}, contacted = 0, answered = 0,
      tcp_attempts = 0, tcp_refused = 0, tcp_handshakes = 0, packets = 0, bytes = 0,
      first_frame = frame,
    }
  end

  local function find_or_add_source(engine, address, frame)
    local source = engine.by_address[address]
    if not source then
      source = new_source(address, frame)
      engine.by_address[address] = source
      engine.sources[#engine.sources + 1] = source
    end
    return source
  end

  -- Widens the first and last time of a source, or of all frames.
  local function count_time(counts, time)
    local first, last = counts.first_time, counts.last_time
    if not first or is_earlier(time, first) then counts.first_time = time end
    if not last or is_earlier(last, time) then counts.last_time = time end
  end

  local function count(engine, frame, from, to, role, transport, source_port, destination_port)
    local own = transport * PORTS + source_port
    local asked = transport * PORTS + destination_port
    local other = find_pair(engine, to, from)
    if role == ANSWER and from:sub(1, 1) == ARP then
      if other then answer(other, own) end
      return
    end
    if engine.unicast and is_multicast_or_broadcast(to) then return end

    local source = find_or_add_source(engine, from, frame.number)
    source.packets = source.packets + 1
    source.bytes = source.bytes + frame.bytes
    source.last_frame = frame.number
    if frame.time then count_time(source, frame.time) end

    local pair = source.by_destination[to]
    local is_new = not pair
    if is_new then
      pair = new_pair(source, to, frame.number, frame.time)
      source.by_destination[to] = pair
      source.pairs[#source.pairs + 1] = pair
      engine.pair_count = engine.pair_count + 1
      if from == to then other = pair end
    end
    pair.packets = pair.packets + 1
    pair.bytes = pair.bytes + frame.bytes
    if is_new then weigh_first(pair, other, role, own, asked) end
    weigh[role](pair, other, is_new, own, asked)
  end

  local function frame_of(packet)
    return { number = packet.number, bytes = packet.len, time = frame_time() }
  end

  -- Counts the headers of the frame that a tap is being called for; see observe_headers().
  function count_headers(engine, packet, seen, done)
    local frame = frame_of(packet)
    observe_headers(seen, done, function(...)
      count(engine, frame, ...)
    end)
  end

  -- Counts the frame itself, and what it holds.
  function count_frame(engine, packet, seen, done)
    local frame = frame_of(packet)
    if frame.time then count_time(engine, frame.time) end
    engine.frames = engine.frames + 1
    local function observe(...)
      count(engine, frame, ...)
    end
    observe_headers(seen, done, observe)
    observe_arp(seen, observe)
  end
end

---------------------------------------------------------------------------------------------------
-- Evidence: what the pairs of a source say about it
---------------------------------------------------------------------------------------------------

local COUNTS, services_of, failed_services, gather_evidence
do
  -- A sequential test on first contacts after Threshold Random Walk (Jung, Paxson, Berger,
  -- Balakrishnan 2004): how likely, of each kind of source, a contact fails, is silent but sent
  -- more to than any probe, is left half open, stops after a probe's three packets, converses, or
  -- is in the same network as the one before. tap/judge/evidence.cc has the reasons.
  local SWEEPER = { 0.75, 0.01, 0.1, 0.11, 0.03, nearby = 0.9, prior = 1 }
  local PROBER = { 0.84, 0.01, 0.1, 0.03, 0.02, nearby = 0.05, prior = 1 }
  local CLIENT = { 0.18, 0.02, 0.02, 0.28, 0.5, nearby = 0.05, prior = 1 }
  local MONITOR = { 0.18, 0.02, 0.02, 0.28, 0.5, nearby = 0.9, prior = 1 }
  local PEER = { 0.64, 0.04, 0.02, 0.1, 0.2, nearby = 0.05, prior = 0.0005 }
  local FAILS, STREAMS, HALF_OPEN, STOPS, CONVERSES = 1, 2, 3, 4, 5
  local MOST_PROBE_PACKETS = 3
  local MOST_TRIES = 11 -- a probe and ten more: nmap's --max-retries

  -- Where ARP targets come from: a gateway rarely asks in order, and for few a second.
  local IN_ORDER = log(0.6 / 0.1)
  local OUT_OF_ORDER = log((1 - 0.6) / (1 - 0.1))
  local NEEDED = log(0.2 / 0.8)
  local GATEWAY_RATE, SWEEP_RATE = 10, 100

  -- The first port of traceroute, and as many as it can ask for: its probes are meant to fail.
  local TRACEROUTE = UDP * PORTS + 33434
  local TRACEROUTE_PORTS = 255

  -- Whether from `first` to `last` it is at least `seconds`. No time counts as the first of all.
  local function is_apart(first, last, seconds)
    if not last then return false end
    if not first then return true end
    local whole_seconds = last[1] - first[1]
    if last[2] < first[2] then whole_seconds = whole_seconds - 1 end
    return whole_seconds >= seconds
  end

  -- The most pairs first seen within so many seconds, in the order of arrival.
  local function busiest(pairs_of_source, seconds)
    local from, most = 1, 0
    for to = 1, #pairs_of_source do
      local now = pairs_of_source[to].first_time
      while from < to and is_apart(pairs_of_source[from].first_time, now, seconds) do
        from = from + 1
      end
      most = max(most, to - from + 1)
    end
    return most
  end

  -- The same /16, or the /48 that a site gets for IPv6 (RFC 6177).
  local function are_nearby(one, other)
    local length = one:sub(1, 1) == IPV6 and 7 or 3
    return one:sub(1, length) == other:sub(1, length)
  end

  -- The logarithm of the likelihood that a source of this kind has these contacts.
  local function likelihood(kind, asked)
    local sum = log(kind.prior) + asked.nearby * log(kind.nearby)
      + (asked.contacted - 1 - asked.nearby) * log(1 - kind.nearby)
    for outcome, count in ipairs(asked) do sum = sum + count * log(kind[outcome]) end
    return sum
  end

  local function answered_of(asked)
    return asked[HALF_OPEN] + asked[STOPS] + asked[CONVERSES]
  end

  local function score_of(asked)
    -- From a port to the same port either side may have begun: if nobody answers, perhaps each of
    -- these packets is an answer.
    if answered_of(asked) == 0 and 2 * asked.same_port > asked.contacted then return 0 end
    return max(likelihood(SWEEPER, asked), likelihood(PROBER, asked))
      - max(likelihood(CLIENT, asked), likelihood(MONITOR, asked), likelihood(PEER, asked))
  end

  -- The test goes service by service: a scan asks everybody the same.
  local function weigh_services(by_service, evidence)
    local order = {}
    for service in pairs(by_service) do order[#order + 1] = service end
    table.sort(order)
    for _, service in ipairs(order) do
      local asked = by_service[service]
      if asked.hosts > evidence.top_service_hosts then
        evidence.top_service_hosts = asked.hosts
        evidence.top_service = service
      end
      -- Tunnels and ESP are no probes: they carry what was agreed on elsewhere, often one way.
      local is_probe = service >= PORTS and asked.contacted > 0
      local score = is_probe and score_of(asked) or 0
      if score > evidence.scan_score then
        evidence.scan_score = score
        evidence.scan_service = service
        evidence.scan_contacted = asked.contacted
        evidence.scan_answered = answered_of(asked)
        evidence.scan_half_open = asked[HALF_OPEN]
      end
    end
    evidence.services = #order
  end

  -- Notes how a host took one service that it was asked for.
  local function weigh_contact(asked, host, answered, outcome)
    asked.hosts = asked.hosts + 1
    -- Who was reached by one service is no failure by another: QUIC is often blocked, TCP is not.
    if not host.contacted or (host.answered and not answered) then return end
    if asked.before and are_nearby(asked.before, host.address) then
      asked.nearby = asked.nearby + 1
    end
    asked.before = host.address
    asked.contacted = asked.contacted + 1
    asked[outcome] = asked[outcome] + 1
    if outcome == FAILS and host.same_port then asked.same_port = asked.same_port + 1 end
  end

  local function weigh_port(host, service, answered, outcome)
    if outcome == STREAMS then return end
    if floor(service / PORTS) ~= UDP then
      if not answered or outcome == HALF_OPEN then host.failed = host.failed + 1 end
    elseif answered then
      host.answered_udp = host.answered_udp + 1
    elseif service < TRACEROUTE or service >= TRACEROUTE + TRACEROUTE_PORTS then
      host.silent_udp = host.silent_udp + 1
    end
  end

  local function ipv4_number(address)
    local a, b, c, d = byte(address, 2, 5)
    return ((a * 256 + b) * 256 + c) * 256 + d
  end

  -- A walk that starts again whenever it falls below zero (Page's CUSUM 1954).
  local function new_walk()
    return { score = 0, steps = 0, highest = 0, steps_to_highest = 0 }
  end

  local function step(walk, score)
    walk.score = walk.score + score
    walk.steps = walk.steps + 1
    if walk.score <= 0 then walk.score, walk.steps = 0, 0 end
    if walk.score > walk.highest then
      walk.highest = walk.score
      walk.steps_to_highest = walk.steps
    end
  end

  -- Walks over ARP targets, one by order and one by pace. Who is answered, or is then sent to, was
  -- looked for in earnest.
  local function weigh_arp(engine, source, evidence)
    local same_host = IPV4 .. source.address:sub(2)
    local by_order, by_pace, before = new_walk(), new_walk(), nil
    for _, pair in ipairs(source.pairs) do
      if pair.answered or find_pair(engine, same_host, IPV4 .. pair.address:sub(2)) then
        step(by_order, NEEDED)
        step(by_pace, NEEDED)
      elseif before then
        local distance = math.abs(ipv4_number(pair.address) - ipv4_number(before.address))
        local is_in_order = distance == 1 or distance == 4294967295
        step(by_order, is_in_order and IN_ORDER or OUT_OF_ORDER)
        -- Two Poisson processes: the likelihood of this gap under each.
        local gap = 0
        if pair.first_time and before.first_time then
          gap = max(0, nanoseconds_between(before.first_time, pair.first_time) / BILLION)
        elseif pair.first_time then
          gap = huge
        end
        step(by_pace, log(SWEEP_RATE / GATEWAY_RATE)
          - (SWEEP_RATE - GATEWAY_RATE) * min(gap, 0.1))
      end
      before = pair
    end
    local walk = by_order.highest > by_pace.highest and by_order or by_pace
    evidence.arp_score = walk.highest
    evidence.arp_swept = walk.highest > 0 and walk.steps_to_highest + 1 or 0
  end

  -- The services asked of a pair's destination, in that order, and of each whether it answered and
  -- how many packets asked for it.
  function services_of(pair)
    if pair.services then return pair.services, pair.answered_services, pair.asking_packets end
    if not pair.asked then return {}, {}, {} end
    local service = pair.service
    return { service }, { [service] = on_speaking_terms(pair) }, { [service] = pair.packets }
  end

  function failed_services(pair)
    return pair.services and #pair.services - pair.answered_count or 0
  end

  COUNTS = { -- in the order of the reports
    "contacted", "answered", "half_open", "replied", "unsolicited", "served", "cut_off",
    "multicast", "services", "services_on_one_host", "failed_on_one_host", "failed_host_packets",
    "top_service_hosts", "scan_contacted", "scan_answered", "scan_half_open", "busiest_minute",
    "tcp_attempts", "tcp_refused", "tcp_handshakes", "arp_swept",
  }

  function gather_evidence(engine, source, window)
    local evidence = { scan_score = 0, arp_score = 0 }
    for _, name in ipairs(COUNTS) do evidence[name] = 0 end
    local function increment(name)
      evidence[name] = evidence[name] + 1
    end
    evidence.tcp_attempts = source.tcp_attempts
    evidence.tcp_refused = source.tcp_refused
    evidence.tcp_handshakes = source.tcp_handshakes
    evidence.busiest_minute = busiest(source.pairs, 60)
    if window ~= 0 then evidence.busiest_window = busiest(source.pairs, window) end

    local is_arp = source.address:sub(1, 1) == ARP
    local by_service = {}
    local function asked_of(service)
      local asked = by_service[service]
      if not asked then
        asked = { 0, 0, 0, 0, 0, hosts = 0, contacted = 0, nearby = 0, same_port = 0 }
        by_service[service] = asked
      end
      return asked
    end
    local function weigh_pair(pair)
      if pair.contacted then increment("contacted") end
      if pair.answered then increment("answered") end
      if pair.replying then increment("replied") end
      local transport = floor(pair.service / PORTS)
      if pair.unsolicited then
        increment(transport == UDP and "served" or "unsolicited")
      elseif not pair.contacted and not pair.replying then
        increment(pair.served and "served" or "cut_off")
      end
      local half_open = pair.contacted and pair.answered and not pair.took_up
        and source.tcp_attempts > 0 and transport == TCP
      if half_open then increment("half_open") end
      if is_arp then return end
      local host = {
        address = pair.address, contacted = pair.contacted, same_port = pair.same_port,
        answered = pair.answered and not half_open, failed = 0,
        silent_udp = 0, answered_udp = 0,
      }
      local services, answered, packets = services_of(pair)
      for _, service in ipairs(services) do
        local outcome
        if not answered[service] then
          outcome = packets[service] > MOST_TRIES and STREAMS or FAILS
        elseif half_open and floor(service / PORTS) == TCP and packets[service] <= MOST_TRIES then
          outcome = HALF_OPEN
        else
          outcome = pair.packets > MOST_PROBE_PACKETS and CONVERSES or STOPS
        end
        weigh_contact(asked_of(service), host, answered[service], outcome)
        weigh_port(host, service, answered[service], outcome)
      end
      evidence.services_on_one_host = max(evidence.services_on_one_host, #services)
      -- Media have a port for control beside each, which is often silent.
      local failed = host.failed + (host.silent_udp > host.answered_udp and host.silent_udp or 0)
      if failed > evidence.failed_on_one_host then
        evidence.failed_on_one_host = failed
        evidence.failed_host = pair.address
        evidence.failed_host_packets = pair.packets
      end
    end
    for _, pair in ipairs(source.pairs) do
      if is_multicast_or_broadcast(pair.address) then
        increment("multicast")
      else
        weigh_pair(pair)
      end
    end
    weigh_services(by_service, evidence)
    if is_arp then weigh_arp(engine, source, evidence) end
    return evidence
  end
end

---------------------------------------------------------------------------------------------------
-- Verdict: what the evidence amounts to
---------------------------------------------------------------------------------------------------

local judge, reason
do
  -- Wald's bound for the walks above: accuse when the odds for a scan pass beta / alpha.
  local ACCUSING_SCORE = log(0.99 / 0.0001)
  -- A scan asks one service, a peer-to-peer client whatever port its peers chose.
  local SAME_SERVICE = log(0.9 / 0.2)
  local OTHER_SERVICE = log((1 - 0.9) / (1 - 0.2))
  -- Fewer ARP targets are no sweep: a /28 has as many addresses.
  local FEWEST_SWEPT = 16

  local function is_address_scan(evidence)
    local failed = evidence.contacted - evidence.answered + evidence.half_open
    local failed_there = evidence.scan_contacted - evidence.scan_answered + evidence.scan_half_open
    local failed_elsewhere = max(0, failed - failed_there)
    local concentration = failed_there * SAME_SERVICE + failed_elsewhere * OTHER_SERVICE
    return evidence.scan_score > ACCUSING_SCORE and concentration > ACCUSING_SCORE
  end

  local function is_port_scan(evidence, ports)
    return evidence.failed_on_one_host > ports
  end

  local function is_arp_scan(evidence)
    return evidence.arp_score > ACCUSING_SCORE and evidence.arp_swept >= FEWEST_SWEPT
  end

  -- What a source is that does not scan: what most of its destinations say.
  local function occupation(source, evidence)
    local destinations = #source.pairs
    local hosts = destinations - evidence.multicast
    if 2 * evidence.multicast > destinations then return "multicast" end
    if 2 * evidence.unsolicited > hosts then return "backscatter" end
    if 2 * (evidence.replied + evidence.served) > hosts then return "server" end
    local answered = evidence.contacted > 0 and 2 * evidence.answered >= evidence.contacted
    -- As many services as a quarter of the hosts: every peer has a port of its own.
    local many_services = evidence.services > 8 and evidence.contacted > 8
      and evidence.services * 4 >= evidence.contacted
    if many_services and evidence.answered > 0 then return "peer-to-peer" end
    if answered and 2 * (evidence.contacted + evidence.cut_off) > hosts then return "client" end
    if 2 * evidence.cut_off > hosts then return "client" end
    return "unclear"
  end

  -- The verdicts, and whether they accuse.
  function judge(source, evidence, ports)
    if source.address:sub(1, 1) == ARP then
      if is_arp_scan(evidence) then return { "arp-scan" }, true end
      return { "unclear" }, false
    end
    local verdicts = {}
    if is_address_scan(evidence) then verdicts[#verdicts + 1] = "address-scan" end
    if is_port_scan(evidence, ports) then verdicts[#verdicts + 1] = "port-scan" end
    if #verdicts > 0 then return verdicts, true end
    return { occupation(source, evidence) }, false
  end

  -- "22/tcp", "ICMP type 8", "IP protocol 47".
  local function service_reason(service)
    local transport, port = floor(service / PORTS), service % PORTS
    if transport == ICMP then return format("ICMP type %.0f", port) end
    if transport == OTHER then return format("IP protocol %.0f", port) end
    return format("%.0f/%s", port, TRANSPORT_NAMES[transport])
  end

  -- part / all with one decimal.
  local function ratio(part, all)
    local tenths = all == 0 and 0 or floor((10 * part + floor(all / 2)) / all)
    return format("%.0f.%.0f", floor(tenths / 10), tenths % 10)
  end

  -- The reason of a verdict in one line.
  function reason(source, evidence)
    local is_arp = source.address:sub(1, 1) == ARP
    local destinations = #source.pairs
    local hosts = destinations - evidence.multicast
    local parts = {}
    local function append(pattern, ...)
      parts[#parts + 1] = format(pattern, ...)
    end
    if is_arp then
      append("asked for %.0f addresses, %.0f answered", hosts, evidence.answered)
      if evidence.arp_swept >= FEWEST_SWEPT then
        append("%.0f of them in order or in a burst", evidence.arp_swept)
      end
    elseif evidence.contacted > 0 then
      append("contacted %.0f %s first, %.0f answered (%s %%)", evidence.contacted,
        evidence.contacted == 1 and "host" or "hosts", evidence.answered,
        ratio(100 * evidence.answered, evidence.contacted))
    end
    if evidence.half_open > 0 then append("left %.0f of them half open", evidence.half_open) end
    if evidence.failed_on_one_host > 1 then
      append("%.0f of %.0f ports refused, silent or half open on %s", evidence.failed_on_one_host,
        evidence.services_on_one_host, address_text(evidence.failed_host))
    end
    if not is_arp and evidence.top_service_hosts > 1 then
      local service = service_reason(evidence.top_service)
      if evidence.top_service_hosts >= hosts then
        append("%s on all", service)
      else
        append("%s on %.0f", service, evidence.top_service_hosts)
      end
      if evidence.services > 1 then append("%.0f ports in all", evidence.services) end
    end
    local function tell(name, pattern)
      if evidence[name] > 0 then append(pattern, evidence[name]) end
    end
    tell("replied", "answered %.0f that had sent first")
    tell("unsolicited", "sent %.0f an answer or a reset that nobody asked for")
    tell("served", "served %.0f whose requests were not captured")
    tell("cut_off", "%.0f whose beginning was not captured")
    tell("multicast", "%.0f multicast or broadcast")
    if destinations > 0 then append("%s packets each", ratio(source.packets, destinations)) end
    append("%.0f in its busiest minute", evidence.busiest_minute)
    return concat(parts, "; ")
  end
end

---------------------------------------------------------------------------------------------------
-- Report: everything that the renderers show
---------------------------------------------------------------------------------------------------

local make_report, destinations_of, packets_per_destination
do
  local MOST_ACTIVE = 10
  -- First contacts that were not answered, or attempts that led to no connection, below which
  -- nobody is worth judging, flagged or not.
  local FEWEST_FAILURES = 4

  local function is_worth_judging(source, options)
    if options.all or #source.pairs > options.threshold then return true end
    if source.contacted - source.answered >= FEWEST_FAILURES then return true end
    if source.tcp_attempts - source.tcp_handshakes >= FEWEST_FAILURES then return true end
    for _, pair in ipairs(source.pairs) do
      if failed_services(pair) > options.ports then return true end
    end
    return false
  end

  local function count_in_bin(bins, destinations)
    local bin, from = 1, 1
    while 2 * from <= destinations do
      bin, from = bin + 1, 2 * from
    end
    for i = #bins + 1, bin do bins[i] = { from = 2 ^ (i - 1), to = 2 ^ i - 1, sources = 0 } end
    bins[bin].sources = bins[bin].sources + 1
  end

  -- More packets come first, then the lower address.
  local function is_more_active(a, b)
    if a.packets ~= b.packets then return a.packets > b.packets end
    return bytes_less(a.address, b.address)
  end

  local function has_more_destinations(a, b)
    if a.destinations ~= b.destinations then return a.destinations > b.destinations end
    return is_more_active(a, b)
  end

  local function make_row(engine, source, options)
    local evidence = gather_evidence(engine, source, options.window)
    local verdicts, suspect = judge(source, evidence, options.ports)
    local reached = options.window == 0 and #source.pairs or evidence.busiest_window
    return {
      source = source, address = source.address, destinations = #source.pairs,
      packets = source.packets, bytes = source.bytes, first_frame = source.first_frame,
      last_frame = source.last_frame, first_time = source.first_time, last_time = source.last_time,
      flagged = reached > options.threshold, suspect = suspect, verdicts = verdicts,
      reason = reason(source, evidence), evidence = evidence,
    }
  end

  local function most_active(engine)
    local sources = {}
    for i, source in ipairs(engine.sources) do sources[i] = source end
    table.sort(sources, is_more_active)
    local active = {}
    for i = 1, min(MOST_ACTIVE, #sources) do active[i] = sources[i] end
    return active
  end

  function make_report(engine, options)
    local report = {
      options = options, frames = engine.frames, sources_total = #engine.sources,
      pairs_total = engine.pair_count, first_time = engine.first_time,
      last_time = engine.last_time, flagged_total = 0, suspects_total = 0, sources = {},
      left_out = 0, distribution = {}, most_active = most_active(engine),
    }
    for _, source in ipairs(engine.sources) do
      count_in_bin(report.distribution, #source.pairs)
      if is_worth_judging(source, options) then
        local row = make_row(engine, source, options)
        if row.flagged then report.flagged_total = report.flagged_total + 1 end
        if row.suspect then report.suspects_total = report.suspects_total + 1 end
        if options.all or row.flagged or row.suspect then
          report.sources[#report.sources + 1] = row
        end
      end
    end
    table.sort(report.sources, has_more_destinations)
    if options.top then
      for i = #report.sources, options.top + 1, -1 do
        report.sources[i] = nil
        report.left_out = report.left_out + 1
      end
    end
    return report
  end

  -- The destinations of a source, those with the most packets first.
  function destinations_of(row)
    local rows = {}
    for i, pair in ipairs(row.source.pairs) do
      local services, answered = services_of(pair)
      local answered_count = 0
      for _, service in ipairs(services) do
        if answered[service] then answered_count = answered_count + 1 end
      end
      rows[i] = {
        address = pair.address, packets = pair.packets, bytes = pair.bytes,
        first_frame = pair.first_frame, first_time = pair.first_time,
        contacted = pair.contacted or false, answered = pair.answered or false,
        service = pair.asked and pair.service or nil,
        services = #services, services_answered = answered_count,
      }
    end
    table.sort(rows, is_more_active)
    return rows
  end

  function packets_per_destination(row)
    return row.destinations > 0 and decimal(row.packets / row.destinations, 2) or nil
  end
end

---------------------------------------------------------------------------------------------------
-- Render: JSON
---------------------------------------------------------------------------------------------------

local render_json
do
  local ESCAPES = {
    ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r",
    ["\t"] = "\\t",
  }

  local function json_text(text)
    local valid = replace_unless(text, is_no_terminal_control, REPLACEMENT)
    return '"' .. valid:gsub('[%c"\\]', function(c)
      return ESCAPES[c] or format("\\u%04x", byte(c))
    end) .. '"'
  end

  -- An object whose members are written already: add(name, value).
  local function json_object()
    local members = {}
    local function add(name, value)
      members[#members + 1] = '"' .. name .. '":' .. value
    end
    return add, function()
      return "{" .. concat(members, ",") .. "}"
    end
  end

  local function json_time(time)
    return time and exact_seconds(time) or "null"
  end

  local function json_rows(rows, indent)
    if #rows == 0 then return "[]" end
    local space = "\n" .. rep(" ", indent)
    return "[" .. space .. "  " .. concat(rows, "," .. space .. "  ") .. space .. "]"
  end

  local function json_service(service)
    local add, finish = json_object()
    add("transport", json_text(TRANSPORT_NAMES[floor(service / PORTS)]))
    add("port", whole(service % PORTS))
    return finish()
  end

  local function json_name(add, address)
    local name = host_name(address)
    if name then add("name", json_text(name)) end
  end

  local function json_who(add, address, destinations)
    add("source", json_text(address_text(address)))
    json_name(add, address)
    add("network", json_text(NETWORK_NAMES[address:sub(1, 1)]))
    add("unique_destinations", whole(destinations))
  end

  local function json_destination(row)
    local add, finish = json_object()
    add("destination", json_text(address_text(row.address)))
    json_name(add, row.address)
    add("packets", whole(row.packets))
    add("bytes", whole(row.bytes))
    add("first_frame", whole(row.first_frame))
    add("first_time", json_time(row.first_time))
    add("contacted", tostring(row.contacted))
    add("answered", tostring(row.answered))
    if row.service then add("service", json_service(row.service)) end
    add("services", whole(row.services))
    add("services_answered", whole(row.services_answered))
    return finish()
  end

  local function json_evidence(add, row, options)
    local evidence = row.evidence
    for _, name in ipairs(COUNTS) do add(name, whole(evidence[name])) end
    if options.window > 0 then add("busiest_window", whole(evidence.busiest_window)) end
    add("packets_per_destination", packets_per_destination(row) or "null")
    if evidence.failed_on_one_host > 0 then
      add("failed_host", json_text(address_text(evidence.failed_host)))
    end
    if evidence.top_service_hosts > 0 then
      add("top_service", json_service(evidence.top_service))
    end
    if evidence.scan_contacted > 0 then
      add("scan_service", json_service(evidence.scan_service))
    end
  end

  local function json_source(row, options)
    local add, finish = json_object()
    json_who(add, row.address, row.destinations)
    add("packets", whole(row.packets))
    add("bytes", whole(row.bytes))
    add("first_frame", whole(row.first_frame))
    add("last_frame", whole(row.last_frame))
    add("first_time", json_time(row.first_time))
    add("last_time", json_time(row.last_time))
    add("duration", row.first_time and exact_duration(row.first_time, row.last_time) or "null")
    add("flagged", tostring(row.flagged))
    add("suspect", tostring(row.suspect))
    add("verdicts", '["' .. concat(row.verdicts, '","') .. '"]')
    add("reason", json_text(row.reason))
    json_evidence(add, row, options)
    if options.pairs then
      add("destinations", json_rows(map(destinations_of(row), json_destination), 6))
    end
    return finish()
  end

  local function json_active(source)
    local add, finish = json_object()
    json_who(add, source.address, #source.pairs)
    add("packets", whole(source.packets))
    add("bytes", whole(source.bytes))
    return finish()
  end

  local function json_bin(bin)
    local add, finish = json_object()
    add("from", whole(bin.from))
    add("to", whole(bin.to))
    add("sources", whole(bin.sources))
    return finish()
  end

  function render_json(report)
    local options = report.options
    local lines = {}
    local function add(name, value)
      lines[#lines + 1] = '  "' .. name .. '": ' .. value
    end
    add("threshold", whole(options.threshold))
    add("ports", whole(options.ports))
    add("window", whole(options.window))
    add("filter", json_text(options.filter))
    add("frames", whole(report.frames))
    add("first_time", json_time(report.first_time))
    add("last_time", json_time(report.last_time))
    add("sources_total", whole(report.sources_total))
    add("pairs_total", whole(report.pairs_total))
    add("flagged_total", whole(report.flagged_total))
    add("suspects_total", whole(report.suspects_total))
    add("sources", json_rows(map(report.sources, json_source, options), 2))
    if report.left_out > 0 then add("left_out", whole(report.left_out)) end
    add("most_active", json_rows(map(report.most_active, json_active), 2))
    add("distribution", json_rows(map(report.distribution, json_bin), 2))
    return "{\n" .. concat(lines, ",\n") .. "\n}\n"
  end
end

---------------------------------------------------------------------------------------------------
-- Render: CSV, with the columns of the plugin
---------------------------------------------------------------------------------------------------

local render_csv
do
  -- A spreadsheet takes a cell that begins with one of these for a formula (OWASP, "CSV
  -- Injection").
  local FORMULA_BEGINNINGS = {
    "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠",
  }

  local function csv_quoted(text)
    if not text:find('[,"]') then return text end
    return '"' .. text:gsub('"', '""') .. '"'
  end

  -- A cell for text that others chose.
  local function csv_text(text)
    local escape = ""
    for _, start in ipairs(FORMULA_BEGINNINGS) do
      if text:sub(1, #start) == start then escape = "'" end
    end
    return csv_quoted(escape .. replace_unless(text, is_no_control, REPLACEMENT))
  end

  local function csv_time(time)
    return time and exact_seconds(time) or ""
  end

  local function csv_who(row)
    return {
      address_text(row.address), csv_text(host_name(row.address) or ""),
      NETWORK_NAMES[row.address:sub(1, 1)], whole(row.destinations),
    }
  end

  local WHO = { "source", "name", "network", "unique_destinations" }
  local ROW_COUNTS = { "packets", "bytes", "first_frame", "last_frame", "first_time", "last_time" }
  local JUDGEMENT = { "flagged", "suspect", "verdicts" }
  local REASON = { "reason", "allowed" }
  local ESTIMATE = { "exact", "low", "high" }
  local DETAILS = { "duration", "packets_per_destination", "failed_host" }
  local DESTINATION = {
    "destination", "destination_name", "packets", "bytes", "first_frame", "first_time", "contacted",
    "answered", "services", "services_answered",
  }

  local function csv_judgement(row)
    return { tostring(row.flagged), tostring(row.suspect), concat(row.verdicts, " ") }
  end

  -- There is no memory limit here, so each number is exact.
  local function csv_estimate(row)
    local destinations = whole(row.destinations)
    return { "true", destinations, destinations }
  end

  local function csv_service(service)
    if not service then return { "", "", "" } end
    return { TRANSPORT_NAMES[floor(service / PORTS)], whole(service % PORTS), "" }
  end

  local function csv_source(row, options)
    local evidence = row.evidence
    local failed_host = evidence.failed_on_one_host > 0 and address_text(evidence.failed_host) or ""
    local duration = row.first_time and exact_duration(row.first_time, row.last_time) or ""
    return append_all(csv_who(row), {
      whole(row.packets), whole(row.bytes), whole(row.first_frame), whole(row.last_frame),
      csv_time(row.first_time), csv_time(row.last_time),
    }, csv_judgement(row), { csv_text(row.reason), "false" }, csv_estimate(row), {
      duration, packets_per_destination(row) or "", failed_host,
    }, map(COUNTS, function(name)
      return whole(evidence[name])
    end), { options.window > 0 and whole(evidence.busiest_window) or "" },
      csv_service(evidence.top_service_hosts > 0 and evidence.top_service),
      csv_service(evidence.scan_contacted > 0 and evidence.scan_service))
  end

  local function csv_destination(row)
    return {
      address_text(row.address), csv_text(host_name(row.address) or ""), whole(row.packets),
      whole(row.bytes), whole(row.first_frame), csv_time(row.first_time), tostring(row.contacted),
      tostring(row.answered), whole(row.services), whole(row.services_answered),
    }
  end

  function render_csv(report)
    local lines = {}
    local function add(cells)
      lines[#lines + 1] = concat(cells, ",") .. "\r\n"
    end
    local function service(name)
      return { name .. "_transport", name .. "_port", name .. "_name" }
    end
    if report.options.pairs then
      add(append_all({}, WHO, JUDGEMENT, ESTIMATE, DESTINATION, service("service")))
      for _, row in ipairs(report.sources) do
        local source_cells = append_all(csv_who(row), csv_judgement(row), csv_estimate(row))
        for _, destination in ipairs(destinations_of(row)) do
          add(append_all({}, source_cells, csv_destination(destination),
            csv_service(destination.service)))
        end
      end
    else
      add(append_all({}, WHO, ROW_COUNTS, JUDGEMENT, REASON, ESTIMATE, DETAILS, COUNTS,
        { "busiest_window" }, service("top_service"), service("scan_service")))
      for _, row in ipairs(report.sources) do add(csv_source(row, report.options)) end
    end
    return concat(lines)
  end
end

---------------------------------------------------------------------------------------------------
-- Render: text, in 80 columns
---------------------------------------------------------------------------------------------------

local render_text
do
  local WIDTH = 80
  local INDENT = 4 -- of what belongs to a source
  local SHOWN_NAME = 8 -- columns of a name, below which it is not worth showing
  local GAP = "  "
  local HEADINGS = { "Fan-out", "Packets", "Bytes", "First", "Last", "Lasted" }
  local NARROWEST = { 7, 7, 7, 5, 6, 6 }

  local function spaces(columns)
    return rep(" ", max(0, columns))
  end

  local function pad_right(text, columns)
    return text .. spaces(columns - display_width(text))
  end

  local function pad_left(text, columns)
    return spaces(columns - display_width(text)) .. text
  end

  local function counted(number, one, more)
    return whole(number) .. " " .. (number == 1 and one or more)
  end

  local function words(text)
    local pieces = {}
    for word in (text .. " "):gmatch("([^ ]*) ") do pieces[#pieces + 1] = word end
    if pieces[#pieces] == "" then pieces[#pieces] = nil end
    return pieces
  end

  -- Splits where clauses end, in ';' or ':'; those that do not fit into a line also at spaces.
  local function clauses(text, columns)
    local pieces = {}
    while text ~= "" do
      local stop = text:find("[;:] ")
      local clause = stop and text:sub(1, stop) or text
      text = text:sub(#clause + 2)
      if display_width(clause) <= columns then
        pieces[#pieces + 1] = clause
      else
        append_all(pieces, words(clause))
      end
    end
    return pieces
  end

  -- Puts the pieces into lines, with spaces between them, and breaks those that are longer than a
  -- line anywhere. The first begins in column `at`; further lines are indented.
  local function wrapped(pieces, at, indent)
    local result = {}
    local function new_line()
      result[#result + 1] = "\n" .. spaces(indent)
      at = indent
    end
    for i, piece in ipairs(pieces) do
      if i > 1 and at + 1 + display_width(piece) > WIDTH then
        new_line()
      elseif i > 1 then
        result[#result + 1] = " "
        at = at + 1
      end
      while at + display_width(piece) > WIDTH do
        local part = beginning(piece, WIDTH - at)
        result[#result + 1] = part
        piece = piece:sub(#part + 1)
        new_line()
      end
      result[#result + 1] = piece
      at = at + display_width(piece)
    end
    return concat(result)
  end

  local function paragraph(text)
    return wrapped(words(text), 0, 0)
  end

  -- A bar for `value`, that has `columns` for `largest`: none for 0, but else never an empty one.
  local function bar(value, largest, columns, unicode)
    local exact = value / largest * columns
    if not unicode then return rep("#", max(1, floor(exact + 0.5))) end
    local parts = { "▏", "▎", "▍", "▌", "▋", "▊", "▉" }
    local eighths = max(1, floor(exact * 8 + 0.5))
    return rep("█", floor(eighths / 8)) .. (parts[eighths % 8] or "")
  end

  local function labelled_address(address)
    return address_text(address) .. (address:sub(1, 1) == ARP and " (ARP)" or "")
  end

  -- Whether the destination answered, and what it was asked for: the two matter together.
  local function answer_text(row)
    if row.services > 1 then
      return format("%.0f of %.0f", row.services_answered, row.services)
    end
    local answered = not row.contacted and "-" or row.answered and "yes" or "no"
    if not row.service then return answered end
    local transport, port = floor(row.service / PORTS), row.service % PORTS
    local name = TRANSPORT_NAMES[transport]
    local has_ports = transport == TCP or transport == UDP
    return pad_right(answered, 4)
      .. (has_ports and whole(port) .. "/" .. name or name .. " " .. whole(port))
  end

  local function text_cells(row)
    return {
      whole(row.destinations), whole(row.packets), human_bytes(row.bytes), whole(row.first_frame),
      whole(row.last_frame), human_duration(row.first_time, row.last_time),
    }
  end

  -- What the parts of a text report share: where to write, and how wide the columns are.
  local function new_page(report, unicode)
    local page = { report = report, unicode = unicode, pieces = {}, widths = {} }
    function page.write(...)
      append_all(page.pieces, { ... })
    end
    function page.clean(text)
      return printable(text, unicode)
    end
    function page.name_of(address)
      return printable(host_name(address) or "", unicode)
    end
    append_all(page.widths, NARROWEST)
    for _, row in ipairs(report.sources) do
      for i, cell in ipairs(text_cells(row)) do page.widths[i] = max(page.widths[i], #cell) end
    end
    local taken = 0
    for _, width in ipairs(page.widths) do taken = taken + #GAP + width end
    page.source_width = max(0, WIDTH - taken)
    return page
  end

  local function window_text(options)
    return options.window == 0 and "" or " within " .. whole(options.window) .. " s"
  end

  local function threshold_text(options)
    return format("more than %.0f %s destinations", options.threshold,
      options.window == 0 and "unique" or "new") .. window_text(options)
  end

  local function write_summary(page)
    local report, options = page.report, page.report.options
    local function fact(name, text)
      page.write(pad_right(name, 12), wrapped(words(text), 12, 12), "\n")
    end
    fact("Filter:", options.filter == "" and "<No Filter>" or page.clean(options.filter))
    if report.first_time then
      fact("Time:", format("%s to %s UTC (%s)", utc(report.first_time), utc(report.last_time),
        human_duration(report.first_time, report.last_time)))
    end
    fact("Counted:", counted(report.frames, "frame", "frames") .. ", "
      .. counted(report.sources_total, "source", "sources") .. ", "
      .. counted(report.pairs_total, "pair", "pairs") .. " of source and destination")
    fact("Threshold:", threshold_text(options))
    fact("Flagged:", report.flagged_total == 0 and "none"
      or counted(report.flagged_total, "source", "sources") .. " over the threshold")
    fact("Suspects:", report.suspects_total == 0 and "none"
      or counted(report.suspects_total, "source looks like a scanner",
        "sources look like scanners"))
  end

  -- Whether a name has room beside `left`, perhaps cut.
  local function has_room(left, name, columns)
    return #left + #GAP + min(SHOWN_NAME, display_width(name)) <= columns
  end

  -- `left`, and the name beside it, cut to what is left of the columns.
  local function labelled(page, left, name, columns)
    if name == "" or not has_room(left, name, columns) then return left end
    return left .. GAP .. shortened(name, columns - #left - #GAP, page.unicode)
  end

  -- The address and its name, for a cell so wide. Where there is no room for them they are written
  -- in a line of their own, and the cell is empty.
  local function place(page, left, name, columns)
    local fits = has_room(left, name, columns)
    if name == "" then fits = #left <= columns end
    if fits then return labelled(page, left, name, columns) end
    page.write(labelled(page, left, name, WIDTH), "\n")
    return ""
  end

  local function write_destinations(page, source)
    local indent = spaces(INDENT)
    local widths = page.widths
    local width = page.source_width + #GAP + widths[1]
    local function line(left, cells)
      page.write(pad_right(left, width))
      for i = 1, 3 do page.write(GAP, pad_left(cells[i], widths[1 + i])) end
      page.write(GAP, cells[4], "\n")
    end
    line(indent .. "Destination", { HEADINGS[2], HEADINGS[3], HEADINGS[4], "Answered" })
    for _, row in ipairs(destinations_of(source)) do
      local address = indent .. address_text(row.address)
      local left = place(page, address, page.name_of(row.address), width)
      line(left, {
        whole(row.packets), human_bytes(row.bytes), whole(row.first_frame), answer_text(row),
      })
    end
  end

  local function write_section(page, title, with_reasons, belongs)
    local is_first = true
    local function line(left, cells)
      page.write(pad_right(left, page.source_width))
      for i, cell in ipairs(cells) do page.write(GAP, pad_left(cell, page.widths[i])) end
      page.write("\n")
    end
    for _, row in ipairs(page.report.sources) do
      if belongs(row) then
        if is_first then
          page.write("\n", paragraph(title), "\n")
          line("Source", HEADINGS)
        elseif page.report.options.pairs then
          page.write("\n")
        end
        is_first = false
        line(place(page, labelled_address(row.address), page.name_of(row.address),
          page.source_width), text_cells(row))
        if with_reasons then
          local text = concat(row.verdicts, ", ") .. ": " .. page.clean(row.reason)
          page.write(spaces(INDENT),
            wrapped(clauses(text, WIDTH - INDENT - 2), INDENT, INDENT + 2), "\n")
        end
        if page.report.options.pairs then write_destinations(page, row) end
      end
    end
  end

  local function write_left_out(page)
    local report = page.report
    if report.left_out == 0 then return end
    local suspects = report.suspects_total
    for _, row in ipairs(report.sources) do
      if row.suspect then suspects = suspects - 1 end
    end
    page.write(page.unicode and "\n… and " or "\n... and ",
      counted(report.left_out, "more source", "more sources"))
    if suspects > 0 then
      page.write(", ", counted(suspects, "suspect", "suspects"), " among them")
    end
    page.write(" (top=", whole(report.options.top), ")\n")
  end

  local function write_sources(page)
    local report, options = page.report, page.report.options
    if report.sources_total == 0 then
      page.write("\nNo sources: nothing that was counted is IP, nor an ARP request.\n")
      return
    end
    if report.suspects_total == 0 then
      page.write("\n", paragraph(report.flagged_total > 0 and "No source looks like a scanner."
        or "No source has " .. threshold_text(options) .. ", and none looks like a scanner."), "\n")
    end
    write_section(page, "Scan suspects", true, function(row)
      return row.suspect
    end)
    local over = "Over the threshold of " .. whole(options.threshold) .. window_text(options)
    write_section(page, over, true, function(row)
      return row.flagged and not row.suspect
    end)
    write_section(page, "Other sources", false, function(row)
      return not row.flagged and not row.suspect
    end)
    write_left_out(page)
  end

  local function write_chart(page, title, lines, labels_right)
    if #lines == 0 then return end
    local label_width, largest = 0, 0
    for _, line in ipairs(lines) do
      label_width = max(label_width, display_width(line.label))
      largest = max(largest, line.value)
    end
    local value_width = #whole(largest)
    local room = WIDTH - label_width - value_width - 2 * #GAP
    page.write("\n", title, "\n")
    for _, line in ipairs(lines) do
      page.write((labels_right and pad_left or pad_right)(line.label, label_width), GAP,
        pad_left(whole(line.value), value_width))
      if line.value > 0 then page.write(GAP, bar(line.value, largest, room, page.unicode)) end
      page.write("\n")
    end
  end

  local function write_charts(page)
    local active = map(page.report.most_active, function(source)
      local address = source.address
      return {
        label = labelled(page, labelled_address(address), page.name_of(address), 41),
        value = source.packets,
      }
    end)
    write_chart(page, "Most active sources, in packets", active, false)
    local to = page.unicode and "–" or "-"
    local bins = map(page.report.distribution, function(bin)
      local label = whole(bin.from)
      if bin.from ~= bin.to then label = label .. to .. whole(bin.to) end
      return { label = label, value = bin.sources }
    end)
    write_chart(page, "Sources by their number of unique destinations", bins, true)
  end

  function render_text(report, unicode)
    local page = new_page(report, unicode)
    local rule = rep("=", WIDTH) .. "\n"
    page.write(rule, "Fan-out: unique destinations per source\n")
    write_summary(page)
    write_sources(page)
    write_charts(page)
    page.write(rule)
    return concat(page.pieces)
  end
end

local RENDERERS = { text = render_text, json = render_json, csv = render_csv }

---------------------------------------------------------------------------------------------------
-- Errors: to the user, with file and line
---------------------------------------------------------------------------------------------------

-- Ends tshark; in Wireshark's window a message must do.
local function refuse(message, status)
  if gui_enabled() then
    report_failure(message)
  else
    io.stderr:write("tshark: ", message, "\n")
    os.exit(status)
  end
end

-- `action`, for Wireshark to call: Wireshark itself would shrink an error in it to a warning. Says
-- so once: a tap is called for every packet.
local function guarded(action)
  local is_broken = false
  return function(...)
    if is_broken then return end
    local good, problem = xpcall(action, tostring, ...) -- Lua's message begins with file and line
    if not good then
      is_broken = true
      refuse("fanout: " .. problem, 2)
    end
  end
end

---------------------------------------------------------------------------------------------------
-- Files
---------------------------------------------------------------------------------------------------

local write_file, why_not_writable, write_output
do
  -- io.open() and others say "PATH: why".
  local function cannot_write(path, why)
    why = tostring(why):gsub("^.*: ", "")
    return 'cannot write "' .. path .. '": ' .. why
  end

  -- Devices and pipes are written to, not replaced.
  local function is_special(path)
    if path:find("^/dev/") or path:find("^/proc/") then return true end
    if path:upper():find("^NUL:?$") or path:upper():find("^CON:?$") then return true end
    local file = io.open(path, "rb")
    if not file then return false end
    local size = file:seek("end")
    file:close()
    return size == nil
  end

  -- Opens what to write to: the file and its name, the path's own or that of a temporary file
  -- beside it; or nil and why not.
  local function open_output(path)
    if is_special(path) then
      local file, why = io.open(path, "wb")
      return file, file and path or cannot_write(path, why)
    end
    -- A file that may not be written is not to be replaced either.
    local readable = io.open(path, "rb")
    if readable then
      readable:close()
      local existing, why = io.open(path, "r+b")
      if not existing then return nil, cannot_write(path, why) end
      existing:close()
    end
    local temporary = format("%s.%06x", path, math.random(0, 0xffffff))
    local file, why = io.open(temporary, "wb")
    return file, file and temporary or cannot_write(path, why)
  end

  -- Why nothing can be written there, or nil.
  function why_not_writable(path)
    if is_special(path) then return nil end
    local file, name = open_output(path)
    if not file then return name end
    file:close()
    os.remove(name)
    return nil
  end

  -- Writes `text`, so that a file has all of it or is not there: why that failed, or nil.
  function write_file(path, text)
    local file, name = open_output(path)
    if not file then return name end
    local written, why = file:write(text)
    local closed, why_not_closed = file:close()
    if written and closed then
      if name == path then return nil end
      if os.rename(name, path) then return nil end
      os.remove(path) -- Windows renames to no name that is taken
      written, why = os.rename(name, path)
      if written then return nil end
    end
    if name ~= path then os.remove(name) end
    return cannot_write(path, why or why_not_closed)
  end

  function write_output(text)
    local written, why = io.stdout:write(text)
    if written then
      written, why = io.stdout:flush()
    end
    return not written and cannot_write("standard output", why) or nil
  end
end

---------------------------------------------------------------------------------------------------
-- Listen: the taps of one -z or one window
---------------------------------------------------------------------------------------------------

-- A display filter that was refused: the reason alone.
local function filter_problem(message)
  return tostring(message):match("registering tap:%s*(.*)$") or tostring(message)
end

-- Counts what passes the filter, and calls draw(engine) whenever Wireshark wants to see it. Gives a
-- function that ends this, or nil and why the filter was refused.
local function listen(options, draw)
  local filter = options.filter ~= "" and options.filter or nil
  local good, listener = pcall(Listener.new, "frame", filter)
  if not good then
    return nil, format("%s is neither an option nor a display filter (%s). Allowed: %s",
      quoted(options.filter), filter_problem(listener), USAGE)
  end
  local ipv4_listener = Listener.new("ip", filter)
  local ipv6_listener = Listener.new("ipv6", filter)
  local engine = new_engine(options.unicast)
  -- The frame that is being read, and its headers: so many were seen, and so many counted.
  local number, seen, done
  local function begin(packet)
    if packet.number == number then return end
    number = packet.number
    seen, done = { [IPV4] = 0, [IPV6] = 0 }, { [IPV4] = 0, [IPV6] = 0 }
  end
  local function count_header(network)
    return guarded(function(packet)
      begin(packet)
      seen[network] = seen[network] + 1
      -- The tap `frame` is not called where the dissection ended within what an error quotes.
      if has_icmp() then count_headers(engine, packet, seen, done) end
    end)
  end
  ipv4_listener.packet = count_header(IPV4)
  ipv6_listener.packet = count_header(IPV6)
  -- Called last for each frame.
  listener.packet = guarded(function(packet)
    begin(packet)
    count_frame(engine, packet, seen, done)
  end)
  listener.reset = guarded(function()
    engine = new_engine(options.unicast)
    number = nil
  end)
  listener.draw = guarded(function()
    draw(engine)
  end)
  return function()
    for _, each in ipairs({ listener, ipv4_listener, ipv6_listener }) do each:remove() end
  end
end

---------------------------------------------------------------------------------------------------
-- Statistics > Scan Suspects: a window
---------------------------------------------------------------------------------------------------

-- "ip.src == 192.0.2.1 || ...": the packets of the suspects, or else of the flagged ones; or nil.
local function filter_for(report)
  local names = { [IPV4] = "ip.src", [IPV6] = "ipv6.src", [ARP] = "arp.src.proto_ipv4" }
  local function terms(belongs)
    local found = {}
    for _, row in ipairs(report.sources) do
      if belongs(row) then
        found[#found + 1] = names[row.address:sub(1, 1)] .. " == " .. address_text(row.address)
      end
    end
    return found
  end
  local found = terms(function(row)
    return row.suspect
  end)
  if #found == 0 then
    found = terms(function(row)
      return row.flagged
    end)
  end
  return #found > 0 and concat(found, " || ") or nil
end

local function format_for(path)
  local suffix = path:lower():match("%.(%a+)$")
  return (suffix == "json" or suffix == "csv") and suffix or "text"
end

-- Asks for one value, suggesting one, and calls done() with the answer.
local function ask_for(label, suggested, done)
  new_dialog("Scan Suspects", guarded(function(value)
    if value and value ~= "" then done(value) end
  end), { name = label, value = suggested })
end

local function open_window(options)
  local window, engine, report
  local text = ""
  local function show()
    report = make_report(engine, options)
    local new_text = render_text(report, true)
    if new_text == text then return end -- setting it would scroll to the top
    text = new_text
    window:set(text)
  end
  local stop, problem = listen(options, function(counted_engine)
    engine = counted_engine
    show()
  end)
  if not stop then return refuse("-z fanout: " .. problem, 1) end
  window = TextWindow.new("Scan Suspects")
  window:set_atclose(guarded(stop))
  window:add_button("Threshold…", guarded(function()
    ask_for("More unique destinations than", whole(options.threshold), function(value)
      local threshold, why = parse_number("threshold", value)
      if not threshold then return report_failure(why) end
      options.threshold = threshold
      if engine then show() end
    end)
  end))
  window:add_button("Apply Filter", guarded(function()
    local filter = report and filter_for(report)
    if not filter then return report_failure("No source is suspect or over the threshold.") end
    set_filter(filter)
    apply_filter()
  end))
  window:add_button("Copy", guarded(function()
    copy_to_clipboard(text)
  end))
  window:add_button("Save As…", guarded(function()
    ask_for("File (.txt, .json or .csv)", "", function(path)
      if not report then return end
      local why = write_file(path, RENDERERS[format_for(path)](report, true))
      if why then report_failure(why) end
    end)
  end))
  retap_packets()
end

if gui_enabled() then
  register_menu("Scan Suspects", guarded(function()
    open_window(default_options())
  end), MENU_STAT_UNSORTED)
end

---------------------------------------------------------------------------------------------------
-- tshark -z fanout
---------------------------------------------------------------------------------------------------

local function is_unicode_terminal()
  for _, name in ipairs({ "LC_ALL", "LC_CTYPE", "LANG" }) do
    local locale = os.getenv(name)
    if locale and locale ~= "" then return locale:upper():find("UTF%-?8") ~= nil end
  end
  return false
end

local function start(argument)
  local options, problem = parse_options(argument)
  if not options then return refuse("-z fanout: " .. problem, 1) end
  if options.file then
    local why = why_not_writable(options.file)
    if why then return refuse("-z fanout: file=: " .. why, 1) end
  end
  if gui_enabled() and not options.file then return open_window(options) end
  local stop, why_refused = listen(options, function(engine)
    local unicode = options.file ~= nil or is_unicode_terminal()
    local text = RENDERERS[options.format](make_report(engine, options), unicode)
    local why
    if options.file then
      why = write_file(options.file, text)
    else
      why = write_output(text)
    end
    if why then refuse("fanout: " .. why, 2) end
  end)
  if not stop then refuse("-z fanout: " .. why_refused, 1) end
end

register_stat_cmd_arg("fanout", guarded(start))
