#include "tap/judge/marks.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "traffic.h"

namespace fanout {
namespace {

class MarksTest : public testing::Test {
 protected:
  // Counts on from here with other settings.
  void settings(const MarkSettings& settings, const Engine::Options& options = {}) {
    marks = Marks(settings, options);
  }
  // Sends a frame with one packet.
  void send(const Address& from, const Address& to, Role role = Role::kAsk, uint16_t port = 445) {
    time += step;
    const Probe probe = role == Role::kAsk ? Probe::kSyn : Probe::kNone;
    frames.push_back({from, to, role, Transport::kTcp, probe, Tool::kNone, 40000, port,
                      static_cast<uint32_t>(frames.size() + 1), 60, time});
    const std::vector<Observation> packet{frames.back()};
    marks.count(packet[0].frame, time, packet,
                [this](const Address& source) { return source == allowed; });
  }
  void sweep(const Address& from, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) send(from, ipv4(kTargets + i));
  }
  // What is to be said of the packet of a frame.
  Mark mark(uint32_t frame) const {
    Mark mark;
    EXPECT_TRUE(marks.look_up(frames[frame - 1], &mark)) << frame;
    return mark;
  }

  static constexpr uint32_t kTargets = 0x0a010000;
  const Address a = ipv4(0x0a000001);
  const Address b = ipv4(0x0a000002);
  const Address c = ipv4(0x0a000003);
  Address allowed = ipv4(0x0a0000fe);
  int64_t time = 1'700'000'000 * kSecond;
  int64_t step = kSecond;
  std::vector<Observation> frames;
  Marks marks{{}, {}};
};

TEST_F(MarksTest, DestinationsAreThoseUpToTheFrameWheneverItIsAsked) {
  send(a, b);
  send(a, c);
  send(a, b);
  send(b, a);
  send(a, ipv4(4));
  const uint64_t destinations[] = {1, 2, 2, 1, 3};
  const bool is_new[] = {true, true, false, true, true};
  for (const uint32_t frame : {5u, 1u, 3u, 2u, 4u, 1u}) {
    EXPECT_EQ(mark(frame).destinations, destinations[frame - 1]) << frame;
    EXPECT_EQ(mark(frame).new_destination, is_new[frame - 1]) << frame;
    EXPECT_TRUE(mark(frame).exact);
  }
  EXPECT_EQ(mark(1).total.value, 3u);
  EXPECT_EQ(mark(4).total.value, 1u);
}

TEST_F(MarksTest, KnowsWhichFramesAreCounted) {
  EXPECT_TRUE(marks.is_new(1));
  send(a, b);
  send(a, b);
  EXPECT_FALSE(marks.is_new(1));
  EXPECT_FALSE(marks.is_new(2));
  EXPECT_TRUE(marks.is_new(3));
}

TEST_F(MarksTest, SaysNothingOfWhatWasNotCounted) {
  settings({}, {.unicast = true});
  send(a, ipv4(0xe0000001));
  Mark mark;
  EXPECT_FALSE(marks.look_up(frames[0], &mark));
  EXPECT_TRUE(marks.verdicts(a).none());
  EXPECT_EQ(marks.accusation(a), nullptr);
}

TEST_F(MarksTest, TheThresholdIsPassedByTheFrameWithOneDestinationMore) {
  settings({.threshold = 3});
  for (uint32_t i = 0; i < 3; ++i) send(a, ipv4(kTargets + i), Role::kData);
  EXPECT_EQ(mark(3).flagged_in, 0u);
  send(a, ipv4(kTargets));
  EXPECT_EQ(mark(4).flagged_in, 0u) << "an old destination";
  send(a, b);
  send(a, c);
  EXPECT_EQ(mark(1).flagged_in, 5u);
  EXPECT_EQ(mark(6).flagged_in, 5u);
}

TEST_F(MarksTest, AThresholdOf0IsPassedByTheFirstPacket) {
  settings({.threshold = 0});
  send(a, b);
  EXPECT_EQ(mark(1).flagged_in, 1u);
}

TEST_F(MarksTest, NetworksAreFlaggedApart) {
  settings({.threshold = 1});
  send(a, b);
  send(a, c);
  send(arp(0x0a000001), arp(0x0a000002));
  EXPECT_EQ(mark(1).flagged_in, 2u);
  EXPECT_EQ(mark(3).flagged_in, 0u);
  EXPECT_EQ(mark(3).destinations, 1u);
}

TEST_F(MarksTest, AWindowIsPassedOnlyByNewDestinationsWithinIt) {
  settings({.threshold = 3, .window = 10});
  step = 4 * kSecond;
  sweep(a, 20);
  EXPECT_EQ(mark(20).flagged_in, 0u) << "three in ten seconds";
  step = 3 * kSecond;
  send(b, ipv4(1));
  for (uint32_t i = 0; i < 3; ++i) send(b, ipv4(kTargets + i));
  EXPECT_EQ(mark(24).flagged_in, 24u) << "four in nine";
}

TEST_F(MarksTest, AScannerIsAccusedAsSoonAsTheEvidenceIsSufficient) {
  sweep(a, 40);
  const uint32_t accused_in = mark(1).accused_in;
  EXPECT_GE(accused_in, 7u);
  EXPECT_LE(accused_in, 20u);
  ASSERT_NE(marks.accusation(a), nullptr);
  EXPECT_TRUE(marks.accusation(a)->verdicts.has(Verdict::kAddressScan));
  const std::string& reason = marks.accusation(a)->reason;
  EXPECT_TRUE(reason.starts_with("SYN to 445/tcp on " + std::to_string(accused_in - 1) + " hosts"))
      << "what was known then, without the one that may still answer: " << reason;
  EXPECT_TRUE(marks.verdicts(a).has(Verdict::kAddressScan));
  EXPECT_EQ(marks.accusation(b), nullptr);
}

TEST_F(MarksTest, APortScannerIsAccusedWithoutNewDestinations) {
  settings({.ports = 15});
  for (uint16_t port = 1; port <= 40; ++port) send(a, b, Role::kAsk, port);
  ASSERT_NE(marks.accusation(a), nullptr);
  EXPECT_TRUE(marks.accusation(a)->verdicts.has(Verdict::kPortScan));
  EXPECT_GE(mark(1).accused_in, 10u) << "ten well-known services that fail suffice";
  EXPECT_EQ(mark(40).destinations, 1u);
}

TEST_F(MarksTest, HostsThatMayStillRespondAreNoEvidence) {
  step = kSecond / 1000;
  sweep(a, 30);
  EXPECT_EQ(marks.accusation(a), nullptr) << "all within a second";
  EXPECT_EQ(mark(1).accused_in, 0u);
}

TEST_F(MarksTest, SourcesThatGetResponsesAreNotAccused) {
  for (uint32_t i = 0; i < 40; ++i) {
    send(a, ipv4(kTargets + i), Role::kAsk, 443);
    const Observation asked = frames.back();
    frames.push_back({asked.destination, a, Role::kAnswer, Transport::kTcp, Probe::kNone,
                      Tool::kNone, 443, 40000, asked.frame + 1, 60, time});
    marks.count(asked.frame + 1, time, {frames.back()}, [](const Address&) { return false; });
    send(a, ipv4(kTargets + i), Role::kData, 443);
  }
  EXPECT_EQ(marks.accusation(a), nullptr);
  EXPECT_FALSE(marks.verdicts(a).suspect());
}

TEST_F(MarksTest, AllowedSourcesAreCountedOnly) {
  settings({.threshold = 3});
  allowed = a;
  sweep(a, 40);
  EXPECT_EQ(mark(40).destinations, 40u);
  EXPECT_EQ(mark(40).flagged_in, 0u);
  EXPECT_EQ(mark(40).accused_in, 0u);
}

TEST_F(MarksTest, VerdictsFollowWhatIsCounted) {
  sweep(a, 3);
  EXPECT_FALSE(marks.verdicts(a).suspect());
  sweep(a, 40);
  EXPECT_TRUE(marks.verdicts(a).suspect());
}

TEST_F(MarksTest, AnAnswerChangesTheVerdictOnASourceThatSendsNoMore) {
  const auto exchange = [&](bool answers) {
    for (uint32_t i = 0; i < 20; ++i) {
      const auto frame = static_cast<uint32_t>(frames.size() + 1);
      const Address target = ipv4(kTargets + i);
      Observation packet{
          a,  target, Role::kDatagram, Transport::kUdp, Probe::kUdp, Tool::kNone, 40000, 53, frame,
          60, time};
      if (answers) {
        packet = {target, a,  Role::kAnswer, Transport::kUdp, Probe::kUdp, Tool::kNone, 53, 40000,
                  frame,  60, time};
      }
      frames.push_back(packet);
      marks.count(frame, time, std::vector{packet}, [](const Address&) { return false; });
    }
  };
  exchange(false);
  EXPECT_TRUE(marks.verdicts(a).suspect());
  exchange(true);
  EXPECT_FALSE(marks.verdicts(a).suspect());
}

TEST_F(MarksTest, PastTheLimitDestinationsAreEstimatedAndSaidToBe) {
  settings({.threshold = 1000}, {.limit = 10});
  sweep(a, 500);
  EXPECT_EQ(mark(10).destinations, 10u);
  EXPECT_TRUE(mark(10).exact) << "before the limit";
  EXPECT_FALSE(mark(11).exact);
  EXPECT_EQ(mark(11).destinations, 11u);
  EXPECT_FALSE(mark(11).new_destination);
  EXPECT_NEAR(static_cast<double>(mark(250).destinations), 250, 75);
  EXPECT_NEAR(static_cast<double>(mark(500).destinations), 500, 150);
  EXPECT_FALSE(mark(10).total.exact());
  EXPECT_LE(mark(10).total.low, 500u);
  EXPECT_GE(mark(10).total.high, 500u);
}

TEST_F(MarksTest, PastTheLimitTheSameIsSaidOfAFrameLater) {
  settings({}, {.limit = 10});
  std::vector<uint64_t> at_once;
  for (uint32_t i = 1; i <= 300; ++i) {
    send(a, ipv4(kTargets + i));
    at_once.push_back(mark(i).destinations);
  }
  for (uint32_t frame = 1; frame <= 300; ++frame) {
    EXPECT_EQ(mark(frame).destinations, at_once[frame - 1]) << frame;
  }
}

TEST_F(MarksTest, PastTheLimitSourcesAreStillFlagged) {
  settings({.threshold = 50}, {.limit = 10});
  sweep(a, 10);
  sweep(b, 200);
  EXPECT_GT(mark(210).flagged_in, 10u + 30);
  EXPECT_LT(mark(210).flagged_in, 10u + 80);
  for (int i = 0; i < 200; ++i) send(c, a);
  EXPECT_EQ(mark(410).destinations, 1u) << "the same destination again and again";
  EXPECT_EQ(mark(410).flagged_in, 0u);
}

}  // namespace
}  // namespace fanout
