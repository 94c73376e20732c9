// In: captures and files of runs. Out: the runs of all of them, in the order of time.
#ifndef FANOUT_TAP_PROGRAM_MANY_H_
#define FANOUT_TAP_PROGRAM_MANY_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tap/program/collect.h"
#include "tap/program/inputs.h"
#include "tap/runs/file.h"
#include "tap/runs/merge.h"
#include "tap/runs/shards.h"

namespace fanout {

class Workers;

/// How to read several captures.
struct ManySettings {
  ReadSettings read;
  RunsHeader wanted;         ///< what is to be observed; its files do not matter
  unsigned jobs = 1;         ///< how many processes read captures; 0: this one does
  bool apart = false;        ///< make each packet a run of its own
  bool shard_alone = false;  ///< merge one shard of several to that shard of all
  std::function<void(const Progressed&)> progress;  ///< called several times a second
  std::function<void(const std::string&)> complain;
};

/// Merges captures and files of runs by time.
class Many {
 public:
  using Sink = std::function<void(const Run&)>;

  Many(Inputs inputs, ManySettings settings);
  ~Many();
  Many(const Many&) = delete;
  Many& operator=(const Many&) = delete;

  /// Hands all runs to `sink`, in the order of time. Where captures overlap in time and hold
  /// packets of the same two hosts, this calls `again`, for what `sink` was given is to be
  /// forgotten, and merges their packets one by one. Throws Failure.
  void merge(const Sink& sink, const std::function<void()>& again);

  /// Whether there is nothing to read: no capture that could be opened.
  bool is_empty() const;
  /// Which of how many shards is merged; 1 of 1 unless ManySettings::shard_alone.
  uint32_t shard() const { return shard_; }
  uint32_t shards() const { return shards_; }
  /// In so many cases, who of two hosts sent first may be wrong. complain() was called.
  uint64_t overlaps() const { return overlaps_; }
  /// All captures, by the numbers in the runs; those that files of runs were made from, too. Last
  /// comes what could not be read at all.
  const std::vector<FileFacts>& files() const { return files_; }
  /// Whether something could not be read, or not to its end. complain() was called.
  bool has_problems() const { return has_problems_; }
  const Progressed& progress() const { return *progress_; }
  uint64_t bytes() const { return bytes_; }  ///< of all files

 private:
  // A capture, or runs in one file, or in one for each shard.
  struct Source {
    std::vector<std::string> paths;
    bool is_runs = false;
    uint64_t bytes = 0;
    int64_t begin = kNoTime;         // of its first capture
    std::string name;                // of that capture
    std::vector<FileFacts> files{};  // its captures; emptied by number_files()
    std::vector<uint32_t> numbers{};
    bool join = true;  // else its packets are merged one by one
  };

  void add_capture(Input input);
  void add_runs(const std::vector<RunsFile>& files);
  RunsFile read_header(const Input& input, std::string* problem) const;
  void number_files();
  uint64_t merge_once(const Sink& sink);
  std::unique_ptr<RunStream> open_capture(const Source& source, Workers* workers);
  std::unique_ptr<RunStream> open_runs(const Source& source);
  std::unique_ptr<RunStream> open_shard(const Source& source, const std::string& path);
  bool separate_overlapping();
  void note_problem(const std::string& problem);
  void leave_out(Unreadable unreadable);

  ManySettings settings_;
  Progressed* progress_;
  std::vector<Source> sources_;
  std::vector<FileFacts> files_;
  std::vector<Unreadable> unreadable_;
  uint64_t bytes_ = 0;
  uint32_t shard_ = 1;
  uint32_t shards_ = 1;
  uint64_t overlaps_ = 0;
  bool has_problems_ = false;
  bool is_second_time_ = false;  // problems were reported
};

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_MANY_H_
