// Reads captures side by side, each by a process of its own: libwireshark's state is global, and a
// crash in it costs one capture.
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
  /// What is done with the file of this number, in the processes.
  struct Work {
    std::function<Collected(uint32_t number)> collect;
    std::function<std::string(uint32_t number)> path;
  };

  /// Starts `jobs` servers for the files with the numbers in `order`: processes that start another
  /// for each file. A server has prepared `library`, once a file needed it, and the process of the
  /// next file begins with that. Throws Failure.
  Workers(unsigned jobs, std::vector<uint32_t> order, Library& library, Work work);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// What was collected of a file: waits for it, and meanwhile calls `wait` several times a second.
  /// To be taken in the order that was given, each once. A process that dies reading a file
  /// leaves no runs of it, but a problem. Throws Failure.
  Collected take(uint32_t number, const std::function<void()>& wait);

 private:
  [[noreturn]] void serve() noexcept;
  [[noreturn]] void read(uint32_t number);
  bool read_apart(uint32_t number);
  void allow_next();
  bool receive();
  void fail_without_servers();

  std::vector<uint32_t> order_;
  Library& library_;
  Work work_;
  std::vector<pid_t> servers_;
  int tokens_[2] = {-1, -1};   // a pipe of numbers to collect
  int results_[2] = {-1, -1};  // what was collected comes back
  size_t allowed_ = 0;
  std::map<uint32_t, Collected> ready_;
};

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_WORKERS_H_
