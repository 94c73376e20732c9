#include "judged.h"

namespace fanout {
namespace {

using EvidenceTest = JudgedTraffic;

TEST_F(EvidenceTest, OnlyAnAnswerCountsAsOne) {
  for (uint32_t i = 0; i < 4; ++i) traffic.syn(a, ipv4(100 + i), 22);
  traffic.syn_ack(ipv4(100), a, 22);
  traffic.rst(ipv4(101), a, 22);
  traffic.icmp_error(ipv4(102), a);
  const Evidence evidence = evidence_of(a);
  EXPECT_EQ(evidence.contacted, 4u);
  EXPECT_EQ(evidence.answered, 1u);
  EXPECT_EQ(evidence.tcp_attempts, 4u);
  EXPECT_EQ(evidence.tcp_refused, 1u);
  EXPECT_EQ(evidence.tcp_handshakes, 0u);
}

TEST_F(EvidenceTest, HostsThatSentFirstAreReplied) {
  traffic.converse(b, a, 80);
  const Evidence evidence = evidence_of(a);
  EXPECT_EQ(evidence.contacted, 0u);
  EXPECT_EQ(evidence.replied, 1u);
  EXPECT_EQ(evidence_of(b).contacted, 1u);
  EXPECT_EQ(evidence_of(b).tcp_handshakes, 1u);
}

TEST_F(EvidenceTest, ASynAckThatIsNotAcknowledgedIsHalfOpen) {
  traffic.syn(a, b, 80);
  traffic.syn_ack(b, a, 80);
  EXPECT_EQ(evidence_of(a).half_open, 1u);
  traffic.rst(a, b, 80);
  EXPECT_EQ(evidence_of(a).half_open, 1u);
  traffic.converse(a, b, 80);
  EXPECT_EQ(evidence_of(a).half_open, 0u);
}

TEST_F(EvidenceTest, CountsWhatWasSentBeforeAnyRequest) {
  traffic.syn_ack(a, ipv4(100), 80);
  traffic.rst(a, ipv4(101), 80);
  traffic.send(a, ipv4(102), Role::kAnswer, Transport::kUdp, 53, 5353);
  traffic.tcp_data(a, ipv4(103), 80, 40000);
  traffic.tcp_data(a, ipv4(104), 40000, 80);
  traffic.echo(a, ipv4(0xe0000001));
  const Evidence evidence = evidence_of(a);
  EXPECT_EQ(evidence.unsolicited, 2u) << "SYN-ACK and RST";
  EXPECT_EQ(evidence.served, 2u) << "from a UDP system port, and data from the lower port";
  EXPECT_EQ(evidence.cut_off, 1u) << "data to the lower port";
  EXPECT_EQ(evidence.multicast, 1u);
  EXPECT_EQ(evidence.contacted, 0u);
}

TEST_F(EvidenceTest, CountsServicesInAllAndOnOneHost) {
  traffic.syn(a, b, 22);
  traffic.syn(a, b, 80);
  traffic.udp(a, b, 40000, 80);
  traffic.syn(a, ipv4(100), 80);
  traffic.syn(a, ipv4(101), 443);
  const Evidence evidence = evidence_of(a);
  EXPECT_EQ(evidence.services, 4u);
  EXPECT_EQ(evidence.services_on_one_host, 3u);
  EXPECT_EQ(evidence.top_service, (Service{Transport::kTcp, 80}));
  EXPECT_EQ(evidence.top_service_hosts, 2u);
}

TEST_F(EvidenceTest, OfServicesEquallyOftenAskedForTheLowestIsOnTop) {
  for (const uint16_t port : {443, 22, 80}) traffic.syn(a, ipv4(port), port);
  EXPECT_EQ(evidence_of(a).top_service, (Service{Transport::kTcp, 22}));
}

TEST_F(EvidenceTest, FindsTheHostWhereMostPortsFailed) {
  for (uint16_t port = 1; port <= 3; ++port) traffic.syn(a, ipv4(100), port);
  for (uint16_t port = 1; port <= 5; ++port) traffic.syn(a, ipv4(101), port);
  traffic.rst(ipv4(101), a, 1);
  traffic.syn_ack(ipv4(101), a, 2);
  traffic.tcp_data(a, ipv4(101), 40000, 2);
  const Evidence evidence = evidence_of(a);
  EXPECT_EQ(evidence.services_on_one_host, 5u);
  EXPECT_EQ(evidence.failed_on_one_host, 4u) << "the one with a complete handshake did not fail";
  EXPECT_EQ(evidence.failed_host, ipv4(101));
  EXPECT_EQ(evidence.failed_host_packets, 6u);
}

TEST_F(EvidenceTest, APortLeftHalfOpenFailed) {
  for (uint16_t port = 1; port <= 5; ++port) {
    traffic.syn(a, b, port);
    traffic.syn_ack(b, a, port);
    traffic.rst(a, b, port);
  }
  EXPECT_EQ(evidence_of(a).failed_on_one_host, 5u);
}

TEST_F(EvidenceTest, APortThatIsStreamedToDidNotFail) {
  traffic.udp(a, b, 40000, 1);
  for (int i = 0; i < 11; ++i) traffic.udp(a, b, 40000, 2);
  EXPECT_EQ(evidence_of(a).failed_on_one_host, 2u);
  traffic.udp(a, b, 40000, 2);
  EXPECT_EQ(evidence_of(a).failed_on_one_host, 1u) << "twelve packets are more than any probe";
}

TEST_F(EvidenceTest, SilentUdpPortsFailedOnlyIfMostAre) {
  for (uint16_t port = 1; port <= 4; ++port) traffic.udp(a, b, 40000, port);
  for (uint16_t port = 1; port <= 2; ++port) traffic.udp(b, a, port, 40000);
  EXPECT_EQ(evidence_of(a).failed_on_one_host, 0u) << "media and their control ports";
  traffic.udp(a, b, 40000, 5);
  EXPECT_EQ(evidence_of(a).failed_on_one_host, 3u);
}

TEST_F(EvidenceTest, ThePortsOfTracerouteDoNotFail) {
  for (const uint16_t port : {33433, 33434, 33688, 33689}) traffic.udp(a, b, 40000, port);
  EXPECT_EQ(evidence_of(a).failed_on_one_host, 2u);
}

TEST_F(EvidenceTest, ArpAsksForNoService) {
  for (uint32_t target = 1; target <= 30; ++target) traffic.arp_request(1000, 1000 + target);
  const Evidence evidence = evidence_of(arp(1000));
  EXPECT_EQ(evidence.contacted, 30u);
  EXPECT_EQ(evidence.services, 0u);
  EXPECT_EQ(evidence.failed_on_one_host, 0u);
}

TEST_F(EvidenceTest, AMinuteHasSixtySeconds) {
  traffic.step = 20 * kSecond;
  for (uint32_t i = 0; i < 9; ++i) traffic.syn(a, ipv4(100 + i), 22);
  EXPECT_EQ(evidence_of(a).busiest_minute, 3u);
  traffic.step = 0;
  traffic.syn(a, ipv4(200), 22);
  EXPECT_EQ(evidence_of(a).busiest_minute, 4u);
}

TEST_F(EvidenceTest, CountsTheWindowThatIsAskedFor) {
  traffic.step = kSecond;
  for (uint32_t i = 0; i < 9; ++i) traffic.syn(a, ipv4(100 + i), 22);
  EXPECT_EQ(evidence_of(a).busiest_window, 0u);
  EXPECT_EQ(evidence_of(a, 1).busiest_window, 1u);
  EXPECT_EQ(evidence_of(a, 5).busiest_window, 5u);
}

TEST_F(EvidenceTest, TimesCountInTheirOrderWhateverThatOfTheFrames) {
  traffic.step = -600 * kSecond;
  for (uint32_t i = 0; i < 10; ++i) traffic.syn(a, ipv4(100 + i), 22);
  EXPECT_EQ(evidence_of(a).busiest_minute, 1u);
  traffic.time += 3900 * kSecond;
  traffic.syn(a, ipv4(200), 22);
  EXPECT_EQ(evidence_of(a).busiest_minute, 1u);
}

TEST_F(EvidenceTest, TheUndecidedCountOnlyOnceTheyAnswer) {
  sweep(10, 22);
  EXPECT_EQ(evidence_of(a, 0, 4).contacted, 6u);
  EXPECT_EQ(evidence_of(a, 0, 99).contacted, 0u);
  traffic.syn_ack(traffic.last.destination, a, 22);
  EXPECT_EQ(evidence_of(a, 0, 4).contacted, 7u);
}

TEST_F(EvidenceTest, ReportsTheServiceThatLooksMostLikeAScan) {
  for (uint32_t i = 0; i < 20; ++i) traffic.converse(a, ipv4(1000 + i), 443);
  sweep(9, 445);
  traffic.syn_ack(traffic.last.destination, a, 445);
  const Evidence evidence = evidence_of(a);
  EXPECT_EQ(evidence.top_service, (Service{Transport::kTcp, 443}));
  EXPECT_EQ(evidence.scan_service, (Service{Transport::kTcp, 445}));
  EXPECT_EQ(evidence.scan_contacted, 9u);
  EXPECT_EQ(evidence.scan_answered, 1u);
  EXPECT_EQ(evidence.scan_half_open, 1u);
}

}  // namespace
}  // namespace fanout
