#include "tap/report/output.h"

#include <cerrno>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "tap/report/words.h"

#ifdef _WIN32
#include <io.h>
#define fileno _fileno
#define fdopen _fdopen
#else
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace fanout {
namespace {

// The file behind a symbolic link, so that the link stays. The file need not exist.
std::string resolved(std::string path) {
#ifndef _WIN32
  constexpr int kMostLinks = 40;  // as Linux
  for (int links = 0; links < kMostLinks && !g_file_test(path.c_str(), G_FILE_TEST_EXISTS);
       ++links) {
    char* target = g_file_read_link(path.c_str(), nullptr);
    if (target == nullptr) return path;
    char* folder = g_path_get_dirname(path.c_str());
    char* next =
        g_path_is_absolute(target) ? g_strdup(target) : g_build_filename(folder, target, nullptr);
    path = next;
    g_free(next);
    g_free(folder);
    g_free(target);
  }
  if (char* real = realpath(path.c_str(), nullptr)) {
    path = real;
    std::free(real);
  }
#endif
  return path;
}

bool is_special(const std::string& path) {
  return g_file_test(path.c_str(), G_FILE_TEST_EXISTS) &&
         !g_file_test(path.c_str(), G_FILE_TEST_IS_REGULAR);
}

// Whether this is where standard output goes, as /dev/stdout is, perhaps to a file: what others
// write there must not be replaced.
bool is_standard_output([[maybe_unused]] const std::string& path) {
#ifdef _WIN32
  return false;
#else
  struct stat target {};
  struct stat own {};
  return stat(path.c_str(), &target) == 0 && fstat(STDOUT_FILENO, &own) == 0 &&
         target.st_dev == own.st_dev && target.st_ino == own.st_ino;
#endif
}

#ifdef O_TMPFILE
std::string link_to(int descriptor) { return "/proc/self/fd/" + std::to_string(descriptor); }
#endif

// A file without a name in the folder of `path`, of which nothing is left however this process
// ends; -1 where the system or the file system has none.
int open_nameless([[maybe_unused]] const std::string& path) {
#ifdef O_TMPFILE
  char* folder = g_path_get_dirname(path.c_str());
  const int descriptor = ::open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
  g_free(folder);
  if (descriptor < 0) return -1;
  if (g_access(link_to(descriptor).c_str(), F_OK) == 0) return descriptor;
  close(descriptor);
  return -1;
#else
  return -1;
#endif
}

// Gives such a file the name `path`, which must be free; 0, or why not.
int give_name([[maybe_unused]] int descriptor, [[maybe_unused]] const std::string& path) {
#ifdef O_TMPFILE
  const std::string source = link_to(descriptor);
  return linkat(AT_FDCWD, source.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0 ? 0
                                                                                          : errno;
#else
  return ENOTSUP;
#endif
}

// Gives it a free name beside `path`, which is taken.
int give_free_name(int descriptor, const std::string& path, std::string* name) {
  constexpr int kTries = 100;
  int code = EEXIST;
  for (int i = 0; i < kTries && code == EEXIST; ++i) {
    char suffix[16];
    g_snprintf(suffix, sizeof suffix, ".%06x", g_random_int() & 0xffffffu);
    *name = path + suffix;
    code = give_name(descriptor, *name);
  }
  return code;
}

}  // namespace

Output::Output() : file_(stdout) {}

Output::Output(std::string path) {
  if (is_standard_output(path)) {
    file_ = stdout;
  } else {
    path_ = resolved(std::move(path));
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
  if (path_.empty()) return true;
  if (g_file_test(path_.c_str(), G_FILE_TEST_IS_DIR)) return fail("cannot write", EISDIR);
  if (is_special(path_)) {
    file_ = g_fopen(path_.c_str(), "wb");
    return file_ != nullptr || fail("cannot write", errno);
  }
  // A file without write permission must not be replaced either.
  const bool exists = g_file_test(path_.c_str(), G_FILE_TEST_EXISTS);
  if (exists && g_access(path_.c_str(), 2) != 0) return fail("cannot write", errno);
  int descriptor = open_nameless(path_);
  is_nameless_ = descriptor >= 0;
  if (!is_nameless_) {
    temporary_ = path_ + ".XXXXXX";
    descriptor = g_mkstemp_full(temporary_.data(), O_RDWR, 0666);
    if (descriptor < 0) {
      temporary_.clear();
      return fail("cannot write", errno);
    }
  }
#ifndef _WIN32
  struct stat before {};
  if (exists && stat(path_.c_str(), &before) == 0) fchmod(descriptor, before.st_mode & 07777);
#endif
  file_ = fdopen(descriptor, "wb");
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
    const int descriptor = fileno(file_);
    write_error_ = give_name(descriptor, path_);
    // No call names a file and replaces another at once. If the process is killed between the two,
    // the new file is left, whole, beside the old one.
    if (write_error_ == EEXIST) write_error_ = give_free_name(descriptor, path_, &temporary_);
    if (write_error_ != 0) temporary_.clear();
  }
  if (std::fclose(file_) != 0 && write_error_ == 0) write_error_ = errno;
  file_ = nullptr;
  if (write_error_ != 0) return fail("cannot write", write_error_);
  if (temporary_.empty()) return true;
  if (g_rename(temporary_.c_str(), path_.c_str()) != 0) return fail("cannot write", errno);
  temporary_.clear();
  return true;
}

std::string write_report(const Options& options, const Report& report, Presentation presentation) {
  presentation.unicode =
      options.format != Format::kText || !options.file.empty() || g_get_charset(nullptr) != 0;
  Output output = options.file.empty() ? Output() : Output(options.file);
  if (!output.open()) return output.error();
  render(options.format, report, presentation, [&](std::string_view text) { output.write(text); });
  return output.commit() ? "" : output.error();
}

std::string why_not_writable(const std::string& path) {
  if (is_special(path) && !g_file_test(path.c_str(), G_FILE_TEST_IS_DIR)) {
    return g_access(path.c_str(), 2) == 0
               ? ""
               : std::string("cannot write \"") + path + "\": " + g_strerror(errno);
  }
  Output output(path);
  return output.open() ? "" : output.error();
}

std::string printable_message(std::string_view message) {
  const bool unicode = g_get_charset(nullptr) != 0;
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
