-- What Wireshark gives its Lua files. The rooms count, judge and report know nothing of it.
local wireshark = {
  "Address", "Field", "Listener", "MENU_STAT_UNSORTED", "TextWindow", "apply_filter",
  "copy_to_clipboard", "get_preference", "gui_enabled", "new_dialog", "register_menu",
  "register_stat_cmd_arg", "report_failure", "retap_packets", "set_filter", "set_plugin_info",
}
for _, place in ipairs({ "capture/*", "gui/*", "terminal/*", "main", "fanout" }) do
  files["**/" .. place .. ".lua"].read_globals = wireshark
end
max_line_length = 100
