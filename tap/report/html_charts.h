// The charts of the HTML report, as SVG. They scale with the width of the page, their text does
// not: horizontal lengths are in percent.
#ifndef FANOUT_TAP_REPORT_HTML_CHARTS_H_
#define FANOUT_TAP_REPORT_HTML_CHARTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tap/report/report.h"
#include "tap/report/words.h"

namespace fanout {

/// What the color of a bar or a line means.
enum class Tone : uint8_t { kPlain, kPartly, kFlagged, kSuspect };

/// A bar. Its texts are not escaped yet.
struct Bar {
  std::string label;
  std::string name;  ///< beside the label where there is room, or empty
  uint64_t value;
  Tone tone;
};

/// The title of a chart, and its description for screen readers.
struct ChartTexts {
  std::string_view id;
  std::string title;
  std::string description;
};

/// Bars with their labels above them, for labels of any length.
void write_labelled_bars(const ChartTexts& texts, const std::vector<Bar>& bars, Buffer& output);

/// Bars with their labels to the left, for short ones.
void write_bars(const ChartTexts& texts, const std::vector<Bar>& bars, Buffer& output);

/// A line that rises by one at each of these times.
struct Curve {
  std::vector<int64_t> times;  ///< ascending, at least one
};

/// Draws the lines, numbered from 1, from the first time to the last, and one for the threshold.
void write_curves(const ChartTexts& texts, const std::vector<Curve>& curves, int64_t first,
                  int64_t last, uint64_t threshold, Buffer& output);

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_HTML_CHARTS_H_
