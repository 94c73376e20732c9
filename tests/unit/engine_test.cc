#include "tap/count/engine.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "traffic.h"

namespace fanout {
namespace {

class EngineTest : public testing::Test {
 protected:
  // The pair between two addresses, or kNone.
  uint32_t pair_of(const Address& source, const Address& destination) const {
    const uint32_t number = engine.find_source(source);
    return number == kNone ? kNone : engine.find_pair(number, destination);
  }
  const Pair& pair(const Address& source, const Address& destination) const {
    return engine.pair(pair_of(source, destination));
  }
  const Source& source(const Address& address) const {
    return engine.source(engine.find_source(address));
  }
  ServiceCount services(const Address& source, const Address& destination) const {
    return engine.services(pair_of(source, destination));
  }
  bool contacted(const Address& source, const Address& destination) const {
    return pair(source, destination).has(Pair::kContacted);
  }
  bool answered(const Address& source, const Address& destination) const {
    return pair(source, destination).has(Pair::kAnswered);
  }

  Engine engine{{}};
  Traffic traffic{engine};
  const Address a = ipv4(0x0a000001);
  const Address b = ipv4(0x0a000002);
  const Address c = ipv4(0x0a000003);
};

TEST_F(EngineTest, BeginsEmpty) {
  EXPECT_EQ(engine.frames(), 0u);
  EXPECT_EQ(engine.source_count(), 0u);
  EXPECT_EQ(engine.pair_count(), 0u);
  EXPECT_EQ(engine.first_time(), kNoTime);
  EXPECT_EQ(engine.last_time(), kNoTime);
  EXPECT_EQ(engine.limit_hit_in(), 0u);
  EXPECT_EQ(engine.find_source(a), kNone);
  EXPECT_EQ(engine.sources_total().value, 0u);
  EXPECT_TRUE(engine.sources_total().exact());
}

TEST_F(EngineTest, CountsFramesAndTheirSpanOfTime) {
  engine.count_frame(5);
  engine.count_frame(kNoTime);
  engine.count_frame(-7);
  engine.count_frame(3);
  EXPECT_EQ(engine.frames(), 4u);
  EXPECT_EQ(engine.first_time(), -7);
  EXPECT_EQ(engine.last_time(), 5);
}

TEST_F(EngineTest, CountsADestinationOnceAndItsPacketsEach) {
  EXPECT_TRUE(traffic.echo(a, b).new_destination);
  EXPECT_FALSE(traffic.echo(a, b).new_destination);
  EXPECT_TRUE(traffic.echo(a, c).new_destination);
  EXPECT_EQ(source(a).destinations, 2u);
  EXPECT_EQ(source(a).packets, 3u);
  EXPECT_EQ(source(a).bytes, 180u);
  EXPECT_EQ(engine.packets(pair_of(a, b)), 2u);
  EXPECT_EQ(engine.bytes(pair_of(a, b)), 120u);
  EXPECT_EQ(pair(a, b).first_frame, 1u);
  EXPECT_EQ(pair(a, c).first_frame, 3u);
  EXPECT_EQ(pair(a, c).first_time, traffic.time);
  EXPECT_EQ(source(a).first_frame, 1u);
  EXPECT_EQ(source(a).last_frame, 3u);
  EXPECT_EQ(engine.find_source(b), kNone);
  EXPECT_EQ(pair_of(b, a), kNone);
}

TEST_F(EngineTest, SpansTheTimesOfASourceWhateverTheirOrder) {
  for (const int64_t time : {int64_t{5}, kNoTime, int64_t{-3}, int64_t{4}}) {
    engine.observe({.source = a, .destination = b, .time = time});
  }
  EXPECT_EQ(source(a).first_time, -3);
  EXPECT_EQ(source(a).last_time, 5);
  engine.observe({.source = c, .destination = b});
  EXPECT_EQ(source(c).first_time, kNoTime);
  EXPECT_EQ(source(c).last_time, kNoTime);
}

TEST_F(EngineTest, KeepsNetworksApart) {
  traffic.echo(ipv4(1), ipv4(2));
  traffic.arp_request(1, 2);
  traffic.echo(ipv6(1, 0), ipv6(2, 0));
  EXPECT_EQ(engine.source_count(), 3u);
  EXPECT_EQ(engine.pair_count(), 3u);
  EXPECT_EQ(engine.destination(pair(ipv4(1), ipv4(2))), ipv4(2));
  EXPECT_EQ(engine.destination(pair(arp(1), arp(2))), arp(2));
  EXPECT_EQ(engine.destination(pair(ipv6(1, 0), ipv6(2, 0))), ipv6(2, 0));
}

TEST_F(EngineTest, DistinguishesIpv6AddressesByEveryBit) {
  const Address one = ipv6(1, 1);
  for (int bit = 0; bit < 64; ++bit) {
    traffic.echo(one, ipv6(uint64_t{1} << bit, 0));
    traffic.echo(one, ipv6(0, uint64_t{1} << bit));
    traffic.echo(ipv6(uint64_t{1} << bit, uint64_t{1} << bit), one);
  }
  EXPECT_EQ(source(one).destinations, 129u);  // and itself
  EXPECT_EQ(engine.source_count(), 64u);      // `one` is among them
}

TEST_F(EngineTest, StoresASharedIpv6DestinationOnce) {
  traffic.echo(ipv6(1), ipv6(9));
  traffic.echo(ipv6(2), ipv6(9));
  EXPECT_EQ(pair(ipv6(1), ipv6(9)).destination, pair(ipv6(2), ipv6(9)).destination);
}

TEST_F(EngineTest, CountsPacketsBeyond24Bits) {
  const uint64_t count = (uint64_t{1} << 25) + 3;
  const Observation observation{.source = a, .destination = b, .bytes = 1};
  for (uint64_t i = 0; i < count; ++i) engine.observe(observation);
  EXPECT_EQ(engine.packets(pair_of(a, b)), count);
  EXPECT_EQ(source(a).packets, count);
}

TEST_F(EngineTest, CountsBytesBeyond32Bits) {
  const Observation observation{.source = a, .destination = b, .bytes = 0xffffffff};
  for (int i = 0; i < 5; ++i) engine.observe(observation);
  EXPECT_EQ(engine.bytes(pair_of(a, b)), 5 * uint64_t{0xffffffff});
  EXPECT_EQ(source(a).bytes, 5 * uint64_t{0xffffffff});
  EXPECT_EQ(engine.packets(pair_of(a, b)), 5u);
}

TEST_F(EngineTest, PostingCountsAtTheLatestWhenFlushed) {
  for (uint32_t i = 0; i < 5; ++i) engine.post({.source = a, .destination = ipv4(i)});
  engine.flush();
  EXPECT_EQ(source(a).destinations, 5u);
  engine.flush();
  EXPECT_EQ(source(a).packets, 5u);
  for (uint32_t i = 0; i < 1000; ++i) engine.post({.source = a, .destination = ipv4(i)});
  engine.flush();
  EXPECT_EQ(source(a).destinations, 1000u);
  EXPECT_EQ(source(a).packets, 1005u);
}

TEST(EngineOptions, UnicastLeavesMulticastAndBroadcastOut) {
  Engine engine({.unicast = true});
  Traffic traffic(engine);
  EXPECT_EQ(traffic.udp(ipv4(1), ipv4(0xe0000001), 1, 2).source, kNone);
  EXPECT_EQ(traffic.udp(ipv4(1), ipv4(0xffffffff), 1, 2).source, kNone);
  EXPECT_EQ(traffic.udp(ipv6(1), ipv6(1, 0xff02000000000000), 1, 2).source, kNone);
  EXPECT_EQ(engine.source_count(), 0u);
  traffic.udp(ipv4(1), ipv4(2), 1, 2);
  EXPECT_EQ(engine.source_count(), 1u);
}

TEST(EngineOptions, HistoryKeepsThePairsOfASourceInOrder) {
  Engine engine({.history = true});
  Traffic traffic(engine);
  for (const uint32_t destination : {9u, 3u, 9u, 7u, 3u, 8u}) {
    traffic.echo(ipv4(1), ipv4(destination));
    traffic.echo(ipv4(2), ipv4(100 + destination));
  }
  std::vector<uint64_t> seen;
  for (const uint32_t pair : engine.history(engine.find_source(ipv4(1)))) {
    seen.push_back(engine.destination(engine.pair(pair)).low);
  }
  EXPECT_EQ(seen, (std::vector<uint64_t>{9, 3, 7, 8}));
}

// Who contacted whom, and who answered.

TEST_F(EngineTest, ASynIsAFirstContactAndASynAckAnswers) {
  traffic.syn(a, b, 22);
  EXPECT_TRUE(contacted(a, b));
  EXPECT_FALSE(answered(a, b));
  traffic.syn_ack(b, a, 22);
  EXPECT_TRUE(answered(a, b));
  EXPECT_EQ(source(a).contacted, 1u);
  EXPECT_EQ(source(a).answered, 1u);
  EXPECT_TRUE(pair(b, a).has(Pair::kReplying));
  EXPECT_FALSE(contacted(b, a));
  EXPECT_EQ(source(b).contacted, 0u);
}

TEST_F(EngineTest, AHandshakeIsOneOnceTheSourceAcknowledges) {
  traffic.syn(a, b, 22);
  traffic.syn_ack(b, a, 22);
  EXPECT_EQ(source(a).tcp_handshakes, 0u);
  EXPECT_FALSE(pair(a, b).connected);
  traffic.tcp_data(a, b, 40000, 22);
  traffic.tcp_data(a, b, 40000, 22);
  EXPECT_EQ(source(a).tcp_attempts, 1u);
  EXPECT_EQ(source(a).tcp_handshakes, 1u);
  EXPECT_EQ(source(a).tcp_refused, 0u);
  EXPECT_TRUE(pair(a, b).connected);
}

TEST_F(EngineTest, ASynAckFollowedByARstIsNoHandshake) {
  traffic.syn(a, b, 22);
  traffic.syn_ack(b, a, 22);
  traffic.send(a, b, Role::kRefusal, Transport::kTcp, 40000, 22);
  traffic.tcp_data(a, b, 40000, 22);
  EXPECT_EQ(source(a).tcp_handshakes, 0u);
  EXPECT_FALSE(pair(a, b).connected);
  EXPECT_EQ(source(b).tcp_refused, 0u);
}

TEST_F(EngineTest, ARstRefusesAndIsNoAnswer) {
  traffic.syn(a, b, 22);
  traffic.rst(b, a, 22);
  EXPECT_TRUE(contacted(a, b));
  EXPECT_FALSE(answered(a, b));
  EXPECT_EQ(source(a).tcp_refused, 1u);
  EXPECT_EQ(services(a, b).failed(), 1u);
  traffic.rst(b, a, 22);
  EXPECT_EQ(source(a).tcp_refused, 1u) << "one attempt is refused once";
}

TEST_F(EngineTest, AnIcmpErrorIsNeitherContactNorAnswer) {
  traffic.udp(a, b, 40000, 53);
  traffic.icmp_error(b, a);
  EXPECT_FALSE(answered(a, b));
  traffic.icmp_error(c, a);
  EXPECT_FALSE(contacted(c, a));
  EXPECT_FALSE(pair(c, a).has(Pair::kUnsolicited));
}

TEST_F(EngineTest, AnEchoReplyAnswers) {
  traffic.echo(a, b);
  EXPECT_FALSE(answered(a, b));
  traffic.echo_reply(b, a);
  EXPECT_TRUE(answered(a, b));
}

TEST_F(EngineTest, UdpAnswersFromThePortThatWasAsked) {
  traffic.udp(a, b, 40000, 1053);
  traffic.udp(b, a, 1053, 40000);
  EXPECT_TRUE(answered(a, b));
  EXPECT_TRUE(pair(b, a).has(Pair::kReplying));
  traffic.udp(a, c, 40000, 1053);
  traffic.udp(c, a, 9999, 40000);
  EXPECT_FALSE(answered(a, c)) << "from another port";
}

TEST_F(EngineTest, BothAskWhenUdpPortsDoNotMatch) {
  traffic.udp(a, b, 40000, 2000);
  traffic.udp(b, a, 40001, 3000);
  EXPECT_EQ(services(a, b).tried, 1u);
  EXPECT_EQ(services(b, a).tried, 1u);
}

TEST_F(EngineTest, ASystemPortThatWasNotAskedIsNoServer) {
  const auto call = [&](uint16_t from, uint16_t to) {
    traffic.send(a, b, Role::kAnswer, Transport::kUdp, from, to);
    traffic.udp(b, a, to, from);
  };
  traffic.udp(a, b, 700, 111);
  traffic.udp(b, a, 111, 700);
  for (uint16_t i = 0; i < 20; ++i) call(700 + i, 40000 + i);
  EXPECT_EQ(services(a, b).tried, 21u);
  EXPECT_EQ(services(a, b).answered, 21u);
  EXPECT_EQ(services(b, a).tried, 0u) << "it only answers";
}

TEST_F(EngineTest, KnowsWhoBeganFromAUdpPortToTheSame) {
  traffic.udp(a, b, 123, 123);
  traffic.udp(a, c, 40000, 123);
  traffic.syn(b, c, 123, 123);
  EXPECT_EQ(engine.pair(pair_of(a, b)).same_port, 1);
  EXPECT_EQ(engine.pair(pair_of(a, c)).same_port, 0);
  EXPECT_EQ(engine.pair(pair_of(b, c)).same_port, 0);
}

TEST_F(EngineTest, TheSourcesOwnAckShowsAnAnswerThatWasNotCaptured) {
  traffic.syn(a, b, 80);
  traffic.tcp_data(a, b, 40000, 80);
  EXPECT_TRUE(answered(a, b));
  EXPECT_TRUE(pair(a, b).connected);
}

TEST_F(EngineTest, AnAckToAnotherPortShowsNothing) {
  traffic.syn(a, b, 80);
  traffic.tcp_data(a, b, 40000, 81);
  EXPECT_FALSE(answered(a, b));
}

TEST_F(EngineTest, AnAckScanAnsweredByRstIsAContactThatFailed) {
  traffic.tcp_data(a, b, 40000, 80);
  EXPECT_FALSE(contacted(a, b)) << "it might be cut off in the middle";
  traffic.rst(b, a, 80);
  EXPECT_TRUE(contacted(a, b));
  EXPECT_FALSE(answered(a, b));
  EXPECT_EQ(source(a).contacted, 1u);
}

TEST_F(EngineTest, ARstAfterALongConversationIsNotAProbesAnswer) {
  for (int i = 0; i < 10; ++i) traffic.tcp_data(a, b, 40000, 80);
  traffic.rst(b, a, 80);
  EXPECT_FALSE(contacted(a, b));
}

TEST_F(EngineTest, DataWithoutAHandshakeWasAlreadyOpen) {
  traffic.tcp_data(a, b, 40000, 80);
  EXPECT_FALSE(contacted(a, b));
  EXPECT_FALSE(pair(a, b).has(Pair::kUnsolicited));
  EXPECT_TRUE(pair(a, b).has(Pair::kAsked)) << "the lower port is the service";
  EXPECT_EQ(pair(a, b).service(), (Service{Transport::kTcp, 80}));
  traffic.tcp_data(b, a, 80, 40000);
  EXPECT_TRUE(pair(b, a).has(Pair::kReplying));
}

TEST_F(EngineTest, DataFromALowerPortServes) {
  traffic.tcp_data(a, b, 443, 40000);
  EXPECT_TRUE(pair(a, b).has(Pair::kServed));
  EXPECT_FALSE(pair(a, b).has(Pair::kAsked));
  EXPECT_EQ(pair(a, b).service(), (Service{Transport::kTcp, 443}));
}

TEST_F(EngineTest, AnswersWithoutARequestAreUnsolicited) {
  traffic.syn_ack(a, b, 80);
  traffic.rst(a, c, 80);
  EXPECT_TRUE(pair(a, b).has(Pair::kUnsolicited));
  EXPECT_TRUE(pair(a, c).has(Pair::kUnsolicited));
  EXPECT_EQ(source(a).contacted, 0u);
}

TEST_F(EngineTest, MulticastIsNoContact) {
  traffic.udp(a, ipv4(0xe0000001), 5353, 5353);
  EXPECT_FALSE(contacted(a, ipv4(0xe0000001)));
  EXPECT_EQ(source(a).destinations, 1u);
}

TEST_F(EngineTest, ArpRepliesAnswerButDoNotCount) {
  traffic.arp_request(1, 2);
  EXPECT_EQ(traffic.arp_reply(2, 1).source, kNone);
  EXPECT_EQ(traffic.arp_reply(3, 1).source, kNone) << "nobody asked";
  EXPECT_TRUE(answered(arp(1), arp(2)));
  EXPECT_EQ(engine.source_count(), 1u);
  EXPECT_EQ(engine.pair_count(), 1u);
}

TEST_F(EngineTest, CountersOfOpenAttemptsAndHandshakesSaturate) {
  for (int i = 0; i < 1000; ++i) traffic.syn(a, b, 80);
  EXPECT_EQ(source(a).tcp_attempts, 1000u);
  for (int i = 0; i < 1000; ++i) traffic.syn_ack(b, a, 80);
  for (int i = 0; i < 1000; ++i) traffic.tcp_data(a, b, 40000, 80);
  EXPECT_EQ(source(a).tcp_handshakes, 63u);
  for (int i = 0; i < 1000; ++i) {
    traffic.syn(a, c, 80);
    traffic.syn_ack(c, a, 80);
  }
  for (int i = 0; i < 1000; ++i) traffic.tcp_data(a, c, 40000, 80);
  EXPECT_EQ(source(a).tcp_handshakes, 63u + 63u);
}

// Services.

TEST_F(EngineTest, KeepsEachServiceThatWasAskedFor) {
  EXPECT_FALSE(traffic.syn(a, b, 22).new_service) << "the first comes with the destination";
  EXPECT_TRUE(traffic.syn(a, b, 80).new_service);
  EXPECT_FALSE(traffic.syn(a, b, 80).new_service);
  EXPECT_FALSE(traffic.syn(a, b, 22).new_service);
  EXPECT_TRUE(traffic.udp(a, b, 40000, 80).new_service);
  traffic.syn_ack(b, a, 80);
  const ServiceCount count = services(a, b);
  EXPECT_EQ(count.tried, 3u);
  EXPECT_EQ(count.answered, 1u);
  EXPECT_EQ(count.failed(), 2u);
  std::string all;
  engine.for_each_service(pair_of(a, b), [&](Service service, bool answered, uint64_t) {
    all +=
        transport_name(service.transport) + std::to_string(service.port) + (answered ? "+ " : "- ");
  });
  EXPECT_EQ(all, "tcp22- tcp80+ udp80- ");
}

TEST_F(EngineTest, CountsThePacketsThatAskForEachService) {
  for (int i = 0; i < 3; ++i) traffic.syn(a, b, 22);
  for (int i = 0; i < 200; ++i) traffic.udp(a, b, 40000, 53);
  for (int i = 0; i < 2; ++i) traffic.syn(a, b, 80);
  for (int i = 0; i < 300; ++i) traffic.udp(a, c, 40000, 53);
  std::string all;
  const auto note = [&](Service service, bool, uint64_t packets) {
    all += std::to_string(service.port) + "x" + std::to_string(packets) + " ";
  };
  engine.for_each_service(pair_of(a, b), note);
  engine.for_each_service(pair_of(a, c), note);
  EXPECT_EQ(all, "22x3 53x127 80x2 53x300 ");
}

TEST_F(EngineTest, KeepsWhenEachServiceWasRequestedAndWhatCameBack) {
  const auto told = [&] {
    std::string all;
    engine.for_each_request(pair_of(a, b), [&](const Request& request) {
      all += std::to_string(request.service.port) + (request.answered ? " answered" : "") +
             (request.refused ? " refused" : "") + " frame " + std::to_string(request.first_frame) +
             "; ";
    });
    return all;
  };
  traffic.syn(a, b, 22);
  EXPECT_EQ(told(), "22 frame 1; ");
  traffic.rst(b, a, 22);
  EXPECT_EQ(told(), "22 refused frame 1; ");
  traffic.syn(a, b, 80);
  traffic.syn(a, b, 443);
  traffic.syn_ack(b, a, 80);
  traffic.rst(b, a, 443);
  traffic.syn(a, b, 8080);
  traffic.syn(a, b, 22);
  EXPECT_EQ(told(), "22 refused frame 1; 80 answered frame 3; 443 refused frame 4; 8080 frame 7; ");
}

TEST_F(EngineTest, AShortDelayIsRoundedDownByLessThanAThousandth) {
  EXPECT_LE(sizeof(ShortDelay), 2u);
  uint64_t before = 0;
  for (uint64_t delay = 0; delay < uint64_t{1} << 63; delay += 1 + delay / 97) {
    const uint64_t kept = ShortDelay::of(delay).nanoseconds();
    ASSERT_LE(kept, delay);
    ASSERT_LE(delay - kept, delay / 1000);
    ASSERT_GE(kept, before);
    before = kept;
  }
  EXPECT_GT(ShortDelay::of(UINT64_MAX).nanoseconds(), UINT64_MAX / 1000 * 999);
}

TEST_F(EngineTest, AnswersOfTheFirstServiceAreKeptWhenMoreAreAsked) {
  traffic.syn(a, b, 22);
  traffic.syn_ack(b, a, 22);
  traffic.syn(a, b, 80);
  EXPECT_EQ(services(a, b).tried, 2u);
  EXPECT_EQ(services(a, b).answered, 1u);
}

TEST_F(EngineTest, VisitsThePairsWithMoreThanOneService) {
  traffic.syn(a, b, 22);
  for (uint16_t port = 1; port <= 20; ++port) traffic.syn(a, c, port);
  int visited = 0;
  engine.for_each_pair_with_services([&](uint32_t pair, const ServiceCount& count) {
    ++visited;
    EXPECT_EQ(pair, pair_of(a, c));
    EXPECT_EQ(count.tried, 20u);
    EXPECT_EQ(count.failed(), 20u);
  });
  EXPECT_EQ(visited, 1);
}

TEST_F(EngineTest, AnAckScanAsksForEveryPortThatRefuses) {
  for (uint16_t port = 1; port <= 20; ++port) {
    traffic.tcp_data(a, b, 40000, port);
    traffic.rst(b, a, port);
  }
  EXPECT_EQ(services(a, b).tried, 20u);
  EXPECT_EQ(services(a, b).answered, 0u);
}

TEST_F(EngineTest, ADestinationThatWasNeverAskedHasNoServices) {
  traffic.syn_ack(a, b, 80);
  EXPECT_EQ(services(a, b).tried, 0u);
  int visited = 0;
  engine.for_each_service(pair_of(a, b), [&](Service, bool, uint64_t) { ++visited; });
  EXPECT_EQ(visited, 0);
}

}  // namespace
}  // namespace fanout
