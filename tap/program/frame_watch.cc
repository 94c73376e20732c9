#include "tap/program/frame_watch.h"

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstring>

#include <sys/time.h>
#include <unistd.h>

namespace fanout {
namespace {

std::atomic<uint32_t> g_frame;
uint32_t g_frame_before;  // when the handler was called last

[[noreturn]] void end_with_message(uint32_t frame) {
  constexpr char kBefore[] = "fanout: Wireshark's dissection does not end with frame ";
  char message[sizeof kBefore + 16];
  std::memcpy(message, kBefore, sizeof kBefore);
  char* end = message + sizeof kBefore - 1;
  end = std::to_chars(end, message + sizeof message - 1, frame).ptr;
  *end++ = '\n';
  // There is nobody to tell that it cannot be written.
  [[maybe_unused]] const ssize_t written =
      write(STDERR_FILENO, message, static_cast<size_t>(end - message));
  _exit(2);
}

FrameWatch::GiveUp g_give_up = end_with_message;

void on_tick(int) {
  const uint32_t frame = g_frame.load(std::memory_order_relaxed);
  if (frame == g_frame_before && frame != 0) g_give_up(frame);
  g_frame_before = frame;
}

void tick_every(int seconds) {
  const itimerval every{{seconds, 0}, {seconds, 0}};
  setitimer(ITIMER_PROF, &every, nullptr);
}

}  // namespace

FrameWatch::FrameWatch() {
  g_frame = g_frame_before = 0;
  struct sigaction action {};
  action.sa_handler = on_tick;
  action.sa_flags = SA_RESTART;
  sigaction(SIGPROF, &action, nullptr);
  tick_every(kSeconds);
}

FrameWatch::~FrameWatch() { tick_every(0); }

void FrameWatch::begin(uint32_t frame) { g_frame.store(frame, std::memory_order_relaxed); }

void FrameWatch::set_give_up(GiveUp give_up) { g_give_up = give_up; }

}  // namespace fanout
