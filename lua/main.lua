-- Fan-out: who contacts how many hosts, and who of them is scanning.
--
-- The Lua companion of the binary plugin "fanout", for those who cannot install one. Copy this file
-- into the folder "Personal Lua Plugins" (Help > About > Folders). It gives
--
--   Statistics > Scan Suspects
--   tshark -q -r FILE -z fanout[,threshold][,option]...[,filter]
--   tshark -z fanout,help
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

local guarded = require("capture.errors").guarded
local open_window = require("gui.window").open
local default_options = require("report.options").default

if gui_enabled() then
  register_menu("Scan Suspects", guarded(function()
    open_window(default_options())
  end), MENU_STAT_UNSORTED)
end
register_stat_cmd_arg("fanout", guarded(require("terminal.statistic").start))

