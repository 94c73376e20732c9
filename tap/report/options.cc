#include "tap/report/options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace fanout {
namespace {

constexpr std::string_view kUsage =
    "fanout[,threshold][,text|json|csv|html][,all][,pairs][,top=N][,unicast][,ports=N]"
    "[,window=SECONDS][,full][,file=PATH][,filter]";

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

bool is_number_like(std::string_view text) {
  const std::string_view digits =
      text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
  return !digits.empty() &&
         std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<uint64_t> parse_number(std::string_view text, uint64_t least) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (number < least || number > kLargestNumber) return std::nullopt;
  return number;
}

// Takes the option words off the argument one by one.
class Parser {
 public:
  std::variant<Options, OptionError> parse(std::string_view argument) {
    constexpr std::string_view kName = "fanout";
    std::string_view rest = argument.substr(std::min(kName.size(), argument.size()));
    if (!argument.starts_with(kName) || (!rest.empty() && rest[0] != ',')) {
      return OptionError{quoted(argument) + " is not a statistic; did you mean " +
                         std::string(kUsage) + "?"};
    }
    for (bool first = true; !rest.empty(); first = false) {
      rest.remove_prefix(1);
      const std::string_view word = rest.substr(0, rest.find(','));
      const bool known = (first && threshold(word)) || format(word) || flag(word) || value(word);
      if (!error_.empty()) return OptionError{error_};
      if (!known) break;
      rest.remove_prefix(word.size());
    }
    options_.filter = rest;
    return options_;
  }

 private:
  bool threshold(std::string_view word) {
    if (!is_number_like(word)) return false;
    options_.threshold = number("threshold", word, 0);
    return true;
  }

  bool format(std::string_view word) {
    struct Named {
      std::string_view name;
      Format format;
    };
    constexpr std::array<Named, 4> kFormats{{{"text", Format::kText},
                                             {"json", Format::kJson},
                                             {"csv", Format::kCsv},
                                             {"html", Format::kHtml}}};
    const auto* found = std::find_if(kFormats.begin(), kFormats.end(),
                                     [&](const Named& named) { return named.name == word; });
    if (found == kFormats.end()) return false;
    if (!format_.empty()) {
      fail("give one format: " + quoted(format_) + " or " + quoted(word));
    }
    format_ = word;
    options_.format = found->format;
    return true;
  }

  bool flag(std::string_view word) {
    bool* option = word == "all"       ? &options_.all
                   : word == "pairs"   ? &options_.pairs
                   : word == "unicast" ? &options_.unicast
                   : word == "full"    ? &options_.full
                                       : nullptr;
    if (option == nullptr) return false;
    *option = true;
    once(word);
    return true;
  }

  bool value(std::string_view word) {
    const size_t equals = word.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view key = word.substr(0, equals);
    const std::string_view value = word.substr(equals + 1);
    if (key == "file") {
      if (value.empty()) fail("file= needs a path");
      options_.file = value;
    } else if (key == "top") {
      options_.top = number(key, value, 1);
    } else if (key == "ports") {
      options_.ports = number(key, value, 1);
    } else if (key == "window") {
      options_.window = number(key, value, 1);
    } else {
      return false;
    }
    once(key);
    return true;
  }

  std::optional<uint64_t> number(std::string_view name, std::string_view text, uint64_t least) {
    const std::optional<uint64_t> number = parse_number(text, least);
    if (!number) {
      fail(std::string(name) + " must be a whole number from " + std::to_string(least) + " to " +
           std::to_string(kLargestNumber) + ", not " + quoted(text));
    }
    return number;
  }

  void once(std::string_view name) {
    if (!seen_.insert(name).second) fail(quoted(name) + " is given twice");
  }

  void fail(std::string message) {
    if (error_.empty()) error_ = std::move(message);
  }

  Options options_;
  std::string_view format_;
  std::set<std::string_view> seen_;
  std::string error_;
};

}  // namespace

std::variant<Options, OptionError> parse_options(std::string_view argument) {
  return Parser().parse(argument);
}

std::string_view options_usage() { return kUsage; }

}  // namespace fanout
