#include "tap/report/scatter.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "traffic.h"

namespace fanout {
namespace {

class ScatterTest : public testing::Test {
 protected:
  ScatterTest() {
    Engine::Options options;
    options.history = true;
    engine = std::make_unique<Engine>(options);
    traffic = std::make_unique<Traffic>(*engine);
  }

  Scatter scatter_of(std::vector<Address> sources, std::optional<Rows> rows = {},
                     size_t most = kMostContacts) const {
    std::vector<std::span<const uint32_t>> pairs;
    for (const Address& source : sources) {
      pairs.emplace_back(engine->history(engine->find_source(source)));
    }
    return make_scatter(*engine, pairs, rows, most);
  }

  std::unique_ptr<Engine> engine;
  std::unique_ptr<Traffic> traffic;
  const Address a = ipv4(0x0a000001);
  const Address b = ipv4(0x0a000002);
};

std::string told(const Scatter& scatter) {
  std::string all;
  for (const Contact& contact : scatter.contacts) {
    all += std::to_string(contact.frame) + ": " + std::to_string(contact.row) + ' ' +
           response_name(contact.response) + "; ";
  }
  return all;
}

TEST_F(ScatterTest, HasADotForEachDestinationThatWasContacted) {
  traffic->syn(a, ipv4(0x0a000014), 22);
  traffic->syn(a, ipv4(0x0a000012), 22);
  traffic->rst(ipv4(0x0a000012), a, 22);
  traffic->syn(a, ipv4(0x0a000013), 22);
  traffic->syn_ack(ipv4(0x0a000013), a, 22);
  traffic->syn(a, ipv4(0x0a000014), 22);
  const Scatter scatter = scatter_of({a});
  EXPECT_EQ(scatter.rows, Rows::kDestinations);
  EXPECT_EQ(told(scatter), "1: 2 silent; 2: 0 refused; 4: 1 answered; ");
  EXPECT_EQ(scatter.addresses.front(), ipv4(0x0a000012));
  EXPECT_EQ(scatter.total, 3u);
  EXPECT_EQ(scatter.responses, (std::array<uint64_t, 3>{1, 1, 1}));
}

TEST_F(ScatterTest, HasADotForEachPortOfAScannedHost) {
  traffic->syn(a, b, 443);
  traffic->syn(a, b, 22);
  traffic->rst(b, a, 22);
  traffic->syn(a, b, 80);
  traffic->syn_ack(b, a, 80);
  const Scatter scatter = scatter_of({a});
  EXPECT_EQ(scatter.rows, Rows::kServices);
  EXPECT_EQ(told(scatter), "1: 2 silent; 2: 0 refused; 4: 1 answered; ");
  EXPECT_EQ(scatter.contacts[1].time - scatter.contacts[0].time, traffic->step / 512 * 512)
      << "a millisecond, rounded down by less than a thousandth";
  EXPECT_EQ(told(scatter_of({a}, Rows::kDestinations)),
            "1: 0 silent; 2: 0 refused; 4: 0 answered; ");
}

TEST_F(ScatterTest, LeavesOutWhatTheSourceDidNotInitiate) {
  traffic->syn(b, a, 22);
  traffic->syn_ack(a, b, 22);
  traffic->icmp_error(a, ipv4(0x0a000099));
  EXPECT_TRUE(scatter_of({a}).contacts.empty());
}

TEST_F(ScatterTest, KnowsWhoseContactEachIs) {
  traffic->syn(a, ipv4(0x0a000014), 22);
  traffic->syn(b, ipv4(0x0a000014), 22);
  traffic->syn(b, ipv4(0x0a000015), 22);
  const Scatter scatter = scatter_of({b, a});
  ASSERT_EQ(scatter.contacts.size(), 3u);
  EXPECT_EQ(scatter.contacts[0].source, 1);
  EXPECT_EQ(scatter.contacts[1].source, 0);
  EXPECT_EQ(scatter.contacts[0].row, scatter.contacts[1].row) << "the same destination";
}

TEST_F(ScatterTest, CountsContactsWithoutATimeAndDrawsNone) {
  traffic->syn(a, ipv4(0x0a000014), 22);
  Observation untimed = traffic->last;
  untimed.destination = b;
  untimed.time = kNoTime;
  engine->observe(untimed);
  const Scatter scatter = scatter_of({a});
  EXPECT_EQ(scatter.total, 1u);
  EXPECT_EQ(scatter.untimed, 1u);
  EXPECT_EQ(scatter.contacts.size(), 1u);
}

TEST_F(ScatterTest, IsAnEvenSampleOfTooMany) {
  for (uint32_t i = 0; i < 1000; ++i) traffic->syn(a, ipv4(0x0b000000 + i), 22);
  EXPECT_FALSE(scatter_of({a}, {}, 1000).is_sample());
  const Scatter scatter = scatter_of({a}, {}, 300);
  EXPECT_TRUE(scatter.is_sample());
  EXPECT_EQ(scatter.total, 1000u);
  EXPECT_EQ(scatter.contacts.size(), 250u);
  EXPECT_EQ(scatter.contacts[1].frame - scatter.contacts[0].frame, 4u);
}

TEST_F(ScatterTest, IsThinnedToOneDotForEachCell) {
  for (uint32_t i = 0; i < 1000; ++i) {
    traffic->syn(a, ipv4(0x0b000000 + i), 22);
    if (i == 500) traffic->syn_ack(ipv4(0x0b000000 + i), a, 22);
  }
  const Scatter scatter = scatter_of({a});
  for (const uint32_t cells : {1u, 7u, 100u, 5000u}) {
    const std::vector<Dot> dots = thinned(scatter, cells, cells);
    std::map<std::pair<uint32_t, uint32_t>, int> seen;
    uint64_t contacts = 0;
    for (const Dot& dot : dots) {
      EXPECT_LT(dot.x, cells);
      EXPECT_LT(dot.y, cells);
      EXPECT_EQ(++seen[std::pair(dot.x, dot.y)], 1);
      contacts += dot.count;
    }
    EXPECT_EQ(contacts, 1000u);
    EXPECT_EQ(scatter.contacts[dots.back().contact].response, Response::kAnswered)
        << "the only response is on top";
  }
  EXPECT_TRUE(thinned(scatter, 0, 10).empty());
}

TEST_F(ScatterTest, ASequentialSweepIsALine) {
  for (uint32_t i = 0; i < 100; ++i) traffic->syn(a, ipv4(0x0b000000 + i), 22);
  for (const Dot& dot : thinned(scatter_of({a}), 100, 100)) EXPECT_NEAR(dot.x, dot.y, 1);
}

TEST_F(ScatterTest, FindsTheContactsInAPart) {
  for (uint32_t i = 0; i < 100; ++i) traffic->syn(a, ipv4(0x0b000000 + i), 22);
  const Scatter scatter = scatter_of({a});
  EXPECT_EQ(contacts_in(scatter, {}).size(), 100u);
  const std::vector<uint32_t> upper = contacts_in(scatter, {0, 1, 0.9, 1});
  ASSERT_EQ(upper.size(), 10u);
  EXPECT_EQ(scatter.contacts[upper.front()].row, 90u);
  EXPECT_TRUE(contacts_in(scatter, {0, 0.1, 0.9, 1}).empty()) << "they came late";
}

TEST_F(ScatterTest, OfContactsAtOneTimeIsInTheMiddle) {
  traffic->step = 0;
  for (uint32_t i = 0; i < 4; ++i) traffic->syn(a, ipv4(0x0b000000 + i), 22);
  for (const Dot& dot : thinned(scatter_of({a}), 11, 4)) EXPECT_EQ(dot.x, 5u);
}

}  // namespace
}  // namespace fanout
