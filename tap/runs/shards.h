// In: files of runs. Out: which of them belong together, because they are shards of the same
// captures, and their runs as one stream.
#ifndef FANOUT_TAP_RUNS_SHARDS_H_
#define FANOUT_TAP_RUNS_SHARDS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tap/runs/file.h"
#include "tap/runs/merge.h"

namespace fanout {

/// A file of runs, and what stands before them.
struct RunsFile {
  std::string path;
  uint64_t bytes = 0;  ///< its size on disk
  RunsHeader header;
};

/// Files that hold the runs of the same captures: one, or one for each shard.
struct RunsSet {
  std::vector<std::string> paths;  ///< by shard
  uint64_t bytes = 0;              ///< of all files
  RunsHeader header;               ///< of the first
};

/// Puts the shards of the same captures together. A shard is left out, with the reason, if it is
/// there twice; and, unless `one_suffices`, if the others are not all there, for its runs alone
/// make no count. O(n log n) in the length of all headers.
std::vector<RunsSet> join_shards(const std::vector<RunsFile>& files, bool one_suffices,
                                 std::vector<Unreadable>& left_out);

/// Whether all files are the same shard of several, each of other captures: they can be merged to
/// that shard of all their captures.
bool are_one_shard(const std::vector<RunsFile>& files);

/// The runs of all shards of the same captures, in the order in which they were before they were
/// distributed: by Run::begin, and within a frame by Run::place.
class ShardStream : public RunStream {
 public:
  explicit ShardStream(std::vector<std::unique_ptr<RunStream>> shards);
  bool next(Run& run) override;
  /// Of the shard that failed; all end with it.
  std::string error() const override { return error_; }

 private:
  struct Shard {
    std::unique_ptr<RunStream> runs;
    Run next;
  };
  static bool comes_later(const Shard& shard, const Shard& other);
  bool advance(Shard& shard);

  std::vector<Shard> shards_;  // those that go on: a heap, the earliest on top
  std::string error_;
};

}  // namespace fanout

#endif  // FANOUT_TAP_RUNS_SHARDS_H_
