#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "tap/count/observation.h"
#include "traffic.h"

namespace fanout {
namespace {

TEST(Address, Ipv4IsReadAndWrittenAsSent) {
  constexpr std::array<uint8_t, 4> kBytes{192, 0, 2, 255};
  const Address address = Address::ipv4(kBytes.data());
  EXPECT_EQ(address, ipv4(0xc00002ff));
  const auto bytes = address.bytes();
  EXPECT_TRUE(std::equal(kBytes.begin(), kBytes.end(), bytes.begin()));
  EXPECT_EQ(to_string(address), "192.0.2.255");
  EXPECT_EQ(to_string(ipv4(0)), "0.0.0.0");
  EXPECT_EQ(to_string(ipv4(0xffffffff)), "255.255.255.255");
}

TEST(Address, Ipv6IsReadAndWrittenAsSent) {
  constexpr std::array<uint8_t, 16> kBytes{0x20, 1,  0x0d, 0xb8, 5,  6,  7,  8,
                                           9,    10, 11,   12,   13, 14, 15, 16};
  const Address address = Address::ipv6(kBytes.data());
  EXPECT_EQ(address, ipv6(0x090a0b0c0d0e0f10, 0x20010db805060708));
  EXPECT_EQ(address.bytes(), kBytes);
  EXPECT_EQ(to_string(address), "2001:db8:506:708:90a:b0c:d0e:f10");
}

TEST(Address, Ipv6TextFollowsRfc5952) {
  struct Example {
    uint64_t high;
    uint64_t low;
    const char* text;
  };
  const std::vector<Example> examples = {
      {0, 0, "::"},
      {0, 1, "::1"},
      {0x20010db800000000, 0, "2001:db8::"},
      {0x20010db800000000, 1, "2001:db8::1"},
      {0x20010db800000001, 0x0001000100010001, "2001:db8:0:1:1:1:1:1"},  // one group: no "::"
      {0x20010db800000000, 0x0001000000000001, "2001:db8::1:0:0:1"},     // the first of the longest
      {0x2001000000000001, 0x0000000000000001, "2001:0:0:1::1"},         // the longest
      {0x0000000100020003, 0x0004000500060007, "0:1:2:3:4:5:6:7"},
      {0x0001000200030004, 0x0005000600070000, "1:2:3:4:5:6:7:0"},
      {0x0001000200030004, 0x0005000600000000, "1:2:3:4:5:6::"},
      {0x0000000000030004, 0x0005000600070008, "::3:4:5:6:7:8"},
      {0xfe80000000000000, 0xABCDEF0123456789, "fe80::abcd:ef01:2345:6789"},
  };
  for (const Example& example : examples) {
    EXPECT_EQ(to_string(ipv6(example.low, example.high)), example.text);
  }
}

TEST(Address, KnowsMulticastAndBroadcast) {
  EXPECT_FALSE(ipv4(0xdfffffff).is_multicast_or_broadcast());
  EXPECT_TRUE(ipv4(0xe0000000).is_multicast_or_broadcast());
  EXPECT_TRUE(ipv4(0xefffffff).is_multicast_or_broadcast());
  EXPECT_FALSE(ipv4(0xf0000000).is_multicast_or_broadcast());
  EXPECT_FALSE(ipv4(0xfffffffe).is_multicast_or_broadcast());
  EXPECT_TRUE(ipv4(0xffffffff).is_multicast_or_broadcast());
  EXPECT_TRUE(ipv6(1, 0xff02000000000000).is_multicast_or_broadcast());
  EXPECT_FALSE(ipv6(1, 0xfe80000000000000).is_multicast_or_broadcast());
  EXPECT_FALSE(ipv6(0xffffffff, 0).is_multicast_or_broadcast());
}

TEST(Address, IsOrderedByNetworkThenNumerically) {
  EXPECT_LT(ipv4(0xffffffff), ipv6(0, 0));
  EXPECT_LT(ipv6(~uint64_t{0}, ~uint64_t{0}), arp(0));
  EXPECT_LT(ipv4(9), ipv4(10));
  EXPECT_LT(ipv6(~uint64_t{0}, 1), ipv6(0, 2));
  EXPECT_NE(ipv4(1), arp(1));
}

TEST(Names, OfNetworksAndTransports) {
  EXPECT_STREQ(network_name(Network::kIpv4), "IPv4");
  EXPECT_STREQ(network_name(Network::kIpv6), "IPv6");
  EXPECT_STREQ(network_name(Network::kArp), "ARP");
  EXPECT_STREQ(transport_name(Transport::kOther), "ip");
  EXPECT_STREQ(transport_name(Transport::kTcp), "tcp");
  EXPECT_STREQ(transport_name(Transport::kUdp), "udp");
  EXPECT_STREQ(transport_name(Transport::kIcmp), "icmp");
}

}  // namespace
}  // namespace fanout
