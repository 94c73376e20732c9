// Reads captures side by side, each by a process: libwireshark's state is global.
#ifndef FANOUT_TAP_PROGRAM_WORKERS_H_
#define FANOUT_TAP_PROGRAM_WORKERS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include <sys/types.h>

#include "tap/program/collect.h"

namespace fanout {

/// Processes that collect captures in a given order, a bounded number of them ahead of what is
/// taken.
class Workers {
 public:
  /// Collects the file with this number; called in the processes.
  using Work = std::function<Collected(uint32_t number)>;

  /// Starts `jobs` processes for the files with the numbers in `order`. Throws Failure.
  Workers(unsigned jobs, std::vector<uint32_t> order, Work work);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// What was collected of a file: waits for it, and meanwhile calls `wait` several times a second.
  /// To be taken in the order that was given, each once. A process that dies reading a file
  /// leaves no runs of it, but a problem. Throws Failure.
  Collected take(uint32_t number, const std::function<void()>& wait);

 private:
  struct Shared;

  void start_process(unsigned slot);
  [[noreturn]] void serve(unsigned slot);
  void allow_next();
  bool receive();
  void note_deaths();

  std::vector<uint32_t> order_;
  Work work_;
  Shared* shared_;
  std::vector<pid_t> processes_;
  int tokens_[2] = {-1, -1};   // a pipe of numbers to collect
  int results_[2] = {-1, -1};  // what was collected comes back
  size_t allowed_ = 0;
  std::map<uint32_t, Collected> ready_;
};

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_WORKERS_H_
