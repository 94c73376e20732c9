// In: observations or runs, in the order of the packets. Out: runs, in the order of their first
// packets.
#ifndef FANOUT_TAP_RUNS_COLLECTOR_H_
#define FANOUT_TAP_RUNS_COLLECTOR_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "tap/count/observation.h"
#include "tap/count/runs.h"
#include "tap/count/table.h"

namespace fanout {

/// Joins observations to runs. What it hands on, replayed in that order, is exactly what it was
/// given, however often it is flushed; so its memory is bounded. Not thread-safe.
///
/// An observation joins an equal run of its host pair if that is the pair's latest, or if nothing
/// lies between from which it could be known which of the two came first:
/// - both are TCP data, and so is all between them;
/// - only the mirrored datagrams of the same flow lie between them, and before the run too: what a
///   host sent before the other answered is counted otherwise than what it sends on;
/// - it is an ICMP or ARP request, and only replies lie between. (A reply must not join past a
///   request, which it may answer.)
class Collector {
 public:
  using Sink = std::function<void(std::span<const Run>)>;

  /// Hands the runs to `sink` whenever there are `most` of them, at about 180 bytes each, and in
  /// flush(). They are gone when the sink returns.
  explicit Collector(Sink sink, size_t most = kMost);

  /// Counts an observation, at or after the one before, which is at `place` among those of its
  /// frame. Amortised O(1).
  void add(const Observation& observation, const Moment& at, uint32_t place = 0) {
    add(run_of(observation, at, place));
  }
  /// The same for a run: its `begin` is at or after that of the one before.
  void add(const Run& run);

  /// Hands on what was collected. To be called at the end; what was not flushed is lost.
  void flush();

 private:
  static constexpr size_t kMost = size_t{1} << 17;

  uint32_t hash_of(const Observation& observation) const;
  bool join(uint32_t latest, const Run& run);
  bool follows_mirrored(uint32_t number) const;

  Sink sink_;
  size_t most_;
  uint64_t seed_;
  std::vector<Run> runs_;         // by `begin`
  std::vector<uint32_t> before_;  // by run: the one of its host pair before it, or kNone
  std::vector<uint32_t> latest_;  // by host pair: its latest run
  Index pairs_;                   // host pairs
};

}  // namespace fanout

#endif  // FANOUT_TAP_RUNS_COLLECTOR_H_
