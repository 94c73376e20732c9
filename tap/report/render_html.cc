#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tap/report/html.h"
#include "tap/report/html_pictures.h"
#include "tap/report/render.h"
#include "tap/report/report.h"
#include "tap/report/words.h"

namespace fanout {
namespace {

// What keeps the page below 5 MB, and quick to open: sources in the table, their destinations all
// together, and the most and the least of one source's; suspects with a paragraph of their own.
constexpr size_t kSources = 1000;
constexpr size_t kDestinations = 5000;
constexpr size_t kMostDestinations = 100;
constexpr size_t kLeastDestinations = 3;
constexpr size_t kSuspects = 50;

constexpr size_t kLines = 6;  // in the picture of the time
constexpr size_t kNameColumns = 40;

// The columns of the table of sources, and whether they sort as numbers.
struct Column {
  const char* heading;
  bool is_number;
};
constexpr Column kColumns[] = {{"Source", false},    {"Verdict", false}, {"Fan-out", true},
                               {"Packets", true},    {"Bytes", true},    {"First frame", true},
                               {"First seen", true}, {"Lasted", true}};

// A display filter that shows a source's packets.
std::string filter_for(const Address& address) {
  switch (address.network) {
    case Network::kIpv4:
      return "ip.src == " + to_string(address);
    case Network::kIpv6:
      return "ipv6.src == " + to_string(address);
    case Network::kArp:
      return "arp.src.proto_ipv4 == " + to_string(address);
  }
  return {};
}

// Texts that order addresses as Address does.
std::string sort_key(const Address& address) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string key = std::to_string(static_cast<int>(address.network));
  const auto bytes = address.bytes();
  const size_t count = address.network == Network::kIpv6 ? 16 : 4;
  for (size_t i = 0; i < count; ++i) {
    key += kDigits[bytes[i] >> 4];
    key += kDigits[bytes[i] & 15];
  }
  return key;
}

// Whether it answered, and of how many services.
std::string answer(const DestinationRow& row) {
  if (row.services.tried > 1) {
    return grouped(row.services.answered) + " of " + grouped(row.services.tried);
  }
  return !row.contacted ? "–" : row.answered ? "yes" : "no";
}

std::string_view tone_class(const SourceRow& row) {
  return row.suspect() ? "suspect" : row.flagged ? "flagged" : "plain";
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
    write_pictures();
    write_table();
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

  uint64_t listed_total() const { return report_.sources.size() + report_.left_out; }

  // Flagged ones that are no suspects, unless settings.top keeps that from being known.
  std::optional<uint64_t> other_flagged() const {
    if (!report_.settings.all) return listed_total() - report_.suspects_total;
    if (report_.left_out > 0) return std::nullopt;
    return static_cast<uint64_t>(
        std::count_if(report_.sources.begin(), report_.sources.end(),
                      [](const SourceRow& row) { return row.flagged && !row.suspect(); }));
  }

  // "more than 50 unique destinations".
  std::string threshold_text() const {
    const ReportSettings& settings = report_.settings;
    const std::string over = "more than " + grouped(settings.threshold);
    if (settings.window == 0) return over + " unique destinations";
    return over + " new destinations within " + grouped(settings.window) + " s";
  }

  std::string verdict_on_all() const {
    if (report_.sources_total.value == 0) return "Nothing to judge: no source was seen";
    if (report_.suspects_total == 0) return "No source looks like a scanner";
    return grouped(report_.suspects_total, "source looks like a scanner",
                   "sources look like scanners");
  }

  std::string name_of(const Address& address) const {
    return shortened(printable(resolved_name(presentation_, address), true), kNameColumns, true);
  }

  // The address, and its name beside it.
  std::string who(const Address& address) const {
    const std::string name = name_of(address);
    std::string text = "<span class=\"address\">" + html_address(address) + "</span>";
    if (!name.empty()) text += " <bdi class=\"name\">" + escaped(name) + "</bdi>";
    return text;
  }

  static std::string time_of(int64_t time) { return time == kNoTime ? "–" : utc(time); }

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
    write_fact("Flagged", "sources with " + threshold_text());
    output_ << "</dl>\n";
  }

  void write_limit() {
    if (report_.limit_hit_in == 0) return;
    output_ << "<p class=\"limit\" role=\"note\"><strong>The limit of " << grouped(report_.limit)
            << " pairs in memory was hit in frame " << grouped(report_.limit_hit_in)
            << ".</strong> Destinations seen first after it are estimated (~), and neither in the "
               "list of destinations, nor in the picture of the time, nor part of what the "
               "verdicts go by.</p>\n";
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
    output_ << "<li>\n<h3><a href=\"#" << anchor(row) << "\">" << who(row.address) << "</a> "
            << chips(row) << "</h3>\n<p class=\"reason\">" << escaped(row.reason)
            << "</p>\n<p class=\"figures\"><b>" << grouped(row.destinations) << "</b> unique "
            << (row.destinations.value == 1 ? "destination" : "destinations") << " · "
            << grouped(row.packets, "packet", "packets") << " · " << human_bytes(row.bytes)
            << " · frames " << std::to_string(row.first_frame) << "–"
            << std::to_string(row.last_frame);
    if (row.first_time != kNoTime) output_ << " · from " << utc(row.first_time) << " UTC";
    output_ << " · <code>" << filter_for(row.address) << "</code></p>\n</li>\n";
  }

  static std::string anchor(const SourceRow& row) { return "source-" + std::to_string(row.number); }

  // The verdicts, each as a label.
  static std::string chips(const SourceRow& row) {
    std::string text;
    for (int i = 0; i < kVerdicts; ++i) {
      const auto verdict = static_cast<Verdict>(i);
      if (!row.verdicts.has(verdict)) continue;
      Verdicts one;
      one.add(verdict);
      if (!text.empty()) text += ' ';
      text += std::string("<span class=\"chip") + (one.suspect() ? " accused" : "") + "\">" +
              verdict_name(verdict) + "</span>";
    }
    if (row.allowed) text += "<span class=\"chip\">allowed</span>";
    return text;
  }

  void write_pictures() {
    if (report_.most_active.empty() && report_.distribution.empty()) return;
    output_ << "<section aria-labelledby=\"pictures-title\">\n"
               "<h2 id=\"pictures-title\">Pictures</h2>\n<div class=\"pictures\">\n";
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
      note += "; grey where the threshold of " + grouped(threshold) + " lies, orange beyond it";
    }
    begin_figure("Unique destinations per source", note);
    write_bars({"distribution", "Sources by their number of unique destinations", all + "."}, bars,
               output_);
    output_ << "</figure>\n";
  }

  // When each of the source's destinations was first seen.
  Climb climb_of(const SourceRow& row) const {
    Climb climb;
    if (report_.engine == nullptr) return climb;
    for (const uint32_t pair : report_.pairs_of(row.number)) {
      const int64_t time = report_.engine->pair(pair).first_time;
      if (time != kNoTime) climb.times.push_back(time);
    }
    std::sort(climb.times.begin(), climb.times.end());
    return climb;
  }

  void write_time() {
    // The first in the table: suspects, or, without any, those that are flagged.
    const size_t candidates = suspects_ > 0 ? suspects_ : flagged_;
    std::vector<Climb> climbs;
    std::vector<const SourceRow*> rows;
    for (size_t i = 0; i < candidates && climbs.size() < kLines; ++i) {
      Climb climb = climb_of(*shown_[i]);
      if (climb.times.empty()) continue;
      climbs.push_back(std::move(climb));
      rows.push_back(shown_[i]);
    }
    if (climbs.empty()) return;
    int64_t first = report_.first_time;
    int64_t last = report_.last_time;
    std::string all;
    for (size_t i = 0; i < climbs.size(); ++i) {
      first = std::min(first, climbs[i].times.front());
      last = std::max(last, climbs[i].times.back());
      all += (all.empty() ? "" : "; ") + html_address(rows[i]->address) + " reaches " +
             grouped(climbs[i].times.size()) + " between " + utc(climbs[i].times.front()) +
             " and " + utc(climbs[i].times.back()) + " UTC";
    }
    const std::string who_climbs = suspects_ > 0 ? "suspects" : "flagged sources";
    begin_figure(
        "Fan-out over time",
        "unique destinations of the " + who_climbs + " with most, from " + utc(first) + " UTC on",
        "wide");
    write_climbs({"time", "Fan-out over time of the " + who_climbs + " with most", all + "."},
                 climbs, first, last, report_.settings.threshold, output_);
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

  void write_table() {
    output_ << "<section aria-labelledby=\"sources-title\">\n"
               "<h2 id=\"sources-title\">Sources and their destinations</h2>\n";
    if (shown_.empty()) {
      if (listed_total() == 0) {
        output_ << "<p>No source has " << threshold_text()
                << ", and none looks like a scanner.</p>\n";
      }
      write_left_out();
      output_ << "</section>\n";
      return;
    }
    write_left_out();
    output_ << "<div id=\"controls\" hidden>\n<label for=\"search\">Search</label>\n"
               "<input id=\"search\" type=\"search\" placeholder=\"address, name, verdict, port\" "
               "autocomplete=\"off\" spellcheck=\"false\">\n"
               "<output id=\"found\" for=\"search\"></output>\n"
               "<button id=\"unfold\" type=\"button\" aria-pressed=\"false\">Unfold all</button>\n"
               "</div>\n"
               "<div class=\"scroll\" role=\"region\" aria-labelledby=\"sources-title\" "
               "tabindex=\"0\">\n<table id=\"sources\">\n<caption>"
            << grouped(shown_.size(), "source", "sources")
            << ", by unique destinations; times in UTC</caption>\n<thead>\n<tr>";
    for (const Column& column : kColumns) {
      output_ << "<th scope=\"col\"";
      if (column.is_number) output_ << " class=\"n\"";
      if (column.heading == std::string_view("Fan-out")) output_ << " aria-sort=\"descending\"";
      output_ << ">" << column.heading << "</th>";
    }
    output_ << "</tr>\n</thead>\n";
    write_rows();
    output_ << "</table>\n</div>\n</section>\n";
  }

  // Says what the table has not, and where the rest is.
  void write_left_out() {
    std::string text;
    const auto say = [&](const std::string& sentence) {
      text += (text.empty() ? "" : " ") + sentence;
    };
    if (const uint64_t cut = report_.sources.size() - shown_.size(); cut > 0) {
      say(grouped(cut, "source is", "sources are") +
          " left out to keep this page small, those that are neither suspect nor flagged first; "
          "the JSON and CSV reports have them.");
    }
    if (report_.left_out > 0) {
      say(grouped(report_.left_out, "more source was", "more sources were") +
          " cut off by top=" + std::to_string(report_.settings.top.value_or(0)) + ".");
    }
    const Cardinality& total = report_.sources_total;
    if (!report_.settings.all && total.value > listed_total()) {
      const uint64_t rest = total.value - listed_total();
      say((total.exact() ? "" : "~") +
          grouped(rest, "source that is neither flagged nor suspect is",
                  "sources that are neither flagged nor suspect are") +
          " not listed.");
    }
    if (!text.empty()) output_ << "<p class=\"left-out\">" << text << "</p>\n";
  }

  // The most suspect first get most of the room for destinations, but each gets some.
  void write_rows() {
    std::vector<size_t> room(shown_.size());
    size_t left = kDestinations;
    for (size_t i = 0; i < shown_.size(); ++i) {
      const size_t for_others = kLeastDestinations * (shown_.size() - i - 1);
      room[i] = std::min(kMostDestinations, left - for_others);
      left -= std::min<size_t>(room[i], shown_[i]->destinations.value);
    }
    std::vector<size_t> order(shown_.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    // As the report has them: it holds them in one array.
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return shown_[a] < shown_[b]; });
    for (const size_t i : order) write_source(*shown_[i], room[i]);
  }

  void write_number(const std::string& text, const std::string& key) {
    output_ << "<td class=\"n\" data-key=\"" << key << "\">" << escaped(text) << "</td>";
  }

  void write_number(const std::string& text, uint64_t key) {
    write_number(text, std::to_string(key));
  }

  void write_source(const SourceRow& row, size_t room) {
    output_ << "<tbody id=\"" << anchor(row) << "\" class=\"" << tone_class(row)
            << "\">\n<tr><th scope=\"row\" data-key=\"" << sort_key(row.address) << "\">"
            << who(row.address) << "</th><td data-key=\""
            << (row.suspect() ? "0"
                : row.flagged ? "1"
                              : "2")
            << verdict_names(row.verdicts, " ") << "\">" << chips(row) << "</td>";
    write_number(grouped(row.destinations), row.destinations.value);
    write_number(grouped(row.packets), row.packets);
    write_number(human_bytes(row.bytes), row.bytes);
    write_number(grouped(row.first_frame), row.first_frame);
    write_number(time_of(row.first_time), exact_seconds(row.first_time));
    write_number(human_duration(row.first_time, row.last_time),
                 exact_duration(row.first_time, row.last_time));
    output_ << "</tr>\n<tr class=\"more\"><td colspan=\"" << std::to_string(std::size(kColumns))
            << "\">";
    if (!row.reason.empty()) output_ << "<p class=\"reason\">" << escaped(row.reason) << "</p>";
    write_destinations(row, room);
    output_ << "</td></tr>\n</tbody>\n";
  }

  void write_destinations(const SourceRow& source, size_t room) {
    if (report_.engine == nullptr) return;
    const std::vector<DestinationRow> rows = report_.destinations(source);
    if (rows.empty()) return;
    const size_t count = std::min(room, rows.size());
    output_ << "<details><summary>" << grouped(source.destinations, "destination", "destinations");
    if (count < source.destinations.value) {
      output_ << ", the " << std::to_string(count) << " with most packets";
    }
    output_ << "</summary>\n<table><thead><tr><th scope=\"col\">Destination</th>"
               "<th scope=\"col\">Packets</th><th scope=\"col\">Bytes</th>"
               "<th scope=\"col\">First frame</th><th scope=\"col\">Asked for</th>"
               "<th scope=\"col\">Answered</th></tr></thead>\n<tbody>\n";
    for (size_t i = 0; i < count; ++i) write_destination(rows[i]);
    output_ << "</tbody></table>";
    if (count < source.destinations.value) {
      const Cardinality& all = source.destinations;
      output_ << "<p class=\"left-out\">"
              << grouped(Cardinality{all.value - count, all.low - count, all.high - count},
                         "more is left out.", "more are left out.")
              << "</p>";
    }
    output_ << "</details>";
  }

  void write_destination(const DestinationRow& row) {
    output_ << "<tr><td>" << to_string(row.address);
    if (const std::string name = name_of(row.address); !name.empty()) {
      output_ << " <bdi>" << escaped(name) << "</bdi>";
    }
    output_ << "</td><td>" << grouped(row.packets) << "</td><td>" << human_bytes(row.bytes)
            << "</td><td>" << grouped(row.first_frame) << "</td><td>";
    if (row.has_service) {
      output_ << service_text(row.service);
      const std::string name = service_name(presentation_, row.service);
      if (!name.empty()) output_ << " " << escaped(name);
    }
    output_ << "</td><td>" << answer(row) << "</td></tr>\n";
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
