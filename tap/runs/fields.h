// Reads the fields of a line of a runs file.
#ifndef FANOUT_TAP_RUNS_FIELDS_H_
#define FANOUT_TAP_RUNS_FIELDS_H_

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "tap/count/runs.h"

namespace fanout {

/// The fields of a line, one after the other.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}

  std::string_view next() {
    const size_t tab = rest_.find('\t');
    const std::string_view field = rest_.substr(0, tab);
    if (tab == std::string_view::npos) {
      missing_ = missing_ || done_;
      done_ = true;
      rest_ = {};
    } else {
      rest_.remove_prefix(tab + 1);
    }
    return field;
  }
  /// Whether the line had exactly as many fields as were read.
  bool complete() const { return done_ && !missing_; }

 private:
  std::string_view rest_;
  bool done_ = false;
  bool missing_ = false;
};

/// A decimal number that fills the text and fits its type.
template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  Number number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// A time in nanoseconds since 1970, or kNoTime for "-".
std::optional<int64_t> time_in(std::string_view text);

std::optional<bool> yes_or_no(std::string_view text);

/// Text as the writer has it: printable ASCII, and \xHH for what is not.
std::optional<std::string> text_in(std::string_view field);

/// Appends a time, or "-" for kNoTime.
void append_time(std::string& line, int64_t time);

/// Appends text from outside: what a terminal or a table could take for something else is written
/// as \xHH, as text_in() reads it.
void append_text(std::string& line, std::string_view text);

/// Reads a run. Returns the index in kRunsColumns of the first column that cannot be read; as many
/// as there are if all can.
size_t read_columns(Fields& fields, Run& run);

/// The beginning of hostile text, for a message.
std::string quoted(std::string_view text);

}  // namespace fanout

#endif  // FANOUT_TAP_RUNS_FIELDS_H_
