#include "tap/count/table.h"

#include <random>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

namespace fanout {
namespace {

TEST(Mix, IsBijectiveOnASample) {
  std::unordered_map<uint64_t, uint64_t> inverse;
  for (uint64_t value = 0; value < 100'000; ++value) {
    EXPECT_TRUE(inverse.emplace(mix(value), value).second);
  }
}

TEST(Blocks, GrowsAndNeverMovesWhatItHolds) {
  Blocks<uint64_t> blocks;
  EXPECT_EQ(blocks.size(), 0u);
  blocks.push_back(7);
  const uint64_t* first = &blocks[0];
  constexpr uint32_t kMany = 300'000;  // several blocks
  for (uint32_t i = 1; i < kMany; ++i) blocks.push_back(7 + i);
  EXPECT_EQ(&blocks[0], first);
  EXPECT_EQ(blocks.size(), kMany);
  EXPECT_EQ(blocks.memory(), kMany * sizeof(uint64_t));
  for (uint32_t i = 0; i < kMany; ++i) ASSERT_EQ(blocks[i], 7 + i);
}

TEST(Index, FindsNothingInAnEmptyOne) {
  const Index index;
  for (const uint32_t hash : {0u, 1u, 0x80000000u, 0xffffffffu}) {
    EXPECT_EQ(index.find(hash, [](uint32_t) { return true; }), kNone);
  }
}

TEST(Index, FindsEveryRecordWhileItGrows) {
  std::mt19937 random(1);
  std::vector<uint32_t> hashes;
  Index index;
  for (uint32_t number = 0; number < 100'000; ++number) {
    hashes.push_back(static_cast<uint32_t>(random()));
    index.add(hashes.back(), number);
    if (number % 997 != 0 && number > 50) continue;
    for (uint32_t i = 0; i <= number; i += 1 + number / 50) {
      ASSERT_EQ(index.find(hashes[i], [&](uint32_t found) { return found == i; }), i);
    }
  }
}

TEST(Index, DistinguishesRecordsWithTheSameHash) {
  Index index;
  for (uint32_t number = 0; number < 100; ++number) index.add(42, number);
  index.add(41, 100);
  index.add(43, 101);
  for (uint32_t number = 0; number < 100; ++number) {
    EXPECT_EQ(index.find(42, [&](uint32_t found) { return found == number; }), number);
  }
  EXPECT_EQ(index.find(42, [](uint32_t found) { return found >= 100; }), kNone);
  EXPECT_EQ(index.find(41, [](uint32_t) { return true; }), 100u);
  EXPECT_EQ(index.find(43, [](uint32_t) { return true; }), 101u);
}

// What does not fit at the end goes on at the beginning; a hash of zero is not an empty slot.
TEST(Index, WrapsAroundAndKnowsHashZero) {
  Index index;
  for (uint32_t number = 0; number < 40; ++number) index.add(0xffffffff, number);
  for (uint32_t number = 40; number < 80; ++number) index.add(0, number);
  for (uint32_t number = 0; number < 80; ++number) {
    EXPECT_EQ(
        index.find(number < 40 ? 0xffffffff : 0, [&](uint32_t found) { return found == number; }),
        number);
  }
  EXPECT_EQ(index.find(1, [](uint32_t) { return true; }), kNone);
}

TEST(Index, StaysBetweenTenAndFifteenBytesARecord) {
  std::mt19937 random(2);
  Index index;
  for (uint32_t number = 0; number < 1'000'000; ++number) {
    index.add(static_cast<uint32_t>(random()), number);
    if (number < 10'000) continue;
    const double bytes = static_cast<double>(index.memory()) / (number + 1);
    ASSERT_GE(bytes, 9.5);
    ASSERT_LE(bytes, 14.5);
  }
}

TEST(HugePages, AllocatesLargeArraysAligned) {
  std::vector<uint64_t, HugePages<uint64_t>> large(1 << 20, 1);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(large.data()) % HugePages<uint64_t>::kPage, 0u);
  std::vector<uint64_t, HugePages<uint64_t>> small(10, 1);
  EXPECT_EQ(small[9], 1u);
}

}  // namespace
}  // namespace fanout
