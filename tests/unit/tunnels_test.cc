#include "tap/count/tunnels.h"

#include <gtest/gtest.h>

#include "frames.h"

namespace fanout {
namespace {

constexpr uint32_t kOne = 0x0a000001;
constexpr uint32_t kOther = 0x0a000002;
constexpr uint32_t kThird = 0x0a000003;
constexpr uint8_t kAck = 0x10;
constexpr uint8_t kTcp = 6;
constexpr uint8_t kUdp = 17;

struct FrameReaderTest : testing::Test {
  Carriers carriers;
  FrameReader reader{carriers};

  Reading read(uint8_t protocol, const Octets& payload, uint32_t source = kOne,
               uint32_t destination = kOther) {
    const Octets packet =
        ipv4_packet(protocol, payload, {.source = source, .destination = destination});
    HeaderObservations observed;
    return reader.read(Link::kRawIp, packet, static_cast<uint32_t>(packet.size()), observed);
  }
};

TEST_F(FrameReaderTest, LeavesTheConversationOfATunnelToTheDissectionAndNoOther) {
  const Octets connect = octets_of("CONNECT example.com:443 HTTP/1.1\r\n");
  EXPECT_EQ(read(kTcp, tcp(40000, 8080, kAck)), Reading::kObservation) << "before it began";
  EXPECT_EQ(read(kTcp, tcp(40000, 8080, kAck, connect)), Reading::kUnknown);
  EXPECT_EQ(read(kTcp, tcp(40000, 8080, kAck)), Reading::kUnknown);
  EXPECT_EQ(read(kTcp, tcp(8080, 40000, kAck), kOther, kOne), Reading::kUnknown) << "the way back";
  EXPECT_EQ(read(kTcp, tcp(40001, 8080, kAck)), Reading::kObservation) << "another port";
  EXPECT_EQ(read(kTcp, tcp(8080, 40000, kAck)), Reading::kObservation) << "ports the other way";
  EXPECT_EQ(read(kUdp, udp(40000, 8080)), Reading::kObservation) << "another transport";
  EXPECT_EQ(read(kTcp, tcp(40000, 8080, kAck), kThird), Reading::kObservation) << "another host";
}

TEST_F(FrameReaderTest, LeavesAllPortsOfTwoHostsWhoseTunnelMayMove) {
  carriers.udp[1701] = true;
  const Octets control{0xc8, 2, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(read(kUdp, udp(5000, 6000)), Reading::kObservation) << "before it began";
  EXPECT_EQ(read(kUdp, udp(5000, 1701, control)), Reading::kUnknown);
  EXPECT_EQ(read(kUdp, udp(5000, 6000)), Reading::kUnknown);
  EXPECT_EQ(read(kUdp, udp(7000, 5000), kOther, kOne), Reading::kUnknown) << "the way back";
  EXPECT_EQ(read(kTcp, tcp(5000, 6000, kAck)), Reading::kObservation) << "another transport";
  EXPECT_EQ(read(kUdp, udp(5000, 6000), kThird), Reading::kObservation) << "another host";
}

TEST_F(FrameReaderTest, TakesTextForAPartOfTlsOnlyWhereTlsWasSeen) {
  carriers.tcp[7236] = carriers.tcp_takers_of_binary[443] = true;
  const Octets record{23, 3, 3, 0x10, 0};
  const Octets text = octets_of("OPTIONS");
  EXPECT_EQ(read(kTcp, tcp(443, 7236, kAck, text)), Reading::kUnknown) << "before any TLS";
  EXPECT_EQ(read(kTcp, tcp(443, 7236, kAck, record)), Reading::kObservation);
  EXPECT_EQ(read(kTcp, tcp(443, 7236, kAck, text)), Reading::kObservation);
  EXPECT_EQ(read(kTcp, tcp(7236, 443, kAck, text), kOther, kOne), Reading::kObservation)
      << "the way back";
  EXPECT_EQ(read(kTcp, tcp(443, 7236, kAck, text), kThird), Reading::kUnknown) << "another host";
  EXPECT_EQ(read(kTcp, tcp(443, 7236, kAck, octets_of("CONNECT a:1"))), Reading::kUnknown);
  EXPECT_EQ(read(kTcp, tcp(443, 7236, kAck, record)), Reading::kUnknown) << "a tunnel began";
}

TEST_F(FrameReaderTest, LeavesEverythingWhereATunnelMayBeginAnywhere) {
  carriers.tcp[14001] = true;
  EXPECT_EQ(read(kTcp, tcp(40000, 80, kAck)), Reading::kObservation);
  EXPECT_EQ(read(kTcp, tcp(40000, 14001, kAck, {0, 2, 0, 1})), Reading::kUnknown);
  EXPECT_EQ(read(kTcp, tcp(40000, 80, kAck), kThird), Reading::kUnknown);
}

TEST_F(FrameReaderTest, LeavesEverythingPastAsManyTunnelsAsItRemembers) {
  const Octets connect = octets_of("CONNECT example.com:443 HTTP/1.1\r\n");
  for (uint32_t source = 0; source < 65536; ++source) {
    read(kTcp, tcp(40000, 8080, kAck, connect), 0x0b000000 + source);
  }
  EXPECT_EQ(read(kTcp, tcp(40000, 8080, kAck), kOne), Reading::kObservation);
  EXPECT_EQ(read(kTcp, tcp(40000, 8080, kAck, connect), kThird), Reading::kUnknown);
  EXPECT_EQ(read(kTcp, tcp(40000, 8080, kAck), kOne), Reading::kUnknown);
}

}  // namespace
}  // namespace fanout
