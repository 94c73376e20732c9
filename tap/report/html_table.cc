#include "tap/report/html_table.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <variant>

#include "tap/report/columns.h"
#include "tap/report/html.h"

namespace fanout {
namespace {

// What keeps the page below 5 MB, and quick to open: destinations all together, and the most and
// the least of one source's.
constexpr size_t kDestinations = 5000;
constexpr size_t kMostDestinations = 100;
constexpr size_t kLeastDestinations = 3;

constexpr size_t kNameColumns = 40;

// Of all these columns, those of locations only if that of one of the addresses is known.
template <typename Column, typename Rows, typename AddressOf>
std::vector<const Column*> without_empty(std::vector<const Column*> columns,
                                         const Presentation& presentation, const Rows& rows,
                                         AddressOf address_of) {
  const bool is_any_known =
      presentation.location && std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
        return presentation.location(address_of(row)).is_known();
      });
  if (!is_any_known) {
    std::erase_if(columns, [](const Column* column) { return is_location(column->kind); });
  }
  return columns;
}

// Texts that order addresses as Address does.
std::string address_key(const Address& address) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string key = std::to_string(static_cast<int>(address.network));
  const auto bytes = address.bytes();
  const size_t count = has_ipv6_addresses(address.network) ? 16 : 4;
  for (size_t i = 0; i < count; ++i) {
    key += kDigits[bytes[i] >> 4];
    key += kDigits[bytes[i] & 15];
  }
  return key;
}

class HtmlTable {
 public:
  HtmlTable(const Report& report, const Presentation& presentation,
            const std::vector<const SourceRow*>& shown, Buffer& output)
      : report_(report), presentation_(presentation), shown_(shown), output_(output) {}

  void write() {
    output_ << "<section aria-labelledby=\"sources-title\">\n"
               "<h2 id=\"sources-title\">Sources and their destinations</h2>\n";
    if (shown_.empty()) {
      if (html_listed(report_) == 0) {
        output_ << "<p>No source has " << html_threshold(report_.settings)
                << ", and none looks like a scanner.</p>\n";
      }
      write_left_out();
      output_ << "</section>\n";
      return;
    }
    write_left_out();
    output_ << "<div id=\"controls\" hidden>\n<label for=\"search\">Search</label>\n"
               "<input id=\"search\" type=\"search\" placeholder=\"address, name, verdict, port\" "
               "autocomplete=\"off\" spellcheck=\"false\">\n"
               "<output id=\"found\" for=\"search\"></output>\n"
               "<button id=\"unfold\" type=\"button\" aria-pressed=\"false\">Unfold all</button>\n"
               "</div>\n"
               "<div class=\"scroll\" role=\"region\" aria-labelledby=\"sources-title\" "
               "tabindex=\"0\">\n<table id=\"sources\">\n<caption>"
            << grouped(shown_.size(), "source", "sources")
            << ", by unique destinations; times in UTC</caption>\n<thead>\n<tr>";
    for (const SourceColumn* column : columns_) {
      output_ << "<th scope=\"col\"" << style_of(*column);
      if (column->key == std::string_view("unique_destinations")) {
        output_ << " aria-sort=\"descending\"";
      }
      output_ << ">" << column->title << "</th>";
    }
    output_ << "</tr>\n</thead>\n";
    write_rows();
    output_ << "</table>\n</div>\n</section>\n";
  }

 private:
  // Says what the table has not, and where the rest is.
  void write_left_out() {
    std::string text;
    const auto say = [&](const std::string& sentence) {
      text += (text.empty() ? "" : " ") + sentence;
    };
    if (const uint64_t cut = report_.sources.size() - shown_.size(); cut > 0) {
      say(grouped(cut, "source is", "sources are") +
          " left out to keep this page small, those that are neither suspect nor flagged first; "
          "the JSON and CSV reports have them.");
    }
    if (report_.left_out > 0) {
      say(grouped(report_.left_out, "more source was", "more sources were") +
          " cut off by top=" + std::to_string(report_.settings.top.value_or(0)) + ".");
    }
    const Cardinality& total = report_.sources_total;
    if (!report_.settings.all && total.value > html_listed(report_)) {
      const uint64_t rest = total.value - html_listed(report_);
      say((total.exact() ? "" : "~") +
          grouped(rest, "source that is neither flagged nor suspect is",
                  "sources that are neither flagged nor suspect are") +
          " not listed.");
    }
    if (!text.empty()) output_ << "<p class=\"left-out\">" << text << "</p>\n";
  }

  // The most suspect first get most of the room for destinations, but each gets some.
  void write_rows() {
    std::vector<size_t> room(shown_.size());
    size_t left = kDestinations;
    for (size_t i = 0; i < shown_.size(); ++i) {
      const size_t for_others = kLeastDestinations * (shown_.size() - i - 1);
      room[i] = std::min(kMostDestinations, left - for_others);
      left -= std::min<size_t>(room[i], shown_[i]->destinations.value);
    }
    std::vector<size_t> order(shown_.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    // As the report has them: it holds them in one array.
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return shown_[a] < shown_[b]; });
    for (const size_t i : order) write_source(*shown_[i], room[i]);
  }

  static std::string style_of(const Column& column) {
    if (is_number(column.kind)) return " class=\"n\"";
    return is_location(column.kind) ? " class=\"where\"" : "";
  }

  void write_source(const SourceRow& row, size_t room) {
    const std::string_view tone = row.suspect() ? "suspect" : row.flagged ? "flagged" : "plain";
    output_ << "<tbody id=\"" << html_anchor(row) << "\" class=\"" << tone << "\">\n<tr>";
    for (const SourceColumn* column : columns_) write_cell(*column, row);
    output_ << "</tr>\n<tr class=\"more\"><td colspan=\"" << std::to_string(columns_.size())
            << "\">";
    if (!row.reason.empty()) output_ << "<p class=\"reason\">" << escaped(row.reason) << "</p>";
    write_destinations(row, room);
    output_ << "</td></tr>\n</tbody>\n";
  }

  // The address is the head of its row. What sorts a cell is its data-key.
  void write_cell(const SourceColumn& column, const SourceRow& row) {
    const Value value = column.take(row, report_.settings);
    const bool is_head = column.kind == Kind::kAddress;
    output_ << (is_head ? "<th scope=\"row\"" : "<td") << style_of(column) << " data-key=\""
            << escaped(data_key(column, row, value)) << "\">";
    if (is_head) {
      output_ << html_who(presentation_, row.address) << "</th>";
    } else if (column.kind == Kind::kVerdicts) {
      output_ << html_verdicts(row) << "</td>";
    } else {
      output_ << escaped(text_of(column, value)) << "</td>";
    }
  }

  std::string data_key(const Column& column, const SourceRow& row, const Value& value) const {
    if (column.kind == Kind::kAddress) return address_key(row.address);
    if (is_location(column.kind)) return located_text(column.kind, row.address);
    if (column.kind == Kind::kVerdicts) {
      return (row.suspect() ? "0" : row.flagged ? "1" : "2") + verdict_names(row.verdicts, " ");
    }
    if (const auto* time = std::get_if<Time>(&value)) return exact_seconds(time->at);
    if (const auto* duration = std::get_if<Duration>(&value)) {
      return exact_duration(duration->first, duration->last);
    }
    if (const auto* text = std::get_if<std::string_view>(&value)) return std::string(*text);
    return std::to_string(sort_key(value));
  }

  std::string located_text(Kind kind, const Address& address) const {
    return html_short(address_cell(presentation_, kind, address));
  }

  // A cell for people, not yet escaped.
  std::string text_of(const Column& column, const Value& value) const {
    return std::visit([&](const auto& held) { return text_of_held(column, held); }, value);
  }

  template <typename Held>
  std::string text_of_held(const Column& column, const Held& held) const {
    if constexpr (std::is_same_v<Held, bool>) {
      return held ? "yes" : "no";
    } else if constexpr (std::is_same_v<Held, uint64_t>) {
      return column.kind == Kind::kBytes ? human_bytes(held) : grouped(held);
    } else if constexpr (std::is_same_v<Held, Cardinality>) {
      return grouped(held);
    } else if constexpr (std::is_same_v<Held, Ratio>) {
      return exact_ratio(held);
    } else if constexpr (std::is_same_v<Held, Place>) {
      return place_text(held);
    } else if constexpr (std::is_same_v<Held, Time>) {
      return held.at == kNoTime ? "–" : utc(held.at);
    } else if constexpr (std::is_same_v<Held, Duration>) {
      return human_duration(held.first, held.last);
    } else if constexpr (std::is_same_v<Held, Address>) {
      return column.kind == Kind::kAddress ? html_address(held) : located_text(column.kind, held);
    } else if constexpr (std::is_same_v<Held, Network>) {
      return network_name(held);
    } else if constexpr (std::is_same_v<Held, Service>) {
      const std::string name = service_name(presentation_, held);
      return service_text(held) + (name.empty() ? "" : " " + name);
    } else if constexpr (std::is_same_v<Held, Verdicts>) {
      return verdicts_text(held);
    } else if constexpr (std::is_same_v<Held, Answer>) {
      if (held.services.tried > 1) {
        return grouped(held.services.answered) + " of " + grouped(held.services.tried);
      }
      return !held.contacted ? "–" : held.answered ? "yes" : "no";
    } else if constexpr (std::is_same_v<Held, std::string_view>) {
      return std::string(held);
    } else {
      return {};
    }
  }

  void write_destinations(const SourceRow& source, size_t room) {
    if (report_.engine == nullptr) return;
    const std::vector<DestinationRow> rows = report_.destinations(source);
    if (rows.empty()) return;
    const size_t count = std::min(room, rows.size());
    output_ << "<details><summary>" << grouped(source.destinations, "destination", "destinations");
    if (count < source.destinations.value) {
      output_ << ", the " << std::to_string(count) << " with most packets";
    }
    output_ << "</summary>\n<table><thead><tr>";
    const auto columns =
        without_empty(destination_columns_, presentation_, std::span(rows).first(count),
                      [](const DestinationRow& row) { return row.address; });
    for (const DestinationColumn* column : columns) {
      output_ << "<th scope=\"col\"" << style_of(*column) << ">" << column->title << "</th>";
    }
    output_ << "</tr></thead>\n<tbody>\n";
    for (size_t i = 0; i < count; ++i) write_destination(columns, rows[i]);
    output_ << "</tbody></table>";
    if (count < source.destinations.value) {
      const Cardinality& all = source.destinations;
      output_ << "<p class=\"left-out\">"
              << grouped(Cardinality{all.value - count, all.low - count, all.high - count},
                         "more is left out.", "more are left out.")
              << "</p>";
    }
    output_ << "</details>";
  }

  void write_destination(const std::vector<const DestinationColumn*>& columns,
                         const DestinationRow& row) {
    output_ << "<tr>";
    for (const DestinationColumn* column : columns) {
      output_ << "<td" << style_of(*column) << ">"
              << escaped(text_of(*column, column->take(row, report_.settings)));
      if (column->kind == Kind::kAddress) write_name(row.address);
      output_ << "</td>";
    }
    output_ << "</tr>\n";
  }

  void write_name(const Address& address) {
    const std::string name = html_name(presentation_, address);
    if (!name.empty()) output_ << " <bdi>" << escaped(name) << "</bdi>";
  }

  const Report& report_;
  const Presentation& presentation_;
  const std::vector<const SourceRow*>& shown_;
  Buffer& output_;
  const std::vector<const SourceColumn*> columns_ =
      without_empty(source_columns(kInHtml), presentation_, shown_,
                    [](const SourceRow* row) { return row->address; });
  const std::vector<const DestinationColumn*> destination_columns_ = destination_columns(kInHtml);
};

}  // namespace

std::string html_short(std::string_view text) {
  return shortened(printable(text, true), kNameColumns, true);
}

std::string html_name(const Presentation& presentation, const Address& address) {
  return html_short(resolved_name(presentation, address));
}

std::string html_location(const Presentation& presentation, const Address& address) {
  const Location location = location_of(presentation, address);
  std::string text = html_short(location.country);
  const auto add = [&text](const char* separator, const std::string& more) {
    if (!more.empty()) text += (text.empty() ? "" : separator) + more;
  };
  if (location.as_number != 0) add(", ", "AS" + std::to_string(location.as_number));
  add(location.as_number != 0 ? " " : ", ", html_short(location.as_organization));
  return text;
}

std::string html_who(const Presentation& presentation, const Address& address) {
  const std::string name = html_name(presentation, address);
  std::string text = "<span class=\"address\">" + html_address(address) + "</span>";
  if (!name.empty()) text += " <bdi class=\"name\">" + escaped(name) + "</bdi>";
  return text;
}

std::string html_anchor(const SourceRow& row) { return "source-" + std::to_string(row.number); }

std::string html_verdicts(const SourceRow& row) {
  std::string text;
  for (int i = 0; i < kVerdicts; ++i) {
    const auto verdict = static_cast<Verdict>(i);
    if (!row.verdicts.has(verdict)) continue;
    Verdicts one;
    one.add(verdict);
    if (!text.empty()) text += ' ';
    text += std::string("<span class=\"chip") + (one.suspect() ? " accused" : "") + "\">" +
            verdict_name(verdict) + "</span>";
  }
  if (row.allowed) text += "<span class=\"chip\">allowed</span>";
  return text;
}

std::string html_threshold(const ReportSettings& settings) {
  const std::string over = "more than " + grouped(settings.threshold);
  if (settings.window == 0) return over + " unique destinations";
  return over + " new destinations within " + grouped(settings.window) + " s";
}

uint64_t html_listed(const Report& report) { return report.sources.size() + report.left_out; }

void write_html_table(const Report& report, const Presentation& presentation,
                      const std::vector<const SourceRow*>& shown, Buffer& output) {
  HtmlTable(report, presentation, shown, output).write();
}

}  // namespace fanout
