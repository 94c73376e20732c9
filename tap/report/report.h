// In: the engine, and the settings of a report. Out: an immutable snapshot of what was counted and
// judged. Every renderer shows this, and computes nothing.
#ifndef FANOUT_TAP_REPORT_REPORT_H_
#define FANOUT_TAP_REPORT_REPORT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tap/count/engine.h"
#include "tap/count/observation.h"
#include "tap/judge/findings.h"
#include "tap/judge/scans.h"
#include "tap/judge/verdict.h"

namespace fanout {

/// A capture, where a report is on many.
struct ReportFile {
  std::string path;
  uint64_t frames = 0;
  int64_t first_time = kNoTime;  ///< least and greatest of the frames' times
  int64_t last_time = kNoTime;
  std::string format;   ///< such as "pcapng"
  std::string problem;  ///< what was wrong with it, or empty
};

/// A frame. Where a report is on one capture, `file` is 0.
struct FrameOf {
  uint32_t file = 0;   ///< of ReportSettings::files, from 1; 0: not known
  uint32_t frame = 0;  ///< in that file
};

/// What a report is to show of the counts.
struct ReportSettings {
  uint64_t threshold = 50;      ///< more unique destinations than these flag a source
  uint64_t ports = 15;          ///< more failed services on one host make a port scan
  uint64_t window = 0;          ///< seconds; flag only for new destinations within them; 0: ever
  bool all = false;             ///< list every source, not only flagged ones and suspects
  bool pairs = false;           ///< renderers list destinations
  std::optional<uint64_t> top;  ///< list at most so many sources
  std::string filter;           ///< the display filter that chose the packets
  std::string capture;          ///< the name of the capture file, or empty
  std::shared_ptr<const std::vector<ReportFile>> files;  ///< nullptr: one capture
  std::function<FrameOf(uint32_t)> frame_of;             ///< a frame by its number in the engine
  /// True for a source that is never to be flagged nor suspected.
  std::function<bool(const Address&)> is_allowed;
};

/// How the frames were read: in full by Wireshark's dissectors, or their headers only.
struct Dissection {
  bool headers = false;  ///< whether any frame was counted from its headers alone
  uint64_t header_frames = 0;
  uint64_t full_frames = 0;
};

/// One finding of a source.
struct FindingRow : Finding {
  uint32_t first_file = 0;  ///< the capture of the first frame, as FrameOf::file
  uint32_t last_file = 0;
};

/// All that a source found, as Findings.
struct SourceFindings : FindingCounts {
  std::vector<FindingRow> rows;
};

/// One source.
struct SourceRow {
  uint32_t number;  ///< the engine's, for Report::destinations()
  Address address;
  Cardinality destinations;
  uint64_t packets;
  uint64_t bytes;
  uint32_t first_frame;
  uint32_t last_frame;
  int64_t first_time;  ///< nanoseconds since 1970, or kNoTime
  int64_t last_time;
  bool flagged;  ///< more unique destinations than the threshold
  bool allowed;  ///< on the list of sources never to flag
  Verdicts verdicts;
  std::string reason;  ///< the verdicts' reason, in words
  Evidence evidence;
  uint32_t first_file = 0;  ///< the capture of the first frame, as FrameOf::file
  uint32_t last_file = 0;
  /// The one of Report::scans that it belongs to, from 1; of several the first; 0: none.
  uint32_t group = 0;
  /// Of suspects, and of every source where all are listed.
  std::optional<SourceFindings> findings;

  bool suspect() const { return verdicts.suspect(); }
};

/// One destination of a source.
struct DestinationRow {
  Address address;
  uint64_t packets;
  uint64_t bytes;
  uint32_t first_frame;
  int64_t first_time;
  bool contacted;           ///< the source sent first
  bool answered;            ///< ... and was answered
  Service service;          ///< the first service that the source requested of it
  bool has_service;         ///< whether the source requested one
  ServiceCount services;    ///< how many services, and how many of them answered
  uint32_t first_file = 0;  ///< the capture of the first frame, as FrameOf::file
};

/// How many sources have a number of unique destinations from `from` to `to`.
struct Bin {
  uint64_t from;
  uint64_t to;
  uint64_t sources;
};

/// A source among the most active.
struct ActiveSource {
  Address address;
  uint64_t packets;
  uint64_t bytes;
  Cardinality destinations;
  bool flagged;
  bool suspect;
};

/// The snapshot. Cheap to copy; the engine it was taken from must not count on while it lives.
struct Report {
  ReportSettings settings;
  Dissection dissection;
  uint64_t frames = 0;
  int64_t first_time = kNoTime;  ///< of the frames
  int64_t last_time = kNoTime;
  Cardinality sources_total;
  Cardinality pairs_total;
  uint64_t flagged_total = 0;
  uint64_t suspects_total = 0;
  uint64_t scans_total = 0;   ///< suspects, those of each of `scans` counted once
  Scans scans;                ///< from several sources, all of them suspects, listed or not
  uint64_t limit = 0;         ///< pairs that may be stored
  uint32_t limit_hit_in = 0;  ///< the frame in which that was hit, or 0
  uint32_t limit_hit_in_file = 0;

  /// Sorted by unique destinations, then packets (both falling), then address: the flagged ones and
  /// the suspects, or all, cut to the top.
  std::vector<SourceRow> sources;
  uint64_t left_out = 0;                  ///< sources that settings.top cut off
  std::vector<ActiveSource> most_active;  ///< at most 10, by packets; then by address
  std::vector<Bin> distribution;          ///< by powers of two, up to the last that is not empty

  std::shared_ptr<const Engine> engine;

  /// The destinations of a source, by packets (falling), then address. O(n log n) in their number.
  std::vector<DestinationRow> destinations(const SourceRow& source) const;

  /// What a source found. O(pairs + services + findings log findings).
  SourceFindings findings(const SourceRow& source) const;

  /// The numbers of the source's pairs in the order they were first seen.
  std::span<const uint32_t> pairs_of(uint32_t source) const;

 private:
  friend Report make_report(std::shared_ptr<const Engine>, const ReportSettings&,
                            const Dissection&);
  std::vector<uint32_t> listed_pairs_;    // of the listed sources, source by source
  std::vector<uint64_t> listed_offsets_;  // by the engine's source number: where they begin
};

/// Takes the snapshot: O(pairs + sources log sources).
Report make_report(std::shared_ptr<const Engine> engine, const ReportSettings& settings,
                   const Dissection& dissection);

/// What is counted of a source; not yet judged. O(1).
SourceRow counted_row(const Engine& engine, uint32_t source);

/// What is known of a destination, by the number of its pair. O(1).
DestinationRow destination_row(const Engine& engine, uint32_t pair);

/// Whether evidence could accuse each source, flagged or not. O(sources + pairs with services).
std::vector<bool> worth_judging(const Engine& engine, uint64_t ports);

/// Counts a source in the distribution, by the number of its destinations, which is not 0.
void count_in_bin(std::vector<Bin>& bins, uint64_t destinations);

/// Returns the resolved name of an address, or an empty string.
using NameOf = std::function<std::string(const Address&)>;

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_REPORT_H_
