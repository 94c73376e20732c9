#include "tap/capture/databases.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "tap/system/files.h"

namespace fanout {
namespace {

namespace fs = std::filesystem;

// Before the metadata, which are the last of a database (MaxMind DB File Format Specification 2.0,
// "Database Metadata").
constexpr std::string_view kMarker = "\xab\xcd\xefMaxMind.com";
constexpr std::streamoff kMostMetadata = 128 * 1024;

bool is_database(const fs::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : 0;
  if (size <= 0) return false;
  file.seekg(size - std::min(size, kMostMetadata));
  const std::string end(std::istreambuf_iterator<char>(file), {});
  return end.find(kMarker) != std::string::npos;
}

}  // namespace

std::vector<std::string> find_databases(const std::vector<std::string>& folders) {
  std::vector<std::string> found;
  for (const std::string& folder : folders) {
    std::error_code error;
    fs::directory_iterator entries(path_of(folder), error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
      const fs::path& path = entries->path();
      std::error_code unknown;
      const bool may_be = text_of(path).ends_with(".mmdb") && entries->is_regular_file(unknown);
      if (may_be && is_database(path)) found.push_back(text_of(path));
    }
  }
  return found;
}

}  // namespace fanout
