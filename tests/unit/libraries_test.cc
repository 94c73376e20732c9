// Finding functions in the libraries of a process.
#include <gtest/gtest.h>

#include "tap/system/system.h"

namespace fanout {
namespace {

TEST(FindSymbol, LooksInAllLibrariesOfTheProcess) {
  // Not in the program itself: the system's, which read_ipv6() calls.
  EXPECT_NE(find_symbol(nullptr, "inet_pton"), nullptr);
  EXPECT_EQ(find_symbol(nullptr, "fanout_exports_no_such_function"), nullptr);
}

TEST(LibraryFile, IsLoadedByTheNameThatTheBuildGivesIt) {
  EXPECT_NE(library_file("fanout-gui-qt6").find("fanout-gui-qt6."), std::string::npos);
  EXPECT_EQ(load_library(library_file("fanout-has-no-such-library")), nullptr);
  EXPECT_NE(library_error(), "");
}

}  // namespace
}  // namespace fanout
