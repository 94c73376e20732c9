#include "observe.h"

#include <algorithm>
#include <cstring>

#include <epan/dissectors/packet-ip.h>

namespace fanout {
namespace {

int64_t nanoseconds(const nstime_t& time) {
  constexpr int64_t kSecond = 1'000'000'000;
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / kSecond - 1;
  return std::clamp<int64_t>(time.secs, -kMost, kMost) * kSecond + time.nsecs;
}

Bytes captured_bytes(tvbuff_t* tvb) {
  const int length = static_cast<int>(tvb_captured_length(tvb));
  if (length == 0) return {};
  return {tvb_get_ptr(tvb, 0, length), static_cast<size_t>(length)};
}

// The packet in `bytes` whose addresses begin at `at_source` of its header, and are these.
Bytes find_packet(Bytes bytes, Bytes addresses, size_t at_source, uint8_t version) {
  auto from = bytes.begin();
  for (;;) {
    from = std::search(from, bytes.end(), addresses.begin(), addresses.end());
    if (from == bytes.end()) return {};
    const auto at = static_cast<size_t>(from - bytes.begin());
    if (at >= at_source && bytes[at - at_source] >> 4 == version)
      return bytes.subspan(at - at_source);
    ++from;
  }
}

// The tap does not say where the header is: find it by its addresses, in the frame or in what was
// reassembled or unpacked from it.
void find_transport(const packet_info* pinfo, tvbuff_t* frame, Bytes addresses, size_t at_source,
                    uint8_t version, Observation* observation) {
  Bytes packet = find_packet(captured_bytes(frame), addresses, at_source, version);
  for (const GSList* item = pinfo->data_src; packet.empty() && item != nullptr; item = item->next) {
    tvbuff_t* tvb = get_data_source_tvb(static_cast<const struct data_source*>(item->data));
    packet = find_packet(captured_bytes(tvb), addresses, at_source, version);
  }
  read_transport(packet, *observation);
}

// The IP layers of a frame that are not quoted inside an error, as Wireshark went through them.
struct Layers {
  int ipv4 = 0;
  int ipv6 = 0;
  bool arp = false;
  bool innermost_is_ipv6 = false;
};

Layers layers_of(const packet_info* pinfo) {
  static const int ipv4 = proto_get_id_by_filter_name("ip");
  static const int ipv6 = proto_get_id_by_filter_name("ipv6");
  static const int arp = proto_get_id_by_filter_name("arp");
  static const int icmp = proto_get_id_by_filter_name("icmp");
  static const int icmpv6 = proto_get_id_by_filter_name("icmpv6");
  Layers layers;
  for (const wmem_list_frame_t* layer = wmem_list_head(pinfo->layers); layer != nullptr;
       layer = wmem_list_frame_next(const_cast<wmem_list_frame_t*>(layer))) {
    const int protocol = GPOINTER_TO_INT(wmem_list_frame_data(layer));
    if (protocol == icmp || protocol == icmpv6) break;  // what follows is quoted
    if (protocol == ipv4) ++layers.ipv4;
    if (protocol == ipv6) ++layers.ipv6;
    if (protocol == ipv4 || protocol == ipv6) layers.innermost_is_ipv6 = protocol == ipv6;
    if (protocol == arp) layers.arp = true;
  }
  return layers;
}

}  // namespace

bool link_of(const packet_info* pinfo, Link* link) {
  if (pinfo->rec->rec_type != REC_TYPE_PACKET) return false;
  switch (pinfo->rec->rec_header.packet_header.pkt_encap) {
    case WTAP_ENCAP_ETHERNET:
      *link = Link::kEthernet;
      return true;
    case WTAP_ENCAP_SLL:
      *link = Link::kLinuxCooked;
      return true;
    case WTAP_ENCAP_SLL2:
      *link = Link::kLinuxCooked2;
      return true;
    case WTAP_ENCAP_RAW_IP:
      *link = Link::kRawIp;
      return true;
    case WTAP_ENCAP_NULL:
      *link = Link::kBsdLoopback;
      return true;
    case WTAP_ENCAP_LOOP:
      *link = Link::kOpenBsdLoopback;
      return true;
    default:
      return false;
  }
}

Observation frame_observation(const packet_info* pinfo) {
  Observation observation;
  observation.frame = pinfo->num;
  observation.bytes = pinfo->fd->pkt_len;
  observation.time = pinfo->fd->has_ts ? nanoseconds(pinfo->abs_ts) : kNoTime;
  return observation;
}

Observation observe_ipv4(const packet_info* pinfo, tvbuff_t* frame, const void* data) {
  constexpr size_t kAtSource = 12;
  const auto* header = static_cast<const ws_ip4*>(data);
  uint8_t addresses[8];
  std::memcpy(addresses, header->ip_src.data, 4);
  std::memcpy(addresses + 4, header->ip_dst.data, 4);
  Observation observation = frame_observation(pinfo);
  observation.source = Address::ipv4(addresses);
  observation.destination = Address::ipv4(addresses + 4);
  find_transport(pinfo, frame, addresses, kAtSource, 4, &observation);
  return observation;
}

Observation observe_ipv6(const packet_info* pinfo, tvbuff_t* frame, const void* data) {
  constexpr size_t kAtSource = 8;
  const auto* header = static_cast<const ws_ip6*>(data);
  uint8_t addresses[32];
  std::memcpy(addresses, header->ip6_src.data, 16);
  std::memcpy(addresses + 16, header->ip6_dst.data, 16);
  Observation observation = frame_observation(pinfo);
  observation.source = Address::ipv6(addresses);
  observation.destination = Address::ipv6(addresses + 16);
  find_transport(pinfo, frame, addresses, kAtSource, 6, &observation);
  return observation;
}

bool observe_arp(const packet_info* pinfo, tvbuff_t* frame, Observation* observation) {
  if (!layers_of(pinfo).arp) return false;
  *observation = frame_observation(pinfo);
  Link link{};
  static const Carriers no_carriers{};
  const Bytes bytes = captured_bytes(frame);
  if (link_of(pinfo, &link)) {
    const Reading reading =
        read_frame(link, bytes, tvb_reported_length(frame), no_carriers, *observation);
    if (reading == Reading::kNothing) return false;
    const bool is_arp = observation->source.network == Network::kArp;
    if (reading == Reading::kObservation && is_arp) return true;
  }
  if (read_arp(find_arp(bytes), *observation)) return true;
  for (const GSList* item = pinfo->data_src; item != nullptr; item = item->next) {
    tvbuff_t* tvb = get_data_source_tvb(static_cast<const struct data_source*>(item->data));
    if (read_arp(find_arp(captured_bytes(tvb)), *observation)) return true;
  }
  return false;
}

bool collect_from_headers(const packet_info* pinfo, tvbuff_t* frame, const Carriers& carriers,
                          Observations* observations) {
  Link link{};
  if (!link_of(pinfo, &link)) return false;
  Observation observation = frame_observation(pinfo);
  const Reading reading =
      read_frame(link, captured_bytes(frame), tvb_reported_length(frame), carriers, observation);
  if (reading == Reading::kObservation) observations->push_back(observation);
  return reading == Reading::kObservation || reading == Reading::kNothing;
}

void collect_from_taps(const packet_info* pinfo, tvbuff_t* frame, Observations* observations) {
  static const int ip_tap = find_tap_id("ip");
  static const int ipv6_tap = find_tap_id("ipv6");
  const Layers layers = layers_of(pinfo);
  for (int i = 0; i < layers.ipv4; ++i) {
    const void* header = fetch_tapped_data(ip_tap, i);
    if (header == nullptr) break;
    observations->push_back(observe_ipv4(pinfo, frame, header));
  }
  for (int i = 0; i < layers.ipv6; ++i) {
    const void* header = fetch_tapped_data(ipv6_tap, i);
    if (header == nullptr) break;
    observations->push_back(observe_ipv6(pinfo, frame, header));
  }
  Observation arp;
  if (observe_arp(pinfo, frame, &arp)) observations->push_back(arp);
}

void collect_from_addresses(const packet_info* pinfo, tvbuff_t* frame, const Carriers& carriers,
                            Observations* observations) {
  const Layers layers = layers_of(pinfo);
  const int headers = layers.ipv4 + layers.ipv6;
  Link link{};
  if (headers > 1 && link_of(pinfo, &link)) {
    // The reader gives up on a tunnel, but has read its outer header by then.
    Observation outermost = frame_observation(pinfo);
    read_frame(link, captured_bytes(frame), tvb_reported_length(frame), carriers, outermost);
    if (outermost.source != Address{}) observations->push_back(outermost);
  }
  const bool is_ipv6 = layers.innermost_is_ipv6;
  const int type = is_ipv6 ? AT_IPv6 : AT_IPv4;
  if (headers > 0 && pinfo->net_src.type == type && pinfo->net_dst.type == type) {
    const size_t size = is_ipv6 ? 16 : 4;
    uint8_t addresses[32];
    std::memcpy(addresses, pinfo->net_src.data, size);
    std::memcpy(addresses + size, pinfo->net_dst.data, size);
    Observation innermost = frame_observation(pinfo);
    innermost.source = is_ipv6 ? Address::ipv6(addresses) : Address::ipv4(addresses);
    innermost.destination =
        is_ipv6 ? Address::ipv6(addresses + size) : Address::ipv4(addresses + size);
    find_transport(pinfo, frame, Bytes(addresses, 2 * size), is_ipv6 ? 8 : 12, is_ipv6 ? 6 : 4,
                   &innermost);
    observations->push_back(innermost);
  }
  Observation arp;
  if (observe_arp(pinfo, frame, &arp)) observations->push_back(arp);
}

}  // namespace fanout
