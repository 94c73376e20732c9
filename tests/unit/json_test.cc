#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <wsutil/wsjson.h>

#include "tests/unit/rendered.h"

namespace fanout {
namespace {

TEST(Json, HoldsTheSummaryAndTheSources) {
  Report report = report_of({scanner()});
  report.settings.filter = "tcp.port == 22";
  report.dissection = {true, 500, 12};
  const std::string output = json(report);
  EXPECT_TRUE(is_valid_json(output));
  for (const char* member :
       {R"("threshold": 50)", R"("ports": 15)", R"("window": 0)", R"("filter": "tcp.port == 22")",
        R"("frames": 512)", R"("sources_total": 1)", R"("pairs_total": 257)",
        R"("flagged_total": 1)", R"("suspects_total": 1)", R"("scans_total": 1)",
        R"("dissection": "headers")", R"("header_frames": 500)", R"("full_frames": 12)",
        R"({"source":"10.0.0.128","network":"IPv4","unique_destinations":256,"packets":512,)"
        R"("bytes":32768,"first_frame":1,"last_frame":512,)",
        R"("flagged":true,"suspect":true,"verdicts":["address-scan"],"reason":"contacted 256)",
        R"("contacted":256,"answered":1,)", R"("packets_per_destination":2.00)",
        R"({"from":1,"to":1,"sources":170})"}) {
    EXPECT_TRUE(contains(output, member)) << member << " in\n" << output;
  }
}

TEST(Json, HasTheGroupAndTheToolOfThoseThatHaveOne) {
  SourceRow row = scanner();
  EXPECT_FALSE(contains(json(report_of({row})), R"("group")"));
  EXPECT_FALSE(contains(json(report_of({row})), R"("tool")"));
  row.group = 2;
  row.evidence.tool = Tool::kHping;
  const std::string output = json(report_of({row}));
  EXPECT_TRUE(contains(output, R"("tool":"hping3","group":2,)")) << output;
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

TEST(Json, HasTheTopServiceAndItsNameIfThereIsOne) {
  Presentation presentation;
  presentation.service_name = [](const Service&) { return "ssh"; };
  EXPECT_TRUE(contains(json(report_of({scanner()}), presentation),
                       R"("top_service":{"transport":"tcp","port":22,"name":"ssh"})"));
  EXPECT_TRUE(
      contains(json(report_of({scanner()})), R"("top_service":{"transport":"tcp","port":22})"));
  EXPECT_FALSE(contains(json(report_of({source_row(ipv4(1), 1)})), "top_service\":"));
}

TEST(Json, HasTheHostWithFailuresAndTheWindowOnlyIfThereIsOne) {
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

TEST(Json, SaysWhatWasLeftOutAndAllowedOnlyIfThereIsAny) {
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

}  // namespace
}  // namespace fanout
