// The charts of contacts in the HTML report: the scatter of a source, and the timeline of several.
#ifndef FANOUT_TAP_REPORT_HTML_CONTACTS_H_
#define FANOUT_TAP_REPORT_HTML_CONTACTS_H_

#include <vector>

#include "tap/report/render.h"
#include "tap/report/report.h"
#include "tap/report/words.h"

namespace fanout {

/// Writes the figure with the timeline of the first of these sources, if any has a contact with a
/// time.
void write_html_timeline(const Report& report, const Presentation& presentation,
                         const std::vector<const SourceRow*>& sources, Buffer& output);

/// Writes a figure with the scatter of each of these sources that has contacts with a time.
void write_html_scatters(const Report& report, const Presentation& presentation,
                         const std::vector<const SourceRow*>& sources, Buffer& output);

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_HTML_CONTACTS_H_
