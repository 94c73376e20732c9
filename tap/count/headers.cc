#include "tap/count/headers.h"

#include <algorithm>

#include "tap/count/header_fields.h"
#include "tap/count/payloads.h"
#include "tap/count/tools.h"
#include "tap/count/transports.h"

namespace fanout {
namespace {

constexpr uint16_t kEthertypeVlan = 0x8100;
constexpr uint16_t kEthertypeQinq = 0x88a8;
constexpr uint16_t kEthertypeOldQinq = 0x9100;  // from before 802.1ad
constexpr size_t kMostVlanTags = 4;  // Wireshark follows more, which are not seen in practice
constexpr size_t kMostExtensionHeaders = 8;

// Source routes put the last destination elsewhere: not read here. Neither is what is malformed.
bool plain_ipv4_options(Bytes options) {
  constexpr uint8_t kEnd = 0;
  constexpr uint8_t kNop = 1;
  constexpr uint8_t kLooseSourceRoute = 131;
  constexpr uint8_t kStrictSourceRoute = 137;
  for (size_t at = 0; at < options.size();) {
    const uint8_t type = options[at];
    if (type == kEnd) return true;
    if (type == kNop) {
      ++at;
      continue;
    }
    if (type == kLooseSourceRoute || type == kStrictSourceRoute) return false;
    if (at + 1 >= options.size() || options[at + 1] < 2) return false;
    at += options[at + 1];
    if (at > options.size()) return false;
  }
  return true;
}

// `length` is that of the packet on the wire, with what may pad it.
Reading read_ipv4(Bytes packet, uint32_t length, const Carriers& carriers,
                  Observation& observation) {
  if (packet.size() < kIpv4Header || packet[0] >> 4 != 4) return Reading::kUnknown;
  observation.source = Address::ipv4(&packet[12]);
  observation.destination = Address::ipv4(&packet[16]);
  const size_t header = size_t{packet[0] & 0x0fu} * 4;
  const uint32_t total = read16(packet, 2);
  if (header < kIpv4Header || packet.size() < header || total < header || total > length) {
    return Reading::kUnknown;
  }
  const bool is_fragment = (read16(packet, 6) & 0x3fff) != 0;
  if (is_fragment || !plain_ipv4_options(packet.subspan(kIpv4Header, header - kIpv4Header))) {
    return Reading::kUnknown;
  }
  const uint8_t protocol = packet[9];
  const Bytes datagram = packet.first(std::min<size_t>(packet.size(), total));
  if (protocol == kIcmpv6 || protocol == kNoNextHeader ||
      !read_payload(protocol, datagram.subspan(header), total - header, observation)) {
    return Reading::kUnknown;
  }
  note_tool(datagram, datagram.subspan(header), total - header, observation);
  return read_end(protocol, datagram.subspan(header), total - header, carriers, observation);
}

// Padding (RFC 8200), router alerts (RFC 2711) and the tunnel encapsulation limit (RFC 2473).
// Others may move an address or the length, and where a length is wrong Wireshark sees other
// options than there are.
bool plain_ipv6_options(Bytes options) {
  constexpr uint8_t kPad1 = 0;
  constexpr uint8_t kPadN = 1;
  constexpr uint8_t kTunnelLimit = 4;
  constexpr uint8_t kRouterAlert = 5;
  for (size_t at = 0; at < options.size();) {
    const uint8_t type = options[at];
    if (type == kPad1) {
      ++at;
      continue;
    }
    if (at + 1 >= options.size()) return false;
    const uint8_t length = options[at + 1];
    const bool is_plain = type == kPadN || (type == kTunnelLimit && length == 1) ||
                          (type == kRouterAlert && length == 2);
    if (!is_plain) return false;
    at += size_t{2} + length;
    if (at > options.size()) return false;
  }
  return true;
}

Reading read_ipv6(Bytes packet, uint32_t length, const Carriers& carriers,
                  Observation& observation) {
  if (packet.size() < kIpv6Header || packet[0] >> 4 != 6) return Reading::kUnknown;
  observation.source = Address::ipv6(&packet[8]);
  observation.destination = Address::ipv6(&packet[24]);
  const uint32_t payload_length = read16(packet, 4);
  if (payload_length == 0 || kIpv6Header + payload_length > length) return Reading::kUnknown;
  Bytes payload = packet.first(std::min<size_t>(packet.size(), kIpv6Header + payload_length))
                      .subspan(kIpv6Header);
  uint8_t protocol = packet[6];
  size_t rest = payload_length;
  for (size_t i = 0; protocol == kHopByHop || protocol == kDestinationOptions; ++i) {
    if (i == kMostExtensionHeaders || payload.size() < 8) return Reading::kUnknown;
    const size_t header = (size_t{payload[1]} + 1) * 8;
    if (payload.size() < header || !plain_ipv6_options(payload.subspan(2, header - 2))) {
      return Reading::kUnknown;
    }
    protocol = payload[0];
    payload = payload.subspan(header);
    rest -= header;
  }
  if (protocol == kIcmp || protocol == kIgmp ||
      !read_payload(protocol, payload, rest, observation)) {
    return Reading::kUnknown;
  }
  note_tool(packet, payload, rest, observation);
  return read_end(protocol, payload, rest, carriers, observation);
}

Reading read_ethertype(uint16_t type, Bytes payload, uint32_t length, const Carriers& carriers,
                       Observation& observation) {
  const auto is_tag = [](uint16_t type) {
    return type == kEthertypeVlan || type == kEthertypeQinq || type == kEthertypeOldQinq;
  };
  for (size_t tags = 0; is_tag(type); ++tags) {
    if (tags == kMostVlanTags || payload.size() < 4 || length < 4) return Reading::kUnknown;
    type = read16(payload, 2);
    payload = payload.subspan(4);
    length -= 4;
  }
  switch (type) {
    case kEthertypeIpv4:
      return read_ipv4(payload, length, carriers, observation);
    case kEthertypeIpv6:
      return read_ipv6(payload, length, carriers, observation);
    case kEthertypeArp:
      return read_arp(payload, observation) ? Reading::kObservation : Reading::kNothing;
    default:
      return Reading::kUnknown;
  }
}

// Linux cooked captures give an EtherType only for hardware that has one (ARPHRD_… of Linux).
bool cooked_type_is_ethertype(uint16_t hardware) {
  constexpr uint16_t kEther = 1;
  constexpr uint16_t kPpp = 512;
  constexpr uint16_t kLoopback = 772;
  constexpr uint16_t kNone = 0xfffe;
  return hardware == kEther || hardware == kPpp || hardware == kLoopback || hardware == kNone;
}

Reading read_ip(Bytes packet, uint32_t length, const Carriers& carriers, Observation& observation) {
  if (packet.empty()) return Reading::kUnknown;
  return packet[0] >> 4 == 6 ? read_ipv6(packet, length, carriers, observation)
                             : read_ipv4(packet, length, carriers, observation);
}

Reading read_raw_ip(Bytes packet, uint32_t length, const Carriers& carriers,
                    Observation& observation) {
  // Wireshark looks for PPP headers and ten zeros at these places first.
  constexpr uint16_t kPppHeader = 0xff03;
  if (packet.size() < kIpv4Header || read16(packet, 1) == kPppHeader ||
      read16(packet, 6) == kPppHeader) {
    return Reading::kUnknown;
  }
  return read_ip(packet, length, carriers, observation);
}

// The address families of the BSDs: 2 is IPv4, and IPv6 has a number for each of them.
Reading read_family(uint32_t family, Bytes packet, uint32_t length, const Carriers& carriers,
                    Observation& observation) {
  switch (family) {
    case 2:
      return read_ipv4(packet, length, carriers, observation);
    case 24:
    case 28:
    case 30:
      return read_ipv6(packet, length, carriers, observation);
    default:
      return Reading::kUnknown;
  }
}

}  // namespace

Reading read_frame(Link link, Bytes captured, uint32_t length, const Carriers& carriers,
                   Observation& observation) {
  constexpr size_t kEthernetHeader = 14;
  constexpr size_t kCookedHeader = 16;
  constexpr size_t kCooked2Header = 20;
  constexpr size_t kFamilyHeader = 4;
  if (length < captured.size()) return Reading::kUnknown;
  const auto is_at_least = [&](size_t size) { return captured.size() >= size; };
  const auto rest = [&](size_t header) { return length - static_cast<uint32_t>(header); };
  switch (link) {
    case Link::kEthernet: {
      constexpr uint16_t kLeastEthertype = 0x600;
      if (!is_at_least(kEthernetHeader)) return Reading::kUnknown;
      const uint16_t type = read16(captured, 12);
      if (type < kLeastEthertype) return Reading::kUnknown;
      return read_ethertype(type, captured.subspan(kEthernetHeader), rest(kEthernetHeader),
                            carriers, observation);
    }
    case Link::kLinuxCooked:
      if (!is_at_least(kCookedHeader) || !cooked_type_is_ethertype(read16(captured, 2))) {
        return Reading::kUnknown;
      }
      return read_ethertype(read16(captured, 14), captured.subspan(kCookedHeader),
                            rest(kCookedHeader), carriers, observation);
    case Link::kLinuxCooked2:
      if (!is_at_least(kCooked2Header) || !cooked_type_is_ethertype(read16(captured, 8))) {
        return Reading::kUnknown;
      }
      return read_ethertype(read16(captured, 0), captured.subspan(kCooked2Header),
                            rest(kCooked2Header), carriers, observation);
    case Link::kRawIp:
      return read_raw_ip(captured, length, carriers, observation);
    case Link::kBsdLoopback: {
      if (!is_at_least(kFamilyHeader)) return Reading::kUnknown;
      const uint32_t family = read32(captured, 0);
      const uint32_t swapped =
          (family & 0xff) << 24 | (family & 0xff00) << 8 | (family >> 8 & 0xff00) | family >> 24;
      return read_family(std::min(family, swapped), captured.subspan(kFamilyHeader),
                         rest(kFamilyHeader), carriers, observation);
    }
    case Link::kOpenBsdLoopback:
      if (!is_at_least(kFamilyHeader)) return Reading::kUnknown;
      return read_family(read32(captured, 0), captured.subspan(kFamilyHeader), rest(kFamilyHeader),
                         carriers, observation);
  }
  return Reading::kUnknown;
}

void read_transport(Bytes packet, Observation& observation) {
  read_later_fragment(observation);
  if (packet.empty()) return;
  if (packet[0] >> 4 == 4) {
    if (packet.size() < kIpv4Header) return;
    const size_t header = size_t{packet[0] & 0x0fu} * 4;
    const bool is_later_fragment = (read16(packet, 6) & 0x1fff) != 0;
    if (is_later_fragment || header < kIpv4Header) return;
    const size_t total = std::max<size_t>(header, read16(packet, 2));
    const bool is_length_known = read16(packet, 2) != 0;
    if (is_length_known) packet = packet.first(std::min(packet.size(), total));
    const Bytes payload = packet.subspan(std::min(packet.size(), header));
    const size_t length = is_length_known ? total - header : kAnyLength;
    read_payload(packet[9], payload, length, observation);
    note_tool(packet, payload, length, observation);
    return;
  }
  if (packet[0] >> 4 != 6 || packet.size() < kIpv6Header) return;
  const size_t length = read16(packet, 4);
  if (length != 0) packet = packet.first(std::min(packet.size(), kIpv6Header + length));
  uint8_t protocol = packet[6];
  Bytes payload = packet.subspan(kIpv6Header);
  size_t rest = length == 0 ? kAnyLength : length;
  for (;;) {
    size_t header = 0;
    switch (protocol) {
      case kHopByHop:
      case kRouting:
      case kDestinationOptions:
        if (payload.size() < 8) return;
        header = (size_t{payload[1]} + 1) * 8;
        break;
      case kAuthentication:
        if (payload.size() < 8) return;
        header = (size_t{payload[1]} + 2) * 4;
        break;
      case kFragment:
        if (payload.size() < 8 || (read16(payload, 2) & 0xfff8) != 0) return;
        header = 8;
        break;
      default:
        read_payload(protocol, payload, rest, observation);
        note_tool(packet, payload, rest, observation);
        return;
    }
    if (payload.size() < header) return;
    protocol = payload[0];
    payload = payload.subspan(header);
    if (rest != kAnyLength) rest -= header;
  }
}

}  // namespace fanout
