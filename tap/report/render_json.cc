#include <cinttypes>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <glib.h>
#include <wsutil/json_dumper.h>

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
      });
    }
    json_.text("dissection", report_.dissection.headers ? "headers" : "full");
    json_.number("header_frames", report_.dissection.header_frames);
    json_.number("full_frames", report_.dissection.full_frames);
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

  void write_who(const Address& address, const Cardinality& destinations) {
    json_.text("source", to_string(address));
    write_name(address);
    json_.text("network", network_name(address.network));
    json_.number("unique_destinations", destinations.value);
    if (destinations.exact()) return;
    json_.boolean("exact", false);
    json_.number("low", destinations.low);
    json_.number("high", destinations.high);
  }

  void write_service(const char* name, const Service& service) {
    json_.object(name, [&] {
      json_.text("transport", transport_name(service.transport));
      json_.number("port", service.port);
      const std::string resolved = service_name(presentation_, service);
      if (!resolved.empty()) json_.text("name", resolved);
    });
  }

  void write_source(const SourceRow& row) {
    write_who(row.address, row.destinations);
    json_.number("packets", row.packets);
    json_.number("bytes", row.bytes);
    json_.number("first_frame", row.first_frame);
    json_.number("last_frame", row.last_frame);
    json_.number("first_time", exact_seconds(row.first_time));
    json_.number("last_time", exact_seconds(row.last_time));
    json_.number("duration", exact_duration(row.first_time, row.last_time));
    json_.boolean("flagged", row.flagged);
    json_.boolean("suspect", row.suspect());
    if (row.allowed) json_.boolean("allowed", true);
    json_.array("verdicts", row.verdicts);
    json_.text("reason", row.reason);
    write_evidence(row);
    if (report_.settings.pairs) {
      json_.rows("destinations", report_.destinations(row),
                 [this](const DestinationRow& destination) { write_destination(destination); });
    }
  }

  void write_evidence(const SourceRow& row) {
    const Evidence& evidence = row.evidence;
    for (const EvidenceCount& count : kEvidenceCounts) {
      json_.number(count.name, evidence.*count.count);
    }
    if (report_.settings.window > 0) json_.number("busiest_window", evidence.busiest_window);
    json_.number("packets_per_destination", packets_per_destination(row));
    if (evidence.failed_on_one_host > 0) json_.text("failed_host", to_string(evidence.failed_host));
    if (evidence.top_service_hosts > 0) write_service("top_service", evidence.top_service);
    if (evidence.scan_contacted > 0) write_service("scan_service", evidence.scan_service);
  }

  void write_destination(const DestinationRow& row) {
    json_.text("destination", to_string(row.address));
    write_name(row.address);
    json_.number("packets", row.packets);
    json_.number("bytes", row.bytes);
    json_.number("first_frame", row.first_frame);
    json_.number("first_time", exact_seconds(row.first_time));
    json_.boolean("contacted", row.contacted);
    json_.boolean("answered", row.answered);
    if (row.has_service) write_service("service", row.service);
    json_.number("services", row.services.tried);
    json_.number("services_answered", row.services.answered);
  }

  void write_active(const ActiveSource& source) {
    write_who(source.address, source.destinations);
    json_.number("packets", source.packets);
    json_.number("bytes", source.bytes);
  }

  const Report& report_;
  const Presentation& presentation_;
  Json json_;
};

}  // namespace

void render_json(const Report& report, const Presentation& presentation, const Sink& sink) {
  JsonReport(report, presentation, sink).render();
}

}  // namespace fanout
