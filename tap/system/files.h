// What operating systems differ in where files are looked for, beside what system.h has.
#ifndef FANOUT_TAP_SYSTEM_FILES_H_
#define FANOUT_TAP_SYSTEM_FILES_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace fanout {

/// The two forms of a path.
std::filesystem::path path_of(const std::string& text);
std::string text_of(const std::filesystem::path& path);

/// What is behind a path, and behind links.
struct FileState {
  enum class Kind { kRegular, kFolder, kOther };

  Kind kind = Kind::kOther;
  uint64_t bytes = 0;
  std::pair<uint64_t, uint64_t> identity;  ///< the same for two paths of one file
};

/// Looks at what is there. Returns 0 or the error.
int look_at(const std::string& path, FileState& state);

}  // namespace fanout

#endif  // FANOUT_TAP_SYSTEM_FILES_H_
