#include "tap/terminal/progress.h"

#include <cinttypes>
#include <cstdio>

#ifdef _WIN32
#include <io.h>
#define fileno _fileno
#define isatty _isatty
#else
#include <unistd.h>
#endif

namespace fanout {
namespace {

constexpr std::chrono::milliseconds kQuiet{1000};
constexpr std::chrono::milliseconds kInterval{500};

}  // namespace

Progress::Progress() : is_terminal_(isatty(fileno(stderr)) != 0), next_(Clock::now() + kQuiet) {}

bool Progress::half_second_over() {
  const Clock::time_point now = Clock::now();
  if (now < next_) return false;
  next_ = now + kInterval;
  return true;
}

void Progress::show(uint64_t frames, uint64_t sources, uint64_t pairs) {
  std::fprintf(stderr, "\r%" PRIu64 " frames, %" PRIu64 " sources, %" PRIu64 " pairs\033[K", frames,
               sources, pairs);
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
