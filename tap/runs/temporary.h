// Files for what does not fit in memory.
#ifndef FANOUT_TAP_RUNS_TEMPORARY_H_
#define FANOUT_TAP_RUNS_TEMPORARY_H_

#include <cstdio>
#include <memory>

#include "tap/system/system.h"

namespace fanout {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using TemporaryFile = std::unique_ptr<std::FILE, CloseFile>;

/// A temporary file; nullptr, with errno, if there can be none.
inline TemporaryFile temporary_file() { return TemporaryFile(open_temporary()); }

}  // namespace fanout

#endif  // FANOUT_TAP_RUNS_TEMPORARY_H_
