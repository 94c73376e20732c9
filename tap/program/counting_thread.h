// Counts in a thread of its own what another one reads.
#ifndef FANOUT_TAP_PROGRAM_COUNTING_THREAD_H_
#define FANOUT_TAP_PROGRAM_COUNTING_THREAD_H_

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "tap/count/engine.h"

namespace fanout {

/// Hands observations to an engine, many at a time. Until finish(), nobody else may use the engine.
class CountingThread {
 public:
  explicit CountingThread(Engine& engine);
  /// Leaves out what was not counted yet, unless finish() was called.
  ~CountingThread();
  CountingThread(const CountingThread&) = delete;
  CountingThread& operator=(const CountingThread&) = delete;

  /// Counts an observation, some time later. Waits only while too much is waiting to be counted.
  void count(const Observation& observation) {
    filling_.push_back(observation);
    if (filling_.size() == kBatch) hand_on();
  }

  /// Counts all, and ends the thread.
  void finish();

 private:
  using Batch = std::vector<Observation>;
  // About 1.5 MB in all.
  static constexpr size_t kBatch = 4096;
  static constexpr size_t kMostWaiting = 3;

  void hand_on();
  void run();

  Engine& engine_;
  Batch filling_;
  std::mutex mutex_;  // for what follows
  std::condition_variable changed_;
  std::deque<Batch> waiting_;
  std::vector<Batch> empty_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_COUNTING_THREAD_H_
