// The table of the HTML report: sources, and below each its reason and destinations.
#ifndef FANOUT_TAP_REPORT_HTML_TABLE_H_
#define FANOUT_TAP_REPORT_HTML_TABLE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tap/report/render.h"
#include "tap/report/report.h"
#include "tap/report/words.h"

namespace fanout {

/// `text` that others chose, short enough for a cell and not yet escaped.
std::string html_short(std::string_view text);

/// Where an address is: "Netherlands, AS64500 Example"; not yet escaped. Or nothing.
std::string html_location(const Presentation& presentation, const Address& address);

/// The resolved name of an address, short enough for a cell and not yet escaped; or nothing.
std::string html_name(const Presentation& presentation, const Address& address);

/// The address, and its name beside it.
std::string html_who(const Presentation& presentation, const Address& address);

/// Where the table has a source: "source-7".
std::string html_anchor(const SourceRow& row);

/// The verdicts, each as a label.
std::string html_verdicts(const SourceRow& row);

/// "more than 50 unique destinations".
std::string html_threshold(const ReportSettings& settings);

/// How many sources are to be listed, were there room for all.
uint64_t html_listed(const Report& report);

/// Writes the section with the table of the sources `shown`, the most suspect first.
void write_html_table(const Report& report, const Presentation& presentation,
                      const std::vector<const SourceRow*>& shown, Buffer& output);

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_HTML_TABLE_H_
