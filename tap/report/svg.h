// What the charts of the HTML report share: how they begin, numbers and texts.
#ifndef FANOUT_TAP_REPORT_SVG_H_
#define FANOUT_TAP_REPORT_SVG_H_

#include <string>
#include <string_view>

#include "tap/report/html_charts.h"
#include "tap/report/words.h"

namespace fanout {

/// A number for SVG, to two decimals: with a point, whatever the locale.
std::string number(double value);

/// Begins a chart that is as wide as the page lets it, and so many pixels high.
void begin_chart(const ChartTexts& texts, double height, Buffer& output);

/// Writes a text; `x` in percent or pixels, `text` escaped.
void write_text(std::string_view attributes, std::string_view x, double y, std::string_view text,
                Buffer& output);

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_SVG_H_
