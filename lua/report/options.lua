-- In: the argument of -z. Out: the options.

local OPTIONS = require("report.option_list")
local display_width = require("report.unicode").display_width

local concat, format, rep = table.concat, string.format, string.rep

local ROWS = {}
for _, row in ipairs(OPTIONS) do ROWS[row.word] = row end

-- Whether -z takes the value alone, by its place.
local function has_a_place(row)
  return row.kind == "first" or row.kind == "rest"
end

local function quoted(text)
  return '"' .. text .. '"'
end

-- "fanout[,threshold][,text|json|csv][,all]...".
local function make_usage()
  local pieces, before = { "fanout" }, nil
  for _, row in ipairs(OPTIONS) do
    if row.is_here then
      local is_next_format = row.kind == "format" and before == "format"
      if is_next_format then pieces[#pieces] = pieces[#pieces]:sub(1, -2) end
      local value = row.value and not has_a_place(row) and "=" .. row.value or ""
      pieces[#pieces + 1] = (is_next_format and "|" or "[,") .. row.word .. value .. "]"
      before = row.kind
    end
  end
  return concat(pieces)
end

local USAGE = make_usage()

-- The number that `text` is, or nil and why it is none that the option `word` takes.
local function parse_number(word, text)
  local row = ROWS[word]
  local number = text:find("^%d+$") and tonumber(text)
  if number and number >= row.least and number <= row.most then return number end
  return nil, format("%s must be a whole number from %.0f to %.0f, not %s", word, row.least,
    row.most, quoted(text))
end

local function take_format(options, row)
  local problem
  if options.given_format == row.word then
    problem = quoted(row.word) .. " is given twice"
  elseif options.given_format then
    problem = "give one format: " .. quoted(options.given_format) .. " or " .. quoted(row.word)
  elseif not row.is_here then
    problem = quoted(row.word) .. " needs the binary plugin"
  end
  options.given_format, options.format = row.word, row.word
  return problem
end

-- Takes one option with its value, or nil: what is wrong, or nil.
local function take(options, row, value)
  if row.kind == "format" then return take_format(options, row) end
  local problem
  if not row.value then
    options[row.word] = true
  elseif row.least then
    options[row.word], problem = parse_number(row.word, value)
  else
    if value == "" then problem = row.word .. "= needs a " .. row.value:lower() end
    options[row.word] = value
  end
  if options.given[row.word] then problem = problem or quoted(row.word) .. " is given twice" end
  options.given[row.word] = true
  return problem
end

-- The option that `word` is, and its value; nil: it is none.
local function find_option(word, is_first)
  if is_first and word:find("^[+-]?%d+$") then
    for _, row in ipairs(OPTIONS) do
      if row.kind == "first" then return row, word end
    end
  end
  local name, value = word:match("^([^=]*)=(.*)$")
  local row = ROWS[name or word]
  if not row or has_a_place(row) or (row.value ~= nil) ~= (value ~= nil) then return nil end
  return row, value
end

local function default_options()
  return { threshold = 50, ports = 15, window = 0, format = "text", filter = "", given = {} }
end

-- The options, or nil and why they were refused.
local function parse_options(argument)
  local options = default_options()
  local rest = argument:match("^fanout(.*)$")
  if not rest or not (rest == "" or rest:sub(1, 1) == ",") then
    return nil, quoted(argument) .. " is not a statistic; did you mean " .. USAGE .. "?"
  end
  local is_first = true
  while rest ~= "" do
    rest = rest:sub(2)
    local word = rest:match("^[^,]*")
    local row, value = find_option(word, is_first)
    if not row then break end
    local problem = take(options, row, value)
    if problem then return nil, problem end
    rest = rest:sub(#word + 1)
    is_first = false
  end
  options.filter = rest
  return options
end

-- Why a filter is refused, with Wireshark's own words for it.
local function filter_refused(options, problem)
  return format("%s is neither an option nor a display filter (%s). Allowed: %s",
    quoted(options.filter), problem, USAGE)
end

-- The words of `text` in lines of 80 columns, of which all but the first are indented so far.
local function wrapped(text, indent)
  local lines, at = { "" }, indent
  for word in text:gmatch("%S+") do
    if at > indent and at + 1 + display_width(word) > 80 then
      lines[#lines + 1], at = rep(" ", indent), indent
    elseif at > indent then
      lines[#lines], at = lines[#lines] .. " ", at + 1
    end
    lines[#lines] = lines[#lines] .. word
    at = at + display_width(word)
  end
  return concat(lines, "\n")
end

-- The table of options, for a terminal.
local function help()
  local names, width = {}, 0
  for i, row in ipairs(OPTIONS) do
    local value = row.value and not has_a_place(row) and "=" .. row.value or ""
    names[i] = row.word .. value
    if row.is_here then width = math.max(width, #names[i]) end
  end
  local lines = {
    "Usage: tshark -q -z fanout[,threshold][,option]...[,filter] -r FILE",
    "Options come in any order, each at most once:", "",
  }
  for i, row in ipairs(OPTIONS) do
    if row.is_here then
      local name = names[i] .. rep(" ", width + 2 - #names[i])
      lines[#lines + 1] = "  " .. name .. wrapped(row.help, width + 4)
    end
  end
  return concat(lines, "\n") .. "\n"
end

return {
  default = default_options, parse = parse_options, parse_number = parse_number, help = help,
  filter_refused = filter_refused,
}
