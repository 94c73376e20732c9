#include "tap/count/engine.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>

namespace fanout {
namespace {

constexpr uint64_t kPacketsWrap = 1u << 16;
constexpr uint64_t kBytesWrap = 1u << 24;
constexpr uint8_t kMostOpenAttempts = (1u << 6) - 1;
constexpr uint8_t kMostOpenHandshakes = (1u << 6) - 1;
constexpr uint8_t kMostAskingPackets = (1u << 7) - 1;
// A host that answers a packet out of nowhere with a RST was probed, not cut off in the middle of
// a conversation, if that was about all it got.
constexpr uint32_t kMostProbes = 3;

uint64_t random_seed() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

// After so many equal packets the pair and its services stay as they are, because every counter of
// theirs that tells equal packets apart is at its end: from then on only kSums go on.
constexpr uint64_t kMostRepeats = kMostAskingPackets + 1;

// What a source's packets add to one by one.
constexpr uint32_t Source::*kSums[] = {&Source::tcp_attempts, &Source::tcp_refused,
                                       &Source::tcp_handshakes, &Source::missed};

void add_saturating(uint32_t& sum, uint64_t what) {
  sum = static_cast<uint32_t>(std::min<uint64_t>(sum + what, UINT32_MAX));
}

template <typename T>
void increment_saturating(T& counter, T most = std::numeric_limits<T>::max()) {
  if (counter < most) ++counter;
}

// A time span in 7 bits: units of 2^20 ns, about a millisecond, as a floating-point number with two
// bits of mantissa.
constexpr uint32_t kSpanUnit = 20;
constexpr uint32_t kMostSpan = (1u << 7) - 1;

uint32_t span_code(uint64_t nanoseconds) {
  const uint64_t units = nanoseconds >> kSpanUnit;
  if (units < 4) return static_cast<uint32_t>(units);
  const auto exponent = static_cast<uint32_t>(std::bit_width(units)) - 3;
  return std::min<uint32_t>(kMostSpan,
                            4 * (exponent + 1) + (static_cast<uint32_t>(units >> exponent) & 3));
}

uint64_t distance(int64_t one, int64_t other) {
  return one < other ? static_cast<uint64_t>(other) - static_cast<uint64_t>(one)
                     : static_cast<uint64_t>(one) - static_cast<uint64_t>(other);
}

// Whether the probe can also be a part of a connection that began before the capture.
bool may_be_connected(Probe probe) {
  return probe == Probe::kAck || probe == Probe::kMaimon || probe == Probe::kRst ||
         probe == Probe::kSctpCookie;
}

}  // namespace

uint64_t Pair::span() const {
  const uint64_t units =
      span_code < 4 ? span_code : uint64_t{4u + span_code % 4u} << (span_code / 4u - 1);
  return units << kSpanUnit;
}

Engine::Engine(const Options& options)
    : options_(options),
      seed_(random_seed()),
      services_(0, SeededHash{seed_}),
      per_pair_(0, SeededHash{seed_}),
      excess_(0, SeededHash{seed_}),
      beyond_(0, SeededHash{seed_}) {}

void Engine::count_frame(int64_t time) { count_frames(1, time, time); }

void Engine::count_frames(uint64_t frames, int64_t first_time, int64_t last_time) {
  frames_ += frames;
  if (first_time == kNoTime) return;
  if (first_time_ == kNoTime || first_time < first_time_) first_time_ = first_time;
  last_time_ = std::max(last_time_, last_time);
}

void Engine::post(const Observation& observation) {
  const auto at = [this](uint32_t number) -> Posted& { return posted_[number % kPosted]; };
  const uint32_t latest = posted_to_++;
  at(latest).observation = observation;
  load_place(at(latest));
  // What was prefetched has arrived a third of a round later, and shows what to prefetch next.
  const uint32_t before = latest - posted_from_;
  if (before >= kPosted / 3) load_pair(at(latest - kPosted / 3));
  if (before >= kPosted * 2 / 3) load_source(at(latest - kPosted * 2 / 3));
  if (before == kPosted - 1) {
    const Posted& oldest = at(posted_from_++);
    observe(oldest.observation, oldest.hash, oldest.pair);
  }
}

void Engine::flush() {
  for (; posted_from_ != posted_to_; ++posted_from_) {
    const Posted& oldest = posted_[posted_from_ % kPosted];
    observe(oldest.observation, oldest.hash, kNone);
  }
}

void Engine::load_place(Posted& posted) const {
  posted.hash = hash(posted.observation.source, posted.observation.destination);
  pair_index_.prefetch(posted.hash);
}

void Engine::load_pair(Posted& posted) const {
  posted.pair = pair_index_.find(posted.hash, [](uint32_t) { return true; });
  if (posted.pair != kNone) {
    load_early(&pairs_[posted.pair]);
  } else {
    source_index_.prefetch(hash(posted.observation.source));
  }
}

void Engine::load_source(const Posted& posted) const {
  const uint32_t source = posted.pair != kNone ? pairs_[posted.pair].source
                                               : source_index_.find(hash(posted.observation.source),
                                                                    [](uint32_t) { return true; });
  if (source == kNone) return;
  load_early(&sources_[source].address);
  load_early(&sources_[source].last_frame);
}

Engine::Seen Engine::observe(const Observation& observation) {
  return observe(observation, hash(observation.source, observation.destination), kNone);
}

Engine::Seen Engine::observe(const Observation& observation, uint32_t hash, uint32_t likely_pair) {
  const bool is_resolved =
      resolves_addresses(observation.source.network) && observation.role == Role::kAnswer;
  if (is_resolved) {
    const uint32_t asked = opposite(observation);
    if (asked != kNone) answer(asked, {observation.transport, observation.source_port});
    return {};
  }
  if (options_.unicast && observation.destination.is_multicast_or_broadcast()) return {};

  Seen seen;
  const bool guessed =
      likely_pair != kNone && is_pair(likely_pair, observation.source, observation.destination);
  seen.pair = guessed ? likely_pair : find_pair(observation.source, observation.destination, hash);
  seen.source = seen.pair != kNone ? pairs_[seen.pair].source
                                   : find_or_add_source(observation.source, observation.frame);
  if (seen.source == kNone) return seen;
  Source& source = sources_[seen.source];
  ++source.packets;
  source.bytes += observation.bytes;
  source.last_frame = observation.frame;
  if (observation.time != kNoTime) {
    if (source.first_time == kNoTime || observation.time < source.first_time) {
      source.first_time = observation.time;
    }
    source.last_time = std::max(source.last_time, observation.time);
  }

  if (seen.pair == kNone) {
    if (full()) {
      note_limit(observation.frame);
      seen.new_estimate = count_beyond_limit(seen.source, observation);
      return seen;
    }
    seen.pair = add_pair(seen.source, observation, hash);
    seen.new_destination = true;
  }
  Pair& pair = pairs_[seen.pair];
  count_packets(pair, seen.pair, 1, observation.bytes);
  if (!seen.new_destination) note_time(pair, observation.time);
  seen.new_service = weigh(pair, seen.pair, source, observation);
  return seen;
}

Engine::Seen Engine::replay(const Run& run, uint32_t first_frame, uint32_t last_frame) {
  Observation observation = run.first;
  observation.frame = first_frame;
  observation.bytes = 0;  // all bytes are added at once
  const uint32_t hash = this->hash(observation.source, observation.destination);
  const Seen seen = observe(observation, hash, kNone);
  if (run.count > 1) observe_again(observation, hash, seen, run.count - 1);
  if (seen.source == kNone) return seen;

  Source& source = sources_[seen.source];
  source.bytes += run.bytes;
  if (seen.pair != kNone) {
    Pair& pair = pairs_[seen.pair];
    count_packets(pair, seen.pair, 0, run.bytes);
    note_time(pair, run.least_time);
    note_time(pair, run.greatest_time);
  }
  if (run.least_time != kNoTime) {
    if (source.first_time == kNoTime || run.least_time < source.first_time) {
      source.first_time = run.least_time;
    }
    source.last_time = std::max(source.last_time, run.greatest_time);
  }
  if (last_frames_.size() <= seen.source) last_frames_.resize(seen.source + size_t{1});
  LastFrame& last = last_frames_[seen.source];
  if (run.end >= last.moment) last = {run.end, last_frame};
  source.last_frame = last.number;
  return seen;
}

// Observes the same so many times more.
void Engine::observe_again(const Observation& observation, uint32_t hash, const Seen& seen,
                           uint64_t times) {
  const uint64_t one_by_one = std::min(times, kMostRepeats);
  for (uint64_t i = 0; i < one_by_one; ++i) observe(observation, hash, seen.pair);
  if (seen.source == kNone || times == one_by_one) return;
  // One more shows what each of the rest adds.
  Source& source = sources_[seen.source];
  const Source before = source;
  observe(observation, hash, seen.pair);
  const uint64_t rest = times - one_by_one - 1;
  source.packets += rest;
  if (seen.pair != kNone) count_packets(pairs_[seen.pair], seen.pair, rest, 0);
  for (const auto sum : kSums) add_saturating(source.*sum, rest * (source.*sum - before.*sum));
}

uint32_t Engine::add_pair(uint32_t source, const Observation& observation, uint32_t hash) {
  const Address& destination = observation.destination;
  Pair pair{};
  pair.source = source;
  pair.destination = static_cast<uint32_t>(destination.low);
  if (has_ipv6_addresses(destination.network)) {
    const uint32_t place_hash = this->hash(destination);
    pair.destination = ipv6_index_.find(
        place_hash, [&](uint32_t place) { return ipv6_destinations_[place] == destination; });
    if (pair.destination == kNone) {
      pair.destination = ipv6_destinations_.size();
      ipv6_destinations_.push_back(destination);
      ipv6_index_.add(place_hash, pair.destination);
    }
  }
  pair.first_frame = observation.frame;
  pair.first_time = observation.time;
  const uint32_t number = pairs_.size();
  pairs_.push_back(pair);
  pair_index_.add(hash, number);
  ++sources_[source].destinations;
  if (options_.history) history_[source].push_back(number);
  return number;
}

void Engine::count_packets(Pair& pair, uint32_t number, uint64_t packets, uint64_t bytes) {
  const uint64_t sum = pair.packets + packets;
  const uint64_t sum_of_bytes = pair.bytes + bytes;
  pair.packets = sum & (kPacketsWrap - 1);
  pair.bytes = sum_of_bytes & (kBytesWrap - 1);
  if (sum >= kPacketsWrap) excess_[number].packets += sum & ~(kPacketsWrap - 1);
  if (sum_of_bytes >= kBytesWrap) excess_[number].bytes += sum_of_bytes & ~(kBytesWrap - 1);
}

void Engine::note_time(Pair& pair, int64_t time) {
  if (time == kNoTime || pair.first_time == kNoTime) return;
  const uint32_t span = span_code(distance(time, pair.first_time));
  if (span > pair.span_code) pair.span_code = span & kMostSpan;
}

// Notes what the packet shows of requests and responses, and returns whether it asks for a
// service that the source had not yet asked of this destination, after its first.
bool Engine::weigh(Pair& pair, uint32_t number, Source& source, const Observation& observation) {
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
                        Asked{static_cast<uint8_t>(before & kMostAskingPackets), answered,
                              !may_be_connected(pair.probe())});
      asked.services.push_back(pair.service());
      asked.answered = answered ? 1 : 0;
    }
    pair.flags |= Pair::kPorts;
    asked.earliest = asked.latest = pair.first_time;
  }
  services_.emplace(key, Asked{1, 0, observation.role != Role::kData});
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

// Whether the source asked for a service by what opens a connection.
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

uint32_t Engine::hash(const Address& address) const {
  const uint64_t seed = seed_ + static_cast<uint64_t>(address.network);
  return static_cast<uint32_t>(mix(address.low ^ mix(address.high ^ seed)) >> 32);
}

// A pair and its opposite differ in the lowest bit only. So they share a bucket of the index, and
// when one is looked up after the other, the bucket is already in the cache.
uint32_t Engine::hash(const Address& source, const Address& destination) const {
  const uint64_t seed = seed_ + static_cast<uint64_t>(source.network);
  uint64_t both = 0;
  bool forwards = false;
  if (has_ipv6_addresses(source.network)) {
    const uint64_t from = mix(source.low ^ mix(source.high ^ seed));
    const uint64_t to = mix(destination.low ^ mix(destination.high ^ seed));
    both = from + to;
    forwards = from < to;
  } else {
    const uint64_t there = source.low << 32 | destination.low;
    const uint64_t back = std::rotl(there, 32);
    both = std::min(there, back) ^ seed;
    forwards = there < back;
  }
  constexpr uint32_t kDirection = 1;
  return static_cast<uint32_t>(mix(both) >> 32 & ~kDirection) | (forwards ? kDirection : 0);
}

uint32_t Engine::find_source(const Address& address) const {
  return source_index_.find(hash(address),
                            [&](uint32_t number) { return sources_[number].address == address; });
}

bool Engine::is_pair(uint32_t number, const Address& source, const Address& destination) const {
  const Pair& pair = pairs_[number];
  if (sources_[pair.source].address != source) return false;
  return has_ipv6_addresses(destination.network)
             ? ipv6_destinations_[pair.destination] == destination
             : pair.destination == destination.low;
}

uint32_t Engine::find_pair(const Address& source, const Address& destination, uint32_t hash) const {
  return pair_index_.find(hash,
                          [&](uint32_t number) { return is_pair(number, source, destination); });
}

uint32_t Engine::find_pair(uint32_t number, const Address& destination) const {
  const Address& source = sources_[number].address;
  return find_pair(source, destination, hash(source, destination));
}

// The pair from the observation's destination to its source, if that has said anything, or kNone.
uint32_t Engine::opposite(const Observation& observation) const {
  const uint32_t pair = find_pair(observation.destination, observation.source,
                                  hash(observation.destination, observation.source));
  return pair != kNone && pairs_[pair].spoke != 0 ? pair : kNone;
}

uint32_t Engine::find_or_add_source(const Address& address, uint32_t frame) {
  if (last_source_ != kNone && sources_[last_source_].address == address) return last_source_;
  const uint32_t hash = this->hash(address);
  uint32_t source = source_index_.find(
      hash, [&](uint32_t number) { return sources_[number].address == address; });
  if (source == kNone) {
    if (full()) {
      note_limit(frame);
      if (late_sources_ >= reserve()) {
        if (!unlisted_) unlisted_ = std::make_unique<Sketch<14>>();
        unlisted_->add(
            mix(address.low ^ mix(address.high ^ static_cast<uint64_t>(address.network))));
        return kNone;
      }
      ++late_sources_;
    }
    source = sources_.size();
    Source fresh;
    fresh.address = address;
    fresh.first_frame = frame;
    sources_.push_back(fresh);
    source_index_.add(hash, source);
    if (options_.history) history_.emplace_back();
  }
  last_source_ = source;
  return source;
}

// Whether the source's destinations are now estimated to be more.
bool Engine::count_beyond_limit(uint32_t source, const Observation& observation) {
  const bool is_first = sources_[source].missed == 0;
  increment_saturating(sources_[source].missed);
  auto found = beyond_.find(source);
  if (found == beyond_.end()) {
    if (beyond_.size() >= reserve()) return is_first;
    found = beyond_.emplace(source, SourceSketch()).first;
  }
  const Address& destination = observation.destination;
  return found->second.add(mix(destination.low ^ mix(destination.high)));
}

void Engine::note_limit(uint32_t frame) {
  if (limit_hit_in_ == 0) limit_hit_in_ = frame;
}

// Past the limit, this many sources may still be added, and as many estimated.
uint64_t Engine::reserve() const { return std::max<uint64_t>(1024, options_.limit / 64); }

Address Engine::destination(const Pair& pair) const {
  const Network network = sources_[pair.source].address.network;
  if (has_ipv6_addresses(network)) return ipv6_destinations_[pair.destination];
  return {network, 0, pair.destination};
}

uint64_t Engine::packets(uint32_t number) const {
  const auto found = excess_.find(number);
  return pairs_[number].packets + (found == excess_.end() ? 0 : found->second.packets);
}

uint64_t Engine::bytes(uint32_t number) const {
  const auto found = excess_.find(number);
  return pairs_[number].bytes + (found == excess_.end() ? 0 : found->second.bytes);
}

ServiceCount Engine::services(uint32_t number) const {
  const Pair& pair = pairs_[number];
  if (pair.has(Pair::kPorts)) {
    const PairServices& asked = per_pair_.find(number)->second;
    const uint64_t lasted = asked.earliest == kNoTime ? 0 : distance(asked.earliest, asked.latest);
    return {static_cast<uint32_t>(asked.services.size()), asked.answered, lasted};
  }
  if (!pair.has(Pair::kAsked)) return {};
  return {1, on_speaking_terms(number) ? 1u : 0u, 0};
}

Cardinality Engine::destinations(uint32_t number) const {
  const Source& source = sources_[number];
  const uint64_t stored = source.destinations;
  if (source.missed == 0) return {stored, stored, stored};
  const auto most = static_cast<double>(source.missed);
  const auto sketch = beyond_.find(number);
  if (sketch == beyond_.end()) return {stored + 1, stored + 1, stored + source.missed};
  const double beyond = std::clamp(sketch->second.estimate(), 1.0, most);
  const double error = 3 * SourceSketch::standard_error() * beyond;
  return {stored + static_cast<uint64_t>(std::lround(beyond)),
          stored + static_cast<uint64_t>(std::clamp(std::floor(beyond - error), 1.0, most)),
          stored + static_cast<uint64_t>(std::clamp(std::ceil(beyond + error), 1.0, most))};
}

Cardinality Engine::sources_total() const {
  const uint64_t stored = source_count();
  if (!unlisted_) return {stored, stored, stored};
  const double estimate = std::max(1.0, unlisted_->estimate());
  const double error = 3 * Sketch<14>::standard_error() * estimate;
  return {stored + static_cast<uint64_t>(std::lround(estimate)),
          stored + static_cast<uint64_t>(std::max(1.0, std::floor(estimate - error))),
          stored + static_cast<uint64_t>(std::ceil(estimate + error)) + 1};
}

size_t Engine::memory() const {
  size_t bytes = pairs_.memory() + pair_index_.memory() + sources_.memory() +
                 source_index_.memory() + ipv6_destinations_.memory() + ipv6_index_.memory();
  bytes += services_.bucket_count() * 17 + services_.size() * sizeof(Service);
  bytes += per_pair_.bucket_count() * (sizeof(PairServices) + 9);
  bytes += excess_.bucket_count() * (sizeof(Excess) + 9);
  bytes += beyond_.bucket_count() * (sizeof(SourceSketch) + 5);
  for (const auto& pairs : history_)
    bytes += sizeof(std::vector<uint32_t>) + pairs.capacity() * sizeof(uint32_t);
  return bytes;
}

}  // namespace fanout
