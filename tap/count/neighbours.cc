// Who looks for whom on the link: ARP and IPv6 neighbour discovery, and where in a frame they are.
#include <algorithm>
#include <array>

#include "tap/count/header_fields.h"

namespace fanout {

bool read_arp(Bytes packet, Observation& observation) {
  constexpr size_t kFixed = 8;
  constexpr uint16_t kRequest = 1;
  constexpr uint16_t kReply = 2;
  if (packet.size() < kFixed || read16(packet, 2) != kEthertypeIpv4 || packet[5] != 4) return false;
  const size_t hardware = packet[4];
  const uint16_t operation = read16(packet, 6);
  if (packet.size() < kFixed + 2 * (hardware + 4)) return false;
  observation.source = Address::ipv4(&packet[kFixed + hardware], Network::kArp);
  observation.destination = Address::ipv4(&packet[kFixed + 2 * hardware + 4], Network::kArp);
  observation.transport = Transport::kOther;
  observation.probe = Probe::kNone;
  observation.tool = Tool::kNone;
  observation.source_port = observation.destination_port = 0;
  observation.payload = 0;
  const bool looks_for_nobody =
      observation.source.low == 0 || observation.source == observation.destination;
  if (looks_for_nobody || (operation != kRequest && operation != kReply)) return false;
  observation.role = operation == kRequest ? Role::kAsk : Role::kAnswer;
  return true;
}

bool read_neighbour(Bytes packet, const Observation& header, Observation& neighbour) {
  constexpr size_t kHopLimitAt = 7;
  constexpr uint8_t kFromTheLink = 255;  // RFC 4861, 7.1: what comes from elsewhere is not valid
  constexpr size_t kTargetAt = 8;
  constexpr size_t kMessage = kTargetAt + 16;
  if (header.role != Role::kDiscovery || packet.size() < kIpv6Header ||
      packet[kHopLimitAt] != kFromTheLink) {
    return false;
  }
  const bool asks = header.destination_port == kNeighbourSolicitation;
  if (!asks && header.destination_port != kNeighbourAdvertisement) return false;
  uint8_t protocol = packet[6];
  Bytes message = packet.subspan(kIpv6Header);
  while (protocol == kHopByHop || protocol == kDestinationOptions) {
    if (message.size() < 8) return false;
    const size_t options = (size_t{message[1]} + 1) * 8;
    if (message.size() < options) return false;
    protocol = message[0];
    message = message.subspan(options);
  }
  if (protocol != kIcmpv6 || message.size() < kMessage) return false;
  const auto on_link = [](Address address) {
    address.network = Network::kNdp;
    return address;
  };
  const Address target = Address::ipv6(&message[kTargetAt], Network::kNdp);
  neighbour.source = asks ? on_link(header.source) : target;
  neighbour.destination = asks ? target : on_link(header.destination);
  neighbour.role = asks ? Role::kAsk : Role::kAnswer;
  neighbour.transport = Transport::kOther;
  neighbour.probe = Probe::kNone;
  neighbour.tool = Tool::kNone;
  neighbour.source_port = neighbour.destination_port = 0;
  neighbour.payload = 0;
  const bool is_unspecified = neighbour.source.high == 0 && neighbour.source.low == 0;
  return !is_unspecified && neighbour.source != neighbour.destination &&
         !neighbour.destination.is_multicast_or_broadcast();
}

Bytes find_ipv6(Bytes frame, const Address& source, const Address& destination) {
  constexpr size_t kAtSource = 8;
  std::array<uint8_t, 32> addresses;
  std::copy_n(source.bytes().begin(), 16, addresses.begin());
  std::copy_n(destination.bytes().begin(), 16, addresses.begin() + 16);
  for (auto from = frame.begin();; ++from) {
    from = std::search(from, frame.end(), addresses.begin(), addresses.end());
    if (from == frame.end()) return {};
    const auto at = static_cast<size_t>(from - frame.begin());
    if (at >= kAtSource && frame[at - kAtSource] >> 4 == 6) return frame.subspan(at - kAtSource);
  }
}

Bytes find_arp(Bytes frame) {
  // Ethernet hardware, IPv4, lengths 6 and 4: how ARP begins nearly everywhere.
  constexpr std::array<uint8_t, 7> kBeginning{0, 1, 8, 0, 6, 4, 0};
  const auto found = std::search(frame.begin(), frame.end(), kBeginning.begin(), kBeginning.end());
  if (found != frame.end()) return frame.subspan(static_cast<size_t>(found - frame.begin()));
  // Other hardware, such as ARCnet's: a request or a reply for IPv4.
  constexpr size_t kFixed = 8;
  for (; frame.size() >= kFixed; frame = frame.subspan(1)) {
    const bool is_ipv4 = frame[0] == 0 && read16(frame, 2) == kEthertypeIpv4 && frame[5] == 4;
    if (is_ipv4 && frame[6] == 0 && (frame[7] == 1 || frame[7] == 2)) return frame;
  }
  return frame.last(0);
}

}  // namespace fanout
