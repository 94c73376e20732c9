// Which sources scan a block together, each so little that it is not accused alone, and which only
// have the same servers.
#include "tap/judge/distributed.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tap/judge/evidence.h"
#include "tap/report/report.h"
#include "traffic.h"

namespace fanout {
namespace {

constexpr uint32_t kBlock = 0xc0000200;  // 192.0.2.0/24
constexpr uint16_t kPort = 445;

// The chance by trying all combinations of choices.
double chance_by_counting(const std::vector<uint32_t>& choices, size_t distinct, unsigned size) {
  std::vector<double> of_set(size_t{1} << size, 0.0);
  of_set[0] = 1;
  for (const uint32_t chosen : choices) {
    std::vector<unsigned> own;
    for (unsigned set = 0; set < of_set.size(); ++set) {
      if (static_cast<uint32_t>(std::popcount(set)) == chosen) own.push_back(set);
    }
    std::vector<double> next(of_set.size(), 0.0);
    for (unsigned set = 0; set < of_set.size(); ++set) {
      for (const unsigned added : own) {
        next[set | added] += of_set[set] / static_cast<double>(own.size());
      }
    }
    of_set = next;
  }
  double sum = 0;
  for (unsigned set = 0; set < of_set.size(); ++set) {
    if (static_cast<size_t>(std::popcount(set)) >= distinct) sum += of_set[set];
  }
  return sum;
}

TEST(ChanceOfDistinct, IsThatOfAllCombinations) {
  const std::vector<std::vector<uint32_t>> cases = {{3}, {1, 1}, {2, 3}, {2, 2, 2}, {1, 4, 2, 3}};
  for (const std::vector<uint32_t>& choices : cases) {
    for (size_t distinct = 0; distinct <= 7; ++distinct) {
      const double expected = chance_by_counting(choices, distinct, 7);
      const double chance = std::exp(log_chance_of_distinct(choices, distinct, 7));
      EXPECT_NEAR(chance, expected, 1e-12) << choices.size() << ' ' << distinct;
    }
  }
}

TEST(ChanceOfDistinct, IsThatOfTheBirthdayProblem) {
  const std::vector<uint32_t> birthdays(23, 1);
  EXPECT_NEAR(std::exp(log_chance_of_distinct(birthdays, 23, 365)), 0.4927, 0.0001);
}

TEST(ChanceOfDistinct, HasALogarithmWhereItIsTooSmallForANumber) {
  const std::vector<uint32_t> choices(2000, 1);
  EXPECT_TRUE(std::isfinite(log_chance_of_distinct(choices, 2000, 2000)));
}

class Sharing : public ::testing::Test {
 protected:
  std::vector<DistributedScan> found() const { return find_distributed_scans(engine, {}); }
  Report report() {
    return make_report(std::shared_ptr<const Engine>(&engine, [](const Engine*) {}), {}, {});
  }
  static Address source(uint32_t number) { return ipv4(0x0a000000 + 977 * number); }
  static Address host(uint32_t number) { return ipv4(kBlock + number); }
  std::vector<uint32_t> shuffled() {
    std::vector<uint32_t> hosts(254);
    std::iota(hosts.begin(), hosts.end(), 1);
    std::shuffle(hosts.begin(), hosts.end(), random);
    return hosts;
  }
  /// Each host once, by one of so many sources; those for which `answers` holds respond.
  template <typename Answers>
  void share(const std::vector<uint32_t>& hosts, uint32_t sources, Answers answers) {
    traffic.step = kSecond / 10;
    for (size_t i = 0; i < hosts.size(); ++i) {
      const Address from = source(static_cast<uint32_t>(i) % sources);
      traffic.syn(from, host(hosts[i]), kPort);
      if (answers(hosts[i])) traffic.syn_ack(host(hosts[i]), from, kPort);
    }
  }
  void share(uint32_t sources) {
    share(shuffled(), sources, [](uint32_t) { return false; });
  }
  /// So many clients, each of so many hosts, at random.
  template <typename Answers>
  void visit(uint32_t clients, uint32_t each, uint32_t servers, Answers answers) {
    for (uint32_t client = 0; client < clients; ++client) {
      std::vector<uint32_t> hosts(servers);
      std::iota(hosts.begin(), hosts.end(), 1);
      std::shuffle(hosts.begin(), hosts.end(), random);
      for (uint32_t i = 0; i < each; ++i) {
        if (answers(hosts[i])) {
          traffic.converse(source(client), host(hosts[i]), kPort);
        } else {
          traffic.syn(source(client), host(hosts[i]), kPort);
        }
      }
    }
  }

  Engine engine{Engine::Options{}};
  Traffic traffic{engine};
  std::mt19937 random{24};
};

TEST_F(Sharing, TheHostsOfABlockIsADistributedScan) {
  share(60);
  const std::vector<DistributedScan> scans = found();
  ASSERT_EQ(scans.size(), 1u);
  EXPECT_EQ(scans[0].sources.size(), 60u);
  EXPECT_EQ(scans[0].service, (Service{Transport::kTcp, kPort}));
  EXPECT_EQ(scans[0].block, ipv4(kBlock));
  EXPECT_EQ(scans[0].contacts, 254u);
  EXPECT_EQ(scans[0].hosts, 254u);
  EXPECT_EQ(scans[0].responded, 0u);
  EXPECT_LT(scans[0].log_chance, -100);
}

TEST_F(Sharing, SourcesAreAccusedTogetherOnly) {
  share(60);
  const Report report = this->report();
  EXPECT_EQ(report.suspects_total, 60u);
  EXPECT_EQ(report.scans_total, 1u);
  ASSERT_EQ(report.sources.size(), 60u);
  for (const SourceRow& row : report.sources) {
    EXPECT_EQ(verdicts_text(row.verdicts), "distributed-scan");
    EXPECT_EQ(row.group, 1u);
    const std::string text =
        "one of 60 sources that together requested 445/tcp of 254 hosts, 192.0.2.0/24, none of "
        "them twice: of independent sources less than 1 in 10^12; 0 responded";
    EXPECT_NE(row.reason.find(text), std::string::npos) << row.reason;
  }
}

TEST_F(Sharing, SomeHostsMayRespond) {
  share(shuffled(), 60, [](uint32_t host) { return host % 10 == 0; });
  ASSERT_EQ(found().size(), 1u);
  EXPECT_EQ(found()[0].responded, 25u);
}

TEST_F(Sharing, SomeHostsMayBeContactedAgain) {
  std::vector<uint32_t> hosts = shuffled();
  hosts.insert(hosts.end(), hosts.begin(), hosts.begin() + 20);
  share(hosts, 61, [](uint32_t) { return false; });
  ASSERT_EQ(found().size(), 1u);
  EXPECT_EQ(found()[0].contacts, 274u);
  EXPECT_EQ(found()[0].hosts, 254u);
}

TEST_F(Sharing, OfSeveralBlocksIsOneScan) {
  for (uint32_t block = 0; block < 3; ++block) {
    std::vector<uint32_t> hosts = shuffled();
    for (uint32_t& host : hosts) host += 256 * block;
    share(hosts, 60, [](uint32_t) { return false; });
  }
  ASSERT_EQ(found().size(), 1u);
  EXPECT_EQ(found()[0].blocks, 3u);
  EXPECT_EQ(found()[0].hosts, 762u);
  EXPECT_EQ(found()[0].sources.size(), 60u);
  EXPECT_EQ(found()[0].block, ipv4(kBlock));
}

TEST_F(Sharing, ByIpv6IsADistributedScanToo) {
  const std::vector<uint32_t> hosts = shuffled();
  for (size_t i = 0; i < hosts.size(); ++i) {
    traffic.syn(ipv6(0x10000 + 977 * (i % 60)), ipv6(hosts[i]), kPort);
  }
  ASSERT_EQ(found().size(), 1u);
  EXPECT_NE(distributed_text(found()[0]).find("2001:db8::/120"), std::string::npos);
}

TEST_F(Sharing, SourcesNeverToBeFlaggedAreNoneOfIt) {
  share(60);
  const auto is_allowed = [](const Address& address) { return address == source(7); };
  const std::vector<DistributedScan> scans = find_distributed_scans(engine, is_allowed);
  ASSERT_EQ(scans.size(), 1u);
  EXPECT_EQ(scans[0].sources.size(), 59u);
}

TEST_F(Sharing, AClientOfTwoServersInTheBlockIsNoneOfIt) {
  share(shuffled(), 60, [](uint32_t) { return false; });
  const Address client = ipv4(0x0b000001);
  for (const uint32_t server : {10, 20}) {
    traffic.converse(client, host(server), kPort);
    for (int i = 0; i < 3; ++i) traffic.tcp_bytes(client, host(server), 40000, kPort, 100);
    traffic.tcp_bytes(host(server), client, kPort, 40000, 100);
  }
  ASSERT_EQ(found().size(), 1u);
  EXPECT_EQ(found()[0].sources.size(), 60u);
  EXPECT_EQ(found()[0].hosts, 254u);
}

// What must not be accused.

TEST_F(Sharing, ClientsOfAServerFarmAreNoScan) {
  visit(200, 3, 250, [](uint32_t) { return true; });
  EXPECT_TRUE(found().empty());
}

TEST_F(Sharing, ClientsOfAFarmThatIsDownAreNoScan) {
  visit(60, 4, 250, [](uint32_t) { return false; });
  EXPECT_TRUE(found().empty());
}

TEST_F(Sharing, IndependentClientsAreNoScanHoweverManyCapturesAreTried) {
  for (uint32_t trial = 0; trial < 500; ++trial) {
    Engine fresh{Engine::Options{}};
    Traffic clients{fresh};
    std::uniform_int_distribution<uint32_t> any(0, 255);
    std::uniform_int_distribution<uint32_t> some(2, 6);
    for (uint32_t client = 0; client < 20 + trial % 60; ++client) {
      for (uint32_t i = some(random); i > 0; --i) {
        clients.syn(source(client), host(any(random)), kPort);
      }
    }
    EXPECT_TRUE(find_distributed_scans(fresh, {}).empty()) << trial;
  }
}

TEST_F(Sharing, ClientsWithAServerEachAreNoScan) {
  const std::vector<uint32_t> hosts = shuffled();
  share(hosts, static_cast<uint32_t>(hosts.size()), [](uint32_t) { return false; });
  EXPECT_TRUE(found().empty());
}

TEST_F(Sharing, OneScannerIsNoDistributedScan) {
  share(1);
  EXPECT_TRUE(found().empty());
}

TEST_F(Sharing, OneScannerAndAFewOthersAreNone) {
  std::vector<uint32_t> hosts = shuffled();
  for (size_t i = 0; i < 240; ++i) traffic.syn(source(1), host(hosts[i]), kPort);
  for (size_t i = 240; i < 254; ++i) {
    traffic.syn(source(2 + static_cast<uint32_t>(i) % 5), host(hosts[i]), kPort);
  }
  EXPECT_TRUE(found().empty());
}

TEST_F(Sharing, HostsThatMostlyRespondAreNone) {
  share(shuffled(), 60, [](uint32_t host) { return host % 10 != 0; });
  EXPECT_TRUE(found().empty());
}

TEST_F(Sharing, SilenceIsNoEvidenceWhereOnlyOneDirectionWasCaptured) {
  for (uint32_t client = 0; client < 20; ++client) {
    const Address from = ipv4(0x0b000000 + client);
    traffic.tcp_data(from, ipv4(0x0c000001), 40000, 443);
    traffic.tcp_data(from, ipv4(0x0c000001), 40000, 443);
  }
  share(60);
  EXPECT_TRUE(found().empty());
}

}  // namespace
}  // namespace fanout
