// Runs: the smallest state of a count that merges exactly. Equal observations of one host pair are
// joined; replaying the runs through an engine leads it to the state in which the packets would
// have left it.
//
// tap/runs/ makes them (collector.h), keeps them in files (file.h), and merges them (merge.h).
#ifndef FANOUT_TAP_COUNT_RUNS_H_
#define FANOUT_TAP_COUNT_RUNS_H_

#include <algorithm>
#include <compare>
#include <cstdint>

#include "tap/count/observation.h"

namespace fanout {

/// The rules by which packets become runs. To be raised with every change that makes runs written
/// before it lead to another result: what a reader of captures makes of a packet, a field of
/// Observation, what the collector joins.
inline constexpr uint32_t kRunsRules = 4;

/// A place in the sequence of all packets: files merged by time as mergecap does it, each in the
/// order of its own frames.
struct Moment {
  int64_t order = kNoTime;  ///< the latest time of its file up to and including this frame
  uint32_t file = 0;
  uint32_t frame = 0;  ///< in this file, from 1
  auto operator<=>(const Moment&) const = default;
};

/// Gives the Moment::order of one file's frames, all of which must be given in their order, with
/// what is observed in them or not.
class FileClock {
 public:
  int64_t advance(int64_t time) { return order_ = std::max(order_, time); }

 private:
  int64_t order_ = kNoTime;
};

/// Equal observations of one unordered host pair, with nothing between them that matters.
struct Run {
  /// Its frame and bytes are not used, and of its payload only whether there is any: see `begin`,
  /// `bytes` and `payload`.
  Observation first;
  Moment begin;  ///< of the first observation
  Moment end;    ///< of the last
  uint64_t count = 1;
  uint64_t bytes = 0;            ///< of all
  uint64_t payload = 0;          ///< likewise
  int64_t least_time = kNoTime;  ///< of those that have a time
  int64_t greatest_time = kNoTime;
  uint32_t place = 0;  ///< of the first among the observations of its frame, from 0

  bool operator==(const Run&) const = default;
};

/// A run of one observation, which is at `place` among those of its frame.
inline Run run_of(const Observation& observation, const Moment& at, uint32_t place = 0) {
  return {observation,      at,   at, 1, observation.bytes, observation.payload, observation.time,
          observation.time, place};
}

/// Whether two observations differ in nothing but frame, bytes, time, and how much payload they
/// have.
inline bool are_alike(const Observation& one, const Observation& other) {
  Observation same = other;
  same.frame = one.frame;
  same.bytes = one.bytes;
  same.time = one.time;
  if (one.payload != 0 && other.payload != 0) same.payload = one.payload;
  return one == same;
}

/// A number of the unordered host pair of an observation: the same on every machine, and very
/// likely another one for another pair or network.
uint64_t host_pair(const Observation& observation);

/// A number that is the same for all observations of one unordered host pair of a network, on every
/// machine: below `shards`, which is at least 1. All that the engine keeps of a pair depends on the
/// observations of one shard.
uint32_t shard_of(const Observation& observation, uint32_t shards);

/// More shards than these make no sense; each takes a file.
inline constexpr uint32_t kMostShards = 1024;

}  // namespace fanout

#endif  // FANOUT_TAP_COUNT_RUNS_H_
