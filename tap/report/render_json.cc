#include <cinttypes>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <glib.h>
#include <wsutil/json_dumper.h>

#include "tap/report/columns.h"
#include "tap/report/render.h"
#include "tap/report/report.h"
#include "tap/report/words.h"

namespace fanout {
namespace {

// Wireshark's JSON writer: one object, with a line for each member and for each row of its arrays.
class Json {
 public:
  explicit Json(const Sink& sink) : sink_(sink) {
    dumper_.output_string = text_.get();
    dumper_.flags = JSON_DUMPER_FLAGS_PRETTY_PRINT;
    json_dumper_begin_object(&dumper_);
  }

  void finish() {
    json_dumper_end_object(&dumper_);
    json_dumper_finish(&dumper_);
    flush();
  }

  void number(const char* name, uint64_t value) {
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_value_anyf(&dumper_, "%" PRIu64, value);
  }

  // A number that was written already; nothing is null.
  void number(const char* name, const std::string& value) {
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_value_anyf(&dumper_, "%s", value.empty() ? "null" : value.c_str());
  }

  void boolean(const char* name, bool value) {
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_value_anyf(&dumper_, "%s", value ? "true" : "false");
  }

  void text(const char* name, std::string_view value) {
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_value_string(&dumper_, valid_utf8(value).c_str());
  }

  template <typename Write>
  void object(const char* name, Write write) {
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_begin_object(&dumper_);
    write();
    json_dumper_end_object(&dumper_);
  }

  void array(const char* name, const Verdicts& verdicts) {
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_begin_array(&dumper_);
    for (int i = 0; i < kVerdicts; ++i) {
      const auto verdict = static_cast<Verdict>(i);
      if (verdicts.has(verdict)) json_dumper_value_string(&dumper_, verdict_name(verdict));
    }
    json_dumper_end_array(&dumper_);
  }

  // An array with an object for each row.
  template <typename Rows, typename Write>
  void rows(const char* name, const Rows& rows, Write write) {
    const int flags = dumper_.flags;
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_begin_array(&dumper_);
    for (const auto& row : rows) {
      dumper_.flags |= JSON_DUMPER_FLAGS_PRETTY_PRINT;
      json_dumper_begin_object(&dumper_);
      dumper_.flags &= ~JSON_DUMPER_FLAGS_PRETTY_PRINT;
      write(row);
      json_dumper_end_object(&dumper_);
      if (text_->len >= Buffer::kPiece) flush();
    }
    dumper_.flags |= JSON_DUMPER_FLAGS_PRETTY_PRINT;
    json_dumper_end_array(&dumper_);
    dumper_.flags = flags;
  }

 private:
  struct Free {
    void operator()(GString* string) const { g_string_free(string, TRUE); }
  };

  void flush() {
    sink_({text_->str, text_->len});
    g_string_truncate(text_.get(), 0);
  }

  const Sink& sink_;
  std::unique_ptr<GString, Free> text_{g_string_new(nullptr)};
  json_dumper dumper_{};
};

class JsonReport {
 public:
  JsonReport(const Report& report, const Presentation& presentation, const Sink& sink)
      : report_(report), presentation_(presentation), json_(sink) {}

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
    if (report_.limit_hit_in != 0) {
      json_.object("limit", [this] {
        json_.number("pairs", report_.limit);
        json_.number("hit_in_frame", report_.limit_hit_in);
        if (report_.limit_hit_in_file != 0) {
          json_.text("hit_in_file", (*report_.settings.files)[report_.limit_hit_in_file - 1].path);
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
      column.kind == Kind::kName ? write_name(held) : json_.text(key, to_string(held));
    } else if constexpr (std::is_same_v<Held, Network>) {
      json_.text(key, network_name(held));
    } else if constexpr (std::is_same_v<Held, Service>) {
      write_service(key, held);
    } else if constexpr (std::is_same_v<Held, Verdicts>) {
      json_.array(key, held);
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
    if (!report_.settings.pairs) return;
    json_.rows("destinations", report_.destinations(row),
               [this](const DestinationRow& destination) {
                 write_members(destination_columns_, destination);
               });
  }

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
