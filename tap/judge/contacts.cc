#include "tap/judge/contacts.h"

#include <algorithm>
#include <cmath>

#include "tap/judge/parameters.h"

namespace fanout {
namespace {

constexpr double kSecond = 1e9;

// The same /16, or the /48 that a site gets for IPv6 (RFC 6177).
bool are_nearby(const Address& a, const Address& b) {
  return has_ipv6_addresses(a.network) ? a.high >> 16 == b.high >> 16 : a.low >> 16 == b.low >> 16;
}

// What is left of traceroute's probes fails because it is meant to.
bool is_traceroute(const Service& service) {
  return service.transport == Transport::kUdp && service.port >= kTraceroute &&
         service.port < kTraceroute + kTraceroutePorts;
}

// A probe of these flags that is sent more often may be a part of a connection, and so may that of
// a protocol without ports, such as a tunnel's.
uint64_t most_probes(const Host& host, const Service& service) {
  const bool is_doubtful = host.probe == Probe::kAck || host.probe == Probe::kMaimon ||
                           host.probe == Probe::kRst || service.transport == Transport::kOther;
  return is_doubtful ? kMostProbePackets : kMostTries;
}

Outcome outcome_of(const Host& host, const Service& service, bool answered, uint64_t packets) {
  if (answered) {
    const bool left = host.half_open && has_handshake(service.transport) && packets <= kMostTries;
    if (left) return Outcome::kHalfOpen;
    return host.packets > kMostProbePackets ? Outcome::kConverses : Outcome::kStops;
  }
  if (packets > most_probes(host, service)) return Outcome::kStreams;
  if (host.probe == Probe::kQuic && service.transport == Transport::kUdp) return Outcome::kBlocked;
  const double pauses = static_cast<double>(host.packets - 1) * kAgainPause * kSecond;
  const bool is_again = packets >= kFewestAgain && static_cast<double>(host.span) >= pauses;
  return is_again ? Outcome::kAgain : Outcome::kFails;
}

double odds(uint64_t count, double one, double other) {
  return count == 0 ? 0 : static_cast<double>(count) * std::log(one / other);
}

}  // namespace

Host host_of(const Engine& engine, uint32_t number, bool contacted, bool one_way) {
  const Pair& pair = engine.pair(number);
  const bool answered = pair.has(Pair::kAnswered);
  Host host;
  host.address = engine.destination(pair);
  host.packets = engine.packets(number);
  host.span = pair.span();
  host.probe = pair.probe();
  host.service = pair.service();
  host.half_open = contacted && answered && pair.connected == 0 && pair.bare == 0 &&
                   has_handshake(pair.service().transport);
  host.answered = answered && !host.half_open;
  host.contacted = contacted && (answered || !one_way);
  host.same_port = pair.same_port != 0;
  return host;
}

void ContactTest::Contacts::add(const Host& host, Outcome outcome) {
  nearby += contacted > 0 && are_nearby(before, host.address) ? 1 : 0;
  before = host.address;
  ++contacted;
  ++outcomes[static_cast<int>(outcome)];
  same_port += outcome == Outcome::kFails && host.same_port ? 1 : 0;
}

void ContactTest::add(const Host& host, Service service, bool answered, uint64_t packets) {
  Contacts& contacts = services_[service];
  ++contacts.hosts;
  // Who was reached by one service is no failure by another: QUIC is often blocked, TCP is not.
  if (!host.contacted || (host.answered && !answered) || is_traceroute(service)) return;
  contacts.add(host, outcome_of(host, service, answered, packets));
}

void ContactTest::add(const Host& host) {
  if (!host.contacted || is_traceroute(host.service)) return;
  const bool answered = host.answered || host.half_open;
  const Outcome outcome = outcome_of(host, host.service, answered, host.packets);
  all_.add(host, outcome);
  if (outcome == Outcome::kStops || outcome == Outcome::kConverses) return;
  ++failed_first_[host.service];
}

// The logarithm of the likelihood that a source of this kind has these contacts.
double ContactTest::likelihood(const SourceKind& kind, const Contacts& contacts) {
  const auto term = [](uint64_t count, double probability) {
    return static_cast<double>(count) * std::log(probability);
  };
  const double probabilities[] = {kind.fails,     kind.again, kind.blocked,  kind.streams,
                                  kind.half_open, kind.stops, kind.converses};
  double sum = std::log(kind.prior) + term(contacts.nearby, kind.nearby) +
               term(contacts.contacted - 1 - contacts.nearby, 1 - kind.nearby);
  for (int i = 0; i < kOutcomes; ++i) sum += term(contacts.outcomes[i], probabilities[i]);
  return sum;
}

double ContactTest::score(const Contacts& contacts) {
  if (contacts.contacted == 0) return 0;
  // From a port to the same port either side may have begun: if nobody answers, perhaps each of
  // these packets is an answer.
  if (contacts.answered() == 0 && 2 * contacts.same_port > contacts.contacted) return 0;
  return std::max(likelihood(kSweeper, contacts), likelihood(kProber, contacts)) -
         std::max({likelihood(kClient, contacts), likelihood(kMonitor, contacts),
                   likelihood(kPeer, contacts)});
}

// The odds that what fails belongs together: a scan requests one service, a peer-to-peer client
// whatever port its peers chose.
double ContactTest::concentration(Service service, const Contacts& contacts) const {
  const uint64_t there = contacts.failed();
  const uint64_t all = std::max(there, all_.failed());
  const uint64_t elsewhere = all - there;
  const double same = odds(there, kScannerSameService, kPeerSameService) +
                      odds(elsewhere, 1 - kScannerSameService, 1 - kPeerSameService);
  if (may_be_peers(service) || there == 0) return same;
  // Whatever the source does besides: so many on one well-known port are no peers.
  const double share = static_cast<double>(there) / static_cast<double>(all);
  if (share <= kPeerWellKnown) return same;
  return std::max(
      same, odds(there, share, kPeerWellKnown) + odds(elsewhere, 1 - share, 1 - kPeerWellKnown));
}

// The same odds where a few services are requested, by how often the next was requested before.
double ContactTest::repetition() const {
  if (failed_first_.empty()) return 0;
  double sum = odds(failed_first_.size() - 1, 1 - kScannerRepeats, 1 - kPeerRepeats);
  for (const auto& [service, hosts] : failed_first_) {
    sum +=
        odds(hosts - 1, kScannerRepeats, is_well_known(service) ? kPeerRepeats : kPeerRepeatsOwn);
  }
  return sum;
}

void ContactTest::conclude(Evidence& evidence) const {
  evidence.services = services_.size();
  ThingCounts things;
  for (const auto& [service, contacts] : services_) things.add(service);
  evidence.things = things.things();
  double best = 0;
  const auto note = [&](const Service& service, const Contacts& contacts, double concentrated) {
    const double score = ContactTest::score(contacts);
    if (score <= 0 || std::min(score, concentrated) <= best) return false;
    best = std::min(score, concentrated);
    evidence.scan_score = score;
    evidence.scan_concentration = concentrated;
    evidence.scan_service = service;
    evidence.scan_services = 1;
    evidence.scan_contacted = contacts.contacted;
    evidence.scan_answered = contacts.answered();
    evidence.scan_half_open = contacts.of(Outcome::kHalfOpen);
    return true;
  };
  for (const auto& [service, contacts] : services_) {
    if (contacts.hosts > evidence.top_service_hosts) {
      evidence.top_service_hosts = contacts.hosts;
      evidence.top_service = service;
    }
    if (contacts.contacted > 0) note(service, contacts, concentration(service, contacts));
  }
  const bool is_decided = best > accusing_score();
  if (is_decided || failed_first_.size() < 2) return;
  if (note(evidence.top_service, all_, repetition())) {
    evidence.scan_services = failed_first_.size();
  }
}

}  // namespace fanout
