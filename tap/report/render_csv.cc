// A header line and a row for each source, with the names of the JSON report. What is nested there
// is flat here: the verdicts are joined by spaces, and a service has three columns. The columns are
// always the same; what JSON leaves out is an empty cell.
//
// With pairs there is a row for each pair instead: the columns that tell the source, and those of
// the destination. `packets`, `bytes`, `first_frame`, ... are then the pair's.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tap/report/render.h"
#include "tap/report/report.h"
#include "tap/report/words.h"

namespace fanout {
namespace {

// A spreadsheet takes a cell that begins with one of these for a formula, or may strip it and do so
// then (OWASP, "CSV Injection"); the last four are the full-width ones.
constexpr std::string_view kFormulaBeginnings[] = {"=",  "+",  "-",  "@",  "\t", "\r",
                                                   "\n", "＝", "＋", "－", "＠"};

std::string quoted(std::string_view text) {
  if (text.find_first_of(",\"") == std::string_view::npos) return std::string(text);
  std::string cell = "\"";
  for (const char c : text) {
    if (c == '"') cell += '"';
    cell += c;
  }
  return cell + '"';
}

// A cell for text that others chose.
std::string text_cell(std::string_view text) {
  std::string cell;
  for (const std::string_view beginning : kFormulaBeginnings) {
    if (text.starts_with(beginning)) cell = "'";
  }
  return quoted(cell + without_controls(text));
}

std::string cell(uint64_t number) { return std::to_string(number); }
std::string cell(bool value) { return value ? "true" : "false"; }

template <typename Row>
struct Column {
  const char* name;
  std::string (*cell)(const Row&, const Presentation&);
};
using SourceColumn = Column<SourceRow>;
using DestinationColumn = Column<DestinationRow>;

constexpr SourceColumn kWho[] = {
    {"source", [](const SourceRow& row, const Presentation&) { return to_string(row.address); }},
    {"name",
     [](const SourceRow& row, const Presentation& presentation) {
       return text_cell(resolved_name(presentation, row.address));
     }},
    {"network",
     [](const SourceRow& row, const Presentation&) -> std::string {
       return network_name(row.address.network);
     }},
    {"unique_destinations",
     [](const SourceRow& row, const Presentation&) { return cell(row.destinations.value); }},
};

constexpr SourceColumn kCounts[] = {
    {"packets", [](const SourceRow& row, const Presentation&) { return cell(row.packets); }},
    {"bytes", [](const SourceRow& row, const Presentation&) { return cell(row.bytes); }},
    {"first_frame",
     [](const SourceRow& row, const Presentation&) { return std::to_string(row.first_frame); }},
    {"last_frame",
     [](const SourceRow& row, const Presentation&) { return std::to_string(row.last_frame); }},
    {"first_time",
     [](const SourceRow& row, const Presentation&) { return exact_seconds(row.first_time); }},
    {"last_time",
     [](const SourceRow& row, const Presentation&) { return exact_seconds(row.last_time); }},
};

constexpr SourceColumn kJudgement[] = {
    {"flagged", [](const SourceRow& row, const Presentation&) { return cell(row.flagged); }},
    {"suspect", [](const SourceRow& row, const Presentation&) { return cell(row.suspect()); }},
    {"verdicts",
     [](const SourceRow& row, const Presentation&) { return verdict_names(row.verdicts, " "); }},
};

constexpr SourceColumn kReason[] = {
    {"reason", [](const SourceRow& row, const Presentation&) { return text_cell(row.reason); }},
    {"allowed", [](const SourceRow& row, const Presentation&) { return cell(row.allowed); }},
};

// What unique_destinations is worth.
constexpr SourceColumn kEstimate[] = {
    {"exact",
     [](const SourceRow& row, const Presentation&) { return cell(row.destinations.exact()); }},
    {"low", [](const SourceRow& row, const Presentation&) { return cell(row.destinations.low); }},
    {"high", [](const SourceRow& row, const Presentation&) { return cell(row.destinations.high); }},
};

constexpr SourceColumn kDetails[] = {
    {"duration", [](const SourceRow& row,
                    const Presentation&) { return exact_duration(row.first_time, row.last_time); }},
    {"packets_per_destination",
     [](const SourceRow& row, const Presentation&) { return packets_per_destination(row); }},
    {"failed_host",
     [](const SourceRow& row, const Presentation&) {
       return row.evidence.failed_on_one_host > 0 ? to_string(row.evidence.failed_host)
                                                  : std::string();
     }},
};

constexpr DestinationColumn kDestination[] = {
    {"destination",
     [](const DestinationRow& row, const Presentation&) { return to_string(row.address); }},
    {"destination_name",
     [](const DestinationRow& row, const Presentation& presentation) {
       return text_cell(resolved_name(presentation, row.address));
     }},
    {"packets", [](const DestinationRow& row, const Presentation&) { return cell(row.packets); }},
    {"bytes", [](const DestinationRow& row, const Presentation&) { return cell(row.bytes); }},
    {"first_frame", [](const DestinationRow& row,
                       const Presentation&) { return std::to_string(row.first_frame); }},
    {"first_time",
     [](const DestinationRow& row, const Presentation&) { return exact_seconds(row.first_time); }},
    {"contacted",
     [](const DestinationRow& row, const Presentation&) { return cell(row.contacted); }},
    {"answered", [](const DestinationRow& row, const Presentation&) { return cell(row.answered); }},
    {"services", [](const DestinationRow& row,
                    const Presentation&) { return std::to_string(row.services.tried); }},
    {"services_answered",
     [](const DestinationRow& row, const Presentation&) {
       return std::to_string(row.services.answered);
     }},
};

// Rows of cells, with the line ends of RFC 4180.
class Table {
 public:
  explicit Table(const Sink& sink) : output_(sink) {}

  void add(std::string_view cell) {
    if (!is_first_) output_ << ",";
    output_ << cell;
    is_first_ = false;
  }

  template <typename Columns>
  void add_names(const Columns& columns) {
    for (const auto& column : columns) add(column.name);
  }

  template <typename Columns, typename Row>
  void add_cells(const Columns& columns, const Row& row, const Presentation& presentation) {
    for (const auto& column : columns) add(column.cell(row, presentation));
  }

  void end_row() {
    output_ << "\r\n";
    is_first_ = true;
  }

  void finish() { output_.flush(); }

 private:
  Buffer output_;
  bool is_first_ = true;
};

void add_service_names(Table& table, const std::string& service) {
  for (const char* part : {"_transport", "_port", "_name"}) table.add(service + part);
}

void add_service(Table& table, bool is_known, const Service& service,
                 const Presentation& presentation) {
  table.add(is_known ? transport_name(service.transport) : "");
  table.add(is_known ? std::to_string(service.port) : "");
  table.add(is_known ? text_cell(service_name(presentation, service)) : "");
}

void add_evidence(Table& table, const Report& report, const Evidence& evidence,
                  const Presentation& presentation) {
  for (const EvidenceCount& count : kEvidenceCounts) table.add(cell(evidence.*count.count));
  table.add(report.settings.window > 0 ? cell(evidence.busiest_window) : "");
  add_service(table, evidence.top_service_hosts > 0, evidence.top_service, presentation);
  add_service(table, evidence.scan_contacted > 0, evidence.scan_service, presentation);
}

void write_sources(Table& table, const Report& report, const Presentation& presentation) {
  table.add_names(kWho);
  table.add_names(kCounts);
  table.add_names(kJudgement);
  table.add_names(kReason);
  table.add_names(kEstimate);
  table.add_names(kDetails);
  table.add_names(kEvidenceCounts);
  table.add("busiest_window");
  add_service_names(table, "top_service");
  add_service_names(table, "scan_service");
  table.end_row();
  for (const SourceRow& row : report.sources) {
    table.add_cells(kWho, row, presentation);
    table.add_cells(kCounts, row, presentation);
    table.add_cells(kJudgement, row, presentation);
    table.add_cells(kReason, row, presentation);
    table.add_cells(kEstimate, row, presentation);
    table.add_cells(kDetails, row, presentation);
    add_evidence(table, report, row.evidence, presentation);
    table.end_row();
  }
}

void write_pairs(Table& table, const Report& report, const Presentation& presentation) {
  table.add_names(kWho);
  table.add_names(kJudgement);
  table.add_names(kEstimate);
  table.add_names(kDestination);
  add_service_names(table, "service");
  table.end_row();
  for (const SourceRow& source : report.sources) {
    std::vector<std::string> source_cells;  // once: names are not looked up for each pair
    const auto fill = [&](const auto& columns) {
      for (const auto& column : columns) source_cells.push_back(column.cell(source, presentation));
    };
    fill(kWho);
    fill(kJudgement);
    fill(kEstimate);
    for (const DestinationRow& row : report.destinations(source)) {
      for (const std::string& cell : source_cells) table.add(cell);
      table.add_cells(kDestination, row, presentation);
      add_service(table, row.has_service, row.service, presentation);
      table.end_row();
    }
  }
}

}  // namespace

void render_csv(const Report& report, const Presentation& presentation, const Sink& sink) {
  Table table(sink);
  if (report.settings.pairs) {
    write_pairs(table, report, presentation);
  } else {
    write_sources(table, report, presentation);
  }
  table.finish();
}

}  // namespace fanout
