// What operating systems differ in about files and the process.
#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tap/system/files.h"
#include "tap/system/process.h"

namespace fanout {
namespace {

namespace fs = std::filesystem;

// A folder whose name is not ASCII, with a file in it.
class Files : public testing::Test {
 protected:
  Files() : folder_(path_of(testing::TempDir()) / path_of("fanout-Prüfung-☃")) {
    fs::create_directories(folder_);
    std::ofstream(folder_ / "file", std::ios::binary) << "12345";
  }
  ~Files() override {
    std::error_code error;
    fs::remove_all(folder_, error);
  }

  fs::path folder_;
};

TEST_F(Files, AreRegularAndHaveASize) {
  FileState state;
  ASSERT_EQ(look_at(text_of(folder_ / "file"), state), 0);
  EXPECT_EQ(state.kind, FileState::Kind::kRegular);
  EXPECT_EQ(state.bytes, 5u);
}

TEST_F(Files, AreKnownByAnyPath) {
  std::ofstream(folder_ / "other", std::ios::binary) << "12345";
  FileState file;
  FileState same;
  FileState other;
  ASSERT_EQ(look_at(text_of(folder_ / "file"), file), 0);
  ASSERT_EQ(look_at(text_of(folder_ / "." / "file"), same), 0);
  ASSERT_EQ(look_at(text_of(folder_ / "other"), other), 0);
  EXPECT_EQ(file.identity, same.identity);
  EXPECT_NE(file.identity, other.identity);
}

TEST_F(Files, MayBeFoldersOrMissing) {
  FileState state;
  EXPECT_EQ(look_at(text_of(folder_), state), 0);
  EXPECT_EQ(state.kind, FileState::Kind::kFolder);
  EXPECT_EQ(look_at(text_of(folder_ / "nothing"), state), ENOENT);
}

TEST_F(Files, HavePathsInUtf8) {
  const std::string text = text_of(folder_);
  EXPECT_NE(text.find("Prüfung-☃"), std::string::npos);
  EXPECT_EQ(path_of(text), folder_);
}

std::atomic<int> g_ticks = 0;

// Whether it was called within so much time in which this thread did nothing but work.
bool ticks_while_busy(std::chrono::seconds most) {
  const auto end = std::chrono::steady_clock::now() + most;
  while (g_ticks == 0 && std::chrono::steady_clock::now() < end) {
  }
  return g_ticks > 0;
}

TEST(Process, TicksByItsProcessorTimeUntilToldNotTo) {
  tick_every(1, [] { ++g_ticks; });
  EXPECT_TRUE(ticks_while_busy(std::chrono::seconds(60)));
  tick_every(0, [] { ++g_ticks; });
  g_ticks = 0;
  EXPECT_FALSE(ticks_while_busy(std::chrono::seconds(2)));
}

TEST(Process, SharesMemoryOfZeros) {
  constexpr size_t kBytes = 100;
  auto* memory = static_cast<char*>(share_memory(kBytes));
  ASSERT_NE(memory, nullptr);
  EXPECT_EQ(std::string(memory, kBytes), std::string(kBytes, '\0'));
  release_memory(memory, kBytes);
}

}  // namespace
}  // namespace fanout
