// What Wireshark looks for in a plugin, and what it then registers.
#include "plugin/postdissector.h"
#include "plugin/symbols.h"
#include "plugin/window.h"
#include "tap/capture/header_path.h"
#include "tap/capture/preferences.h"
#include "tap/terminal/statistic.h"

namespace {

void register_protocol() {
  fanout::register_preferences(fanout::register_fanout());
  fanout::register_header_path();
}

void register_statistics() {
  fanout::register_statistic(fanout::open_window);
  fanout::register_window();
}

}  // namespace

FANOUT_PLUGIN(FANOUT_VERSION)

// For packaging/doctor, which reads it from a file that is not loaded.
extern "C" FANOUT_EXPORT const char fanout_build[] =
    "fanout " FANOUT_VERSION
    " for Wireshark " G_STRINGIFY(WIRESHARK_VERSION_MAJOR) "." G_STRINGIFY(WIRESHARK_VERSION_MINOR);

void plugin_register() {
  static proto_plugin protocol{};
  protocol.register_protoinfo = register_protocol;
  protocol.register_handoff = fanout::handoff_fanout;
  proto_register_plugin(&protocol);
  static tap_plugin tap{};
  tap.register_tap_listener = register_statistics;
  tap_register_plugin(&tap);
}

uint32_t plugin_describe() {
#ifdef WS_PLUGIN_DESC_DISSECTOR
  return WS_PLUGIN_DESC_DISSECTOR | WS_PLUGIN_DESC_TAP_LISTENER;
#else
  return 0;
#endif
}
