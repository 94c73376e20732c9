// The axes of the charts that the window and the HTML report share: where they have lines, and what
// is written there.
#ifndef FANOUT_TAP_REPORT_AXES_H_
#define FANOUT_TAP_REPORT_AXES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tap/count/engine.h"
#include "tap/count/observation.h"

namespace fanout {

/// The time from one to another, in seconds; right where the difference does not fit an int64_t.
double seconds_between(int64_t first, int64_t last);

/// A line of a time axis.
struct TimeTick {
  double seconds;    ///< since the axis begins
  std::string text;  ///< "30 s"
};

/// At most `most` steps of a time axis that is so long, in a unit that suits them; one line if it
/// has no length.
std::vector<TimeTick> time_ticks(double seconds, int most = 5);

/// Neighbouring rows of an axis whose rows are distinct things, all of the same height.
struct AxisBlock {
  uint32_t first;
  uint32_t last;
  std::string text;  ///< empty: there is no room for one

  double centre() const { return (static_cast<double>(first) + last + 1) / 2; }
};

/// The sorted addresses by CIDR blocks, all equally long, and as small as `most` of them allow:
/// "198.51.100.32/27". Texts are at least one part of `most` apart; larger blocks have precedence.
/// O(n).
std::vector<AxisBlock> address_blocks(std::span<const Address> sorted, size_t most);

/// Some of the sorted services, the same distance apart: the first and the last, then those with
/// well-known ports, then others. O(n).
std::vector<AxisBlock> service_blocks(std::span<const Service> sorted, size_t most);

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_AXES_H_
