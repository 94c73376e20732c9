// The engine against plain maps, on random observations.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "engine_state.h"
#include "tap/count/engine.h"
#include "traffic.h"

namespace fanout {
namespace {

struct Counts {
  uint64_t packets = 0;
  uint64_t bytes = 0;
  uint32_t first_frame = 0;
  int64_t first_time = kNoTime;
  auto operator<=>(const Counts&) const = default;
};
using Plain = std::map<Address, std::map<Address, Counts>>;

// What the random packets are like.
struct Kind {
  const char* name;
  uint32_t seed;
  uint32_t packets;
  uint32_t hosts;
  uint32_t ports;
};

Address random_address(std::mt19937& random, Network network, uint32_t hosts) {
  const uint32_t host = static_cast<uint32_t>(random()) % hosts;
  switch (network) {
    case Network::kIpv6:
      // Neighbours, and addresses that differ in their upper half only.
      return host % 2 == 0 ? ipv6(host) : ipv6(1, uint64_t{host} << 32);
    case Network::kArp:
      return arp(host);
    case Network::kNdp:
      return ndp(host);
    case Network::kIpv4:
      break;
  }
  return ipv4(random() % 64 == 0 ? 0xe0000000 + host : 0x0a000000 + host * 7919);
}

std::vector<Observation> random_observations(const Kind& kind) {
  std::mt19937 random(kind.seed);
  std::vector<Observation> observations;
  int64_t time = 1'700'000'000 * kSecond;
  while (observations.size() < kind.packets) {
    Observation observation;
    const auto network = static_cast<Network>(random() % kNetworks);
    observation.source = random_address(random, network, kind.hosts);
    observation.destination = random_address(random, network, kind.hosts);
    if (resolves_addresses(network)) {
      observation.role = random() % 2 == 0 ? Role::kAsk : Role::kAnswer;
    } else {
      observation.role = static_cast<Role>(random() % kRoles);
      observation.transport = static_cast<Transport>(random() % 5);
      observation.probe = static_cast<Probe>(random() % kProbes);
      observation.source_port = static_cast<uint16_t>(random() % kind.ports);
      observation.destination_port = static_cast<uint16_t>(random() % kind.ports);
    }
    observation.bytes = static_cast<uint32_t>(random() % 64 == 0 ? random() : random() % 1500);
    time += static_cast<int64_t>(random() % 1'000'000) - 1000;
    observation.time = random() % 100 == 0 ? kNoTime : time;
    // Packets come in bursts, and several observations can share a frame.
    const size_t burst = 1 + (random() % 4 == 0 ? random() % 8 : 0);
    for (size_t i = 0; i < burst && observations.size() < kind.packets; ++i) {
      observation.frame = static_cast<uint32_t>(1 + observations.size() / 2);
      observations.push_back(observation);
      if (!resolves_addresses(network) && random() % 2 == 0) {
        std::swap(observation.source, observation.destination);
        std::swap(observation.source_port, observation.destination_port);
      }
    }
  }
  return observations;
}

Plain count_plainly(const std::vector<Observation>& observations) {
  Plain plain;
  for (const Observation& observation : observations) {
    if (resolves_addresses(observation.source.network) && observation.role == Role::kAnswer) {
      continue;
    }
    auto& destinations = plain[observation.source];
    const auto [found, is_new] = destinations.try_emplace(observation.destination);
    Counts& counts = found->second;
    if (is_new) {
      counts.first_frame = observation.frame;
      counts.first_time = observation.time;
    }
    ++counts.packets;
    counts.bytes += observation.bytes;
  }
  return plain;
}

Plain counted_by(const Engine& engine) {
  Plain plain;
  for (uint32_t number = 0; number < engine.pair_count(); ++number) {
    const Pair& pair = engine.pair(number);
    const Counts counts{engine.packets(number), engine.bytes(number), pair.first_frame,
                        pair.first_time};
    const bool is_new =
        plain[engine.source(pair.source).address].emplace(engine.destination(pair), counts).second;
    EXPECT_TRUE(is_new) << "a pair is stored once";
  }
  return plain;
}

class EngineDifferential : public testing::TestWithParam<Kind> {};

TEST_P(EngineDifferential, CountsAsPlainMapsDo) {
  const std::vector<Observation> observations = random_observations(GetParam());
  const Plain plain = count_plainly(observations);
  Engine engine({.history = true});
  for (const Observation& observation : observations) engine.observe(observation);

  EXPECT_EQ(counted_by(engine), plain);
  ASSERT_EQ(engine.source_count(), plain.size());
  EXPECT_EQ(engine.sources_total().value, plain.size());
  for (const auto& [address, destinations] : plain) {
    const uint32_t number = engine.find_source(address);
    ASSERT_NE(number, kNone);
    const Source& source = engine.source(number);
    EXPECT_EQ(source.destinations, destinations.size());
    EXPECT_EQ(engine.destinations(number).value, destinations.size());
    EXPECT_TRUE(engine.destinations(number).exact());
    EXPECT_EQ(engine.history(number).size(), destinations.size());
    EXPECT_TRUE(std::is_sorted(engine.history(number).begin(), engine.history(number).end()));
    uint64_t packets = 0;
    uint64_t bytes = 0;
    for (const auto& [destination, counts] : destinations) {
      packets += counts.packets;
      bytes += counts.bytes;
      const uint32_t pair = engine.find_pair(number, destination);
      ASSERT_NE(pair, kNone);
      EXPECT_EQ(engine.destination(engine.pair(pair)), destination);
    }
    EXPECT_EQ(source.packets, packets);
    EXPECT_EQ(source.bytes, bytes);
  }
}

TEST_P(EngineDifferential, SumsUpItsFlagsAndServices) {
  Engine engine({});
  for (const Observation& observation : random_observations(GetParam())) {
    engine.observe(observation);
  }
  std::vector<uint32_t> contacted(engine.source_count());
  std::vector<uint32_t> answered(engine.source_count());
  for (uint32_t number = 0; number < engine.pair_count(); ++number) {
    const Pair& pair = engine.pair(number);
    contacted[pair.source] += pair.has(Pair::kContacted) ? 1 : 0;
    answered[pair.source] += pair.has(Pair::kAnswered) ? 1 : 0;
    EXPECT_TRUE(pair.has(Pair::kContacted) || !pair.has(Pair::kAnswered));
    std::set<Service> distinct;
    uint32_t tried = 0;
    uint32_t good = 0;
    engine.for_each_service(number, [&](Service service, bool is_answered, uint64_t) {
      distinct.insert(service);
      ++tried;
      good += is_answered ? 1 : 0;
    });
    EXPECT_EQ(distinct.size(), tried) << "a service is kept once";
    EXPECT_EQ(engine.services(number).tried, tried);
    EXPECT_EQ(engine.services(number).answered, good);
  }
  for (uint32_t number = 0; number < engine.source_count(); ++number) {
    EXPECT_EQ(engine.source(number).contacted, contacted[number]);
    EXPECT_EQ(engine.source(number).answered, answered[number]);
  }
}

TEST_P(EngineDifferential, CountsThePostedAsTheObserved) {
  const std::vector<Observation> observations = random_observations(GetParam());
  Engine observed({});
  Engine posted({});
  std::mt19937 random(GetParam().seed);
  for (const Observation& observation : observations) {
    observed.observe(observation);
    posted.post(observation);
    if (random() % 1000 == 0) posted.flush();
  }
  posted.flush();
  EXPECT_EQ(everything(posted), everything(observed));
}

TEST_P(EngineDifferential, KeepsWithinItsLimitAndBounds) {
  const std::vector<Observation> observations = random_observations(GetParam());
  const Plain plain = count_plainly(observations);
  Engine engine({.limit = 100});
  for (const Observation& observation : observations) engine.post(observation);
  engine.flush();
  EXPECT_LE(engine.pair_count(), 100u);
  int outside = 0;
  for (uint32_t number = 0; number < engine.source_count(); ++number) {
    const auto found = plain.find(engine.source(number).address);
    ASSERT_NE(found, plain.end());
    const Cardinality destinations = engine.destinations(number);
    const bool within =
        destinations.low <= found->second.size() && found->second.size() <= destinations.high;
    outside += within ? 0 : 1;
    EXPECT_TRUE(within || !destinations.exact());
  }
  // Three standard errors.
  EXPECT_LE(outside, 2 + static_cast<int>(engine.source_count()) / 100);
  if (!engine.sources_total().exact()) {
    EXPECT_LE(engine.sources_total().low, plain.size());
    EXPECT_GE(engine.sources_total().high, plain.size());
  }
}

INSTANTIATE_TEST_SUITE_P(Random, EngineDifferential,
                         testing::Values(Kind{"TwoHosts", 1, 2000, 2, 3},
                                         Kind{"AFewHosts", 2, 20'000, 20, 5},
                                         Kind{"AFewHostsManyPorts", 3, 20'000, 8, 65536},
                                         Kind{"ManyHosts", 4, 60'000, 3000, 100},
                                         Kind{"HardlyEverTheSame", 5, 60'000, 1'000'000, 65536}),
                         [](const auto& kind) { return std::string(kind.param.name); });

}  // namespace
}  // namespace fanout
