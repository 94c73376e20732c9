// In: the files and folders that were named. Out: the captures and files of runs to read.
#ifndef FANOUT_TAP_PROGRAM_INPUTS_H_
#define FANOUT_TAP_PROGRAM_INPUTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tap/runs/file.h"

namespace fanout {

/// A file to read.
struct Input {
  std::string path;
  bool is_runs = false;
  int64_t begin = 0;   ///< no frame of it has an earlier Moment::order
  uint64_t bytes = 0;  ///< its size on disk
};

struct Inputs {
  std::vector<Input> files;            ///< by `begin`, equal ones by path
  std::vector<Unreadable> unreadable;  ///< what was named, or found in a folder
};

/// Whether the report is to be on several files: more than one name, a folder, or a file of
/// runs.
bool are_many(const std::vector<std::string>& names);

/// Finds the captures and files of runs among these names, and those in folders and the folders in
/// them. What is in a folder and is no regular file, or empty, or whose content is no capture of a
/// network, is left out; what was named itself is a problem then. A file that is reached twice, by
/// links, is read once. Opens each file.
Inputs find_inputs(const std::vector<std::string>& names);

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_INPUTS_H_
