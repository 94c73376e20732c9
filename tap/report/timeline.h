// In: the pairs of some sources. Out: the bars of a chart that shows when each of them initiated
// how many contacts. Paints nothing.
#ifndef FANOUT_TAP_REPORT_TIMELINE_H_
#define FANOUT_TAP_REPORT_TIMELINE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tap/count/engine.h"

namespace fanout {

/// A source, from its first contact to its last.
struct TimelineBar {
  int64_t first_time = 0;
  int64_t last_time = 0;
  uint64_t contacts = 0;  ///< with a time; 0: there is no bar
  uint32_t first_frame = 0;
  std::vector<uint32_t> counts;  ///< contacts in each of equal parts of the whole time
};

/// The bars of sources, over the time that is shown.
struct Timeline {
  int64_t first_time = 0;
  int64_t last_time = 0;
  uint32_t most = 0;  ///< contacts of one source in one part
  std::vector<TimelineBar> bars;
};

/// The bars of these sources, each given by its pairs, over the time from `first` to `last`, which
/// is extended to all their contacts. O(contacts).
Timeline make_timeline(const Engine& engine, std::span<const std::span<const uint32_t>> sources,
                       int64_t first, int64_t last, size_t parts);

/// How dark a part is drawn, from 0, for none, to `levels`, for the most: by the logarithm, so that
/// a slow scan beside a fast one is seen.
int darkness(uint32_t count, uint32_t most, int levels);

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_TIMELINE_H_
