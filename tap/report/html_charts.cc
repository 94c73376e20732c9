#include "tap/report/html_charts.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "tap/report/axes.h"
#include "tap/report/html.h"
#include "tap/report/svg.h"

namespace fanout {
namespace {

// As many points as the eye can distinguish, whatever the number of destinations.
constexpr int kPointsOfLine = 300;

// The plot's own units along each of its sides; the page scales it.
constexpr double kPlot = 1000;

// Pixels: the plot, above it the topmost label and below it those of the time.
constexpr double kPlotTop = 22;
constexpr double kPlotHeight = 250;
constexpr double kAxisHeight = 24;
constexpr double kMarkHeight = 14;

// Percent of the width that the plot takes; what remains is the marks' at the ends of the lines.
constexpr double kPlotWidth = 95;

std::string_view tone_class(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "plain";
    case Tone::kPartly:
      return "partly";
    case Tone::kFlagged:
      return "flagged";
    case Tone::kSuspect:
      return "suspect";
  }
  return "";
}

// Percent of `room` for the value; never too little to be seen, but nothing for 0.
double share(uint64_t value, uint64_t largest, double room) {
  constexpr double kLeast = 0.4;
  if (value == 0) return 0;
  return std::max(kLeast, room * static_cast<double>(value) / static_cast<double>(largest));
}

uint64_t largest_value(const std::vector<Bar>& bars) {
  uint64_t largest = 1;
  for (const Bar& bar : bars) largest = std::max(largest, bar.value);
  return largest;
}

void write_bar(const Bar& bar, double x, double y, double width, double height, Buffer& output) {
  if (bar.value == 0) return;
  output << "<rect class=\"" << tone_class(bar.tone) << "\" x=\"" << number(x) << "%\" y=\""
         << number(y) << "\" width=\"" << number(width) << "%\" height=\"" << number(height)
         << "\" rx=\"2\"/>\n";
}

// The position of a count, and which counts get a grid line: linear, or logarithmic where a linear
// scale would flatten a line.
class Scale {
 public:
  Scale(uint64_t smallest, uint64_t largest)
      : largest_(static_cast<double>(largest)),
        logarithmic_(static_cast<double>(smallest) * kCrushed < largest_) {}

  bool logarithmic() const { return logarithmic_; }

  // The share of the plot's height.
  double at(double value) const {
    if (!logarithmic_) return value / top();
    return value < 1 ? 0 : (std::log10(value) + kGround) / (std::log10(largest_ * 1.3) + kGround);
  }

  std::vector<uint64_t> ticks() const {
    std::vector<uint64_t> result;
    if (logarithmic_) {
      for (double tick = 1; tick <= largest_ * 1.3; tick *= 10) {
        result.push_back(static_cast<uint64_t>(tick));
      }
      return result;
    }
    const double step = step_for(top());
    for (double tick = 0; tick <= top(); tick += step) {
      result.push_back(static_cast<uint64_t>(tick));
    }
    return result;
  }

 private:
  static constexpr double kCrushed = 60;
  static constexpr double kGround = 0.15;  // what lies between 0 and 1, in decades

  static double step_for(double range) {
    const double exact = range / 4;
    const double decade = std::pow(10, std::floor(std::log10(exact)));
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor * decade >= exact) return std::max(1.0, factor * decade);
    }
    return std::max(1.0, 10 * decade);
  }

  double top() const { return largest_ * 1.08; }

  double largest_;
  bool logarithmic_;
};

class CurvesChart {
 public:
  CurvesChart(const ChartTexts& texts, const std::vector<Curve>& curves, int64_t first,
              int64_t last, uint64_t threshold, Buffer& output)
      : texts_(texts),
        curves_(curves),
        first_(first),
        seconds_(seconds_between(first, last)),
        threshold_(threshold),
        scale_(smallest(), largest()),
        output_(output) {}

  void write() {
    begin_chart(texts_, kPlotTop + kPlotHeight + kAxisHeight, output_);
    write_grid();
    output_ << "<svg class=\"plot\" x=\"0\" y=\"" << number(kPlotTop) << "\" width=\""
            << number(kPlotWidth) << "%\" height=\"" << number(kPlotHeight)
            << "\" viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" overflow=\"visible\">\n";
    for (size_t i = 0; i < curves_.size(); ++i) write_line(i);
    output_ << "</svg>\n";
    write_labels();
    write_marks();
    output_ << "</svg>\n";
  }

 private:
  // The lowest line, but for those that stay at the ground on any scale.
  uint64_t smallest() const {
    constexpr size_t kGround = 5;
    uint64_t result = largest();
    for (const Curve& curve : curves_) {
      if (curve.times.size() > kGround) result = std::min<uint64_t>(result, curve.times.size());
    }
    return result;
  }

  uint64_t largest() const {
    uint64_t result = std::max<uint64_t>(threshold_, 1);
    uint64_t reached = 1;
    for (const Curve& curve : curves_) reached = std::max<uint64_t>(reached, curve.times.size());
    // A threshold far above all lines is not drawn.
    return result > 20 * reached ? reached : std::max(result, reached);
  }

  double x(int64_t time) const {
    return seconds_ == 0 ? 0 : kPlot * seconds_between(first_, time) / seconds_;
  }
  double pixel(double count) const { return kPlotTop + kPlotHeight * (1 - scale_.at(count)); }

  void write_rule(std::string_view style, double count) {
    const std::string y = number(std::round(pixel(count)) + 0.5);
    output_ << "<line class=\"" << style << "\" x1=\"0\" x2=\"" << number(kPlotWidth) << "%\" y1=\""
            << y << "\" y2=\"" << y << "\"/>\n";
  }

  void write_grid() {
    for (const uint64_t tick : scale_.ticks()) write_rule("grid", static_cast<double>(tick));
    if (has_threshold()) write_rule("threshold", static_cast<double>(threshold_));
  }

  // Above the lines, which may pass there.
  void write_labels() {
    const double at_threshold = pixel(static_cast<double>(threshold_));
    for (const uint64_t tick : scale_.ticks()) {
      const double y = pixel(static_cast<double>(tick));
      const bool is_covered = has_threshold() && std::abs(y - at_threshold) < kMarkHeight;
      if (!is_covered) write_text("class=\"tick\"", "0", y - 4, grouped(tick), output_);
    }
    if (has_threshold()) {
      write_text("class=\"tick threshold\"", "0", at_threshold - 4,
                 "threshold " + grouped(threshold_), output_);
    }
    if (scale_.logarithmic()) {
      write_text("class=\"tick end\"", number(kPlotWidth) + '%', 12, "logarithmic scale", output_);
    }
    if (seconds_ > 0) write_times();
  }

  bool has_threshold() const { return threshold_ <= largest(); }

  void write_times() {
    const double y = kPlotTop + kPlotHeight + 17;
    for (const TimeTick& tick : time_ticks(seconds_)) {
      const std::string at = number(kPlotWidth * tick.seconds / seconds_) + '%';
      write_text(tick.seconds == 0 ? "class=\"tick\"" : "class=\"tick middle\"", at, y, tick.text,
                 output_);
    }
  }

  // At most one point for each of so many intervals: the count at its end.
  void write_line(size_t index) {
    const std::vector<int64_t>& times = curves_[index].times;
    std::string path = "M" + point(x(times.front()), 0);
    for (size_t i = 0; i < times.size(); ++i) {
      const double at = x(times[i]);
      const bool is_last_of_part = i + 1 == times.size() || part(x(times[i + 1])) != part(at);
      if (!is_last_of_part) continue;
      path += 'H' + number(at) + 'V' + number(y(i + 1));
    }
    path += 'H' + number(kPlot);
    output_ << "<path class=\"line line" << std::to_string(index + 1) << "\" d=\"" << path
            << "\"/>\n";
  }

  static int part(double x) { return static_cast<int>(x / kPlot * kPointsOfLine); }
  double y(size_t count) const { return kPlot * (1 - scale_.at(static_cast<double>(count))); }
  std::string point(double x, size_t count) const { return number(x) + ' ' + number(y(count)); }

  // The numbers of the lines at their ends, moved apart where they would overlap.
  void write_marks() {
    std::vector<size_t> order(curves_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return curves_[a].times.size() > curves_[b].times.size();
    });
    std::vector<double> places;
    for (const size_t i : order) {
      const double wanted = pixel(static_cast<double>(curves_[i].times.size())) + 4;
      places.push_back(places.empty() ? wanted : std::max(wanted, places.back() + kMarkHeight));
    }
    double lowest = kPlotTop + kPlotHeight + 4;
    for (size_t i = places.size(); i-- > 0; lowest -= kMarkHeight) {
      places[i] = std::min(places[i], lowest);
      lowest = places[i];
    }
    for (size_t i = 0; i < order.size(); ++i) {
      const std::string mark = std::to_string(order[i] + 1);
      write_text("class=\"mark mark" + mark + "\"", number(kPlotWidth + 1.2) + '%', places[i], mark,
                 output_);
    }
  }

  const ChartTexts& texts_;
  const std::vector<Curve>& curves_;
  int64_t first_;
  double seconds_;
  uint64_t threshold_;
  Scale scale_;
  Buffer& output_;
};

}  // namespace

void write_labelled_bars(const ChartTexts& texts, const std::vector<Bar>& bars, Buffer& output) {
  constexpr double kHeight = 36;
  const uint64_t largest = largest_value(bars);
  begin_chart(texts, kHeight * static_cast<double>(bars.size()), output);
  double y = 0;
  for (const Bar& bar : bars) {
    std::string label = escaped(bar.label);
    if (!bar.name.empty()) {
      label += "<tspan class=\"name\" dx=\"8\">" + escaped(bar.name) + "</tspan>";
    }
    write_text("class=\"label\"", "0", y + 14, label, output);
    write_text("class=\"value end\"", "100%", y + 14, grouped(bar.value), output);
    write_bar(bar, 0, y + 20, share(bar.value, largest, 100), 9, output);
    y += kHeight;
  }
  output << "</svg>\n";
}

void write_bars(const ChartTexts& texts, const std::vector<Bar>& bars, Buffer& output) {
  constexpr double kHeight = 27;
  constexpr double kLabel = 30;  // percent
  constexpr double kRoom = 52;   // percent for the longest, with its value to the right of it
  const uint64_t largest = largest_value(bars);
  begin_chart(texts, kHeight * static_cast<double>(bars.size()), output);
  double y = 0;
  for (const Bar& bar : bars) {
    const double width = share(bar.value, largest, kRoom);
    write_text("class=\"label end\"", number(kLabel) + '%', y + 17, escaped(bar.label), output);
    write_bar(bar, kLabel + 2, y + 5, width, 16, output);
    write_text("class=\"value\"", number(kLabel + 2 + width + (width > 0 ? 1.5 : 0)) + '%', y + 17,
               grouped(bar.value), output);
    y += kHeight;
  }
  output << "</svg>\n";
}

void write_curves(const ChartTexts& texts, const std::vector<Curve>& curves, int64_t first,
                  int64_t last, uint64_t threshold, Buffer& output) {
  CurvesChart(texts, curves, first, last, threshold, output).write();
}

}  // namespace fanout
