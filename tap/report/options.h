// What a user asks of a report: the options of -z fanout, of the program and of the window, all
// from the table in options.def.
#ifndef FANOUT_TAP_REPORT_OPTIONS_H_
#define FANOUT_TAP_REPORT_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace fanout {

enum class Format : uint8_t {
#define OPTION_FORMAT(word, enumerator, fronts, help) enumerator,
#include "tap/report/options.def"
};

/// The options that were given. What is not given is left to the preferences.
struct Options {
  std::optional<uint64_t> threshold;  ///< more unique destinations than these flag a source
  Format format = Format::kText;
  bool all = false;                ///< list every source, not only the flagged and the suspects
  bool pairs = false;              ///< with each source its destinations
  bool unicast = false;            ///< do not count multicast and broadcast destinations
  bool full = false;               ///< dissect every frame in full
  bool help = false;               ///< print the table of options instead of a report
  std::optional<uint64_t> top;     ///< list only so many sources
  std::optional<uint64_t> ports;   ///< more failed services on one host make a port scan
  std::optional<uint64_t> window;  ///< seconds; flag only for new destinations within them
  std::string file;                ///< where to write the report; empty: standard output
  std::string filter;              ///< a display filter, not checked here; empty: none
};

/// Who takes options; a set of them is the sum.
enum Front : uint8_t { kStatistic = 1, kWindow = 2, kProgram = 4, kLua = 8 };

/// How -z writes an option.
enum class OptionKind : uint8_t { kFormat, kFlag, kNumber, kText, kFirst, kRest, kHelp };

/// One row of the table.
struct OptionRow {
  using Target = std::variant<Format, bool Options::*, std::optional<uint64_t> Options::*,
                              std::string Options::*>;

  std::string_view word;
  OptionKind kind;
  std::string_view value;  ///< what to call its value, such as "N"; empty: it has none
  uint64_t least;          ///< of a number
  uint64_t most;           ///< likewise
  uint8_t fronts;          ///< the fronts that take it
  std::string_view help;
  Target target;  ///< what it sets
};

/// All options, in the order in which they are documented.
std::span<const OptionRow> option_rows();

/// Why an argument was refused, in one line.
struct OptionError {
  std::string message;
};

/// Takes options one by one, as words with their values: "top" and "3", "json" and nothing.
class OptionReader {
 public:
  explicit OptionReader(Front front) : front_(front) {}

  /// Takes an option. False if this front has no such word, with or without a value as given here;
  /// what is wrong with the value comes out of result().
  bool take(std::string_view word, std::optional<std::string_view> value);

  /// The options taken so far, or the first error.
  std::variant<Options, OptionError> result() const;

 private:
  void set(const OptionRow& row, std::string_view value);
  void set_format(const OptionRow& row, Format format);
  std::optional<uint64_t> number(const OptionRow& row, std::string_view text);
  void fail(std::string message);

  Front front_;
  Options options_;
  std::string_view format_;
  std::set<std::string_view> seen_;
  std::string error_;
};

/// Parses `argument`, all of "fanout[,threshold][,option]…[,filter]". The filter is what follows
/// the last option, commas included.
std::variant<Options, OptionError> parse_options(std::string_view argument);

/// What is allowed after -z, in one line for error messages.
const std::string& options_usage();

/// The options that a front takes, as a table for a terminal of 80 columns: in the form of -z, or,
/// for the program, as --word.
std::string options_help(Front front);

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_OPTIONS_H_
