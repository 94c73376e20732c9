#include "tap/capture/resolver.h"

#include <charconv>

#include <glib.h>
#include <wsutil/filesystem.h>

namespace fanout {
namespace {

constexpr char kProgram[] = "mmdbresolve";
constexpr int kPatience = 10'000;      // milliseconds for an answer
constexpr size_t kLongestLine = 2000;  // of those that libwireshark reads

// Wireshark's, beside the program that runs, or another one; or nothing.
std::string find_program() {
  char* path = g_build_filename(get_progfile_dir(), kProgram, nullptr);
  if (!g_file_test(path, G_FILE_TEST_IS_EXECUTABLE)) {
    g_free(path);
    path = g_find_program_in_path(kProgram);
  }
  std::string found = path == nullptr ? "" : path;
  g_free(path);
  return found;
}

std::string_view stripped(std::string_view text) {
  while (!text.empty() && g_ascii_isspace(text.front())) text.remove_prefix(1);
  while (!text.empty() && g_ascii_isspace(text.back())) text.remove_suffix(1);
  return text;
}

void take_number(std::string_view text, uint32_t& number) {
  uint32_t read = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
  if (error == std::errc() && end == text.data() + text.size()) number = read;
}

// A line of an answer: "country.names.en: Netherlands".
void take_line(std::string_view line, Location& location) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view value = stripped(line.substr(colon + 1));
  if (line.starts_with("country.iso_code")) {
    location.country_iso = value;
  } else if (line.starts_with("country.names.en")) {
    location.country = value;
  } else if (line.starts_with("autonomous_system_organization")) {
    location.as_organization = value;
  } else if (line.starts_with("autonomous_system_number")) {
    take_number(value, location.as_number);
  }
}

}  // namespace

bool Resolver::start(const std::vector<std::string>& databases) {
  const std::string program = databases.empty() ? std::string() : find_program();
  if (program.empty()) return false;
  std::vector<std::string> words = {program};
  for (const std::string& database : databases) {
    words.push_back("-f");
    words.push_back(database);
  }
  return program_.start(words);
}

Location Resolver::find(const Address& address) {
  if (has_last_ && address == last_) return last_location_;
  last_ = address;
  last_location_ = ask(to_string(address));
  has_last_ = true;
  return last_location_;
}

Location Resolver::ask(const std::string& address) {
  Location location;
  if (!program_.is_started()) return location;
  bool is_open = program_.send(address + '\n');
  while (is_open && (is_open = read_line()) && line_ != '[' + address + ']') {
  }
  while (is_open && (is_open = read_line()) && !line_.starts_with("# End ")) {
    if (line_.size() <= kLongestLine) take_line(line_, location);
  }
  if (is_open) return location;
  program_.end();
  return {};
}

// Reads the next line into line_, without spaces around it; whether there was one.
bool Resolver::read_line() {
  size_t end = 0;
  while ((end = read_.find('\n')) == std::string::npos) {
    char bytes[4096];
    const size_t count = program_.receive(bytes, sizeof bytes, kPatience);
    if (count == 0) return false;
    read_.append(bytes, count);
  }
  line_ = stripped(std::string_view(read_).substr(0, end));
  read_.erase(0, end + 1);
  return true;
}

}  // namespace fanout
