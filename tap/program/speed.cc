#include "tap/program/speed.h"

#include <algorithm>
#include <cstdio>

namespace fanout {

void Speed::start(size_t files, uint64_t bytes) {
  files_ = files;
  bytes_ = bytes;
  start_ = Clock::now();
}

void Speed::show(uint64_t files, uint64_t packets, uint64_t bytes) {
  if (!line_.is_due()) return;
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  const double rate = static_cast<double>(bytes) / std::max(seconds, 1e-3);
  std::string text;
  if (files_ > 1) {
    text = std::to_string(files) + " of " + std::to_string(files_) + " files, ";
  }
  text += std::to_string(packets) + " packets";
  char part[64];
  std::snprintf(part, sizeof part, ", %.0f MB/s", rate / 1e6);
  text += part;
  if (bytes_ > bytes && rate > 0) {
    const auto left = static_cast<unsigned>(static_cast<double>(bytes_ - bytes) / rate + 1);
    std::snprintf(part, sizeof part, ", %u:%02u left", left / 60, left % 60);
    text += part;
  }
  line_.show(text);
}

}  // namespace fanout
