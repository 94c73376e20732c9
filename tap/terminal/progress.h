// The progress of a long run: one line on a terminal, and nothing anywhere else.
#ifndef FANOUT_TAP_TERMINAL_PROGRESS_H_
#define FANOUT_TAP_TERMINAL_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <string>

namespace fanout {

/// Shows counts on standard error, if that is a terminal: from the first second on, twice a second.
class Progress {
 public:
  Progress();

  /// Called for each frame: cheap, and a clock is read only for every 4096th.
  bool is_due(uint64_t frames) { return is_terminal_ && frames % 4096 == 0 && half_second_over(); }
  /// The same for work that is measured otherwise.
  bool is_due() { return is_terminal_ && half_second_over(); }
  void show(uint64_t frames, uint64_t sources, uint64_t pairs);
  /// Shows any text of one line.
  void show(const std::string& text);
  /// Removes the line.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool half_second_over();

  bool is_terminal_;
  bool is_shown_ = false;
  Clock::time_point next_;
};

}  // namespace fanout

#endif  // FANOUT_TAP_TERMINAL_PROGRESS_H_
