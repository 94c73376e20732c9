// Which scanner's probes packets look like, packet by packet, and which are said of a source.
#include "tap/count/tools.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "judged.h"
#include "readings.h"

namespace fanout {
namespace {

constexpr uint16_t kDontFragment = 0x4000;
const Octets kMss{2, 4, 5, 0xb4};

// A TCP header as a tool or a stack builds it, whole words of options included.
struct Segment {
  uint8_t flags = kSyn;
  uint16_t window = 64240;
  uint32_t sequence = 0x12345678;
  Octets options = {};
  uint16_t port = 80;
  uint16_t own = 40000;
};

Octets segment(const Segment& fields) {
  Octets result;
  put16(result, fields.own);
  put16(result, fields.port);
  put32(result, fields.sequence);
  put32(result, 0);
  put8(result, (5 + fields.options.size() / 4) << 4);
  put8(result, fields.flags);
  put16(result, fields.window);
  put32(result, 0);
  put(result, fields.options);
  return result;
}

Octets with_id(Octets packet, uint16_t id) {
  packet[4] = static_cast<uint8_t>(id >> 8);
  packet[5] = static_cast<uint8_t>(id);
  return packet;
}

Tool tool_of_frame(const Octets& packet) {
  const Result result = read(Link::kEthernet, ethernet(kIpv4Type, packet));
  EXPECT_EQ(result.reading, Reading::kObservation);
  EXPECT_EQ(transport_of(packet).tool, result.observation.tool) << "where it is dissected in full";
  return result.observation.tool;
}
Tool tool_of_tcp(const Segment& fields, uint16_t id = 7, uint16_t fragment = 0) {
  return tool_of_frame(with_id(ipv4_packet(6, segment(fields), {.fragment = fragment}), id));
}
Tool tool_of_udp(std::string_view data, uint16_t id = 7) {
  return tool_of_frame(with_id(ipv4_packet(17, udp(40000, 161, octets_of(data))), id));
}
Tool tool_of_icmp(const Octets& message, uint16_t id = 7) {
  return tool_of_frame(with_id(ipv4_packet(1, message), id));
}

TEST(Tools, ZmapsProbesHaveOneIdentification) {
  EXPECT_EQ(tool_of_tcp({.window = 65535}, 54321), Tool::kZmap);
  EXPECT_EQ(tool_of_udp("x", 54321), Tool::kZmap);
  EXPECT_EQ(tool_of_icmp(icmp(8, Octets(8)), 54321), Tool::kZmap);
  EXPECT_EQ(tool_of_tcp({.window = 65535}, 54320), Tool::kNone);
  EXPECT_EQ(tool_of_tcp({.window = 65535}, 54321, kDontFragment), Tool::kNone);
  EXPECT_EQ(tool_of_tcp({.flags = kSyn | kAck}, 54321), Tool::kNone) << "no probe";
}

TEST(Tools, MasscansIdentificationFollowsFromDestinationAndSequenceNumber) {
  // ipv4_packet() sends to 10.0.0.2.
  const uint16_t id = 0x0002 ^ 443 ^ 0x5678;
  EXPECT_EQ(tool_of_tcp({.window = 1024, .port = 443}, id), Tool::kMasscan);
  EXPECT_EQ(tool_of_tcp({.window = 1024, .options = kMss, .port = 443}, id), Tool::kMasscan)
      << "a newer one, with options as nmap's";
  EXPECT_EQ(tool_of_tcp({.window = 65535, .port = 443}, id ^ 1), Tool::kNone);
  EXPECT_EQ(tool_of_tcp({.window = 65535, .port = 443}, id, kDontFragment), Tool::kNone);
}

TEST(Tools, MiraisSequenceNumberIsTheDestination) {
  EXPECT_EQ(tool_of_tcp({.sequence = 0x0a000002, .port = 23}), Tool::kMirai);
  EXPECT_EQ(tool_of_tcp({.sequence = 0x0a000003, .port = 23}), Tool::kNone);
}

TEST(Tools, NmapsTcpProbesHaveItsWindowAndNoOptionButMss) {
  EXPECT_EQ(tool_of_tcp({.window = 1024, .options = kMss}), Tool::kNmap);
  EXPECT_EQ(tool_of_tcp({.window = 1024}), Tool::kNone) << "SYN without MSS";
  EXPECT_EQ(tool_of_tcp({.window = 1025, .options = kMss}), Tool::kNone);
  EXPECT_EQ(tool_of_tcp({.window = 1024, .options = {2, 0, 5, 0xb4}}), Tool::kNone) << "no MSS";
  EXPECT_EQ(tool_of_tcp({.window = 1024, .options = {4, 2, 1, 1}}), Tool::kNone) << "SACK alone";
  EXPECT_EQ(tool_of_tcp({.window = 1024, .options = {2, 4, 5, 0xb4, 4, 2, 1, 1}}), Tool::kNone);
  for (const uint8_t flags : {0x00, 0x01, 0x29, 0x04, 0x03}) {
    const bool has_syn = (flags & kSyn) != 0;
    EXPECT_EQ(tool_of_tcp({.flags = flags, .window = 1024, .options = has_syn ? kMss : Octets()}),
              Tool::kNmap)
        << "flags " << int{flags};
  }
  for (const uint8_t flags : {0x10, 0x11}) {
    EXPECT_EQ(tool_of_tcp({.flags = flags, .window = 1024, .sequence = 0}), Tool::kNmap);
    EXPECT_EQ(tool_of_tcp({.flags = flags, .window = 1024}), Tool::kNone)
        << "the acknowledgement of a connection";
  }
}

TEST(Tools, NmapsSynsOverIpv6LookTheSame) {
  const Octets syn = segment({.window = 1024, .options = kMss});
  EXPECT_EQ(read(Link::kEthernet, ethernet(kIpv6Type, ipv6_packet(6, syn))).observation.tool,
            Tool::kNmap);
  const Octets zeros = segment({.sequence = 0});
  EXPECT_EQ(read(Link::kEthernet, ethernet(kIpv6Type, ipv6_packet(6, zeros))).observation.tool,
            Tool::kNone)
      << "what belongs to IPv4's header is not looked for";
}

TEST(Tools, NmapsIcmpRequestsAreEmpty) {
  EXPECT_EQ(tool_of_icmp(icmp(8)), Tool::kNmap);
  EXPECT_EQ(tool_of_icmp(icmp(8, Octets(56))), Tool::kNone) << "ping";
  EXPECT_EQ(tool_of_icmp(icmp(0)), Tool::kNone) << "a reply";
  EXPECT_EQ(tool_of_icmp(icmp(13, Octets(12))), Tool::kNmap);
  EXPECT_EQ(tool_of_icmp(icmp(13, {0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0})), Tool::kNone);
  EXPECT_EQ(tool_of_icmp(icmp(13, Octets(8))), Tool::kNone);
  const Octets echo = ipv6_packet(58, icmp(128));
  EXPECT_EQ(read(Link::kEthernet, ethernet(kIpv6Type, echo)).observation.tool, Tool::kNmap);
}

TEST(Tools, NmapsUdpPayloadsAreKnownByTheirBeginning) {
  using namespace std::string_view_literals;
  EXPECT_EQ(tool_of_udp("\x30\x3a\x02\x01\x03\x30\x0f\x02\x02\x4a\x69\x02\x03\x00"sv), Tool::kNmap);
  EXPECT_EQ(tool_of_udp("\0\0\x10\0\0\0\0\0\0\0\0\0"sv), Tool::kNmap);
  EXPECT_EQ(tool_of_udp("OPTIONS sip:nm SIP/2.0\r\n"), Tool::kNmap);
  EXPECT_EQ(tool_of_udp("OPTIONS sip:n"), Tool::kNone);
  EXPECT_EQ(tool_of_udp("OPTIONS sip:pbx SIP/2.0\r\n"), Tool::kNone);
  EXPECT_EQ(tool_of_udp("\0\0\x01\0\0\x01\0\0\0\0\0\0\x03www"sv), Tool::kNone) << "a query";
  EXPECT_EQ(tool_of_udp(""), Tool::kNone) << "empty, as other tools' are";
}

TEST(Tools, HpingsProbesHaveItsWindowAndNoOptions) {
  EXPECT_EQ(tool_of_tcp({.window = 512}), Tool::kHping);
  EXPECT_EQ(tool_of_tcp({.flags = 0x01, .window = 512}), Tool::kHping);
  EXPECT_EQ(tool_of_tcp({.window = 512, .options = kMss}), Tool::kNone);
  EXPECT_EQ(tool_of_tcp({.window = 513}), Tool::kNone);
}

TEST(Tools, AreNotSoughtInWhatWasCutOff) {
  Octets packet = ipv4_packet(6, segment({.window = 1024, .options = kMss}));
  for (size_t size = 0; size < packet.size(); ++size) {
    const Octets cut(packet.begin(), packet.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_EQ(transport_of(cut).tool, Tool::kNone) << size;
  }
  EXPECT_EQ(transport_of(packet).tool, Tool::kNmap);
}

// The SYNs of stacks as they are by default: options, window, whether fragments are forbidden.
struct Stack {
  const char* name;
  Octets options;
  uint16_t window;
  uint16_t fragment;
};
const Stack kStacks[] = {
    {"Linux",
     {2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7},
     64240,
     kDontFragment},
    {"Windows", {2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2}, 64240, kDontFragment},
    {"Windows 7", {2, 4, 5, 0xb4, 1, 3, 3, 2, 1, 1, 4, 2}, 8192, kDontFragment},
    {"macOS",
     {2, 4, 5, 0xb4, 1, 3, 3, 6, 1, 1, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 4, 2, 0, 0},
     65535,
     kDontFragment},
    {"FreeBSD",
     {2, 4, 5, 0xb4, 1, 3, 3, 6, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0},
     65535,
     kDontFragment},
    {"OpenBSD",
     {2, 4, 5, 0xb4, 1, 1, 4, 2, 1, 3, 3, 6, 1, 1, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0},
     16384,
     kDontFragment},
    {"lwIP", {2, 4, 5, 0xb4}, 5840, 0},
    {"an old printer", {2, 4, 5, 0xb4}, 8760, 0},
};

// A million connections: what a stack forbids to fragment never looks like a tool's, and the rest,
// of which 1 in 65536 must, never so often that a source is said to use one.
TEST(Tools, OfOrdinaryStacksAreNoneInAMillionConnections) {
  constexpr uint32_t kSources = 20'000;
  constexpr uint32_t kConnections = 50;
  std::mt19937 random(1);
  Engine engine{Engine::Options{.history = true}};
  Observation observation;
  const Carriers carriers{};
  uint32_t alike = 0;
  for (uint32_t i = 0; i < kSources * kConnections; ++i) {
    const uint32_t source = i % kSources;
    const Stack& stack = kStacks[source % std::size(kStacks)];
    const Segment syn{.window = stack.window,
                      .sequence = static_cast<uint32_t>(random()),
                      .options = stack.options,
                      .port = static_cast<uint16_t>(random() % 4 == 0 ? random() : 443),
                      .own = static_cast<uint16_t>(32768 + random() % 28232)};
    const Octets frame = ethernet(
        kIpv4Type, with_id(ipv4_packet(6, segment(syn),
                                       {.source = 0x0a000000 + source,
                                        .destination = static_cast<uint32_t>(random()) >> 1,
                                        .fragment = stack.fragment}),
                           static_cast<uint16_t>(random())));
    ASSERT_EQ(read_frame(Link::kEthernet, frame, static_cast<uint32_t>(frame.size()), carriers,
                         observation),
              Reading::kObservation);
    const bool looks_alike = observation.tool != Tool::kNone;
    EXPECT_FALSE(looks_alike && stack.fragment != 0) << stack.name;
    alike += looks_alike ? 1 : 0;
    observation.frame = i + 1;
    observation.time = i;
    engine.observe(observation);
  }
  EXPECT_LT(alike, 30u) << "1 in 65536 of a quarter of them, twice, is expected: 8";
  for (uint32_t source = 0; source < engine.source_count(); ++source) {
    EXPECT_EQ(engine.source(source).probes, engine.source(source).contacted);
    EXPECT_EQ(gather_evidence(engine, source, engine.history(source), 0).tool, Tool::kNone);
  }
}

using ToolOfSource = JudgedTraffic;

TEST_F(ToolOfSource, IsThatOfNearlyAllItsProbes) {
  traffic.tool = Tool::kMasscan;
  sweep(90, 22);
  EXPECT_EQ(evidence_of(a).tool, Tool::kMasscan);
  EXPECT_NE(reason_of(a).find("; probes look like masscan's; "), std::string::npos) << reason_of(a);
  traffic.tool = Tool::kNone;
  sweep(10, 23, 1, 0xac110001);
  EXPECT_EQ(evidence_of(a).tool, Tool::kMasscan) << "90 of 100";
  sweep(1, 24, 1, 0xac120001);
  EXPECT_EQ(evidence_of(a).tool, Tool::kNone) << "90 of 101";
  EXPECT_EQ(reason_of(a).find("look like"), std::string::npos) << reason_of(a);
}

TEST_F(ToolOfSource, IsNotSaidOfFewProbes) {
  traffic.tool = Tool::kZmap;
  sweep(4, 22);
  EXPECT_EQ(evidence_of(a).tool, Tool::kNone);
  sweep(5, 22);
  EXPECT_EQ(evidence_of(a).tool, Tool::kZmap);
}

TEST_F(ToolOfSource, GoesByServicesWhereOneHostIsScanned) {
  traffic.tool = Tool::kNmap;
  for (uint16_t port = 1; port <= 20; ++port) traffic.syn(a, b, port);
  EXPECT_EQ(engine.source(engine.find_source(a)).probes, 20u);
  EXPECT_EQ(evidence_of(a).tool, Tool::kNmap);
}

TEST_F(ToolOfSource, CountsNeitherRetransmissionsNorConversations) {
  traffic.tool = Tool::kNmap;
  sweep(6, 22);
  sweep(6, 22);
  traffic.tool = Tool::kNone;
  for (int i = 0; i < 50; ++i) traffic.tcp_data(a, ipv4(0xac100001), 40000, 22);
  traffic.syn_ack(a, ipv4(0xac990001), 22);
  EXPECT_EQ(engine.source(engine.find_source(a)).probes, 6u);
  EXPECT_EQ(evidence_of(a).tool, Tool::kNmap);
}

}  // namespace
}  // namespace fanout
