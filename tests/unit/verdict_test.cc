#include "judged.h"

namespace fanout {
namespace {

using VerdictTest = JudgedTraffic;

// Address scans.

TEST_F(VerdictTest, SevenSilentHostsAreAScanAndSixAreNot) {
  sweep(6, 22, kFarApart);
  EXPECT_EQ(verdict_of(a), "unclear");
  traffic.syn(a, b, 22);
  EXPECT_EQ(verdict_of(a), "address-scan");
}

TEST_F(VerdictTest, SevenSilentHostsOfANetworkAreAScanAndSixAreNot) {
  sweep(6, 22);
  EXPECT_EQ(verdict_of(a), "unclear");
  traffic.syn(a, ipv4(0xac10ffff), 22);
  EXPECT_EQ(verdict_of(a), "address-scan");
}

TEST_F(VerdictTest, ARefusalIsAsGoodAsSilence) {
  for (uint32_t i = 0; i < 7; ++i) {
    traffic.syn(a, ipv4(100 + i), 22);
    traffic.rst(ipv4(100 + i), a, 22);
  }
  EXPECT_EQ(verdict_of(a), "address-scan");
  EXPECT_EQ(verdict_of(ipv4(100)), "server");
}

TEST_F(VerdictTest, ASweepOfIcmpOrUdpIsAScan) {
  const Address c = ipv4(0x0a000003);
  for (uint32_t i = 0; i < 7; ++i) {
    traffic.echo(a, ipv4(100 + i));
    traffic.udp(b, ipv4(100 + i), 40000, 161);
    traffic.send(c, ipv4(100 + i), Role::kDatagram, Transport::kOther, 50, 50);
  }
  EXPECT_EQ(verdict_of(a), "address-scan");
  EXPECT_EQ(verdict_of(b), "address-scan");
  EXPECT_EQ(verdict_of(c), "unclear") << "ESP is no probe";
}

TEST_F(VerdictTest, ASweepOfIpv6IsAScan) {
  for (uint64_t i = 1; i <= 7; ++i) traffic.syn(ipv6(1), ipv6(i, i << 32), 22);
  EXPECT_EQ(verdict_of(ipv6(1)), "address-scan");
}

TEST_F(VerdictTest, HostsLeftHalfOpenAreAScan) {
  for (uint32_t i = 0; i < 7; ++i) {
    traffic.syn(a, ipv4(100 + i), 22);
    traffic.syn_ack(ipv4(100 + i), a, 22);
  }
  EXPECT_EQ(verdict_of(a), "address-scan");
}

TEST_F(VerdictTest, HalfOpenChecksThatGoOnAreNoScan) {
  for (int turn = 0; turn < 12; ++turn) {
    for (uint32_t i = 0; i < 7; ++i) {
      traffic.syn(a, ipv4(100 + i), 22);
      traffic.syn_ack(ipv4(100 + i), a, 22);
    }
  }
  EXPECT_EQ(verdict_of(a), "client");
}

TEST_F(VerdictTest, HalfOfANetworkMayAnswerButNotHalfOfTheInternet) {
  for (uint32_t i = 0; i < 80; ++i) {
    const Address near = ipv4(0xac100001 + i);
    const Address far = ipv4(0x01000001 + i * kFarApart);
    traffic.echo(a, near);
    traffic.echo(b, far);
    if (i % 2 == 0) {
      traffic.echo_reply(near, a);
      traffic.echo_reply(far, b);
    }
  }
  EXPECT_EQ(verdict_of(a), "address-scan");
  EXPECT_EQ(verdict_of(b), "client");
}

TEST_F(VerdictTest, AMonitorOfWhoseHostsAFifthIsDownDoesNotScan) {
  for (uint32_t i = 0; i < 200; ++i) {
    traffic.echo(a, ipv4(0xac100001 + i));
    if (i % 5 != 0) traffic.echo_reply(ipv4(0xac100001 + i), a);
  }
  EXPECT_EQ(verdict_of(a), "client");
}

TEST_F(VerdictTest, PeersOnOnePortOftenConverseAndProbedHostsRarely) {
  for (uint32_t i = 0; i < 100; ++i) {
    const Address host = ipv4(0x01000001 + i * kFarApart);
    i % 6 == 0 ? traffic.converse(a, host, 6346) : (void)traffic.syn(a, host, 6346);
    i % 20 == 0 ? traffic.converse(b, host, 6346) : (void)traffic.syn(b, host, 6346);
  }
  EXPECT_EQ(verdict_of(a), "unclear");
  EXPECT_EQ(verdict_of(b), "address-scan");
}

TEST_F(VerdictTest, AScanAsksForTheSameEverywhere) {
  sweep(10, 22);
  traffic.syn(a, ipv4(100), 1000);
  traffic.syn(a, ipv4(101), 1001);
  EXPECT_EQ(verdict_of(a), "address-scan");
  traffic.syn(a, ipv4(102), 1002);
  EXPECT_EQ(verdict_of(a), "unclear");
}

TEST_F(VerdictTest, WhatSucceedsElsewhereHidesNoScan) {
  for (uint32_t i = 0; i < 100; ++i) traffic.converse(a, ipv4(1000 + i), 443);
  EXPECT_EQ(verdict_of(a), "client");
  sweep(7, 445);
  EXPECT_EQ(verdict_of(a), "address-scan");
}

TEST_F(VerdictTest, AHostThatIsReachedByOneServiceIsNoFailureByAnother) {
  for (uint32_t i = 0; i < 30; ++i) {
    traffic.udp(a, ipv4(100 + i), 40000, 443);
    traffic.converse(a, ipv4(100 + i), 443);
  }
  EXPECT_EQ(verdict_of(a), "client");
}

TEST_F(VerdictTest, WhoGoesOnSendingDoesNotProbe) {
  for (int packet = 0; packet < 11; ++packet) {
    for (uint32_t i = 0; i < 20; ++i) traffic.udp(a, ipv4(100 + i), 40000, 514);
  }
  EXPECT_EQ(verdict_of(a), "address-scan");
  for (uint32_t i = 0; i < 20; ++i) traffic.udp(a, ipv4(100 + i), 40000, 514);
  EXPECT_EQ(verdict_of(a), "unclear");
}

TEST_F(VerdictTest, FromAPortToTheSamePortSilenceTellsNothingUnlessOthersAnswer) {
  for (uint32_t i = 0; i < 20; ++i) traffic.udp(a, ipv4(100 + i), 137, 137);
  EXPECT_EQ(verdict_of(a), "unclear");
  traffic.udp(ipv4(100), a, 137, 137);
  EXPECT_EQ(verdict_of(a), "address-scan");
}

// Port scans.

TEST_F(VerdictTest, MorePortsThanAllowedAreAPortScan) {
  for (uint16_t port = 1; port <= 15; ++port) traffic.syn(a, b, port);
  EXPECT_EQ(verdict_of(a), "unclear");
  EXPECT_EQ(verdict_of(a, 14), "port-scan");
  traffic.syn(a, b, 16);
  EXPECT_EQ(verdict_of(a), "port-scan");
}

TEST_F(VerdictTest, PortsOfSeveralHostsAreCountedApart) {
  for (uint16_t port = 1; port <= 15; ++port) {
    traffic.syn(a, b, port);
    traffic.syn(a, ipv4(100), port + 15);
  }
  EXPECT_EQ(verdict_of(a), "unclear");
}

TEST_F(VerdictTest, PortsThatAnswerAreNoPortScan) {
  for (uint16_t port = 1; port <= 50; ++port) traffic.converse(a, b, port);
  EXPECT_EQ(verdict_of(a), "client");
}

TEST_F(VerdictTest, WhatIsDoneWithAnOpenPortHidesNoPortScan) {
  for (uint16_t port = 1; port <= 16; ++port) {
    traffic.syn(a, b, port);
    traffic.rst(b, a, port);
  }
  traffic.converse(a, b, 80);
  for (int i = 0; i < 5000; ++i) traffic.tcp_data(a, b, 40000, 80);
  EXPECT_EQ(verdict_of(a), "port-scan");
}

TEST_F(VerdictTest, ASourceCanScanAddressesAndPorts) {
  sweep(20, 22);
  for (uint16_t port = 23; port <= 38; ++port) traffic.syn(a, ipv4(0xac100001), port);
  EXPECT_EQ(verdict_of(a), "address-scan, port-scan");
}

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

TEST_F(ArpVerdictTest, ABurstIsASweepInWhateverOrder) {
  ask(50, 0.01, 7);
  EXPECT_EQ(verdict_of(arp(kAsker)), "arp-scan");
}

TEST_F(ArpVerdictTest, AGatewayAsksInNoOrderAndAtNoPace) {
  ask(500, 0.1, 7);
  EXPECT_EQ(verdict_of(arp(kAsker)), "unclear");
}

TEST_F(ArpVerdictTest, AFrameWithoutATimeTellsNoPace) {
  for (uint32_t target = 1; target <= 100; ++target) {
    engine.observe({.source = arp(kAsker),
                    .destination = arp(0x0a000100 + target * 7),
                    .role = Role::kAsk,
                    .frame = target,
                    .time = target % 2 == 0 ? traffic.time + target * kSecond : kNoTime});
  }
  EXPECT_EQ(verdict_of(arp(kAsker)), "unclear");
}

TEST_F(ArpVerdictTest, WhoIsAnsweredLookedInEarnest) {
  traffic.step = kSecond / 100;
  for (uint32_t target = 1; target <= 200; ++target) {
    traffic.arp_request(kAsker, 0x0a000100 + target);
    if (target % 10 != 0) traffic.arp_reply(0x0a000100 + target, kAsker);
  }
  EXPECT_EQ(verdict_of(arp(kAsker)), "unclear");
}

TEST_F(ArpVerdictTest, WhoThenSendsLookedInEarnest) {
  ask(50, 0.01);
  EXPECT_EQ(verdict_of(arp(kAsker)), "arp-scan");
  for (uint32_t target = 1; target <= 50; ++target) {
    traffic.udp(ipv4(kAsker), ipv4(0x0a000100 + target), 67, 68);
  }
  EXPECT_EQ(verdict_of(arp(kAsker)), "unclear");
}

TEST_F(ArpVerdictTest, ADaysWorkHidesNoSweep) {
  ask(2000, 30, 7);
  ask(20, 0.01);
  EXPECT_EQ(verdict_of(arp(kAsker)), "arp-scan");
}

// What those are who do not scan.

TEST_F(VerdictTest, AClientIsMostlyAnswered) {
  for (uint32_t i = 0; i < 3; ++i) traffic.converse(a, ipv4(100 + i), 443);
  for (uint32_t i = 3; i < 6; ++i) traffic.syn(a, ipv4(100 + i), 443);
  EXPECT_EQ(verdict_of(a), "client");
  traffic.syn(a, ipv4(106), 443);
  EXPECT_EQ(verdict_of(a), "unclear");
}

TEST_F(VerdictTest, AClientMayHaveBegunBeforeTheCapture) {
  for (uint32_t i = 0; i < 20; ++i) traffic.tcp_data(a, ipv4(100 + i), 40000, 443);
  EXPECT_EQ(verdict_of(a), "client");
}

TEST_F(VerdictTest, AServerMostlyAnswers) {
  for (uint32_t i = 0; i < 20; ++i) traffic.converse(ipv4(100 + i), a, 80);
  EXPECT_EQ(verdict_of(a), "server");
  for (uint32_t i = 0; i < 20; ++i) traffic.converse(a, ipv4(200 + i), 80);
  EXPECT_EQ(verdict_of(a), "unclear") << "half is not most";
}

TEST_F(VerdictTest, AServerMayBeHeardAlone) {
  for (uint32_t i = 0; i < 20; ++i) {
    traffic.send(a, ipv4(100 + i), Role::kAnswer, Transport::kUdp, 53, 5000);
    traffic.tcp_data(b, ipv4(100 + i), 80, 5000);
  }
  EXPECT_EQ(verdict_of(a), "server");
  EXPECT_EQ(verdict_of(b), "server");
}

TEST_F(VerdictTest, PeersHavePortsOfTheirOwn) {
  for (uint16_t i = 0; i < 40; ++i) traffic.syn(a, ipv4(100 + i), 1000 + i);
  EXPECT_EQ(verdict_of(a), "unclear") << "nobody answers";
  traffic.converse(a, ipv4(200), 2000);
  EXPECT_EQ(verdict_of(a), "peer-to-peer");
}

TEST_F(VerdictTest, FewPortsMakeNoPeer) {
  for (uint16_t i = 0; i < 40; ++i) traffic.converse(a, ipv4(100 + i), 1000 + i % 8);
  EXPECT_EQ(verdict_of(a), "client");
  for (uint16_t i = 0; i < 40; ++i) traffic.converse(b, ipv4(100 + i), 1000 + i % 10);
  EXPECT_EQ(verdict_of(b), "peer-to-peer") << "as many as a quarter of the hosts";
}

TEST_F(VerdictTest, AFloodedVictimScattersAnswers) {
  for (uint32_t i = 0; i < 20; ++i) {
    i % 2 == 0 ? traffic.syn_ack(a, ipv4(100 + i), 80) : traffic.rst(a, ipv4(100 + i), 80);
  }
  EXPECT_EQ(verdict_of(a), "backscatter");
}

TEST_F(VerdictTest, MulticastIsNobodysScan) {
  for (uint32_t i = 0; i < 20; ++i) traffic.udp(a, ipv4(0xe0000001 + i), 5000, 5000);
  EXPECT_EQ(verdict_of(a), "multicast");
}

TEST_F(VerdictTest, AFloodFromSpoofedAddressesAccusesNobody) {
  for (uint32_t i = 0; i < 200; ++i) traffic.syn(ipv4(100 + i), b, 80);
  for (uint32_t i = 0; i < 200; ++i) traffic.syn_ack(b, ipv4(100 + i), 80);
  EXPECT_EQ(verdict_of(ipv4(100)), "client");
  EXPECT_EQ(verdict_of(b), "server");
}

// Names and reasons.

TEST(Verdicts, AreNamedInOrder) {
  Verdicts verdicts;
  EXPECT_TRUE(verdicts.none());
  EXPECT_EQ(verdicts_text(verdicts), "");
  verdicts.add(Verdict::kUnclear);
  EXPECT_FALSE(verdicts.suspect());
  verdicts.add(Verdict::kArpScan);
  EXPECT_TRUE(verdicts.suspect());
  EXPECT_FALSE(verdicts.has(Verdict::kPortScan));
  EXPECT_EQ(verdicts_text(verdicts), "arp-scan, unclear");
}

TEST(Verdicts, OnlyTheFirstThreeAccuse) {
  std::string all;
  for (int i = 0; i < kVerdicts; ++i) {
    Verdicts verdicts;
    verdicts.add(static_cast<Verdict>(i));
    EXPECT_EQ(verdicts.suspect(), i < 3);
    all += verdict_name(static_cast<Verdict>(i)) + std::string(" ");
  }
  EXPECT_EQ(all,
            "address-scan port-scan arp-scan client server peer-to-peer backscatter multicast "
            "unclear ");
}

TEST_F(VerdictTest, TheReasonOfAnAddressScan) {
  sweep(8, 22);
  sweep(8, 22);
  traffic.syn_ack(ipv4(0xac100001), a, 22);
  EXPECT_EQ(reason_of(a),
            "contacted 8 hosts first, 1 answered (12.5 %); left 1 of them half open; "
            "22/tcp on all; 2.0 packets each; 8 in its busiest minute");
}

TEST_F(VerdictTest, TheReasonOfAPortScan) {
  for (uint16_t port = 1; port <= 20; ++port) traffic.syn(a, b, port);
  traffic.converse(a, b, 80);
  EXPECT_EQ(reason_of(a),
            "contacted 1 host first, 1 answered (100.0 %); "
            "20 of 21 ports refused, silent or half open on 10.0.0.2; "
            "24.0 packets each; 1 in its busiest minute");
}

TEST(Reason, TellsNoPacketsPerDestinationPastTheLimit) {
  Engine engine({.limit = 2, .history = true});
  Traffic traffic(engine);
  const Address source = ipv4(0x0a000001);
  for (uint32_t i = 0; i < 10; ++i) traffic.syn(source, ipv4(0xac100000 + i), 22);
  const uint32_t number = engine.find_source(source);
  const Evidence evidence = gather_evidence(engine, number, engine.history(number), 0);
  EXPECT_EQ(reason(engine.source(number), evidence),
            "contacted 2 hosts first, 0 answered (0.0 %); 22/tcp on all; 2 in its busiest minute");
}

TEST_F(ArpVerdictTest, TheReasonOfAnArpScan) {
  ask(20, 0.01);
  EXPECT_EQ(reason_of(arp(kAsker)),
            "asked for 20 addresses, 0 answered; 20 of them in order or in a burst; "
            "1.0 packets each; 20 in its busiest minute");
}

TEST_F(VerdictTest, TheReasonOfThoseWhoDoNotScan) {
  traffic.converse(b, a, 80);
  traffic.syn_ack(a, ipv4(100), 80);
  traffic.tcp_data(a, ipv4(101), 80, 40000);
  traffic.tcp_data(a, ipv4(102), 40000, 80);
  traffic.udp(a, ipv4(0xe0000001), 1, 1);
  traffic.echo(a, ipv4(103));
  traffic.echo(a, ipv4(104));
  EXPECT_EQ(reason_of(a),
            "contacted 2 hosts first, 0 answered (0.0 %); ICMP type 8 on 2; 2 ports in all; "
            "answered 1 that had sent first; sent 1 an answer or a reset that nobody asked for; "
            "served 1 whose requests were not captured; 1 whose beginning was not captured; "
            "1 multicast or broadcast; 1.1 packets each; 7 in its busiest minute");
}

}  // namespace
}  // namespace fanout
