// In: a capture. Out: its runs, in a temporary file without a name, and what is to be said of it.
#ifndef FANOUT_TAP_PROGRAM_COLLECT_H_
#define FANOUT_TAP_PROGRAM_COLLECT_H_

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>

#include "tap/program/reader.h"
#include "tap/runs/file.h"
#include "tap/runs/temporary.h"

namespace fanout {

/// How far reading is, for a line on a terminal; shared by all who read.
struct Progressed {
  std::atomic<uint64_t> frames = 0;
  std::atomic<uint64_t> bytes = 0;
  std::atomic<uint32_t> files = 0;
};

/// What was collected from a capture.
struct Collected {
  FileFacts facts;     ///< but its path
  TemporaryFile runs;  ///< raw records of type Run; nullptr if the capture could not be opened
};

/// Counts a frame of a capture.
inline void count_frame(FileFacts& facts, int64_t time, bool by_headers) {
  ++facts.frames;
  if (!by_headers) ++facts.dissected;
  if (time == kNoTime) return;
  if (facts.first_time == kNoTime || time < facts.first_time) facts.first_time = time;
  facts.last_time = std::max(facts.last_time, time);
}

/// Reads a capture whose number among all files is `number`. `join` is false where the packets
/// themselves must be merged, as runs of one. Throws Failure.
Collected collect(const std::string& path, uint32_t number, const ReadSettings& settings, bool join,
                  Progressed& progress);

/// The runs of such a file, from its beginning.
class CollectedRuns : public RunStream {
 public:
  CollectedRuns(TemporaryFile file, std::string path);
  bool next(Run& run) override;
  std::string error() const override { return error_; }

 private:
  static constexpr size_t kBuffered = 512;

  TemporaryFile file_;
  std::string path_;
  std::vector<Run> buffer_;
  size_t at_ = 0;
  std::string error_;
};

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_COLLECT_H_
