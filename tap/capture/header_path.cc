#include "tap/capture/header_path.h"

#include <array>
#include <optional>
#include <string_view>

#include "tap/capture/carriers.h"
#include "tap/capture/observe.h"
#include "tap/capture/versions.h"
#include "tap/count/tunnels.h"

namespace fanout {
namespace {

struct LinkType {
  int encapsulation;
  Link link;
  dissector_handle_t original;
};

// The state of the run. There is one run in a process that takes the header path: tshark's.
struct Run {
  bool offered = false;
  bool forbidden = false;
  bool examined = false;  // whether the other consumers of the run were looked for
  void (*stop_listening)() = nullptr;
  void (*start_listening)() = nullptr;
  uint32_t last_tapped = 0;   // the frame our own tap listener was last called for
  uint32_t last_entered = 0;  // the frame that our dissectors were last called for
  std::unique_ptr<const Carriers> carriers;
  std::optional<FrameReader> reader;
  std::array<LinkType, 6> links{{{WTAP_ENCAP_ETHERNET, Link::kEthernet, nullptr},
                                 {WTAP_ENCAP_SLL, Link::kLinuxCooked, nullptr},
                                 {WTAP_ENCAP_SLL2, Link::kLinuxCooked2, nullptr},
                                 {WTAP_ENCAP_RAW_IP, Link::kRawIp, nullptr},
                                 {WTAP_ENCAP_NULL, Link::kBsdLoopback, nullptr},
                                 {WTAP_ENCAP_LOOP, Link::kOpenBsdLoopback, nullptr}}};
};
Run g_run;
int g_header_tap = -1;

// Whether anybody but this plugin listens to a tap: looked up while our own statistics do not.
bool others_listen() {
  g_run.stop_listening();
  bool found = false;
  GList* names = get_tap_names();
  for (const GList* item = names; item != nullptr; item = item->next) {
    const auto* name = static_cast<const char*>(item->data);
    if (name != std::string_view(kMarksTap) && have_tap_listener(find_tap_id(name))) found = true;
  }
  g_list_free(names);
  g_run.start_listening();
  return found;
}

// Whether tshark is to write the TLS session keys it finds: the one result of a dissection that no
// interface reports. Seen where a process can read its own command line (Linux).
bool exports_session_keys() {
  char* text = nullptr;
  gsize length = 0;
  if (!g_file_get_contents("/proc/self/cmdline", &text, &length, nullptr)) return false;
  const bool found =
      std::string_view(text, length).find("--export-tls-session-keys") != std::string_view::npos;
  g_free(text);
  return found;
}

// Whether this frame's headers may do: nobody wants a tree or columns, this is the only pass, and
// our own listener was called for the frame before, so that taps are being delivered; of the first
// frame this is not known yet.
bool headers_may_do(const packet_info* pinfo, const proto_tree* tree) {
  if (g_run.forbidden || tree != nullptr || pinfo->cinfo != nullptr) return false;
  if (pinfo->fd->visited || g_run.last_tapped + 1 != pinfo->num) return false;
  // A frame inside a frame, as rpcap has them, is part of what is being dissected in full.
  if (g_run.last_entered == pinfo->num) return false;
  g_run.last_entered = pinfo->num;
  if (!g_run.examined) {
    g_run.examined = true;
    if (others_listen()) forbid_header_path();
  }
  return !g_run.forbidden;
}

int dissect(LinkType* type, tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, void* data) {
  static HeaderObservations observed;  // must outlive this call: the tap is delivered after it
  if (headers_may_do(pinfo, tree)) {
    const int captured = static_cast<int>(tvb_captured_length(tvb));
    const Bytes bytes(captured == 0 ? nullptr : tvb_get_ptr(tvb, 0, captured),
                      static_cast<size_t>(captured));
    observed.header = frame_observation(pinfo);
    const Reading reading =
        g_run.reader->read(type->link, bytes, tvb_reported_length(tvb), observed);
    if (reading == Reading::kObservation || reading == Reading::kNothing) {
      const bool is_nothing = reading == Reading::kNothing;
      tap_queue_packet(g_header_tap, pinfo, is_nothing ? nullptr : &observed);
      // The first frame is dissected all the same, in case that no taps are being delivered.
      if (pinfo->num > 1) return captured;
    }
  }
  return call_dissector_only(type->original, tvb, pinfo, tree, data);
}

template <size_t kLink>
int dissect_link(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, void* data) {
  return dissect(&g_run.links[kLink], tvb, pinfo, tree, data);
}

template <size_t... kLinks>
constexpr std::array<dissector_t, sizeof...(kLinks)> link_dissectors(
    std::index_sequence<kLinks...>) {
  return {dissect_link<kLinks>...};
}

}  // namespace

void register_header_path() { g_header_tap = register_tap(kHeaderTap); }

void offer_header_path(void (*stop_listening)(), void (*start_listening)()) {
  if (g_run.offered || in_window()) return;
  g_run.offered = true;
  g_run.stop_listening = stop_listening;
  g_run.start_listening = start_listening;
  if (!dissection_is_the_usual() || exports_session_keys()) return;
  g_run.carriers = current_carriers(names_come_from_packets());
  g_run.reader.emplace(*g_run.carriers);
  constexpr auto kDissectors =
      link_dissectors(std::make_index_sequence<std::tuple_size_v<decltype(g_run.links)>>());
  dissector_table_t table = find_dissector_table("wtap_encap");
  for (size_t i = 0; i < g_run.links.size(); ++i) {
    LinkType& type = g_run.links[i];
    const auto encapsulation = static_cast<uint32_t>(type.encapsulation);
    type.original = dissector_get_uint_handle(table, encapsulation);
    if (type.original == nullptr) continue;
    dissector_change_uint("wtap_encap", encapsulation, create_dissector_handle(kDissectors[i], -1));
  }
}

void forbid_header_path() { g_run.forbidden = true; }

void note_tapped(uint32_t frame) { g_run.last_tapped = frame; }

}  // namespace fanout
