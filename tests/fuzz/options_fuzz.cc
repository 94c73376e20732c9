// Parses whatever comes after -z and checks what must hold of the result.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "tap/report/options.h"

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s does not hold\n", what);
  std::abort();
}

bool numbers_are_in_range(const fanout::Options& options) {
  for (const fanout::OptionRow& row : fanout::option_rows()) {
    const auto* target = std::get_if<std::optional<uint64_t> fanout::Options::*>(&row.target);
    if (target == nullptr) continue;
    const std::optional<uint64_t> number = options.**target;
    if (number && (*number < row.least || *number > row.most)) return false;
  }
  return true;
}

void check(std::string_view argument) {
  const auto result = fanout::parse_options(argument);
  if (const auto* error = std::get_if<fanout::OptionError>(&result)) {
    require(!error->message.empty(), "an error says why");
    return;
  }
  const auto& options = std::get<fanout::Options>(result);
  require(argument.starts_with("fanout"), "only fanout is accepted");
  require(argument.ends_with(options.filter), "the filter is the end of the argument");
  require(argument.find(options.file) != std::string_view::npos, "the path is given");
  require(numbers_are_in_range(options), "the numbers are in range");
  const auto again =
      fanout::parse_options(argument.substr(0, argument.size() - options.filter.size()));
  require(std::holds_alternative<fanout::Options>(again) &&
              std::get<fanout::Options>(again).filter.empty(),
          "the options are accepted without the filter");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check(text);
  check("fanout," + text);
  return 0;
}
