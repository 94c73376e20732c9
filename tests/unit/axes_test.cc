#include "tap/report/axes.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "traffic.h"

namespace fanout {
namespace {

std::string texts(const std::vector<TimeTick>& ticks) {
  std::string all;
  for (const TimeTick& tick : ticks) all += (all.empty() ? "" : ", ") + tick.text;
  return all;
}

std::string texts(const std::vector<AxisBlock>& blocks) {
  std::string all;
  for (const AxisBlock& block : blocks) {
    if (!block.text.empty()) all += (all.empty() ? "" : ", ") + block.text;
  }
  return all;
}

std::vector<Address> hosts(uint32_t first, uint32_t count) {
  std::vector<Address> addresses;
  for (uint32_t i = 0; i < count; ++i) addresses.push_back(ipv4(first + i));
  return addresses;
}

TEST(TimeAxis, HasStepsInAUnitThatSuitsIt) {
  EXPECT_EQ(texts(time_ticks(0)), "0 ns");
  EXPECT_EQ(texts(time_ticks(9.5)), "0 s, 2 s, 4 s, 6 s, 8 s");
  EXPECT_EQ(texts(time_ticks(0.0004)), "0 µs, 100 µs, 200 µs, 300 µs, 400 µs");
  EXPECT_EQ(texts(time_ticks(3600)), "0 min, 15 min, 30 min, 45 min, 60 min");
  EXPECT_EQ(texts(time_ticks(86400 * 9)), "0 d, 2 d, 4 d, 6 d, 8 d");
}

TEST(TimeAxis, HasNoMoreStepsThanThereIsRoomFor) {
  for (const int most : {1, 3, 5, 8}) {
    for (double seconds = 1e-8; seconds < 1e12; seconds *= 3.7) {
      const auto ticks = time_ticks(seconds, most);
      ASSERT_LE(ticks.size(), static_cast<size_t>(most) + 1) << seconds;
      ASSERT_LE(ticks.back().seconds, seconds);
    }
  }
}

TEST(AddressAxis, NamesEachAddressWhereThereIsRoom) {
  EXPECT_EQ(texts(address_blocks(hosts(0x0a000001, 3), 5)), "10.0.0.1, 10.0.0.2, 10.0.0.3");
}

TEST(AddressAxis, NamesTheSmallestBlocksThatFit) {
  const auto blocks = address_blocks(hosts(0xc6336400, 256), 8);
  EXPECT_EQ(texts(blocks),
            "198.51.100.0/27, 198.51.100.32/27, 198.51.100.64/27, 198.51.100.96/27, "
            "198.51.100.128/27, 198.51.100.160/27, 198.51.100.192/27, 198.51.100.224/27");
  EXPECT_EQ(blocks.front().last, 31u);
  EXPECT_EQ(texts(address_blocks(hosts(0xc6336400, 256), 7)),
            "198.51.100.0/26, 198.51.100.64/26, 198.51.100.128/26, 198.51.100.192/26");
}

TEST(AddressAxis, LeavesOutTheTextsOfSmallBlocksThatWouldOverlap) {
  std::vector<Address> addresses = hosts(0x0a000000, 256);
  for (const uint32_t far : {0x14000001u, 0x1e000001u, 0x28000001u}) {
    addresses.push_back(ipv4(far));
  }
  const auto blocks = address_blocks(addresses, 6);
  EXPECT_EQ(blocks.size(), 5u) << "the /24 and its three far neighbours, the /24 in halves";
  EXPECT_EQ(texts(blocks), "10.0.0.0/25, 10.0.0.128/25, 20.0.0.0/25");
}

TEST(AddressAxis, HoldsEachAddressInOneBlockWhateverTheNetworks) {
  std::vector<Address> addresses = hosts(0x0a000000, 40);
  for (uint64_t i = 0; i < 40; ++i) addresses.push_back(ipv6(i * 0x10001));
  for (uint32_t i = 0; i < 40; ++i) addresses.push_back(arp(0x0a000000 + i * 77));
  for (size_t most = 0; most < 130; ++most) {
    const auto blocks = address_blocks(addresses, most);
    uint32_t next = 0;
    for (const AxisBlock& block : blocks) {
      ASSERT_EQ(block.first, next);
      next = block.last + 1;
      for (uint32_t row = block.first; row <= block.last; ++row) {
        ASSERT_EQ(addresses[row].network, addresses[block.first].network);
      }
    }
    ASSERT_EQ(next, addresses.size());
    ASSERT_LE(blocks.size(), std::max<size_t>(most, 3));
  }
  EXPECT_TRUE(address_blocks({}, 5).empty());
}

TEST(ServiceAxis, PrefersWellKnownPorts) {
  std::vector<Service> services;
  for (uint16_t port = 1; port <= 1000; ++port) services.push_back({Transport::kTcp, port});
  EXPECT_EQ(texts(service_blocks(services, 4)), "1/tcp, 443/tcp, 697/tcp, 1000/tcp");
  services = {{Transport::kTcp, 22}, {Transport::kUdp, 53}, {Transport::kTcp, 80}};
  EXPECT_EQ(texts(service_blocks(services, 9)), "22/tcp, 53/udp, 80/tcp");
  EXPECT_TRUE(service_blocks({}, 9).empty());
}

TEST(ServiceAxis, KeepsTextsApart) {
  std::vector<Service> services;
  for (uint32_t port = 0; port < 65536; ++port) {
    services.push_back({Transport::kTcp, static_cast<uint16_t>(port)});
  }
  for (const size_t most : {1, 2, 5, 20}) {
    const auto blocks = service_blocks(services, most);
    ASSERT_FALSE(blocks.empty());
    for (size_t i = 1; i < blocks.size(); ++i) {
      EXPECT_GE(blocks[i].centre() - blocks[i - 1].centre(), 65536.0 / static_cast<double>(most));
    }
  }
}

}  // namespace
}  // namespace fanout
