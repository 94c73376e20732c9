#include "tap/count/payloads.h"

#include <string_view>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "readings.h"

namespace fanout {
namespace {

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
  carriers.tcp[7236] = carriers.tcp[14001] = carriers.udp[12222] = true;
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
  EXPECT_EQ(with(6, tcp(14001, 80, kAck, binary)), Reading::kObservation);
  EXPECT_EQ(with(6, tcp(14001, 443, kAck, binary)), Reading::kTlsRecord);
  EXPECT_EQ(with(6, tcp(14001, 22, kAck, binary)), Reading::kTunnelsBeginAnywhere);
  EXPECT_EQ(with(6, tcp(80, 14001, 0x02)), Reading::kTunnelsBeginAnywhere) << "opened to UMA";
  EXPECT_EQ(with(6, tcp(7236, 22, kAck, binary)), Reading::kUnknown) << "not known of SSH";
  EXPECT_EQ(with(6, tcp(7236, 80, kAck, octets_of("CONNECT a:1"))), Reading::kTunnelBegins);
  EXPECT_EQ(with(17, udp(12222, 53, binary)), Reading::kObservation);
  const Octets like_a_tunnel{0x04, 0xd2, 1, 0, 0, 1};  // a DNS query by its random number
  EXPECT_EQ(with(17, udp(40000, 53, like_a_tunnel)), Reading::kObservation);
  EXPECT_EQ(with(17, udp(53, 40000, like_a_tunnel)), Reading::kObservation);
  EXPECT_EQ(with(17, udp(40000, 54, like_a_tunnel)), Reading::kUnknown)
      << "nothing takes that port";
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

}  // namespace
}  // namespace fanout
