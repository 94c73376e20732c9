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
  EXPECT_EQ(parsed("fanout,4294967296").threshold, uint64_t{4294967296});
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

// A number anywhere else is the beginning of a filter, whose fault Wireshark will name.
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
  EXPECT_TRUE(contains(refusal("fanout,json,json"), "\"json\" is given twice"));
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
    EXPECT_TRUE(contains(message, options_usage()));
  }
}

// An argument that gives an option as -z does.
std::string given(const OptionRow& row) {
  const std::string word(row.word);
  switch (row.kind) {
    case OptionKind::kFirst:
      return "fanout," + std::to_string(row.most);
    case OptionKind::kRest:
      return "fanout,ip";
    case OptionKind::kNumber:
      return "fanout," + word + '=' + std::to_string(row.most);
    case OptionKind::kText:
      return "fanout," + word + "=x";
    default:
      return "fanout," + word;
  }
}

TEST(Options, SetWhatTheTableSays) {
  for (const OptionRow& row : option_rows()) {
    const Options options = parsed(given(row));
    EXPECT_EQ(options.filter, row.kind == OptionKind::kRest ? "ip" : "") << row.word;
    const bool is_set = std::visit(
        [&](auto target) {
          using Target = decltype(target);
          if constexpr (std::is_same_v<Target, Format>) {
            return options.format == target;
          } else if constexpr (std::is_same_v<Target, bool Options::*>) {
            return options.*target;
          } else if constexpr (std::is_same_v<Target, std::string Options::*>) {
            return !(options.*target).empty();
          } else {
            return options.*target == row.most;
          }
        },
        row.target);
    EXPECT_TRUE(is_set) << row.word;
  }
}

TEST(Options, AreTakenAsPairsToo) {
  OptionReader reader(kProgram);
  EXPECT_TRUE(reader.take("threshold", "7"));
  EXPECT_TRUE(reader.take("csv", std::nullopt));
  EXPECT_TRUE(reader.take("top", "3"));
  EXPECT_TRUE(reader.take("file", "a,b"));
  EXPECT_TRUE(reader.take("filter", "tcp.port in {80,443}"));
  const auto result = reader.result();
  ASSERT_TRUE(std::holds_alternative<Options>(result));
  const auto& options = std::get<Options>(result);
  EXPECT_EQ(options.threshold, 7u);
  EXPECT_EQ(options.format, Format::kCsv);
  EXPECT_EQ(options.top, 3u);
  EXPECT_EQ(options.file, "a,b");
  EXPECT_EQ(options.filter, "tcp.port in {80,443}");
}

TEST(Options, TakenAsPairsAreCheckedAlike) {
  const auto error_of = [](std::string_view word, std::string_view value) {
    OptionReader reader(kProgram);
    EXPECT_TRUE(reader.take(word, value));
    const auto result = reader.result();
    return std::holds_alternative<OptionError>(result) ? std::get<OptionError>(result).message
                                                       : std::string();
  };
  EXPECT_EQ(error_of("top", "0"), "top must be a whole number from 1 to 4294967296, not \"0\"");
  EXPECT_EQ(error_of("threshold", "x"),
            "threshold must be a whole number from 0 to 4294967296, not \"x\"");
  EXPECT_EQ(error_of("file", ""), "file= needs a path");
}

TEST(Options, AreTakenByTheirFrontsOnly) {
  EXPECT_FALSE(OptionReader(kWindow).take("json", std::nullopt));
  EXPECT_FALSE(OptionReader(kLua).take("html", std::nullopt));
  EXPECT_TRUE(OptionReader(kWindow).take("threshold", "1"));
}

TEST(Options, HaveAValueOrNone) {
  EXPECT_FALSE(OptionReader(kProgram).take("all", "yes"));
  EXPECT_FALSE(OptionReader(kProgram).take("top", std::nullopt));
  EXPECT_FALSE(OptionReader(kProgram).take("tops", "1"));
}

TEST(Options, UsageStaysAsItWas) {
  EXPECT_EQ(options_usage(),
            "fanout[,threshold][,text|json|csv|html][,all][,pairs][,top=N][,unicast][,ports=N]"
            "[,window=SECONDS][,full][,file=PATH][,help][,filter]");
}

TEST(Options, HelpFitsATerminal) {
  for (const Front front : {kStatistic, kWindow, kProgram, kLua}) {
    const std::string help = options_help(front);
    for (size_t begin = 0; begin < help.size();) {
      const size_t end = help.find('\n', begin);
      ASSERT_NE(end, std::string::npos);
      EXPECT_LE(end - begin, 80u) << help.substr(begin, end - begin);
      begin = end + 1;
    }
  }
}

TEST(Options, HelpHasWhatTheFrontTakes) {
  EXPECT_TRUE(contains(options_help(kStatistic), "\n  top=N "));
  EXPECT_TRUE(contains(options_help(kStatistic), "\n  filter "));
  EXPECT_TRUE(contains(options_help(kProgram), "\n  --top=N "));
  EXPECT_TRUE(contains(options_help(kProgram), "\n  --filter=FILTER "));
  EXPECT_FALSE(contains(options_help(kWindow), "json"));
}

}  // namespace
}  // namespace fanout
