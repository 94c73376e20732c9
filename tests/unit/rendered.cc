#include "tests/unit/rendered.h"

#include <algorithm>
#include <memory>
#include <random>
#include <sstream>
#include <utility>

#include <glib.h>
#include <wsutil/wsjson.h>

#include "tap/count/engine.h"

namespace fanout {

Cardinality exactly(uint64_t value) { return {value, value, value}; }

Address ipv4(uint32_t number) { return {Network::kIpv4, 0, number}; }

Address longest_ipv6() { return {Network::kIpv6, 0x20010db812345678, 0x9abcdef012345678}; }

SourceRow source_row(const Address& address, uint64_t destinations) {
  SourceRow row{};
  row.address = address;
  row.destinations = exactly(destinations);
  row.packets = 2 * destinations;
  row.bytes = 64 * row.packets;
  row.first_frame = 1;
  row.last_frame = 512;
  row.first_time = 0;
  row.last_time = 3 * kSecond;
  return row;
}

SourceRow scanner(const Address& address) {
  SourceRow row = source_row(address, 256);
  row.flagged = true;
  row.verdicts.add(Verdict::kAddressScan);
  row.reason = "contacted 256 hosts first, 1 answered (0.4 %); 22/tcp on all";
  row.evidence.contacted = 256;
  row.evidence.answered = 1;
  row.evidence.top_service = {Transport::kTcp, 22};
  row.evidence.top_service_hosts = 256;
  return row;
}

Report report_of(std::vector<SourceRow> rows) {
  Report report;
  report.frames = 512;
  report.first_time = 0;
  report.last_time = 3 * kSecond;
  report.sources_total = exactly(rows.size());
  report.pairs_total = exactly(257);
  for (const SourceRow& row : rows) {
    report.flagged_total += row.flagged ? 1 : 0;
    report.suspects_total += row.suspect() ? 1 : 0;
    report.most_active.push_back(
        {row.address, row.packets, row.bytes, row.destinations, row.flagged, row.suspect()});
  }
  report.scans_total = report.suspects_total;
  report.sources = std::move(rows);
  report.distribution = {{1, 1, 170}, {2, 3, 0}, {4, 7, 1}};
  return report;
}

Report report_with_pairs() {
  auto engine = std::make_shared<Engine>(Engine::Options{});
  uint32_t frame = 0;
  const auto see = [&](uint32_t from, uint32_t to, Role role, uint16_t from_port,
                       uint16_t to_port) {
    ++frame;
    engine->count_frame(frame * kSecond);
    engine->observe({ipv4(from), ipv4(to), role, Transport::kTcp, Probe::kNone, Tool::kNone,
                     from_port, to_port, frame, 60, frame * kSecond});
  };
  see(0x0a000001, 0x0a000002, Role::kAsk, 1000, 22);
  see(0x0a000002, 0x0a000001, Role::kAnswer, 22, 1000);
  see(0x0a000001, 0x0a000003, Role::kAsk, 1001, 22);
  see(0x0a000001, 0x0a000003, Role::kAsk, 1002, 80);
  ReportSettings settings;
  settings.threshold = 1;
  settings.pairs = true;
  return make_report(engine, settings, {});
}

Presentation named(const std::string& name) {
  Presentation presentation;
  presentation.name = [name](const Address&) { return name; };
  return presentation;
}

std::string rendered(Format format, const Report& report, const Presentation& presentation) {
  std::string text;
  render(format, report, presentation, [&](std::string_view piece) { text += piece; });
  return text;
}

std::string json(const Report& report, const Presentation& presentation) {
  return rendered(Format::kJson, report, presentation);
}

std::string text(const Report& report, const Presentation& presentation) {
  return rendered(Format::kText, report, presentation);
}

std::string csv(const Report& report, const Presentation& presentation) {
  return rendered(Format::kCsv, report, presentation);
}

std::string unicode_text(const Report& report, Presentation presentation) {
  presentation.unicode = true;
  return text(report, presentation);
}

bool is_valid_json(const std::string& text) {
  const bool is_utf8 = g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr);
  return is_utf8 && json_validate(reinterpret_cast<const guint8*>(text.data()), text.size());
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

std::string line_of(const std::string& text, std::string_view beginning) {
  for (const std::string& line : lines(text)) {
    if (line.starts_with(beginning)) return line;
  }
  return {};
}

std::vector<std::vector<std::string>> parse_csv(std::string_view text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row{""};
  bool in_quotes = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (in_quotes && text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      row.back() += text[++i];
    } else if (text[i] == '"') {
      in_quotes = !in_quotes;
    } else if (!in_quotes && text[i] == ',') {
      row.emplace_back();
    } else if (!in_quotes && text.substr(i, 2) == "\r\n") {
      ++i;
      rows.push_back(std::exchange(row, {""}));
    } else {
      row.back() += text[i];
    }
  }
  return rows;
}

std::string csv_cell(const std::string& text, const std::string& column, size_t row) {
  const auto rows = parse_csv(text);
  const auto found = std::find(rows[0].begin(), rows[0].end(), column);
  return rows.at(row).at(static_cast<size_t>(found - rows[0].begin()));
}

std::vector<std::string> odd_names() {
  std::vector<std::string> names = {"",
                                    "a",
                                    "ein.ziemlich.langer.name.eines.rechners.example.com",
                                    "日本語のとても長いホスト名です.example.jp",
                                    "e\u0301a\u0308o\u0302.combining.example.com",
                                    "\u0301",
                                    "\x1b[31mred\x1b[0m",
                                    "\u202egnp.exe\u2066",
                                    "family\U0001F468\u200d\U0001F469.example",
                                    "\xff\xfe\xc3",
                                    "two words  and\ttab\r\n",
                                    "\u2028\u2029\u0085\u009b31m"};
  std::mt19937 random(1);
  for (int i = 0; i < 200; ++i) {
    std::string name;
    const size_t length = random() % 60;
    while (name.size() < length) name += static_cast<char>(random() % 256);
    names.push_back(name);
  }
  return names;
}

}  // namespace fanout
