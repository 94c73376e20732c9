#include "tap/program/profile.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <glib.h>
#include <wsutil/filesystem.h>

#include "tap/capture/databases.h"
#include "tap/system/files.h"

namespace fanout {
namespace {

namespace fs = std::filesystem;

// Files in which any line that is no comment is a setting.
constexpr const char* kFiles[] = {"preferences",    "decode_as_entries", "disabled_protos",
                                  "enabled_protos", "heuristic_protos",  "fanout_allowed"};

// Preferences of windows and of capturing, which Wireshark writes most.
constexpr auto kHarmless =
    std::to_array<std::string_view>({"gui.", "capture.", "print.", "console.", "extcap."});

// Plugins that dissect what they dissect with everybody: Wireshark's own, and this project's.
constexpr auto kUsualPlugins = std::to_array<std::string_view>(
    {"ethercat",   "falco-events", "gryphon",    "ipaddr",   "irda",    "mate",
     "opcua",      "profinet",     "stats_tree", "transum",  "unistim", "wimax",
     "wimaxasncp", "wimaxmacphy",  "g711",       "g722",     "g726",    "g729",
     "l16mono",    "sbc",          "amrnb",      "opus_dec", "usbdump", "fanout"});

bool is_setting(std::string_view line) {
  const size_t at = line.find_first_not_of(" \t\r");
  if (at == std::string_view::npos || line[at] == '#') return false;
  // What is indented goes on from the line before.
  return at == 0 && std::none_of(kHarmless.begin(), kHarmless.end(),
                                 [&](std::string_view name) { return line.starts_with(name); });
}

// Takes what a function of wsutil returned.
std::string take(char* text) {
  std::string result = text == nullptr ? "" : text;
  g_free(text);
  return result;
}

bool file_has_settings(const std::string& name) {
  const fs::path path = path_of(name);
  std::error_code error;
  if (!fs::exists(path, error)) return false;
  std::ifstream file(path);
  if (!file) return true;
  for (std::string line; std::getline(file, line);) {
    if (is_setting(line)) return true;
  }
  return file.bad();
}

// A folder, as a line of Wireshark's tables has it: in quotes, with "\x22" for a character.
std::string unquoted(std::string_view line) {
  const size_t begin = line.find('"');
  const size_t end = line.rfind('"');
  if (begin == std::string_view::npos || begin == end) return {};
  line = line.substr(begin + 1, end - begin - 1);
  std::string text;
  while (!line.empty()) {
    unsigned char byte = 0;
    const auto number = line.starts_with("\\x") ? line.substr(2, 2) : std::string_view();
    const auto read = std::from_chars(number.data(), number.data() + number.size(), byte, 16);
    const bool is_number = number.size() == 2 && read.ptr == number.data() + 2;
    text += is_number ? static_cast<char>(byte) : line.front();
    line.remove_prefix(is_number ? 4 : 1);
  }
  return text;
}

bool folder_has_plugins(const char* name) {
  if (name == nullptr) return false;
  const fs::path path = path_of(name);
  std::error_code error;
  if (!fs::is_directory(path, error)) return false;
  fs::recursive_directory_iterator entries(path, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    const fs::path& file = entries->path();
    if (file.extension() != ".so" && file.extension() != ".lua" && file.extension() != ".dll") {
      continue;
    }
    const std::string name = text_of(file.stem());
    // The window's library of this project's plugin is below a folder of its own.
    const bool is_usual =
        std::find(kUsualPlugins.begin(), kUsualPlugins.end(), name) != kUsualPlugins.end() ||
        name.starts_with("libfanout-gui-") || name.starts_with("fanout-gui-");
    if (!is_usual) return true;
  }
  return static_cast<bool>(error);
}

}  // namespace

bool profile_has_settings() {
  for (const char* name : kFiles) {
    if (file_has_settings(take(get_persconffile_path(name, true)))) return true;
    if (file_has_settings(take(get_datafile_path(name)))) return true;
  }
  if (file_has_settings(take(get_persconffile_path("init.lua", false)))) return true;
  return folder_has_plugins(get_plugins_dir()) || folder_has_plugins(get_plugins_pers_dir());
}

std::vector<std::string> database_folders() {
  constexpr const char* kList = "maxmind_db_paths";
  std::vector<std::string> folders(kDatabaseFolders.begin(), kDatabaseFolders.end());
  // Not of the profile; that of all users counts where the user has none.
  fs::path path = path_of(take(get_persconffile_path(kList, false)));
  std::error_code error;
  if (!fs::exists(path, error)) path = path_of(take(get_datafile_path(kList)));
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (is_setting(line)) folders.push_back(unquoted(line));
  }
  return folders;
}

}  // namespace fanout
