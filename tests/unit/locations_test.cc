// Where addresses are, in the reports.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tap/report/columns.h"
#include "tap/report/words.h"
#include "tests/unit/rendered.h"

namespace fanout {
namespace {

const Location kExample = {"Netherlands", "NL", "Example B.V.", 4200000000};

// Databases that know this of one address, and nothing of others.
Presentation knowing(const Address& known, const Location& location) {
  Presentation presentation;
  presentation.location = [=](const Address& address) {
    return address == known ? location : Location();
  };
  return presentation;
}

std::vector<std::string> last_cells(const std::vector<std::string>& row, long count) {
  return {row.end() - count, row.end()};
}

TEST(Locations, InJsonAreLeftOutWhereTheyAreNotKnown) {
  const Report report = report_of({scanner(ipv4(1)), scanner(ipv4(2))});
  const std::string known = json(report, knowing(ipv4(2), kExample));
  EXPECT_TRUE(is_valid_json(known));
  EXPECT_TRUE(contains(line_of(known, "    {\"source\":\"0.0.0.2\""),
                       "\"country\":\"Netherlands\",\"country_iso\":\"NL\","
                       "\"as_number\":4200000000,\"as_organization\":\"Example B.V.\""));
  const std::string other = line_of(known, "    {\"source\":\"0.0.0.1\"");
  for (const char* key : {"country", "as_number", "as_organization"}) {
    EXPECT_FALSE(contains(other, key)) << key;
  }
  const std::string partly = json(report, knowing(ipv4(2), {"", "", "", 64500}));
  EXPECT_TRUE(contains(partly, "\"as_number\":64500"));
  EXPECT_FALSE(contains(partly, "country"));
}

TEST(Locations, InJsonAreThoseOfDestinationsAndFindingsToo) {
  Report report = report_with_pairs();
  const Address destination = ipv4(0x0a000003);
  const std::string pairs = json(report, knowing(destination, kExample));
  EXPECT_TRUE(contains(line_of(pairs, "        {\"destination\":\"10.0.0.3\""), "\"NL\""));
  EXPECT_FALSE(contains(line_of(pairs, "        {\"destination\":\"10.0.0.2\""), "\"NL\""));
  SourceRow row = scanner();
  row.findings.emplace();
  row.findings->rows.emplace_back().destination = ipv4(7);
  EXPECT_TRUE(contains(json(report_of({row}), knowing(ipv4(7), kExample)),
                       "{\"destination\":\"0.0.0.7\",\"country\":\"Netherlands\""));
}

// Of scripts that count them, with databases or without.
TEST(Locations, InCsvAreAlwaysTheLastColumns) {
  const Report report = report_of({scanner(ipv4(1)), scanner(ipv4(2))});
  const std::vector<std::string> keys = {"country", "as_number", "as_organization"};
  const auto without = parse_csv(csv(report));
  const auto with = parse_csv(csv(report, knowing(ipv4(2), kExample)));
  EXPECT_EQ(with[0], without[0]);
  EXPECT_EQ(last_cells(with[0], 3), keys);
  EXPECT_EQ(last_cells(without[2], 3), (std::vector<std::string>{"", "", ""}));
  EXPECT_EQ(last_cells(with[1], 3), (std::vector<std::string>{"", "", ""}));
  EXPECT_EQ(last_cells(with[2], 3),
            (std::vector<std::string>{"Netherlands", "4200000000", "Example B.V."}));
}

TEST(Locations, InPairsAreThoseOfTheDestinationThenOfTheSource) {
  const Report report = report_with_pairs();
  const auto rows = parse_csv(csv(report, knowing(ipv4(0x0a000003), kExample)));
  EXPECT_EQ(last_cells(rows[0], 6),
            (std::vector<std::string>{"destination_country", "destination_as_number",
                                      "destination_as_organization", "country", "as_number",
                                      "as_organization"}));
  for (const auto& row : rows) EXPECT_EQ(row.size(), rows[0].size());
  const std::string text = csv(report, knowing(ipv4(0x0a000003), kExample));
  EXPECT_EQ(csv_cell(text, "destination", 1), "10.0.0.3");
  EXPECT_EQ(csv_cell(text, "destination_country", 1), "Netherlands");
  EXPECT_EQ(csv_cell(text, "destination_country", 2), "");
  EXPECT_EQ(csv_cell(text, "country", 1), "");
  const std::string of_source = csv(report, knowing(ipv4(0x0a000001), kExample));
  EXPECT_EQ(csv_cell(of_source, "country", 2), "Netherlands");
  EXPECT_EQ(csv_cell(of_source, "destination_country", 2), "");
}

TEST(Locations, InHtmlHaveColumnsOnlyIfOneIsKnown) {
  const Report report = report_of({scanner(ipv4(1)), scanner(ipv4(2))});
  const std::string without = rendered(Format::kHtml, report);
  EXPECT_EQ(rendered(Format::kHtml, report, knowing(ipv4(3), kExample)), without);
  EXPECT_FALSE(contains(without, ">Country<"));
  const std::string with = rendered(Format::kHtml, report, knowing(ipv4(2), kExample));
  EXPECT_TRUE(contains(with, ">Country</th>"));
  EXPECT_TRUE(contains(with, "data-key=\"4200000000\">4200000000</td>"));
  EXPECT_TRUE(contains(with, "<bdi>Netherlands, AS4200000000 Example B.V.</bdi>"));
}

TEST(Locations, AreNotInText) {
  const Report report = report_with_pairs();
  EXPECT_EQ(text(report, knowing(ipv4(0x0a000001), kExample)), text(report));
}

// Databases are no more trusted than captures.
TEST(Locations, AreObeyedByNothing) {
  for (const std::string& odd : odd_names()) {
    const Location location = {odd, odd, odd, 1};
    const Report report = report_of({scanner(ipv4(1))});
    const Presentation presentation = knowing(ipv4(1), location);
    EXPECT_TRUE(is_valid_json(json(report, presentation))) << odd;
    const Presentation as_name = named(odd);
    const std::string cell = csv_cell(csv(report, presentation), "as_organization");
    EXPECT_EQ(cell, csv_cell(csv(report, as_name), "name"));
    EXPECT_EQ(csv_cell(csv(report, presentation), "country"), cell);
  }
  const Location hostile = {"<b>x", "", "\"><script>alert(1)</script>\x1b[31m\u202e", 1};
  const std::string page =
      rendered(Format::kHtml, report_of({scanner(ipv4(1))}), knowing(ipv4(1), hostile));
  EXPECT_FALSE(contains(page, "<b>x"));
  EXPECT_FALSE(contains(page, "<script>alert"));
  EXPECT_FALSE(contains(page, "\x1b"));
  EXPECT_FALSE(contains(page, "\u202e"));
}

}  // namespace
}  // namespace fanout
