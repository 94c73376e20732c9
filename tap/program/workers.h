// Reads captures side by side, each by a process of its own: libwireshark's state is global, and a
// crash in it costs one capture.
#ifndef FANOUT_TAP_PROGRAM_WORKERS_H_
#define FANOUT_TAP_PROGRAM_WORKERS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

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

  virtual ~Workers() = default;

  /// What was collected of a file: waits for it, and meanwhile calls `wait` several times a second.
  /// To be taken in the order that was given, each once. A process that dies reading a file
  /// leaves no runs of it, but a problem. Throws Failure.
  virtual Collected take(uint32_t number, const std::function<void()>& wait) = 0;
};

/// Starts `jobs` servers for the files with the numbers in `order`: processes that start another
/// for each file. A server has prepared `library`, once a file needed it, and the process of the
/// next file begins with that. Nothing where processes cannot be forked, on Windows: there this
/// process has to read them. Throws Failure.
std::unique_ptr<Workers> start_workers(unsigned jobs, std::vector<uint32_t> order, Library& library,
                                       Workers::Work work);

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_WORKERS_H_
