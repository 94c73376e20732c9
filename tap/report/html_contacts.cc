#include "tap/report/html_contacts.h"

#include <algorithm>
#include <span>
#include <string>

#include "tap/report/html.h"
#include "tap/report/html_table.h"
#include "tap/report/scatter.h"
#include "tap/report/svg.h"
#include "tap/report/timeline.h"

namespace fanout {
namespace {

constexpr size_t kBars = 20;    // of the timeline
constexpr size_t kParts = 240;  // of its time
constexpr int kLevels = 5;      // of darkness; the style sheet has as many
constexpr double kBarHeight = 22;
constexpr double kTimelineLeft = 18;  // percent; to the left of it are the sources

// The grid of a scatter: what keeps it below some 200 kB, however many contacts there are.
constexpr uint32_t kColumns = 200;
constexpr uint32_t kRows = 100;
constexpr size_t kTips = 400;  // so many dots have tooltips: each takes 100 bytes
constexpr double kScatterLeft = 24;
constexpr double kScatterHeight = 240;
constexpr size_t kLabels = 11;
constexpr double kTop = 8;
constexpr double kRight = 97;
constexpr double kAxisHeight = 26;

double x_of(double share, double left) { return left + (kRight - left) * share; }

std::string percent(double value) { return number(value) + '%'; }

void write_times(double seconds, double left, double bottom, Buffer& output) {
  if (seconds <= 0) return;
  for (const TimeTick& tick : time_ticks(seconds, 4)) {
    const std::string x = percent(x_of(tick.seconds / seconds, left));
    output << "<line class=\"grid\" x1=\"" << x << "\" x2=\"" << x << "\" y1=\"" << number(kTop)
           << "\" y2=\"" << number(bottom) << "\"/>\n";
    write_text("class=\"tick middle\"", x, bottom + 17, tick.text, output);
  }
}

void begin_figure(const std::string& title, const std::string& note, std::string_view style,
                  Buffer& output) {
  output << "<figure class=\"" << style << "\">\n<figcaption><strong>" << title
         << "</strong> <span>" << note << "</span></figcaption>\n";
}

// Neighbouring parts of the same darkness as one bar.
void write_bar(const TimelineBar& bar, uint32_t most, double y, Buffer& output) {
  const auto level = [&](size_t part) { return darkness(bar.counts[part], most, kLevels); };
  for (size_t from = 0; from < kParts;) {
    size_t to = from + 1;
    while (to < kParts && level(to) == level(from)) ++to;
    if (level(from) > 0) {
      const double left = x_of(static_cast<double>(from) / kParts, kTimelineLeft);
      const double right = x_of(static_cast<double>(to) / kParts, kTimelineLeft);
      output << "<rect class=\"dark" << std::to_string(level(from)) << "\" x=\"" << percent(left)
             << "\" y=\"" << number(y + 3) << "\" width=\"" << percent(right - left)
             << "\" height=\"" << number(kBarHeight - 6) << "\"/>\n";
    }
    from = to;
  }
}

std::string duration_text(const TimelineBar& bar) {
  return grouped(bar.contacts, "contact", "contacts") + " from " + utc(bar.first_time) + " to " +
         utc(bar.last_time) + " UTC (" + human_duration(bar.first_time, bar.last_time) + ")";
}

class ScatterFigure {
 public:
  ScatterFigure(const Report& report, const Presentation& presentation, const SourceRow& source,
                Buffer& output)
      : report_(report), presentation_(presentation), source_(source), output_(output) {
    const std::span<const uint32_t> pairs = report.pairs_of(source.number);
    scatter_ = make_scatter(*report.engine, {&pairs, 1});
  }

  void write() {
    if (scatter_.contacts.empty()) return;
    const std::vector<Dot> dots = thinned(scatter_, kColumns, kRows);
    const bool has_services = scatter_.rows == Rows::kServices;
    std::string note = grouped(scatter_.total, "contact", "contacts") + ", from " +
                       utc(scatter_.first_time) + " UTC on; " +
                       (has_services ? "ports upwards" : "destinations upwards");
    if (dots.size() < scatter_.contacts.size()) {
      note += "; a dot stands for all contacts at its place";
    }
    if (scatter_.is_sample()) {
      note += ", of which " + grouped(scatter_.contacts.size()) + " are drawn";
    }
    begin_figure("Contacts of " + html_who(presentation_, source_.address), note, "", output_);
    const std::string id = "scatter-" + std::to_string(source_.number);
    begin_chart({id, "Contacts of " + html_address(source_.address) + " over time", summary()},
                kTop + kScatterHeight + kAxisHeight, output_);
    write_grid();
    output_ << "<svg x=\"" << percent(kScatterLeft) << "\" y=\"" << number(kTop) << "\" width=\""
            << percent(kRight - kScatterLeft) << "\" height=\"" << number(kScatterHeight)
            << "\" viewBox=\"0 0 " << std::to_string(kColumns) << " " << std::to_string(kRows)
            << "\" preserveAspectRatio=\"none\" overflow=\"visible\">\n";
    write_dots(dots);
    output_ << "</svg>\n";
    write_labels();
    output_ << "</svg>\n";
    write_legend();
    output_ << "</figure>\n";
  }

 private:
  std::string summary() const {
    std::string text;
    for (int i = kResponses - 1; i >= 0; --i) {
      text += (text.empty() ? "" : ", ") + grouped(scatter_.responses[static_cast<size_t>(i)]) +
              ' ' + response_name(static_cast<Response>(i));
    }
    return text + ", to " +
           (scatter_.rows == Rows::kServices
                ? grouped(scatter_.row_count(), "port", "ports")
                : grouped(scatter_.row_count(), "destination", "destinations")) +
           " in " + human_duration(scatter_.first_time, scatter_.last_time) + ".";
  }

  double seconds() const { return seconds_between(scatter_.first_time, scatter_.last_time); }
  double y_of(double row) const { return kTop + kScatterHeight * (1 - row / scatter_.row_count()); }

  void write_rule(double y) {
    output_ << "<line class=\"grid\" x1=\"" << percent(kScatterLeft) << "\" x2=\""
            << percent(kRight) << "\" y1=\"" << number(y) << "\" y2=\"" << number(y) << "\"/>\n";
  }

  void write_grid() {
    write_times(seconds(), kScatterLeft, kTop + kScatterHeight, output_);
    write_rule(kTop + kScatterHeight);
    write_rule(kTop);
    for (const AxisBlock& block : row_blocks(scatter_, kLabels)) {
      if (block.first > 0 && !block.text.empty()) write_rule(y_of(block.first));
    }
  }

  void write_labels() {
    for (const AxisBlock& block : row_blocks(scatter_, kLabels)) {
      if (block.text.empty()) continue;
      std::string text = escaped(block.text);
      if (scatter_.rows == Rows::kServices) {
        const std::string name = service_name(presentation_, scatter_.services[block.first]);
        if (!name.empty()) text += ' ' + escaped(shortened(printable(name, true), 12, true));
      }
      write_text("class=\"tick end of-row\"", percent(kScatterLeft - 1), y_of(block.centre()) + 4,
                 text, output_);
    }
  }

  // With few dots each says what it is; else those of a response are one path.
  void write_dots(const std::vector<Dot>& dots) {
    const bool has_tips = dots.size() <= kTips;
    Response response = Response::kSilent;
    bool is_open = false;
    for (const Dot& dot : dots) {
      const Contact& contact = scatter_.contacts[dot.contact];
      const std::string place =
          "M" + std::to_string(dot.x) + ' ' + std::to_string(kRows - 1 - dot.y) + "h.01";
      if (is_open && contact.response != response) {
        output_ << "\"/>\n";
        is_open = false;
      }
      response = contact.response;
      if (!is_open) {
        output_ << "<path class=\"dot " << response_name(response) << "\" d=\"";
        is_open = true;
      }
      output_ << place;
      if (has_tips) {
        output_ << "\"><title>" << escaped(tip(dot)) << "</title></path>\n";
        is_open = false;
      }
    }
    if (is_open) output_ << "\"/>\n";
  }

  std::string tip(const Dot& dot) const {
    const Contact& contact = scatter_.contacts[dot.contact];
    const FrameOf place = report_.settings.frame_of ? report_.settings.frame_of(contact.frame)
                                                    : FrameOf{0, contact.frame};
    const Address address = report_.engine->destination(report_.engine->pair(contact.pair));
    std::string text =
        "frame " + place_text({place.file, place.frame}) + ": " + html_address(address);
    if (!resolves_addresses(address.network)) text += ", " + service_text(contact.service);
    text += std::string(", ") + response_name(contact.response);
    if (dot.count > 1) text += "; " + grouped(dot.count - 1) + " more here";
    return text;
  }

  void write_legend() {
    output_ << "<ul class=\"legend\">\n";
    for (int i = kResponses - 1; i >= 0; --i) {
      const auto response = static_cast<Response>(i);
      output_ << "<li><svg class=\"key\" aria-hidden=\"true\" width=\"12\" height=\"12\"><path "
                 "class=\"dot "
              << response_name(response) << "\" d=\"M6 6h.01\"/></svg> " << response_name(response)
              << " <span class=\"count\">" << grouped(scatter_.responses[static_cast<size_t>(i)])
              << "</span></li>\n";
    }
    output_ << "</ul>\n";
  }

  const Report& report_;
  const Presentation& presentation_;
  const SourceRow& source_;
  Buffer& output_;
  Scatter scatter_;
};

}  // namespace

void write_html_timeline(const Report& report, const Presentation& presentation,
                         const std::vector<const SourceRow*>& sources, Buffer& output) {
  if (report.engine == nullptr || sources.empty()) return;
  std::vector<std::span<const uint32_t>> pairs;
  for (size_t i = 0; i < std::min(kBars, sources.size()); ++i) {
    pairs.push_back(report.pairs_of(sources[i]->number));
  }
  const Timeline timeline =
      make_timeline(*report.engine, pairs, report.first_time, report.last_time, kParts);
  std::vector<size_t> shown;
  std::string all;
  for (size_t i = 0; i < timeline.bars.size(); ++i) {
    const TimelineBar& bar = timeline.bars[i];
    if (bar.contacts == 0) continue;
    shown.push_back(i);
    all +=
        (all.empty() ? "" : "; ") + html_address(sources[i]->address) + ": " + duration_text(bar);
  }
  if (shown.empty()) return;
  std::string note =
      "from the first contact to the last; the stronger the color, the more at once; from " +
      utc(timeline.first_time) + " UTC on";
  if (sources.size() > pairs.size()) {
    note += "; the first " + std::to_string(pairs.size()) + " of " + grouped(sources.size());
  }
  begin_figure("Timeline of suspects", note, "wide", output);
  const double bottom = kTop + kBarHeight * static_cast<double>(shown.size());
  begin_chart({"timeline", "When each suspect initiated contact", all + "."}, bottom + kAxisHeight,
              output);
  write_times(seconds_between(timeline.first_time, timeline.last_time), kTimelineLeft, bottom,
              output);
  double y = kTop;
  for (const size_t i : shown) {
    const TimelineBar& bar = timeline.bars[i];
    const std::string address = escaped(html_address(sources[i]->address));
    const std::string name = escaped(html_name(presentation, sources[i]->address));
    output << "<g><title>" << address << (name.empty() ? "" : " ") << name << ": "
           << escaped(duration_text(bar)) << "</title>\n";
    write_text("class=\"label end of-row\"", percent(kTimelineLeft - 1), y + 15, address, output);
    const auto share = [&](int64_t time) {
      const double whole = seconds_between(timeline.first_time, timeline.last_time);
      return whole == 0 ? 0 : seconds_between(timeline.first_time, time) / whole;
    };
    output << "<line class=\"span\" x1=\"" << percent(x_of(share(bar.first_time), kTimelineLeft))
           << "\" x2=\"" << percent(x_of(share(bar.last_time), kTimelineLeft)) << "\" y1=\""
           << number(y + kBarHeight / 2) << "\" y2=\"" << number(y + kBarHeight / 2) << "\"/>\n";
    write_bar(bar, timeline.most, y, output);
    output << "</g>\n";
    y += kBarHeight;
  }
  output << "</svg>\n</figure>\n";
}

void write_html_scatters(const Report& report, const Presentation& presentation,
                         const std::vector<const SourceRow*>& sources, Buffer& output) {
  if (report.engine == nullptr) return;
  for (const SourceRow* source : sources) {
    ScatterFigure(report, presentation, *source, output).write();
  }
}

}  // namespace fanout
