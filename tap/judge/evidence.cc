#include "tap/judge/evidence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "tap/judge/contacts.h"
#include "tap/judge/parameters.h"
#include "tap/judge/ports.h"
#include "tap/judge/resolving.h"
#include "tap/judge/targets.h"

namespace fanout {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

// The pairs in the order of time, which is that of arrival but in merged captures, and in those of
// several interfaces.
std::vector<Sighting> in_order_of_time(const Engine& engine, std::span<const uint32_t> pairs) {
  std::vector<Sighting> sightings;
  sightings.reserve(pairs.size());
  int64_t time = kNoTime;
  for (const uint32_t pair : pairs) {
    if (engine.pair(pair).first_time != kNoTime) time = engine.pair(pair).first_time;
    sightings.push_back({pair, time});
  }
  const auto is_earlier = [](const Sighting& a, const Sighting& b) { return a.time < b.time; };
  if (!std::is_sorted(sightings.begin(), sightings.end(), is_earlier)) {
    std::stable_sort(sightings.begin(), sightings.end(), is_earlier);
  }
  return sightings;
}

// The most pairs first seen within `window` nanoseconds.
uint64_t busiest(std::span<const Sighting> sightings, uint64_t window) {
  size_t from = 0;
  size_t most = 0;
  for (size_t to = 0; to < sightings.size(); ++to) {
    const auto now = static_cast<uint64_t>(sightings[to].time);
    while (now - static_cast<uint64_t>(sightings[from].time) >= window) ++from;
    most = std::max(most, to - from + 1);
  }
  return most;
}

// Whether the other side of a source's conversations was captured: by the odds of what was heard.
// Download streams of which only the bare acknowledgements were captured are such conversations.
bool is_one_way(uint64_t talked, uint64_t heard) {
  static const double kUnheard = std::log((1 - kHeardOneWay) / (1 - kHeardBothWays));
  static const double kHeard = std::log(kHeardOneWay / kHeardBothWays);
  return static_cast<double>(talked - heard) * kUnheard + static_cast<double>(heard) * kHeard +
             std::log(kOneWayPrior) >
         0;
}

bool is_bare_stream(const Engine& engine, uint32_t number) {
  const Pair& pair = engine.pair(number);
  return pair.bare != 0 && pair.probe() == Probe::kAck && !pair.has(Pair::kPorts) &&
         engine.packets(number) > kMostTries;
}

// The tool whose probes nearly all of the source's look like.
Tool tool_of_probes(const Engine& engine, uint32_t number) {
  const uint32_t probes = engine.source(number).probes;
  if (probes < kFewestToolProbes) return Tool::kNone;
  const std::array<uint32_t, kTools> counts = engine.probes_of(number);
  const auto most = std::max_element(counts.begin(), counts.end());
  const bool nearly_all = static_cast<double>(*most) >= kToolShare * static_cast<double>(probes);
  return nearly_all ? static_cast<Tool>(most - counts.begin()) : Tool::kNone;
}

// Gathers what one pair after the other says.
class Gathering {
 public:
  Gathering(const Engine& engine, uint32_t source, Evidence& evidence)
      : engine_(engine), source_(engine.source(source)), evidence_(evidence) {}

  void add(const Sighting& sighting, bool is_decided) {
    const Pair& pair = engine_.pair(sighting.pair);
    const Address destination = engine_.destination(pair);
    if (pair.spoke == 0) {
      ++(pair.probe() == Probe::kError ? evidence_.errors
         : pair.has(Pair::kReplying)   ? evidence_.replied
                                       : evidence_.discovery);
      return;
    }
    if (destination.is_multicast_or_broadcast()) {
      ++evidence_.multicast;
      return;
    }
    const bool answered = pair.has(Pair::kAnswered);
    const bool contacted = pair.has(Pair::kContacted) && (is_decided || answered);
    count(pair, contacted);
    if (contacted) contacted_.push_back(sighting);
    if (resolves_addresses(source_.address.network)) return;

    const Host host = host_of(engine_, sighting.pair, contacted, evidence_.one_way);
    evidence_.half_open += host.half_open ? 1 : 0;
    add_services(sighting.pair, host, contacted);
  }

  void conclude() {
    contacts_.conclude(evidence_);
    std::sort(evidence_.failed_hosts.begin(), evidence_.failed_hosts.end(),
              [](const ScannedHost& a, const ScannedHost& b) {
                return a.failed != b.failed ? a.failed > b.failed : a.address < b.address;
              });
    describe();
  }

 private:
  void count(const Pair& pair, bool contacted) {
    evidence_.contacted += contacted ? 1 : 0;
    evidence_.answered += pair.has(Pair::kAnswered) ? 1 : 0;
    evidence_.replied += pair.has(Pair::kReplying) ? 1 : 0;
    if (pair.has(Pair::kUnsolicited)) {
      const bool is_udp = pair.service().transport == Transport::kUdp;
      ++(is_udp ? evidence_.served : evidence_.unsolicited);
    } else if (!pair.has(Pair::kContacted) && !pair.has(Pair::kReplying)) {
      ++(pair.has(Pair::kServed) ? evidence_.served : evidence_.cut_off);
    }
  }

  void add_services(uint32_t pair, const Host& host, bool contacted) {
    PortTest ports;
    engine_.for_each_service(pair, [&](Service service, bool answered, uint64_t packets) {
      contacts_.add(host, service, answered, packets);
      const bool left = host.half_open && has_handshake(service.transport) && packets <= kMostTries;
      ports.add(service, answered, left, packets);
    });
    if (engine_.pair(pair).has(Pair::kAsked)) contacts_.add(host);
    evidence_.services_on_one_host = std::max(evidence_.services_on_one_host, ports.tried());
    if (ports.failed() > evidence_.failed_on_one_host) {
      evidence_.failed_on_one_host = ports.failed();
      evidence_.failed_host = host.address;
      evidence_.failed_host_packets = host.packets;
    }
    if (ports.failed() < 2) return;
    const double score = contacted ? ports.score(host.packets, engine_.services(pair).lasted) : 0;
    evidence_.failed_hosts.push_back(
        {host.address, ports.things(), ports.tried(), ports.failed(), host.packets, score});
  }

  // Describes the targets of a scan: the hosts of which its service was requested.
  void describe() {
    const bool is_of_one = evidence_.scan_services == 1;
    if (is_of_one) {
      std::erase_if(contacted_, [this](const Sighting& sighting) {
        bool asked = false;
        engine_.for_each_service(sighting.pair, [&](Service service, bool, uint64_t) {
          asked |= service == evidence_.scan_service;
        });
        return !asked;
      });
    }
    evidence_.targets = describe_targets(engine_, source_.address, contacted_);
  }

  const Engine& engine_;
  const Source& source_;
  Evidence& evidence_;
  ContactTest contacts_;
  std::vector<Sighting> contacted_;
};

}  // namespace

const char* things_name(Things things, bool is_one) {
  switch (things) {
    case Things::kPorts:
      return is_one ? "port" : "ports";
    case Things::kProtocols:
      return is_one ? "IP protocol" : "IP protocols";
    case Things::kIcmpTypes:
      return is_one ? "ICMP type" : "ICMP types";
    case Things::kServices:
      break;
  }
  return is_one ? "service" : "services";
}

void ThingCounts::add(const Service& service) {
  switch (service.transport) {
    case Transport::kOther:
      ++protocols;
      break;
    case Transport::kIcmp:
      ++icmp_types;
      break;
    case Transport::kTcp:
    case Transport::kUdp:
    case Transport::kSctp:
      ++ports;
      break;
  }
}

Things ThingCounts::things() const {
  const uint64_t all = ports + protocols + icmp_types;
  if (2 * protocols > all) return Things::kProtocols;
  if (ports == all) return Things::kPorts;
  return icmp_types == all ? Things::kIcmpTypes : Things::kServices;
}

uint64_t Targets::block_size() const {
  const unsigned bits = has_ipv6_addresses(block.network) ? 128 : 32;
  return prefix == 0 ? 0 : uint64_t{1} << (bits - prefix);
}

double accusing_score() {
  static const double kScore = std::log(kBeta / kAlpha);
  return kScore;
}

bool is_address_scan(const Evidence& evidence) {
  return evidence.scan_score > accusing_score() && evidence.scan_concentration > accusing_score();
}

std::vector<ScannedHost> scanned_hosts(const Evidence& evidence, uint64_t ports) {
  std::vector<ScannedHost> hosts;
  for (const ScannedHost& host : evidence.failed_hosts) {
    const bool by_odds = ports <= kDefaultPorts && host.score > accusing_score();
    if (host.failed > ports || by_odds) hosts.push_back(host);
  }
  return hosts;
}

bool is_captured_one_way(const Engine& engine, const Source& source, uint64_t streams) {
  return is_one_way(source.talked + streams, source.heard) ||
         is_one_way(engine.talked(), engine.heard());
}

Evidence gather_evidence(const Engine& engine, uint32_t number, std::span<const uint32_t> pairs,
                         uint64_t window, size_t undecided) {
  const Source& source = engine.source(number);
  const std::vector<Sighting> sightings = in_order_of_time(engine, pairs);
  Evidence evidence;
  evidence.tcp_attempts = source.tcp_attempts;
  evidence.tcp_refused = source.tcp_refused;
  evidence.tcp_handshakes = source.tcp_handshakes;
  evidence.tool = tool_of_probes(engine, number);
  evidence.busiest_minute = busiest(sightings, 60 * kSecond);
  if (window != 0) evidence.busiest_window = busiest(sightings, window * kSecond);

  uint64_t streams = 0;
  for (const uint32_t pair : pairs) streams += is_bare_stream(engine, pair) ? 1 : 0;
  evidence.one_way = is_captured_one_way(engine, source, streams);

  Gathering gathering(engine, number, evidence);
  const std::span<const uint32_t> last = pairs.last(std::min(undecided, pairs.size()));
  for (const Sighting& sighting : sightings) {
    const bool is_decided = std::find(last.begin(), last.end(), sighting.pair) == last.end();
    gathering.add(sighting, is_decided);
  }
  gathering.conclude();
  if (resolves_addresses(source.address.network)) {
    weigh_resolving(engine, number, sightings, evidence);
  }
  return evidence;
}

}  // namespace fanout
