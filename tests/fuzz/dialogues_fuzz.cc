// Lets the input choose dialogues, where files end and where runs are flushed, and holds the runs
// against the packets.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/unit/dialogues.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  size_t at = 0;
  const fanout::Dice dice = [&](uint32_t most) -> uint32_t {
    uint32_t number = at < size ? data[at++] : 0;
    if (most > 256) number = number << 8 | (at < size ? data[at++] : 0u);
    return number % most;
  };
  const auto packets = fanout::random_dialogues(
      dice, {.packets = 1 + dice(60), .files = 1 + dice(3), .any_time = dice(2) == 0});
  fanout::FrameNumbers numbers;
  std::string error;
  const auto expected = fanout::count_packets(packets, numbers);
  const auto counted = fanout::count_by_runs(dice, packets, numbers, error);
  if (error.empty()) error = fanout::difference(*expected, *counted);
  if (error.empty()) return 0;
  std::fprintf(stderr, "%s\n", error.c_str());
  std::abort();
}
