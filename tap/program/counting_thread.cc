#include "tap/program/counting_thread.h"

#include <utility>

namespace fanout {

CountingThread::CountingThread(Engine& engine) : engine_(engine) {
  filling_.reserve(kBatch);
  thread_ = std::thread([this] { run(); });
}

CountingThread::~CountingThread() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
    is_over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void CountingThread::hand_on() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.size() < kMostWaiting; });
  waiting_.push_back(std::move(filling_));
  filling_ = Batch();
  if (!empty_.empty()) {
    filling_ = std::move(empty_.back());
    empty_.pop_back();
  }
  lock.unlock();
  changed_.notify_all();
  filling_.reserve(kBatch);
}

void CountingThread::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_over_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    Batch batch = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    changed_.notify_all();
    for (const Observation& observation : batch) engine_.post(observation);
    batch.clear();
    lock.lock();
    empty_.push_back(std::move(batch));
  }
}

void CountingThread::finish() {
  hand_on();
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  changed_.notify_all();
  thread_.join();
  engine_.flush();
}

}  // namespace fanout
