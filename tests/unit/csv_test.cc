#include <string>
#include <vector>

#include <glib.h>
#include <gtest/gtest.h>

#include "tests/unit/rendered.h"

namespace fanout {
namespace {

TEST(Csv, HasTheToolAndTheGroup) {
  SourceRow row = scanner();
  row.group = 2;
  row.evidence.tool = Tool::kZmap;
  const std::string output = csv(report_of({row, scanner(ipv4(0x0a000081))}));
  EXPECT_EQ(csv_cell(output, "tool", 1), "ZMap");
  EXPECT_EQ(csv_cell(output, "group", 1), "2");
  EXPECT_EQ(csv_cell(output, "tool", 2), "");
  EXPECT_EQ(csv_cell(output, "group", 2), "");
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

TEST(Csv, JoinsVerdictsAndHasServices) {
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

}  // namespace
}  // namespace fanout
