// Programs that are started and talked to, by one that writes what it reads: echo.cc.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tap/system/system.h"

namespace fanout {
namespace {

constexpr int kPatience = 60'000;  // milliseconds

// What it writes until there are so many lines, without the carriage returns of Windows.
std::string lines(Subprocess& program, int wanted) {
  std::string text;
  char bytes[100];
  while (std::count(text.begin(), text.end(), '\n') < wanted) {
    const size_t count = program.receive(bytes, sizeof bytes, kPatience);
    if (count == 0) break;
    text.append(bytes, count);
  }
  text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
  return text;
}

TEST(Subprocess, AnswersWhatIsSent) {
  Subprocess echo;
  ASSERT_TRUE(echo.start({FANOUT_ECHO}));
  EXPECT_TRUE(echo.is_started());
  EXPECT_TRUE(echo.send("192.0.2.1\n2001:db8::1\n"));
  EXPECT_EQ(lines(echo, 2), "192.0.2.1\n2001:db8::1\n");
  EXPECT_TRUE(echo.send("once more\n"));
  EXPECT_EQ(lines(echo, 1), "once more\n");
}

TEST(Subprocess, GetsItsWordsAsTheyAre) {
  const std::vector<std::string> words = {
      "-f", "a b", "C:\\folder name\\", "a\"b", "a\\\"b", "\\\\x\\", "", "%PATH%"};
  std::vector<std::string> command = {FANOUT_ECHO};
  std::string expected;
  for (const std::string& word : words) {
    command.push_back(word);
    expected += word + '\n';
  }
  Subprocess echo;
  ASSERT_TRUE(echo.start(command));
  EXPECT_EQ(lines(echo, static_cast<int>(words.size())), expected);
}

TEST(Subprocess, MayEndWithoutEndingThisOne) {
  Subprocess echo;
  ASSERT_TRUE(echo.start({FANOUT_ECHO}));
  EXPECT_TRUE(echo.send("end\n"));
  char byte = 0;
  EXPECT_EQ(echo.receive(&byte, 1, kPatience), 0u);
  bool is_sent = true;
  for (int tries = 0; is_sent && tries < 100; ++tries) is_sent = echo.send("is there anyone?\n");
  EXPECT_FALSE(is_sent);
  echo.end();
  EXPECT_FALSE(echo.is_started());
  EXPECT_FALSE(echo.send("nobody\n"));
  EXPECT_EQ(echo.receive(&byte, 1, kPatience), 0u);
}

TEST(Subprocess, IsNotWaitedForWithoutEnd) {
  Subprocess echo;
  ASSERT_TRUE(echo.start({FANOUT_ECHO}));
  EXPECT_TRUE(echo.send("rest\nwell?\n"));
  char byte = 0;
  EXPECT_EQ(echo.receive(&byte, 1, 200), 0u);
}

TEST(Subprocess, CanBeStartedAgain) {
  Subprocess echo;
  ASSERT_TRUE(echo.start({FANOUT_ECHO, "first"}));
  ASSERT_TRUE(echo.start({FANOUT_ECHO, "second"}));
  EXPECT_EQ(lines(echo, 1), "second\n");
}

TEST(Subprocess, CannotBeStartedWhereThereIsNone) {
  Subprocess none;
  EXPECT_FALSE(none.start({FANOUT_ECHO ".none"}));
  EXPECT_FALSE(none.is_started());
}

}  // namespace
}  // namespace fanout
