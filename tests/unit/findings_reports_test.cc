// What the reports say of the findings of a source.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tap/report/words.h"
#include "tests/unit/rendered.h"

namespace fanout {
namespace {

FindingRow finding(FindingState state, const Address& destination, uint16_t port = 0) {
  FindingRow row;
  row.destination = destination;
  row.state = state;
  row.service = {Transport::kTcp, port};
  row.first_frame = 7;
  row.last_frame = 9;
  return row;
}

FindingRow conversation(const Address& destination, uint16_t port) {
  FindingRow row = finding(FindingState::kConversation, destination, port);
  row.packets = 3;
  row.sent = 1200;
  row.received = 3400;
  row.after = 4200;
  return row;
}

SourceRow with(std::vector<FindingRow> rows) {
  SourceRow source = scanner();
  SourceFindings findings;
  for (const FindingRow& row : rows) {
    findings.open_services += row.has_service() ? 1 : 0;
    findings.conversations += row.state == FindingState::kConversation ? 1 : 0;
    ++findings.hosts_up;
  }
  findings.rows = std::move(rows);
  source.findings = std::move(findings);
  return source;
}

// The lines about what was found.
std::vector<std::string> found_lines(const SourceRow& source) {
  const std::vector<std::string> all = lines(text(report_of({source})));
  auto line = std::find_if(all.begin(), all.end(),
                           [](const std::string& one) { return one.starts_with("    found "); });
  std::vector<std::string> found;
  for (; line != all.end() && !line->empty(); ++line) found.push_back(*line);
  return found;
}

TEST(FindingsInText, NameTheFirstConversation) {
  EXPECT_EQ(found_lines(with({conversation(ipv4(1), 22), conversation(ipv4(2), 80)})),
            (std::vector<std::string>{
                "    found 2 open services, 2 hosts up, 2 conversations",
                "    conversation: 0.0.0.1 on 22/tcp; 1.20 kB sent, 3.40 kB received; frames 7 to",
                "      9; after 4.2 s"}));
}

TEST(FindingsInText, ListTheServicesThatAreOpenAsFarAsALineGoes) {
  std::vector<FindingRow> rows;
  for (uint16_t port = 1; port < 40; ++port) {
    rows.push_back(finding(FindingState::kOpen, ipv4(1), port));
  }
  const std::vector<std::string> found = found_lines(with(rows));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_TRUE(found[1].starts_with("    open: 0.0.0.1 on 1/tcp, 0.0.0.1 on 2/tcp, "));
  EXPECT_TRUE(found[1].ends_with(", ..."));
  EXPECT_LE(found[1].size(), 80u);
  EXPECT_EQ(found_lines(with({finding(FindingState::kUp, ipv4(1))}))[1], "    up: 0.0.0.1");
}

TEST(FindingsInText, TakeThreeLinesAtMostWhateverTheyHold) {
  FindingRow row = conversation(longest_ipv6(), 65535);
  row.service.transport = Transport::kSctp;
  row.first_frame = row.last_frame = 987'654'321;
  row.sent = row.received = UINT64_MAX;
  row.after = AnsweredService::kNotKnown - 1;
  SourceRow source = with({row});
  source.findings->open_services = source.findings->hosts_up = 50'000'000;
  source.findings->conversations = 50'000'000;
  const std::vector<std::string> found = found_lines(source);
  EXPECT_LE(found.size(), 3u);
  for (const std::string& line : found) EXPECT_LE(line.size(), 80u) << line;
}

TEST(FindingsInText, AreLeftOutWhereThereAreNone) {
  EXPECT_TRUE(found_lines(with({})).empty());
  EXPECT_TRUE(found_lines(scanner()).empty());
}

TEST(FindingsInJson, HaveNullForWhatIsNotKnown) {
  const std::string output =
      json(report_of({with({conversation(ipv4(1), 22), finding(FindingState::kUp, ipv4(2))})}));
  EXPECT_TRUE(is_valid_json(output));
  EXPECT_TRUE(contains(
      output,
      R"({"destination":"0.0.0.1","transport":"tcp","port":22,"service":null,)"
      R"("state":"conversation","first_frame":7,"last_frame":9,"packets":3,"bytes_sent":1200,)"
      R"("bytes_received":3400,"after":4.200})"))
      << output;
  EXPECT_TRUE(contains(
      output,
      R"({"destination":"0.0.0.2","transport":null,"port":null,"service":null,"state":"up")"))
      << output;
  EXPECT_TRUE(contains(output, R"("open_services":1,"hosts_up":2,"conversations_after_scan":1)"));
}

TEST(FindingsInJson, AreLeftOutWhereTheyWereNotLookedFor) {
  const std::string output = json(report_of({scanner()}));
  EXPECT_FALSE(contains(output, "findings"));
  EXPECT_FALSE(contains(output, "open_services"));
}

TEST(FindingsInCsv, AreColumnsInARowAndEmptyWhereTheyWereNotLookedFor) {
  const std::string output = csv(report_of({with({conversation(ipv4(1), 22)}), scanner()}));
  const auto rows = parse_csv(output);
  const auto first = std::find(rows[0].begin(), rows[0].end(), "open_services") - rows[0].begin();
  const auto three_of = [&](const std::vector<std::string>& row) {
    return std::vector<std::string>(row.begin() + first, row.begin() + first + 3);
  };
  EXPECT_EQ(three_of(rows[0]),
            (std::vector<std::string>{"open_services", "hosts_up", "conversations_after_scan"}));
  EXPECT_EQ(three_of(rows[1]), (std::vector<std::string>{"1", "1", "1"}));
  EXPECT_EQ(three_of(rows[2]), (std::vector<std::string>{"", "", ""}));
}

TEST(FindingsInWords, HaveMilliseconds) {
  EXPECT_EQ(exact_milliseconds(0), "0.000");
  EXPECT_EQ(exact_milliseconds(1), "0.001");
  EXPECT_EQ(exact_milliseconds(61'020), "61.020");
  EXPECT_EQ(exact_milliseconds(AnsweredService::kNotKnown), "");
}

}  // namespace
}  // namespace fanout
