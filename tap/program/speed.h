// How far and how fast reading is, in a line on a terminal.
#ifndef FANOUT_TAP_PROGRAM_SPEED_H_
#define FANOUT_TAP_PROGRAM_SPEED_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "tap/terminal/progress.h"

namespace fanout {

/// Files, packets, bytes a second and the time left.
class Speed {
 public:
  /// Begins with `files` files that have `bytes` on disk together; 0: it is not known how many.
  void start(size_t files, uint64_t bytes);

  /// Shows the line if it is time to. O(1): it reads the clock.
  void show(uint64_t files, uint64_t packets, uint64_t bytes);
  void clear() { line_.clear(); }

 private:
  using Clock = std::chrono::steady_clock;

  Progress line_;
  size_t files_ = 1;
  uint64_t bytes_ = 0;
  Clock::time_point start_ = Clock::now();
};

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_SPEED_H_
