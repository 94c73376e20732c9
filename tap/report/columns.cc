#include "tap/report/columns.h"

#include <algorithm>
#include <type_traits>

namespace fanout {
namespace {

template <typename Column, typename Predicate>
std::vector<const Column*> chosen(std::span<const Column> columns, Predicate is_chosen) {
  std::vector<const Column*> result;
  for (const Column& column : columns) {
    if (is_chosen(column)) result.push_back(&column);
  }
  return result;
}

template <typename Column>
std::vector<const Column*> of_report(std::span<const Column> columns, Where report, bool many) {
  auto result = chosen(columns, [&](const Column& column) {
    return column.is_in(report) && (many || !column.is_in(kOfMany));
  });
  if (report == kInCsv || report == kInPairs) {
    std::stable_sort(result.begin(), result.end(),
                     [](const Column* a, const Column* b) { return a->csv_group < b->csv_group; });
  }
  return result;
}

template <typename Column>
std::vector<const Column*> briefs(std::span<const Column> columns) {
  return chosen(columns, [](const Column& column) { return column.brief.heading != nullptr; });
}

// Suspects come first when it falls.
int64_t verdicts_key(const Verdicts& verdicts) {
  int64_t key = 0;
  for (int i = 0; i < kVerdicts; ++i) {
    if (verdicts.has(static_cast<Verdict>(i))) key |= int64_t{1} << (kVerdicts - i);
  }
  return key;
}

}  // namespace

std::vector<const SourceColumn*> source_columns(Where report, bool many) {
  return of_report(source_columns(), report, many);
}

std::vector<const DestinationColumn*> destination_columns(Where report, bool many) {
  return of_report(destination_columns(), report, many);
}

std::vector<const SourceColumn*> brief_source_columns() { return briefs(source_columns()); }

std::vector<const DestinationColumn*> brief_destination_columns() {
  return briefs(destination_columns());
}

std::string location_part(const Location& location, Kind kind) {
  switch (kind) {
    case Kind::kCountry:
      return location.country;
    case Kind::kCountryIso:
      return location.country_iso;
    case Kind::kAsOrganization:
      return location.as_organization;
    case Kind::kAsNumber:
      return location.as_number == 0 ? std::string() : std::to_string(location.as_number);
    default:
      return {};
  }
}

int64_t sort_key(const Value& value) {
  return std::visit(
      [](const auto& held) -> int64_t {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::monostate>) {
          return -1;
        } else if constexpr (std::is_same_v<Held, bool> || std::is_same_v<Held, uint64_t> ||
                             std::is_same_v<Held, Network>) {
          return static_cast<int64_t>(held);
        } else if constexpr (std::is_same_v<Held, Cardinality>) {
          return static_cast<int64_t>(held.value);
        } else if constexpr (std::is_same_v<Held, Ratio>) {
          return static_cast<int64_t>(held.count * 1000 / std::max<uint64_t>(1, held.each));
        } else if constexpr (std::is_same_v<Held, Place>) {
          return int64_t{held.file} << 32 | held.frame;
        } else if constexpr (std::is_same_v<Held, Time>) {
          return held.at;
        } else if constexpr (std::is_same_v<Held, Duration>) {
          return held.first == kNoTime ? 0 : held.last - held.first;
        } else if constexpr (std::is_same_v<Held, Service>) {
          return static_cast<int64_t>(held.transport) << 16 | held.port;
        } else if constexpr (std::is_same_v<Held, Verdicts>) {
          return verdicts_key(held);
        } else if constexpr (std::is_same_v<Held, Answer>) {
          return (held.contacted ? 1 : 0) + (held.answered ? 1 : 0);
        } else {
          return 0;
        }
      },
      value);
}

}  // namespace fanout
