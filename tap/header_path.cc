#include "header_path.h"

#include <array>
#include <string_view>
#include <unordered_set>

#include "headers.h"
#include "observe.h"
#include "plugin/versions.h"

namespace fanout {
namespace {

// Protocols on UDP and TCP ports that can lead Wireshark to a further IP header: its dissectors of
// 4.0.17 that call, directly or through others, those of IP, Ethernet, PPP and the like. Names that
// a version does not know do no harm.
constexpr auto kUdpCarriers = std::to_array<std::string_view>(
    {"acdr",        "actrace",    "amt",          "applemidi",   "aruba_erm",
     "asam-cmp",    "ayiya",      "bat",          "bat.gw",      "bat.vis",
     "btle",        "capwap",     "capwap.data",  "cflow",       "cpfi",
     "cwids",       "e100",       "ecatf",        "eth",         "forces",
     "geneve",      "gprs-ns",    "gre",          "gsm_ipa",     "gsmtap",
     "gtp",         "gtpprime",   "gtpv2",        "hp_erm",      "ieee1609dot2",
     "ieee1722",    "infiniband", "ip",           "ipaccess",    "ipv6",
     "jmirror",     "juniper",    "l2tp",         "lapd",        "lge_monitor",
     "lisp",        "lisp-data",  "llc",          "lte_rrc",     "lwapp",
     "lwapp-cntl",  "lwapp-l3",   "mint",         "mint_data",   "mip",
     "mipv6",       "mp2t",       "mpls",         "msproxy",     "msrcp",
     "nas-5gs",     "nas-eps",    "nb_rtpmux",    "nordic_ble",  "nsh",
     "nw_mtp",      "obex",       "openthread",   "pcli",        "pcli8",
     "pcli12",      "pcli20",     "peekremote",   "pn_rt",       "proxy",
     "redbackli",   "rftap",      "rpcap",        "rtp",         "rtpproxy",
     "rudp",        "scop",       "sflow",        "socks",       "sscop",
     "stt",         "sync",       "t38",          "tapa",        "tdmop",
     "tecmp",       "teredo",     "tipc",         "trel",        "tzsp",
     "udpencap",    "uma",        "vxlan",        "vxlan_gpe",   "wassp",
     "wg",          "wisun",      "wisun.eapol_relay", "wlan",   "wpan",
     "zep"});
constexpr auto kTcpCarriers = std::to_array<std::string_view>(
    {"5gli",        "acdr",        "cflow",       "ecatf",       "fcip",     "forces",
     "gsm_ipa",     "gtp",         "gtpprime",    "icap",        "ifcp",     "ipaccess",
     "kdsp",        "li5g",        "m3ua",        "mp2t",        "msdp",     "msproxy",
     "nas-5gs",     "obex",        "opa.fe",      "openflow",    "openflow_v1", "openflow_v4",
     "openflow_v5", "openflow_v6", "osi",         "proxy",       "rpcap",    "rtp",
     "rtpproxy",    "rtsp",        "scop",        "socks",       "sscop",    "sstp",
     "stt",         "t38",         "tali",        "tcpencap",    "tipc",     "uma",
     "xot"});
// What gives addresses names.
constexpr auto kNamers = std::to_array<std::string_view>({"dns", "mdns", "llmnr", "nbns"});

// Protocols that the header reader stands for, and preferences that change what they do.
constexpr auto kProtocols = std::to_array<const char*>(
    {"frame", "eth", "vlan", "ieee8021ad", "sll", "raw", "null", "ip", "ipv6", "ipv6.hopopts",
     "ipv6.dstopts", "arp", "tcp", "udp", "icmp", "icmpv6", "igmp"});
struct Preference {
  const char* module;
  const char* name;
};
constexpr auto kPreferences = std::to_array<Preference>({{"eth", "interpret_as_fw1_monitor"},
                                                         {"eth", "deduplicate_dmac"},
                                                         {"eth", "trailer_length"},
                                                         {"eth", "ccsds"},
                                                         {"frame", "force_docsis_encap"},
                                                         {"vlan", "qinq_ethertype"},
                                                         {"ip", "try_heuristic_first"},
                                                         {"ip", "tso_support"},
                                                         {"ipv6", "try_heuristic_first"},
                                                         {"ipv6", "tso_support"},
                                                         {"tcp", "try_heuristic_first"},
                                                         {"udp", "try_heuristic_first"}});

struct LinkType {
  int encapsulation;
  Link link;
  dissector_handle_t original;
};

// The state of the run. There is one run in a process that takes the short way: tshark's.
struct Run {
  bool offered = false;
  bool forbidden = false;
  bool examined = false;       // whether the other consumers of the run were looked for
  uint32_t last_tapped = 0;    // the frame our own tap listener was last called for
  Carriers carriers;
  std::array<LinkType, 6> links{{{WTAP_ENCAP_ETHERNET, Link::kEthernet, nullptr},
                                 {WTAP_ENCAP_SLL, Link::kLinuxCooked, nullptr},
                                 {WTAP_ENCAP_SLL2, Link::kLinuxCooked2, nullptr},
                                 {WTAP_ENCAP_RAW_IP, Link::kRawIp, nullptr},
                                 {WTAP_ENCAP_NULL, Link::kBsdLoopback, nullptr},
                                 {WTAP_ENCAP_LOOP, Link::kOpenBsdLoopback, nullptr}}};
};
Run g_run;
int g_header_tap = -1;

template <size_t kCount>
void mark_ports(const char* table_name, const std::array<std::string_view, kCount>& names,
                std::bitset<65536>* ports) {
  const std::unordered_set<std::string_view> wanted(names.begin(), names.end());
  dissector_table_t table = find_dissector_table(table_name);
  for (uint32_t port = 0; port < ports->size(); ++port) {
    dissector_handle_t handle = dissector_get_uint_handle(table, port);
    const int protocol = handle == nullptr ? -1 : dissector_handle_get_protocol_index(handle);
    if (protocol != -1 && wanted.contains(proto_get_protocol_filter_name(protocol))) {
      ports->set(port);
    }
  }
}

bool names_come_from_packets() {
  return gbl_resolv_flags.network_name && gbl_resolv_flags.dns_pkt_addr_resolution;
}

// Decode As for ports is seen through the port tables; any other rules the short way out.
void note_changed_table(const char* table, ftenum_t, gpointer, gpointer, gpointer only_ports) {
  const std::string_view name = table;
  if (name != "tcp.port" && name != "udp.port") *static_cast<bool*>(only_ports) = false;
}

bool dissection_is_the_usual() {
  for (const char* name : kProtocols) {
    const int protocol = proto_get_id_by_filter_name(name);
    if (protocol != -1 && !proto_is_protocol_enabled(find_protocol_by_id(protocol))) return false;
  }
  for (const Preference& wanted : kPreferences) {
    module_t* module = prefs_find_module(wanted.module);
    pref_t* preference =
        module == nullptr ? nullptr : prefs_find_preference(module, wanted.name);
    if (preference != nullptr && !prefs_pref_is_default(preference)) return false;
  }
  bool only_ports = true;
  dissector_all_tables_foreach_changed(note_changed_table, &only_ports);
  return only_ports && !(gbl_resolv_flags.network_name && names_from_handshakes());
}

// Whether anybody but this plugin listens to a tap.
bool others_listen() {
  const std::unordered_set<std::string_view> own{"frame", "ip", "ipv6", kHeaderTap};
  bool found = false;
  GList* names = get_tap_names();
  for (const GList* item = names; item != nullptr; item = item->next) {
    const auto* name = static_cast<const char*>(item->data);
    if (!own.contains(name) && have_tap_listener(find_tap_id(name))) found = true;
  }
  g_list_free(names);
  return found;
}

// Whether this frame need not be dissected: nobody wants a tree or columns, this is the only pass,
// and our own listener was called for the frame before, so that taps are being delivered.
bool may_skip_dissection(const packet_info* pinfo, const proto_tree* tree) {
  if (g_run.forbidden || tree != nullptr || pinfo->cinfo != nullptr) return false;
  if (pinfo->fd->visited || g_run.last_tapped == 0 || g_run.last_tapped + 1 != pinfo->num) {
    return false;
  }
  if (!g_run.examined) {
    g_run.examined = true;
    if (others_listen()) forbid_header_path();
  }
  return !g_run.forbidden;
}

int dissect(LinkType* type, tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, void* data) {
  static Observation observation;  // must outlive this call: the tap is delivered after it
  if (may_skip_dissection(pinfo, tree)) {
    const int captured = static_cast<int>(tvb_captured_length(tvb));
    const Bytes bytes(captured == 0 ? nullptr : tvb_get_ptr(tvb, 0, captured),
                      static_cast<size_t>(captured));
    observation = frame_observation(pinfo);
    switch (read_frame(type->link, bytes, tvb_reported_length(tvb), g_run.carriers, observation)) {
      case Reading::kObservation:
        tap_queue_packet(g_header_tap, pinfo, &observation);
        return captured;
      case Reading::kNothing:
        tap_queue_packet(g_header_tap, pinfo, nullptr);
        return captured;
      case Reading::kTunnelBegins:
        forbid_header_path();
        break;
      case Reading::kUnknown:
        break;
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

void register_header_path() {
  g_header_tap = register_tap(kHeaderTap);
}

void offer_header_path() {
  if (g_run.offered || in_window()) return;
  g_run.offered = true;
  if (!dissection_is_the_usual()) return;
  mark_ports("udp.port", kUdpCarriers, &g_run.carriers.udp);
  mark_ports("tcp.port", kTcpCarriers, &g_run.carriers.tcp);
  if (names_come_from_packets()) {
    mark_ports("udp.port", kNamers, &g_run.carriers.udp);
    mark_ports("tcp.port", kNamers, &g_run.carriers.tcp);
    g_run.carriers.dns_anywhere = true;
  }
  constexpr auto kDissectors =
      link_dissectors(std::make_index_sequence<std::tuple_size_v<decltype(g_run.links)>>());
  dissector_table_t table = find_dissector_table("wtap_encap");
  for (size_t i = 0; i < g_run.links.size(); ++i) {
    LinkType& type = g_run.links[i];
    const auto encapsulation = static_cast<uint32_t>(type.encapsulation);
    type.original = dissector_get_uint_handle(table, encapsulation);
    if (type.original == nullptr) continue;
    dissector_change_uint("wtap_encap", encapsulation,
                          create_dissector_handle(kDissectors[i], -1));
  }
}

void forbid_header_path() { g_run.forbidden = true; }

void note_tapped(uint32_t frame) { g_run.last_tapped = frame; }

}  // namespace fanout
