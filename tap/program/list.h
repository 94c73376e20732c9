// In: the files and folders that were named. Out: a line for each capture in them, uncounted.
#ifndef FANOUT_TAP_PROGRAM_LIST_H_
#define FANOUT_TAP_PROGRAM_LIST_H_

#include <string>

#include "tap/program/inputs.h"

namespace fanout {

/// A line for each capture, of these columns with tabs between them:
///
///     capture     PATH  BEGIN
///     runs        PATH  BEGIN  FIRST  LAST  FRAMES  FORMAT  PROBLEM  FILE
///     unreadable  PATH  PROBLEM
///
/// "runs" are captures from which the runs in FILE were made, with their FileFacts. Times and text
/// are written as in such a file. Reads no more than what stands before the runs.
std::string list(const Inputs& inputs);

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_LIST_H_
