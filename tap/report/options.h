// What a user asks of the statistic: the argument of -z fanout.
#ifndef FANOUT_TAP_REPORT_OPTIONS_H_
#define FANOUT_TAP_REPORT_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace fanout {

enum class Format : uint8_t { kText, kJson, kCsv, kHtml };

/// The options of one -z fanout. What is not given is left to the preferences.
struct Options {
  std::optional<uint64_t> threshold;  ///< more unique destinations than these flag a source
  Format format = Format::kText;
  bool all = false;                ///< list every source, not only the flagged and the suspects
  bool pairs = false;              ///< with each source its destinations
  bool unicast = false;            ///< leave multicast and broadcast destinations out
  bool full = false;               ///< dissect every frame in full
  std::optional<uint64_t> top;     ///< list only so many sources
  std::optional<uint64_t> ports;   ///< more failed services on one host make a port scan
  std::optional<uint64_t> window;  ///< seconds; flag only for new destinations within them
  std::string file;                ///< where to write the report; empty: standard output
  std::string filter;              ///< a display filter, not checked here; empty: none
};

/// The largest threshold, top, ports and window.
inline constexpr uint64_t kLargestNumber = uint64_t{1} << 32;

/// Why an argument was refused, in one line.
struct OptionError {
  std::string message;
};

/// Parses `argument`, all of "fanout[,threshold][,option]…[,filter]". The filter is what follows
/// the last option, commas included.
std::variant<Options, OptionError> parse_options(std::string_view argument);

/// What is allowed after -z: the options as a line for error messages.
std::string_view options_usage();

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_OPTIONS_H_
