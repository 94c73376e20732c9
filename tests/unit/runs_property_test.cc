// Runs, replayed, against the packets they were made of, on random dialogues.
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "dialogues.h"

namespace fanout {
namespace {

struct Kind {
  const char* name;
  Dialogues dialogues;
  int rounds;
};

class RunsProperty : public testing::TestWithParam<Kind> {};

TEST_P(RunsProperty, LeadTheEngineToTheSameState) {
  for (int round = 0; round < GetParam().rounds; ++round) {
    std::mt19937 random(static_cast<uint32_t>(round));
    const Dice dice = [&random](uint32_t most) { return static_cast<uint32_t>(random() % most); };
    const std::vector<Packet> packets = random_dialogues(dice, GetParam().dialogues);
    FrameNumbers numbers;
    std::string error;
    const auto expected = count_packets(packets, numbers);
    const auto counted = count_by_runs(dice, packets, numbers, error);
    ASSERT_EQ(error, "") << "round " << round;
    ASSERT_EQ(difference(*expected, *counted), "") << "round " << round;
  }
}

// Estimates keep true bounds, and who is stored does not depend on how packets were joined.
TEST_P(RunsProperty, LeadTheEngineToTheSameEstimatesPastItsLimit) {
  for (int round = 0; round < GetParam().rounds / 2; ++round) {
    std::mt19937 random(static_cast<uint32_t>(round));
    const Dice dice = [&random](uint32_t most) { return static_cast<uint32_t>(random() % most); };
    const std::vector<Packet> packets = random_dialogues(dice, GetParam().dialogues);
    FrameNumbers numbers;
    std::string error;
    const Engine::Options options{.limit = 1 + random() % 12};
    const auto expected = count_packets(packets, numbers, options);
    const auto all = count_packets(packets, numbers);
    const auto counted = count_by_runs(dice, packets, numbers, error, options);
    ASSERT_EQ(error, "") << "round " << round;
    ASSERT_EQ(difference(*expected, *counted), "") << "round " << round;
    ASSERT_LE(counted->pair_count(), options.limit);
    ASSERT_LE(counted->pairs_total().low, all->pair_count()) << "round " << round;
    ASSERT_GE(counted->pairs_total().high, all->pair_count()) << "round " << round;
    for (uint32_t number = 0; number < counted->source_count(); ++number) {
      const Cardinality estimate = counted->destinations(number);
      const uint32_t source = all->find_source(counted->source(number).address);
      ASSERT_LE(estimate.low, all->destinations(source).value) << "round " << round;
      ASSERT_GE(estimate.high, all->destinations(source).value) << "round " << round;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Random, RunsProperty,
                         testing::Values(Kind{"OfOneFile", {40, 1, true, 3}, 1200},
                                         Kind{"CutInTime", {60, 8, true, 3}, 600},
                                         Kind{"InOrder", {60, 4, false, 2}, 600},
                                         Kind{"LongRuns", {600, 2, false, 200}, 40}),
                         [](const auto& kind) { return std::string(kind.param.name); });

}  // namespace
}  // namespace fanout
