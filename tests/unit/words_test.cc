#include "tap/report/words.h"

#include <cstdint>

#include <gtest/gtest.h>

#include "tests/unit/rendered.h"

namespace fanout {
namespace {

TEST(Words, FormatBytesInThreeDigits) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1000), "1.00 kB");
  EXPECT_EQ(human_bytes(32768), "32.8 kB");
  EXPECT_EQ(human_bytes(999'499), "999 kB");
  EXPECT_EQ(human_bytes(999'500), "1.00 MB");
  EXPECT_EQ(human_bytes(UINT64_MAX), "18.4 EB");
}

TEST(Words, FormatDurations) {
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

TEST(Words, FormatTimes) {
  EXPECT_EQ(utc(1'234'567'890 * kSecond), "2009-02-13 23:31:30");
  EXPECT_EQ(utc(-1), "1969-12-31 23:59:59");
  EXPECT_EQ(exact_seconds(kNoTime), "");
  EXPECT_EQ(exact_seconds(-1), "-0.000000001");
  EXPECT_EQ(exact_seconds(INT64_MAX), "9223372036.854775807");
  EXPECT_EQ(exact_duration(kNoTime + 1, INT64_MAX), "18446744073.709551614");
}

TEST(Words, FormatServices) {
  EXPECT_EQ(service_text({Transport::kTcp, 22}), "22/tcp");
  EXPECT_EQ(service_text({Transport::kUdp, 53}), "53/udp");
  EXPECT_EQ(service_text({Transport::kIcmp, 8}), "icmp 8");
  EXPECT_EQ(service_text({Transport::kOther, 47}), "ip 47");
}

TEST(Words, AreShortenedBetweenCharacters) {
  EXPECT_EQ(shortened("abc", 3, true), "abc");
  EXPECT_EQ(shortened("abcd", 3, true), "ab…");
  EXPECT_EQ(shortened("abcd", 3, false), "...");
  EXPECT_EQ(shortened("日本語", 4, true), "日…");
  EXPECT_EQ(shortened("e\u0301e\u0301e\u0301", 2, true), "e\u0301…");
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

}  // namespace
}  // namespace fanout
