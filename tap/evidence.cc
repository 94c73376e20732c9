#include <algorithm>
#include <vector>

#include "verdict.h"

namespace fanout {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

// The most pairs first seen within `window` nanoseconds. In the order of arrival: a time that goes
// backwards counts with those before it.
uint64_t busiest(const Engine& engine, std::span<const uint32_t> pairs, uint64_t window) {
  size_t from = 0;
  size_t most = 0;
  for (size_t to = 0; to < pairs.size(); ++to) {
    const int64_t now = engine.pair(pairs[to]).first_time;
    if (now == kNoTime) continue;
    while (from < to) {
      const int64_t then = engine.pair(pairs[from]).first_time;
      const bool is_within =
          then != kNoTime &&
          (now <= then || static_cast<uint64_t>(now) - static_cast<uint64_t>(then) < window);
      if (is_within) break;
      ++from;
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
};

void weigh_services(std::vector<Request>& requests, Evidence& evidence) {
  std::sort(requests.begin(), requests.end(),
            [](const Request& a, const Request& b) { return a.service < b.service; });
  uint64_t worst_failed = 0;
  for (size_t from = 0, to = 0; from < requests.size(); from = to) {
    uint64_t contacted = 0;
    uint64_t answered = 0;
    for (; to < requests.size() && requests[to].service == requests[from].service; ++to) {
      contacted += requests[to].contacted ? 1 : 0;
      answered += requests[to].contacted && requests[to].answered ? 1 : 0;
    }
    ++evidence.services;
    if (to - from > evidence.top_service_hosts) {
      evidence.top_service_hosts = to - from;
      evidence.top_service = requests[from].service;
    }
    if (contacted - answered > worst_failed) {
      worst_failed = contacted - answered;
      evidence.worst_service = requests[from].service;
      evidence.worst_contacted = contacted;
      evidence.worst_answered = answered;
    }
  }
}

void weigh_arp(const Engine& engine, const Source& source, std::span<const uint32_t> pairs,
               Evidence& evidence) {
  const uint32_t same_host =
      engine.find_source({Network::kIpv4, source.address.high, source.address.low});
  uint32_t before = 0;
  bool first = true;
  for (const uint32_t number : pairs) {
    const uint32_t target = engine.pair(number).destination;
    if (!first && (target == before + 1 || target + 1 == before)) ++evidence.arp_in_order;
    before = target;
    first = false;
    if (same_host == kNone) continue;
    if (engine.find_pair(same_host, {Network::kIpv4, 0, target}) != kNone) ++evidence.arp_sent_to;
  }
}

}  // namespace

Evidence gather_evidence(const Engine& engine, uint32_t number, std::span<const uint32_t> pairs,
                         uint64_t window) {
  const Source& source = engine.source(number);
  Evidence evidence;
  evidence.tcp_attempts = source.tcp_attempts;
  evidence.tcp_refused = source.tcp_refused;
  evidence.tcp_handshakes = source.tcp_handshakes;
  evidence.busiest_minute = busiest(engine, pairs, 60 * kSecond);
  if (window != 0) evidence.busiest_window = busiest(engine, pairs, window * kSecond);

  std::vector<Request> requests;
  for (const uint32_t pair_number : pairs) {
    const Pair& pair = engine.pair(pair_number);
    const bool contacted = pair.has(Pair::kContacted);
    evidence.contacted += contacted ? 1 : 0;
    evidence.answered += pair.has(Pair::kAnswered) ? 1 : 0;
    evidence.replied += pair.has(Pair::kReplying) ? 1 : 0;
    evidence.unsolicited += pair.has(Pair::kUnsolicited) ? 1 : 0;
    if (engine.destination(pair).is_multicast_or_broadcast()) {
      ++evidence.multicast;
      continue;
    }
    engine.for_each_service(pair_number, [&](Service service, bool answered) {
      requests.push_back({service, contacted, answered});
    });
    const ServiceCount count = engine.services(pair_number);
    evidence.services_on_one_host = std::max<uint64_t>(evidence.services_on_one_host, count.tried);
    if (count.failed() > evidence.failed_on_one_host) {
      evidence.failed_on_one_host = count.failed();
      evidence.failed_host = engine.destination(pair);
    }
  }
  weigh_services(requests, evidence);
  if (source.address.network == Network::kArp) weigh_arp(engine, source, pairs, evidence);
  return evidence;
}

}  // namespace fanout
