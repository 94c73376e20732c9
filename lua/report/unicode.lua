-- Text that others chose, made fit to be shown: what is no UTF-8, control characters, width.

local byte, concat = string.byte, table.concat

local REPLACEMENT = "\239\191\189" -- U+FFFD

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

return {
  replace_unless = replace_unless, is_no_control = is_no_control,
  is_no_terminal_control = is_no_terminal_control, printable = printable,
  display_width = display_width, beginning = beginning, shortened = shortened,
  REPLACEMENT = REPLACEMENT,
}
