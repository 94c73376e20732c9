#include "tap/report/html_files.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "tap/report/html.h"

namespace fanout {
namespace {

// What keeps the page small.
constexpr size_t kFiles = 1000;

std::string time_text(int64_t time) { return time == kNoTime ? "–" : utc(time); }

// Which files are listed: all, or, of too many, those with problems and then the first others.
std::vector<size_t> chosen(const std::vector<ReportFile>& files) {
  std::vector<size_t> numbers;
  const auto add = [&](bool has_problem) {
    for (size_t i = 0; i < files.size() && numbers.size() < kFiles; ++i) {
      if (files[i].problem.empty() != has_problem) numbers.push_back(i);
    }
  };
  add(true);
  add(false);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

void write_file(size_t number, const ReportFile& file, Buffer& output) {
  output << "<tr><td>" << grouped(number) << "</td><th scope=\"row\"><bdi>" << escaped(file.path)
         << "</bdi></th><td>" << grouped(file.frames) << "</td><td>" << time_text(file.first_time)
         << "</td><td>" << time_text(file.last_time) << "</td><td>" << escaped(file.format)
         << "</td><td>" << (file.problem.empty() ? "–" : escaped(file.problem)) << "</td></tr>\n";
}

}  // namespace

void write_html_files(const std::vector<ReportFile>& files, Buffer& output) {
  output << "<section aria-labelledby=\"files-title\">\n<h2 id=\"files-title\">Files</h2>\n"
            "<p class=\"left-out\">In the order of time. Frames are given as FILE:FRAME, times in "
            "UTC.";
  const std::vector<size_t> numbers = chosen(files);
  if (const size_t rest = files.size() - numbers.size(); rest > 0) {
    output << " " << grouped(rest, "file is", "files are")
           << " left out to keep this page small, those without problems first; the JSON report "
              "has them.";
  }
  output << "</p>\n<div class=\"scroll\" role=\"region\" aria-labelledby=\"files-title\" "
            "tabindex=\"0\">\n<table id=\"files\">\n<thead><tr>";
  for (const char* title : {"File", "Path", "Frames", "First", "Last", "Format", "Problem"}) {
    output << "<th scope=\"col\">" << title << "</th>";
  }
  output << "</tr></thead>\n<tbody>\n";
  for (const size_t number : numbers) write_file(number + 1, files[number], output);
  output << "</tbody></table>\n</div>\n</section>\n";
}

}  // namespace fanout
