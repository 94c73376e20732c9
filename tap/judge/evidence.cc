#include "tap/judge/evidence.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "tap/judge/parameters.h"

namespace fanout {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

// The most pairs first seen within `window` nanoseconds, in the order of arrival: a time that goes
// backwards counts with those before it.
uint64_t busiest(const Engine& engine, std::span<const uint32_t> pairs, uint64_t window) {
  size_t from = 0;
  size_t most = 0;
  for (size_t to = 0; to < pairs.size(); ++to) {
    const int64_t now = engine.pair(pairs[to]).first_time;
    for (; from < to; ++from) {
      const int64_t then = engine.pair(pairs[from]).first_time;
      if (now <= then || static_cast<uint64_t>(now) - static_cast<uint64_t>(then) < window) break;
    }
    most = std::max(most, to - from + 1);
  }
  return most;
}

// The contacts that asked for one service.
struct Asked {
  uint64_t hosts = 0;  // with those that are no first contacts
  uint64_t contacted = 0;
  uint64_t fails = 0;
  uint64_t streams = 0;
  uint64_t half_open = 0;
  uint64_t stops = 0;
  uint64_t converses = 0;
  uint64_t nearby = 0;
  uint64_t same_port = 0;  // of those that fail, from a UDP port to the same port
  Address before;

  uint64_t answered() const { return half_open + stops + converses; }
};

// The same /16, or the /48 that a site gets for IPv6 (RFC 6177).
bool are_nearby(const Address& a, const Address& b) {
  return a.network == Network::kIpv6 ? a.high >> 16 == b.high >> 16 : a.low >> 16 == b.low >> 16;
}

// The logarithm of the likelihood that a source of this kind has these contacts.
double likelihood(const Kind& kind, const Asked& asked) {
  const auto term = [](uint64_t count, double probability) {
    return static_cast<double>(count) * std::log(probability);
  };
  return std::log(kind.prior) + term(asked.fails, kind.fails) + term(asked.streams, kind.streams) +
         term(asked.half_open, kind.half_open) + term(asked.stops, kind.stops) +
         term(asked.converses, kind.converses) + term(asked.nearby, kind.nearby) +
         term(asked.contacted - 1 - asked.nearby, 1 - kind.nearby);
}

// A sequential test on first contacts after Threshold Random Walk (Jung, Paxson, Berger,
// Balakrishnan 2004). Here a success is told by what the source then does, and of both sides there
// are kinds, which also differ in where they go next.
double scan_score(const Asked& asked) {
  // From a port to the same port either side may have begun: if nobody answers, perhaps each of
  // these packets is an answer.
  if (asked.answered() == 0 && 2 * asked.same_port > asked.contacted) return 0;
  return std::max(likelihood(kSweeper, asked), likelihood(kProber, asked)) -
         std::max(
             {likelihood(kClient, asked), likelihood(kMonitor, asked), likelihood(kPeer, asked)});
}

// How one destination took what it was asked for.
struct Host {
  Address address;
  uint64_t packets;  // sent to it, for any service
  bool contacted;
  bool answered;  // and taken up, for whatever service
  bool same_port;
  uint64_t tried = 0;  // services
  uint64_t failed = 0;
  uint64_t silent_udp = 0;
  uint64_t answered_udp = 0;

  // Media have a port for control beside each, which is often silent.
  uint64_t all_failed() const { return failed + (silent_udp > answered_udp ? silent_udp : 0); }
};

void weigh_contact(Asked& asked, const Host& host, bool answered, bool streams, bool half_open) {
  ++asked.hosts;
  // Who was reached by one service is no failure by another: QUIC is often blocked, TCP is not.
  if (!host.contacted || (host.answered && !answered)) return;
  asked.nearby += asked.contacted > 0 && are_nearby(asked.before, host.address) ? 1 : 0;
  asked.before = host.address;
  ++asked.contacted;
  if (streams) {
    ++asked.streams;
  } else if (!answered) {
    ++asked.fails;
    asked.same_port += host.same_port ? 1 : 0;
  } else if (half_open) {
    ++asked.half_open;
  } else {
    ++(host.packets > kMostProbePackets ? asked.converses : asked.stops);
  }
}

void weigh_port(Host& host, Service service, bool answered, bool streams, bool half_open) {
  ++host.tried;
  if (streams) return;
  if (service.transport != Transport::kUdp) {
    host.failed += answered && !half_open ? 0 : 1;
  } else if (answered) {
    ++host.answered_udp;
  } else if (service.port < kTraceroute || service.port >= kTraceroute + kTraceroutePorts) {
    ++host.silent_udp;
  }
}

using Services = std::map<Service, Asked>;

// The test goes service by service: a scan asks everybody the same, and what a source does
// elsewhere neither hides nor makes one.
void weigh_services(const Services& services, Evidence& evidence) {
  evidence.services = services.size();
  for (const auto& [service, asked] : services) {
    if (asked.hosts > evidence.top_service_hosts) {
      evidence.top_service_hosts = asked.hosts;
      evidence.top_service = service;
    }
    // Tunnels and ESP are no probes: they carry what was agreed on elsewhere, often one way.
    if (service.transport == Transport::kOther || asked.contacted == 0) continue;
    const double score = scan_score(asked);
    if (score <= evidence.scan_score) continue;
    evidence.scan_score = score;
    evidence.scan_service = service;
    evidence.scan_contacted = asked.contacted;
    evidence.scan_answered = asked.answered();
    evidence.scan_half_open = asked.half_open;
  }
}

// A walk that starts again whenever it falls below zero (Page's CUSUM 1954): what a gateway asks
// for all day does not hide a sweep.
class Walk {
 public:
  void step(double score) {
    score_ += score;
    ++steps_;
    if (score_ <= 0) {
      score_ = 0;
      steps_ = 0;
    }
    if (score_ > highest_) {
      highest_ = score_;
      steps_to_highest_ = steps_;
    }
  }
  double highest() const { return highest_; }
  uint64_t steps_to_highest() const { return steps_to_highest_; }

 private:
  double score_ = 0;
  uint64_t steps_ = 0;
  double highest_ = 0;
  uint64_t steps_to_highest_ = 0;
};

// Walks over ARP targets, one by order and one by pace. Who is answered, or is then sent to, was
// looked for in earnest.
void weigh_arp(const Engine& engine, const Source& source, std::span<const uint32_t> pairs,
               Evidence& evidence) {
  static const double kInOrder = std::log(kSweepInOrder / kGatewayInOrder);
  static const double kOutOfOrder = std::log((1 - kSweepInOrder) / (1 - kGatewayInOrder));
  static const double kNeeded = std::log(kSweepNeeded / kGatewayNeeded);
  const uint32_t same_host =
      engine.find_source({Network::kIpv4, source.address.high, source.address.low});
  Walk by_order;
  Walk by_pace;
  const Pair* before = nullptr;
  for (const uint32_t number : pairs) {
    const Pair& pair = engine.pair(number);
    const Address target{Network::kIpv4, 0, pair.destination};
    const bool sent_to = same_host != kNone && engine.find_pair(same_host, target) != kNone;
    if (pair.has(Pair::kAnswered) || sent_to) {
      by_order.step(kNeeded);
      by_pace.step(kNeeded);
    } else if (before != nullptr) {
      const uint32_t step = pair.destination - before->destination;
      by_order.step(step == 1 || step == UINT32_MAX ? kInOrder : kOutOfOrder);
      // Two Poisson processes: the likelihood of this gap under each.
      const uint64_t nanoseconds =
          pair.first_time <= before->first_time
              ? 0
              : static_cast<uint64_t>(pair.first_time) - static_cast<uint64_t>(before->first_time);
      const double gap = static_cast<double>(nanoseconds) / kSecond;
      by_pace.step(std::log(kSweepRate / kGatewayRate) -
                   (kSweepRate - kGatewayRate) * std::min(gap, 0.1));
    }
    before = &pair;
  }
  const Walk& walk = by_order.highest() > by_pace.highest() ? by_order : by_pace;
  evidence.arp_score = walk.highest();
  evidence.arp_swept = walk.highest() > 0 ? walk.steps_to_highest() + 1 : 0;
}

}  // namespace

Evidence gather_evidence(const Engine& engine, uint32_t number, std::span<const uint32_t> pairs,
                         uint64_t window, size_t undecided) {
  const Source& source = engine.source(number);
  Evidence evidence;
  evidence.tcp_attempts = source.tcp_attempts;
  evidence.tcp_refused = source.tcp_refused;
  evidence.tcp_handshakes = source.tcp_handshakes;
  evidence.busiest_minute = busiest(engine, pairs, 60 * uint64_t{kSecond});
  if (window != 0) evidence.busiest_window = busiest(engine, pairs, window * kSecond);

  Services services;
  const size_t decided = pairs.size() - std::min(undecided, pairs.size());
  for (size_t i = 0; i < pairs.size(); ++i) {
    const uint32_t pair_number = pairs[i];
    const Pair& pair = engine.pair(pair_number);
    const Address destination = engine.destination(pair);
    const bool contacted = pair.has(Pair::kContacted) && (i < decided || pair.has(Pair::kAnswered));
    if (destination.is_multicast_or_broadcast()) {
      ++evidence.multicast;
      continue;
    }
    evidence.contacted += contacted ? 1 : 0;
    evidence.answered += pair.has(Pair::kAnswered) ? 1 : 0;
    evidence.replied += pair.has(Pair::kReplying) ? 1 : 0;
    if (pair.has(Pair::kUnsolicited)) {
      const bool is_udp = pair.service().transport == Transport::kUdp;
      ++(is_udp ? evidence.served : evidence.unsolicited);
    } else if (!contacted && !pair.has(Pair::kReplying)) {
      ++(pair.has(Pair::kServed) ? evidence.served : evidence.cut_off);
    }
    const bool half_open = contacted && pair.has(Pair::kAnswered) && pair.took_up == 0 &&
                           source.tcp_attempts > 0 && pair.service().transport == Transport::kTcp;
    Host host{destination, engine.packets(pair_number), contacted,
              pair.has(Pair::kAnswered) && !half_open, pair.same_port != 0};
    evidence.half_open += half_open ? 1 : 0;
    if (source.address.network == Network::kArp) continue;
    engine.for_each_service(pair_number, [&](Service service, bool answered, uint64_t packets) {
      const bool streams = !answered && packets > kMostTries;
      const bool left = half_open && service.transport == Transport::kTcp && packets <= kMostTries;
      weigh_contact(services[service], host, answered, streams, left);
      weigh_port(host, service, answered, streams, left);
    });
    evidence.services_on_one_host = std::max(evidence.services_on_one_host, host.tried);
    if (host.all_failed() > evidence.failed_on_one_host) {
      evidence.failed_on_one_host = host.all_failed();
      evidence.failed_host = destination;
      evidence.failed_host_packets = host.packets;
    }
  }
  weigh_services(services, evidence);
  if (source.address.network == Network::kArp) weigh_arp(engine, source, pairs, evidence);
  return evidence;
}

}  // namespace fanout
