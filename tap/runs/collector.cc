#include "tap/runs/collector.h"

#include <algorithm>
#include <random>
#include <utility>

#include "tap/count/digest.h"

namespace fanout {
namespace {

// How many runs back to look for an equal one: two directions of four interleaved
// conversations. A run that is not found is begun again, which is as exact.
constexpr int kFarthest = 8;

bool are_mirrored(const Observation& one, const Observation& other) {
  return one.source == other.destination && one.destination == other.source &&
         one.source_port == other.destination_port && one.destination_port == other.source_port;
}

// Whether `later` may be counted before a run that came before it, as far as an equal one came
// before that run.
bool may_pass(const Observation& later, const Observation& run) {
  if (later.transport != run.transport) return false;
  switch (later.role) {
    case Role::kData:
      return run.role == Role::kData && later.transport == Transport::kTcp;
    case Role::kDatagram:
      return run.role == Role::kDatagram && are_mirrored(later, run);
    case Role::kAsk:
      return run.role == Role::kAnswer && !has_handshake(later.transport);
    case Role::kAnswer:
    case Role::kRefusal:
    case Role::kError:
    case Role::kDiscovery:
      return false;
  }
  return false;
}

void extend(Run& run, const Run& by) {
  run.end = std::max(run.end, by.end);
  run.count += by.count;
  run.bytes += by.bytes;
  run.payload += by.payload;
  run.greatest_time = std::max(run.greatest_time, by.greatest_time);
  if (run.least_time == kNoTime || (by.least_time != kNoTime && by.least_time < run.least_time)) {
    run.least_time = by.least_time;
  }
}

bool is_between(const Observation& one, const Observation& other) {
  return (one.source == other.source && one.destination == other.destination) ||
         (one.source == other.destination && one.destination == other.source);
}

}  // namespace

Collector::Collector(Sink sink, size_t most)
    : sink_(std::move(sink)),
      most_(std::max<size_t>(most, 1)),
      seed_(uint64_t{std::random_device()()} << 32 | std::random_device()()) {}

uint32_t Collector::hash_of(const Observation& observation) const {
  const uint64_t both = digest(observation.source, seed_) + digest(observation.destination, seed_);
  return static_cast<uint32_t>(mix(both + static_cast<uint64_t>(observation.source.network)) >> 32);
}

void Collector::add(const Run& run) {
  if (runs_.size() >= most_) flush();
  const uint32_t hash = hash_of(run.first);
  uint32_t pair = pairs_.find(
      hash, [&](uint32_t number) { return is_between(runs_[latest_[number]].first, run.first); });
  if (pair != kNone) {
    if (join(latest_[pair], run)) return;
  } else {
    pair = static_cast<uint32_t>(latest_.size());
    latest_.push_back(kNone);
    pairs_.add(hash, pair);
  }
  before_.push_back(latest_[pair]);
  latest_[pair] = static_cast<uint32_t>(runs_.size());
  runs_.push_back(run);
}

// Whether the run could be joined to an equal one of its host pair, of which this is the latest.
bool Collector::join(uint32_t latest, const Run& run) {
  uint32_t number = latest;
  for (int i = 0; i < kFarthest && number != kNone; ++i, number = before_[number]) {
    Run& earlier = runs_[number];
    if (are_alike(earlier.first, run.first)) {
      if (i > 0 && run.first.role == Role::kDatagram && !follows_mirrored(number)) return false;
      extend(earlier, run);
      return true;
    }
    if (!may_pass(run.first, earlier.first)) return false;
  }
  return false;
}

// Whether the host pair's run before this one is of the same flow in the other direction.
bool Collector::follows_mirrored(uint32_t number) const {
  if (before_[number] == kNone) return false;
  const Observation& first = runs_[number].first;
  const Observation& before = runs_[before_[number]].first;
  return before.role == Role::kDatagram && before.transport == first.transport &&
         are_mirrored(before, first);
}

void Collector::flush() {
  if (runs_.empty()) return;
  sink_(runs_);
  runs_.clear();
  before_.clear();
  latest_.clear();
  pairs_.clear();
}

}  // namespace fanout
