#include "tap/count/headers.h"

#include <gtest/gtest.h>

#include "readings.h"

namespace fanout {
namespace {

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
  for (const uint8_t option : {0x07, 0x63, 0xc9}) {
    const Octets options{option, 4, 0, 0, 0, 0};
    EXPECT_EQ(reading_ipv6(60, options_header(6, options, kTcpSyn)), Reading::kUnknown);
  }
  for (const Octets& sound : {Octets{5, 2, 0, 0, 1, 0}, Octets{4, 1, 8, 1, 1, 0}}) {
    EXPECT_EQ(reading_ipv6(0, options_header(6, sound, kTcpSyn)), Reading::kObservation);
  }
  for (const Octets& unsound : {Octets{5, 4, 0, 0, 0, 0}, Octets{4, 4, 0, 0, 0, 0}}) {
    EXPECT_EQ(reading_ipv6(0, options_header(6, unsound, kTcpSyn)), Reading::kUnknown);
  }
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

}  // namespace
}  // namespace fanout
