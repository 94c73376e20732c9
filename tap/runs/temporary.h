// Files for what does not fit in memory.
#ifndef FANOUT_TAP_RUNS_TEMPORARY_H_
#define FANOUT_TAP_RUNS_TEMPORARY_H_

#include <cstdio>
#include <memory>
#include <string>

namespace fanout {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using TemporaryFile = std::unique_ptr<std::FILE, CloseFile>;

/// The folder of temporary files: TMPDIR, or /tmp.
std::string temporary_folder();

/// A file there, without a name, so that nothing is left of it however the process ends; nullptr,
/// with errno, if there can be none.
TemporaryFile temporary_file();

}  // namespace fanout

#endif  // FANOUT_TAP_RUNS_TEMPORARY_H_
