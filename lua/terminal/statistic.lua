-- The front of tshark -z fanout.

local errors = require("capture.errors")
local host_name = require("capture.names").host_name
local listen = require("capture.listen").listen
local open_window = require("gui.window").open
local options_module = require("report.options")
local output = require("report.output")
local render = require("report.render").render
local make_report = require("report.report").make

local function is_unicode_terminal()
  for _, name in ipairs({ "LC_ALL", "LC_CTYPE", "LANG" }) do
    local locale = os.getenv(name)
    if locale and locale ~= "" then return locale:upper():find("UTF%-?8") ~= nil end
  end
  return false
end

-- Ends tshark, as its own helps do.
local function print_help()
  local why = output.write_output(options_module.help())
  if why then return errors.refuse("fanout: " .. why, 2) end
  if not gui_enabled() then os.exit(0) end
end

local function start(argument)
  local options, problem = options_module.parse(argument)
  if not options then return errors.refuse("-z fanout: " .. problem, 1) end
  if options.help then return print_help() end
  if options.file then
    local why = output.why_not_writable(options.file)
    if why then return errors.refuse("-z fanout: file=: " .. why, 1) end
  end
  if gui_enabled() and not options.file then return open_window(options) end
  local stop, why_refused = listen(options, function(engine)
    local unicode = options.file ~= nil or is_unicode_terminal()
    local text = render(options.format, make_report(engine, options, host_name), unicode)
    local why
    if options.file then
      why = output.write_file(options.file, text)
    else
      why = output.write_output(text)
    end
    if why then errors.refuse("fanout: " .. why, 2) end
  end)
  if not stop then
    errors.refuse("-z fanout: " .. options_module.filter_refused(options, why_refused), 1)
  end
end

return { start = start }
