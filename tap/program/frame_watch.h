// Wireshark's dissection of some hostile frames does not end. Who waits for it learns so.
#ifndef FANOUT_TAP_PROGRAM_FRAME_WATCH_H_
#define FANOUT_TAP_PROGRAM_FRAME_WATCH_H_

#include <cstdint>

namespace fanout {

/// Watches the frames that a process reads, as long as this lives. There is one at a time.
class FrameWatch {
 public:
  /// Called from what tick_every() calls, with the number of a frame that takes too long: only what
  /// is safe there may be done, and it must end the process.
  using GiveUp = void (*)(uint32_t frame);

  /// A frame takes too long once it took so many seconds of processor time, or twice that: ordinary
  /// ones take microseconds.
  static constexpr int kSeconds = 10;

  FrameWatch();
  ~FrameWatch();
  FrameWatch(const FrameWatch&) = delete;
  FrameWatch& operator=(const FrameWatch&) = delete;

  /// The frame with this number is read now.
  static void begin(uint32_t frame);

  /// What this process does then, instead of ending with a message and status 2.
  static void set_give_up(GiveUp give_up);
};

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_FRAME_WATCH_H_
