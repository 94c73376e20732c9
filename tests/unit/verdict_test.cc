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
  EXPECT_EQ(verdict_of(c), "address-scan") << "nobody answers this IP protocol";
  for (int turn = 0; turn < 3; ++turn) {
    for (uint32_t i = 0; i < 7; ++i) {
      traffic.send(c, ipv4(100 + i), Role::kDatagram, Transport::kOther, 50, 50);
    }
  }
  EXPECT_EQ(verdict_of(c), "unclear") << "a tunnel of which one direction is seen";
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
  sweep(10, 50022);
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

TEST_F(VerdictTest, LongStreamsAreNoProbes) {
  for (int packet = 0; packet < 11; ++packet) {
    for (uint32_t i = 0; i < 20; ++i) traffic.udp(a, ipv4(100 + i), 40000, 514);
  }
  EXPECT_EQ(verdict_of(a), "address-scan");
  for (uint32_t i = 0; i < 20; ++i) traffic.udp(a, ipv4(100 + i), 40000, 514);
  EXPECT_EQ(verdict_of(a), "unclear");
}

TEST_F(VerdictTest, SilenceBetweenEqualUdpPortsIsNoEvidenceUnlessOthersAnswer) {
  for (uint32_t i = 0; i < 20; ++i) traffic.udp(a, ipv4(100 + i), 137, 137);
  EXPECT_EQ(verdict_of(a), "unclear");
  traffic.udp(ipv4(100), a, 137, 137);
  EXPECT_EQ(verdict_of(a), "address-scan");
}

// Port scans.

TEST_F(VerdictTest, MorePortsThanAllowedAreAPortScan) {
  for (uint16_t port = 40001; port <= 40015; ++port) traffic.syn(a, b, port);
  EXPECT_EQ(verdict_of(a), "unclear");
  EXPECT_EQ(verdict_of(a, 14), "port-scan");
  traffic.syn(a, b, 40016);
  EXPECT_EQ(verdict_of(a), "port-scan");
}

TEST_F(VerdictTest, PortsOfSeveralHostsAreCountedApart) {
  for (uint16_t port = 40001; port <= 40015; ++port) {
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

TEST_F(VerdictTest, AServerMayBeCapturedAlone) {
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

TEST_F(VerdictTest, AVictimOfAFloodIsBackscatter) {
  for (uint32_t i = 0; i < 20; ++i) {
    i % 2 == 0 ? traffic.syn_ack(a, ipv4(100 + i), 80) : traffic.rst(a, ipv4(100 + i), 80);
  }
  EXPECT_EQ(verdict_of(a), "backscatter");
}

TEST_F(VerdictTest, MulticastIsNoScan) {
  for (uint32_t i = 0; i < 20; ++i) traffic.udp(a, ipv4(0xe0000001 + i), 5000, 5000);
  EXPECT_EQ(verdict_of(a), "multicast");
}

TEST_F(VerdictTest, AFloodFromSpoofedAddressesAccusesNobody) {
  for (uint32_t i = 0; i < 200; ++i) traffic.syn(ipv4(100 + i), b, 80);
  for (uint32_t i = 0; i < 200; ++i) traffic.syn_ack(b, ipv4(100 + i), 80);
  EXPECT_EQ(verdict_of(ipv4(100)), "client");
  EXPECT_EQ(verdict_of(b), "server");
}

// Names.

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

TEST(Verdicts, OnlyTheFirstFiveAccuse) {
  std::string all;
  for (int i = 0; i < kVerdicts; ++i) {
    Verdicts verdicts;
    verdicts.add(static_cast<Verdict>(i));
    EXPECT_EQ(verdicts.suspect(), i < 5);
    all += verdict_name(static_cast<Verdict>(i)) + std::string(" ");
  }
  EXPECT_EQ(
      all,
      "address-scan port-scan arp-scan ndp-scan distributed-scan client server router peer-to-peer "
      "backscatter multicast unclear ");
}

}  // namespace
}  // namespace fanout
