#include "tap/count/headers.h"

#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "frames.h"
#include "traffic.h"

namespace fanout {
namespace {

constexpr uint16_t kIpv4Type = 0x0800;
constexpr uint16_t kIpv6Type = 0x86dd;
constexpr uint16_t kArpType = 0x0806;
constexpr uint8_t kSyn = 0x02;
constexpr uint8_t kRst = 0x04;
constexpr uint8_t kAck = 0x10;

struct Result {
  Reading reading;
  Observation observation;
};

Result read(Link link, const Octets& frame, const Carriers& carriers = {}) {
  Result result{};
  result.reading =
      read_frame(link, frame, static_cast<uint32_t>(frame.size()), carriers, result.observation);
  return result;
}
Reading reading(const Octets& frame, const Carriers& carriers = {}) {
  return read(Link::kEthernet, frame, carriers).reading;
}
Reading reading_ipv4(uint8_t protocol, const Octets& payload) {
  return reading(ethernet(kIpv4Type, ipv4_packet(protocol, payload)));
}
Reading reading_ipv6(uint8_t protocol, const Octets& payload) {
  return reading(ethernet(kIpv6Type, ipv6_packet(protocol, payload)));
}
Observation transport_of(const Octets& packet) {
  Observation observation;
  read_transport(packet, observation);
  return observation;
}

void expect_tcp_syn(const Result& result) {
  ASSERT_EQ(result.reading, Reading::kObservation);
  EXPECT_EQ(result.observation.role, Role::kAsk);
  EXPECT_EQ(result.observation.transport, Transport::kTcp);
  EXPECT_EQ(result.observation.source_port, 40000);
  EXPECT_EQ(result.observation.destination_port, 22);
}
void expect_ipv4_syn(const Result& result) {
  expect_tcp_syn(result);
  EXPECT_EQ(to_string(result.observation.source), "10.0.0.1");
  EXPECT_EQ(to_string(result.observation.destination), "10.0.0.2");
}
void expect_ipv6_syn(const Result& result) {
  expect_tcp_syn(result);
  EXPECT_EQ(to_string(result.observation.source), "2001:db8::1");
  EXPECT_EQ(to_string(result.observation.destination), "2001:db8::2");
}

const Octets kTcpSyn = tcp(40000, 22, kSyn);
const Octets kIpv4Syn = ipv4_packet(6, kTcpSyn);
const Octets kIpv6Syn = ipv6_packet(6, kTcpSyn);

// Link types.

TEST(ReadFrame, KnowsEthernet) {
  expect_ipv4_syn(read(Link::kEthernet, ethernet(kIpv4Type, kIpv4Syn)));
  expect_ipv6_syn(read(Link::kEthernet, ethernet(kIpv6Type, kIpv6Syn)));
}

TEST(ReadFrame, KnowsVlanAndQinqTags) {
  const Octets tagged = vlan(kIpv4Type, kIpv4Syn);
  expect_ipv4_syn(read(Link::kEthernet, ethernet(0x8100, tagged)));
  expect_ipv4_syn(read(Link::kEthernet, ethernet(0x88a8, vlan(0x8100, tagged))));
  expect_ipv4_syn(read(Link::kEthernet, ethernet(0x9100, tagged)));
}

TEST(ReadFrame, LeavesLongStacksOfTagsAlone) {
  Octets frame = vlan(kIpv4Type, kIpv4Syn);
  for (int i = 0; i < 4; ++i) frame = vlan(0x8100, frame);
  EXPECT_EQ(reading(ethernet(0x8100, frame)), Reading::kUnknown);
}

TEST(ReadFrame, KnowsLinuxCooked) {
  for (const uint16_t hardware : {1, 512, 772, 0xfffe}) {
    expect_ipv4_syn(read(Link::kLinuxCooked, linux_cooked(hardware, kIpv4Type, kIpv4Syn)));
    expect_ipv6_syn(read(Link::kLinuxCooked2, linux_cooked2(hardware, kIpv6Type, kIpv6Syn)));
  }
  for (const uint16_t hardware : {803, 824, 778}) {  // 802.11, netlink, GRE: another meaning
    EXPECT_EQ(read(Link::kLinuxCooked, linux_cooked(hardware, kIpv4Type, kIpv4Syn)).reading,
              Reading::kUnknown);
    EXPECT_EQ(read(Link::kLinuxCooked2, linux_cooked2(hardware, kIpv4Type, kIpv4Syn)).reading,
              Reading::kUnknown);
  }
}

TEST(ReadFrame, KnowsRawIp) {
  expect_ipv4_syn(read(Link::kRawIp, kIpv4Syn));
  expect_ipv6_syn(read(Link::kRawIp, kIpv6Syn));
  EXPECT_EQ(read(Link::kRawIp, {}).reading, Reading::kUnknown);
}

TEST(ReadFrame, KnowsBsdLoopbackInBothByteOrders) {
  expect_ipv4_syn(read(Link::kBsdLoopback, loopback({2, 0, 0, 0}, kIpv4Syn)));
  expect_ipv4_syn(read(Link::kBsdLoopback, loopback({0, 0, 0, 2}, kIpv4Syn)));
  for (const uint8_t family : {24, 28, 30}) {
    expect_ipv6_syn(read(Link::kBsdLoopback, loopback({family, 0, 0, 0}, kIpv6Syn)));
    expect_ipv6_syn(read(Link::kBsdLoopback, loopback({0, 0, 0, family}, kIpv6Syn)));
    expect_ipv6_syn(read(Link::kOpenBsdLoopback, loopback({0, 0, 0, family}, kIpv6Syn)));
  }
  EXPECT_EQ(read(Link::kOpenBsdLoopback, loopback({2, 0, 0, 0}, kIpv4Syn)).reading,
            Reading::kUnknown);
  EXPECT_EQ(read(Link::kBsdLoopback, loopback({7, 0, 0, 0}, kIpv4Syn)).reading, Reading::kUnknown);
}

TEST(ReadFrame, LeavesOtherEtherTypesAlone) {
  for (const uint16_t type :
       {0x0026, 0x05ff, 0x0600, 0x8847, 0x8863, 0x8864, 0x88e5, 0x88e7, 0x0801}) {
    EXPECT_EQ(reading(ethernet(type, kIpv4Syn)), Reading::kUnknown) << type;
  }
}

// IPv4.

TEST(ReadFrame, IgnoresPadding) {
  Octets frame = ethernet(kIpv4Type, ipv4_packet(17, udp(1000, 2000)));
  put(frame, octets_of("PROXY TCP4 padding"));
  EXPECT_EQ(reading(frame), Reading::kObservation);
}

TEST(ReadFrame, LeavesFragmentsAlone) {
  for (const uint16_t fragment : {0x2000, 0x2001, 0x0001, 0x1fff}) {
    EXPECT_EQ(reading(ethernet(kIpv4Type, ipv4_packet(6, kTcpSyn, {.fragment = fragment}))),
              Reading::kUnknown);
  }
  expect_ipv4_syn(
      read(Link::kEthernet, ethernet(kIpv4Type, ipv4_packet(6, kTcpSyn, {.fragment = 0x4000}))));
}

TEST(ReadFrame, WalksIpv4OptionsButSourceRoutes) {
  const auto with = [](const Octets& options) {
    return reading(ethernet(kIpv4Type, ipv4_packet(6, kTcpSyn, {.options = options})));
  };
  EXPECT_EQ(with({148, 4, 0, 0}), Reading::kObservation);  // router alert
  EXPECT_EQ(with({1, 1, 1, 0}), Reading::kObservation);
  EXPECT_EQ(with({0, 131, 0, 0}), Reading::kObservation) << "behind the end";
  EXPECT_EQ(with({131, 7, 4, 1, 2, 3, 4, 0}), Reading::kUnknown);
  EXPECT_EQ(with({137, 7, 4, 1, 2, 3, 4, 0}), Reading::kUnknown);
  EXPECT_EQ(with({1, 137, 3, 4}), Reading::kUnknown);
  EXPECT_EQ(with({7, 1, 0, 0}), Reading::kUnknown) << "too short";
  EXPECT_EQ(with({7, 5, 0, 0}), Reading::kUnknown) << "too long";
  EXPECT_EQ(with({1, 1, 1, 7}), Reading::kUnknown) << "without a length";
}

TEST(ReadFrame, LeavesInconsistentLengthsAlone) {
  const Octets good = ethernet(kIpv4Type, kIpv4Syn);
  const auto with = [&](size_t at, uint8_t value) {
    Octets frame = good;
    frame[at] = value;
    return reading(frame);
  };
  EXPECT_EQ(with(14, 0x44), Reading::kUnknown) << "header of 16 bytes";
  EXPECT_EQ(with(14, 0x4f), Reading::kUnknown) << "header longer than the packet";
  EXPECT_EQ(with(14, 0x55), Reading::kUnknown) << "version 5";
  EXPECT_EQ(with(14, 0x65), Reading::kUnknown) << "version 6";
  EXPECT_EQ(with(17, 41), Reading::kUnknown) << "longer than the frame";
  EXPECT_EQ(with(17, 19), Reading::kUnknown) << "shorter than its header";
  EXPECT_EQ(with(17, 0), Reading::kUnknown) << "length 0, as segmentation offload leaves it";
  Observation observation;
  EXPECT_EQ(
      read_frame(Link::kEthernet, good, static_cast<uint32_t>(good.size() - 1), {}, observation),
      Reading::kUnknown)
      << "more captured than there was";
}

TEST(ReadFrame, ReadsWhatIsCutBehindTheTransportHeader) {
  const Octets whole = ethernet(kIpv4Type, ipv4_packet(6, tcp(40000, 22, kSyn, Octets(1000))));
  Observation observation;
  const auto cut = [&](size_t size) {
    return read_frame(Link::kEthernet, Bytes(whole).first(size),
                      static_cast<uint32_t>(whole.size()), {}, observation);
  };
  EXPECT_EQ(cut(14 + 20 + 20), Reading::kObservation);
  EXPECT_EQ(cut(14 + 20 + 14), Reading::kObservation);
  EXPECT_EQ(cut(14 + 20 + 13), Reading::kUnknown);
  EXPECT_EQ(cut(14 + 19), Reading::kUnknown);
  EXPECT_EQ(cut(0), Reading::kUnknown);
}

TEST(ReadFrame, LeavesTunnelsAlone) {
  for (const uint8_t protocol : {4, 41, 47, 50, 51, 55, 94, 97, 98, 103, 115, 132, 137, 255}) {
    EXPECT_EQ(reading_ipv4(protocol, Octets(40)), Reading::kUnknown) << int{protocol};
    EXPECT_EQ(reading_ipv6(protocol, Octets(40)), Reading::kUnknown) << int{protocol};
  }
}

TEST(ReadFrame, ReadsIgmpButPimVersion1) {
  const Result result =
      read(Link::kEthernet, ethernet(kIpv4Type, ipv4_packet(2, {0x16, 0, 0, 0, 224, 0, 0, 1})));
  EXPECT_EQ(result.reading, Reading::kObservation);
  EXPECT_EQ(result.observation.transport, Transport::kOther);
  EXPECT_EQ(result.observation.destination_port, 2);
  EXPECT_EQ(reading_ipv4(2, {0x14, 0, 0, 0, 224, 0, 0, 1}), Reading::kUnknown);
}

TEST(ReadFrame, CountsAnIcmpErrorWithoutWhatItQuotes) {
  const Result result =
      read(Link::kEthernet, ethernet(kIpv4Type, ipv4_packet(1, icmp(3, kIpv4Syn))));
  EXPECT_EQ(result.reading, Reading::kObservation);
  EXPECT_EQ(result.observation.role, Role::kError);
  EXPECT_EQ(to_string(result.observation.source), "10.0.0.1");
}

// IPv6.

TEST(ReadFrame, WalksIpv6Options) {
  const Octets pad{1, 4, 0, 0, 0, 0};
  for (const uint8_t header : {0, 60}) {
    expect_ipv6_syn(
        read(Link::kEthernet,
             ethernet(kIpv6Type, ipv6_packet(header, options_header(6, pad, kTcpSyn)))));
  }
  EXPECT_EQ(reading_ipv6(60, options_header(6, {0xc9, 4, 0, 0, 0, 0}, kTcpSyn)), Reading::kUnknown);
  EXPECT_EQ(reading_ipv6(0, options_header(6, {0xc2, 4, 0, 0, 0, 0}, kTcpSyn)), Reading::kUnknown);
  EXPECT_EQ(reading_ipv6(0, options_header(6, {5, 9, 0, 0, 0, 0}, kTcpSyn)), Reading::kUnknown);
  EXPECT_EQ(reading_ipv6(0, options_header(6, {0, 0, 0, 0, 0, 5}, kTcpSyn)), Reading::kUnknown);
}

TEST(ReadFrame, LeavesOtherExtensionHeadersAlone) {
  for (const uint8_t header : {43, 44, 51, 135, 139, 140}) {
    EXPECT_EQ(reading_ipv6(header, options_header(6, Octets(6), kTcpSyn)), Reading::kUnknown);
  }
}

TEST(ReadFrame, LeavesLongChainsOfExtensionHeadersAlone) {
  const Octets pad{1, 4, 0, 0, 0, 0};
  Octets payload = options_header(6, pad, kTcpSyn);
  for (int i = 0; i < 7; ++i) payload = options_header(60, pad, payload);
  EXPECT_EQ(reading_ipv6(60, payload), Reading::kObservation);
  EXPECT_EQ(reading_ipv6(60, options_header(60, pad, payload)), Reading::kUnknown);
}

TEST(ReadFrame, LeavesIpv6WithoutALengthAlone) {
  Octets packet = kIpv6Syn;
  packet[4] = packet[5] = 0;
  EXPECT_EQ(reading(ethernet(kIpv6Type, packet)), Reading::kUnknown);
  packet[5] = 21;
  EXPECT_EQ(reading(ethernet(kIpv6Type, packet)), Reading::kUnknown) << "longer than the frame";
}

TEST(ReadFrame, LeavesTheOtherVersionsIcmpAlone) {
  EXPECT_EQ(reading_ipv4(58, icmp(128)), Reading::kUnknown);
  EXPECT_EQ(reading_ipv6(1, icmp(8)), Reading::kUnknown);
  EXPECT_EQ(reading_ipv6(58, icmp(128)), Reading::kObservation);
  EXPECT_EQ(reading_ipv4(59, {}), Reading::kUnknown);
  EXPECT_EQ(reading_ipv6(59, Octets(8)), Reading::kObservation);
}

// Carriers.

TEST(ReadFrame, LeavesCarriersAlone) {
  Carriers carriers;
  carriers.udp[4789] = true;
  carriers.tcp[1080] = true;
  const auto with = [&](uint8_t protocol, const Octets& payload) {
    return reading(ethernet(kIpv4Type, ipv4_packet(protocol, payload)), carriers);
  };
  EXPECT_EQ(with(17, udp(40000, 4789)), Reading::kUnknown);
  EXPECT_EQ(with(17, udp(4789, 40000)), Reading::kUnknown);
  EXPECT_EQ(with(17, udp(40000, 1080)), Reading::kObservation);
  EXPECT_EQ(with(6, tcp(40000, 1080, kSyn)), Reading::kUnknown);
  EXPECT_EQ(with(6, tcp(1080, 40000, kAck)), Reading::kUnknown);
  EXPECT_EQ(with(6, tcp(40000, 4789, kSyn)), Reading::kObservation);
}

TEST(ReadFrame, LeavesUdpThatLooksLikeATunnelAlone) {
  using namespace std::string_view_literals;
  for (const std::string_view payload :
       {"\0\xff\xab\xcd...."sv, "\0\7......"sv, "\1\4......"sv, "\2\4......"sv, "\3\4......"sv,
        "\4......."sv, "\x14......."sv, "\x28......."sv, "RFta...."sv, "PROXY TCP4"sv,
        "\r\n\r\n\0\r\nQUIT\n...."sv}) {
    EXPECT_EQ(reading_ipv4(17, udp(5000, 6000, octets_of(payload))), Reading::kUnknown);
  }
  Octets transport_stream(2 * 188);
  transport_stream[0] = 0x47;
  EXPECT_EQ(reading_ipv4(17, udp(5000, 6000, transport_stream)), Reading::kUnknown);
  EXPECT_EQ(reading_ipv4(17, udp(5000, 6000, octets_of("hello, world"))), Reading::kObservation);
}

TEST(ReadFrame, LeavesWireGuardAloneWithItsHandshakes) {
  struct Message {
    uint8_t type;
    size_t size;
  };
  for (const auto& [type, size] : {Message{1, 148}, Message{2, 92}, Message{3, 64}}) {
    Octets message(size);
    message[0] = type;
    EXPECT_EQ(reading_ipv4(17, udp(5000, 51820, message)), Reading::kUnknown) << size;
    message.resize(size + 1);
    EXPECT_EQ(reading_ipv4(17, udp(5000, 51820, message)), Reading::kObservation) << size;
  }
}

TEST(ReadFrame, MeasuresADatagramAsUdpSays) {
  Octets message(28 + 40);
  message[0] = 1;
  message[23] = 40;  // E100: the length of the frame inside
  Octets datagram = udp(5000, 6000, message);
  EXPECT_EQ(reading_ipv4(17, datagram), Reading::kUnknown);
  datagram.push_back(0);
  EXPECT_EQ(reading_ipv4(17, datagram), Reading::kUnknown) << "behind it, an option";
}

TEST(ReadFrame, GivesUpWhereATunnelMovesToAnotherPort) {
  Carriers carriers;
  carriers.udp[1701] = true;
  carriers.tcp[14001] = true;
  const auto with = [&](uint8_t protocol, const Octets& payload) {
    return reading(ethernet(kIpv4Type, ipv4_packet(protocol, payload)), carriers);
  };
  const Octets control{0xc8, 2, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0};
  const Octets data{0, 2, 0, 1, 0, 1, 0, 0x21};
  EXPECT_EQ(with(17, udp(1701, 1701, control)), Reading::kUnknown);
  EXPECT_EQ(with(17, udp(5000, 1701, control)), Reading::kTunnelBeginsBetweenHosts);
  EXPECT_EQ(with(17, udp(1701, 5000, control)), Reading::kTunnelBeginsBetweenHosts);
  EXPECT_EQ(with(17, udp(5000, 1701, data)), Reading::kUnknown);
  EXPECT_EQ(with(17, udp(5000, 1701)), Reading::kUnknown);
  EXPECT_EQ(with(6, tcp(40000, 14001, kSyn)), Reading::kUnknown);
  EXPECT_EQ(with(6, tcp(40000, 14001, kAck, data)), Reading::kTunnelsBeginAnywhere);
}

// Of two ports Wireshark asks the dissector of the lower one first, of TCP's that of the server.
TEST(ReadFrame, KnowsThatALowerPortTakesAllBeforeACarrierIsAsked) {
  Carriers carriers;
  carriers.tcp[7236] = carriers.udp[12222] = true;
  carriers.tcp_takers[80] = carriers.tcp_takers_of_binary[443] = carriers.udp_takers[53] = true;
  const auto with = [&](uint8_t protocol, const Octets& payload) {
    return reading(ethernet(kIpv4Type, ipv4_packet(protocol, payload)), carriers);
  };
  const Octets text = octets_of("GET / HTTP/1.1");
  const Octets binary{0x17, 3, 3, 0, 40};
  EXPECT_EQ(with(6, tcp(7236, 80, kAck, text)), Reading::kObservation);
  EXPECT_EQ(with(6, tcp(80, 7236, kAck, binary)), Reading::kObservation);
  EXPECT_EQ(with(6, tcp(7236, 443, kAck, binary)), Reading::kTlsRecord);
  EXPECT_EQ(with(6, tcp(7236, 443, kAck, {0x99, 3, 3, 0, 40})), Reading::kObservation);
  EXPECT_EQ(with(6, tcp(7236, 443, kAck, text)), Reading::kPartOfTlsOrText)
      << "TLS takes text only within a record";
  EXPECT_EQ(with(6, tcp(7236, 443, kAck, octets_of("CONNECT a:1 HTTP/1.1"))),
            Reading::kTunnelBegins);
  EXPECT_EQ(with(6, tcp(7236, 22, kAck, binary)), Reading::kUnknown) << "not known of SSH";
  EXPECT_EQ(with(6, tcp(7236, 80, kAck, octets_of("CONNECT a:1"))), Reading::kTunnelBegins);
  EXPECT_EQ(with(17, udp(12222, 53, binary)), Reading::kObservation);
  EXPECT_EQ(with(17, udp(53, 12222, binary)), Reading::kObservation);
  EXPECT_EQ(with(17, udp(12222, 22, binary)), Reading::kUnknown);
}

TEST(ReadFrame, LeavesAConnectionToTheHigherPortOfACarrierFromItsBeginning) {
  Carriers carriers;
  carriers.tcp[7236] = true;
  carriers.tcp_takers[80] = true;
  const auto with = [&](const Octets& payload) {
    return reading(ethernet(kIpv4Type, ipv4_packet(6, payload)), carriers);
  };
  constexpr uint8_t kSynAck = kSyn | kAck;
  EXPECT_EQ(with(tcp(7236, 80, kSyn)), Reading::kObservation);
  EXPECT_EQ(with(tcp(80, 7236, kSynAck)), Reading::kObservation);
  EXPECT_EQ(with(tcp(80, 7236, kSyn)), Reading::kTunnelBegins);
  EXPECT_EQ(with(tcp(7236, 80, kSynAck)), Reading::kTunnelBegins);
}

TEST(ReadFrame, LeavesWhatLooksLikeDnsAloneIfItMayNameHosts) {
  const Octets answer{0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 0};
  const Octets frame = ethernet(kIpv4Type, ipv4_packet(17, udp(5000, 6000, answer)));
  Carriers carriers;
  EXPECT_EQ(reading(frame, carriers), Reading::kObservation);
  carriers.dns_anywhere = true;
  EXPECT_EQ(reading(frame, carriers), Reading::kUnknown);
}

TEST(ReadFrame, GivesUpWhereATunnelBeginsInTcp) {
  for (const std::string_view data :
       {"CONNECT example.com:443 HTTP/1.1", "SSTP_DUPLEX_POST /", "PROXY TCP4 ", "TALI",
        "\x02\x01\xfd\xfe", "\x01\x01\xfe\xfe"}) {
    EXPECT_EQ(reading_ipv4(6, tcp(40000, 80, kAck, octets_of(data))), Reading::kTunnelBegins);
  }
  EXPECT_EQ(reading_ipv4(6, tcp(40000, 80, kAck, {0, 7, 0, 0})), Reading::kUnknown);
  EXPECT_EQ(reading_ipv4(6, tcp(40000, 80, kAck, octets_of("GET / HTTP/1.1"))),
            Reading::kObservation);
}

// ARP.

TEST(ReadFrame, ReadsArp) {
  const Result request =
      read(Link::kEthernet, ethernet(kArpType, arp_packet(1, 0x0a000001, 0x0a000002)));
  ASSERT_EQ(request.reading, Reading::kObservation);
  EXPECT_EQ(request.observation.source, (Address{Network::kArp, 0, 0x0a000001}));
  EXPECT_EQ(request.observation.destination, (Address{Network::kArp, 0, 0x0a000002}));
  EXPECT_EQ(request.observation.role, Role::kAsk);
  const Result reply =
      read(Link::kEthernet, ethernet(kArpType, arp_packet(2, 0x0a000001, 0x0a000002)));
  ASSERT_EQ(reply.reading, Reading::kObservation);
  EXPECT_EQ(reply.observation.role, Role::kAnswer);
}

TEST(ReadFrame, FindsNothingInArpThatLooksForNobody) {
  const auto nothing = [](const Octets& packet) {
    return reading(ethernet(kArpType, packet)) == Reading::kNothing;
  };
  EXPECT_TRUE(nothing(arp_packet(1, 0x0a000001, 0x0a000001))) << "gratuitous";
  EXPECT_TRUE(nothing(arp_packet(1, 0, 0x0a000001))) << "a probe";
  EXPECT_TRUE(nothing(arp_packet(3, 0x0a000001, 0x0a000002))) << "RARP";
  Octets cut = arp_packet(1, 0x0a000001, 0x0a000002);
  cut.pop_back();
  EXPECT_TRUE(nothing(cut));
  Octets appletalk = arp_packet(1, 0x0a000001, 0x0a000002);
  appletalk[2] = 0x80;
  EXPECT_TRUE(nothing(appletalk));
}

TEST(ReadArp, TakesAnyHardwareAddress) {
  Octets packet{0, 32, 8, 0, 20, 4, 0, 1};  // InfiniBand
  put(packet, Octets(20));
  put32(packet, 0x0a000001);
  put(packet, Octets(20));
  put32(packet, 0x0a000002);
  Observation observation;
  EXPECT_TRUE(read_arp(packet, observation));
  EXPECT_EQ(to_string(observation.destination), "10.0.0.2");
}

TEST(FindArp, FindsItWhateverIsAroundIt) {
  const Octets packet = arp_packet(1, 0x0a000001, 0x0a000002);
  Octets frame(33, 0xaa);
  put(frame, packet);
  Observation observation;
  EXPECT_TRUE(read_arp(find_arp(frame), observation));
  EXPECT_EQ(to_string(observation.source), "10.0.0.1");
  Octets arcnet{1, 0, 0xd5, 0, 7, 8, 0, 1, 4, 0, 1};  // addresses, protocol, ARP with one byte each
  put(arcnet, {1, 10, 0, 0, 3, 0, 10, 0, 0, 4});
  EXPECT_TRUE(read_arp(find_arp(arcnet), observation));
  EXPECT_EQ(to_string(observation.source), "10.0.0.3");
  EXPECT_TRUE(find_arp(Octets(50)).empty());
  EXPECT_TRUE(find_arp({}).empty());
}

// Transports.

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

// Neighbour discovery: from 2001:db8::1 to 2001:db8::2, and about 2001:db8::9.
Octets neighbour_packet(uint8_t type, uint8_t hop_limit = 255, uint8_t target = 9) {
  Octets rest{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, target};
  Octets packet = ipv6_packet(58, icmp(type, rest));
  packet[7] = hop_limit;
  return packet;
}

TEST(ReadNeighbour, FindsWhoIsLookedForByWhom) {
  Observation neighbour;
  const Octets asks = neighbour_packet(135);
  Observation header = transport_of(asks);
  header.source = ipv6(1);
  header.destination = ipv6(2);
  EXPECT_EQ(header.role, Role::kDiscovery);
  ASSERT_TRUE(read_neighbour(asks, header, neighbour));
  EXPECT_EQ(neighbour.source, ndp(1));
  EXPECT_EQ(neighbour.destination, ndp(9));
  EXPECT_EQ(neighbour.role, Role::kAsk);

  const Octets answers = neighbour_packet(136);
  header.destination_port = 136;
  ASSERT_TRUE(read_neighbour(answers, header, neighbour));
  EXPECT_EQ(neighbour.source, ndp(9)) << "the target answers";
  EXPECT_EQ(neighbour.destination, ndp(2));
  EXPECT_EQ(neighbour.role, Role::kAnswer);
}

TEST(ReadNeighbour, LeavesWhatLooksForNobody) {
  Observation neighbour;
  Observation header = transport_of(neighbour_packet(135));
  header.source = ipv6(1);
  header.destination = ipv6(2);
  EXPECT_FALSE(read_neighbour(neighbour_packet(135, 64), header, neighbour)) << "from elsewhere";
  EXPECT_FALSE(read_neighbour(neighbour_packet(135, 255, 1), header, neighbour)) << "for itself";
  Octets cut = neighbour_packet(135);
  cut.pop_back();
  EXPECT_FALSE(read_neighbour(cut, header, neighbour)) << "cut short";
  header.source = {Network::kIpv6, 0, 0};
  EXPECT_FALSE(read_neighbour(neighbour_packet(135), header, neighbour))
      << "duplicate address detection";
  header.role = Role::kAsk;
  EXPECT_FALSE(read_neighbour(neighbour_packet(135), header, neighbour)) << "another packet";
}

}  // namespace
}  // namespace fanout
