-- In: a report's text. Out: a file that has all of it or is not there, or standard output.

local format = string.format

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
local function why_not_writable(path)
  if is_special(path) then return nil end
  local file, name = open_output(path)
  if not file then return name end
  file:close()
  os.remove(name)
  return nil
end

-- Writes `text`, so that a file has all of it or is not there: why that failed, or nil.
local function write_file(path, text)
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

local function write_output(text)
  local written, why = io.stdout:write(text)
  if written then
    written, why = io.stdout:flush()
  end
  return not written and cannot_write("standard output", why) or nil
end

return { write_file = write_file, why_not_writable = why_not_writable, write_output = write_output }
