// The display filters that the window makes. That Wireshark accepts them is tested by the scenario
// through the window.
#include "tap/gui/filters.h"

#include <gtest/gtest.h>

namespace fanout::gui {
namespace {

const Address kHost{Network::kIpv4, 0, 0x0a000001};
const Address kOther{Network::kIpv4, 0, 0x0a000002};
const Address kArpHost{Network::kArp, 0, 0x0a000003};
const Address kIpv6Host{Network::kIpv6, 0x2001'0db8'0000'0000, 1};

std::vector<Address> many(size_t count) {
  std::vector<Address> addresses;
  for (size_t i = 0; i < count; ++i) addresses.push_back({Network::kIpv4, 0, 0x0a000000 + i});
  return addresses;
}

TEST(FiltersTest, OfOneSource) {
  EXPECT_EQ(source_filter({kHost}), "ip.src == 10.0.0.1");
  EXPECT_EQ(source_filter({kIpv6Host}), "ipv6.src == 2001:db8::1");
  EXPECT_EQ(source_filter({kArpHost}), "arp.opcode == 1 && arp.src.proto_ipv4 == 10.0.0.3");
}

TEST(FiltersTest, OfSeveralSources) {
  EXPECT_EQ(source_filter({kHost, kOther}), "ip.src in {10.0.0.1, 10.0.0.2}");
}

TEST(FiltersTest, OfSeveralNetworks) {
  EXPECT_EQ(source_filter({kArpHost, kHost, kIpv6Host, kOther}),
            "(ip.src in {10.0.0.1, 10.0.0.2}) || (ipv6.src == 2001:db8::1) || "
            "(arp.opcode == 1 && arp.src.proto_ipv4 == 10.0.0.3)");
}

TEST(FiltersTest, OfNewDestinations) {
  EXPECT_EQ(new_destination_filter({kHost}),
            R"(fanout.new_destination && fanout.source == "10.0.0.1" && ip)");
  EXPECT_EQ(new_destination_filter({kHost, kOther, kArpHost}),
            R"((fanout.new_destination && fanout.source in {"10.0.0.1", "10.0.0.2"} && ip) || )"
            R"((fanout.new_destination && fanout.source == "10.0.0.3" && arp.opcode == 1))");
}

TEST(FiltersTest, OfPairs) {
  EXPECT_EQ(pair_filter(kHost, {kOther}), "ip.src == 10.0.0.1 && ip.dst == 10.0.0.2");
  EXPECT_EQ(pair_filter(kOther, {kHost, kOther}),
            "ip.src == 10.0.0.2 && ip.dst in {10.0.0.1, 10.0.0.2}");
  EXPECT_EQ(pair_filter(kArpHost, {kArpHost}),
            "arp.opcode == 1 && arp.src.proto_ipv4 == 10.0.0.3 && arp.dst.proto_ipv4 == 10.0.0.3");
}

TEST(FiltersTest, NoneForNothing) {
  EXPECT_TRUE(source_filter({}).isEmpty());
  EXPECT_TRUE(new_destination_filter({}).isEmpty());
  EXPECT_TRUE(pair_filter(kHost, {}).isEmpty());
}

// A filter for a part of the selection would be wrong.
TEST(FiltersTest, NoneForMoreThanWiresharkCanCompile) {
  EXPECT_TRUE(source_filter(many(kMostAddresses)).endsWith(", 10.0.3.231}"));
  EXPECT_TRUE(source_filter(many(kMostAddresses + 1)).isEmpty());
  EXPECT_TRUE(new_destination_filter(many(kMostAddresses + 1)).isEmpty());
  EXPECT_TRUE(pair_filter(kHost, many(kMostAddresses + 1)).isEmpty());
}

TEST(FiltersTest, JoinTheOneThatIsThere) {
  EXPECT_EQ(joined_filter("tcp", "udp", Join::kReplace), "udp");
  EXPECT_EQ(joined_filter("tcp", "udp", Join::kNot), "!(udp)");
  EXPECT_EQ(joined_filter("tcp", "udp", Join::kAnd), "(tcp) && (udp)");
  EXPECT_EQ(joined_filter("tcp", "udp", Join::kOr), "(tcp) || (udp)");
  EXPECT_EQ(joined_filter("tcp", "udp", Join::kAndNot), "(tcp) && !(udp)");
  EXPECT_EQ(joined_filter("tcp", "udp", Join::kOrNot), "(tcp) || !(udp)");
}

TEST(FiltersTest, JoinNone) {
  EXPECT_EQ(joined_filter("", "udp", Join::kAnd), "udp");
  EXPECT_EQ(joined_filter("", "udp", Join::kOrNot), "!(udp)");
}

TEST(FiltersTest, OfEverythingOfHosts) {
  EXPECT_EQ(everything_filter({kHost, kOther}), "ip.addr in {10.0.0.1, 10.0.0.2}");
  EXPECT_EQ(everything_filter({kHost, kArpHost}),
            "(ip.addr == 10.0.0.1) || (arp.src.proto_ipv4 == 10.0.0.3 || "
            "arp.dst.proto_ipv4 == 10.0.0.3)");
  EXPECT_EQ(everything_filter(many(kMostAddresses + 1)), "");
}

TEST(FiltersTest, OfAnExchangeInBothDirections) {
  EXPECT_EQ(exchange_filter(kHost, {kOther}), "ip.addr == 10.0.0.1 && ip.addr == 10.0.0.2");
  EXPECT_EQ(exchange_filter(kArpHost, {{Network::kArp, 0, 0x0a000009}}),
            "arp.opcode == 1 && arp.src.proto_ipv4 == 10.0.0.3 && arp.dst.proto_ipv4 == 10.0.0.9");
  EXPECT_EQ(exchange_filter(kHost, {}), "");
}

TEST(FiltersTest, OfContacts) {
  EXPECT_EQ(contacts_filter({{kHost, {kOther}, {}}}), "ip.src == 10.0.0.1 && ip.dst == 10.0.0.2");
  EXPECT_EQ(
      contacts_filter({{kHost,
                        {kOther},
                        {{Transport::kTcp, 22}, {Transport::kTcp, 80}, {Transport::kUdp, 53}}}}),
      "ip.src == 10.0.0.1 && ip.dst == 10.0.0.2 && (tcp.dstport in {22, 80} || "
      "udp.dstport == 53)");
  EXPECT_EQ(contacts_filter({{kIpv6Host, {kIpv6Host}, {{Transport::kIcmp, 128}}}}),
            "ipv6.src == 2001:db8::1 && ipv6.dst == 2001:db8::1 && icmpv6.type == 128");
  EXPECT_EQ(contacts_filter({{kHost, {kOther}, {}}, {kOther, {kHost}, {}}}),
            "(ip.src == 10.0.0.1 && ip.dst == 10.0.0.2) || "
            "(ip.src == 10.0.0.2 && ip.dst == 10.0.0.1)");
}

TEST(FiltersTest, OfMoreContactsThanAListHoldsIsARange) {
  EXPECT_EQ(contacts_filter({{kHost, many(kMostAddresses + 1), {}}}),
            "ip.src == 10.0.0.1 && ip.dst in {10.0.0.0 .. 10.0.3.232}");
}

}  // namespace
}  // namespace fanout::gui
