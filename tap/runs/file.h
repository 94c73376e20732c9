// A file of runs: text in columns, compressed with zstd.
//
//     #fanout-runs  4                     the version of the format
//     #rules        4                     kRunsRules
//     #arp          yes                   whether the targets of ARP requests were observed
//     #multicast    yes                   whether multicast and broadcast destinations were
//     #filter       tcp.port == 22        the display filter, or empty
//     #shard        1  1                  RunsHeader::shard and shards
//     #file         0  a.pcap  2000 …     FileFacts, for each file in the order of their numbers
//     #columns      network  source …     the names of the columns
//     IPv4          192.0.2.1 …           a run a line, by Run::begin
//     #end          948444                how many runs
//
// Tabs stand between the columns. Times are nanoseconds since 1970; "-" for none. In text, a
// backslash, a control character and a byte that is not ASCII are written as \xHH. Uncompressed
// text is read as well.
#ifndef FANOUT_TAP_RUNS_FILE_H_
#define FANOUT_TAP_RUNS_FILE_H_

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tap/count/observation.h"
#include "tap/count/runs.h"
#include "tap/runs/merge.h"

namespace fanout {

/// A capture file that runs were made from.
struct FileFacts {
  std::string path;
  uint64_t frames = 0;
  uint64_t dissected = 0;        ///< of these, dissected in full
  int64_t first_time = kNoTime;  ///< least and greatest of the frames' times
  int64_t last_time = kNoTime;
  std::string format;   ///< the capture's, such as "pcapng"
  std::string problem;  ///< what was wrong with the file: one line, or empty
  /// The time of the first frame, whether or not it was chosen: captures are merged in this order.
  int64_t begin = kNoTime;
  bool operator==(const FileFacts&) const = default;
};

/// What stands before the runs.
struct RunsHeader {
  bool arp = true;        ///< the targets of ARP requests were observed
  bool multicast = true;  ///< multicast and broadcast destinations were
  std::string filter{};   ///< the display filter that chose the packets
  uint32_t shard = 1;     ///< the runs are those for which shard_of() is one less ...
  uint32_t shards = 1;    ///< ... of so many
  std::vector<FileFacts> files{};
  bool operator==(const RunsHeader&) const = default;
};

/// A file that cannot be read, or is left out.
struct Unreadable {
  std::string path;
  std::string problem;  ///< a message that names it
};

/// Why runs under `header` cannot be merged into a count with `wanted`'s options (its files do not
/// matter): one line without the file's name, or empty. Runs with multicast can go into a count
/// without, and so with ARP, not the other way round; the filters must be the same.
std::string why_not_mergeable(const RunsHeader& header, const RunsHeader& wanted);

/// Writes a file of runs. The runs wait, compressed, in a temporary file that has no name, because
/// what stands before them is known last.
class RunsWriter {
 public:
  using Write = std::function<void(std::string_view)>;

  RunsWriter();
  RunsWriter(const RunsWriter&) = delete;
  RunsWriter& operator=(const RunsWriter&) = delete;
  ~RunsWriter();

  /// Adds a run; what fails shows at finish(). Its files are numbers in the header's list.
  void add(const Run& run);
  /// Hands the whole file to `write`, in pieces. False, with the reason in error(), if the
  /// temporary file failed.
  bool finish(const RunsHeader& header, const Write& write);
  const std::string& error() const { return error_; }

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string error_;
};

/// Whether a file that begins with these bytes (a kilobyte suffices) is one of runs, of whatever
/// version. A capture compressed with zstd is not.
bool are_runs(std::string_view beginning);

/// Reads what stands before the runs in a file; nothing, with a message that names it in `problem`,
/// if it cannot be read or is no file of runs.
std::optional<RunsHeader> read_runs_header(const std::string& path, std::string* problem);

/// Reads a file of runs, which may be hostile: whatever does not hold is an error that names file
/// and line; memory is bounded, but for the list of files (a million at most).
class RunsReader : public RunStream {
 public:
  /// Reads from `file`, which it closes; `name` is what errors call it.
  RunsReader(std::FILE* file, std::string name);
  RunsReader(const RunsReader&) = delete;
  RunsReader& operator=(const RunsReader&) = delete;
  ~RunsReader() override;

  /// Reads what stands before the runs; false, with error(), if it is no file of runs. To be called
  /// first.
  bool read_header();
  const RunsHeader& header() const;

  /// The files of the runs are then `number_of[its number in the file]`; as many as the header has.
  void set_file_numbers(std::vector<uint32_t> number_of);

  bool next(Run& run) override;
  std::string error() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fanout

#endif  // FANOUT_TAP_RUNS_FILE_H_
