#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap/system/files.h"
#include "tap/system/output.h"
#include "tap/system/process.h"
#include "tap/system/system.h"

namespace fanout {
namespace {

#ifdef O_TMPFILE
std::string link_to(int descriptor) { return "/proc/self/fd/" + std::to_string(descriptor); }
#endif

void (*g_stop)() = nullptr;
void (*g_tick)() = nullptr;

// A socket that no other program inherits, and whose other end may be gone without a signal.
void keep_to_this_process(int socket) {
  fcntl(socket, F_SETFD, FD_CLOEXEC);
#ifdef SO_NOSIGPIPE
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof yes);
#endif
}

#ifdef MSG_NOSIGNAL
constexpr int kNoSignal = MSG_NOSIGNAL;
#else
constexpr int kNoSignal = 0;
#endif

// Starts a program with a socket as its standard input and output; its process, or -1.
pid_t spawn(const std::vector<std::string>& words, int socket) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, socket, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#ifdef POSIX_SPAWN_CLOEXEC_DEFAULT
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_CLOEXEC_DEFAULT);
#elif defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 34)
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
#endif
#endif
  pid_t process = -1;
  const int error = posix_spawn(&process, words.front().c_str(), &actions, &attributes,
                                arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error == 0 ? process : -1;
}

}  // namespace

bool is_terminal(std::FILE* file) { return isatty(fileno(file)) != 0; }

std::filesystem::path path_of(const std::string& text) { return text; }
std::string text_of(const std::filesystem::path& path) { return path.string(); }

int look_at(const std::string& path, FileState& state) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return errno;
  state.kind = S_ISDIR(found.st_mode)   ? FileState::Kind::kFolder
               : S_ISREG(found.st_mode) ? FileState::Kind::kRegular
                                        : FileState::Kind::kOther;
  state.bytes = static_cast<uint64_t>(found.st_size);
  state.identity = {static_cast<uint64_t>(found.st_dev), static_cast<uint64_t>(found.st_ino)};
  return 0;
}

std::string behind_links(const std::string& path) {
  constexpr int kMostLinks = 40;  // as Linux
  std::error_code error;
  std::filesystem::path behind = path;
  for (int links = 0; links < kMostLinks && !std::filesystem::exists(behind, error); ++links) {
    const std::filesystem::path target = std::filesystem::read_symlink(behind, error);
    if (error) return behind;
    behind = behind.parent_path() / target;
  }
  const std::filesystem::path real = std::filesystem::canonical(behind, error);
  return error ? behind : real;
}

bool is_standard_output(const std::string& path) {
  struct stat target {};
  struct stat own {};
  return stat(path.c_str(), &target) == 0 && fstat(STDOUT_FILENO, &own) == 0 &&
         target.st_dev == own.st_dev && target.st_ino == own.st_ino;
}

int open_nameless([[maybe_unused]] const std::string& folder) {
#ifdef O_TMPFILE
  const int descriptor = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
  if (descriptor < 0) return -1;
  if (access(link_to(descriptor).c_str(), F_OK) == 0) return descriptor;
  close(descriptor);
#endif
  return -1;
}

int name_file([[maybe_unused]] int descriptor, [[maybe_unused]] const std::string& path) {
#ifdef O_TMPFILE
  const std::string source = link_to(descriptor);
  const bool is_named =
      linkat(AT_FDCWD, source.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0;
  return is_named ? 0 : errno;
#else
  return ENOTSUP;
#endif
}

int create_file(const std::string& path) {
  return open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
}

std::FILE* open_existing(const std::string& path) { return std::fopen(path.c_str(), "wb"); }

int why_not_written(const std::string& path) { return access(path.c_str(), W_OK) == 0 ? 0 : errno; }

int replace_file(const std::string& from, const std::string& to) {
  return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

void copy_permissions(const std::string& from, int descriptor) {
  struct stat before {};
  if (stat(from.c_str(), &before) == 0) fchmod(descriptor, before.st_mode & 07777);
}

std::FILE* stream_of(int descriptor, const char* mode) { return fdopen(descriptor, mode); }

int descriptor_of(std::FILE* stream) { return fileno(stream); }

void translate_ends_of_lines(std::FILE*, bool) {}

// The locale alone says so.
bool console_shows_utf8() { return true; }

// There is one C library.
void flush_others() {}

std::string temporary_folder() {
  const char* named = std::getenv("TMPDIR");
  return named != nullptr && *named != '\0' ? named : "/tmp";
}

std::FILE* open_temporary() {
  std::string path = temporary_folder() + "/fanout.XXXXXX";
  const int descriptor = mkstemp(path.data());
  if (descriptor < 0) return nullptr;
  unlink(path.c_str());
  std::FILE* stream = stream_of(descriptor, "w+b");
  if (stream == nullptr) {
    const int code = errno;
    close(descriptor);
    errno = code;
  }
  return stream;
}

bool read_ipv6(const char* text, unsigned char* bytes) {
  return inet_pton(AF_INET6, text, bytes) == 1;
}

void advise_huge_pages([[maybe_unused]] void* memory, [[maybe_unused]] size_t bytes) {
#ifdef MADV_HUGEPAGE
  madvise(memory, bytes, MADV_HUGEPAGE);
#endif
}

void* share_memory(size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

void release_memory(void* memory, size_t bytes) { munmap(memory, bytes); }

// Code with Qt objects must never be unmapped: Wireshark 4.6 crashed at exit.
void* load_library(const std::string& path) {
  return dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
}

std::string library_error() {
  const char* text = dlerror();
  return text == nullptr ? "" : text;
}

void* find_symbol(void* library, const char* name) {
  return dlsym(library == nullptr ? RTLD_DEFAULT : library, name);
}

std::string library_file(const std::string& name) { return "lib" + name + ".so"; }

std::string module_file(const std::string& name) { return name + ".so"; }

std::string folder_of_code(void* function) {
  Dl_info info;
  if (dladdr(function, &info) == 0 || info.dli_fname == nullptr) return {};
  const std::string path = info.dli_fname;
  return path.substr(0, path.find_last_of('/') + 1);
}

void call_when_stopped(void (*stop)()) {
  g_stop = stop;
  struct sigaction action {};
  action.sa_handler = [](int) { g_stop(); };
  // Without SA_RESTART, so that reading a pipe where nothing comes is interrupted.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void tick_every(int seconds, void (*tick)()) {
  g_tick = tick;
  struct sigaction action {};
  action.sa_handler = [](int) { g_tick(); };
  action.sa_flags = SA_RESTART;
  sigaction(SIGPROF, &action, nullptr);
  const itimerval every{{seconds, 0}, {seconds, 0}};
  setitimer(ITIMER_PROF, &every, nullptr);
}

void end_now(int status, std::string_view message) {
  // There is nobody to tell that it cannot be written.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, message.data(), message.size());
  _exit(status);
}

bool Subprocess::start(const std::vector<std::string>& words) {
  end();
  // Unlike a pipe, one whose other end is gone need not end this process.
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return false;
  for (const int socket : ends) keep_to_this_process(socket);
  const pid_t process = spawn(words, ends[1]);
  close(ends[1]);
  input_ = output_ = ends[0];
  process_ = process;
  if (process < 0) end();
  return process >= 0;
}

bool Subprocess::send(std::string_view bytes) {
  while (is_started() && !bytes.empty()) {
    const ssize_t sent = ::send(static_cast<int>(input_), bytes.data(), bytes.size(), kNoSignal);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return is_started();
}

size_t Subprocess::receive(char* bytes, size_t most, int milliseconds) {
  if (!is_started()) return 0;
  const int socket = static_cast<int>(output_);
  pollfd waited{socket, POLLIN, 0};
  int found = 0;
  while ((found = poll(&waited, 1, milliseconds)) < 0 && errno == EINTR) {
  }
  if (found <= 0) return 0;
  ssize_t count = 0;
  while ((count = recv(socket, bytes, most, 0)) < 0 && errno == EINTR) {
  }
  return count < 0 ? 0 : static_cast<size_t>(count);
}

void Subprocess::end() {
  if (input_ != kNone) close(static_cast<int>(input_));
  if (process_ != kNone) {
    kill(static_cast<pid_t>(process_), SIGKILL);
    while (waitpid(static_cast<pid_t>(process_), nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  input_ = output_ = process_ = kNone;
}

}  // namespace fanout
