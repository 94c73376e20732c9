#include "judged.h"

namespace fanout {
namespace {

// ARP scans.

class ArpVerdictTest : public JudgedTraffic {
 protected:
  /// Requests so many seconds apart, for targets that each come `step` after the one before.
  void ask(uint32_t count, double seconds, uint32_t step = 1) {
    traffic.step = static_cast<int64_t>(seconds * kSecond);
    for (uint32_t i = 0; i < count; ++i) traffic.arp_request(kAsker, target_ += step);
  }
  static constexpr uint32_t kAsker = 0x0a000001;

 private:
  uint32_t target_ = 0x0a000100;
};

TEST_F(ArpVerdictTest, SixteenTargetsInOrderAreASweepHoweverSlow) {
  ask(15, 60);
  EXPECT_EQ(verdict_of(arp(kAsker)), "unclear");
  ask(1, 60);
  EXPECT_EQ(verdict_of(arp(kAsker)), "arp-scan");
}

TEST_F(ArpVerdictTest, InOrderMayBeDownwards) {
  ask(16, 60, UINT32_MAX);
  EXPECT_EQ(verdict_of(arp(kAsker)), "arp-scan");
}

TEST_F(ArpVerdictTest, ABurstThatCoversItsBlockIsASweepInWhateverOrder) {
  traffic.step = kSecond / 100;
  for (uint32_t i = 0; i < 64; ++i) traffic.arp_request(kAsker, 0x0a000100 + i * 37 % 64);
  EXPECT_EQ(verdict_of(arp(kAsker)), "arp-scan");
}

TEST_F(ArpVerdictTest, ABurstForScatteredNeighboursIsAGateways) {
  ask(500, 0.001, 7);
  EXPECT_EQ(verdict_of(arp(kAsker)), "unclear");
}

TEST_F(ArpVerdictTest, AKnownSetAskedForAgainIsNoSweep) {
  traffic.step = kSecond / 1000;
  for (int turn = 0; turn < 2; ++turn) {
    for (uint32_t i = 0; i < 24; ++i) traffic.arp_request(kAsker, 0x0a000100 + i);
    traffic.time += 30 * kSecond;
  }
  EXPECT_EQ(verdict_of(arp(kAsker)), "unclear");
}

TEST_F(ArpVerdictTest, AWholeBlockAskedForAgainIsASweepStill) {
  traffic.step = kSecond / 1000;
  for (int turn = 0; turn < 5; ++turn) {
    for (uint32_t i = 0; i < 200; ++i) traffic.arp_request(kAsker, 0x0a000100 + i);
    traffic.time += 30 * kSecond;
  }
  EXPECT_EQ(verdict_of(arp(kAsker)), "arp-scan");
}

TEST_F(ArpVerdictTest, ASweepInReverseOrderOfTimeIsOne) {
  ask(16, -60);
  EXPECT_EQ(verdict_of(arp(kAsker)), "arp-scan");
}

TEST_F(ArpVerdictTest, NeighbourSolicitationsAreJudgedAlike) {
  for (uint64_t i = 0; i < 15; ++i) traffic.solicit(1, 0x100 + i);
  EXPECT_EQ(verdict_of(ndp(1)), "unclear");
  traffic.solicit(1, 0x10f);
  EXPECT_EQ(verdict_of(ndp(1)), "ndp-scan");
  for (uint64_t i = 0; i < 16; ++i) traffic.advertise(0x100 + i, 1);
  EXPECT_EQ(verdict_of(ndp(1)), "unclear") << "all are there";
}

TEST_F(ArpVerdictTest, NeighboursThatAreThenSentToWereNeeded) {
  for (uint64_t i = 0; i < 20; ++i) {
    traffic.solicit(1, 0x100 + i);
    traffic.syn(ipv6(1), ipv6(0x100 + i), 22);
  }
  EXPECT_EQ(verdict_of(ndp(1)), "unclear");
}

TEST_F(ArpVerdictTest, NeighbourDiscoveryIsNoContactAmongHosts) {
  traffic.send(ipv6(2), ipv6(1), Role::kDiscovery, Transport::kIcmp, 136, 136);
  traffic.syn(ipv6(1), ipv6(2), 22);
  traffic.rst(ipv6(2), ipv6(1), 22);
  EXPECT_EQ(evidence_of(ipv6(1)).contacted, 1u);
  EXPECT_EQ(verdict_of(ipv6(2)), "server");
}

TEST_F(ArpVerdictTest, AGatewayAsksInNoOrderAndAtNoPace) {
  ask(500, 0.1, 7);
  EXPECT_EQ(verdict_of(arp(kAsker)), "unclear");
}

TEST_F(ArpVerdictTest, AFrameWithoutATimeIsNoEvidenceOfPace) {
  for (uint32_t target = 1; target <= 100; ++target) {
    engine.observe({.source = arp(kAsker),
                    .destination = arp(0x0a000100 + target * 7),
                    .role = Role::kAsk,
                    .frame = target,
                    .time = target % 2 == 0 ? traffic.time + target * kSecond : kNoTime});
  }
  EXPECT_EQ(verdict_of(arp(kAsker)), "unclear");
}

TEST_F(ArpVerdictTest, TargetsThatAnswerWereNeeded) {
  traffic.step = kSecond / 100;
  for (uint32_t target = 1; target <= 200; ++target) {
    traffic.arp_request(kAsker, 0x0a000100 + target);
    if (target % 10 != 0) traffic.arp_reply(0x0a000100 + target, kAsker);
  }
  EXPECT_EQ(verdict_of(arp(kAsker)), "unclear");
}

TEST_F(ArpVerdictTest, TargetsThatAreThenSentToWereNeeded) {
  ask(50, 0.01);
  EXPECT_EQ(verdict_of(arp(kAsker)), "arp-scan");
  for (uint32_t target = 1; target <= 50; ++target) {
    traffic.udp(ipv4(kAsker), ipv4(0x0a000100 + target), 67, 68);
  }
  EXPECT_EQ(verdict_of(arp(kAsker)), "unclear");
}

TEST_F(ArpVerdictTest, OrdinaryRequestsBeforehandHideNoSweep) {
  ask(2000, 30, 7);
  ask(20, 0.01);
  EXPECT_EQ(verdict_of(arp(kAsker)), "arp-scan");
}

}  // namespace
}  // namespace fanout
