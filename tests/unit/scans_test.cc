#include "tap/judge/scans.h"

#include <gtest/gtest.h>

namespace fanout {
namespace {

Group group(std::vector<uint32_t> sources, uint32_t likely = kNone) {
  Group group;
  group.sources = std::move(sources);
  group.likely = likely;
  return group;
}

DistributedScan distributed(std::vector<uint32_t> sources) {
  DistributedScan scan;
  scan.sources = std::move(sources);
  return scan;
}

TEST(Scans, HasNoneAtFirst) {
  const Scans scans;
  EXPECT_EQ(scans.scan_of(0), kNone);
  EXPECT_FALSE(scans.is_distributed(0));
  EXPECT_EQ(scans.count(7), 7u);
}

TEST(Scans, NumbersGroupsBeforeDistributedScans) {
  const Scans scans({group({4, 2}), group({9, 1})}, {distributed({3, 5, 8})});
  EXPECT_EQ(scans.scan_of(2), 0u);
  EXPECT_EQ(scans.scan_of(9), 1u);
  EXPECT_EQ(scans.scan_of(8), 2u);
  EXPECT_EQ(scans.scan_of(0), kNone);
  EXPECT_EQ(scans.sources(1), (std::vector<uint32_t>{9, 1}));
  EXPECT_EQ(scans.sources(2), (std::vector<uint32_t>{3, 5, 8}));
}

TEST(Scans, NamesTheFirstScanOfASourceInSeveral) {
  const Scans scans({group({1, 2})}, {distributed({2, 3}), distributed({3, 4})});
  EXPECT_EQ(scans.scan_of(2), 0u);
  EXPECT_EQ(scans.scan_of(3), 1u);
  EXPECT_TRUE(scans.is_distributed(2));
  EXPECT_TRUE(scans.is_distributed(4));
  EXPECT_FALSE(scans.is_distributed(1));
}

TEST(Scans, CountsEachScanOnce) {
  const Scans scans({group({1, 2})}, {distributed({2, 3, 4})});
  // Four sources of two scans, and six suspects besides.
  EXPECT_EQ(scans.count(10), 8u);
}

TEST(Scans, PutsTheSourceThatIsLikelyNoDecoyFirst) {
  const Scans scans({group({4, 2}, 2), group({6, 7})}, {distributed({8, 9})});
  EXPECT_EQ(scans.first_source(0), 2u);
  EXPECT_EQ(scans.first_source(1), 6u);
  EXPECT_EQ(scans.first_source(2), 8u);
}

}  // namespace
}  // namespace fanout
