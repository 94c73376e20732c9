#include <algorithm>
#include <string>
#include <vector>

#include <glib.h>
#include <gtest/gtest.h>

#include "tap/report/words.h"
#include "tests/unit/rendered.h"

namespace fanout {
namespace {

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

TEST(Text, CountsScansAndSourcesWhereSomeBelongTogether) {
  Report report = report_of({scanner(), scanner(ipv4(0x0a000081)), scanner(ipv4(0x0a000082))});
  EXPECT_TRUE(contains(text(report), "3 sources look like scanners\n"));
  report.scans_total = 2;
  EXPECT_TRUE(contains(text(report), "3 sources look like scanners (2 scans from 3 sources)\n"));
  report.scans_total = 1;
  EXPECT_TRUE(contains(text(report), "(1 scan from 3 sources)\n"));
}

TEST(Text, MarksArpSourcesAndAllowedOnes) {
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

}  // namespace
}  // namespace fanout
