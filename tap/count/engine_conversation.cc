// What a packet shows of the conversation between its two hosts: who initiated contact, for which
// services, and who responded, refused or completed a handshake.
#include <algorithm>

#include "tap/count/engine_parts.h"

namespace fanout {
namespace {

constexpr uint8_t kMostOpenAttempts = (1u << 6) - 1;
constexpr uint8_t kMostOpenHandshakes = (1u << 6) - 1;
// A host that answers a packet out of nowhere with a RST was probed, not cut off in the middle of
// a conversation, if that was about all it got.
constexpr uint32_t kMostProbes = 3;

// Whether the probe can also be a part of a connection that began before the capture.
bool may_be_connected(Probe probe) {
  return probe == Probe::kAck || probe == Probe::kMaimon || probe == Probe::kRst ||
         probe == Probe::kSctpCookie;
}

// Whether more data changes nothing: most packets of most captures are data of a connection that
// is open.
bool is_settled(const Pair& pair) {
  return pair.talked != 0 && pair.bare == 0 && pair.open_handshakes == 0 &&
         pair.open_attempts == 0 && (!pair.has(Pair::kReplying) || pair.has(Pair::kCredited));
}

}  // namespace

// Notes what the packet shows of requests and responses, and returns whether it requests a
// service that the source had not yet requested of this destination, after its first.
bool Engine::weigh(Pair& pair, uint32_t number, Source& source, const Observation& observation) {
  if (observation.role == Role::kData && is_settled(pair)) return false;
  if (observation.role == Role::kError || observation.role == Role::kDiscovery) {
    if (pair.spoke == 0 && observation.role == Role::kError) {
      pair.probe_kind = static_cast<uint32_t>(observation.probe) & (kProbes - 1);
      if (observation.probe != Probe::kError) pair.flags |= Pair::kReplying;
    }
    return false;
  }
  const bool is_first = pair.spoke == 0;
  uint32_t other = is_first ? begin(pair, number, source, observation) : kNone;
  const auto opposite_pair = [&] { return is_first ? other : opposite(observation); };
  const Service asked{observation.transport, observation.destination_port};

  switch (observation.role) {
    case Role::kAsk:
      if (has_handshake(observation.transport)) {
        if (observation.transport == Transport::kTcp) increment_saturating(source.tcp_attempts);
        if (pair.open_attempts < kMostOpenAttempts) {
          pair.open_attempts = (pair.open_attempts + 1) & kMostOpenAttempts;
        }
      }
      if (pair.has_asked_first(asked)) return false;
      return ask(number, asked, observation);

    case Role::kDatagram: {
      const Service own{observation.transport, observation.source_port};
      if (pair.has(Pair::kServed) ? pair.service() == own : pair.has_asked_first(asked)) {
        return false;
      }
      return weigh_datagram(pair, number, opposite_pair(), observation);
    }
    case Role::kAnswer:
      return weigh_answer(pair, number, opposite_pair(), observation);

    case Role::kRefusal:
      return weigh_refusal(pair, number, opposite_pair(), is_first, observation);

    case Role::kData:
      if (pair.has(Pair::kReplying) && !pair.has(Pair::kCredited)) other = opposite_pair();
      return weigh_data(pair, number, source, other, observation);

    case Role::kError:
    case Role::kDiscovery:
      break;
  }
  return false;
}

// Notes which side began, from the first packet of a pair that shows it, and returns the opposite
// pair.
uint32_t Engine::begin(Pair& pair, uint32_t number, Source& source,
                       const Observation& observation) {
  const Service asked{observation.transport, observation.destination_port};
  const Service own{observation.transport, observation.source_port};
  pair.spoke = 1;
  pair.probe_kind = static_cast<uint32_t>(observation.probe) & (kProbes - 1);
  const uint32_t other = opposite(observation);
  if (other != kNone) {
    pair.flags |= Pair::kReplying;
    hear(pairs_[other]);
    return other;
  }
  if (observation.destination.is_multicast_or_broadcast()) return other;
  // The lower port is the service: a probe goes to it, an answer comes from it.
  const bool is_probe = observation.probe != Probe::kNone && own.port > asked.port;
  switch (observation.role) {
    case Role::kAsk:
    case Role::kDatagram:
      contact(pair, source, observation);
      break;
    case Role::kAnswer:
      pair.flags |= Pair::kUnsolicited;
      serve(pair, own);
      break;
    case Role::kRefusal:
      if (is_probe) {
        contact(pair, source, observation);
      } else {
        pair.flags |= Pair::kUnsolicited;
        serve(pair, own);
      }
      break;
    case Role::kData:
      if (own.port < asked.port) {
        serve(pair, own);
      } else {
        if (is_probe) contact(pair, source, observation);
        ask(number, asked, observation);
      }
      break;
    default:
      break;
  }
  return other;
}

void Engine::contact(Pair& pair, Source& source, const Observation& observation) {
  pair.flags |= Pair::kContacted;
  pair.bare = 1;
  const bool same = observation.source_port == observation.destination_port;
  pair.same_port = observation.transport == Transport::kUdp && same ? 1 : 0;
  ++source.contacted;
}

bool Engine::weigh_datagram(Pair& pair, uint32_t number, uint32_t other,
                            const Observation& observation) {
  const Service own{observation.transport, observation.source_port};
  if (other == kNone || !has_asked(other, own)) {
    return ask(number, {observation.transport, observation.destination_port}, observation);
  }
  answer(other, own);
  note_answer(other, number, own, observation);
  if (!pair.has(Pair::kAsked)) serve(pair, own);
  return false;
}

bool Engine::weigh_answer(Pair& pair, uint32_t number, uint32_t other,
                          const Observation& observation) {
  const Service own{observation.transport, observation.source_port};
  if (has_handshake(observation.transport)) settle(pair);
  if (other == kNone) return false;
  // A UDP port that was not asked only looks like a server's: NFS asks from system ports.
  if (observation.transport == Transport::kUdp && !has_asked(other, own)) {
    return ask(number, {observation.transport, observation.destination_port}, observation);
  }
  Pair& asker = pairs_[other];
  if (has_handshake(observation.transport)) settle(asker);
  answer(other, own);
  if (has_asked(other, own)) note_answer(other, number, own, observation);
  if (asker.open_attempts > 0) {
    asker.open_attempts = (asker.open_attempts - 1) & kMostOpenAttempts;
    if (asker.open_handshakes < kMostOpenHandshakes) {
      asker.open_handshakes = (asker.open_handshakes + 1) & kMostOpenHandshakes;
    }
  }
  return false;
}

bool Engine::weigh_refusal(Pair& pair, uint32_t number, uint32_t other, bool is_first,
                           const Observation& observation) {
  if (pair.bare != 0 && pair.probe() == Probe::kRst) {
    if (observation.probe != Probe::kRst) return false;
    return ask(number, {observation.transport, observation.destination_port}, observation);
  }
  if (pair.open_handshakes > 0) {
    pair.open_handshakes = (pair.open_handshakes - 1) & kMostOpenHandshakes;
  }
  if (other == kNone) return false;
  Pair& asker = pairs_[other];
  if (asker.open_attempts > 0) {
    asker.open_attempts = (asker.open_attempts - 1) & kMostOpenAttempts;
    if (observation.transport == Transport::kTcp) {
      increment_saturating(sources_[asker.source].tcp_refused);
    }
  } else if (is_first && !asker.has(Pair::kContacted) && !asker.has(Pair::kUnsolicited) &&
             packets(other) <= kMostProbes) {
    asker.flags |= Pair::kContacted;
    ++sources_[asker.source].contacted;
  }
  // A host that only refuses was probed, whatever with: an ACK scan goes from port to port.
  if (!pair.has(Pair::kAsked) && !pair.has(Pair::kCredited) && !asker.has(Pair::kUnsolicited)) {
    ask(other, {observation.transport, observation.source_port}, observation);
  }
  refuse(other, {observation.transport, observation.source_port});
  return false;
}

// `other` is only needed where this is the first data to a host that had sent first.
bool Engine::weigh_data(Pair& pair, uint32_t number, Source& source, uint32_t other,
                        const Observation& observation) {
  const Service asked{observation.transport, observation.destination_port};
  if (pair.open_handshakes > 0) {
    pair.open_handshakes = (pair.open_handshakes - 1) & kMostOpenHandshakes;
    pair.connected = 1;
    if (observation.transport == Transport::kTcp) increment_saturating(source.tcp_handshakes);
  }
  // Where the answers were not captured, the source's own ACK shows that there was one.
  const bool acknowledges = pair.has(Pair::kContacted) && !pair.has(Pair::kAnswered) &&
                            pair.open_attempts > 0 && has_opened(number, asked);
  if (acknowledges) {
    pair.connected = 1;
    answer(number, asked);
  } else if (pair.bare != 0 && observation.probe != Probe::kNone) {
    const bool is_probe = observation.source_port > observation.destination_port;
    return is_probe && !pair.has_asked_first(asked) && ask(number, asked, observation);
  }
  if (has_handshake(observation.transport)) {
    talk(pair, observation);
    settle(pair);
  }
  if (other != kNone) {
    pair.flags |= Pair::kCredited;
    if (has_handshake(observation.transport)) settle(pairs_[other]);
    answer(other, {observation.transport, observation.source_port});
  }
  return false;
}

// There is a connection between the two. What looked like a probe may have been part of it.
void Engine::settle(Pair& pair) {
  if (pair.bare == 0) return;
  pair.bare = 0;
  if (!may_be_connected(pair.probe())) return;
  Source& source = sources_[pair.source];
  --source.contacted;
  if (pair.has(Pair::kAnswered)) --source.answered;
  pair.flags &= static_cast<uint8_t>(~(Pair::kContacted | Pair::kAnswered));
  if (pair.talked == 0) {
    note_talk(pair);
    hear(pair);
  }
}

// The source sent what belongs to a connection.
void Engine::talk(Pair& pair, const Observation& observation) {
  if (pair.talked != 0) return;
  note_talk(pair);
  if (opposite(observation) != kNone) hear(pair);
}

void Engine::note_talk(Pair& pair) {
  pair.talked = 1;
  ++sources_[pair.source].talked;
  ++talked_;
}

// The other side of the connection was captured too.
void Engine::hear(Pair& pair) {
  if (pair.talked == 0 || pair.heard != 0) return;
  pair.heard = 1;
  ++sources_[pair.source].heard;
  ++heard_;
}

void Engine::serve(Pair& pair, Service own) {
  pair.flags |= Pair::kServed;
  pair.port = own.port;
  pair.transport = static_cast<uint8_t>(own.transport) & 7;
}

bool Engine::ask(uint32_t number, Service service, const Observation& observation) {
  Pair& pair = pairs_[number];
  if (!pair.has(Pair::kAsked) && !pair.has(Pair::kServed)) {
    pair.flags |= Pair::kAsked;
    pair.port = service.port;
    pair.transport = static_cast<uint8_t>(service.transport) & 7;
    return false;
  }
  if (pair.has_asked_first(service)) return false;
  const uint64_t key = service_key(number, service);
  if (pair.has(Pair::kPorts)) {
    if (const auto found = services_.find(key); found != services_.end()) {
      // What may be part of a connection counts once: by then it is known not to be.
      Asked& asked = found->second;
      if (observation.role != Role::kData) asked.opened = 1;
      if (asked.packets < kMostAskingPackets && observation.role != Role::kData) {
        asked.packets = (asked.packets + 1) & kMostAskingPackets;
      }
      return false;
    }
  }
  if (full()) {
    note_limit(observation.frame);
    return false;
  }
  PairServices& asked = per_pair_[number];
  if (!pair.has(Pair::kPorts)) {
    if (pair.has(Pair::kAsked)) {
      const bool answered = on_speaking_terms(number);
      const uint64_t before = std::min<uint64_t>(packets(number) - 1, kMostAskingPackets);
      services_.emplace(service_key(number, pair.service()),
                        Asked{.packets = static_cast<uint8_t>(before & kMostAskingPackets),
                              .answered = answered,
                              .opened = !may_be_connected(pair.probe()),
                              .refused = !answered && has_refused(number),
                              .delay = {},
                              .first_frame = pair.first_frame});
      asked.services.push_back(pair.service());
      asked.answered = answered ? 1 : 0;
    }
    pair.flags |= Pair::kPorts;
    asked.earliest = asked.latest = pair.first_time;
  }
  const bool is_later = observation.time != kNoTime && pair.first_time != kNoTime &&
                        observation.time > pair.first_time;
  const uint64_t delay =
      is_later ? static_cast<uint64_t>(observation.time) - static_cast<uint64_t>(pair.first_time)
               : 0;
  services_.emplace(key, Asked{.packets = 1,
                               .answered = 0,
                               .opened = observation.role != Role::kData,
                               .refused = 0,
                               .delay = ShortDelay::of(delay),
                               .first_frame = observation.frame});
  asked.services.push_back(service);
  if (observation.time != kNoTime) {
    if (asked.earliest == kNoTime) asked.earliest = asked.latest = observation.time;
    asked.earliest = std::min(asked.earliest, observation.time);
    asked.latest = std::max(asked.latest, observation.time);
  }
  return true;
}

// Whether the destination answered, or had sent to the source before.
bool Engine::on_speaking_terms(uint32_t number) const {
  return pairs_[number].has(Pair::kAnswered) || pairs_[number].has(Pair::kReplying);
}

bool Engine::has_asked(uint32_t number, Service service) const {
  const Pair& pair = pairs_[number];
  if (pair.has_asked_first(service)) return true;
  return pair.has(Pair::kPorts) && services_.contains(service_key(number, service));
}

// Whether the source requested a service by what opens a connection.
bool Engine::has_opened(uint32_t number, Service service) const {
  const Pair& pair = pairs_[number];
  if (!pair.has(Pair::kPorts)) {
    return pair.has_asked_first(service) && !may_be_connected(pair.probe());
  }
  const auto found = services_.find(service_key(number, service));
  return found != services_.end() && found->second.opened != 0;
}

// Notes that the destination of a pair answered, from this service of its own.
void Engine::answer(uint32_t number, Service service) {
  Pair& pair = pairs_[number];
  if (pair.has(Pair::kContacted) && !pair.has(Pair::kAnswered)) {
    pair.flags |= Pair::kAnswered;
    ++sources_[pair.source].answered;
  }
  if (!pair.has(Pair::kPorts)) return;
  const auto found = services_.find(service_key(number, service));
  if (found == services_.end() || found->second.answered != 0) return;
  found->second.answered = 1;
  ++per_pair_[number].answered;
}

// Notes that the destination of a pair refused, from this service of its own.
void Engine::refuse(uint32_t number, Service service) {
  if (!pairs_[number].has(Pair::kPorts)) return;
  const auto found = services_.find(service_key(number, service));
  if (found != services_.end()) found->second.refused = 1;
}

// Whether the destination itself sent something, which need not be an answer.
bool Engine::has_refused(uint32_t number) const {
  const uint32_t other = opposite_of(number);
  return other != kNone && (pairs_[other].spoke != 0 || pairs_[other].has(Pair::kReplying));
}

}  // namespace fanout
