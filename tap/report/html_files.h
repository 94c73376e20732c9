// The list of captures in the HTML report on many.
#ifndef FANOUT_TAP_REPORT_HTML_FILES_H_
#define FANOUT_TAP_REPORT_HTML_FILES_H_

#include <vector>

#include "tap/report/report.h"
#include "tap/report/words.h"

namespace fanout {

/// Writes the section with the captures, in their order, by the numbers that frames are given with.
/// Of very many, those come before others that could not be read to their end.
void write_html_files(const std::vector<ReportFile>& files, Buffer& output);

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_HTML_FILES_H_
