#include "tap/report/output.h"

#include <cerrno>

#include <glib.h>
#include <glib/gstdio.h>

#include "tap/report/words.h"
#include "tap/system/output.h"
#include "tap/system/system.h"

namespace fanout {
namespace {

bool is_special(const std::string& path) {
  return g_file_test(path.c_str(), G_FILE_TEST_EXISTS) &&
         !g_file_test(path.c_str(), G_FILE_TEST_IS_REGULAR);
}

// Hands names beside `path` to `take`, which returns 0 or an error, until one is free.
template <typename Take>
int take_free_name(const std::string& path, std::string* name, Take take) {
  constexpr int kTries = 100;
  int code = EEXIST;
  for (int i = 0; i < kTries && code == EEXIST; ++i) {
    char suffix[16];
    g_snprintf(suffix, sizeof suffix, ".%06x", g_random_int() & 0xffffffu);
    *name = path + suffix;
    code = take(*name);
  }
  return code;
}

// Whether a text for the user's terminal may be UTF-8.
bool may_be_utf8() { return g_get_charset(nullptr) != 0 && console_shows_utf8(); }

}  // namespace

Output::Output() : file_(stdout) {}

Output::Output(const std::string& path) {
  if (is_standard_output(path)) {
    file_ = stdout;
  } else {
    path_ = behind_links(path);
  }
}

Output::~Output() {
  if (file_ != nullptr && file_ != stdout) std::fclose(file_);
  if (!temporary_.empty()) g_unlink(temporary_.c_str());
}

bool Output::fail(const char* what, int code) {
  error_ = std::string(what) + " \"" + (path_.empty() ? "standard output" : path_) +
           "\": " + g_strerror(code);
  return false;
}

bool Output::open() {
  if (path_.empty()) {
    flush_others();
    return true;
  }
  if (g_file_test(path_.c_str(), G_FILE_TEST_IS_DIR)) return fail("cannot write", EISDIR);
  if (is_special(path_)) {
    file_ = open_existing(path_);
    return file_ != nullptr || fail("cannot write", errno);
  }
  // A file without write permission must not be replaced either.
  const bool exists = g_file_test(path_.c_str(), G_FILE_TEST_EXISTS);
  const int forbidden = exists ? why_not_written(path_) : 0;
  if (forbidden != 0) return fail("cannot write", forbidden);
  char* folder = g_path_get_dirname(path_.c_str());
  int descriptor = open_nameless(folder);
  g_free(folder);
  is_nameless_ = descriptor >= 0;
  if (!is_nameless_) {
    const int code = take_free_name(path_, &temporary_, [&](const std::string& name) {
      descriptor = create_file(name);
      return descriptor < 0 ? errno : 0;
    });
    if (code != 0) {
      temporary_.clear();
      return fail("cannot write", code);
    }
  }
  if (exists) copy_permissions(path_, descriptor);
  file_ = stream_of(descriptor, "wb");
  return file_ != nullptr || fail("cannot write", errno);
}

void Output::write(std::string_view text) {
  if (write_error_ == 0 && std::fwrite(text.data(), 1, text.size(), file_) != text.size()) {
    write_error_ = errno;
  }
}

bool Output::commit() {
  if (std::fflush(file_) != 0 && write_error_ == 0) write_error_ = errno;
  if (file_ == stdout) {
    return write_error_ == 0 || fail("cannot write", write_error_);
  }
  if (is_nameless_ && write_error_ == 0) {
    const int descriptor = descriptor_of(file_);
    write_error_ = name_file(descriptor, path_);
    // No call names a file and replaces another at once. If the process is killed between the two,
    // the new file is left, whole, beside the old one.
    if (write_error_ == EEXIST) {
      write_error_ = take_free_name(
          path_, &temporary_, [&](const std::string& name) { return name_file(descriptor, name); });
    }
    if (write_error_ != 0) temporary_.clear();
  }
  if (std::fclose(file_) != 0 && write_error_ == 0) write_error_ = errno;
  file_ = nullptr;
  if (write_error_ != 0) return fail("cannot write", write_error_);
  if (temporary_.empty()) return true;
  const int code = replace_file(temporary_, path_);
  if (code != 0) return fail("cannot write", code);
  temporary_.clear();
  return true;
}

std::string write_report(const Options& options, const Report& report, Presentation presentation) {
  presentation.unicode = options.format != Format::kText || !options.file.empty() || may_be_utf8();
  Output output = options.file.empty() ? Output() : Output(options.file);
  if (!output.open()) return output.error();
  // CSV has the same ends of lines everywhere (RFC 4180).
  if (options.file.empty()) translate_ends_of_lines(stdout, options.format != Format::kCsv);
  render(options.format, report, presentation, [&](std::string_view text) { output.write(text); });
  return output.commit() ? "" : output.error();
}

std::string why_not_writable(const std::string& path) {
  if (is_special(path) && !g_file_test(path.c_str(), G_FILE_TEST_IS_DIR)) {
    const int code = why_not_written(path);
    return code == 0 ? "" : std::string("cannot write \"") + path + "\": " + g_strerror(code);
  }
  Output output(path);
  return output.open() ? "" : output.error();
}

std::string printable_message(std::string_view message) {
  const bool unicode = may_be_utf8();
  std::string result;
  while (true) {
    const size_t end = message.find('\n');
    result += printable(message.substr(0, end), unicode);
    if (end == std::string_view::npos) return result;
    result += '\n';
    message.remove_prefix(end + 1);
  }
}

}  // namespace fanout
