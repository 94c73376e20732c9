// Where a report goes: standard output, or a file that is written completely or not at all.
#ifndef FANOUT_TAP_REPORT_OUTPUT_H_
#define FANOUT_TAP_REPORT_OUTPUT_H_

#include <cstdio>
#include <string>
#include <string_view>

#include "tap/report/options.h"
#include "tap/report/render.h"

namespace fanout {

/// Writes to a temporary file beside the target and moves it into place at the end. Where the
/// system has files without names (Linux), that file has none until it is whole, so that nothing is
/// left of it if the process is killed. A target that is not a regular file (a device, a pipe), or
/// is where standard output goes, is written directly.
class Output {
 public:
  /// To standard output.
  Output();
  /// To `path`. Nothing is opened yet.
  explicit Output(const std::string& path);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  /// Removes what was not committed.
  ~Output();

  /// Opens the output; false if it cannot be written, with the reason in error().
  bool open();
  /// Writes; an error is reported by commit().
  void write(std::string_view text);
  /// Moves the output into place; false if anything could not be written.
  bool commit();

  /// Why open() or commit() failed: one line that names the file.
  const std::string& error() const { return error_; }

 private:
  bool fail(const char* what, int code);

  std::string path_;
  std::string temporary_;     // empty: it has no name, or what is written to is the target
  bool is_nameless_ = false;  // what is written to has no name yet
  std::FILE* file_ = nullptr;
  int write_error_ = 0;
  std::string error_;
};

/// Renders a report in the format and to the file of `options`. For a text on standard output,
/// whether block characters are used is the locale's to say, whatever `presentation` does. Returns
/// why it could not be written, or nothing.
std::string write_report(const Options& options, const Report& report, Presentation presentation);

/// Whether a report could be written to `path`: empty if so, else the reason. Leaves no trace.
std::string why_not_writable(const std::string& path);

/// A message for standard error, where a terminal may show it: printable() in the user's encoding,
/// but for the ends of its lines.
std::string printable_message(std::string_view message);

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_OUTPUT_H_
