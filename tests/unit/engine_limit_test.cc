// The memory limit.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tap/count/engine.h"
#include "traffic.h"

namespace fanout {
namespace {

TEST(EngineLimit, StoresAsManyPairsAndEstimatesTheRest) {
  constexpr uint32_t kLimit = 1000;
  for (const uint32_t beyond : {1u, 10u, 100u, 1000u, 50'000u}) {
    Engine engine({.limit = kLimit});
    Traffic traffic(engine);
    const uint32_t truth = kLimit + beyond;
    for (uint32_t i = 0; i < truth; ++i) {
      traffic.echo(ipv4(1), ipv4(1000 + i));
      traffic.echo(ipv4(1), ipv4(1000 + i));
    }
    EXPECT_EQ(engine.pair_count(), kLimit);
    EXPECT_EQ(engine.limit_hit_in(), 2 * kLimit + 1);
    const Cardinality estimate = engine.destinations(0);
    EXPECT_FALSE(estimate.exact());
    EXPECT_LE(estimate.low, truth);
    EXPECT_GE(estimate.high, truth);
    EXPECT_LE(estimate.low, estimate.value);
    EXPECT_GE(estimate.high, estimate.value);
    EXPECT_NEAR(static_cast<double>(estimate.value), truth, 0.3 * beyond + 1);
    EXPECT_EQ(engine.source(0).packets, 2 * uint64_t{truth}) << "packets stay exact";
  }
}

TEST(EngineLimit, KeepsWhatWasStoredExact) {
  Engine engine({.limit = 10});
  Traffic traffic(engine);
  for (uint32_t i = 0; i < 5; ++i) traffic.echo(ipv4(1), ipv4(100 + i));
  for (uint32_t i = 0; i < 100; ++i) traffic.echo(ipv4(2), ipv4(100 + i));
  EXPECT_TRUE(engine.destinations(0).exact());
  EXPECT_EQ(engine.destinations(0).value, 5u);
  const Engine::Seen known = traffic.echo(ipv4(1), ipv4(100));
  EXPECT_NE(known.pair, kNone);
  EXPECT_EQ(engine.packets(known.pair), 2u);
  const Engine::Seen unknown = traffic.echo(ipv4(1), ipv4(999));
  EXPECT_NE(unknown.source, kNone);
  EXPECT_EQ(unknown.pair, kNone);
  EXPECT_TRUE(engine.destinations(0).exact()) << "one packet is to one destination";
  EXPECT_EQ(engine.destinations(0).value, 6u);
  traffic.echo(ipv4(1), ipv4(999));
  EXPECT_FALSE(engine.destinations(0).exact()) << "two may be to one or two";
}

TEST(EngineLimit, CountsServicesToo) {
  Engine engine({.limit = 100});
  Traffic traffic(engine);
  for (int port = 1; port < 1000; ++port) {
    traffic.syn(ipv4(1), ipv4(2), static_cast<uint16_t>(port));
  }
  EXPECT_LE(engine.services(0).tried, 101u);
  EXPECT_GE(engine.services(0).tried, 99u);
  EXPECT_NE(engine.limit_hit_in(), 0u);
}

TEST(EngineLimit, EstimatesSourcesBeyondEveryLimit) {
  for (const uint32_t truth : {2000u, 20'000u, 200'000u}) {
    Engine engine({.limit = 10});
    Traffic traffic(engine);
    for (uint32_t i = 0; i < truth; ++i) traffic.echo(ipv4(1000 + i), ipv4(1));
    EXPECT_LT(engine.source_count(), truth);
    const Cardinality estimate = engine.sources_total();
    EXPECT_FALSE(estimate.exact());
    EXPECT_LE(estimate.low, truth);
    EXPECT_GE(estimate.high, truth);
    EXPECT_EQ(traffic.echo(ipv4(7), ipv4(1)).source, kNone);
  }
}

// Three standard errors of 2^16 registers are 1.2 %.
TEST(EngineLimit, EstimatesAllPairsWithinTwoPerCent) {
  for (const uint32_t sources : {1u, 100u, 100'000u}) {
    for (const uint32_t truth : {1'000u, 100'000u, 1'000'000u}) {
      Engine engine({.limit = 100});
      Traffic traffic(engine);
      for (uint32_t i = 0; i < truth; ++i) {
        const uint32_t source = i % sources;
        traffic.echo(ipv4(1 + source), ipv4(0x0a000000 + i));
        if (i % 3 == 0) traffic.echo(ipv4(1 + source), ipv4(0x0a000000 + i));
      }
      const Cardinality estimate = engine.pairs_total();
      EXPECT_FALSE(estimate.exact());
      EXPECT_LE(estimate.low, truth) << sources;
      EXPECT_GE(estimate.high, truth) << sources;
      EXPECT_NEAR(static_cast<double>(estimate.value), truth, 0.02 * truth) << sources;
      EXPECT_LE(estimate.high - estimate.low, truth / 20);
    }
  }
}

TEST(EngineLimit, CountsPairsExactlyUpToIt) {
  Engine engine({.limit = 10});
  Traffic traffic(engine);
  for (uint32_t i = 0; i < 10; ++i) traffic.echo(ipv4(1), ipv4(100 + i));
  EXPECT_TRUE(engine.pairs_total().exact());
  EXPECT_EQ(engine.pairs_total().value, 10u);
  traffic.echo(ipv4(1), ipv4(999));
  EXPECT_EQ(engine.pairs_total().value, 11u);
  EXPECT_TRUE(engine.pairs_total().exact()) << "one packet is of one pair";
}

TEST(EngineLimit, OfNothingCountsNothingAndDoesNotCrash) {
  for (const uint64_t limit : {0, 1, 2}) {
    Engine engine({.limit = limit, .history = true});
    Traffic traffic(engine);
    for (uint32_t i = 0; i < 5000; ++i) {
      traffic.converse(ipv4(i), ipv6(i), static_cast<uint16_t>(i));
      traffic.converse(ipv6(i), ipv6(i + 1), static_cast<uint16_t>(i));
      traffic.arp_request(i, i + 1);
      traffic.arp_reply(i + 1, i);
    }
    EXPECT_LE(engine.pair_count(), limit);
    for (uint32_t source = 0; source < engine.source_count(); ++source) {
      const Cardinality destinations = engine.destinations(source);
      EXPECT_LE(destinations.low, destinations.high);
    }
  }
}

// However many bits a count has, its bounds hold over many seeds: three standard errors are missed
// once in a few hundred.
TEST(EngineLimit, BoundsHoldOverManyEngines) {
  int missed = 0;
  for (uint32_t run = 0; run < 200; ++run) {
    Engine engine({.limit = 1});
    const uint32_t truth = 2 + run * 37;
    for (uint32_t i = 0; i < truth; ++i) {
      engine.observe({.source = ipv4(1), .destination = ipv4(run << 16 | i), .frame = i});
    }
    const Cardinality estimate = engine.destinations(0);
    missed += truth < estimate.low || truth > estimate.high ? 1 : 0;
  }
  EXPECT_LE(missed, 4);
}

TEST(EngineMemory, IsAtMostFortyEightBytesAPair) {
  Engine engine({});
  const size_t empty = engine.memory();
  uint32_t next = 0;
  for (const uint32_t pairs : {100'000u, 200'000u, 300'000u, 500'000u, 1'000'000u}) {
    for (; next < pairs; ++next) {
      engine.observe({.source = ipv4(next % 1000), .destination = ipv4(1000 + next / 1000)});
    }
    EXPECT_LE(static_cast<double>(engine.memory() - empty) / pairs, 48.0);
  }
}

TEST(EngineMemory, IsAtMostSixtyFourBytesMoreForAServiceThatAnswers) {
  Engine engine({});
  const size_t empty = engine.memory();
  constexpr uint32_t kServices = 300'000;
  const auto send = [&](uint32_t from, uint32_t to, uint16_t own, uint16_t asked) {
    engine.observe({.source = ipv4(from),
                    .destination = ipv4(to),
                    .transport = Transport::kUdp,
                    .source_port = own,
                    .destination_port = asked,
                    .payload = 10});
  };
  for (uint32_t i = 0; i < kServices; ++i) {
    send(i % 1000, 1000 + i / 1000, 40000, 5000);
    send(1000 + i / 1000, i % 1000, 5000, 40000);
  }
  EXPECT_LE(static_cast<double>(engine.memory() - empty) / kServices, 2 * 48.0 + 64.0);
}

}  // namespace
}  // namespace fanout
