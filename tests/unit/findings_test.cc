#include "tap/judge/findings.h"

#include "judged.h"

namespace fanout {
namespace {

class FindingsTest : public JudgedTraffic {
 protected:
  Findings of(const Address& source) const {
    return gather_findings(engine, pairs_of(engine.find_source(source)));
  }
  Finding only(const Address& source) const {
    const Findings findings = of(source);
    EXPECT_EQ(findings.rows.size(), 1u);
    return findings.rows.empty() ? Finding() : findings.rows[0];
  }
  void open(const Address& client, const Address& server, uint16_t port, uint16_t own = 40000) {
    traffic.syn(client, server, port, own);
    traffic.syn_ack(server, client, port, own);
    traffic.ack(client, server, port, own);
  }
};

TEST_F(FindingsTest, NothingIsFoundWhereNobodyResponds) {
  sweep(20, 22);
  const Findings findings = of(a);
  EXPECT_TRUE(findings.rows.empty());
  EXPECT_EQ(findings.hosts_up, 0u);
}

TEST_F(FindingsTest, ASynAckIsAnOpenService) {
  traffic.syn(a, b, 22);
  traffic.syn_ack(b, a, 22);
  traffic.syn_ack(b, a, 22);
  const Finding finding = only(a);
  EXPECT_EQ(finding.state, FindingState::kOpen);
  EXPECT_EQ(finding.destination, b);
  EXPECT_EQ(finding.service, (Service{Transport::kTcp, 22}));
  EXPECT_EQ(finding.first_frame, 2u);
  EXPECT_EQ(finding.packets, 0u);
  EXPECT_EQ(of(a).open_services, 1u);
  EXPECT_EQ(of(a).hosts_up, 1u);
  EXPECT_EQ(of(a).conversations, 0u);
}

TEST_F(FindingsTest, ARefusalShowsThatTheHostIsUp) {
  traffic.syn(a, b, 22);
  traffic.rst(b, a, 22);
  const Finding finding = only(a);
  EXPECT_EQ(finding.state, FindingState::kUp);
  EXPECT_EQ(finding.first_frame, 2u);
  EXPECT_EQ(of(a).open_services, 0u);
  EXPECT_EQ(of(a).hosts_up, 1u);
}

TEST_F(FindingsTest, AnErrorOfTheHostItselfShowsThatItIsUpAndOneOfARouterDoesNot) {
  traffic.udp(a, b, 40000, 161);
  traffic.icmp_refusal(b, a);
  traffic.udp(a, ipv4(100), 40000, 161);
  traffic.icmp_error(ipv4(100), a);
  EXPECT_EQ(only(a).destination, b);
}

TEST_F(FindingsTest, AnEchoReplyIsNoService) {
  traffic.echo(a, b);
  traffic.echo_reply(b, a);
  EXPECT_EQ(only(a).state, FindingState::kUp);
}

TEST_F(FindingsTest, AnArpReplyShowsThatTheHostIsUp) {
  traffic.arp_request(1, 2);
  traffic.arp_reply(2, 1);
  traffic.arp_request(1, 3);
  const Finding finding = only(arp(1));
  EXPECT_EQ(finding.state, FindingState::kUp);
  EXPECT_EQ(finding.destination, arp(2));
  EXPECT_EQ(finding.first_frame, 1u);
}

TEST_F(FindingsTest, WhatASourceOnlyServesIsNoFinding) {
  open(b, a, 80);
  traffic.tcp_bytes(b, a, 40000, 80, 10);
  traffic.tcp_bytes(a, b, 80, 40000, 20);
  EXPECT_TRUE(of(a).rows.empty());
}

TEST_F(FindingsTest, DataInBothDirectionsIsAConversation) {
  open(a, b, 22);
  traffic.tcp_bytes(b, a, 22, 40000, 21);
  traffic.ack(a, b, 22);
  EXPECT_EQ(only(a).state, FindingState::kOpen) << "a banner alone";
  EXPECT_EQ(only(a).received, 21u);
  traffic.tcp_bytes(a, b, 40000, 22, 30);
  traffic.tcp_bytes(b, a, 22, 40000, 1000);
  const Finding finding = only(a);
  EXPECT_EQ(finding.state, FindingState::kConversation);
  EXPECT_EQ(finding.first_frame, 4u);
  EXPECT_EQ(finding.last_frame, 7u);
  EXPECT_EQ(finding.packets, 3u);
  EXPECT_EQ(finding.sent, 30u);
  EXPECT_EQ(finding.received, 1021u);
  EXPECT_EQ(finding.after, 3u) << "milliseconds from frame 1 to frame 4";
  EXPECT_EQ(of(a).open_services, 1u);
  EXPECT_EQ(of(a).conversations, 1u);
}

TEST_F(FindingsTest, ALaterConnectionIsCountedWithItsService) {
  for (const uint16_t port : {22, 80, 81}) traffic.syn(a, b, port, 50000);
  traffic.syn_ack(b, a, 22, 50000);
  traffic.rst(b, a, 81, 50000);
  traffic.syn_ack(b, a, 80, 50000);
  traffic.time += 60 * kSecond;
  open(a, b, 80);
  traffic.tcp_bytes(a, b, 40000, 80, 100);
  traffic.tcp_bytes(b, a, 80, 40000, 5000);
  const Findings findings = of(a);
  ASSERT_EQ(findings.rows.size(), 2u);
  EXPECT_EQ(findings.rows[0].state, FindingState::kConversation);
  EXPECT_EQ(findings.rows[0].service.port, 80);
  EXPECT_EQ(findings.rows[0].after, 60'009u);
  EXPECT_EQ(findings.rows[1].state, FindingState::kOpen);
  EXPECT_EQ(findings.rows[1].service.port, 22);
  EXPECT_EQ(findings.open_services, 2u);
  EXPECT_EQ(findings.hosts_up, 1u);
}

TEST_F(FindingsTest, AUdpReplyIsOpenAndWhatFollowsItIsAConversation) {
  traffic.udp_bytes(a, b, 40000, 5000, 10);
  traffic.udp_bytes(a, b, 40000, 5000, 10);
  traffic.udp_bytes(b, a, 5000, 40000, 50);
  EXPECT_EQ(only(a).state, FindingState::kOpen) << "requests before the reply are the probe";
  EXPECT_EQ(only(a).first_frame, 3u);
  traffic.udp_bytes(a, b, 40000, 5000, 10);
  const Finding finding = only(a);
  EXPECT_EQ(finding.state, FindingState::kConversation);
  EXPECT_EQ(finding.sent, 10u);
  EXPECT_EQ(finding.received, 50u);
  EXPECT_EQ(finding.first_frame, 3u);
  EXPECT_EQ(finding.last_frame, 4u);
}

TEST_F(FindingsTest, WhereOnlyTheSourceWasCapturedItsAckShowsAnOpenService) {
  traffic.syn(a, b, 22);
  traffic.ack(a, b, 22);
  traffic.tcp_bytes(a, b, 40000, 22, 30);
  const Finding finding = only(a);
  EXPECT_EQ(finding.state, FindingState::kOpen);
  EXPECT_EQ(finding.first_frame, 1u);
  EXPECT_EQ(of(a).conversations, 0u);
}

TEST_F(FindingsTest, ConversationsComeFirstThenServicesThenHosts) {
  traffic.syn(a, ipv4(1), 22);
  traffic.rst(ipv4(1), a, 22);
  traffic.syn(a, ipv4(2), 22);
  traffic.syn_ack(ipv4(2), a, 22);
  for (const uint32_t host : {3, 4}) {
    open(a, ipv4(host), 22);
    traffic.tcp_bytes(a, ipv4(host), 40000, 22, 10);
    traffic.tcp_bytes(ipv4(host), a, 22, 40000, 10 * host);
  }
  std::vector<Address> hosts;
  for (const Finding& finding : of(a).rows) hosts.push_back(finding.destination);
  EXPECT_EQ(hosts, (std::vector<Address>{ipv4(4), ipv4(3), ipv4(2), ipv4(1)}));
}

TEST_F(FindingsTest, SpeakOfIpv6AsOfIpv4) {
  open(ipv6(1), ipv6(2), 22);
  traffic.tcp_bytes(ipv6(1), ipv6(2), 40000, 22, 10);
  traffic.tcp_bytes(ipv6(2), ipv6(1), 22, 40000, 20);
  EXPECT_EQ(only(ipv6(1)).received, 20u);
  EXPECT_EQ(only(ipv6(1)).destination, ipv6(2));
}

}  // namespace
}  // namespace fanout
