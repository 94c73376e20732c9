#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "tap/report/columns.h"
#include "tap/report/json.h"
#include "tap/report/render.h"
#include "tap/report/report.h"
#include "tap/report/words.h"

namespace fanout {
namespace {

class JsonReport {
 public:
  JsonReport(const Report& report, const Presentation& presentation, const Sink& sink)
      : report_(report), presentation_(presentation), json_(sink, Json::Layout::kLines) {}

  void render() {
    write_summary();
    json_.rows("sources", report_.sources, [this](const SourceRow& row) { write_source(row); });
    if (report_.left_out > 0) json_.number("left_out", report_.left_out);
    json_.rows("most_active", report_.most_active,
               [this](const ActiveSource& source) { write_active(source); });
    json_.rows("distribution", report_.distribution, [this](const Bin& bin) {
      json_.number("from", bin.from);
      json_.number("to", bin.to);
      json_.number("sources", bin.sources);
    });
    json_.finish();
  }

 private:
  void write_summary() {
    const ReportSettings& settings = report_.settings;
    if (!settings.capture.empty()) json_.text("capture", settings.capture);
    json_.number("threshold", settings.threshold);
    json_.number("ports", settings.ports);
    json_.number("window", settings.window);
    json_.text("filter", settings.filter);
    if (settings.files) write_files(*settings.files);
    json_.number("frames", report_.frames);
    json_.number("first_time", exact_seconds(report_.first_time));
    json_.number("last_time", exact_seconds(report_.last_time));
    write_total("sources_total", report_.sources_total);
    write_total("pairs_total", report_.pairs_total);
    if (!report_.sources_total.exact() || !report_.pairs_total.exact()) {
      json_.boolean("exact", false);
    }
    json_.number("flagged_total", report_.flagged_total);
    json_.number("suspects_total", report_.suspects_total);
    json_.number("scans_total", report_.scans_total);
    if (report_.limit_hit_in != 0) {
      json_.object("limit", [this] {
        json_.number("pairs", report_.limit);
        json_.number("hit_in_frame", report_.limit_hit_in);
        if (report_.limit_hit_in_file != 0) {
          json_.text("hit_in_file", path_of(report_.limit_hit_in_file));
        }
      });
    }
    json_.text("dissection", report_.dissection.headers ? "headers" : "full");
    json_.number("header_frames", report_.dissection.header_frames);
    json_.number("full_frames", report_.dissection.full_frames);
  }

  void write_files(const std::vector<ReportFile>& files) {
    json_.rows("files", files, [this](const ReportFile& file) {
      json_.text("path", file.path);
      json_.number("frames", file.frames);
      json_.number("first_time", exact_seconds(file.first_time));
      json_.number("last_time", exact_seconds(file.last_time));
      json_.text("format", file.format);
      if (!file.problem.empty()) json_.text("problem", file.problem);
    });
  }

  void write_total(const std::string& name, const Cardinality& total) {
    json_.number(name.c_str(), total.value);
    if (total.exact()) return;
    json_.number((name + "_low").c_str(), total.low);
    json_.number((name + "_high").c_str(), total.high);
  }

  void write_name(const Address& address) {
    const std::string name = resolved_name(presentation_, address);
    if (!name.empty()) json_.text("name", name);
  }

  // Itself, or what is known of it.
  void write_address(const char* key, Kind kind, const Address& address) {
    const std::string text = address_cell(presentation_, kind, address);
    if (text.empty()) return;
    kind == Kind::kAsNumber ? json_.number(key, text) : json_.text(key, text);
  }

  void write_location(const Address& address) {
    for (const DestinationColumn* column : destination_columns_) {
      if (is_location(column->kind)) write_address(column->key, column->kind, address);
    }
  }

  void write_service(const char* name, const Service& service) {
    json_.object(name, [&] {
      json_.text("transport", transport_name(service.transport));
      json_.number("port", service.port);
      const std::string resolved = service_name(presentation_, service);
      if (!resolved.empty()) json_.text("name", resolved);
    });
  }

  template <typename Columns, typename Row>
  void write_members(const Columns& columns, const Row& row) {
    for (const auto* column : columns) {
      if (column->is_in_json != nullptr && !column->is_in_json(row)) continue;
      const Value value = column->take(row, report_.settings);
      std::visit([&](const auto& held) { write_member(*column, held); }, value);
    }
  }

  // Times and ratios that are not known are null; other things are left out then.
  template <typename Held>
  void write_member(const Column& column, const Held& held) {
    const char* key = column.key;
    if constexpr (std::is_same_v<Held, bool>) {
      json_.boolean(key, held);
    } else if constexpr (std::is_same_v<Held, uint64_t>) {
      json_.number(key, held);
    } else if constexpr (std::is_same_v<Held, Cardinality>) {
      json_.number(key, held.value);
    } else if constexpr (std::is_same_v<Held, Ratio>) {
      json_.number(key, exact_ratio(held));
    } else if constexpr (std::is_same_v<Held, Place>) {
      json_.number(key, held.frame);
    } else if constexpr (std::is_same_v<Held, Time>) {
      json_.number(key, exact_seconds(held.at));
    } else if constexpr (std::is_same_v<Held, Duration>) {
      json_.number(key, exact_duration(held.first, held.last));
    } else if constexpr (std::is_same_v<Held, Address>) {
      write_address(key, column.kind, held);
    } else if constexpr (std::is_same_v<Held, Network>) {
      json_.text(key, network_name(held));
    } else if constexpr (std::is_same_v<Held, Service>) {
      write_service(key, held);
    } else if constexpr (std::is_same_v<Held, Verdicts>) {
      json_.verdicts(key, held);
    } else if constexpr (std::is_same_v<Held, std::string_view>) {
      json_.text(key, held);
    }
  }

  void write_source(const SourceRow& row) {
    write_members(source_columns_, row);
    const auto scanned = scanned_hosts(row.evidence, report_.settings.ports);
    if (!scanned.empty() && row.suspect()) {
      json_.rows("scanned_hosts", scanned, [this](const ScannedHost& host) {
        json_.text("host", to_string(host.address));
        json_.number("services", host.tried);
        json_.number("failed", host.failed);
        json_.number("packets", host.packets);
      });
    }
    if (row.findings) {
      json_.rows("findings", row.findings->rows,
                 [this](const FindingRow& finding) { write_finding(finding); });
    }
    if (!report_.settings.pairs) return;
    json_.rows("destinations", report_.destinations(row),
               [this](const DestinationRow& destination) {
                 write_members(destination_columns_, destination);
               });
  }

  // What is not known is null.
  void write_finding(const FindingRow& row) {
    json_.text("destination", to_string(row.destination));
    write_name(row.destination);
    write_location(row.destination);
    const std::string null;
    const std::string name = row.has_service() ? service_name(presentation_, row.service) : "";
    if (row.has_service()) {
      json_.text("transport", transport_name(row.service.transport));
      json_.number("port", row.service.port);
    } else {
      json_.number("transport", null);
      json_.number("port", null);
    }
    name.empty() ? json_.number("service", null) : json_.text("service", name);
    json_.text("state", finding_state_name(row.state));
    json_.number("first_frame", row.first_frame);
    if (row.first_file != 0) json_.text("first_file", path_of(row.first_file));
    json_.number("last_frame", row.last_frame);
    if (row.last_file != 0) json_.text("last_file", path_of(row.last_file));
    json_.number("packets", row.packets);
    json_.number("bytes_sent", row.sent);
    json_.number("bytes_received", row.received);
    json_.number("after", exact_milliseconds(row.after));
  }

  std::string_view path_of(uint32_t file) const { return (*report_.settings.files)[file - 1].path; }

  void write_active(const ActiveSource& source) {
    json_.text("source", to_string(source.address));
    write_name(source.address);
    json_.text("network", network_name(source.address.network));
    json_.number("unique_destinations", source.destinations.value);
    if (!source.destinations.exact()) {
      json_.boolean("exact", false);
      json_.number("low", source.destinations.low);
      json_.number("high", source.destinations.high);
    }
    json_.number("packets", source.packets);
    json_.number("bytes", source.bytes);
  }

  const Report& report_;
  const Presentation& presentation_;
  const std::vector<const SourceColumn*> source_columns_ =
      source_columns(kInJson, report_.settings.files != nullptr);
  const std::vector<const DestinationColumn*> destination_columns_ =
      destination_columns(kInJson, report_.settings.files != nullptr);
  Json json_;
};

}  // namespace

void render_json(const Report& report, const Presentation& presentation, const Sink& sink) {
  JsonReport(report, presentation, sink).render();
}

}  // namespace fanout
