// Streams of runs, merged by time.
#ifndef FANOUT_TAP_RUNS_MERGE_H_
#define FANOUT_TAP_RUNS_MERGE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "tap/count/observation.h"
#include "tap/count/runs.h"

namespace fanout {

/// Runs one after the other, by the Moment::order of Run::begin: a file of runs, or what a thread
/// collects from a capture.
class RunStream {
 public:
  virtual ~RunStream() = default;
  /// The next run; false at the end, or if what follows cannot be read.
  virtual bool next(Run& run) = 0;
  /// Why next() failed: one line that names the file; empty at the end.
  virtual std::string error() const { return {}; }
};

/// Merges streams in the order of Moment::order; of equal ones, the stream that was added first
/// goes first. So add captures in the order of their first frames' times, and of equal ones in that
/// of their names. A stream is opened when the merge comes to where it begins, and closed at its
/// end: no more are open at once than overlap in time. O(log streams) a run.
///
/// The result is exactly that of all packets in time order as long as no two streams hold packets
/// of the same host pair from the same time. Where they do (sensors that saw the two directions of
/// one conversation), merge the packets, as runs of one: a run of many is replayed where it begins,
/// as if nothing of the other stream lay within it. overlaps() counts these cases.
class Merge {
 public:
  using Open = std::function<std::unique_ptr<RunStream>()>;

  /// Adds a stream none of whose runs comes before `begin`, a Moment::order. `open` may return
  /// nullptr: there is none.
  void add(int64_t begin, Open open);

  /// The next run; false at the end. A stream that fails ends there, and the others go on.
  bool next(Run& run);

  /// What streams failed with, so far.
  const std::vector<std::string>& errors() const { return errors_; }

  /// Runs so far that began within an earlier run, of many packets, of the same host pair from
  /// another stream: about as many cases in which who sent first may be wrong; 0 only if there is
  /// none. Costs memory only while streams overlap.
  uint64_t overlaps() const { return overlaps_; }

 private:
  struct Stream {
    Open open;  // empty: it was
    std::unique_ptr<RunStream> runs;
    Run next;
  };
  // A stream, and where it goes on.
  struct Head {
    int64_t order;
    uint32_t stream;
    auto operator<=>(const Head&) const = default;
  };
  // Until when the runs of a host pair last, and whose run lasts longest.
  struct Span {
    int64_t end;
    uint32_t stream;
  };

  void advance(uint32_t stream);
  void note_overlap(const Run& run, uint32_t stream);

  std::vector<Stream> streams_;
  std::vector<Head> heads_;                          // a heap, the earliest on top
  boost::unordered_flat_map<uint64_t, Span> spans_;  // by host pair
  size_t sweep_at_ = 0;
  uint64_t overlaps_ = 0;
  std::vector<std::string> errors_;
};

}  // namespace fanout

#endif  // FANOUT_TAP_RUNS_MERGE_H_
