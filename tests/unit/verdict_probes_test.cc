#include "judged.h"

namespace fanout {
namespace {

// Verdicts on probes of all kinds, and on what only looks like them.

using ProbeVerdictTest = JudgedTraffic;

TEST_F(ProbeVerdictTest, ASweepIsOneByWhateverFlags) {
  const Address sources[] = {ipv4(1), ipv4(2), ipv4(3)};
  for (uint32_t i = 0; i < 7; ++i) {
    traffic.ack(sources[0], ipv4(0xac100001 + i), 80);
    traffic.fin_ack(sources[1], ipv4(0xac100001 + i), 80);
    traffic.bare_rst(sources[2], ipv4(0xac100001 + i), 80);
    if (i == 5) {
      for (const Address& source : sources) EXPECT_EQ(verdict_of(source), "unclear");
    }
  }
  for (const Address& source : sources) EXPECT_EQ(verdict_of(source), "address-scan");
}

TEST_F(ProbeVerdictTest, ARefusedAckSweepIsOneToo) {
  for (uint32_t i = 0; i < 20; ++i) {
    traffic.ack(a, ipv4(0xac100001 + i), 80);
    if (i % 2 == 0) traffic.rst(ipv4(0xac100001 + i), a, 80);
  }
  EXPECT_EQ(verdict_of(a), "address-scan");
  EXPECT_EQ(verdict_of(ipv4(0xac100001)), "server");
}

TEST_F(ProbeVerdictTest, AnAckScanOfSilentPortsIsAPortScan) {
  for (uint16_t port = 1; port <= 200; ++port) traffic.ack(a, b, port);
  EXPECT_EQ(verdict_of(a), "port-scan");
}

TEST_F(ProbeVerdictTest, BackscatterComesFromTheServicesPort) {
  for (uint32_t i = 0; i < 50; ++i) {
    traffic.bare_rst(a, ipv4(0xac100001 + i), static_cast<uint16_t>(1024 + i), 80);
    traffic.bare_rst(b, ipv4(0xac100001 + i), 80, 50000);
  }
  EXPECT_EQ(verdict_of(a), "backscatter");
  EXPECT_EQ(verdict_of(b), "address-scan");
}

TEST_F(ProbeVerdictTest, AnAckIsNoProbeOnceThereIsAConnection) {
  for (uint32_t i = 0; i < 20; ++i) {
    traffic.ack(a, ipv4(0xac100001 + i), 443);
    traffic.tcp_data(ipv4(0xac100001 + i), a, 443, 40000);
    traffic.ack(b, ipv4(0xac100001 + i), 443);
    traffic.tcp_data(b, ipv4(0xac100001 + i), 40000, 443);
  }
  EXPECT_EQ(verdict_of(a), "client");
  EXPECT_EQ(evidence_of(a).contacted, 0u);
  EXPECT_EQ(verdict_of(b), "client");
}

TEST_F(ProbeVerdictTest, ADownloadOfWhichOnlyTheAcksWereCapturedIsNoScan) {
  for (int turn = 0; turn < 20; ++turn) {
    for (uint32_t i = 0; i < 10; ++i) traffic.ack(a, ipv4(0xac100001 + i), 443);
  }
  EXPECT_NE(verdict_of(a), "address-scan");
}

TEST_F(ProbeVerdictTest, SctpInitsAreProbes) {
  for (uint32_t i = 0; i < 7; ++i) traffic.sctp_init(a, ipv4(0xac100001 + i), 2905);
  EXPECT_EQ(verdict_of(a), "address-scan");
  for (uint32_t i = 0; i < 7; ++i) {
    traffic.sctp_init(b, ipv4(0xac100001 + i), 2905);
    traffic.send(ipv4(0xac100001 + i), b, Role::kAnswer, Transport::kSctp, 2905, 40000);
    for (int packet = 0; packet < 4; ++packet) {
      traffic.send(b, ipv4(0xac100001 + i), Role::kData, Transport::kSctp, 40000, 2905);
    }
  }
  EXPECT_EQ(verdict_of(b), "client");
}

TEST_F(ProbeVerdictTest, ARouterThatReportsErrorsIsARouter) {
  for (uint32_t i = 0; i < 5; ++i) traffic.icmp_error(a, ipv4(100 + i));
  EXPECT_EQ(verdict_of(a), "router");
}

TEST_F(ProbeVerdictTest, AHostWithoutTheServiceThatWasAskedForRespondsAndIsNoRouter) {
  for (uint32_t i = 0; i < 5; ++i) {
    traffic.udp(ipv4(100 + i), a, 40000, 161);
    traffic.icmp_refusal(a, ipv4(100 + i));
  }
  EXPECT_EQ(verdict_of(a), "server");
}

// One direction.

TEST_F(ProbeVerdictTest, SilenceIsNoEvidenceWhereAnswersWereNotCaptured) {
  sweep(10, 443);
  EXPECT_EQ(verdict_of(a), "address-scan") << "a telescope: nobody sends data";
  traffic.tcp_data(a, ipv4(100), 40000, 443);
  EXPECT_EQ(verdict_of(a), "address-scan") << "one conversation may have ended before";
  traffic.tcp_data(a, ipv4(101), 40000, 443);
  EXPECT_NE(verdict_of(a), "address-scan");
}

TEST_F(ProbeVerdictTest, AScanBesideConversationsThatWereHeardIsOne) {
  for (uint32_t i = 0; i < 10; ++i) traffic.converse(a, ipv4(100 + i), 443);
  for (uint32_t i = 0; i < 3; ++i) traffic.tcp_data(a, ipv4(200 + i), 40000, 443);
  sweep(10, 23);
  EXPECT_EQ(verdict_of(a), "address-scan");
}

TEST_F(ProbeVerdictTest, SilenceToQuicSaysNextToNothing) {
  for (uint32_t i = 0; i < 60; ++i) {
    traffic.send(a, ipv4(1000 + i * kFarApart), Role::kDatagram, Transport::kUdp, 40000, 443,
                 Probe::kQuic);
    traffic.udp(b, ipv4(1000 + i * kFarApart), 40000, 161);
  }
  EXPECT_EQ(verdict_of(a), "unclear");
  EXPECT_EQ(verdict_of(b), "address-scan");
}

// Retries.

TEST_F(ProbeVerdictTest, ASourceThatRetriesWithPausesIsAClientWhoseNetworkIsDown) {
  const auto knock = [&](const Address& source, int turns, int64_t pause) {
    for (int turn = 0; turn < turns; ++turn) {
      traffic.step = 1000;
      for (uint32_t i = 0; i < 25; ++i) traffic.syn(source, ipv4(0xac100001 + i), 80);
      traffic.time += pause << turn;
    }
  };
  knock(a, 6, kSecond);
  EXPECT_EQ(verdict_of(a), "unclear");
  knock(b, 3, kSecond);
  EXPECT_EQ(verdict_of(b), "address-scan") << "a probe and two retransmissions";
  const Address c = ipv4(0x0a000003);
  knock(c, 6, kSecond / 1000);
  EXPECT_EQ(verdict_of(c), "address-scan") << "a client waits in between";
}

TEST_F(ProbeVerdictTest, ASlowScanIsOne) {
  traffic.step = 600 * kSecond;
  sweep(144, 22, kFarApart);
  EXPECT_EQ(verdict_of(a), "address-scan");
}

}  // namespace
}  // namespace fanout
