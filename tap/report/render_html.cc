#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tap/report/html.h"
#include "tap/report/html_charts.h"
#include "tap/report/html_contacts.h"
#include "tap/report/html_files.h"
#include "tap/report/html_findings.h"
#include "tap/report/html_table.h"
#include "tap/report/render.h"
#include "tap/report/report.h"
#include "tap/report/words.h"

namespace fanout {
namespace {

// What keeps the page below 5 MB, and quick to open: sources in the table, and suspects with a
// paragraph of their own.
constexpr size_t kSources = 1000;
constexpr size_t kSuspects = 50;

constexpr size_t kLines = 6;     // in the chart over time
constexpr size_t kScatters = 6;  // suspects with a scatter of their own

// A display filter that shows a source's packets.
std::string filter_for(const Address& address) {
  switch (address.network) {
    case Network::kIpv4:
      return "ip.src == " + to_string(address);
    case Network::kIpv6:
      return "ipv6.src == " + to_string(address);
    case Network::kArp:
      return "arp.src.proto_ipv4 == " + to_string(address);
    case Network::kNdp:
      return "icmpv6.type == 135 && ipv6.src == " + to_string(address);
  }
  return {};
}

class HtmlReport {
 public:
  HtmlReport(const Report& report, const Presentation& presentation, const Sink& sink)
      : report_(report), presentation_(presentation), output_(sink) {
    choose_sources();
  }

  void render() {
    write_head();
    output_ << "<body>\n";
    write_header();
    output_ << "<main>\n";
    write_suspects();
    write_charts();
    write_html_table(report_, presentation_, shown_, output_);
    if (report_.settings.files) write_html_files(*report_.settings.files, output_);
    output_ << "</main>\n<script>" << kHtmlScript << "</script>\n</body>\n</html>\n";
    output_.flush();
  }

 private:
  // Those in the table: suspects, then flagged ones, then others, as many as there is room for.
  void choose_sources() {
    const auto add = [&](auto belongs) {
      for (const SourceRow& row : report_.sources) {
        if (shown_.size() == kSources) return;
        if (belongs(row)) shown_.push_back(&row);
      }
    };
    add([](const SourceRow& row) { return row.suspect(); });
    suspects_ = shown_.size();
    add([](const SourceRow& row) { return row.flagged && !row.suspect(); });
    flagged_ = shown_.size() - suspects_;
    add([](const SourceRow& row) { return !row.flagged && !row.suspect(); });
  }

  // Flagged ones that are no suspects, unless settings.top keeps that from being known.
  std::optional<uint64_t> other_flagged() const {
    if (!report_.settings.all) return html_listed(report_) - report_.suspects_total;
    if (report_.left_out > 0) return std::nullopt;
    return static_cast<uint64_t>(
        std::count_if(report_.sources.begin(), report_.sources.end(),
                      [](const SourceRow& row) { return row.flagged && !row.suspect(); }));
  }

  std::string verdict_on_all() const {
    if (report_.sources_total.value == 0) return "Nothing to judge: no source was seen";
    if (report_.suspects_total == 0) return "No source looks like a scanner";
    return grouped(report_.suspects_total, "source looks like a scanner",
                   "sources look like scanners") +
           scans_text(report_);
  }

  std::string name_of(const Address& address) const { return html_name(presentation_, address); }
  std::string who(const Address& address) const { return html_who(presentation_, address); }

  void write_head() {
    output_ << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
               "style-src "
            << hash_source(kHtmlStyle) << "; script-src " << hash_source(kHtmlScript)
            << "; base-uri 'none'; form-action 'none'\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
               "<meta name=\"color-scheme\" content=\"light dark\">\n"
               "<meta name=\"referrer\" content=\"no-referrer\">\n<title>"
            << escaped(verdict_on_all());
    if (!report_.settings.capture.empty()) output_ << " · " << escaped(report_.settings.capture);
    output_ << " · fanout</title>\n<style>" << kHtmlStyle << "</style>\n</head>\n";
  }

  void write_header() {
    output_ << "<header class=\"" << (report_.suspects_total > 0 ? "alarm" : "calm")
            << "\">\n<p class=\"kind\">Fan-out report";
    if (!report_.settings.capture.empty()) {
      output_ << " · <bdi>" << escaped(report_.settings.capture) << "</bdi>";
    }
    output_ << "</p>\n<h1>" << escaped(verdict_on_all()) << "</h1>\n";
    write_totals();
    write_facts();
    write_limit();
    output_ << "</header>\n";
  }

  void write_total(std::string_view name, const std::string& number, std::string_view style = "") {
    output_ << "<div class=\"" << style << "\"><dt>" << name << "</dt><dd>" << number
            << "</dd></div>\n";
  }

  void write_totals() {
    output_ << "<dl class=\"totals\">\n";
    write_total("Suspects", grouped(report_.suspects_total),
                report_.suspects_total > 0 ? "suspect" : "");
    const std::optional<uint64_t> others = other_flagged();
    write_total(others ? "Others flagged" : "Over the threshold",
                grouped(others.value_or(report_.flagged_total)),
                others.value_or(report_.flagged_total) > 0 ? "flagged" : "");
    write_total("Sources", grouped(report_.sources_total));
    write_total("Pairs", grouped(report_.pairs_total));
    if (report_.settings.files) write_total("Files", grouped(report_.settings.files->size()));
    write_total("Frames", grouped(report_.frames));
    output_ << "</dl>\n";
  }

  void write_fact(std::string_view name, const std::string& text) {
    output_ << "<div><dt>" << name << "</dt><dd>" << text << "</dd></div>\n";
  }

  void write_facts() {
    const ReportSettings& settings = report_.settings;
    output_ << "<dl class=\"facts\">\n";
    if (!settings.capture.empty()) {
      write_fact("File", "<bdi>" + escaped(settings.capture) + "</bdi>");
    }
    if (report_.first_time != kNoTime) {
      write_fact("Time", utc(report_.first_time) + " to " + utc(report_.last_time) + " UTC (" +
                             escaped(human_duration(report_.first_time, report_.last_time)) + ")");
    }
    write_fact("Filter",
               settings.filter.empty() ? "none" : "<code>" + escaped(settings.filter) + "</code>");
    write_fact("Flagged", "sources with " + html_threshold(report_.settings));
    output_ << "</dl>\n";
  }

  void write_limit() {
    if (report_.limit_hit_in == 0) return;
    output_ << "<p class=\"limit\" role=\"note\"><strong>The limit of " << grouped(report_.limit)
            << " pairs in memory was hit in frame " << grouped(report_.limit_hit_in)
            << ".</strong> Destinations seen first after it are estimated (~), and neither in the "
               "list of destinations, nor in the chart over time, nor part of what the "
               "verdicts and findings are based on.</p>\n";
  }

  void write_suspects() {
    if (suspects_ == 0) return;
    output_ << "<section aria-labelledby=\"suspects-title\">\n"
               "<h2 id=\"suspects-title\">Suspects</h2>\n<ol class=\"suspects\">\n";
    const size_t count = std::min(suspects_, kSuspects);
    for (size_t i = 0; i < count; ++i) write_suspect(*shown_[i]);
    output_ << "</ol>\n";
    if (const uint64_t more = report_.suspects_total - count; more > 0) {
      output_ << "<p class=\"left-out\">"
              << grouped(more, "more suspect is left out here", "more suspects are left out here");
      if (suspects_ > count) {
        output_ << "; " << grouped(suspects_ - count) << " of them in the table below";
      }
      output_ << ".</p>\n";
    }
    output_ << "</section>\n";
  }

  void write_suspect(const SourceRow& row) {
    output_ << "<li>\n<h3><a href=\"#" << html_anchor(row) << "\">" << who(row.address) << "</a> "
            << html_verdicts(row) << "</h3>\n<p class=\"reason\">" << escaped(row.reason)
            << "</p>\n<p class=\"figures\"><b>" << grouped(row.destinations) << "</b> unique "
            << (row.destinations.value == 1 ? "destination" : "destinations") << " · "
            << grouped(row.packets, "packet", "packets") << " · " << human_bytes(row.bytes)
            << " · frames " << place_text({row.first_file, row.first_frame}) << "–"
            << place_text({row.last_file, row.last_frame});
    if (row.first_time != kNoTime) output_ << " · from " << utc(row.first_time) << " UTC";
    const std::string where = html_location(presentation_, row.address);
    if (!where.empty()) output_ << " · <bdi>" << escaped(where) << "</bdi>";
    output_ << " · <code>" << filter_for(row.address) << "</code></p>\n";
    if (row.findings) write_html_findings(*row.findings, presentation_, output_);
    output_ << "</li>\n";
  }

  std::vector<const SourceRow*> first_shown(size_t count) const {
    return {shown_.begin(), shown_.begin() + static_cast<ptrdiff_t>(count)};
  }

  void write_charts() {
    if (report_.most_active.empty() && report_.distribution.empty()) return;
    output_ << "<section aria-labelledby=\"charts-title\">\n"
               "<h2 id=\"charts-title\">Charts</h2>\n<div class=\"charts\">\n";
    write_html_timeline(report_, presentation_, first_shown(suspects_), output_);
    write_html_scatters(report_, presentation_, first_shown(std::min(suspects_, kScatters)),
                        output_);
    write_time();
    write_most_active();
    write_distribution();
    output_ << "</div>\n</section>\n";
  }

  void begin_figure(std::string_view title, std::string_view note, std::string_view style = "") {
    output_ << "<figure class=\"" << style << "\">\n<figcaption><strong>" << title
            << "</strong> <span>" << note << "</span></figcaption>\n";
  }

  static Tone tone_of(const ActiveSource& source) {
    return source.suspect ? Tone::kSuspect : source.flagged ? Tone::kFlagged : Tone::kPlain;
  }

  void write_most_active() {
    if (report_.most_active.empty()) return;
    std::vector<Bar> bars;
    std::string all;
    for (const ActiveSource& source : report_.most_active) {
      const std::string label = html_address(source.address);
      bars.push_back({label, name_of(source.address), source.packets, tone_of(source)});
      all += (all.empty() ? "" : "; ") + label + ": " + grouped(source.packets);
    }
    begin_figure("Most active sources", "in packets");
    write_labelled_bars({"active", "Most active sources, in packets", all + "."}, bars, output_);
    output_ << "</figure>\n";
  }

  void write_distribution() {
    if (report_.distribution.empty()) return;
    const uint64_t threshold = report_.settings.threshold;
    std::vector<Bar> bars;
    std::string all;
    for (const Bin& bin : report_.distribution) {
      const std::string from = grouped(bin.from);
      const std::string range = bin.from == bin.to ? from : from + "–" + grouped(bin.to);
      constexpr uint64_t kLongRange = 100'000;  // has no room beside its bar
      bars.push_back({bin.to < kLongRange ? range : "from " + from, "", bin.sources,
                      bin.from > threshold ? Tone::kFlagged
                      : bin.to > threshold ? Tone::kPartly
                                           : Tone::kPlain});
      if (bin.sources == 0) continue;
      all += (all.empty() ? "" : "; ") + range +
             " destinations: " + grouped(bin.sources, "source", "sources");
    }
    std::string note = "sources in each range, of " + grouped(report_.sources_total);
    if (bars.back().tone != Tone::kPlain) {
      note += "; grey: contains the threshold of " + grouped(threshold) + ", orange: above it";
    }
    begin_figure("Unique destinations per source", note);
    write_bars({"distribution", "Sources by their number of unique destinations", all + "."}, bars,
               output_);
    output_ << "</figure>\n";
  }

  // When each of the source's destinations was first seen.
  Curve curve_of(const SourceRow& row) const {
    Curve curve;
    if (report_.engine == nullptr) return curve;
    for (const uint32_t pair : report_.pairs_of(row.number)) {
      const int64_t time = report_.engine->pair(pair).first_time;
      if (time != kNoTime) curve.times.push_back(time);
    }
    std::sort(curve.times.begin(), curve.times.end());
    return curve;
  }

  void write_time() {
    // The first in the table: suspects, or, without any, those that are flagged.
    const size_t candidates = suspects_ > 0 ? suspects_ : flagged_;
    std::vector<Curve> curves;
    std::vector<const SourceRow*> rows;
    for (size_t i = 0; i < candidates && curves.size() < kLines; ++i) {
      Curve curve = curve_of(*shown_[i]);
      if (curve.times.empty()) continue;
      curves.push_back(std::move(curve));
      rows.push_back(shown_[i]);
    }
    if (curves.empty()) return;
    int64_t first = report_.first_time;
    int64_t last = report_.last_time;
    std::string all;
    for (size_t i = 0; i < curves.size(); ++i) {
      first = std::min(first, curves[i].times.front());
      last = std::max(last, curves[i].times.back());
      all += (all.empty() ? "" : "; ") + html_address(rows[i]->address) + " reaches " +
             grouped(curves[i].times.size()) + " between " + utc(curves[i].times.front()) +
             " and " + utc(curves[i].times.back()) + " UTC";
    }
    const std::string whose = suspects_ > 0 ? "suspects" : "flagged sources";
    begin_figure(
        "Fan-out over time",
        "unique destinations of the " + whose + " with most, from " + utc(first) + " UTC on",
        "wide");
    write_curves({"time", "Fan-out over time of the " + whose + " with most", all + "."}, curves,
                 first, last, report_.settings.threshold, output_);
    output_ << "<ol class=\"legend\">\n";
    for (size_t i = 0; i < rows.size(); ++i) {
      const std::string key = std::to_string(i + 1);
      output_ << "<li><svg class=\"key\" aria-hidden=\"true\" width=\"26\" height=\"10\">"
                 "<line class=\"line line"
              << key << "\" x1=\"1\" y1=\"5\" x2=\"25\" y2=\"5\"/></svg> <b class=\"mark" << key
              << "\">" << key << "</b> " << who(rows[i]->address) << " <span class=\"count\">"
              << grouped(rows[i]->destinations) << "</span></li>\n";
    }
    output_ << "</ol>\n</figure>\n";
  }

  const Report& report_;
  const Presentation& presentation_;
  Buffer output_;
  std::vector<const SourceRow*> shown_;  // suspects first, then flagged ones
  size_t suspects_ = 0;                  // of these
  size_t flagged_ = 0;                   // likewise, but for the suspects
};

}  // namespace

void render_html(const Report& report, const Presentation& presentation, const Sink& sink) {
  HtmlReport(report, presentation, sink).render();
}

}  // namespace fanout
