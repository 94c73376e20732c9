#include "tap/report/timeline.h"

#include <memory>
#include <numeric>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "traffic.h"

namespace fanout {
namespace {

class TimelineTest : public testing::Test {
 protected:
  TimelineTest() {
    Engine::Options options;
    options.history = true;
    engine = std::make_unique<Engine>(options);
    traffic = std::make_unique<Traffic>(*engine);
  }

  Timeline timeline(int64_t first, int64_t last, size_t parts) const {
    std::vector<std::span<const uint32_t>> pairs;
    for (const Address& source : {a, b}) {
      const uint32_t number = engine->find_source(source);
      pairs.emplace_back(number == kNone ? std::span<const uint32_t>()
                                         : std::span(engine->history(number)));
    }
    return make_timeline(*engine, pairs, first, last, parts);
  }

  std::unique_ptr<Engine> engine;
  std::unique_ptr<Traffic> traffic;
  const Address a = ipv4(0x0a000001);
  const Address b = ipv4(0x0a000002);
};

TEST_F(TimelineTest, HasABarFromTheFirstContactToTheLast) {
  traffic->step = kSecond;
  const int64_t begin = traffic->time;
  for (uint32_t i = 0; i < 10; ++i) traffic->syn(a, ipv4(0x0b000000 + i), 22);
  const Timeline found = timeline(begin, begin + 20 * kSecond, 20);
  ASSERT_EQ(found.bars.size(), 2u);
  EXPECT_EQ(found.bars[0].first_time, begin + kSecond);
  EXPECT_EQ(found.bars[0].last_time, begin + 10 * kSecond);
  EXPECT_EQ(found.bars[0].contacts, 10u);
  EXPECT_EQ(found.bars[0].first_frame, 1u);
  EXPECT_EQ(found.bars[0].counts,
            (std::vector<uint32_t>{0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(found.bars[1].contacts, 0u) << "it has not been seen";
}

TEST_F(TimelineTest, CountsEachContactInOnePart) {
  for (uint32_t i = 0; i < 999; ++i) traffic->syn(i % 3 == 0 ? a : b, ipv4(0x0b000000 + i), 22);
  for (const size_t parts : {size_t{1}, size_t{7}, size_t{300}}) {
    const Timeline found = timeline(kNoTime, kNoTime, parts);
    EXPECT_EQ(std::accumulate(found.bars[0].counts.begin(), found.bars[0].counts.end(), 0u), 333u);
    EXPECT_EQ(std::accumulate(found.bars[1].counts.begin(), found.bars[1].counts.end(), 0u), 666u);
    EXPECT_GE(found.most * parts, 666u);
  }
}

TEST_F(TimelineTest, IsExtendedToAllContacts) {
  const int64_t begin = traffic->time;
  traffic->syn(a, b, 22);
  const Timeline found = timeline(begin + 5 * kSecond, begin + 6 * kSecond, 10);
  EXPECT_EQ(found.first_time, begin + kSecond / 1000);
  EXPECT_EQ(found.last_time, begin + 6 * kSecond);
}

TEST(Darkness, GrowsWithTheCount) {
  EXPECT_EQ(darkness(0, 10, 5), 0);
  EXPECT_EQ(darkness(1, 1'000'000, 5), 1);
  EXPECT_EQ(darkness(1'000'000, 1'000'000, 5), 5);
  int before = 0;
  for (uint32_t count = 0; count <= 1000; ++count) {
    ASSERT_GE(darkness(count, 1000, 5), before);
    before = darkness(count, 1000, 5);
  }
}

}  // namespace
}  // namespace fanout
