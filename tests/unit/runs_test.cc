// What joins to a run, how runs are merged, and how frames of many files are numbered.
#include "tap/count/runs.h"

#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tap/runs/collector.h"
#include "tap/runs/frames.h"
#include "tap/runs/merge.h"
#include "traffic.h"

namespace fanout {
namespace {

class CollectorTest : public testing::Test {
 protected:
  void send(const Address& from, const Address& to, Role role, Transport transport,
            uint16_t own = 1000, uint16_t port = 53) {
    at.order += kSecond;
    ++at.frame;
    collector.add(
        {from, to, role, transport, Probe::kNone, Tool::kNone, own, port, at.frame, 60, at.order},
        at);
  }
  void ping(const Address& from, const Address& to) {
    send(from, to, Role::kAsk, Transport::kIcmp, 8, 8);
  }
  void reply(const Address& from, const Address& to) {
    send(from, to, Role::kAnswer, Transport::kIcmp, 8, 8);
  }
  void data(const Address& from, const Address& to, uint16_t own, uint16_t port) {
    send(from, to, Role::kData, Transport::kTcp, own, port);
  }
  /// The packets of each run, in order.
  std::vector<uint64_t> counts() {
    collector.flush();
    std::vector<uint64_t> result;
    for (const fanout::Run& run : runs) result.push_back(run.count);
    return result;
  }
  using Counts = std::vector<uint64_t>;

  std::vector<fanout::Run> runs;
  Collector collector{[this](std::span<const fanout::Run> some) {
    runs.insert(runs.end(), some.begin(), some.end());
  }};
  Moment at{0, 3, 0};
  const Address a = ipv4(1);
  const Address b = ipv4(2);
  const Address c = ipv4(3);
};

TEST_F(CollectorTest, JoinsEqualPacketsWhateverOtherHostsSend) {
  ping(a, b);
  ping(a, c);
  ping(a, b);
  ping(c, b);
  ping(a, b);
  EXPECT_EQ(counts(), (Counts{3, 1, 1}));
}

TEST_F(CollectorTest, KeepsFirstAndLastFrameTimesAndBytes) {
  ping(a, b);
  ping(a, b);
  collector.add({a, b, Role::kAsk, Transport::kIcmp, Probe::kNone, Tool::kNone, 8, 8, 3, 40, -5},
                {at.order, 3, 3});
  collector.add(
      {a, b, Role::kAsk, Transport::kIcmp, Probe::kNone, Tool::kNone, 8, 8, 4, 40, kNoTime},
      {at.order, 3, 4});
  EXPECT_EQ(counts(), (Counts{4}));
  EXPECT_EQ(runs[0].begin, (Moment{kSecond, 3, 1}));
  EXPECT_EQ(runs[0].end, (Moment{2 * kSecond, 3, 4}));
  EXPECT_EQ(runs[0].bytes, 200u);
  EXPECT_EQ(runs[0].first.time, kSecond);
  EXPECT_EQ(runs[0].least_time, -5);
  EXPECT_EQ(runs[0].greatest_time, 2 * kSecond);
}

TEST_F(CollectorTest, JoinsTcpDataPastData) {
  for (int i = 0; i < 5; ++i) {
    data(a, b, 1000, 80);
    data(b, a, 80, 1000);
    data(a, b, 1001, 80);
  }
  EXPECT_EQ(counts(), (Counts{5, 5, 5}));
}

TEST_F(CollectorTest, JoinsNoTcpDataPastWhatOpensOrEndsAConnection) {
  for (const Role role : {Role::kAsk, Role::kAnswer, Role::kRefusal}) {
    data(a, b, 1000, 80);
    send(b, a, role, Transport::kTcp, 80, 1000);
  }
  EXPECT_EQ(counts(), (Counts{1, 1, 1, 1, 1, 1}));
}

// What the source sends after the first reply is another run: see AnsweredService.
TEST_F(CollectorTest, JoinsDatagramsPastTheMirroredOnesOnly) {
  for (int i = 0; i < 3; ++i) {
    send(a, b, Role::kDatagram, Transport::kUdp, 1000, 53);
    send(b, a, Role::kDatagram, Transport::kUdp, 53, 1000);
  }
  send(b, a, Role::kDatagram, Transport::kUdp, 53, 1001);
  send(a, b, Role::kDatagram, Transport::kUdp, 1000, 53);
  EXPECT_EQ(counts(), (Counts{1, 3, 2, 1, 1}));
}

TEST_F(CollectorTest, JoinsRequestsPastRepliesAndNoReplyPastARequest) {
  ping(a, b);
  reply(b, a);
  ping(a, b);
  reply(b, a);
  reply(c, a);
  ping(a, c);
  reply(c, a);
  EXPECT_EQ(counts(), (Counts{2, 2, 1, 1, 1}));
}

TEST_F(CollectorTest, KeepsNetworksApart) {
  collector.add({ipv4(1), ipv4(2), Role::kAsk}, at);
  collector.add({arp(1), arp(2), Role::kAsk}, at);
  collector.add({ipv4(1), ipv4(2), Role::kAsk}, at);
  EXPECT_EQ(counts(), (Counts{2, 1}));
}

TEST_F(CollectorTest, JoinsRunsAsTheirPackets) {
  fanout::Run run = run_of(
      {a, b, Role::kAsk, Transport::kIcmp, Probe::kNone, Tool::kNone, 8, 8, 7, 60, 5}, {5, 1, 7});
  run.count = 10;
  run.bytes = 600;
  run.end = {9, 1, 9};
  run.greatest_time = 9;
  collector.add(run);
  run.begin = {10, 2, 1};
  run.end = {20, 2, 5};
  run.greatest_time = 20;
  collector.add(run);
  EXPECT_EQ(counts(), (Counts{20}));
  EXPECT_EQ(runs[0].begin, (Moment{5, 1, 7}));
  EXPECT_EQ(runs[0].end, (Moment{20, 2, 5}));
  EXPECT_EQ(runs[0].bytes, 1200u);
}

TEST(CollectorMemory, HandsOnSoManyRunsAtOnce) {
  std::vector<size_t> handed_on;
  Collector collector([&](std::span<const fanout::Run> runs) { handed_on.push_back(runs.size()); },
                      4);
  for (uint32_t i = 0; i < 10; ++i) collector.add({ipv4(1), ipv4(2 + i)}, {i, 0, i + 1});
  collector.flush();
  collector.flush();
  EXPECT_EQ(handed_on, (std::vector<size_t>{4, 4, 2}));
}

TEST(Shards, DependOnTheUnorderedHostPairAlone) {
  std::set<uint32_t> shards;
  for (uint32_t i = 0; i < 1000; ++i) {
    const Observation there{.source = ipv4(i), .destination = ipv4(7), .source_port = 9};
    const Observation back{.source = ipv4(7), .destination = ipv4(i), .role = Role::kData};
    EXPECT_EQ(shard_of(there, 8), shard_of(back, 8));
    EXPECT_LT(shard_of(there, 8), 8u);
    EXPECT_EQ(shard_of(there, 1), 0u);
    shards.insert(shard_of(there, 8));
  }
  EXPECT_EQ(shards.size(), 8u);
}

TEST(Frames, AreNumberedByFileAndBack) {
  FrameNumbers numbers;
  std::set<uint32_t> distinct;
  const std::vector<FramePlace> places = {{0, 1},    {5, 1},          {0, 2},    {0, 1024},
                                          {0, 1025}, {5, UINT32_MAX}, {9, 2049}, {0, 70'000}};
  for (const FramePlace& place : places) {
    const uint32_t number = numbers.number(place.file, place.frame);
    EXPECT_NE(number, 0u);
    EXPECT_EQ(numbers.place(number), place);
    EXPECT_EQ(numbers.number(place.file, place.frame), number);
    distinct.insert(number);
  }
  EXPECT_EQ(distinct.size(), places.size());
}

TEST(Frames, OfOneFileReadInOrderHaveTheirOwnNumbers) {
  FrameNumbers numbers;
  for (uint32_t frame = 1; frame < 5000; ++frame) EXPECT_EQ(numbers.number(0, frame), frame);
}

TEST(Frames, PastTheLastNumberAreNotKnown) {
  FrameNumbers numbers(2);
  EXPECT_NE(numbers.number(0, 1), 0u);
  EXPECT_EQ(numbers.number(1, 1024), 2048u);
  EXPECT_EQ(numbers.number(1, 1025), 0u);
  EXPECT_EQ(numbers.number(2, 1), 0u);
  EXPECT_EQ(numbers.place(0), (FramePlace{0, 0}));
  EXPECT_EQ(numbers.place(2048), (FramePlace{1, 1024}));
}

// A stream of runs that begin and end at these orders, from a source to a destination.
class Runs : public RunStream {
 public:
  Runs(uint32_t file, std::vector<std::pair<int64_t, int64_t>> spans, std::string error = {})
      : file_(file), spans_(std::move(spans)), error_(std::move(error)) {}

  bool next(Run& run) override {
    if (at_ == spans_.size()) return false;
    const auto [begin, end] = spans_[at_++];
    run = run_of({.source = ipv4(1), .destination = ipv4(2)},
                 {begin, file_, static_cast<uint32_t>(at_)});
    run.end.order = end;
    run.count = begin == end ? 1 : 2;
    return true;
  }
  std::string error() const override { return at_ == spans_.size() ? error_ : ""; }

 private:
  uint32_t file_;
  std::vector<std::pair<int64_t, int64_t>> spans_;
  std::string error_;
  size_t at_ = 0;
};

// The files of the runs, in the order of the merge.
std::string order_of(Merge& merge) {
  std::string files;
  for (fanout::Run run; merge.next(run);) files += static_cast<char>('a' + run.begin.file);
  return files;
}

TEST(MergeTest, GoesByTimeAndOfEqualOnesInTheOrderOfTheStreams) {
  Merge merge;
  merge.add(1, [] {
    return std::make_unique<Runs>(
        0, std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {4, 4}, {4, 4}, {9, 9}});
  });
  merge.add(kNoTime, [] {
    return std::make_unique<Runs>(1,
                                  std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {4, 4}, {5, 5}});
  });
  merge.add(3, [] { return nullptr; });
  EXPECT_EQ(order_of(merge), "abaabba");
  EXPECT_TRUE(merge.errors().empty());
  EXPECT_EQ(merge.overlaps(), 0u);
}

TEST(MergeTest, OpensAStreamWhenItsTimeComes) {
  Merge merge;
  bool is_open = false;
  merge.add(1, [] {
    return std::make_unique<Runs>(0,
                                  std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {4, 4}, {6, 6}});
  });
  merge.add(5, [&] {
    is_open = true;
    return std::make_unique<Runs>(1, std::vector<std::pair<int64_t, int64_t>>{{5, 5}});
  });
  fanout::Run run;
  EXPECT_TRUE(merge.next(run));
  EXPECT_TRUE(merge.next(run));
  EXPECT_FALSE(is_open);
  EXPECT_TRUE(merge.next(run));
  EXPECT_TRUE(is_open);
  EXPECT_EQ(run.begin.file, 1u);
}

TEST(MergeTest, KeepsErrorsAndGoesOnWithTheOthers) {
  Merge merge;
  merge.add(0, [] {
    return std::make_unique<Runs>(0, std::vector<std::pair<int64_t, int64_t>>{{1, 1}}, "a: broken");
  });
  merge.add(0, [] {
    return std::make_unique<Runs>(1, std::vector<std::pair<int64_t, int64_t>>{{2, 2}, {3, 3}});
  });
  EXPECT_EQ(order_of(merge), "abb");
  EXPECT_EQ(merge.errors(), std::vector<std::string>{"a: broken"});
}

TEST(MergeTest, ReportsRunsWithinRunsOfAnotherStream) {
  const auto overlaps = [](std::vector<std::pair<int64_t, int64_t>> one,
                           std::vector<std::pair<int64_t, int64_t>> other) {
    Merge merge;
    merge.add(0, [=] { return std::make_unique<Runs>(0, one); });
    merge.add(0, [=] { return std::make_unique<Runs>(1, other); });
    order_of(merge);
    return merge.overlaps();
  };
  EXPECT_EQ(overlaps({{1, 1}, {5, 5}}, {{2, 2}, {4, 4}}), 0u) << "packets by themselves";
  EXPECT_EQ(overlaps({{1, 5}}, {{6, 9}}), 0u);
  EXPECT_EQ(overlaps({{1, 5}}, {{5, 9}}), 0u) << "the first stream comes first";
  EXPECT_EQ(overlaps({{5, 9}}, {{1, 5}}), 1u);
  EXPECT_EQ(overlaps({{1, 5}}, {{4, 4}}), 1u);
  EXPECT_EQ(overlaps({{1, 5}, {2, 3}}, {{7, 8}}), 0u) << "runs of one stream";
}

}  // namespace
}  // namespace fanout
