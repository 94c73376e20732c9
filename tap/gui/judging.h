// Finds the suspects among the sources in time slices: with a million sources the window opens at
// once, and is filled while it can be used.
#ifndef FANOUT_TAP_GUI_JUDGING_H_
#define FANOUT_TAP_GUI_JUDGING_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tap/judge/groups.h"
#include "tap/judge/scans.h"
#include "tap/report/report.h"

namespace fanout::gui {

/// One pass over the sources of an engine. Results of an earlier pass stay until they are replaced.
class Judging {
 public:
  /// Begins a pass.
  void start(std::shared_ptr<const Engine> engine, const ReportSettings& settings);
  /// Flags by another threshold, at once. With a window, only a new pass finds all flagged sources.
  void set_threshold(uint64_t threshold) { settings_.threshold = threshold; }
  /// Goes on for about so long. O(pairs of the sources worth judging) for the whole pass.
  void work(int milliseconds);
  bool is_done() const { return next_ >= worth_.size(); }
  /// How much of the pass is done, in percent.
  int percent() const;

  bool is_suspect(uint32_t source) const;
  /// The scans from several sources; empty while they are not known. Another object after each
  /// pass.
  const std::shared_ptr<const Scans>& scans() const { return scans_; }
  /// Whether the source has more unique destinations than the threshold, within the window if the
  /// settings have one.
  bool is_flagged(uint32_t source) const;
  /// What is said of a suspect beside its own reason, once the pass is done: to which group it
  /// belongs, and of which campaign it is a step. O(pairs of the source).
  std::string relations(uint32_t source) const;

 private:
  void find_scans();
  std::string step(uint32_t source) const;
  bool is_allowed(uint32_t source) const;
  void judge_next();

  std::shared_ptr<const Engine> engine_;
  ReportSettings settings_;
  std::vector<bool> worth_;
  std::vector<bool> suspects_;
  std::vector<uint32_t> busiest_;  // with a window: most new destinations within it
  size_t next_ = 0;
  std::optional<Grouping> grouping_;  // while the pass lasts
  std::shared_ptr<const Scans> scans_ = std::make_shared<Scans>();
};

}  // namespace fanout::gui

#endif  // FANOUT_TAP_GUI_JUDGING_H_
