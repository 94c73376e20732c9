// What the tables of columns share.
#ifndef FANOUT_TAP_REPORT_COLUMN_TABLES_H_
#define FANOUT_TAP_REPORT_COLUMN_TABLES_H_

#include "tap/report/columns.h"

namespace fanout {

// Shown by default where the report can show it.
inline constexpr uint8_t kEverywhere = kInJson | kInCsv | kInPairs | kInHtml | kInWindow | kShown;
inline constexpr uint8_t kReports = kInJson | kInCsv;
inline constexpr uint8_t kHidden = kInJson | kInCsv | kInWindow;

// The groups of CSV: what it had from the beginning, and what was added to it one after the other.
inline constexpr uint8_t kFirst = 0;
inline constexpr uint8_t kAllowed = 1;
inline constexpr uint8_t kEstimate = 2;
inline constexpr uint8_t kDetails = 3;
inline constexpr uint8_t kEvidence = 4;
inline constexpr uint8_t kScan = 5;
inline constexpr uint8_t kFiles = 6;
inline constexpr uint8_t kFound = 7;
inline constexpr uint8_t kTool = 8;
inline constexpr uint8_t kLocated = 9;

// A part of where the row's address is.
template <typename Column>
constexpr Column located(const char* key, const char* title, const char* tooltip, Kind kind,
                         uint8_t where) {
  return {{key, title, tooltip, kind, where, kLocated},
          [](const auto& row, const ReportSettings&) -> Value { return row.address; }};
}
inline constexpr char kCountryTip[] = "The country of the address, by Wireshark's GeoIP databases";
inline constexpr char kCountryIsoTip[] = "The same in two letters (ISO 3166-1)";
inline constexpr char kAsNumberTip[] = "The autonomous system that the address belongs to";
inline constexpr char kAsOrganizationTip[] = "Whose autonomous system that is";

inline Value frame_of(uint32_t file, uint32_t frame) {
  return file == 0 ? Value(uint64_t{frame}) : Value(Place{file, frame});
}

inline Value path_of(const ReportSettings& settings, uint32_t file) {
  return file == 0 ? Value() : Value(std::string_view((*settings.files)[file - 1].path));
}

inline Value service_if(bool is_known, const Service& service) {
  return is_known ? Value(service) : Value();
}

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_COLUMN_TABLES_H_
