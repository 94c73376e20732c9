// What operating systems differ in, as far as GLib, wsutil and the standard library do not hide it:
// posix.cc has it for those of Unix, windows.cc for Windows. Knows neither Wireshark nor GLib.
#ifndef FANOUT_TAP_SYSTEM_SYSTEM_H_
#define FANOUT_TAP_SYSTEM_SYSTEM_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

/// Exports a variable or function of a library to those who load it.
#ifdef _WIN32
#define FANOUT_EXPORT __declspec(dllexport)
#else
#define FANOUT_EXPORT __attribute__((visibility("default")))
#endif

namespace fanout {

// Files. Paths are UTF-8 on Windows. Errors are values of errno.

bool is_terminal(std::FILE* file);

/// The file behind symbolic links, so that they stay where it is replaced. It need not exist.
std::string behind_links(const std::string& path);

/// Whether this is where standard output goes, as /dev/stdout is, perhaps to a file: what others
/// write there must not be replaced.
bool is_standard_output(const std::string& path);

/// Opens a file for writing and reading that has no name yet, in a folder. Nothing is left of it
/// however this process ends. Returns its descriptor, or -1 where there are no such files.
int open_nameless(const std::string& folder);
/// Gives such a file a name, which must be free. Returns 0 or the error.
int name_file(int descriptor, const std::string& path);

/// Gives the open file the permissions of another, if that exists.
void copy_permissions(const std::string& from, int descriptor);

/// A stream of an open file, to be closed instead of it; nullptr, with errno, if it cannot be.
std::FILE* stream_of(int descriptor, const char* mode);
int descriptor_of(std::FILE* stream);

/// The folder of temporary files: what TMPDIR names, or the system's.
std::string temporary_folder();
/// A file there for writing and reading, of which nothing is left however the process ends;
/// nullptr, with errno, if there can be none.
std::FILE* open_temporary();

// Addresses.

/// The 16 bytes of an IPv6 address from its text (RFC 4291), or false.
bool read_ipv6(const char* text, unsigned char* bytes);

// Memory.

/// Asks for huge pages, where the system has them and is asked: a failure costs speed only.
void advise_huge_pages(void* memory, size_t bytes);

// Libraries.

/// Loads a library, which stays until the process ends; nullptr if that fails.
void* load_library(const std::string& path);
/// Why the last call failed, for the user.
std::string library_error();
/// A function or variable of a library, or of any in this process if that is nullptr; nullptr:
/// none.
void* find_symbol(void* library, const char* name);
/// The file name of the library that the build calls so.
std::string library_file(const std::string& name);
/// The same of one that is only loaded as a module.
std::string module_file(const std::string& name);
/// The folder of the library that holds the function, with a separator at its end; or nothing.
std::string folder_of_code(void* function);

// Programs.

/// Another program, to whose standard input and output this process is connected. It inherits no
/// other open file, and what it reports as an error is discarded.
class Subprocess {
 public:
  Subprocess() = default;
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;
  ~Subprocess() { end(); }

  /// Starts the program whose path is the first word; false if it cannot be started.
  bool start(const std::vector<std::string>& words);
  bool is_started() const { return input_ != kNone; }
  /// Whether all of it was handed on. Waits where the program does not read.
  bool send(std::string_view bytes);
  /// Waits for what it writes, and returns how many bytes that were; 0 if it wrote none in so many
  /// milliseconds, or has ended.
  size_t receive(char* bytes, size_t most, int milliseconds);
  /// Closes its standard input and ends it.
  void end();

 private:
  static constexpr intptr_t kNone = -1;

  // Descriptors or handles; on Unix, input and output are one socket.
  intptr_t input_ = kNone;
  intptr_t output_ = kNone;
  intptr_t process_ = kNone;
};

}  // namespace fanout

#endif  // FANOUT_TAP_SYSTEM_SYSTEM_H_
