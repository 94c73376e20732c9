-- In: the argument of -z. Out: the options.

local format = string.format

local USAGE = "fanout[,threshold][,text|json|csv][,all][,pairs][,top=N][,unicast][,ports=N]"
  .. "[,window=SECONDS][,full][,file=PATH][,filter]"
local LARGEST_NUMBER = 4294967296
local FORMATS = { text = true, json = true, csv = true, html = true }
local FLAGS = { all = true, pairs = true, unicast = true, full = true }
local LEAST = { threshold = 0, top = 1, ports = 1, window = 1 }

local function quoted(text)
  return '"' .. text .. '"'
end

local function parse_number(name, text)
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
    local is_known, problem = parse_word(options, word, is_first)
    if problem then return nil, problem end
    if not is_known then break end
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

return {
  default = default_options, parse = parse_options, parse_number = parse_number,
  filter_refused = filter_refused,
}
