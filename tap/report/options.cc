#include "tap/report/options.h"

#include <algorithm>
#include <charconv>
#include <type_traits>

namespace fanout {
namespace {

constexpr std::string_view kName = "fanout";

constexpr OptionRow kRows[] = {
#define OPTION_FORMAT(word, enumerator, fronts, help) \
  {#word, OptionKind::kFormat, {}, 0, 0, fronts, help, Format::enumerator},
#define OPTION_FLAG(word, fronts, help) \
  {#word, OptionKind::kFlag, {}, 0, 0, fronts, help, &Options::word},
#define OPTION_NUMBER(word, value, least, most, fronts, help) \
  {#word, OptionKind::kNumber, #value, least, most, fronts, help, &Options::word},
#define OPTION_TEXT(word, value, fronts, help) \
  {#word, OptionKind::kText, #value, 0, 0, fronts, help, &Options::word},
#define OPTION_FIRST(word, value, least, most, fronts, help) \
  {#word, OptionKind::kFirst, #value, least, most, fronts, help, &Options::word},
#define OPTION_REST(word, value, fronts, help) \
  {#word, OptionKind::kRest, #value, 0, 0, fronts, help, &Options::word},
#define OPTION_HELP(word, fronts, help) \
  {#word, OptionKind::kHelp, {}, 0, 0, fronts, help, &Options::word},
#include "tap/report/options.def"
};

const OptionRow* find_row(std::string_view word) {
  const auto* found = std::find_if(std::begin(kRows), std::end(kRows),
                                   [&](const OptionRow& row) { return row.word == word; });
  return found == std::end(kRows) ? nullptr : found;
}

const OptionRow& row_of(OptionKind kind) {
  return *std::find_if(std::begin(kRows), std::end(kRows),
                       [&](const OptionRow& row) { return row.kind == kind; });
}

// Whether -z takes the value alone, by its place.
bool has_a_place(const OptionRow& row) {
  return row.kind == OptionKind::kFirst || row.kind == OptionKind::kRest;
}

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool is_number_like(std::string_view text) {
  const std::string_view digits =
      text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
  return !digits.empty() &&
         std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Takes one word of the argument of -z; false if it is no option.
bool take_word(OptionReader& reader, std::string_view word, bool is_first) {
  if (is_first && is_number_like(word)) {
    return reader.take(row_of(OptionKind::kFirst).word, word);
  }
  const size_t equals = word.find('=');
  const OptionRow* row = find_row(word.substr(0, equals));
  if (row == nullptr || has_a_place(*row)) return false;
  if (equals == std::string_view::npos) return reader.take(word, std::nullopt);
  return reader.take(row->word, word.substr(equals + 1));
}

std::string make_usage() {
  std::string usage(kName);
  const OptionRow* before = nullptr;
  for (const OptionRow& row : kRows) {
    if (!(row.fronts & kStatistic)) continue;
    const bool is_next_format =
        row.kind == OptionKind::kFormat && before != nullptr && before->kind == OptionKind::kFormat;
    if (is_next_format) usage.pop_back();
    usage += is_next_format ? "|" : "[,";
    usage += row.word;
    if (!row.value.empty() && !has_a_place(row)) (usage += '=') += row.value;
    usage += ']';
    before = &row;
  }
  return usage;
}

// How a front writes an option: "top=N", "--top=N".
std::string written(const OptionRow& row, Front front) {
  std::string text = front == kProgram ? "--" : "";
  text += row.word;
  const bool shows_value = !row.value.empty() && (front == kProgram || !has_a_place(row));
  if (shows_value) (text += '=') += row.value;
  return text;
}

// Appends `text` in lines of at most 80 columns, of which the first begins at `column`, where the
// others are indented to.
void append_wrapped(std::string& lines, std::string_view text, size_t column) {
  constexpr size_t kWidth = 80;
  for (size_t at = column; !text.empty();) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (at > column && at + 1 + word.size() > kWidth) {
      (lines += '\n').append(column, ' ');
      at = column;
    }
    if (at > column) lines += ' ';
    at += word.size() + (at > column ? 1 : 0);
    lines += word;
  }
  lines += '\n';
}

}  // namespace

std::span<const OptionRow> option_rows() { return kRows; }

bool OptionReader::take(std::string_view word, std::optional<std::string_view> value) {
  const OptionRow* row = find_row(word);
  if (row == nullptr || !(row->fronts & front_)) return false;
  if (row->value.empty() == value.has_value()) return false;
  set(*row, value.value_or(std::string_view()));
  return true;
}

void OptionReader::set(const OptionRow& row, std::string_view value) {
  std::visit(
      [&](auto target) {
        using Target = decltype(target);
        if constexpr (std::is_same_v<Target, Format>) {
          set_format(row, target);
        } else if constexpr (std::is_same_v<Target, bool Options::*>) {
          options_.*target = true;
        } else if constexpr (std::is_same_v<Target, std::string Options::*>) {
          if (value.empty()) fail(std::string(row.word) + "= needs a " + lower_case(row.value));
          options_.*target = value;
        } else {
          options_.*target = number(row, value);
        }
      },
      row.target);
  if (row.kind == OptionKind::kFormat) return;
  if (!seen_.insert(row.word).second) fail(quoted(row.word) + " is given twice");
}

void OptionReader::set_format(const OptionRow& row, Format format) {
  if (format_ == row.word) fail(quoted(row.word) + " is given twice");
  if (!format_.empty()) fail("give one format: " + quoted(format_) + " or " + quoted(row.word));
  format_ = row.word;
  options_.format = format;
}

std::optional<uint64_t> OptionReader::number(const OptionRow& row, std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (is_number && number >= row.least && number <= row.most) return number;
  fail(std::string(row.word) + " must be a whole number from " + std::to_string(row.least) +
       " to " + std::to_string(row.most) + ", not " + quoted(text));
  return std::nullopt;
}

void OptionReader::fail(std::string message) {
  if (error_.empty()) error_ = std::move(message);
}

std::variant<Options, OptionError> OptionReader::result() const {
  if (!error_.empty()) return OptionError{error_};
  return options_;
}

std::variant<Options, OptionError> parse_options(std::string_view argument) {
  std::string_view rest = argument.substr(std::min(kName.size(), argument.size()));
  if (!argument.starts_with(kName) || (!rest.empty() && rest[0] != ',')) {
    return OptionError{quoted(argument) + " is not a statistic; did you mean " + options_usage() +
                       "?"};
  }
  OptionReader reader(kStatistic);
  for (bool is_first = true; !rest.empty(); is_first = false) {
    rest.remove_prefix(1);
    const std::string_view word = rest.substr(0, rest.find(','));
    if (!take_word(reader, word, is_first)) break;
    rest.remove_prefix(word.size());
  }
  if (!rest.empty()) reader.take(row_of(OptionKind::kRest).word, rest);
  return reader.result();
}

const std::string& options_usage() {
  static const std::string usage = make_usage();
  return usage;
}

std::string options_help(Front front) {
  size_t width = 0;
  for (const OptionRow& row : kRows) {
    if (row.fronts & front) width = std::max(width, written(row, front).size());
  }
  std::string help;
  for (const OptionRow& row : kRows) {
    if (!(row.fronts & front)) continue;
    const std::string option = written(row, front);
    help += "  " + option + std::string(width - option.size() + 2, ' ');
    append_wrapped(help, row.help, width + 4);
  }
  return help;
}

}  // namespace fanout
