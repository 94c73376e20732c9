-- For luacheck: what Wireshark gives its Lua files.
read_globals = {
  "Address", "Field", "Listener", "MENU_STAT_UNSORTED", "TextWindow", "apply_filter",
  "copy_to_clipboard", "get_preference", "gui_enabled", "new_dialog", "register_menu",
  "register_stat_cmd_arg", "report_failure", "retap_packets", "set_filter", "set_plugin_info",
}
max_line_length = 100
