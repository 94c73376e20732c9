#include "tap/terminal/progress.h"

#include <cstdio>

#include "tap/system/system.h"

namespace fanout {
namespace {

constexpr std::chrono::milliseconds kQuiet{1000};
constexpr std::chrono::milliseconds kInterval{500};

}  // namespace

Progress::Progress() : is_terminal_(is_terminal(stderr)), next_(Clock::now() + kQuiet) {}

bool Progress::half_second_over() {
  const Clock::time_point now = Clock::now();
  if (now < next_) return false;
  next_ = now + kInterval;
  return true;
}

void Progress::show(uint64_t frames, uint64_t sources, uint64_t pairs) {
  show(std::to_string(frames) + " frames, " + std::to_string(sources) + " sources, " +
       std::to_string(pairs) + " pairs");
}

void Progress::show(const std::string& text) {
  std::fprintf(stderr, "\r%s\033[K", text.c_str());
  std::fflush(stderr);
  is_shown_ = true;
}

void Progress::clear() {
  if (!is_shown_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  is_shown_ = false;
}

}  // namespace fanout
