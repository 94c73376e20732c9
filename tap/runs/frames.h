// Numbers for frames of many files.
#ifndef FANOUT_TAP_RUNS_FRAMES_H_
#define FANOUT_TAP_RUNS_FRAMES_H_

#include <cstdint>
#include <limits>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "tap/count/table.h"

namespace fanout {

/// A frame of one of many files.
struct FramePlace {
  uint32_t file = 0;
  uint32_t frame = 0;  ///< from 1; 0: not known
  bool operator==(const FramePlace&) const = default;
};

/// Gives each (file, frame) a number of 32 bits, which is what the engine keeps, and finds the
/// frame of a number.
///
/// The numbers go out block by block as frames get theirs, of whichever files: neither the files
/// nor how many frames they have must be known before. Numbers of one file do not always rise with
/// its frames, and those of different files say nothing about which came first. There are 4.29
/// billion, less up to a block (1024) a file; frames past them have the number 0, "not known", and
/// are counted like others. About 30 bytes a block.
class FrameNumbers {
 public:
  /// Gives out so many blocks at most.
  explicit FrameNumbers(uint32_t most_blocks = kMostBlocks) : most_blocks_(most_blocks) {}

  /// The number of a frame (which is from 1), or 0. Amortised O(1).
  uint32_t number(uint32_t file, uint32_t frame) {
    const uint32_t index = frame - 1;
    const uint32_t block = find(uint64_t{file} << 32 | index / kBlock);
    return block == kNone ? 0 : block * kBlock + index % kBlock + 1;
  }

  /// The place of a number that was given; frame 0 for the number 0. O(1).
  FramePlace place(uint32_t number) const {
    if (number == 0) return {};
    const uint64_t key = blocks_[(number - 1) / kBlock];
    return {static_cast<uint32_t>(key >> 32),
            static_cast<uint32_t>(key) * kBlock + (number - 1) % kBlock + 1};
  }

 private:
  static constexpr uint32_t kBlock = 1024;
  static constexpr uint32_t kMostBlocks = std::numeric_limits<uint32_t>::max() / kBlock;

  // The block with this key: its file, and which of the file's blocks it is.
  uint32_t find(uint64_t key) {
    if (latest_ < blocks_.size() && blocks_[latest_] == key) return latest_;
    const auto found = places_.find(key);
    if (found != places_.end()) return latest_ = found->second;
    if (blocks_.size() >= most_blocks_) return kNone;
    latest_ = static_cast<uint32_t>(blocks_.size());
    blocks_.push_back(key);
    places_.emplace(key, latest_);
    return latest_;
  }

  uint32_t most_blocks_;
  uint32_t latest_ = 0;
  std::vector<uint64_t> blocks_;  // their keys
  boost::unordered_flat_map<uint64_t, uint32_t> places_;
};

}  // namespace fanout

#endif  // FANOUT_TAP_RUNS_FRAMES_H_
