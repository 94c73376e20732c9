#include "observe.h"

#include <epan/dissectors/packet-ip.h>

#include <algorithm>
#include <cstring>

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
    if (at >= at_source && bytes[at - at_source] >> 4 == version) return bytes.subspan(at - at_source);
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

bool has_layer(const packet_info* pinfo, int protocol) {
  for (const wmem_list_frame_t* layer = wmem_list_head(pinfo->layers); layer != nullptr;
       layer = wmem_list_frame_next(const_cast<wmem_list_frame_t*>(layer))) {
    if (GPOINTER_TO_INT(wmem_list_frame_data(layer)) == protocol) return true;
  }
  return false;
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
  static const int arp = proto_get_id_by_filter_name("arp");
  if (!has_layer(pinfo, arp)) return false;
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

}  // namespace fanout
