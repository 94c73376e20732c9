#include "judged.h"

namespace fanout {
namespace {

using ReasonTest = JudgedTraffic;

TEST_F(ReasonTest, OfAnAddressScanBeginsWithWhatHowAndWhatResponded) {
  sweep(8, 22);
  sweep(8, 22);
  traffic.syn_ack(ipv4(0xac100001), a, 22);
  EXPECT_EQ(reason_of(a),
            "SYN to 22/tcp on 8 hosts, 172.16.0.0/28, 8 of 16 addresses, sequential; 1 responded "
            "(12.5 %); 1 handshake left half-open; all in private addresses; 1000.0 new hosts a "
            "second; 2.0 packets each; up to 8 new destinations a minute");
}

TEST_F(ReasonTest, OfAScanOfFewServicesNamesHowMany) {
  for (uint32_t i = 0; i < 10; ++i) traffic.syn(a, ipv4(0x0a000100 + i), i % 2 == 0 ? 80 : 8080);
  EXPECT_TRUE(reason_of(a).starts_with("SYN to 2 services, mostly 80/tcp, on 10 hosts"))
      << reason_of(a);
}

TEST_F(ReasonTest, OfAPortScanNamesTheHost) {
  for (uint16_t port = 1; port <= 20; ++port) traffic.syn(a, b, port);
  traffic.converse(a, b, 80);
  EXPECT_EQ(reason_of(a),
            "connect scan: 20 of 21 ports refused, silent or half-open on 10.0.0.2; initiated "
            "contact with 1 host, 1 responded (100.0 %); 24.0 packets each; up to 1 new "
            "destination a minute");
}

TEST_F(ReasonTest, OfAScanOfSeveralHostsNamesThreeAndCountsTheRest) {
  for (uint32_t host = 0; host < 5; ++host) {
    for (uint16_t port = 1; port <= 16; ++port) traffic.syn(a, ipv4(0x0a000010 + host), port);
  }
  const std::string why = reason_of(a);
  EXPECT_NE(why.find("ports of 5 hosts scanned: 10.0.0.16 (16 of 16"), std::string::npos) << why;
  EXPECT_NE(why.find("10.0.0.18 (16 of 16 refused, silent or half-open) and 2 more"),
            std::string::npos)
      << why;
}

TEST_F(ReasonTest, OfAProtocolScanCallsProtocolsByTheirName) {
  for (uint16_t protocol = 100; protocol < 120; ++protocol) {
    traffic.send(a, b, Role::kDatagram, Transport::kOther, protocol, protocol, Probe::kProtocol);
  }
  EXPECT_TRUE(reason_of(a).starts_with(
      "IP protocol scan: 20 of 20 IP protocols refused, silent or half-open on 10.0.0.2"))
      << reason_of(a);
}

TEST(Reason, GivesNoPacketsPerDestinationPastTheLimit) {
  Engine engine({.limit = 2, .history = true});
  Traffic traffic(engine);
  const Address source = ipv4(0x0a000001);
  for (uint32_t i = 0; i < 10; ++i) traffic.syn(source, ipv4(0xac100000 + i), 22);
  const uint32_t number = engine.find_source(source);
  const Evidence evidence = gather_evidence(engine, number, engine.history(number), 0);
  EXPECT_EQ(reason(engine.source(number), evidence, 15),
            "initiated contact with 2 hosts, 0 responded (0.0 %); 22/tcp on all; up to 2 new "
            "destinations a minute");
}

TEST_F(ReasonTest, OfAnArpScanBeginsWithTheRequests) {
  for (uint32_t i = 0; i < 20; ++i) traffic.arp_request(0x0a000001, 0x0a000100 + i);
  EXPECT_EQ(reason_of(arp(0x0a000001)),
            "ARP requests for 20 addresses; 0 responded; 20 sequential or in a burst, "
            "10.0.1.0/27, 20 of 32 addresses, sequential; 1.0 packets each; up to 20 new "
            "destinations a minute");
}

TEST_F(ReasonTest, DescribesWhatSourcesThatDoNotScanDo) {
  traffic.converse(b, a, 80);
  traffic.syn_ack(a, ipv4(100), 80);
  traffic.tcp_data(a, ipv4(101), 80, 40000);
  traffic.tcp_data(a, ipv4(102), 40000, 80);
  traffic.icmp_error(a, ipv4(105));
  traffic.udp(a, ipv4(0xe0000001), 1, 1);
  traffic.echo(a, ipv4(103));
  traffic.echo(a, ipv4(104));
  EXPECT_EQ(reason_of(a),
            "initiated contact with 2 hosts, 0 responded (0.0 %); ICMP type 8 on 2; 2 services in "
            "all; responded to 1 host; unsolicited SYN-ACK or RST to 1 host; served 1 host whose "
            "requests were not captured; 1 connection already open when the capture began; ICMP "
            "errors to 1 host; 1 multicast or broadcast; 1.1 packets each; up to 8 new "
            "destinations a minute");
}

}  // namespace
}  // namespace fanout
