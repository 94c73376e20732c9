#include "tap/capture/observe.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include <epan/dissectors/packet-ip.h>

#include "tap/capture/record.h"

namespace fanout {
namespace {

Bytes captured_bytes(tvbuff_t* tvb) {
  const int length = static_cast<int>(tvb_captured_length(tvb));
  if (length == 0) return {};
  return {tvb_get_ptr(tvb, 0, length), static_cast<size_t>(length)};
}

// What `find` finds first in the frame's bytes, or in what was reassembled or unpacked from them.
template <typename Find>
Bytes find_in_sources(const packet_info* pinfo, Find find) {
  for (const GSList* item = pinfo->data_src; item != nullptr; item = item->next) {
    tvbuff_t* tvb = get_data_source_tvb(static_cast<const struct data_source*>(item->data));
    const Bytes found = find(captured_bytes(tvb));
    if (!found.empty()) return found;
  }
  return {};
}

// The IPv4 packet whose source address is `source`. Wireshark copies it from nowhere: it points
// into the packet.
Bytes find_ipv4_packet(const packet_info* pinfo, const address& source) {
  constexpr size_t kAtSource = 12;
  const auto* at = static_cast<const uint8_t*>(source.data);
  return find_in_sources(pinfo, [at](Bytes bytes) -> Bytes {
    const std::less<> before;
    if (before(at, bytes.data()) || !before(at, bytes.data() + bytes.size())) return {};
    const auto offset = static_cast<size_t>(at - bytes.data());
    return offset < kAtSource ? Bytes() : bytes.subspan(offset - kAtSource);
  });
}

// The IPv6 packet that has these addresses. Wireshark copies them: they must be looked for.
Bytes find_ipv6_packet(const packet_info* pinfo, const Address& source,
                       const Address& destination) {
  return find_in_sources(
      pinfo, [&](Bytes bytes) -> Bytes { return find_ipv6(bytes, source, destination); });
}

// Sets the addresses of an observation, and what the packet that has them says. Returns that
// packet; nothing if there is none that has both.
Bytes observe_ipv4_packet(const packet_info* pinfo, const address& source,
                          const address& destination, Observation* observation) {
  observation->source = Address::ipv4(static_cast<const uint8_t*>(source.data));
  observation->destination = Address::ipv4(static_cast<const uint8_t*>(destination.data));
  const Bytes packet = find_ipv4_packet(pinfo, source);
  read_transport(packet, *observation);
  constexpr size_t kAtDestination = 16;
  if (packet.empty() || destination.data != packet.data() + kAtDestination) return {};
  return packet;
}

Bytes observe_ipv6_packet(const packet_info* pinfo, const address& source,
                          const address& destination, Observation* observation) {
  uint8_t addresses[32];
  std::memcpy(addresses, source.data, 16);
  std::memcpy(addresses + 16, destination.data, 16);
  observation->source = Address::ipv6(addresses);
  observation->destination = Address::ipv6(addresses + 16);
  const Bytes packet = find_ipv6_packet(pinfo, observation->source, observation->destination);
  read_transport(packet, *observation);
  return packet;
}

// The IP layers of a frame that are not quoted inside an error, as Wireshark went through them.
struct Layers {
  int ipv4 = 0;
  int ipv6 = 0;
  bool arp = false;
  bool icmp = false;
  bool innermost_is_ipv6 = false;
  bool ends_in_fragment = false;      // of IPv6, without the rest: the tap does not see its header
  bool ends_in_ipv6_options = false;  // or in the header before them
};

Layers layers_of(const packet_info* pinfo) {
  static const int ipv4 = proto_get_id_by_filter_name("ip");
  static const int ipv6 = proto_get_id_by_filter_name("ipv6");
  static const int arp = proto_get_id_by_filter_name("arp");
  static const int icmp = proto_get_id_by_filter_name("icmp");
  static const int icmpv6 = proto_get_id_by_filter_name("icmpv6");
  static const int mpls = proto_get_id_by_filter_name("mpls");
  static const int fragment = proto_get_id_by_filter_name("ipv6.fraghdr");
  static const int unknown = proto_get_id_by_filter_name("data");
  // 4.6 dissects the option of ILNP (RFC 6744) as a protocol of its own.
  static const int options[] = {ipv6, proto_get_id_by_filter_name("ipv6.hopopts"),
                                proto_get_id_by_filter_name("ipv6.dstopts"),
                                proto_get_id_by_filter_name("ipv6.routing"),
                                proto_get_id_by_filter_name("ilnp")};
  Layers layers;
  bool in_mpls = false;
  int before = -1;
  for (const wmem_list_frame_t* layer = wmem_list_head(pinfo->layers); layer != nullptr;
       layer = wmem_list_frame_next(const_cast<wmem_list_frame_t*>(layer))) {
    const int protocol = GPOINTER_TO_INT(wmem_list_frame_data(layer));
    if (protocol == icmp || protocol == icmpv6) {
      layers.icmp = true;
      break;  // what follows is quoted
    }
    if (protocol == ipv4) ++layers.ipv4;
    if (protocol == ipv6) ++layers.ipv6;
    if (protocol == ipv4 || protocol == ipv6) layers.innermost_is_ipv6 = protocol == ipv6;
    if (protocol == arp) layers.arp = true;
    if (protocol == mpls) in_mpls = true;
    if (protocol == unknown && before == fragment) layers.ends_in_fragment = true;
    before = protocol;
  }
  layers.ends_in_ipv6_options = std::ranges::find(options, before) != std::end(options);
  // From 4.2 on, what MPLS carries has no layer of its own.
  if (in_mpls && layers.ipv4 + layers.ipv6 == 0) {
    layers.innermost_is_ipv6 = pinfo->net_src.type == AT_IPv6;
    layers.ipv4 = pinfo->net_src.type == AT_IPv4 ? 1 : 0;
    layers.ipv6 = layers.innermost_is_ipv6 ? 1 : 0;
  }
  // In 4.6, IPv6 in GTP has the layer of IPv4, whose dissector hands it on.
  if (layers.ipv4 > 0 && !layers.innermost_is_ipv6 && pinfo->net_src.type == AT_IPv6) {
    --layers.ipv4;
    ++layers.ipv6;
    layers.innermost_is_ipv6 = true;
  }
  return layers;
}

// Sets what an observed header says about the neighbours of its source.
void observe_neighbour(const packet_info* pinfo, HeaderObservations* observed) {
  const Observation& header = observed->header;
  observed->has_neighbour = false;
  if (header.role != Role::kDiscovery) return;
  observed->neighbour = frame_observation(pinfo);
  observed->has_neighbour = read_neighbour(
      find_ipv6_packet(pinfo, header.source, header.destination), header, observed->neighbour);
}

// Adds a header's observation, and what it says about the neighbours of its source.
void add(const packet_info* pinfo, const Observation& header, Observations* observations) {
  HeaderObservations observed;
  observed.header = header;
  observe_neighbour(pinfo, &observed);
  observed.for_each([&](const Observation& one) { observations->push_back(one); });
}

}  // namespace

bool link_of(const packet_info* pinfo, Link* link) {
  return pinfo->rec->rec_type == REC_TYPE_PACKET &&
         link_of_encapsulation(pinfo->rec->rec_header.packet_header.pkt_encap, link);
}

int64_t frame_time(const packet_info* pinfo) {
  return pinfo->fd->has_ts ? nanoseconds(pinfo->abs_ts) : kNoTime;
}

Observation frame_observation(const packet_info* pinfo) {
  Observation observation;
  observation.frame = pinfo->num;
  observation.bytes = pinfo->fd->pkt_len;
  observation.time = frame_time(pinfo);
  return observation;
}

Observation IpObserver::observe_ipv4(const packet_info* pinfo, const void* data) {
  const auto* header = static_cast<const ws_ip4*>(data);
  begin(pinfo);
  source_ = header->ip_src.data;
  Observation observation = frame_observation(pinfo);
  observe_ipv4_packet(pinfo, header->ip_src, header->ip_dst, &observation);
  return observation;
}

HeaderObservations IpObserver::observe_ipv6(const packet_info* pinfo, const void* data) {
  const auto* header = static_cast<const ws_ip6*>(data);
  begin(pinfo);
  HeaderObservations observed;
  observed.header = frame_observation(pinfo);
  observe_ipv6_packet(pinfo, header->ip6_src, header->ip6_dst, &observed.header);
  addresses_ = {observed.header.source, observed.header.destination};
  observe_neighbour(pinfo, &observed);
  return observed;
}

bool IpObserver::observe_untapped(const packet_info* pinfo, HeaderObservations* observed) const {
  if (pinfo->net_src.type != pinfo->net_dst.type) return false;
  observed->header = frame_observation(pinfo);
  if (pinfo->net_src.type == AT_IPv4) return observe_untapped_ipv4(pinfo, &observed->header);
  if (pinfo->net_src.type != AT_IPv6) return false;
  if (!observe_untapped_ipv6(pinfo, &observed->header)) return false;
  observe_neighbour(pinfo, observed);
  return true;
}

bool IpObserver::observe_untapped_ipv4(const packet_info* pinfo, Observation* header) const {
  if (frame_ == pinfo->num && source_ == pinfo->net_src.data) return false;
  // The addresses may be those that an ICMP error quotes, or come from no IP header.
  const Layers layers = layers_of(pinfo);
  if (layers.ipv4 == 0 || layers.icmp) return false;
  const Bytes packet = observe_ipv4_packet(pinfo, pinfo->net_src, pinfo->net_dst, header);
  if (packet.empty()) return false;
  Observation again;
  static const Carriers no_carriers{};
  return read_frame(Link::kRawIp, packet, static_cast<uint32_t>(packet.size()), no_carriers,
                    again) != Reading::kNothing &&
         again.source == header->source;
}

bool IpObserver::observe_untapped_ipv6(const packet_info* pinfo, Observation* header) const {
  const Layers layers = layers_of(pinfo);
  if (!layers.innermost_is_ipv6 || layers.icmp || !layers.ends_in_ipv6_options) return false;
  if (observe_ipv6_packet(pinfo, pinfo->net_src, pinfo->net_dst, header).empty()) return false;
  return frame_ != pinfo->num || addresses_ != std::pair(header->source, header->destination);
}

// A frame's first header that a tap reports.
void IpObserver::begin(const packet_info* pinfo) {
  if (frame_ == pinfo->num) return;
  frame_ = pinfo->num;
  source_ = nullptr;
  addresses_ = {};
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
  return read_arp(find_in_sources(pinfo, find_arp), *observation);
}

bool collect_from_headers(const packet_info* pinfo, tvbuff_t* frame, const Carriers& carriers,
                          Observations* observations) {
  Link link{};
  if (!link_of(pinfo, &link)) return false;
  Observation observation = frame_observation(pinfo);
  const Reading reading =
      read_frame(link, captured_bytes(frame), tvb_reported_length(frame), carriers, observation);
  if (reading == Reading::kNothing) return true;
  if (reading != Reading::kObservation) return false;
  // Wireshark may have found a tunnel from what earlier frames announced.
  const Layers layers = layers_of(pinfo);
  if (layers.ipv4 + layers.ipv6 > 1) return false;
  add(pinfo, observation, observations);
  return true;
}

void collect_from_taps(const packet_info* pinfo, tvbuff_t* frame, Observations* observations) {
  static const int ip_tap = find_tap_id("ip");
  static const int ipv6_tap = find_tap_id("ipv6");
  const Layers layers = layers_of(pinfo);
  const auto add = [&](const Observation& one) { observations->push_back(one); };
  IpObserver ip;
  for (int i = 0; i < layers.ipv4; ++i) {
    const void* header = fetch_tapped_data(ip_tap, i);
    if (header == nullptr) break;
    add(ip.observe_ipv4(pinfo, header));
  }
  for (int i = 0; i < layers.ipv6; ++i) {
    const void* header = fetch_tapped_data(ipv6_tap, i);
    if (header == nullptr) break;
    ip.observe_ipv6(pinfo, header).for_each(add);
  }
  HeaderObservations untapped;
  if (ip.observe_untapped(pinfo, &untapped)) untapped.for_each(add);
  Observation arp;
  if (observe_arp(pinfo, frame, &arp)) observations->push_back(arp);
}

void collect_from_addresses(const packet_info* pinfo, tvbuff_t* frame, const Carriers& carriers,
                            Observations* observations) {
  const Layers layers = layers_of(pinfo);
  const int headers = layers.ipv4 + layers.ipv6;
  Link link{};
  if (headers > 1 && link_of(pinfo, &link)) {
    // The reader gives up on a tunnel, but has read its outer addresses by then.
    Observation outermost = frame_observation(pinfo);
    read_frame(link, captured_bytes(frame), tvb_reported_length(frame), carriers, outermost);
    if (outermost.source != Address{}) observations->push_back(outermost);
  }
  const bool is_ipv6 = layers.innermost_is_ipv6;
  const int type = is_ipv6 ? AT_IPv6 : AT_IPv4;
  if (headers > 0 && !layers.ends_in_fragment && pinfo->net_src.type == type &&
      pinfo->net_dst.type == type) {
    Observation innermost = frame_observation(pinfo);
    const auto observe = is_ipv6 ? observe_ipv6_packet : observe_ipv4_packet;
    const bool is_there = !observe(pinfo, pinfo->net_src, pinfo->net_dst, &innermost).empty();
    // Of a header that is cut short not all addresses are set: these are still the outer ones.
    const bool is_cut = !observations->empty() &&
                        innermost.destination == observations->back().destination &&
                        (innermost.source == observations->back().source || !is_there);
    if (!is_cut) add(pinfo, innermost, observations);
  }
  Observation arp;
  if (observe_arp(pinfo, frame, &arp)) observations->push_back(arp);
}

}  // namespace fanout
