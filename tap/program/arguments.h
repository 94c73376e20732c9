// In: the command line of the program. Out: what it asks for.
#ifndef FANOUT_TAP_PROGRAM_ARGUMENTS_H_
#define FANOUT_TAP_PROGRAM_ARGUMENTS_H_

#include <string>
#include <variant>
#include <vector>

#include "tap/program/dissector.h"
#include "tap/report/options.h"

namespace fanout {

struct Arguments {
  enum class Wish { kReport, kHelp, kVersion };

  Wish wish = Wish::kReport;
  Options options;
  DissectorSettings dissector;
  std::string profile;              ///< -C; empty: the default one
  bool names = true;                ///< false with -n: nothing is named
  bool follow = false;              ///< write a line for each new suspect, and no report
  bool exit_code = false;           ///< end with 1 if there are suspects
  unsigned jobs = 0;                ///< how many files to read at a time; 0: as many as cores
  std::string runs;                 ///< write runs to this file ("-": standard output) instead
  uint32_t shards = 0;              ///< ... to so many files, by host pair; 0: as they come
  bool apart = false;               ///< ... with each packet a run of its own
  bool list = false;                ///< only list the captures
  std::vector<std::string> inputs;  ///< captures, folders, runs files; "-": standard input
};

/// Parses the command line, or says in one line why it is refused.
std::variant<Arguments, OptionError> parse_arguments(int count, char** words);

/// What --help prints: 24 lines at the most.
std::string help();

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_ARGUMENTS_H_
