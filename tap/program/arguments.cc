#include "tap/program/arguments.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <getopt.h>

namespace fanout {
namespace {

constexpr char kHelp[] =
    R"(Usage: fanout [OPTION]... CAPTURE|DIRECTORY|RUNS|-...
Says who in captures scans or sweeps, who was refused, and on what evidence.

  --threshold N      flag sources with more unique destinations (50)
  --ports N          more failed services on one host make a port scan (15)
  --window SECONDS   flag only for new destinations within so many seconds
  --text|--json|--csv|--html   the report's format (text)
  --all  --pairs     list every source; with each its destinations
  --top N            list only so many sources
  --unicast          leave multicast and broadcast destinations out
  --full             dissect every frame in full
  --file PATH        write the report there instead of to standard output
  -Y, --filter FILTER    count only packets that pass this display filter
  -n  -N LETTERS     give no names; give names, as tshark's -N
  -o NAME:VALUE      set a preference of Wireshark's, such as fanout.window:60
  -C PROFILE         use this configuration profile
  --jobs N           read so many files at a time (the number of cores)
  --runs FILE        write a runs file to merge later, instead of a report
  --follow           write a JSON line for each new suspect, for a pipe
  --exit-code        end with status 1 if there are suspects
  --help  --version
Status: 0, 1 for a wrong option, 2 if a file could not be read to its end.
)";

// Options without a letter of their own, from where no letter is.
enum Long : int {
  kWord = 256,  // a word of -z
  kJobs,
  kRuns,
  kFollow,
  kExitCode,
  kHelpOption,
  kVersionOption,
};

constexpr option kOptions[] = {
    {"threshold", required_argument, nullptr, kWord},
    {"text", no_argument, nullptr, kWord},
    {"json", no_argument, nullptr, kWord},
    {"csv", no_argument, nullptr, kWord},
    {"html", no_argument, nullptr, kWord},
    {"all", no_argument, nullptr, kWord},
    {"pairs", no_argument, nullptr, kWord},
    {"top", required_argument, nullptr, kWord},
    {"unicast", no_argument, nullptr, kWord},
    {"ports", required_argument, nullptr, kWord},
    {"window", required_argument, nullptr, kWord},
    {"full", no_argument, nullptr, kWord},
    {"file", required_argument, nullptr, kWord},
    {"filter", required_argument, nullptr, 'Y'},
    {"jobs", required_argument, nullptr, kJobs},
    {"runs", required_argument, nullptr, kRuns},
    {"follow", no_argument, nullptr, kFollow},
    {"exit-code", no_argument, nullptr, kExitCode},
    {"help", no_argument, nullptr, kHelpOption},
    {"version", no_argument, nullptr, kVersionOption},
    {nullptr, 0, nullptr, 0},
};

class Parser {
 public:
  std::variant<Arguments, OptionError> parse(int count, char** words) {
    opterr = 0;
    optind = 1;
    for (int index = 0;;) {
      const int taken = optind;
      const int found = getopt_long(count, words, ":Y:nN:o:C:hv", kOptions, &index);
      if (found == -1) break;
      if (found == '?') return refused(words[optind > taken ? optind - 1 : taken]);
      if (found == ':') return OptionError{std::string(words[optind - 1]) + " needs a value"};
      take(found, kOptions[index].name);
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
        arguments_.options.filter = optarg;
        if (*optarg == '\0') error_ = "--filter needs a display filter";
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
        jobs();
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
      case kVersionOption:
        arguments_.wish = Arguments::Wish::kVersion;
        break;
      default:
        arguments_.wish = Arguments::Wish::kHelp;
    }
  }

  // The words of -z are checked by its own parser, which knows no threshold but the first word.
  void word(const std::string& name) {
    if (name == "threshold") {
      if (!threshold_.empty()) error_ = "\"threshold\" is given twice";
      threshold_ = std::string(",") + optarg;
      const bool is_number =
          *optarg != '\0' && std::strspn(optarg, "0123456789+-") == std::strlen(optarg);
      if (!is_number)
        error_ = "threshold must be a whole number, not \"" + std::string(optarg) + '"';
    } else if (name == "file") {
      if (!arguments_.options.file.empty()) error_ = "\"file\" is given twice";
      if (*optarg == '\0') error_ = "--file needs a path";
      file_ = optarg;
    } else {
      words_ += "," + name;
      if (optarg == nullptr) return;
      if (std::strchr(optarg, ',') != nullptr) {
        error_ = name + " must be a whole number, not \"" + optarg + '"';
      }
      words_ += std::string("=") + optarg;
    }
  }

  void jobs() {
    constexpr unsigned kMost = 1024;
    const char* end = optarg + std::strlen(optarg);
    const auto [stopped, error] = std::from_chars(optarg, end, arguments_.jobs);
    if (error != std::errc() || stopped != end || arguments_.jobs < 1 || arguments_.jobs > kMost) {
      error_ = "jobs must be a whole number from 1 to " + std::to_string(kMost) + ", not \"" +
               optarg + '"';
    }
  }

  std::variant<Arguments, OptionError> finish() {
    auto parsed = parse_options("fanout" + threshold_ + words_);
    if (auto* error = std::get_if<OptionError>(&parsed)) return std::move(*error);
    std::string filter = std::move(arguments_.options.filter);
    arguments_.options = std::get<Options>(std::move(parsed));
    arguments_.options.filter = filter;
    arguments_.options.file = file_;
    arguments_.dissector.filter = std::move(filter);
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
    return std::move(arguments_);
  }

  Arguments arguments_;
  std::string threshold_;
  std::string words_;
  std::string file_;
  std::string error_;
};

}  // namespace

std::variant<Arguments, OptionError> parse_arguments(int count, char** words) {
  return Parser().parse(count, words);
}

std::string help() { return kHelp; }

}  // namespace fanout
