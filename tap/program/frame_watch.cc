#include "tap/program/frame_watch.h"

#include <atomic>
#include <charconv>
#include <cstring>

#include "tap/system/process.h"

namespace fanout {
namespace {

std::atomic<uint32_t> g_frame;
uint32_t g_frame_before;  // at the last tick

[[noreturn]] void end_with_message(uint32_t frame) {
  constexpr char kBefore[] = "fanout: Wireshark's dissection does not end with frame ";
  char message[sizeof kBefore + 16];
  std::memcpy(message, kBefore, sizeof kBefore);
  char* end = message + sizeof kBefore - 1;
  end = std::to_chars(end, message + sizeof message - 1, frame).ptr;
  *end++ = '\n';
  end_now(2, {message, static_cast<size_t>(end - message)});
}

FrameWatch::GiveUp g_give_up = end_with_message;

void on_tick() {
  const uint32_t frame = g_frame.load(std::memory_order_relaxed);
  if (frame == g_frame_before && frame != 0) g_give_up(frame);
  g_frame_before = frame;
}

}  // namespace

FrameWatch::FrameWatch() {
  g_frame = g_frame_before = 0;
  tick_every(kSeconds, on_tick);
}

FrameWatch::~FrameWatch() { tick_every(0, on_tick); }

void FrameWatch::begin(uint32_t frame) { g_frame.store(frame, std::memory_order_relaxed); }

void FrameWatch::set_give_up(GiveUp give_up) { g_give_up = give_up; }

}  // namespace fanout
