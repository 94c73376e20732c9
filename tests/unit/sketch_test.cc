#include "tap/count/sketch.h"

#include <cmath>
#include <cstdint>

#include <gtest/gtest.h>

#include "tap/count/table.h"

namespace fanout {
namespace {

template <int kBits>
double estimate_of(uint64_t count, uint64_t seed, int repeats = 1) {
  Sketch<kBits> sketch;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    for (uint64_t value = 0; value < count; ++value) sketch.add(mix(value ^ mix(seed)));
  }
  return sketch.estimate();
}

TEST(Sketch, EstimatesNothingAsZero) { EXPECT_EQ(Sketch<8>().estimate(), 0); }

TEST(Sketch, CountsAValueOnceHoweverOftenItComes) {
  EXPECT_EQ(estimate_of<8>(1000, 1, 5), estimate_of<8>(1000, 1));
}

TEST(Sketch, StatesTheErrorOfThePaper) {
  EXPECT_NEAR(Sketch<8>::standard_error(), 0.065, 0.0001);
  EXPECT_NEAR(Sketch<14>::standard_error(), 0.008125, 0.0001);
}

// Over many seeds: nearly always within three standard errors, right on average, and spread no
// more than promised.
template <int kBits>
void expect_errors_within_bounds(uint64_t count, int seeds) {
  int outside = 0;
  double sum = 0;
  double squares = 0;
  for (int seed = 0; seed < seeds; ++seed) {
    const double error = estimate_of<kBits>(count, seed) / static_cast<double>(count) - 1;
    outside += std::abs(error) > 3 * Sketch<kBits>::standard_error() ? 1 : 0;
    sum += error;
    squares += error * error;
  }
  EXPECT_LE(outside, std::max(1, seeds / 50)) << count;
  EXPECT_LT(std::abs(sum / seeds), Sketch<kBits>::standard_error()) << count;
  EXPECT_LT(std::sqrt(squares / seeds), 1.3 * Sketch<kBits>::standard_error()) << count;
}

TEST(Sketch, ErrsWithinItsBoundsForEveryMagnitude) {
  for (const uint64_t count : {10, 100, 500, 1000, 10'000, 50'000}) {
    expect_errors_within_bounds<8>(count, 200);
  }
}

TEST(Sketch, ErrsWithinItsBoundsWithManyRegisters) {
  for (const uint64_t count : {1000, 40'000, 200'000}) expect_errors_within_bounds<14>(count, 20);
}

}  // namespace
}  // namespace fanout
