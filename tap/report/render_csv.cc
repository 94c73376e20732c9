// A header line and a row for each source, with the names of the JSON report. What is nested there
// is flat here: the verdicts are joined by spaces, and a service has three columns. The columns are
// always the same; what JSON leaves out is an empty cell.
//
// With pairs there is a row for each pair instead: the columns that name the source, and those of
// the destination, and what is known of the source's location. `packets`, `bytes`, `first_frame`,
// ... are then the pair's.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "tap/report/column_tables.h"
#include "tap/report/columns.h"
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

constexpr std::string_view kServiceParts[] = {"_transport", "_port", "_name"};

// Rows of cells, with the line ends of RFC 4180.
class Table {
 public:
  Table(const Presentation& presentation, const Sink& sink)
      : presentation_(presentation), output_(sink) {}

  template <typename Columns>
  void add_keys(const Columns& columns) {
    for (const auto* column : columns) {
      if (column->kind != Kind::kService) {
        add(column->key);
        continue;
      }
      for (const std::string_view part : kServiceParts) add(column->key + std::string(part));
    }
  }

  template <typename Columns, typename Row>
  void add_row(const Columns& columns, const Row& row, const ReportSettings& settings) {
    for (const auto* column : columns) add_value(*column, column->take(row, settings));
  }

  // A cell that is quoted already.
  void add(std::string_view cell) {
    if (!is_first_) output_ << ",";
    output_ << cell;
    is_first_ = false;
  }

  void end_row() {
    output_ << "\r\n";
    is_first_ = true;
  }

  void finish() { output_.flush(); }

 private:
  void add_value(const Column& column, const Value& value) {
    if (column.kind == Kind::kService) return add_service(std::get_if<Service>(&value));
    add(std::visit([&](const auto& held) { return cell(column, held); }, value));
  }

  template <typename Held>
  std::string cell(const Column& column, const Held& held) const {
    if constexpr (std::is_same_v<Held, bool>) {
      return held ? "true" : "false";
    } else if constexpr (std::is_same_v<Held, uint64_t>) {
      return std::to_string(held);
    } else if constexpr (std::is_same_v<Held, Cardinality>) {
      return std::to_string(held.value);
    } else if constexpr (std::is_same_v<Held, Ratio>) {
      return exact_ratio(held);
    } else if constexpr (std::is_same_v<Held, Place>) {
      return std::to_string(held.frame);
    } else if constexpr (std::is_same_v<Held, Time>) {
      return exact_seconds(held.at);
    } else if constexpr (std::is_same_v<Held, Duration>) {
      return exact_duration(held.first, held.last);
    } else if constexpr (std::is_same_v<Held, Address>) {
      return column.kind == Kind::kAddress
                 ? to_string(held)
                 : text_cell(address_cell(presentation_, column.kind, held));
    } else if constexpr (std::is_same_v<Held, Network>) {
      return network_name(held);
    } else if constexpr (std::is_same_v<Held, Verdicts>) {
      return verdict_names(held, " ");
    } else if constexpr (std::is_same_v<Held, std::string_view>) {
      return text_cell(held);
    } else {
      return {};
    }
  }

  void add_service(const Service* service) {
    add(service == nullptr ? "" : transport_name(service->transport));
    add(service == nullptr ? "" : std::to_string(service->port));
    add(service == nullptr ? "" : text_cell(service_name(presentation_, *service)));
  }

  const Presentation& presentation_;
  Buffer output_;
  bool is_first_ = true;
};

void write_sources(Table& table, const Report& report) {
  const auto columns = source_columns(kInCsv, report.settings.files != nullptr);
  table.add_keys(columns);
  table.end_row();
  for (const SourceRow& row : report.sources) {
    table.add_row(columns, row, report.settings);
    table.end_row();
  }
}

void write_pairs(Table& table, const Report& report, const Presentation& presentation) {
  const auto all_of_source = source_columns(kInPairs);
  // What the source's columns got later comes after those of the destination.
  const auto later =
      std::find_if(all_of_source.begin(), all_of_source.end(),
                   [](const SourceColumn* column) { return column->csv_group >= kLocated; });
  const std::vector of_source(all_of_source.begin(), later);
  const std::vector of_source_last(later, all_of_source.end());
  const auto of_destination = destination_columns(kInPairs, report.settings.files != nullptr);
  table.add_keys(of_source);
  table.add_keys(of_destination);
  table.add_keys(of_source_last);
  table.end_row();
  for (const SourceRow& source : report.sources) {
    // Once for each source: its name is not looked up for each pair.
    const auto cells_of = [&](const auto& columns) {
      std::string cells;
      const Sink keep = [&](std::string_view text) { cells += text; };
      Table once(presentation, keep);
      once.add_row(columns, source, report.settings);
      once.finish();
      return cells;
    };
    const std::string cells = cells_of(of_source);
    const std::string last_cells = cells_of(of_source_last);
    for (const DestinationRow& row : report.destinations(source)) {
      table.add(cells);
      table.add_row(of_destination, row, report.settings);
      table.add(last_cells);
      table.end_row();
    }
  }
}

}  // namespace

void render_csv(const Report& report, const Presentation& presentation, const Sink& sink) {
  Table table(presentation, sink);
  if (report.settings.pairs) {
    write_pairs(table, report, presentation);
  } else {
    write_sources(table, report);
  }
  table.finish();
}

}  // namespace fanout
