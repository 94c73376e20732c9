#include "tap/count/engine.h"

#include <algorithm>
#include <bit>
#include <random>

#include "tap/count/engine_parts.h"

namespace fanout {
namespace {

constexpr uint64_t kPacketsWrap = 1u << 16;
constexpr uint64_t kBytesWrap = 1u << 24;

uint64_t random_seed() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

// After so many equal packets the pair and its services stay as they are, because every counter of
// theirs on which equal packets may act differently is at its end: from then on only kSums grow.
constexpr uint64_t kMostRepeats = kMostAskingPackets + 1;

// What a source's packets add to one by one.
constexpr uint32_t Source::*kSums[] = {&Source::tcp_attempts, &Source::tcp_refused,
                                       &Source::tcp_handshakes, &Source::missed};

void add_saturating(uint32_t& sum, uint64_t what) {
  sum = static_cast<uint32_t>(std::min<uint64_t>(sum + what, UINT32_MAX));
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

}  // namespace

uint64_t Pair::span() const {
  const uint64_t units =
      span_code < 4 ? span_code : uint64_t{4u + span_code % 4u} << (span_code / 4u - 1);
  return units << kSpanUnit;
}

ShortDelay ShortDelay::of(uint64_t nanoseconds) {
  constexpr int kMantissa = 10;
  if (nanoseconds >> kMantissa == 0) return {static_cast<uint16_t>(nanoseconds)};
  const int exponent = std::bit_width(nanoseconds) - kMantissa;
  const uint64_t mantissa = nanoseconds >> (exponent - 1) & ((1u << kMantissa) - 1);
  return {static_cast<uint16_t>(uint64_t{static_cast<uint64_t>(exponent)} << kMantissa | mantissa)};
}

uint64_t ShortDelay::nanoseconds() const {
  constexpr int kMantissa = 10;
  const int exponent = code >> kMantissa;
  if (exponent == 0) return code;
  const uint64_t mantissa = (code & ((1u << kMantissa) - 1)) | 1u << kMantissa;
  return mantissa << (exponent - 1);
}

Engine::Engine(const Options& options)
    : options_(options),
      seed_(random_seed()),
      services_(0, SeededHash{seed_}),
      per_pair_(0, SeededHash{seed_}),
      by_tool_(0, SeededHash{seed_}),
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
  if (seen.source == kNone) {
    count_unstored(observation);
    return seen;
  }
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
      count_unstored(observation);
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
  if (seen.new_destination || seen.new_service) count_probe(seen, source, observation);
  if (observation.payload == 0) return seen;
  const uint32_t number = exchange(seen.pair, hash, observation, 1, observation.payload);
  if (number == kNone) return seen;
  const AnsweredService& answered = answered_[number];
  const uint64_t so_far = answered.pair == seen.pair ? answered.sent : answered.received;
  const bool is_first = so_far == observation.payload;
  if (is_first && answered.is_conversation()) seen.new_conversation = answered.pair;
  return seen;
}

Engine::Seen Engine::replay(const Run& run, uint32_t first_frame, uint32_t last_frame) {
  Observation observation = run.first;
  observation.frame = first_frame;
  observation.bytes = 0;  // all bytes are added at once
  observation.payload = 0;
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
    if (run.payload != 0) replay_exchange(run, seen.pair, hash, observation, last_frame);
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

void Engine::replay_exchange(const Run& run, uint32_t pair, uint32_t hash,
                             const Observation& observation, uint32_t last_frame) {
  const uint32_t number = exchange(pair, hash, observation, run.count, run.payload);
  if (number == kNone) return;
  if (last_data_.size() <= number) last_data_.resize(number + size_t{1});
  LastFrame& last = last_data_[number];
  if (run.end >= last.moment) last = {run.end, last_frame};
  answered_[number].last_frame = last.number;
}

// Observes the same so many times more.
void Engine::observe_again(const Observation& observation, uint32_t hash, const Seen& seen,
                           uint64_t times) {
  const uint64_t one_by_one = std::min(times, kMostRepeats);
  for (uint64_t i = 0; i < one_by_one; ++i) observe(observation, hash, seen.pair);
  if (times == one_by_one) return;
  // One more shows what each of the rest adds.
  const uint64_t rest = times - one_by_one - 1;
  const Source before = seen.source == kNone ? Source() : sources_[seen.source];
  const uint64_t unstored = unstored_ ? unstored_->packets : 0;
  observe(observation, hash, seen.pair);
  if (unstored_) unstored_->packets += rest * (unstored_->packets - unstored);
  if (seen.source == kNone) return;
  Source& source = sources_[seen.source];
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

// Counts the first packet to a destination, or for a further service of it.
void Engine::count_probe(const Seen& seen, Source& source, const Observation& observation) {
  if (!seen.new_service && !pairs_[seen.pair].has(Pair::kContacted)) return;
  ++source.probes;
  if (observation.tool != Tool::kNone) {
    ++by_tool_[seen.source][static_cast<size_t>(observation.tool)];
  }
}

std::array<uint32_t, kTools> Engine::probes_of(uint32_t source) const {
  const auto found = by_tool_.find(source);
  return found == by_tool_.end() ? std::array<uint32_t, kTools>{} : found->second;
}

void Engine::note_time(Pair& pair, int64_t time) {
  if (time == kNoTime || pair.first_time == kNoTime) return;
  const uint32_t span = span_code(distance(time, pair.first_time));
  if (span > pair.span_code) pair.span_code = span & kMostSpan;
}

uint32_t Engine::find_source(const Address& address) const {
  return source_index_.find(hash(address),
                            [&](uint32_t number) { return sources_[number].address == address; });
}

uint32_t Engine::find_pair(uint32_t number, const Address& destination) const {
  const Address& source = sources_[number].address;
  return find_pair(source, destination, hash(source, destination));
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
        unlisted_->add(digest(address, static_cast<uint64_t>(address.network)));
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

Request Engine::only_request(uint32_t number) const {
  const Pair& pair = pairs_[number];
  const bool answered = on_speaking_terms(number);
  return {pair.service(), answered, !answered && has_refused(number), pair.first_frame,
          pair.first_time};
}

Request Engine::request(uint32_t number, Service service, const Asked& asked) const {
  const int64_t begin = pairs_[number].first_time;
  const auto delay = static_cast<int64_t>(asked.delay.nanoseconds());
  return {service, asked.answered != 0, asked.refused != 0, asked.first_frame,
          begin == kNoTime || begin > INT64_MAX - delay ? begin : begin + delay};
}

size_t Engine::memory() const {
  size_t bytes = pairs_.memory() + pair_index_.memory() + sources_.memory() +
                 source_index_.memory() + ipv6_destinations_.memory() + ipv6_index_.memory();
  bytes += services_.bucket_count() * 17 + services_.size() * sizeof(Service);
  bytes += per_pair_.bucket_count() * (sizeof(PairServices) + 9);
  bytes +=
      answered_.memory() + answered_index_.memory() + last_data_.capacity() * sizeof(LastFrame);
  bytes += by_tool_.bucket_count() * (kTools * sizeof(uint32_t) + 5);
  bytes += excess_.bucket_count() * (sizeof(Excess) + 9);
  bytes += beyond_.bucket_count() * (sizeof(SourceSketch) + 5);
  bytes += (unlisted_ ? sizeof(*unlisted_) : 0) + (unstored_ ? sizeof(*unstored_) : 0);
  for (const auto& pairs : history_)
    bytes += sizeof(std::vector<uint32_t>) + pairs.capacity() * sizeof(uint32_t);
  return bytes;
}

}  // namespace fanout
