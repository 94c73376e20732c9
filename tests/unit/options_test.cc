#include "tap/report/options.h"

#include <string>

#include <gtest/gtest.h>

namespace fanout {
namespace {

Options parsed(const std::string& argument) {
  const auto result = parse_options(argument);
  if (const auto* error = std::get_if<OptionError>(&result)) {
    ADD_FAILURE() << argument << ": " << error->message;
    return {};
  }
  return std::get<Options>(result);
}

// Why the argument is refused.
std::string refusal(const std::string& argument) {
  const auto result = parse_options(argument);
  const auto* error = std::get_if<OptionError>(&result);
  if (error == nullptr) {
    ADD_FAILURE() << argument << " is accepted";
    return {};
  }
  EXPECT_EQ(error->message.find('\n'), std::string::npos) << "one line";
  return error->message;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Options, AreAllOptional) {
  for (const char* argument : {"fanout", "fanout,"}) {
    const Options options = parsed(argument);
    EXPECT_FALSE(options.threshold);
    EXPECT_EQ(options.format, Format::kText);
    EXPECT_FALSE(options.all || options.pairs || options.unicast || options.full);
    EXPECT_FALSE(options.top || options.ports || options.window);
    EXPECT_EQ(options.file, "");
    EXPECT_EQ(options.filter, "");
  }
}

TEST(Options, TakeAThresholdFirst) {
  EXPECT_EQ(parsed("fanout,50").threshold, 50u);
  EXPECT_EQ(parsed("fanout,0").threshold, 0u);
  EXPECT_EQ(parsed("fanout,007").threshold, 7u);
  EXPECT_EQ(parsed("fanout,4294967296").threshold, kLargestNumber);
}

TEST(Options, RefuseAThresholdThatIsNone) {
  for (const char* argument :
       {"fanout,4294967297", "fanout,-1", "fanout,+1", "fanout,-0",
        "fanout,99999999999999999999999999", "fanout,18446744073709551616"}) {
    EXPECT_TRUE(
        contains(refusal(argument), "threshold must be a whole number from 0 to 4294967296"))
        << argument;
  }
}

// A number anywhere else is the beginning of a filter, whose fault Wireshark will tell.
TEST(Options, TakeAThresholdNowhereElse) {
  EXPECT_EQ(parsed("fanout,json,50").filter, "50");
  EXPECT_EQ(parsed("fanout,50,60").filter, "60");
}

TEST(Options, KnowEachFormat) {
  EXPECT_EQ(parsed("fanout,text").format, Format::kText);
  EXPECT_EQ(parsed("fanout,json").format, Format::kJson);
  EXPECT_EQ(parsed("fanout,csv").format, Format::kCsv);
  EXPECT_EQ(parsed("fanout,html").format, Format::kHtml);
}

TEST(Options, TakeOneFormat) {
  EXPECT_TRUE(contains(refusal("fanout,json,csv"), "give one format: \"json\" or \"csv\""));
  EXPECT_TRUE(contains(refusal("fanout,json,json"), "give one format"));
}

TEST(Options, ComeInAnyOrder) {
  for (const char* argument :
       {"fanout,9,json,all,pairs,unicast,full,top=3,ports=4,window=5,file=x",
        "fanout,9,file=x,window=5,ports=4,top=3,full,unicast,pairs,all,json"}) {
    const Options options = parsed(argument);
    EXPECT_EQ(options.threshold, 9u);
    EXPECT_EQ(options.format, Format::kJson);
    EXPECT_TRUE(options.all && options.pairs && options.unicast && options.full);
    EXPECT_EQ(options.top, 3u);
    EXPECT_EQ(options.ports, 4u);
    EXPECT_EQ(options.window, 5u);
    EXPECT_EQ(options.file, "x");
    EXPECT_EQ(options.filter, "");
  }
}

TEST(Options, AreGivenOnce) {
  for (const std::string option :
       {"all", "pairs", "unicast", "full", "top=1", "ports=1", "window=1", "file=x"}) {
    const std::string name = option.substr(0, option.find('='));
    EXPECT_TRUE(
        contains(refusal("fanout," + option + ",csv," + option), '"' + name + "\" is given twice"));
  }
}

TEST(Options, CheckNumbers) {
  for (const std::string name : {"top", "ports", "window"}) {
    for (const std::string value : {"", "0", "-1", "+1", " 1", "1 ", "1.5", "x", "0x10",
                                    "4294967297", "99999999999999999999"}) {
      EXPECT_TRUE(
          contains(refusal("fanout," + name + '=' + value),
                   name + " must be a whole number from 1 to 4294967296, not \"" + value + '"'));
    }
    parsed("fanout," + name + "=4294967296");
  }
}

TEST(Options, NeedAPathForAFile) {
  EXPECT_TRUE(contains(refusal("fanout,file="), "file= needs a path"));
  EXPECT_EQ(parsed("fanout,file=/a b/c=d").file, "/a b/c=d");
}

TEST(Options, LeaveTheRestToTheFilterCommasIncluded) {
  const Options options = parsed("fanout,50,json,tcp.port in {80,443},all");
  EXPECT_EQ(options.format, Format::kJson);
  EXPECT_EQ(options.filter, "tcp.port in {80,443},all");
  EXPECT_FALSE(options.all);
  EXPECT_EQ(parsed("fanout,ip").filter, "ip");
  EXPECT_EQ(parsed("fanout,,ip").filter, ",ip");
  EXPECT_EQ(parsed("fanout,ip.addr==10.0.0.1").filter, "ip.addr==10.0.0.1");
}

TEST(Options, TakeWordsOnlyWhole) {
  for (const std::string word : {"jso", "jsonx", "JSON", "al", "all ", " all", "tops=1", "top"}) {
    EXPECT_EQ(parsed("fanout," + word).filter, word);
  }
}

TEST(Options, RefuseOtherStatistics) {
  for (const char* argument : {"", "fan", "fanoutx", "fanoutx,50", "fanout50", "xfanout"}) {
    const std::string message = refusal(argument);
    EXPECT_TRUE(contains(message, std::string(1, '"') + argument + "\" is not a statistic"));
    EXPECT_TRUE(contains(message, std::string(options_usage())));
  }
}

TEST(Options, UsageNamesThemAll) {
  const std::string usage(options_usage());
  for (const char* word : {"threshold", "text", "json", "csv", "html", "all", "pairs",
                           "top=", "unicast", "ports=", "window=", "full", "file=", "filter"}) {
    EXPECT_TRUE(contains(usage, word)) << word;
  }
}

}  // namespace
}  // namespace fanout
