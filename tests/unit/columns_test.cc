#include "tap/report/columns.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/rendered.h"

namespace fanout {
namespace {

template <typename Columns>
std::vector<std::string> keys(const Columns& columns) {
  std::vector<std::string> keys;
  for (const auto* column : columns) keys.emplace_back(column->key);
  return keys;
}

// Scripts count the columns of CSV, or name them: new ones come last.
TEST(Columns, OfCsvStayWhereTheyAre) {
  const std::vector<std::string> first = {
      "source",      "name",      "network",     "unique_destinations",
      "packets",     "bytes",     "first_frame", "last_frame",
      "first_time",  "last_time", "flagged",     "suspect",
      "verdicts",    "reason",    "allowed",     "exact",
      "low",         "high",      "duration",    "packets_per_destination",
      "failed_host", "contacted", "answered"};
  const std::vector<std::string> now = keys(source_columns(kInCsv));
  ASSERT_GE(now.size(), first.size());
  EXPECT_EQ(std::vector<std::string>(now.begin(), now.begin() + static_cast<long>(first.size())),
            first);
}

TEST(Columns, OfPairsStayWhereTheyAre) {
  EXPECT_EQ(keys(source_columns(kInPairs)),
            (std::vector<std::string>{"source", "name", "network", "unique_destinations", "flagged",
                                      "suspect", "verdicts", "exact", "low", "high", "country",
                                      "as_number", "as_organization"}));
  EXPECT_EQ(keys(destination_columns(kInPairs)),
            (std::vector<std::string>{
                "destination", "destination_name", "packets", "bytes", "first_frame", "first_time",
                "contacted", "answered", "services", "services_answered", "service",
                "destination_country", "destination_as_number", "destination_as_organization"}));
}

TEST(Columns, HaveOneKeyInEachReport) {
  for (const Where report : {kInJson, kInCsv, kInPairs, kInHtml, kInWindow}) {
    for (const auto& all : {keys(source_columns(report)), keys(destination_columns(report))}) {
      EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
    }
  }
}

TEST(Columns, AreExplainedInTheWindow) {
  for (const SourceColumn* column : source_columns(kInWindow)) {
    EXPECT_STRNE(column->title, "") << column->key;
    EXPECT_STRNE(column->tooltip, "") << column->key;
  }
}

// What the column with this key takes from a row.
Value taken(std::string_view key, const SourceRow& row) {
  const auto columns = source_columns();
  const auto column = std::find_if(columns.begin(), columns.end(),
                                   [&](const SourceColumn& one) { return one.key == key; });
  return column == columns.end() ? Value() : column->take(row, {});
}

TEST(Columns, TakeTheirValuesFromARow) {
  SourceRow row = scanner();
  row.evidence.half_open = 3;
  EXPECT_EQ(std::get<uint64_t>(taken("packets", row)), row.packets);
  EXPECT_EQ(std::get<uint64_t>(taken("half_open", row)), 3u);
  EXPECT_EQ(std::get<Address>(taken("source", row)), row.address);
  EXPECT_TRUE(std::get<bool>(taken("suspect", row)));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(taken("busiest_window", row)));
  EXPECT_EQ(std::get<Service>(taken("top_service", row)).port, 22);
}

TEST(Columns, OfTheWindowShowThatASourceIsNeverFlagged) {
  SourceRow row = scanner();
  row.allowed = true;
  const auto columns = source_columns(kInWindow);
  const auto verdict = std::find_if(columns.begin(), columns.end(), [](const SourceColumn* column) {
    return column->kind == Kind::kVerdicts;
  });
  ASSERT_NE(verdict, columns.end());
  EXPECT_EQ(std::get<std::string_view>((*verdict)->take(row, {})), kNeverToFlag);
}

TEST(Columns, SortByWhatTheyHold) {
  EXPECT_LT(sort_key(uint64_t{9}), sort_key(uint64_t{10}));
  EXPECT_LT(sort_key(Time{-2}), sort_key(Time{-1}));
  EXPECT_LT(sort_key(Duration{5, 6}), sort_key(Duration{1, 3}));
  EXPECT_EQ(sort_key(Duration{kNoTime, kNoTime}), 0);
  EXPECT_LT(sort_key(Ratio{1, 3}), sort_key(Ratio{1, 2}));
  EXPECT_EQ(sort_key(Ratio{1, 0}), 1000);
  EXPECT_LT(sort_key(Value()), sort_key(Service{Transport::kTcp, 0}));
  EXPECT_LT(sort_key(Answer{true, false, {}}), sort_key(Answer{true, true, {}}));
}

// Suspects before all others, whatever else these are.
TEST(Columns, SortSuspectsApart) {
  const auto key_of = [](std::initializer_list<Verdict> list) {
    Verdicts verdicts;
    for (const Verdict verdict : list) verdicts.add(verdict);
    return sort_key(verdicts);
  };
  for (int i = 0; i < kVerdicts; ++i) {
    const auto verdict = static_cast<Verdict>(i);
    Verdicts one;
    one.add(verdict);
    if (one.suspect()) continue;
    EXPECT_LT(sort_key(one), key_of({Verdict::kArpScan}));
    EXPECT_LT(sort_key(one), key_of({Verdict::kPortScan}));
  }
  EXPECT_LT(key_of({Verdict::kPortScan}), key_of({Verdict::kAddressScan}));
  EXPECT_LT(key_of({Verdict::kAddressScan}), key_of({Verdict::kAddressScan, Verdict::kPortScan}));
}

}  // namespace
}  // namespace fanout
