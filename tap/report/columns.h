// The columns of sources and of their destinations: the one place that names them. Text, JSON, CSV,
// HTML and the window write what stands here, each in its own form, and in this order. A new column
// is one row in source_columns.cc or destination_columns.cc.
#ifndef FANOUT_TAP_REPORT_COLUMNS_H_
#define FANOUT_TAP_REPORT_COLUMNS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tap/count/location.h"
#include "tap/report/report.h"

namespace fanout {

/// What a column holds. It decides how a cell is written, aligned and sorted.
enum class Kind : uint8_t {
  kAddress,
  kName,     ///< the resolved name of an address
  kCountry,  ///< of an address, as kCountryIso, kAsOrganization and kAsNumber: see Location
  kCountryIso,
  kAsOrganization,
  kWords,     ///< a text, a flag or a network
  kReason,    ///< why the verdicts are as they are; sorts like them
  kVerdicts,  ///< sorts suspects before others
  kAnswer,    ///< whether a destination answered
  kService,   ///< a transport and its port
  kAsNumber,
  kCount,
  kBytes,
  kFrame,
  kRatio,
  kTime,
  kDuration,
};

/// Whether its cells are aligned to the right.
constexpr bool is_number(Kind kind) { return kind >= Kind::kAsNumber; }

/// Whether it holds a part of the Location of an address.
constexpr bool is_location(Kind kind) {
  return kind == Kind::kCountry || kind == Kind::kCountryIso || kind == Kind::kAsOrganization ||
         kind == Kind::kAsNumber;
}

/// That part, as it came; nothing where it is not known.
std::string location_part(const Location& location, Kind kind);

/// Nanoseconds since 1970, or kNoTime.
struct Time {
  int64_t at;
};

/// From `first` to `last`, as Time.
struct Duration {
  int64_t first;
  int64_t last;
};

/// A frame of one of many captures.
struct Place {
  uint32_t file;  ///< from 1, in the order of ReportSettings::files
  uint32_t frame;
};

/// `count` for each of `each`, which may be 0.
struct Ratio {
  uint64_t count;
  uint64_t each;
};

/// What came of contacting a destination.
struct Answer {
  bool contacted;
  bool answered;
  ServiceCount services;
};

/// What a cell holds; std::monostate is nothing. Texts live as long as the row.
using Value = std::variant<std::monostate, bool, uint64_t, Cardinality, Ratio, Place, Time,
                           Duration, Address, Network, Service, Verdicts, Answer, std::string_view>;

/// The verdict that the window shows of a source on the list of those never to flag.
inline constexpr std::string_view kNeverToFlag = "never to flag";

/// Where a column is, as a sum.
enum Where : uint8_t {
  kInJson = 1,
  kInCsv = 2,
  kInPairs = 4,  ///< CSV with a row for each pair
  kInHtml = 8,
  kInWindow = 16,
  kShown = 32,   ///< in the window, unless the user chose otherwise
  kOfMany = 64,  ///< only in a report on many captures
};

/// What of a source must be known for a cell, beyond what the engine counts: each costs more.
enum class Needs : uint8_t { kCounts, kFlag, kVerdicts, kEvidence, kReason };

/// How the text report, which has few columns, writes one.
struct Brief {
  const char* heading = nullptr;  ///< nullptr: it does not
  uint8_t narrowest = 0;          ///< characters
};

/// A column, whatever its rows are.
struct Column {
  const char* key;    ///< in JSON and CSV, and in what the window copies
  const char* title;  ///< in the window and in HTML
  const char* tooltip;
  Kind kind;
  uint8_t where;      ///< a sum of Where
  uint8_t csv_group;  ///< CSV is ordered by this first: scripts count columns, new ones come last
  Brief brief = {};   ///< in text
  Needs needs = Needs::kCounts;

  bool is_in(Where report) const { return (where & report) != 0; }
};

template <typename Row>
struct ColumnOf : Column {
  Value (*take)(const Row& row, const ReportSettings& settings);
  /// Whether JSON has this member for a row; nullptr: always, if there is a value.
  bool (*is_in_json)(const Row& row) = nullptr;
};

using SourceColumn = ColumnOf<SourceRow>;
using DestinationColumn = ColumnOf<DestinationRow>;

std::span<const SourceColumn> source_columns();
std::span<const DestinationColumn> destination_columns();

/// Those of a report, in its order. `many`: it is on many captures.
std::vector<const SourceColumn*> source_columns(Where report, bool many = false);
std::vector<const DestinationColumn*> destination_columns(Where report, bool many = false);

/// Those of the text report.
std::vector<const SourceColumn*> brief_source_columns();
std::vector<const DestinationColumn*> brief_destination_columns();

/// A number that sorts a value among those of its column; texts have none, and are 0.
int64_t sort_key(const Value& value);

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_COLUMNS_H_
