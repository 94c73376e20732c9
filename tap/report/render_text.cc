#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tap/report/columns.h"
#include "tap/report/render.h"
#include "tap/report/report.h"
#include "tap/report/words.h"

namespace fanout {
namespace {

constexpr size_t kWidth = 80;
constexpr size_t kIndent = 4;     // of what belongs to a source
constexpr size_t kShownName = 8;  // columns of a name, below which it is not worth showing

// Those of a line, to the right of the source.
using Cells = std::vector<std::string>;
constexpr std::string_view kGap = "  ";

std::string spaces(size_t count) { return std::string(count, ' '); }

std::string pad_right(std::string_view text, size_t columns) {
  const size_t width = display_width(text);
  return std::string(text) + spaces(columns > width ? columns - width : 0);
}

std::string pad_left(std::string_view text, size_t columns) {
  const size_t width = display_width(text);
  return spaces(columns > width ? columns - width : 0) + std::string(text);
}

// The number, with "~" if it is estimated.
std::string about(const Cardinality& cardinality) {
  return (cardinality.exact() ? "" : "~") + std::to_string(cardinality.value);
}

// "1 source", "2 sources", "~3 sources".
std::string counted(const Cardinality& count, std::string_view one, std::string_view more) {
  return about(count) + ' ' + std::string(count.value == 1 ? one : more);
}

std::string counted(uint64_t count, std::string_view one, std::string_view more) {
  return counted(Cardinality{count, count, count}, one, more);
}

using Pieces = std::vector<std::string_view>;

// Splits at spaces.
Pieces words(std::string_view text) {
  Pieces pieces;
  while (!text.empty()) {
    pieces.push_back(text.substr(0, text.find(' ')));
    text.remove_prefix(std::min(text.size(), pieces.back().size() + 1));
  }
  return pieces;
}

// Splits where clauses end, in ';' or ':'; those that do not fit into a line also at spaces.
Pieces clauses(std::string_view text, size_t columns) {
  Pieces pieces;
  while (!text.empty()) {
    const size_t end = std::min(text.find("; "), text.find(": "));
    const std::string_view clause = end == std::string_view::npos ? text : text.substr(0, end + 1);
    text.remove_prefix(std::min(text.size(), clause.size() + 1));
    if (display_width(clause) <= columns) {
      pieces.push_back(clause);
    } else {
      const Pieces parts = words(clause);
      pieces.insert(pieces.end(), parts.begin(), parts.end());
    }
  }
  return pieces;
}

// Puts the pieces into lines, with spaces between them, and breaks those that are longer than a
// line anywhere. The first begins in column `at`; further lines are indented by `indent`.
std::string wrapped(const Pieces& pieces, size_t at, size_t indent) {
  std::string result;
  const auto new_line = [&] {
    result += '\n' + spaces(indent);
    at = indent;
  };
  bool is_first = true;
  for (std::string_view piece : pieces) {
    if (!is_first && at + 1 + display_width(piece) > kWidth) {
      new_line();
    } else if (!is_first) {
      result += ' ';
      ++at;
    }
    is_first = false;
    while (at + display_width(piece) > kWidth) {
      const std::string_view part = beginning(piece, kWidth - at);
      result += part;
      piece.remove_prefix(part.size());
      new_line();
    }
    result += piece;
    at += display_width(piece);
  }
  return result;
}

std::string wrapped(std::string_view text, size_t at = 0, size_t indent = 0) {
  return wrapped(words(text), at, indent);
}

// A bar for `value`, that has `columns` for `largest`: none for 0, but else never an empty one.
std::string bar(uint64_t value, uint64_t largest, size_t columns, bool unicode) {
  if (value == 0) return {};
  const double share = static_cast<double>(value) / static_cast<double>(largest);
  const double exact = share * static_cast<double>(columns);
  if (!unicode) return std::string(std::max(1L, std::lround(exact)), '#');
  constexpr std::string_view kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<size_t>(std::max(1L, std::lround(exact * 8)));
  std::string blocks;
  for (size_t i = 0; i < eighths / 8; ++i) blocks += "█";
  return blocks + std::string(kEighths[eighths % 8]);
}

// Whether the destination answered, and the first service requested of it: the two belong together.
std::string answer(const DestinationRow& row) {
  if (row.services.tried > 1) {
    return std::to_string(row.services.answered) + " of " + std::to_string(row.services.tried);
  }
  const std::string answered = !row.contacted ? "-" : row.answered ? "yes" : "no";
  return row.has_service ? pad_right(answered, 4) + service_text(row.service) : answered;
}

template <typename Columns>
Cells headings(const Columns& columns) {
  Cells cells;
  for (const auto* column : columns) cells.emplace_back(column->brief.heading);
  return cells;
}

class TextReport {
 public:
  TextReport(const Report& report, const Presentation& presentation, const Sink& sink)
      : report_(report), presentation_(presentation), output_(sink) {
    choose_widths();
  }

  void render() {
    const std::string rule(kWidth, '=');
    output_ << rule << "\nFan-out: unique destinations per source\n";
    write_summary();
    write_sources();
    write_most_active();
    write_distribution();
    output_ << rule << "\n";
    output_.flush();
  }

 private:
  struct Line {
    std::string label;
    uint64_t value;
  };

  std::string clean(std::string_view text) const { return printable(text, presentation_.unicode); }

  // The address, and "(ARP)" or "(NDP)" where nothing else shows that it is no IP source.
  static std::string address_text(const Address& address) {
    return to_string(address) + network_suffix(address.network);
  }

  // " within 60 s", or nothing.
  std::string window_text() const {
    const uint64_t window = report_.settings.window;
    return window == 0 ? "" : " within " + std::to_string(window) + " s";
  }

  // "more than 50 unique destinations".
  std::string threshold_text() const {
    const std::string kind = report_.settings.window == 0 ? " unique" : " new";
    return "more than " + std::to_string(report_.settings.threshold) + kind + " destinations" +
           window_text();
  }

  void write_fact(std::string_view name, std::string_view text) {
    constexpr size_t kFacts = 12;
    output_ << pad_right(name, kFacts) << wrapped(text, kFacts, kFacts) << "\n";
  }

  void write_summary() {
    const ReportSettings& settings = report_.settings;
    if (!settings.capture.empty()) write_fact("File:", clean(settings.capture));
    if (settings.files) write_files(*settings.files);
    write_fact("Filter:", settings.filter.empty() ? "<No Filter>" : clean(settings.filter));
    if (report_.first_time != kNoTime) {
      write_fact("Time:", utc(report_.first_time) + " to " + utc(report_.last_time) + " UTC (" +
                              human_duration(report_.first_time, report_.last_time) + ")");
    }
    write_fact("Counted:", counted(report_.frames, "frame", "frames") + ", " +
                               counted(report_.sources_total, "source", "sources") + ", " +
                               counted(report_.pairs_total, "pair", "pairs") +
                               " of source and destination");
    write_fact("Threshold:", threshold_text());
    write_fact("Flagged:",
               report_.flagged_total == 0
                   ? "none"
                   : counted(report_.flagged_total, "source", "sources") + " over the threshold");
    write_fact("Suspects:", report_.suspects_total == 0
                                ? "none"
                                : counted(report_.suspects_total, "source looks like a scanner",
                                          "sources look like scanners") +
                                      scans_text(report_));
    if (report_.limit_hit_in == 0) return;
    const std::string limit = "The limit of " + std::to_string(report_.limit) +
                              " pairs in memory was hit in frame " +
                              place_text({report_.limit_hit_in_file, report_.limit_hit_in}) +
                              ". Destinations seen first after it are estimated (~), and not part "
                              "of what the verdicts and findings are based on.";
    output_ << "\n" << wrapped(limit) << "\n";
  }

  void write_files(const std::vector<ReportFile>& files) {
    constexpr size_t kMost = 20;
    write_fact("Files:", counted(files.size(), "file", "files") +
                             ", in the order of time; frames are FILE:FRAME");
    for (size_t i = 0; i < std::min(files.size(), kMost); ++i) {
      const ReportFile& file = files[i];
      std::string line = std::to_string(i + 1) + " " + clean(file.path) + ", " +
                         counted(file.frames, "frame", "frames");
      if (!file.problem.empty()) line += ": " + clean(file.problem);
      write_fact("", line);
    }
    if (files.size() > kMost) {
      write_fact("", "and " + counted(files.size() - kMost, "file", "files") + " more");
    }
  }

  void write_sources() {
    if (report_.sources_total.value == 0) {
      output_ << "\nNo sources: nothing that was counted is IP, nor an ARP request.\n";
      return;
    }
    write_verdict_on_all();
    write_section("Scan suspects", true, [](const SourceRow& row) { return row.suspect(); });
    write_section(
        "Over the threshold of " + std::to_string(report_.settings.threshold) + window_text(), true,
        [](const SourceRow& row) { return row.flagged && !row.suspect(); });
    write_section("Other sources", false,
                  [](const SourceRow& row) { return !row.flagged && !row.suspect(); });
    write_left_out();
  }

  // Says so where no source is suspect, or none is flagged either.
  void write_verdict_on_all() {
    if (report_.suspects_total > 0) return;
    const std::string verdict = report_.flagged_total > 0 ? "No source looks like a scanner."
                                                          : "No source has " + threshold_text() +
                                                                ", and none looks like a scanner.";
    output_ << "\n" << wrapped(verdict) << "\n";
  }

  void write_left_out() {
    if (report_.left_out == 0) return;
    uint64_t suspects = report_.suspects_total;
    for (const SourceRow& row : report_.sources) suspects -= row.suspect() ? 1 : 0;
    output_ << (presentation_.unicode ? "\n… and " : "\n... and ")
            << counted(report_.left_out, "more source", "more sources");
    if (suspects > 0) output_ << ", " << counted(suspects, "suspect", "suspects") << " among them";
    output_ << " (top=" << std::to_string(report_.settings.top.value_or(0)) << ")\n";
  }

  template <typename Predicate>
  void write_section(const std::string& title, bool with_reasons, Predicate belongs) {
    bool is_first = true;
    for (const SourceRow& row : report_.sources) {
      if (!belongs(row)) continue;
      if (is_first) {
        output_ << "\n" << wrapped(title) << "\n";
        write_line("Source", headings(columns_));
        is_first = false;
      } else if (report_.settings.pairs) {
        output_ << "\n";
      }
      write_line(place("", address_text(row.address), name_of(row.address), source_width_),
                 cells(row));
      if (with_reasons) write_reason(row);
      if (row.findings && row.suspect()) write_findings(*row.findings);
      if (row.allowed) output_ << spaces(kIndent) << "allowed: never flagged, never a suspect\n";
      if (report_.settings.pairs) write_destinations(row);
    }
  }

  void write_reason(const SourceRow& row) {
    const std::string verdicts = verdict_names(row.verdicts, ", ");
    const std::string reason = clean(row.reason);
    const std::string separator = verdicts.empty() || reason.empty() ? "" : ": ";
    const std::string text = verdicts + separator + reason;
    if (text.empty()) return;
    output_ << spaces(kIndent) << wrapped(clauses(text, kWidth - kIndent - 2), kIndent, kIndent + 2)
            << "\n";
  }

  // How much the source found, and the most important of it, in three lines at most; with the
  // pairs, all of it.
  void write_findings(const SourceFindings& findings) {
    if (findings.rows.empty()) return;
    write_detail("found " + findings_text(findings));
    if (report_.settings.pairs) {
      for (const FindingRow& row : findings.rows) write_detail(finding_text(row));
    } else if (findings.conversations > 0) {
      write_detail(finding_text(findings.rows.front()));
    } else {
      output_ << spaces(kIndent)
              << first_findings(findings, kWidth - kIndent, presentation_.unicode) << "\n";
    }
  }

  void write_detail(std::string_view text) {
    output_ << spaces(kIndent) << wrapped(text, kIndent, kIndent + 2) << "\n";
  }

  void write_destinations(const SourceRow& source) {
    const std::string indent = spaces(kIndent);
    const size_t width = source_width_ + kGap.size() + widths_.front();
    write_destination_line(indent + "Destination", headings(destination_columns_));
    const std::vector<DestinationRow> rows = report_.destinations(source);
    for (const DestinationRow& row : rows) {
      const std::string left = place(indent, to_string(row.address), name_of(row.address), width);
      write_destination_line(left, cells(row));
    }
    if (source.destinations.exact()) return;
    output_ << indent << (presentation_.unicode ? "… and ~" : "... and ~")
            << std::to_string(source.destinations.value - rows.size())
            << " more past the memory limit\n";
  }

  // The numbers stand below those of the source, from its second on; the answer comes last, and has
  // the room of the rest.
  void write_destination_line(const std::string& left, const Cells& cells) {
    output_ << pad_right(left, source_width_ + kGap.size() + widths_.front());
    for (size_t i = 0; i + 1 < cells.size(); ++i) {
      output_ << kGap << pad_left(cells[i], widths_[i + 1]);
    }
    output_ << kGap << cells.back() << "\n";
  }

  // A number for people; nothing of what has no place in a line.
  static std::string cell(const Column& column, const Value& value) {
    if (const auto* cardinality = std::get_if<Cardinality>(&value)) return about(*cardinality);
    if (const auto* duration = std::get_if<Duration>(&value)) {
      return human_duration(duration->first, duration->last);
    }
    if (const auto* place = std::get_if<Place>(&value)) return place_text(*place);
    const auto* number = std::get_if<uint64_t>(&value);
    if (number == nullptr) return {};
    return column.kind == Kind::kBytes ? human_bytes(*number) : std::to_string(*number);
  }

  Cells cells(const SourceRow& row) const {
    Cells cells;
    for (const SourceColumn* column : columns_) {
      cells.push_back(cell(*column, column->take(row, report_.settings)));
    }
    return cells;
  }

  Cells cells(const DestinationRow& row) const {
    Cells cells;
    for (const DestinationColumn* column : destination_columns_) {
      cells.push_back(column->kind == Kind::kAnswer
                          ? answer(row)
                          : cell(*column, column->take(row, report_.settings)));
    }
    return cells;
  }

  // The columns are as wide as their numbers; what they leave is the sources'.
  void choose_widths() {
    for (const SourceColumn* column : columns_) widths_.push_back(column->brief.narrowest);
    for (const SourceRow& row : report_.sources) {
      const Cells numbers = cells(row);
      for (size_t i = 0; i < widths_.size(); ++i) {
        widths_[i] = std::max(widths_[i], numbers[i].size());
      }
    }
    size_t taken = 0;
    for (const size_t width : widths_) taken += kGap.size() + width;
    source_width_ = kWidth - std::min(kWidth, taken);
  }

  std::string name_of(const Address& address) const {
    return clean(resolved_name(presentation_, address));
  }

  void write_line(const std::string& left, const Cells& numbers) {
    output_ << pad_right(left, source_width_);
    for (size_t i = 0; i < widths_.size(); ++i) output_ << kGap << pad_left(numbers[i], widths_[i]);
    output_ << "\n";
  }

  // Whether a name has room beside `left`, perhaps cut.
  static bool has_room(const std::string& left, const std::string& name, size_t columns) {
    return left.size() + kGap.size() + std::min(kShownName, display_width(name)) <= columns;
  }

  // The address and its name, for a cell so wide. Where there is no room for them they are written
  // in a line of their own, and the cell is empty.
  std::string place(const std::string& indent, const std::string& address, const std::string& name,
                    size_t columns) {
    const std::string left = indent + address;
    const bool fits = name.empty() ? left.size() <= columns : has_room(left, name, columns);
    if (fits) return labelled(left, name, columns);
    output_ << labelled(left, name, kWidth) << "\n";
    return {};
  }

  // `left`, and the name beside it, cut to what is left of the columns.
  std::string labelled(const std::string& left, const std::string& name, size_t columns) const {
    if (name.empty() || !has_room(left, name, columns)) return left;
    return left + std::string(kGap) +
           shortened(name, columns - left.size() - kGap.size(), presentation_.unicode);
  }

  void write_most_active() {
    constexpr size_t kLabel = 41;
    std::vector<Line> lines;
    for (const ActiveSource& source : report_.most_active) {
      lines.push_back({labelled(address_text(source.address), name_of(source.address), kLabel),
                       source.packets});
    }
    write_chart("Most active sources, in packets", lines, false);
  }

  void write_distribution() {
    const std::string to = presentation_.unicode ? "–" : "-";
    std::vector<Line> lines;
    for (const Bin& bin : report_.distribution) {
      const std::string from = std::to_string(bin.from);
      lines.push_back(
          {bin.from == bin.to ? from : from + to + std::to_string(bin.to), bin.sources});
    }
    write_chart("Sources by their number of unique destinations", lines, true);
  }

  void write_chart(std::string_view title, const std::vector<Line>& lines, bool labels_right) {
    if (lines.empty()) return;
    size_t label_width = 0;
    uint64_t largest = 0;
    for (const Line& line : lines) {
      label_width = std::max(label_width, display_width(line.label));
      largest = std::max(largest, line.value);
    }
    const size_t value_width = std::to_string(largest).size();
    const size_t room = kWidth - label_width - value_width - 2 * kGap.size();
    output_ << "\n" << title << "\n";
    for (const Line& line : lines) {
      output_ << (labels_right ? pad_left(line.label, label_width)
                               : pad_right(line.label, label_width))
              << kGap << pad_left(std::to_string(line.value), value_width);
      if (line.value > 0) {
        output_ << kGap << bar(line.value, largest, room, presentation_.unicode);
      }
      output_ << "\n";
    }
  }

  const Report& report_;
  const Presentation& presentation_;
  Buffer output_;
  const std::vector<const SourceColumn*> columns_ = brief_source_columns();
  const std::vector<const DestinationColumn*> destination_columns_ = brief_destination_columns();
  std::vector<size_t> widths_;  // of the columns of a source
  size_t source_width_ = 0;
};

}  // namespace

void render_text(const Report& report, const Presentation& presentation, const Sink& sink) {
  TextReport(report, presentation, sink).render();
}

}  // namespace fanout
