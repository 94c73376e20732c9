#include "tap/capture/carriers.h"

#include <span>
#include <string_view>
#include <unordered_set>

#include "tap/capture/versions.h"

namespace fanout {
namespace {

// Protocols on UDP and TCP ports that can carry a further IP header: the dissectors of 4.0.17 that
// call, directly or through others, those of IP, Ethernet, PPP and the like. Names that a version
// does not know are ignored. The formatter would put each on a line of its own.
// clang-format off
constexpr std::string_view kUdpCarriers[] = {
    "acdr", "actrace", "amt", "applemidi", "aruba_erm", "asam-cmp", "ayiya", "bat", "bat.gw",
    "bat.vis", "btle", "capwap", "capwap.data", "cflow", "cpfi", "cwids", "e100", "ecatf", "eth",
    "forces", "geneve", "gprs-ns", "gre", "gsm_ipa", "gsmtap", "gtp", "gtpprime", "gtpv2", "hp_erm",
    "ieee1609dot2", "ieee1722", "infiniband", "ip", "ipaccess", "ipv6", "jmirror", "juniper",
    "l2tp", "lapd", "lge_monitor", "lisp", "lisp-data", "llc", "lte_rrc", "lwapp", "lwapp-cntl",
    "lwapp-l3", "mint", "mint_data", "mip", "mipv6", "mp2t", "mpls", "msproxy", "msrcp", "nas-5gs",
    "nas-eps", "nb_rtpmux", "nordic_ble", "nsh", "nw_mtp", "obex", "openthread", "pcli", "pcli8",
    "pcli12", "pcli20", "peekremote", "pn_rt", "proxy", "redbackli", "rftap", "rpcap", "rtp",
    "rtpproxy", "rudp", "scop", "sflow", "socks", "sscop", "stt", "sync", "t38", "tapa", "tdmop",
    "tecmp", "teredo", "tipc", "trel", "tzsp", "udpencap", "uma", "vxlan", "vxlan_gpe", "wassp",
    "wg", "wisun", "wisun.eapol_relay", "wlan", "wpan", "zep"};
constexpr std::string_view kTcpCarriers[] = {
    "5gli", "acdr", "cflow", "ecatf", "fcip", "forces", "gsm_ipa", "gtp", "gtpprime", "icap",
    "ifcp", "ipaccess", "kdsp", "li5g", "m3ua", "mp2t", "msdp", "msproxy", "nas-5gs", "obex",
    "opa.fe", "openflow", "openflow_v1", "openflow_v4", "openflow_v5", "openflow_v6", "osi",
    "proxy", "rpcap", "rtp", "rtpproxy", "rtsp", "scop", "socks", "sscop", "sstp", "stt", "t38",
    "tali", "tcpencap", "tipc", "uma", "xot"};
// clang-format on
// TCP ports whose heuristic dissectors may find one: OpenFlow, STT.
constexpr uint16_t kTcpCarrierPorts[] = {6633, 6634, 7471};
// Protocols that Wireshark resolves addresses from.
constexpr std::string_view kNamers[] = {"dns", "mdns", "llmnr", "nbns"};

// Dissectors that take whatever comes to their port; of TLS, if it does not begin with text.
constexpr std::string_view kTcpTakers[] = {"http"};
constexpr std::string_view kTcpTakersOfBinary[] = {"tls"};
constexpr std::string_view kUdpTakers[] = {"dns"};

// Heuristic dissectors on UDP that can lead to IP as well, and are disabled by default.
constexpr const char* kHeuristics[] = {"dvb_s2_udp",  "fp_mux_udp",  "fp_udp",      "mac_lte_udp",
                                       "mac_nr_udp",  "nas_5gs_udp", "nas_eps_udp", "pdcp_lte_udp",
                                       "pdcp_nr_udp", "rlc_lte_udp", "rlc_nr_udp",  "rlc_udp",
                                       "rtp_udp",     "teredo_udp",  "wassp_udp"};

// Protocols that the header reader replaces, and preferences that change what they do.
constexpr const char* kProtocols[] = {"frame", "eth", "vlan", "ieee8021ad",   "sll",          "raw",
                                      "null",  "ip",  "ipv6", "ipv6.hopopts", "ipv6.dstopts", "arp",
                                      "tcp",   "udp", "icmp", "icmpv6",       "igmp"};
struct Preference {
  const char* module;
  const char* name;
};
constexpr Preference kPreferences[] = {
    {"eth", "interpret_as_fw1_monitor"}, {"eth", "deduplicate_dmac"},
    {"eth", "trailer_length"},           {"eth", "ccsds"},
    {"frame", "force_docsis_encap"},     {"vlan", "qinq_ethertype"},
    {"ip", "try_heuristic_first"},       {"ip", "tso_support"},
    {"ipv6", "try_heuristic_first"},     {"ipv6", "tso_support"},
    {"tcp", "try_heuristic_first"},      {"udp", "try_heuristic_first"}};

void mark_ports(const char* table_name, std::span<const std::string_view> names,
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

// Decode As for ports shows in the port tables; any other rules the header path out.
void note_changed_table(const char* table, ftenum_t, gpointer, gpointer, gpointer only_ports) {
  const std::string_view name = table;
  if (name != "tcp.port" && name != "udp.port") *static_cast<bool*>(only_ports) = false;
}

void note_any_change(const char*, ftenum_t, gpointer, gpointer, gpointer changed) {
  *static_cast<bool*>(changed) = true;
}

}  // namespace

std::unique_ptr<const Carriers> current_carriers(bool names) {
  auto carriers = std::make_unique<Carriers>();
  mark_ports("udp.port", kUdpCarriers, &carriers->udp);
  mark_ports("tcp.port", kTcpCarriers, &carriers->tcp);
  for (const uint16_t port : kTcpCarrierPorts) carriers->tcp.set(port);
  // A port that was decoded as something else comes first, whether it is the lower one or not.
  bool changed = false;
  dissector_all_tables_foreach_changed(note_any_change, &changed);
  if (!changed) {
    mark_ports("tcp.port", kTcpTakers, &carriers->tcp_takers);
    mark_ports("tcp.port", kTcpTakersOfBinary, &carriers->tcp_takers_of_binary);
    mark_ports("udp.port", kUdpTakers, &carriers->udp_takers);
  }
  if (names) {
    mark_ports("udp.port", kNamers, &carriers->udp);
    mark_ports("tcp.port", kNamers, &carriers->tcp);
    carriers->dns_anywhere = true;
  }
  return carriers;
}

bool names_come_from_packets() {
  return gbl_resolv_flags.network_name && gbl_resolv_flags.dns_pkt_addr_resolution;
}

bool dissection_is_the_usual() {
  for (const char* name : kProtocols) {
    const int protocol = proto_get_id_by_filter_name(name);
    if (protocol != -1 && !proto_is_protocol_enabled(find_protocol_by_id(protocol))) return false;
  }
  for (const char* name : kHeuristics) {
    const heur_dtbl_entry_t* heuristic = find_heur_dissector_by_unique_short_name(name);
    if (heuristic != nullptr && heuristic->enabled) return false;
  }
  for (const Preference& wanted : kPreferences) {
    module_t* module = prefs_find_module(wanted.module);
    pref_t* preference = module == nullptr ? nullptr : prefs_find_preference(module, wanted.name);
    if (preference != nullptr && !prefs_pref_is_default(preference)) return false;
  }
  bool only_ports = true;
  dissector_all_tables_foreach_changed(note_changed_table, &only_ports);
  return only_ports && !(gbl_resolv_flags.network_name && names_from_handshakes());
}

}  // namespace fanout
