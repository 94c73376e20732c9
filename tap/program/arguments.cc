#include "tap/program/arguments.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>
#include <optional>
#include <string_view>

#include <getopt.h>

#include "tap/count/runs.h"

namespace fanout {
namespace {

constexpr char kHelp[] =
    R"(Usage: fanout [OPTION]... CAPTURE|DIRECTORY|RUNS|-...
Reports which sources in captures scan or sweep, and on what evidence.

  --threshold N      flag sources with more unique destinations (50)
  --ports N          a port scan: more than N ports of a host failed (15)
  --window SECONDS   flag only for new destinations within SECONDS
  --text|--json|--csv|--html   the report's format (text)
  --all  --pairs     list every source; list destinations too
  --top N            list only the first N sources
  --unicast          do not count multicast and broadcast
  --full             dissect every frame in full
  --file PATH        write the report there, not to standard output
  -Y, --filter FILTER    count only packets that match this filter
  -n  -N LETTERS     resolve no names; resolve names, as tshark -N
  -o NAME:VALUE      set a preference of Wireshark's, such as fanout.window:60
  -C PROFILE         use this configuration profile
  --jobs N           read N files at a time (as many as cores)
  --runs FILE        write a runs file to merge later, instead of a report;
                     --shards N  --apart  --list: see fanout-cluster(7)
  --follow           write a line of JSON for each new suspect
  --exit-code        end with status 1 if there are suspects  --help  --version
Status: 0, 1 for a wrong option, 2 if a file could not be read to its end.
)";

constexpr uint32_t kMostJobs = 1024;

// Options without a letter of their own.
enum Long : int {
  kWord = 256,  // of the table that -z has too
  kJobs,
  kRuns,
  kShards,
  kApart,
  kList,
  kFollow,
  kExitCode,
  kVersion,
};

constexpr option kOwnOptions[] = {
    {"jobs", required_argument, nullptr, kJobs}, {"runs", required_argument, nullptr, kRuns},
    {"follow", no_argument, nullptr, kFollow},   {"exit-code", no_argument, nullptr, kExitCode},
    {"version", no_argument, nullptr, kVersion}, {"shards", required_argument, nullptr, kShards},
    {"apart", no_argument, nullptr, kApart},     {"list", no_argument, nullptr, kList},
};

// All options, in the form of getopt_long(). The words of the table are literals.
std::vector<option> all_options() {
  std::vector<option> options(std::begin(kOwnOptions), std::end(kOwnOptions));
  for (const OptionRow& row : option_rows()) {
    if ((row.fronts & kProgram) == 0) continue;
    const int argument = row.value.empty() ? no_argument : required_argument;
    options.push_back({row.word.data(), argument, nullptr, kWord});
  }
  options.push_back({nullptr, 0, nullptr, 0});
  return options;
}

class Parser {
 public:
  std::variant<Arguments, OptionError> parse(int count, char** words) {
    opterr = 0;
    optind = 1;
    const std::vector<option> options = all_options();
    for (int index = 0;;) {
      const int before = optind;
      const int found = getopt_long(count, words, ":Y:nN:o:C:hv", options.data(), &index);
      if (found == -1) break;
      if (found == '?') return refused(words[optind > before ? optind - 1 : before]);
      if (found == ':') return OptionError{std::string(words[optind - 1]) + " needs a value"};
      take(found, options[static_cast<size_t>(index)].name);
      if (!error_.empty()) return OptionError{error_};
      if (arguments_.wish != Arguments::Wish::kReport) return arguments_;
    }
    arguments_.inputs.assign(words + optind, words + count);
    return finish();
  }

 private:
  static OptionError refused(const std::string& word) {
    return OptionError{"there is no option \"" + word + "\"; fanout --help lists them"};
  }

  void take(int found, const char* name) {
    switch (found) {
      case kWord:
        word(name);
        break;
      case 'Y':
        word("filter");
        break;
      case 'n':
        arguments_.dissector.resolving.emplace_back();
        arguments_.names = false;
        break;
      case 'N':
        if (*optarg == '\0') error_ = "-N needs letters";
        arguments_.dissector.resolving.emplace_back(optarg);
        arguments_.names = true;
        break;
      case 'o':
        arguments_.dissector.preferences.emplace_back(optarg);
        break;
      case 'C':
        arguments_.profile = optarg;
        if (*optarg == '\0') error_ = "-C needs the name of a profile";
        break;
      case kJobs:
        number("jobs", kMostJobs, arguments_.jobs);
        break;
      case kShards:
        number("shards", kMostShards, arguments_.shards);
        break;
      case kApart:
        arguments_.apart = true;
        break;
      case kList:
        arguments_.list = true;
        break;
      case kRuns:
        arguments_.runs = optarg;
        if (*optarg == '\0') error_ = "--runs needs a path";
        break;
      case kFollow:
        arguments_.follow = true;
        break;
      case kExitCode:
        arguments_.exit_code = true;
        break;
      case 'v':
      case kVersion:
        arguments_.wish = Arguments::Wish::kVersion;
        break;
      default:
        arguments_.wish = Arguments::Wish::kHelp;
    }
  }

  void word(const char* name) {
    reader_.take(name, optarg == nullptr ? std::nullopt : std::optional<std::string_view>(optarg));
    const auto result = reader_.result();
    if (const auto* error = std::get_if<OptionError>(&result)) {
      error_ = error->message;
    } else if (std::get<Options>(result).help) {
      arguments_.wish = Arguments::Wish::kHelp;
    }
  }

  void number(const std::string& name, uint32_t most, uint32_t& value) {
    const char* end = optarg + std::strlen(optarg);
    const auto [stopped, error] = std::from_chars(optarg, end, value);
    if (error != std::errc() || stopped != end || value < 1 || value > most) {
      error_ = name + " must be a whole number from 1 to " + std::to_string(most) + ", not \"" +
               optarg + '"';
    }
  }

  std::variant<Arguments, OptionError> finish() {
    arguments_.options = std::get<Options>(reader_.result());
    arguments_.dissector.filter = arguments_.options.filter;
    arguments_.dissector.filter_option = "--filter";
    if (arguments_.inputs.empty()) {
      return OptionError{"name a capture, a directory or a runs file, or - for standard input"};
    }
    const bool has_stdin = std::find(arguments_.inputs.begin(), arguments_.inputs.end(), "-") !=
                           arguments_.inputs.end();
    if ((has_stdin || arguments_.follow) && arguments_.inputs.size() > 1) {
      return OptionError{"standard input, and what --follow reads, can only be read alone"};
    }
    if (has_stdin && !arguments_.runs.empty()) {
      return OptionError{"--runs needs files, not standard input"};
    }
    const bool writes_file = !arguments_.options.file.empty() || !arguments_.runs.empty();
    if (arguments_.follow && writes_file) {
      return OptionError{"--follow writes to standard output only, and no runs"};
    }
    if (!arguments_.options.file.empty() && !arguments_.runs.empty()) {
      return OptionError{"--runs writes no report for --file"};
    }
    if ((arguments_.shards > 0 || arguments_.apart) && arguments_.runs.empty()) {
      return OptionError{"--shards and --apart are for --runs"};
    }
    if (arguments_.shards > 0 && arguments_.runs == "-") {
      return OptionError{"--shards writes a file for each shard: --runs needs a path"};
    }
    if (arguments_.list && (arguments_.follow || writes_file || has_stdin)) {
      return OptionError{"--list only lists the captures in files and folders"};
    }
    return std::move(arguments_);
  }

  Arguments arguments_;
  OptionReader reader_{kProgram};
  std::string error_;
};

}  // namespace

std::variant<Arguments, OptionError> parse_arguments(int count, char** words) {
  return Parser().parse(count, words);
}

std::string help() { return kHelp; }

}  // namespace fanout
