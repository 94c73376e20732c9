// Numbers for frames of many files.
#ifndef FANOUT_TAP_RUNS_FRAMES_H_
#define FANOUT_TAP_RUNS_FRAMES_H_

#include <cstdint>
#include <vector>

namespace fanout {

/// A frame of one of many files.
struct FramePlace {
  uint32_t file = 0;
  uint32_t frame = 0;  ///< from 1; 0: not known
  bool operator==(const FramePlace&) const = default;
};

/// Gives each (file, frame) a number of 32 bits, which is what the engine keeps, and tells the
/// place behind a number.
///
/// The numbers go out block by block as files are read, whichever and as many at once: neither the
/// files nor their frames must be known before. Numbers of one file rise with its frames; those of
/// different files say nothing about which came first. There are 4.29 billion, less up to a block
/// (1024) a file: frames past them have the number 0, "not known", and are counted all the same.
/// 12 bytes a block.
class FrameNumbers {
 public:
  /// The number of a frame, from 1, or 0. Amortised O(1).
  uint32_t number(uint32_t file, uint32_t frame);
  /// The place of a number that was given; frame 0 for the number 0. O(1).
  FramePlace place(uint32_t number) const;
};

}  // namespace fanout

#endif  // FANOUT_TAP_RUNS_FRAMES_H_
