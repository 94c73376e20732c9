// Holds the header path against Wireshark's own dissection, in this process: damaged frames of
// every link type that the header reader knows, each read on both paths.
//
//     against_wireshark SEEDS FRAMES [FINDINGS [NUMBER]]
//
// SEEDS is the folder "headers" that tests/fuzz/corpus.py wrote. What differs is cut down to as few
// frames, and these to as few bytes, as still differ, printed, and written as captures to the
// folder FINDINGS. NUMBER selects the damage: by default Wireshark's minor version, so that
// each version sees other frames. Ends with 1 if anything differs.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "tests/fuzz/damage.h"

namespace fanout {
namespace {

constexpr size_t kFramesOfACapture = 10000;
constexpr int kMostFindings = 10;

// What is wrong with the last frame of a capture.
std::string last_disagreement(std::span<const Frame> frames) {
  return disagreement(frames.back(), read_on_both_paths(frames).back());
}

// Without the frames before the last that have no part in it.
void drop_frames(std::vector<Frame>& frames) {
  for (size_t size = std::max<size_t>(1, frames.size() - 1); size > 0; size /= 2) {
    for (size_t begin = 0; begin + 1 < frames.size();) {
      std::vector<Frame> fewer(frames.begin(), frames.begin() + static_cast<ptrdiff_t>(begin));
      const size_t end = std::min(begin + size, frames.size() - 1);
      fewer.insert(fewer.end(), frames.begin() + static_cast<ptrdiff_t>(end), frames.end());
      if (last_disagreement(fewer).empty()) {
        begin = end;
      } else {
        frames = std::move(fewer);
      }
    }
  }
}

// With the frame `changed` in place of that at `index`, if the last still differs then.
bool try_frame(std::vector<Frame>& frames, size_t index, Frame changed) {
  if (changed == frames[index]) return false;
  std::swap(frames[index], changed);
  if (!last_disagreement(frames).empty()) return true;
  std::swap(frames[index], changed);
  return false;
}

void simplify_frame(std::vector<Frame>& frames, size_t index) {
  Frame whole = frames[index];
  whole.length = static_cast<uint32_t>(whole.captured.size());
  try_frame(frames, index, whole);
  for (size_t size = frames[index].captured.size(); size > 0; size /= 2) {
    while (frames[index].captured.size() > size) {
      Frame shorter = frames[index];
      shorter.captured.resize(shorter.captured.size() - size);
      shorter.length -= static_cast<uint32_t>(size);
      if (!try_frame(frames, index, shorter)) break;
    }
  }
  for (size_t i = 0; i < frames[index].captured.size(); ++i) {
    Frame plainer = frames[index];
    plainer.captured[i] = 0;
    try_frame(frames, index, plainer);
  }
}

void report(std::vector<Frame> frames, const std::string& folder, int number) {
  drop_frames(frames);
  for (size_t i = 0; i < frames.size(); ++i) simplify_frame(frames, i);
  std::printf("finding %d: link type %d, the last of %zu frame(s):", number,
              static_cast<int>(frames[0].link), frames.size());
  for (const Frame& frame : frames) {
    std::printf("\n%u bytes: ", frame.length);
    for (const uint8_t byte : frame.captured) std::printf("%02x", byte);
  }
  std::printf("\n%s", last_disagreement(frames).c_str());
  std::fflush(stdout);
  if (folder.empty()) return;
  std::filesystem::create_directories(folder);
  write_capture(folder + "/finding-" + std::to_string(number) + ".pcap", frames);
}

int run(int count, char** words) {
  if (count < 3 || count > 5) {
    std::fprintf(stderr, "usage: against_wireshark SEEDS FRAMES [FINDINGS [NUMBER]]\n");
    return 2;
  }
  const uint64_t wanted = std::strtoull(words[2], nullptr, 10);
  const std::string folder = count > 3 ? words[3] : "";
  const unsigned long number =
      count > 4 ? std::strtoul(words[4], nullptr, 10) : WIRESHARK_VERSION_MINOR;
  std::mt19937 random(static_cast<uint32_t>(number));
  const std::vector<std::vector<Frame>> seeds = read_seeds(words[1]);
  start_wireshark(words[0]);
  int findings = 0;
  uint64_t by_headers = 0;
  uint64_t read = 0;
  std::vector<Frame> frames(kFramesOfACapture);
  while (read < wanted && findings < kMostFindings) {
    // Ethernet half of the time: it has the most to read.
    const size_t link = random() % 2 == 0 ? 0 : random() % seeds.size();
    for (Frame& frame : frames) frame = damaged(seeds[link], static_cast<uint32_t>(read++), random);
    const std::vector<BothPaths> paths = read_on_both_paths(frames);
    for (size_t i = 0; i < frames.size(); ++i) {
      by_headers += paths[i].by_headers ? 1 : 0;
      if (disagreement(frames[i], paths[i]).empty()) continue;
      report({frames.begin(), frames.begin() + static_cast<ptrdiff_t>(i) + 1}, folder, ++findings);
      break;
    }
  }
  std::printf("%llu frames, %llu of them by their headers, %d finding(s)\n",
              static_cast<unsigned long long>(read), static_cast<unsigned long long>(by_headers),
              findings);
  // A header reader that leaves all to the dissection would never differ.
  return findings == 0 && by_headers > read / 4 ? 0 : 1;
}

}  // namespace
}  // namespace fanout

int main(int count, char** words) {
  try {
    return fanout::run(count, words);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "against_wireshark: %s\n", error.what());
    return 2;
  }
}
