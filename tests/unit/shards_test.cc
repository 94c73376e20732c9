// Shards of runs: which belong together, and that they are merged to what they were before.
#include "tap/runs/shards.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dialogues.h"
#include "tap/runs/collector.h"
#include "traffic.h"

namespace fanout {
namespace {

using Runs = std::vector<fanout::Run>;

class Given : public RunStream {
 public:
  explicit Given(Runs runs, std::string error = {})
      : runs_(std::move(runs)), error_(std::move(error)) {}
  bool next(fanout::Run& run) override {
    if (at_ == runs_.size()) return false;
    run = runs_[at_++];
    return true;
  }
  std::string error() const override { return at_ == runs_.size() ? error_ : std::string(); }

 private:
  Runs runs_;
  std::string error_;
  size_t at_ = 0;
};

RunsFile file_of(const std::string& path, uint32_t shard, uint32_t shards,
                 const std::string& capture = "a.pcap") {
  RunsFile file{path, 10, {}};
  file.header.shard = shard;
  file.header.shards = shards;
  file.header.files = {{capture, 10, 0, 5, 9, "pcap", "", 5}};
  return file;
}

std::vector<std::string> problems_of(const std::vector<Unreadable>& files) {
  std::vector<std::string> problems;
  for (const Unreadable& file : files) problems.push_back(file.problem);
  return problems;
}

TEST(Shards, AreMergedToTheOrderInWhichTheyWere) {
  for (uint32_t round = 0; round < 200; ++round) {
    std::mt19937 random(round);
    const Dice dice = [&random](uint32_t most) { return static_cast<uint32_t>(random() % most); };
    Runs whole;
    Collector collector([&](std::span<const fanout::Run> runs) {
      whole.insert(whole.end(), runs.begin(), runs.end());
    });
    Moment before;
    uint32_t place = 0;
    for (const Packet& packet : random_dialogues(dice, {60, 3, true, 3})) {
      place = packet.at == before ? place + 1 : 0;
      before = packet.at;
      collector.add(packet.observation, packet.at, place);
    }
    collector.flush();
    const uint32_t shards = 1 + dice(5);
    std::vector<Runs> parts(shards);
    for (const fanout::Run& run : whole) parts[shard_of(run.first, shards)].push_back(run);
    std::vector<std::unique_ptr<RunStream>> streams;
    for (Runs& part : parts) streams.push_back(std::make_unique<Given>(std::move(part)));
    ShardStream stream(std::move(streams));
    Runs merged;
    for (fanout::Run run; stream.next(run);) merged.push_back(run);
    ASSERT_EQ(merged, whole) << "round " << round;
    ASSERT_EQ(stream.error(), "");
  }
}

TEST(Shards, KeepTheOrderWithinAFrame) {
  // An outer and an inner packet of one source: which destination came first must not depend on
  // the shards that they are in.
  const auto sent = [](uint32_t destination, uint32_t place) {
    return run_of({.source = ipv4(1), .destination = ipv4(destination)}, {5, 0, 1}, place);
  };
  const Runs whole = {sent(9, 0), sent(2, 1), sent(7, 2)};
  for (const auto& [one, other] : {std::pair(Runs{whole[0], whole[2]}, Runs{whole[1]}),
                                   std::pair(Runs{whole[1]}, Runs{whole[0], whole[2]})}) {
    std::vector<std::unique_ptr<RunStream>> streams;
    streams.push_back(std::make_unique<Given>(one));
    streams.push_back(std::make_unique<Given>(other));
    ShardStream stream(std::move(streams));
    Runs merged;
    for (fanout::Run run; stream.next(run);) merged.push_back(run);
    EXPECT_EQ(merged, whole);
  }
}

TEST(Shards, EndWithOneThatFails) {
  const auto sent = [](int64_t time) {
    return run_of({.source = ipv4(1), .destination = ipv4(2), .time = time}, {time, 0, 1});
  };
  std::vector<std::unique_ptr<RunStream>> streams;
  streams.push_back(std::make_unique<Given>(Runs{sent(1), sent(4)}));
  streams.push_back(std::make_unique<Given>(Runs{sent(2)}, "b.runs: cut off"));
  ShardStream stream(std::move(streams));
  Runs merged;
  for (fanout::Run run; stream.next(run);) merged.push_back(run);
  EXPECT_EQ(merged, (Runs{sent(1), sent(2)}));
  EXPECT_EQ(stream.error(), "b.runs: cut off");
}

TEST(Shards, OfTheSameCapturesBelongTogether) {
  std::vector<Unreadable> left_out;
  const auto sets = join_shards(
      {file_of("a2", 2, 2), file_of("b1", 1, 2, "b.pcap"), file_of("a1", 1, 2),
       file_of("whole", 1, 1), file_of("whole too", 1, 1), file_of("b2", 2, 2, "b.pcap")},
      false, left_out);
  EXPECT_TRUE(left_out.empty());
  std::vector<std::vector<std::string>> paths;
  for (const RunsSet& set : sets) paths.push_back(set.paths);
  EXPECT_EQ(paths, (std::vector<std::vector<std::string>>{
                       {"a1", "a2"}, {"b1", "b2"}, {"whole"}, {"whole too"}}));
  EXPECT_EQ(sets[0].bytes, 20u);
}

TEST(Shards, AreLeftOutWithoutTheOthers) {
  std::vector<Unreadable> left_out;
  const auto sets = join_shards(
      {file_of("a1", 1, 3), file_of("a3", 3, 3), file_of("b2", 2, 3, "b.pcap")}, false, left_out);
  EXPECT_TRUE(sets.empty());
  EXPECT_EQ(problems_of(left_out),
            (std::vector<std::string>{
                "The file \"a1\" is left out: it is shard 1 of 3, of which only 2 are there.",
                "The file \"a3\" is left out: it is shard 3 of 3, of which only 2 are there.",
                "The file \"b2\" is left out: it is shard 2 of 3, of which only 1 is there."}));
}

TEST(Shards, AreNeverCountedTwice) {
  std::vector<Unreadable> left_out;
  const auto sets = join_shards(
      {file_of("a1", 1, 2), file_of("a2", 2, 2), file_of("a1 again", 1, 2)}, false, left_out);
  ASSERT_EQ(sets.size(), 1u);
  EXPECT_EQ(sets[0].paths, (std::vector<std::string>{"a1", "a2"}));
  EXPECT_EQ(problems_of(left_out),
            (std::vector<std::string>{
                "The file \"a1 again\" is left out: it is shard 1 of 2 as \"a1\" is."}));
}

TEST(Shards, OneOfManyCapturesIsMergedToThatShardOfAll) {
  const std::vector<RunsFile> same = {file_of("a2", 2, 3), file_of("b2", 2, 3, "b.pcap"),
                                      file_of("a2 again", 2, 3)};
  EXPECT_TRUE(are_one_shard(same));
  EXPECT_FALSE(are_one_shard({file_of("a2", 2, 3), file_of("b1", 1, 3, "b.pcap")}));
  EXPECT_FALSE(are_one_shard({file_of("a2", 2, 3), file_of("b2", 2, 4, "b.pcap")}));
  EXPECT_FALSE(are_one_shard({file_of("a", 1, 1)}));
  EXPECT_FALSE(are_one_shard({}));
  std::vector<Unreadable> left_out;
  const auto sets = join_shards(same, true, left_out);
  EXPECT_EQ(sets.size(), 2u);
  EXPECT_EQ(left_out.size(), 1u);
}

}  // namespace
}  // namespace fanout
