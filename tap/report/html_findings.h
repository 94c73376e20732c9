// What a suspect found, in the HTML report.
#ifndef FANOUT_TAP_REPORT_HTML_FINDINGS_H_
#define FANOUT_TAP_REPORT_HTML_FINDINGS_H_

#include "tap/report/render.h"
#include "tap/report/report.h"
#include "tap/report/words.h"

namespace fanout {

/// Writes a table of the findings: the first of them, and how many are left out; nothing if there
/// are none.
void write_html_findings(const SourceFindings& findings, const Presentation& presentation,
                         Buffer& output);

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_HTML_FINDINGS_H_
