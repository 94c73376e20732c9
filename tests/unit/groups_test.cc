// Which suspects belong together, and what is said of them.
#include "tap/judge/groups.h"

#include <algorithm>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tap/report/report.h"
#include "traffic.h"

namespace fanout {
namespace {

constexpr int64_t kMillisecond = kSecond / 1000;

class Suspects : public ::testing::Test {
 protected:
  Report report() {
    return make_report(std::shared_ptr<const Engine>(&engine, [](const Engine*) {}), {}, {});
  }
  static const SourceRow* row_of(const Report& report, const Address& address) {
    for (const SourceRow& row : report.sources) {
      if (row.address == address) return &row;
    }
    return nullptr;
  }
  static uint32_t group_of(const Report& report, const Address& address) {
    const SourceRow* row = row_of(report, address);
    EXPECT_NE(row, nullptr) << to_string(address);
    return row == nullptr ? 0 : row->group;
  }
  static std::string reason_of(const Report& report, const Address& address) {
    const SourceRow* row = row_of(report, address);
    return row == nullptr ? "" : row->reason;
  }
  static bool says(const Report& report, const Address& address, const std::string& what) {
    return reason_of(report, address).find(what) != std::string::npos;
  }

  /// Each port of `target`, from all sources one after the other, 100 microseconds apart.
  void scan_ports(const std::vector<Address>& sources, const Address& target, uint16_t from = 1,
                  uint16_t to = 40) {
    traffic.step = kMillisecond / 10;
    for (uint16_t port = from; port <= to; ++port) {
      for (const Address& source : sources) traffic.syn(source, target, port);
    }
  }
  /// A SYN to a port of each host, from all sources one after the other.
  void sweep(const std::vector<Address>& sources, const std::vector<Address>& targets) {
    traffic.step = kMillisecond / 10;
    for (const Address& target : targets) {
      for (const Address& source : sources) traffic.syn(source, target, 445);
    }
  }
  static std::vector<Address> hosts(uint32_t first, uint32_t count) {
    std::vector<Address> result;
    for (uint32_t i = 0; i < count; ++i) result.push_back(ipv4(first + i));
    return result;
  }

  Engine engine{Engine::Options{}};
  Traffic traffic{engine};
  const Address a = ipv4(0x0a000001);
  const Address b = ipv4(0x0a000065);
  const Address c = ipv4(0x0a000066);
  const Address target = ipv4(0x0a000014);
};

TEST_F(Suspects, WithTheSamePortsAtTheSameTimeAreAGroup) {
  scan_ports({b, a, c}, target);
  const Report found = report();
  ASSERT_EQ(found.scans.groups().size(), 1u);
  for (const Address& source : {a, b, c}) EXPECT_EQ(group_of(found, source), 1u);
  EXPECT_EQ(found.suspects_total, 3u);
  EXPECT_EQ(found.scans_total, 1u);
  EXPECT_TRUE(says(found, a,
                   "; one of 3 sources with the same 40 ports of 10.0.0.20, in the same order and "
                   "within 1 ms: decoys?"))
      << reason_of(found, a);
}

TEST_F(Suspects, WithTheSameHostsAtTheSameTimeAreAGroup) {
  sweep({a, b}, hosts(0xac100001, 30));
  const Report found = report();
  EXPECT_EQ(group_of(found, a), 1u);
  EXPECT_EQ(group_of(found, b), 1u);
  EXPECT_TRUE(says(found, b, "one of 2 sources with the same 30 hosts, in the same order"))
      << reason_of(found, b);
}

TEST_F(Suspects, DoAlsoOtherThings) {
  scan_ports({a, b}, target);
  for (uint32_t i = 0; i < 20; ++i) traffic.converse(a, ipv4(0xcb007100 + i), 443);
  const Report found = report();
  EXPECT_EQ(group_of(found, a), 1u);
  EXPECT_EQ(group_of(found, b), 1u);
}

TEST_F(Suspects, AtOtherTimesAreNone) {
  scan_ports({a}, target);
  traffic.time += kSecond;
  scan_ports({b}, target);
  const Report found = report();
  EXPECT_TRUE(found.scans.groups().empty());
  EXPECT_EQ(found.scans_total, 2u);
  EXPECT_EQ(group_of(found, a), 0u);
  EXPECT_FALSE(says(found, a, "one of"));
}

TEST_F(Suspects, ThatDriftApartAreNone) {
  const std::vector<Address> targets = hosts(0xac100001, 30);
  for (size_t i = 0; i < targets.size(); ++i) {
    traffic.step = kMillisecond;
    traffic.syn(a, targets[i], 445);
    traffic.step = static_cast<int64_t>(10 * i) * kMillisecond;
    traffic.syn(b, targets[i], 445);
    traffic.step = -traffic.step;
    traffic.syn(c, ipv4(0x01010101), 443);
  }
  EXPECT_TRUE(report().scans.groups().empty());
}

TEST_F(Suspects, InAnotherOrderAreNone) {
  std::vector<Address> targets = hosts(0xac100001, 30);
  std::mt19937 random(1);
  std::vector<Address> shuffled = targets;
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  traffic.step = kMillisecond / 10;
  for (size_t i = 0; i < targets.size(); ++i) {
    traffic.syn(a, targets[i], 445);
    traffic.syn(b, shuffled[i], 445);
  }
  EXPECT_TRUE(report().scans.groups().empty());
}

TEST_F(Suspects, WithOtherTargetsAreNone) {
  traffic.step = kMillisecond / 10;
  for (uint16_t port = 1; port <= 40; ++port) {
    traffic.syn(a, target, port);
    traffic.syn(b, target, port == 17 ? 1000 : port);
    traffic.syn(c, ipv4(0x0a000015), port);
  }
  EXPECT_TRUE(report().scans.groups().empty());
}

TEST_F(Suspects, OfTwoScansAreTwoGroupsInTheOrderOfTheirAddresses) {
  scan_ports({ipv4(0x0a000009), ipv4(0x0a000008)}, target);
  traffic.time += 10 * kSecond;
  scan_ports({a, b, c}, target);
  const Report found = report();
  ASSERT_EQ(found.scans.groups().size(), 2u);
  EXPECT_EQ(group_of(found, a), 1u);
  EXPECT_EQ(group_of(found, ipv4(0x0a000009)), 2u);
  EXPECT_EQ(found.scans_total, 2u);
}

TEST_F(Suspects, OfWhichOneLooksForOthersByArpAreItsDecoys) {
  traffic.arp_request(0x0a000001, 0x0a000014);
  scan_ports({b, a, c}, target);
  const Report found = report();
  EXPECT_TRUE(says(found, a, "decoys?; likely the scanner, which alone sent ARP requests"))
      << reason_of(found, a);
  EXPECT_TRUE(says(found, b, "decoys?; likely a decoy of 10.0.0.1, which alone sent ARP requests"))
      << reason_of(found, b);
}

TEST_F(Suspects, OfWhichOneResetsWhatRespondedAreItsDecoys) {
  traffic.step = kMillisecond / 10;
  for (uint16_t port = 1; port <= 40; ++port) {
    for (const Address& source : {a, b, c}) traffic.syn(source, target, port);
    if (port != 22) continue;
    for (const Address& source : {a, b, c}) traffic.syn_ack(target, source, port);
    traffic.rst(a, target, 40000, port);
  }
  const Report found = report();
  EXPECT_TRUE(says(found, c, "likely a decoy of 10.0.0.1, which alone reset what had responded"))
      << reason_of(found, c);
}

TEST_F(Suspects, ThatCompleteHandshakesAreNoDecoys) {
  scan_ports({a, b}, target);
  for (const Address& source : {a, b}) traffic.converse(source, ipv4(0xcb007100), 443);
  EXPECT_TRUE(says(report(), a, "within 1 ms: one scan from several hosts?"))
      << reason_of(report(), a);
}

TEST_F(Suspects, AreGroupedWhateverTheEngineCallsThem) {
  scan_ports({a, b, c}, target);
  Engine other{Engine::Options{}};
  Traffic later(other);
  later.step = kMillisecond / 10;
  for (uint32_t i = 0; i < 9; ++i) later.echo(ipv4(0x0a0000f0), ipv4(0x0b000000 + i));
  for (uint16_t port = 1; port <= 40; ++port) {
    for (const Address& source : {c, b, a}) later.syn(source, target, port);
  }
  const Report one = report();
  const Report two =
      make_report(std::shared_ptr<const Engine>(&other, [](const Engine*) {}), {}, {});
  ASSERT_EQ(one.scans.groups().size(), 1u);
  ASSERT_EQ(two.scans.groups().size(), 1u);
  EXPECT_EQ(group_text(engine, one.scans.groups()[0], one.scans.groups()[0].sources[1]),
            group_text(other, two.scans.groups()[0], two.scans.groups()[0].sources[1]));
}

// Many suspects, half of them in pairs.
TEST(ManySuspects, AreAllGroupedWithThoseThatProbeTheSame) {
  constexpr uint32_t kSources = 20'000;
  constexpr uint32_t kTargets = 8;
  Engine engine{Engine::Options{.history = true}};
  Traffic traffic(engine);
  traffic.step = 1000;
  for (uint32_t source = 0; source < kSources; ++source) {
    const uint32_t scan = source < kSources / 2 ? source / 2 : source;
    for (uint32_t i = 0; i < kTargets; ++i) {
      traffic.syn(ipv4(0x0a000000 + source), ipv4(0x40000000 + scan * 16 + i), 445);
    }
  }
  Evidence evidence;
  evidence.scan_score = evidence.scan_concentration = 2 * accusing_score();
  evidence.scan_services = 1;
  evidence.scan_service = {Transport::kTcp, 445};
  Grouping grouping(engine, 15, [&](uint32_t source) { return std::span(engine.history(source)); });
  for (uint32_t source = 0; source < engine.source_count(); ++source) {
    grouping.add(source, evidence);
  }
  const std::vector<Group> groups = grouping.groups();
  ASSERT_EQ(groups.size(), kSources / 4);
  for (uint32_t i = 0; i < groups.size(); ++i) {
    EXPECT_EQ(groups[i].sources, (std::vector<uint32_t>{2 * i, 2 * i + 1}));
  }
}

}  // namespace
}  // namespace fanout
