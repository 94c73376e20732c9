// The limit inside tshark, to compare the plugin with: `-z empty` replaces the Ethernet dissector,
// reads nothing and queues an empty tap, which is counted.
#include <cinttypes>
#include <cstdio>

#include <wiretap/wtap.h>

#include "plugin/symbols.h"

namespace {

int g_tap = -1;
uint64_t g_frames = 0;

int dissect_nothing(tvbuff_t* tvb, packet_info* pinfo, proto_tree*, void*) {
  tap_queue_packet(g_tap, pinfo, nullptr);
  return static_cast<int>(tvb_captured_length(tvb));
}

tap_packet_status on_packet(void*, packet_info*, epan_dissect_t*, const void*, tap_flags_t) {
  ++g_frames;
  return TAP_PACKET_DONT_REDRAW;
}

void on_draw(void*) { std::printf("%" PRIu64 " frames\n", g_frames); }

fanout::StatInitResult start(const char*, void*) {
  dissector_change_uint("wtap_encap", WTAP_ENCAP_ETHERNET,
                        create_dissector_handle(dissect_nothing, -1));
  GString* error = register_tap_listener("empty", &g_frames, nullptr, TL_REQUIRES_NOTHING, nullptr,
                                         on_packet, on_draw, nullptr);
  if (error != nullptr) g_string_free(error, TRUE);
  return fanout::stat_init_result(error == nullptr);
}

void register_empty() { g_tap = register_tap("empty"); }

void register_statistic() {
  static stat_tap_ui ui = {
      REGISTER_PACKET_STAT_GROUP_UNSORTED, nullptr, "empty", start, 0, nullptr};
  register_stat_tap_ui(&ui, nullptr);
}

}  // namespace

FANOUT_PLUGIN("0")

void plugin_register() {
  static proto_plugin protocol{};
  protocol.register_protoinfo = register_empty;
  proto_register_plugin(&protocol);
  static tap_plugin tap{};
  tap.register_tap_listener = register_statistic;
  tap_register_plugin(&tap);
}

uint32_t plugin_describe() { return 0; }
