#include "tap/report/render.h"

#include <algorithm>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <glib.h>
#include <gtest/gtest.h>
#include <wsutil/wsjson.h>

#include "tap/count/engine.h"
#include "tap/report/report.h"
#include "tap/report/words.h"

namespace fanout {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr size_t kTerminal = 80;

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

SourceRow scanner(const Address& address = ipv4(0x0a000080)) {
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

// A report of these sources.
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
  report.sources = std::move(rows);
  report.distribution = {{1, 1, 170}, {2, 3, 0}, {4, 7, 1}};
  return report;
}

// A report of a host that asks two hosts for ssh, and one of them for http too; one answers.
Report report_with_pairs() {
  auto engine = std::make_shared<Engine>(Engine::Options{});
  uint32_t frame = 0;
  const auto see = [&](uint32_t from, uint32_t to, Role role, uint16_t from_port,
                       uint16_t to_port) {
    ++frame;
    engine->count_frame(frame * kSecond);
    engine->observe({ipv4(from), ipv4(to), role, Transport::kTcp, from_port, to_port, frame, 60,
                     frame * kSecond});
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

std::string rendered(Format format, const Report& report, const Presentation& presentation = {}) {
  std::string text;
  render(format, report, presentation, [&](std::string_view piece) { text += piece; });
  return text;
}

std::string json(const Report& report, const Presentation& presentation = {}) {
  return rendered(Format::kJson, report, presentation);
}

std::string text(const Report& report, const Presentation& presentation = {}) {
  return rendered(Format::kText, report, presentation);
}

std::string csv(const Report& report, const Presentation& presentation = {}) {
  return rendered(Format::kCsv, report, presentation);
}

std::string unicode_text(const Report& report, Presentation presentation = {}) {
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

// The first line that begins so.
std::string line_of(const std::string& text, std::string_view beginning) {
  for (const std::string& line : lines(text)) {
    if (line.starts_with(beginning)) return line;
  }
  return {};
}

// Reads RFC 4180.
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

std::string csv_cell(const std::string& text, const std::string& column, size_t row = 1) {
  const auto rows = parse_csv(text);
  const auto found = std::find(rows[0].begin(), rows[0].end(), column);
  return rows.at(row).at(static_cast<size_t>(found - rows[0].begin()));
}

// Names that a capture could hold to deceive: bytes of all kinds, and characters of all widths.
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

TEST(Json, HoldsTheSummaryAndTheSources) {
  Report report = report_of({scanner()});
  report.settings.filter = "tcp.port == 22";
  report.dissection = {true, 500, 12};
  const std::string output = json(report);
  EXPECT_TRUE(is_valid_json(output));
  for (const char* member :
       {R"("threshold": 50)", R"("ports": 15)", R"("window": 0)", R"("filter": "tcp.port == 22")",
        R"("frames": 512)", R"("sources_total": 1)", R"("pairs_total": 257)",
        R"("flagged_total": 1)", R"("suspects_total": 1)", R"("dissection": "headers")",
        R"("header_frames": 500)", R"("full_frames": 12)",
        R"({"source":"10.0.0.128","network":"IPv4","unique_destinations":256,"packets":512,)"
        R"("bytes":32768,"first_frame":1,"last_frame":512,)",
        R"("flagged":true,"suspect":true,"verdicts":["address-scan"],"reason":"contacted 256)",
        R"("contacted":256,"answered":1,)", R"("packets_per_destination":2.00)",
        R"({"from":1,"to":1,"sources":170})"}) {
    EXPECT_TRUE(contains(output, member)) << member << " in\n" << output;
  }
}

TEST(Json, WritesTimesExactly) {
  Report report = report_of({scanner()});
  report.first_time = -kSecond / 2;
  report.last_time = kNoTime;
  report.sources[0].first_time = 1'700'000'000'123'456'789;
  report.sources[0].last_time = 1'700'000'001'123'456'790;
  const std::string output = json(report);
  EXPECT_TRUE(is_valid_json(output));
  EXPECT_TRUE(contains(output, R"("first_time": -0.500000000)"));
  EXPECT_TRUE(contains(output, R"("last_time": null)"));
  EXPECT_TRUE(contains(output, R"("first_time":1700000000.123456789)"));
  EXPECT_TRUE(contains(output, R"("duration":1.000000001)"));
}

TEST(Json, IsValidWhateverNamesAndFiltersHold) {
  for (const std::string& odd : odd_names()) {
    Report report = report_of({scanner()});
    report.settings.filter = odd;
    report.sources[0].reason = odd;
    EXPECT_TRUE(is_valid_json(json(report, named(odd)))) << testing::PrintToString(odd);
  }
}

TEST(Json, ReplacesWhatIsNotUtf8) {
  const std::string output =
      json(report_of({scanner()}), named("a\xff\xc3" + std::string(1, '\0') + "z"));
  EXPECT_TRUE(contains(output, "\"name\":\"a\uFFFD\uFFFD\uFFFDz\""));
}

TEST(Json, EscapesQuotesAndControlCharacters) {
  const std::string output = json(report_of({scanner()}), named("\"\\\x1b\n\u009b"));
  EXPECT_TRUE(contains(output, R"("name":"\"\\\u001b\n)"
                               "\uFFFD\""));
}

TEST(Json, NamesOnlyWhatIsResolved) {
  EXPECT_FALSE(contains(json(report_of({scanner()})), R"("name")"));
  EXPECT_FALSE(contains(json(report_of({scanner()}), named("")), R"("name")"));
  EXPECT_TRUE(contains(json(report_of({scanner()}), named("a.example")), R"("name":"a.example")"));
}

TEST(Json, TellsTheTopServiceAndItsNameIfThereAreAny) {
  Presentation presentation;
  presentation.service_name = [](const Service&) { return "ssh"; };
  EXPECT_TRUE(contains(json(report_of({scanner()}), presentation),
                       R"("top_service":{"transport":"tcp","port":22,"name":"ssh"})"));
  EXPECT_TRUE(
      contains(json(report_of({scanner()})), R"("top_service":{"transport":"tcp","port":22})"));
  EXPECT_FALSE(contains(json(report_of({source_row(ipv4(1), 1)})), "top_service\":"));
}

TEST(Json, TellsTheHostWithFailuresAndTheWindowOnlyIfThereAreAny) {
  Report report = report_of({scanner()});
  EXPECT_FALSE(contains(json(report), R"("failed_host")"));
  EXPECT_FALSE(contains(json(report), "busiest_window"));
  report.settings.window = 60;
  report.sources[0].evidence.busiest_window = 77;
  report.sources[0].evidence.failed_on_one_host = 20;
  report.sources[0].evidence.failed_host = ipv4(0x0a000001);
  EXPECT_TRUE(contains(json(report), R"("window": 60)"));
  EXPECT_TRUE(contains(json(report), R"("busiest_window":77)"));
  EXPECT_TRUE(contains(json(report), R"("failed_host":"10.0.0.1")"));
}

TEST(Json, MarksEstimatesAndNothingElse) {
  Report report = report_of({scanner()});
  EXPECT_FALSE(contains(json(report), "exact"));
  EXPECT_FALSE(contains(json(report), "limit"));
  report.sources[0].destinations = {256, 250, 270};
  report.pairs_total = {256, 250, 270};
  report.limit = 100;
  report.limit_hit_in = 7;
  const std::string output = json(report);
  EXPECT_TRUE(is_valid_json(output));
  EXPECT_TRUE(contains(output, R"("unique_destinations":256,"exact":false,"low":250,"high":270)"));
  EXPECT_TRUE(contains(output, R"("pairs_total_low": 250)"));
  EXPECT_TRUE(contains(output, R"("pairs_total_high": 270)"));
  EXPECT_FALSE(contains(output, "sources_total_low"));
  EXPECT_TRUE(contains(output, R"("exact": false)"));
  EXPECT_EQ(line_of(output, R"(  "limit": {)"), R"(  "limit": {)");
  EXPECT_TRUE(contains(output, R"("hit_in_frame": 7)"));
}

TEST(Json, TellsWhatWasLeftOutAndAllowedOnlyIfThereIsAny) {
  Report report = report_of({scanner()});
  EXPECT_FALSE(contains(json(report), "left_out"));
  EXPECT_FALSE(contains(json(report), "allowed"));
  report.left_out = 3;
  report.sources[0].allowed = true;
  EXPECT_TRUE(contains(json(report), R"("left_out": 3)"));
  EXPECT_TRUE(contains(json(report), R"("allowed":true)"));
}

TEST(Json, ListsDestinationsOnlyWithPairs) {
  Report report = report_with_pairs();
  const std::string output = json(report);
  EXPECT_TRUE(is_valid_json(output));
  EXPECT_TRUE(contains(
      output, R"({"destination":"10.0.0.3","packets":2,"bytes":120,"first_frame":3,)"
              R"("first_time":3.000000000,"contacted":true,"answered":false,)"
              R"("service":{"transport":"tcp","port":22},"services":2,"services_answered":0})"));
  report.settings.pairs = false;
  EXPECT_FALSE(contains(json(report), "\"destinations\""));
}

TEST(Json, IsValidWithoutAnySource) {
  EXPECT_TRUE(is_valid_json(json(Report{})));
  EXPECT_TRUE(contains(json(Report{}), R"("sources": [])"));
}

TEST(Json, CanBeReadBack) {
  std::string output = json(report_of({scanner(), scanner(ipv4(0x0a000081))}));
  std::vector<jsmntok_t> tokens(4096);
  ASSERT_GT(json_parse(output.data(), tokens.data(), static_cast<unsigned>(tokens.size())), 0);
  EXPECT_EQ(json_get_array_len(json_get_array(output.data(), tokens.data(), "sources")), 2);
  double threshold = 0;
  ASSERT_TRUE(json_get_double(output.data(), tokens.data(), "threshold", &threshold));
  EXPECT_EQ(threshold, 50);
}

TEST(Render, HandsOnPiecesOfBoundedSize) {
  const Report report = report_of(std::vector<SourceRow>(5000, scanner()));
  for (const Format format : {Format::kText, Format::kJson, Format::kCsv}) {
    size_t largest = 0;
    size_t total = 0;
    render(format, report, {}, [&](std::string_view piece) {
      largest = std::max(largest, piece.size());
      total += piece.size();
    });
    EXPECT_GT(total, 4 * Buffer::kPiece);
    EXPECT_LT(largest, 2 * Buffer::kPiece);
  }
}

TEST(Csv, HasAHeaderAndARowForEachSource) {
  const std::string output = csv(report_of({scanner(), source_row(ipv4(1), 1)}));
  const auto rows = parse_csv(output);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1].size(), rows[0].size());
  EXPECT_EQ(rows[2].size(), rows[0].size());
  EXPECT_TRUE(output.starts_with(
      "source,name,network,unique_destinations,packets,bytes,first_frame,last_frame,first_time,"
      "last_time,flagged,suspect,verdicts,reason,"));
  EXPECT_TRUE(contains(output,
                       "\r\n10.0.0.128,,IPv4,256,512,32768,1,512,0.000000000,3.000000000,true,true,"
                       "address-scan,\"contacted 256 hosts first, 1 answered (0.4 %);"));
  EXPECT_TRUE(output.ends_with("\r\n"));
}

TEST(Csv, JoinsVerdictsAndTellsServices) {
  Report report = report_of({scanner()});
  report.sources[0].verdicts.add(Verdict::kPortScan);
  Presentation presentation;
  presentation.service_name = [](const Service&) { return "ssh"; };
  const std::string output = csv(report, presentation);
  EXPECT_EQ(csv_cell(output, "verdicts"), "address-scan port-scan");
  EXPECT_EQ(csv_cell(output, "top_service_transport"), "tcp");
  EXPECT_EQ(csv_cell(output, "top_service_port"), "22");
  EXPECT_EQ(csv_cell(output, "top_service_name"), "ssh");
  EXPECT_EQ(csv_cell(output, "scan_service_port"), "");
  EXPECT_EQ(csv_cell(output, "contacted"), "256");
  EXPECT_EQ(csv_cell(output, "exact"), "true");
}

TEST(Csv, HasNoCellThatASpreadsheetRuns) {
  for (const char* formula :
       {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1"}) {
    const std::string cell = csv_cell(csv(report_of({scanner()}), named(formula)), "name");
    EXPECT_TRUE(cell.starts_with('\'')) << cell;
  }
  EXPECT_EQ(csv_cell(csv(report_of({scanner()}), named("a=b")), "name"), "a=b");
}

TEST(Csv, QuotesWhatNeedsIt) {
  const std::string output = csv(report_of({scanner()}), named("a,\"b\""));
  EXPECT_TRUE(contains(output, ",\"a,\"\"b\"\"\","));
  EXPECT_EQ(csv_cell(output, "name"), "a,\"b\"");
}

TEST(Csv, StaysATableWhateverNamesHold) {
  for (const std::string& odd : odd_names()) {
    const std::string output = csv(report_of({scanner()}), named(odd));
    const auto rows = parse_csv(output);
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[1].size(), rows[0].size());
    EXPECT_TRUE(g_utf8_validate(output.data(), static_cast<gssize>(output.size()), nullptr));
    EXPECT_EQ(rows[1][1].find_first_of("\r\n\t\x1b\x7f"), std::string::npos);
  }
}

TEST(Csv, HasARowForEachPairWithPairs) {
  const std::string output = csv(report_with_pairs());
  const auto rows = parse_csv(output);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1].size(), rows[0].size());
  EXPECT_EQ(csv_cell(output, "source", 1), "10.0.0.1");
  EXPECT_EQ(csv_cell(output, "destination", 1), "10.0.0.3");
  EXPECT_EQ(csv_cell(output, "packets", 1), "2");
  EXPECT_EQ(csv_cell(output, "services", 1), "2");
  EXPECT_EQ(csv_cell(output, "service_port", 1), "22");
  EXPECT_EQ(csv_cell(output, "destination", 2), "10.0.0.2");
  EXPECT_EQ(csv_cell(output, "answered", 2), "true");
}

TEST(Csv, MarksEstimates) {
  for (Report report : {report_of({scanner()}), report_with_pairs()}) {
    EXPECT_EQ(csv_cell(csv(report), "exact"), "true");
    report.sources[0].destinations = {256, 250, 270};
    const std::string output = csv(report);
    EXPECT_EQ(csv_cell(output, "unique_destinations"), "256");
    EXPECT_EQ(csv_cell(output, "exact"), "false");
    EXPECT_EQ(csv_cell(output, "low"), "250");
    EXPECT_EQ(csv_cell(output, "high"), "270");
  }
}

TEST(Text, BeginsWithWhatWasRead) {
  Report report = report_of({scanner()});
  report.settings.filter = "ip";
  report.settings.capture = "capture.pcap";
  const std::vector<std::string> output = lines(text(report));
  const std::vector<std::string> expected = {
      std::string(kTerminal, '='),
      "Fan-out: unique destinations per source",
      "File:       capture.pcap",
      "Filter:     ip",
      "Time:       1970-01-01 00:00:00 to 1970-01-01 00:00:03 UTC (3.0 s)",
      "Counted:    512 frames, 1 source, 257 pairs of source and destination",
      "Threshold:  more than 50 unique destinations",
      "Flagged:    1 source over the threshold",
      "Suspects:   1 source looks like a scanner",
      ""};
  ASSERT_GE(output.size(), expected.size());
  EXPECT_EQ(std::vector(output.begin(), output.begin() + static_cast<ptrdiff_t>(expected.size())),
            expected);
  EXPECT_EQ(output.back(), std::string(kTerminal, '='));
}

TEST(Text, ListsSuspectsThenFlaggedThenOthers) {
  SourceRow client = source_row(ipv4(0x0a000002), 300);
  client.flagged = true;
  client.verdicts.add(Verdict::kClient);
  client.reason = "contacted 300 hosts first, 298 answered (99.3 %)";
  const std::string output = text(report_of({client, scanner(), source_row(ipv4(0x0a000003), 1)}));
  const std::string expected =
      "Scan suspects\n"
      "Source                          Fan-out  Packets    Bytes  First    Last  Lasted\n"
      "10.0.0.128                          256      512  32.8 kB      1     512   3.0 s\n"
      "    address-scan: contacted 256 hosts first, 1 answered (0.4 %); 22/tcp on all\n"
      "\n"
      "Over the threshold of 50\n"
      "Source                          Fan-out  Packets    Bytes  First    Last  Lasted\n"
      "10.0.0.2                            300      600  38.4 kB      1     512   3.0 s\n"
      "    client: contacted 300 hosts first, 298 answered (99.3 %)\n"
      "\n"
      "Other sources\n"
      "Source                          Fan-out  Packets    Bytes  First    Last  Lasted\n"
      "10.0.0.3                              1        2    128 B      1     512   3.0 s\n";
  EXPECT_TRUE(contains(output, expected)) << output;
}

TEST(Text, WrapsReasonsBetweenTheirClauses) {
  SourceRow row = scanner();
  row.reason += "; 2 packets each; 256 in its busiest minute";
  EXPECT_TRUE(contains(text(report_of({row})), "22/tcp on all;\n      2 packets each; 256 in"));
}

TEST(Text, SaysInWordsThatNothingWasFound) {
  Report report = report_of({});
  report.sources_total = exactly(3);
  EXPECT_TRUE(contains(text(report),
                       "\nNo source has more than 50 unique destinations, and none looks like a "
                       "scanner.\n"));
  report.settings.window = 60;
  EXPECT_TRUE(contains(text(report),
                       "\nNo source has more than 50 new destinations within 60 s, and none looks "
                       "like a\nscanner.\n"));
  report.flagged_total = 1;
  EXPECT_TRUE(contains(text(report), "\nNo source looks like a scanner.\n"));
  EXPECT_TRUE(contains(text(Report{}), "\nNo sources: "));
}

TEST(Text, SaysThatTheLimitWasHitAndMarksEstimates) {
  Report report = report_of({scanner()});
  report.sources[0].destinations = {256, 250, 270};
  report.limit = 100;
  report.limit_hit_in = 7;
  const std::string output = text(report);
  EXPECT_TRUE(contains(output, "The limit of 100 pairs in memory was hit in frame 7."));
  EXPECT_TRUE(contains(line_of(output, "10.0.0.128"), " ~256 "));
  EXPECT_FALSE(contains(text(report_of({scanner()})), "~"));
}

TEST(Text, SaysWhatTheTopLeftOut) {
  Report report = report_of({scanner()});
  report.settings.top = 1;
  report.left_out = 4;
  EXPECT_TRUE(contains(text(report), "\n... and 4 more sources (top=1)\n"));
  EXPECT_TRUE(contains(unicode_text(report), "\n… and 4 more sources (top=1)\n"));
  report.suspects_total = 3;
  EXPECT_TRUE(contains(text(report), "\n... and 4 more sources, 2 suspects among them (top=1)\n"));
}

TEST(Text, TellsArpApartAndWhoIsAllowed) {
  SourceRow row = source_row({Network::kArp, 0, 0x0a000001}, 90);
  row.allowed = true;
  const std::string output = text(report_of({row}));
  EXPECT_TRUE(contains(output, "\n10.0.0.1 (ARP) "));
  EXPECT_TRUE(contains(output, "\n    allowed: never flagged, never a suspect\n"));
}

TEST(Text, ListsDestinationsBelowTheirSource) {
  const std::string expected =
      "    Destination                          Packets    Bytes  First  Answered\n"
      "    10.0.0.3                                   2    120 B      3  0 of 2\n"
      "    10.0.0.2                                   1     60 B      1  yes 22/tcp\n";
  const std::string output = text(report_with_pairs());
  EXPECT_TRUE(contains(output, expected)) << output;
  EXPECT_FALSE(contains(output, "past the memory limit"));
}

TEST(Text, SaysHowManyDestinationsAreNotListed) {
  Report report = report_with_pairs();
  report.sources[0].destinations = {256, 250, 270};
  EXPECT_TRUE(contains(text(report), "\n    ... and ~254 more past the memory limit\n"));
  EXPECT_TRUE(contains(unicode_text(report), "\n    … and ~254 more past the memory limit\n"));
}

TEST(Text, CutsLongNames) {
  const std::string name = "a.rather.long.name.of.a.host.example.com";
  EXPECT_TRUE(
      contains(text(report_of({scanner()}), named(name)), "10.0.0.128  a.rather.long.n...  "));
  EXPECT_TRUE(contains(unicode_text(report_of({scanner()}), named(name)),
                       "10.0.0.128  a.rather.long.nam…  "));
}

TEST(Text, GivesLongAddressesALineOfTheirOwn) {
  const std::string output = text(report_of({scanner(longest_ipv6())}),
                                  named("a.rather.long.name.of.another.example.com"));
  EXPECT_TRUE(contains(output,
                       "\n2001:db8:1234:5678:9abc:def0:1234:5678  a.rather.long.name.of.another."
                       "example...\n                                    256      512  32.8 kB"))
      << output;
}

TEST(Text, MakesRoomForLargeNumbers) {
  SourceRow row = scanner();
  row.destinations = {4294967295, 4294967000, 4294967300};
  row.packets = 12345678901;
  row.bytes = 18'400'000'000'000;
  row.first_frame = 4294967294;
  row.last_frame = 4294967295;
  row.last_time = 99 * 86400 * kSecond;
  const std::string output = text(report_of({row, source_row(ipv4(1), 1)}));
  EXPECT_TRUE(contains(output, "\nSource  "));
  EXPECT_TRUE(
      contains(output, "  ~4294967295  12345678901  18.4 TB  4294967294  4294967295  99d00h\n"))
      << output;
  EXPECT_TRUE(contains(output, "\n0.0.0.1"));
  for (const std::string& line : lines(output)) EXPECT_LE(display_width(line), kTerminal) << line;
}

TEST(Text, StaysAlignedWithinTheTerminalWhateverAddressesAndNamesAre) {
  const Address addresses[] = {ipv4(0x01010101),
                               ipv4(0xffffffff),
                               longest_ipv6(),
                               {Network::kIpv6, 0, 1},
                               {Network::kArp, 0, 0xc0a864c8}};
  for (const bool unicode : {false, true}) {
    for (const std::string& odd : odd_names()) {
      std::vector<SourceRow> rows;
      for (const Address& address : addresses) {
        rows.push_back(scanner(address));
        rows.back().bytes = 79'000'000;
        rows.back().reason = odd;
      }
      Report report = report_of(rows);
      report.settings.filter = odd + odd;
      Presentation presentation = named(odd);
      presentation.unicode = unicode;
      size_t aligned = 0;
      for (const std::string& line : lines(text(report, presentation))) {
        EXPECT_LE(display_width(line), kTerminal) << line;
        const size_t bytes = line.find("  79.0 MB  ");
        if (bytes == std::string::npos) continue;
        EXPECT_EQ(display_width(line), kTerminal) << line;
        EXPECT_EQ(display_width(line.substr(0, bytes)), 48u) << line;
        ++aligned;
      }
      EXPECT_EQ(aligned, std::size(addresses));
    }
  }
}

TEST(Text, IsSafeForATerminalWhateverNamesAre) {
  for (const std::string& odd : odd_names()) {
    Report report = report_of({scanner()});
    report.settings.filter = report.settings.capture = report.sources[0].reason = odd;
    for (const bool unicode : {false, true}) {
      Presentation presentation = named(odd);
      presentation.unicode = unicode;
      const std::string output = text(report, presentation);
      ASSERT_TRUE(g_utf8_validate(output.data(), static_cast<gssize>(output.size()), nullptr));
      for (const char* at = output.c_str(); *at != '\0'; at = g_utf8_next_char(at)) {
        const gunichar character = g_utf8_get_char(at);
        EXPECT_TRUE(character == '\n' || g_unichar_isprint(character)) << character;
        EXPECT_TRUE(unicode || character < 0x80) << character;
        EXPECT_FALSE(character >= 0x202a && character <= 0x202e) << character;
        EXPECT_FALSE(character >= 0x2066 && character <= 0x2069) << character;
      }
    }
  }
}

TEST(Text, DrawsBarsInProportion) {
  Report report = report_of({});
  report.distribution = {{1, 1, 640}, {2, 3, 320}, {4, 7, 1}, {8, 15, 0}};
  // 4 columns for "8-15", 3 for "640", and 2 after each.
  const std::string full(69, '#');
  const std::string output = text(report);
  EXPECT_EQ(line_of(output, "   1"), "   1  640  " + full);
  EXPECT_EQ(line_of(output, " 2-3"), " 2-3  320  " + full.substr(0, 35));
  EXPECT_EQ(line_of(output, " 4-7"), " 4-7    1  #");
  EXPECT_EQ(line_of(output, "8-15"), "8-15    0");
  const std::string blocks = unicode_text(report);
  EXPECT_EQ(display_width(line_of(blocks, "   1")), kTerminal);
  EXPECT_EQ(line_of(blocks, " 4–7"), " 4–7    1  ▏");
  EXPECT_TRUE(line_of(blocks, " 2–3").ends_with("█▌"));
  EXPECT_EQ(line_of(blocks, "8–15"), "8–15    0");
}

TEST(Text, DrawsBarsForTheMostActive) {
  const std::string output = text(report_of({scanner(), source_row(longest_ipv6(), 1)}));
  EXPECT_TRUE(contains(output,
                       "Most active sources, in packets\n"
                       "10.0.0.128                              512  #################"))
      << output;
}

TEST(Words, TellsBytesInThreeDigits) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1000), "1.00 kB");
  EXPECT_EQ(human_bytes(32768), "32.8 kB");
  EXPECT_EQ(human_bytes(999'499), "999 kB");
  EXPECT_EQ(human_bytes(999'500), "1.00 MB");
  EXPECT_EQ(human_bytes(UINT64_MAX), "18.4 EB");
}

TEST(Words, TellsDurations) {
  EXPECT_EQ(human_duration(kNoTime, 0), "-");
  EXPECT_EQ(human_duration(5, 5), "0 s");
  EXPECT_EQ(human_duration(0, 1), "<1 ms");
  EXPECT_EQ(human_duration(0, kSecond / 2), "500 ms");
  EXPECT_EQ(human_duration(-kSecond, 2 * kSecond), "3.0 s");
  EXPECT_EQ(human_duration(0, kSecond * 60 - 1), "1m00s");
  EXPECT_EQ(human_duration(0, kSecond * 102), "1m42s");
  EXPECT_EQ(human_duration(0, kSecond * (3600 * 23 + 59 * 60)), "23h59m");
  EXPECT_EQ(human_duration(0, kSecond * 3600 * 25), "1d01h");
  EXPECT_EQ(human_duration(kNoTime + 1, INT64_MAX), "213503 d");
}

TEST(Words, TellsTimes) {
  EXPECT_EQ(utc(1'234'567'890 * kSecond), "2009-02-13 23:31:30");
  EXPECT_EQ(utc(-1), "1969-12-31 23:59:59");
  EXPECT_EQ(exact_seconds(kNoTime), "");
  EXPECT_EQ(exact_seconds(-1), "-0.000000001");
  EXPECT_EQ(exact_seconds(INT64_MAX), "9223372036.854775807");
  EXPECT_EQ(exact_duration(kNoTime + 1, INT64_MAX), "18446744073.709551614");
}

TEST(Words, TellsServices) {
  EXPECT_EQ(service_text({Transport::kTcp, 22}), "22/tcp");
  EXPECT_EQ(service_text({Transport::kUdp, 53}), "53/udp");
  EXPECT_EQ(service_text({Transport::kIcmp, 8}), "icmp 8");
  EXPECT_EQ(service_text({Transport::kOther, 47}), "ip 47");
}

TEST(Words, ShortensBetweenCharacters) {
  EXPECT_EQ(shortened("abc", 3, true), "abc");
  EXPECT_EQ(shortened("abcd", 3, true), "ab…");
  EXPECT_EQ(shortened("abcd", 3, false), "...");
  EXPECT_EQ(shortened("日本語", 4, true), "日…");
  EXPECT_EQ(shortened("e\u0301e\u0301e\u0301", 2, true), "e\u0301…");
}

}  // namespace
}  // namespace fanout
