#include "tap/count/transports.h"

#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "readings.h"

namespace fanout {
namespace {

TEST(ReadTransport, ReadsTcpRolesFromTheFlags) {
  const auto role = [](uint8_t flags) {
    return transport_of(ipv4_packet(6, tcp(1, 2, flags))).role;
  };
  EXPECT_EQ(role(kSyn), Role::kAsk);
  EXPECT_EQ(role(0), Role::kAsk) << "a NULL scan";
  EXPECT_EQ(role(0x01), Role::kAsk) << "a FIN scan";
  EXPECT_EQ(role(0x29), Role::kAsk) << "an Xmas scan";
  EXPECT_EQ(role(kSyn | kAck), Role::kAnswer);
  EXPECT_EQ(role(kAck), Role::kData);
  EXPECT_EQ(role(0x11), Role::kData) << "FIN, ACK";
  EXPECT_EQ(role(kRst), Role::kRefusal);
  EXPECT_EQ(role(kRst | kAck), Role::kRefusal);
}

TEST(ReadTransport, CountsDataPastTheHandshakeAlone) {
  const Octets data(7);
  const auto payload = [&](uint8_t flags) {
    return transport_of(ipv4_packet(6, tcp(1, 2, flags, data))).payload;
  };
  EXPECT_EQ(payload(kAck), 7u);
  EXPECT_EQ(payload(0x18), 7u) << "PSH, ACK";
  EXPECT_EQ(payload(kSyn), 0u) << "data in a SYN";
  EXPECT_EQ(payload(kSyn | kAck), 0u);
  EXPECT_EQ(payload(kRst | kAck), 0u) << "the text of a RST";
  EXPECT_EQ(payload(0x29), 0u) << "an Xmas scan";
  EXPECT_EQ(transport_of(ipv4_packet(6, tcp(1, 2, kAck))).payload, 0u);
  EXPECT_EQ(transport_of(ipv6_packet(6, tcp(1, 2, kAck, data))).payload, 7u);
  EXPECT_EQ(transport_of(ipv4_packet(17, udp(1, 2, data))).payload, 7u);
  EXPECT_EQ(transport_of(ipv4_packet(17, udp(1, 2))).payload, 0u);
  EXPECT_EQ(transport_of(ipv4_packet(1, icmp(8, data))).payload, 0u);
}

TEST(ReadTransport, CountsDataByTheLengthOfThePacketNotByWhatWasCaptured) {
  Octets packet = ipv4_packet(6, tcp(1, 2, kAck, Octets(1000)));
  packet.resize(40);
  EXPECT_EQ(transport_of(packet).payload, 1000u);
  packet = ipv4_packet(6, tcp(1, 2, kAck));
  packet.resize(46);
  EXPECT_EQ(transport_of(packet).payload, 0u) << "padding of the link layer";
  packet = ipv4_packet(6, tcp(1, 2, kAck, Octets(9)));
  packet[2] = packet[3] = 0;
  EXPECT_EQ(transport_of(packet).payload, 9u) << "no length: the network card segments";
}

TEST(ReadTransport, CountsTheDataChunksOfSctp) {
  const auto payload = [](Octets chunks) {
    Octets sctp(12);
    put(sctp, chunks);
    return transport_of(ipv4_packet(132, sctp)).payload;
  };
  const Octets data{0, 3, 0, 20, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4};
  const Octets sack{3, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(payload(data), 4u);
  EXPECT_EQ(payload(sack), 0u);
  Octets both = sack;
  put(both, data);
  EXPECT_EQ(payload(both), 4u);
  EXPECT_EQ(payload({4, 0, 0, 40, 0, 1, 0, 36}), 0u) << "a heartbeat";
  EXPECT_EQ(payload({0}), 0u) << "cut off";
}

TEST(ReadTransport, ReadsUdpAnswersFromThePorts) {
  const auto role = [](uint16_t source, uint16_t destination) {
    return transport_of(ipv4_packet(17, udp(source, destination))).role;
  };
  EXPECT_EQ(role(53, 40000), Role::kAnswer);
  EXPECT_EQ(role(1023, 1024), Role::kAnswer);
  EXPECT_EQ(role(40000, 53), Role::kDatagram);
  EXPECT_EQ(role(123, 123), Role::kDatagram);
  EXPECT_EQ(role(5000, 6000), Role::kDatagram);
}

TEST(ReadTransport, GivesIcmpTheTypeOfTheRequest) {
  const auto of = [](uint8_t type) { return transport_of(ipv4_packet(1, icmp(type))); };
  EXPECT_EQ(of(8).role, Role::kAsk);
  EXPECT_EQ(of(0).role, Role::kAnswer);
  EXPECT_EQ(of(0).source_port, 8);
  EXPECT_EQ(of(0).destination_port, 8);
  EXPECT_EQ(of(14).source_port, 13);
  EXPECT_EQ(of(9).source_port, 10);
  for (const uint8_t type : {3, 4, 5, 11, 12}) {
    EXPECT_EQ(of(type).role, Role::kError);
    EXPECT_EQ(of(type).probe, Probe::kError);
  }
  EXPECT_EQ(of(200).role, Role::kData);
  const auto of6 = [](uint8_t type) { return transport_of(ipv6_packet(58, icmp(type))); };
  EXPECT_EQ(of6(128).role, Role::kAsk);
  EXPECT_EQ(of6(129).source_port, 128);
  EXPECT_EQ(of6(1).role, Role::kError);
  EXPECT_EQ(of6(143).role, Role::kData);
}

TEST(ReadTransport, DistinguishesErrorsOfTheDestinationFromThoseOfRouters) {
  const auto probe_of = [](uint8_t protocol, uint8_t type, uint8_t code) {
    const Octets message{type, code, 0, 0, 0, 0, 0, 0};
    const bool is_ipv6 = protocol == 58;
    return transport_of(is_ipv6 ? ipv6_packet(58, message) : ipv4_packet(1, message)).probe;
  };
  for (const uint8_t code : {2, 3}) EXPECT_EQ(probe_of(1, 3, code), Probe::kNone);
  for (const uint8_t code : {0, 1, 4, 13}) EXPECT_EQ(probe_of(1, 3, code), Probe::kError);
  EXPECT_EQ(probe_of(1, 11, 3), Probe::kError);
  EXPECT_EQ(probe_of(58, 1, 4), Probe::kNone);
  EXPECT_EQ(probe_of(58, 4, 1), Probe::kNone);
  EXPECT_EQ(probe_of(58, 1, 3), Probe::kError);
  EXPECT_EQ(probe_of(58, 4, 0), Probe::kError);
}

TEST(ReadTransport, WalksEveryExtensionHeader) {
  for (const uint8_t header : {0, 43, 60}) {
    EXPECT_EQ(
        transport_of(ipv6_packet(header, options_header(6, Octets(6), kTcpSyn))).destination_port,
        22);
  }
  Octets authenticated{6, 4};  // 24 bytes
  put(authenticated, Octets(22));
  put(authenticated, kTcpSyn);
  EXPECT_EQ(transport_of(ipv6_packet(51, authenticated)).destination_port, 22);
  Octets first_fragment{6, 0, 0, 1, 0, 0, 0, 7};
  put(first_fragment, kTcpSyn);
  EXPECT_EQ(transport_of(ipv6_packet(44, first_fragment)).destination_port, 22);
}

TEST(ReadTransport, TakesLaterFragmentsForData) {
  for (const Octets& packet :
       {ipv4_packet(6, kTcpSyn, {.fragment = 0x0010}), ipv6_packet(44, {6, 0, 0, 8, 0, 0, 0, 7})}) {
    const Observation observation = transport_of(packet);
    EXPECT_EQ(observation.role, Role::kData);
    EXPECT_EQ(observation.transport, Transport::kOther);
    EXPECT_EQ(observation.destination_port, 0);
  }
  EXPECT_EQ(transport_of(ipv4_packet(6, kTcpSyn, {.fragment = 0x2000})).destination_port, 22)
      << "the first one has the ports";
}

TEST(ReadTransport, TakesWhatIsCutShortForData) {
  Octets cut = ipv4_packet(6, kTcpSyn);
  cut.resize(cut.size() - 7);
  const Observation tcp_cut = transport_of(cut);
  EXPECT_EQ(tcp_cut.role, Role::kData);
  EXPECT_EQ(tcp_cut.transport, Transport::kTcp);
  EXPECT_EQ(transport_of({}).role, Role::kData);
  EXPECT_EQ(transport_of({0x45}).role, Role::kData);
  EXPECT_EQ(transport_of(ipv6_packet(0, {6})).role, Role::kData);
}

TEST(ReadTransport, GivesOtherProtocolsTheirNumber) {
  const Observation observation = transport_of(ipv4_packet(33, Octets(12)));
  EXPECT_EQ(observation.role, Role::kDatagram);
  EXPECT_EQ(observation.transport, Transport::kOther);
  EXPECT_EQ(observation.probe, Probe::kProtocol);
  EXPECT_EQ(observation.source_port, 33);
  EXPECT_EQ(observation.destination_port, 33);
}

TEST(ReadTransport, NamesTheScanTypesOfTcpByTheirFlags) {
  const std::vector<std::pair<uint8_t, Probe>> kinds = {
      {0x02, Probe::kSyn},   {0xc2, Probe::kSyn},  {0x10, Probe::kAck},    {0x01, Probe::kFin},
      {0x00, Probe::kNull},  {0x29, Probe::kXmas}, {0x11, Probe::kMaimon}, {0x04, Probe::kRst},
      {0x03, Probe::kFlags}, {0x14, Probe::kNone}, {0x12, Probe::kNone},   {0x18, Probe::kNone}};
  for (const auto& [flags, probe] : kinds) {
    EXPECT_EQ(transport_of(ipv4_packet(6, tcp(40000, 80, flags))).probe, probe) << int{flags};
  }
  for (const uint8_t flags : {0x10, 0x11}) {
    EXPECT_EQ(transport_of(ipv4_packet(6, tcp(40000, 80, flags, {1}))).probe, Probe::kNone)
        << "data makes a connection";
  }
}

TEST(ReadTransport, TakesATinyFirstFragmentForAProbe) {
  const Octets begin{0x9c, 0x40, 0, 80, 0, 0, 0, 1};
  const Observation observation = transport_of(ipv4_packet(6, begin, {.fragment = 0x2000}));
  EXPECT_EQ(observation.role, Role::kAsk);
  EXPECT_EQ(observation.probe, Probe::kFlags);
  EXPECT_EQ(observation.destination_port, 80);
}

TEST(ReadTransport, ReadsSctpByItsFirstChunk) {
  const std::vector<std::tuple<uint8_t, Role, Probe>> chunks = {
      {1, Role::kAsk, Probe::kSctpInit},
      {2, Role::kAnswer, Probe::kNone},
      {6, Role::kRefusal, Probe::kNone},
      {10, Role::kData, Probe::kSctpCookie},
      {0, Role::kData, Probe::kNone}};
  for (const auto& [type, role, probe] : chunks) {
    const Observation observation =
        transport_of(ipv4_packet(132, {0x9c, 0x40, 0x0b, 0x59, 0, 0, 0, 0, 0, 0, 0, 0, type, 0}));
    EXPECT_EQ(observation.transport, Transport::kSctp);
    EXPECT_EQ(observation.role, role) << int{type};
    EXPECT_EQ(observation.probe, probe) << int{type};
    EXPECT_EQ(observation.destination_port, 2905);
  }
}

TEST(ReadTransport, KnowsTheLengthOfAQuicClientsFirstDatagram) {
  EXPECT_EQ(transport_of(ipv4_packet(17, udp(40000, 443, Octets(1200)))).probe, Probe::kQuic);
  EXPECT_EQ(transport_of(ipv4_packet(17, udp(40000, 443, Octets(1199)))).probe, Probe::kUdp);
  EXPECT_EQ(transport_of(ipv4_packet(17, udp(40000, 444, Octets(1200)))).probe, Probe::kUdp);
}

}  // namespace
}  // namespace fanout
