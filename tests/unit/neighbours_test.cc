// ARP and IPv6 neighbour discovery.
#include <gtest/gtest.h>

#include "readings.h"
#include "traffic.h"

namespace fanout {
namespace {

// ARP.

TEST(ReadFrame, ReadsArp) {
  const Result request =
      read(Link::kEthernet, ethernet(kArpType, arp_packet(1, 0x0a000001, 0x0a000002)));
  ASSERT_EQ(request.reading, Reading::kObservation);
  EXPECT_EQ(request.observation.source, (Address{Network::kArp, 0, 0x0a000001}));
  EXPECT_EQ(request.observation.destination, (Address{Network::kArp, 0, 0x0a000002}));
  EXPECT_EQ(request.observation.role, Role::kAsk);
  const Result reply =
      read(Link::kEthernet, ethernet(kArpType, arp_packet(2, 0x0a000001, 0x0a000002)));
  ASSERT_EQ(reply.reading, Reading::kObservation);
  EXPECT_EQ(reply.observation.role, Role::kAnswer);
}

TEST(ReadFrame, FindsNothingInArpThatLooksForNobody) {
  const auto nothing = [](const Octets& packet) {
    return reading(ethernet(kArpType, packet)) == Reading::kNothing;
  };
  EXPECT_TRUE(nothing(arp_packet(1, 0x0a000001, 0x0a000001))) << "gratuitous";
  EXPECT_TRUE(nothing(arp_packet(1, 0, 0x0a000001))) << "a probe";
  EXPECT_TRUE(nothing(arp_packet(3, 0x0a000001, 0x0a000002))) << "RARP";
  Octets cut = arp_packet(1, 0x0a000001, 0x0a000002);
  cut.pop_back();
  EXPECT_TRUE(nothing(cut));
  Octets appletalk = arp_packet(1, 0x0a000001, 0x0a000002);
  appletalk[2] = 0x80;
  EXPECT_TRUE(nothing(appletalk));
}

TEST(ReadArp, TakesAnyHardwareAddress) {
  Octets packet{0, 32, 8, 0, 20, 4, 0, 1};  // InfiniBand
  put(packet, Octets(20));
  put32(packet, 0x0a000001);
  put(packet, Octets(20));
  put32(packet, 0x0a000002);
  Observation observation;
  EXPECT_TRUE(read_arp(packet, observation));
  EXPECT_EQ(to_string(observation.destination), "10.0.0.2");
}

TEST(FindArp, FindsItWhateverIsAroundIt) {
  const Octets packet = arp_packet(1, 0x0a000001, 0x0a000002);
  Octets frame(33, 0xaa);
  put(frame, packet);
  Observation observation;
  EXPECT_TRUE(read_arp(find_arp(frame), observation));
  EXPECT_EQ(to_string(observation.source), "10.0.0.1");
  Octets arcnet{1, 0, 0xd5, 0, 7, 8, 0, 1, 4, 0, 1};  // addresses, protocol, ARP with one byte each
  put(arcnet, {1, 10, 0, 0, 3, 0, 10, 0, 0, 4});
  EXPECT_TRUE(read_arp(find_arp(arcnet), observation));
  EXPECT_EQ(to_string(observation.source), "10.0.0.3");
  EXPECT_TRUE(find_arp(Octets(50)).empty());
  EXPECT_TRUE(find_arp({}).empty());
}

// Neighbour discovery: from 2001:db8::1 to 2001:db8::2, and about 2001:db8::9.
Octets neighbour_packet(uint8_t type, uint8_t hop_limit = 255, uint8_t target = 9) {
  Octets rest{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, target};
  Octets packet = ipv6_packet(58, icmp(type, rest));
  packet[7] = hop_limit;
  return packet;
}

TEST(ReadNeighbour, FindsWhoIsLookedForByWhom) {
  Observation neighbour;
  const Octets asks = neighbour_packet(135);
  Observation header = transport_of(asks);
  header.source = ipv6(1);
  header.destination = ipv6(2);
  EXPECT_EQ(header.role, Role::kDiscovery);
  ASSERT_TRUE(read_neighbour(asks, header, neighbour));
  EXPECT_EQ(neighbour.source, ndp(1));
  EXPECT_EQ(neighbour.destination, ndp(9));
  EXPECT_EQ(neighbour.role, Role::kAsk);

  const Octets answers = neighbour_packet(136);
  header.destination_port = 136;
  ASSERT_TRUE(read_neighbour(answers, header, neighbour));
  EXPECT_EQ(neighbour.source, ndp(9)) << "the target answers";
  EXPECT_EQ(neighbour.destination, ndp(2));
  EXPECT_EQ(neighbour.role, Role::kAnswer);
}

TEST(ReadNeighbour, LeavesWhatLooksForNobody) {
  Observation neighbour;
  Observation header = transport_of(neighbour_packet(135));
  header.source = ipv6(1);
  header.destination = ipv6(2);
  EXPECT_FALSE(read_neighbour(neighbour_packet(135, 64), header, neighbour)) << "from elsewhere";
  EXPECT_FALSE(read_neighbour(neighbour_packet(135, 255, 1), header, neighbour)) << "for itself";
  Octets cut = neighbour_packet(135);
  cut.pop_back();
  EXPECT_FALSE(read_neighbour(cut, header, neighbour)) << "cut short";
  header.source = {Network::kIpv6, 0, 0};
  EXPECT_FALSE(read_neighbour(neighbour_packet(135), header, neighbour))
      << "duplicate address detection";
  header.role = Role::kAsk;
  EXPECT_FALSE(read_neighbour(neighbour_packet(135), header, neighbour)) << "another packet";
}
}  // namespace
}  // namespace fanout
