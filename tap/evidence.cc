#include <algorithm>
#include <cmath>
#include <vector>

#include "verdict.h"

namespace fanout {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

// Threshold Random Walk (Jung, Paxson, Berger, Balakrishnan 2004): a first contact of a benign
// source succeeds with probability theta0 = 0.8, one of a scanner with theta1 = 0.2; the values are
// the paper's and rwscan's (SiLK). Success is split by what the source then does: it converses, it
// says no more than a probe would (three packets), or it leaves a TCP handshake half open, which
// nobody but a scanner does on purpose.
struct Outcomes {
  double fails;
  double half_open;
  double stops;
  double converses;
};
constexpr Outcomes kBenign{0.2, 0.02, 0.28, 0.5};
constexpr Outcomes kScanner{0.8, 0.1, 0.07, 0.03};
constexpr uint64_t kMostProbePackets = 3;

// Where ARP targets come from. A gateway or a busy host asks for whom others send to: rarely for
// neighbours one after the other (measured: 4 to 7 % of targets), and at most a few a second. A
// sweep asks in order, or in a burst, or both.
constexpr double kGatewayInOrder = 0.1;
constexpr double kSweepInOrder = 0.6;
constexpr double kGatewayRate = 10;  // new targets a second
constexpr double kSweepRate = 100;

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

// How one destination took one service it was asked for.
struct Request {
  Service service;
  bool contacted;
  bool answered;
  bool half_open;
  bool conversed;
};

double contact_score(const Request& request) {
  static const double kFails = std::log(kScanner.fails / kBenign.fails);
  static const double kHalfOpen = std::log(kScanner.half_open / kBenign.half_open);
  static const double kStops = std::log(kScanner.stops / kBenign.stops);
  static const double kConverses = std::log(kScanner.converses / kBenign.converses);
  if (!request.answered) return kFails;
  if (request.half_open) return kHalfOpen;
  return request.conversed ? kConverses : kStops;
}

// The walk goes service by service: a scan asks everybody the same, and what a source does
// elsewhere neither hides nor makes one.
void weigh_services(std::vector<Request>& requests, Evidence& evidence) {
  std::sort(requests.begin(), requests.end(),
            [](const Request& a, const Request& b) { return a.service < b.service; });
  for (size_t from = 0, to = 0; from < requests.size(); from = to) {
    const Service service = requests[from].service;
    uint64_t contacted = 0;
    uint64_t answered = 0;
    uint64_t half_open = 0;
    double score = 0;
    for (; to < requests.size() && requests[to].service == service; ++to) {
      if (!requests[to].contacted) continue;
      ++contacted;
      answered += requests[to].answered ? 1 : 0;
      half_open += requests[to].answered && requests[to].half_open ? 1 : 0;
      score += contact_score(requests[to]);
    }
    ++evidence.services;
    if (to - from > evidence.top_service_hosts) {
      evidence.top_service_hosts = to - from;
      evidence.top_service = service;
    }
    // Tunnels and ESP are no probes: they carry what was agreed on elsewhere, often one way.
    const bool is_probe = service.transport != Transport::kOther;
    if (is_probe && score > evidence.scan_score) {
      evidence.scan_score = score;
      evidence.scan_service = service;
      evidence.scan_contacted = contacted;
      evidence.scan_answered = answered;
      evidence.scan_half_open = half_open;
    }
  }
}

// A walk over ARP targets, by order and pace. Who is answered, or is then sent to, was looked for
// in earnest. It starts again whenever it falls below zero (Page's CUSUM 1954): what a gateway asks
// for all day does not hide a sweep.
void weigh_arp(const Engine& engine, const Source& source, std::span<const uint32_t> pairs,
               Evidence& evidence) {
  static const double kInOrder = std::log(kSweepInOrder / kGatewayInOrder);
  static const double kOutOfOrder = std::log((1 - kSweepInOrder) / (1 - kGatewayInOrder));
  static const double kNeeded = std::log(kScanner.stops / kBenign.stops);
  const uint32_t same_host =
      engine.find_source({Network::kIpv4, source.address.high, source.address.low});
  double score = 0;
  uint64_t swept = 0;
  const Pair* before = nullptr;
  for (const uint32_t number : pairs) {
    const Pair& pair = engine.pair(number);
    const Address target{Network::kIpv4, 0, pair.destination};
    const bool sent_to = same_host != kNone && engine.find_pair(same_host, target) != kNone;
    if (pair.has(Pair::kAnswered) || sent_to) {
      score += kNeeded;
      ++swept;
    } else if (before != nullptr) {
      const uint32_t step = pair.destination - before->destination;
      score += step == 1 || step == UINT32_MAX ? kInOrder : kOutOfOrder;
      // Two Poisson processes: the likelihood of this gap under each.
      const double gap =
          std::max(0.0, static_cast<double>(pair.first_time - before->first_time) / kSecond);
      score +=
          std::log(kSweepRate / kGatewayRate) - (kSweepRate - kGatewayRate) * std::min(gap, 0.1);
      ++swept;
    }
    before = &pair;
    if (score <= 0) {
      score = 0;
      swept = 0;
    }
    if (score > evidence.arp_score) {
      evidence.arp_score = score;
      evidence.arp_swept = swept + 1;
    }
  }
}

}  // namespace

Evidence gather_evidence(const Engine& engine, uint32_t number, std::span<const uint32_t> pairs,
                         uint64_t window, size_t undecided) {
  // The first port of traceroute, and as many as it can ask for (RFC 1393 and LBL's program): its
  // probes are meant to fail.
  constexpr uint16_t kTraceroute = 33434;
  constexpr uint16_t kTraceroutePorts = 255;
  const Source& source = engine.source(number);
  Evidence evidence;
  evidence.tcp_attempts = source.tcp_attempts;
  evidence.tcp_refused = source.tcp_refused;
  evidence.tcp_handshakes = source.tcp_handshakes;
  evidence.busiest_minute = busiest(engine, pairs, 60 * uint64_t{kSecond});
  if (window != 0) evidence.busiest_window = busiest(engine, pairs, window * kSecond);

  std::vector<Request> requests;
  const size_t decided = pairs.size() - std::min(undecided, pairs.size());
  for (size_t i = 0; i < pairs.size(); ++i) {
    const uint32_t pair_number = pairs[i];
    const Pair& pair = engine.pair(pair_number);
    const bool contacted = pair.has(Pair::kContacted) && (i < decided || pair.has(Pair::kAnswered));
    if (engine.destination(pair).is_multicast_or_broadcast()) {
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
    const bool half_open = contacted && pair.has(Pair::kAnswered) && !pair.took_up &&
                           source.tcp_attempts > 0 && pair.service().transport == Transport::kTcp;
    evidence.half_open += half_open ? 1 : 0;
    const bool conversed = engine.packets(pair_number) > kMostProbePackets;
    uint64_t tried = 0;
    uint64_t failed = 0;
    engine.for_each_service(pair_number, [&](Service service, bool answered) {
      requests.push_back({service, contacted, answered, half_open, conversed});
      ++tried;
      const bool is_traceroute = service.transport == Transport::kUdp &&
                                 service.port >= kTraceroute &&
                                 service.port < kTraceroute + kTraceroutePorts;
      failed += answered || is_traceroute ? 0 : 1;
    });
    evidence.services_on_one_host = std::max(evidence.services_on_one_host, tried);
    if (failed > evidence.failed_on_one_host) {
      evidence.failed_on_one_host = failed;
      evidence.failed_host = engine.destination(pair);
      evidence.failed_host_packets = engine.packets(pair_number);
    }
  }
  weigh_services(requests, evidence);
  if (source.address.network == Network::kArp) weigh_arp(engine, source, pairs, evidence);
  return evidence;
}

}  // namespace fanout
