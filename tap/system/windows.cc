#include <cerrno>
#include <cstdlib>
#include <functional>
#include <string>

#include <fcntl.h>
#include <io.h>
#include <sys/stat.h>
#include <winsock2.h>  // with windows.h, which must not come before it
#include <ws2tcpip.h>
// clang-format off
#include <tlhelp32.h>  // after windows.h
// clang-format on

#include "tap/system/files.h"
#include "tap/system/output.h"
#include "tap/system/process.h"
#include "tap/system/system.h"

namespace fanout {
namespace {

std::wstring wide(const std::string& text) {
  const int size =
      MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), nullptr, 0);
  std::wstring result(static_cast<size_t>(size), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), result.data(), size);
  return result;
}

std::string narrow(const std::wstring& text) {
  const int size = WideCharToMultiByte(CP_UTF8, 0, text.data(), static_cast<int>(text.size()),
                                       nullptr, 0, nullptr, nullptr);
  std::string result(static_cast<size_t>(size), '\0');
  WideCharToMultiByte(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), result.data(), size,
                      nullptr, nullptr);
  return result;
}

uint64_t joined(DWORD high, DWORD low) { return uint64_t{high} << 32 | low; }

HANDLE handle(intptr_t value) { return reinterpret_cast<HANDLE>(value); }

// Appends a word to a command line, as CommandLineToArgvW splits it.
void append_word(std::string& line, const std::string& word) {
  if (!line.empty()) line += ' ';
  line += '"';
  size_t backslashes = 0;
  for (const char letter : word) {
    if (letter == '"') line.append(backslashes + 1, '\\');
    backslashes = letter == '\\' ? backslashes + 1 : 0;
    line += letter;
  }
  line.append(backslashes, '\\');
  line += '"';
}

// A pipe, of which another program inherits one end only: that for reading, or that for writing.
bool open_pipe(HANDLE& reading, HANDLE& writing, bool is_reader_other) {
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  return CreatePipe(&reading, &writing, &inherited, 0) != 0 &&
         SetHandleInformation(is_reader_other ? writing : reading, HANDLE_FLAG_INHERIT, 0) != 0;
}

// Starts a program that inherits these handles only; its process, or nullptr.
HANDLE spawn(const std::vector<std::string>& words, HANDLE input, HANDLE output, HANDLE errors) {
  std::string line;
  for (const std::string& word : words) append_word(line, word);
  std::wstring command = wide(line);
  HANDLE inherited[] = {input, output, errors};
  SIZE_T size = 0;
  InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
  std::vector<char> list(size);
  STARTUPINFOEXW start{};
  start.StartupInfo.cb = sizeof start;
  start.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  start.StartupInfo.hStdInput = input;
  start.StartupInfo.hStdOutput = output;
  start.StartupInfo.hStdError = errors;
  start.lpAttributeList = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(list.data());
  if (!InitializeProcThreadAttributeList(start.lpAttributeList, 1, 0, &size)) return nullptr;
  PROCESS_INFORMATION started{};
  const bool is_started =
      UpdateProcThreadAttribute(start.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
                                inherited, sizeof inherited, nullptr, nullptr) &&
      CreateProcessW(wide(words.front()).c_str(), command.data(), nullptr, nullptr, TRUE,
                     CREATE_NO_WINDOW | EXTENDED_STARTUPINFO_PRESENT, nullptr, nullptr,
                     &start.StartupInfo, &started);
  DeleteProcThreadAttributeList(start.lpAttributeList);
  if (!is_started) return nullptr;
  CloseHandle(started.hThread);
  return started.hProcess;
}

void (*g_stop)() = nullptr;
void (*g_tick)() = nullptr;
int g_seconds = 0;
double g_last = 0;

BOOL WINAPI on_stopped(DWORD) {
  SetConsoleCtrlHandler(on_stopped, FALSE);
  g_stop();
  return TRUE;
}

double processor_seconds() {
  FILETIME began;
  FILETIME ended;
  FILETIME system;
  FILETIME user;
  GetProcessTimes(GetCurrentProcess(), &began, &ended, &system, &user);
  constexpr double kSecond = 1e7;  // in the unit of FILETIME
  return (static_cast<double>(joined(system.dwHighDateTime, system.dwLowDateTime)) +
          static_cast<double>(joined(user.dwHighDateTime, user.dwLowDateTime))) /
         kSecond;
}

void WINAPI on_second(void*, BOOLEAN) {
  const double now = processor_seconds();
  if (now - g_last < g_seconds) return;
  g_last = now;
  g_tick();
}

// What any library of this process exports under a name.
FARPROC find_in_process(const char* name) {
  const HANDLE libraries = CreateToolhelp32Snapshot(TH32CS_SNAPMODULE, 0);
  if (libraries == INVALID_HANDLE_VALUE) return nullptr;
  MODULEENTRY32W library{};
  library.dwSize = sizeof library;
  FARPROC found = nullptr;
  for (BOOL more = Module32FirstW(libraries, &library); more && found == nullptr;
       more = Module32NextW(libraries, &library)) {
    found = GetProcAddress(library.hModule, name);
  }
  CloseHandle(libraries);
  return found;
}

}  // namespace

bool is_terminal(std::FILE* file) { return _isatty(_fileno(file)) != 0; }

std::filesystem::path path_of(const std::string& text) { return wide(text); }
std::string text_of(const std::filesystem::path& path) { return narrow(path.native()); }

int look_at(const std::string& path, FileState& state) {
  // A folder can be opened with this flag only.
  const HANDLE file = CreateFileW(wide(path).c_str(), FILE_READ_ATTRIBUTES,
                                  FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                  OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr);
  if (file == INVALID_HANDLE_VALUE) {
    return GetLastError() == ERROR_ACCESS_DENIED ? EACCES : ENOENT;
  }
  BY_HANDLE_FILE_INFORMATION found{};
  const bool is_file =
      GetFileType(file) == FILE_TYPE_DISK && GetFileInformationByHandle(file, &found);
  CloseHandle(file);
  if (!is_file) return 0;
  const bool is_folder = (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  state.kind = is_folder ? FileState::Kind::kFolder : FileState::Kind::kRegular;
  state.bytes = joined(found.nFileSizeHigh, found.nFileSizeLow);
  // Some file systems of networks number no files: there, each path is taken for one of its own.
  const uint64_t index = joined(found.nFileIndexHigh, found.nFileIndexLow);
  const bool is_numbered = index != 0 && index != ~uint64_t{0};
  state.identity = {found.dwVolumeSerialNumber,
                    is_numbered ? index : std::hash<std::string>()(path)};
  return 0;
}

// Those who make symbolic links need a privilege for it, and few do.
std::string behind_links(const std::string& path) { return path; }

// Standard output has no name on Windows.
bool is_standard_output(const std::string&) { return false; }

// A file gets its name when it is made.
int open_nameless(const std::string&) { return -1; }
int name_file(int, const std::string&) { return ENOSYS; }

int create_file(const std::string& path) {
  return _wopen(wide(path).c_str(), _O_CREAT | _O_EXCL | _O_RDWR | _O_BINARY | _O_NOINHERIT,
                _S_IREAD | _S_IWRITE);
}

std::FILE* open_existing(const std::string& path) { return _wfopen(wide(path).c_str(), L"wb"); }

int why_not_written(const std::string& path) {
  constexpr int kWriting = 2;
  return _waccess(wide(path).c_str(), kWriting) == 0 ? 0 : errno;
}

// It cannot be replaced while anybody has it open.
int replace_file(const std::string& from, const std::string& to) {
  return MoveFileExW(wide(from).c_str(), wide(to).c_str(), MOVEFILE_REPLACE_EXISTING) ? 0 : EACCES;
}

// A new file has the permissions of its folder.
void copy_permissions(const std::string&, int) {}

std::FILE* stream_of(int descriptor, const char* mode) { return _fdopen(descriptor, mode); }

int descriptor_of(std::FILE* stream) { return _fileno(stream); }

void translate_ends_of_lines(std::FILE* stream, bool translate) {
  std::fflush(stream);
  _setmode(_fileno(stream), translate ? _O_TEXT : _O_BINARY);
}

bool console_shows_utf8() {
  const UINT page = GetConsoleOutputCP();
  return page == 0 || page == CP_UTF8;
}

// The official Wireshark has Microsoft's newer C library, this has the one that is part of Windows.
void flush_others() {
  const HMODULE other = GetModuleHandleW(L"ucrtbase.dll");
  if (other == nullptr) return;
  const auto flush =
      reinterpret_cast<int (*)(void*)>(reinterpret_cast<void*>(GetProcAddress(other, "fflush")));
  if (flush != nullptr) flush(nullptr);
}

std::string temporary_folder() {
  wchar_t folder[MAX_PATH + 1];
  const DWORD size = GetTempPathW(MAX_PATH + 1, folder);
  return size == 0 || size > MAX_PATH ? "." : narrow({folder, size});
}

std::FILE* open_temporary() {
  wchar_t path[MAX_PATH];
  if (GetTempFileNameW(wide(temporary_folder()).c_str(), L"fan", 0, path) == 0) {
    errno = EACCES;
    return nullptr;
  }
  // It is deleted when it is closed, by whatever.
  const int descriptor =
      _wopen(path, _O_RDWR | _O_BINARY | _O_TEMPORARY | _O_NOINHERIT, _S_IREAD | _S_IWRITE);
  return descriptor < 0 ? nullptr : stream_of(descriptor, "w+b");
}

bool read_ipv6(const char* text, unsigned char* bytes) {
  return inet_pton(AF_INET6, text, bytes) == 1;
}

void advise_huge_pages(void*, size_t) {}

// Nothing is forked.
void* share_memory(size_t bytes) { return std::calloc(1, bytes); }

void release_memory(void* memory, size_t) { std::free(memory); }

void* load_library(const std::string& path) { return LoadLibraryW(wide(path).c_str()); }

std::string library_error() {
  wchar_t text[512];
  const DWORD size = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
                                    nullptr, GetLastError(), 0, text, 512, nullptr);
  return narrow({text, size});
}

void* find_symbol(void* library, const char* name) {
  return reinterpret_cast<void*>(library == nullptr
                                     ? find_in_process(name)
                                     : GetProcAddress(static_cast<HMODULE>(library), name));
}

std::string library_file(const std::string& name) { return name + ".dll"; }

std::string module_file(const std::string& name) { return name + ".dll"; }

std::string folder_of_code(void* function) {
  HMODULE module = nullptr;
  wchar_t path[MAX_PATH];
  if (!GetModuleHandleExW(
          GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
          static_cast<LPCWSTR>(function), &module)) {
    return {};
  }
  const DWORD size = GetModuleFileNameW(module, path, MAX_PATH);
  const std::string name = narrow({path, size});
  return name.substr(0, name.find_last_of('\\') + 1);
}

void call_when_stopped(void (*stop)()) {
  g_stop = stop;
  SetConsoleCtrlHandler(on_stopped, TRUE);
}

void tick_every(int seconds, void (*tick)()) {
  static HANDLE timer = nullptr;
  if (timer != nullptr) DeleteTimerQueueTimer(nullptr, timer, INVALID_HANDLE_VALUE);
  timer = nullptr;
  if (seconds == 0) return;
  g_tick = tick;
  g_seconds = seconds;
  g_last = processor_seconds();
  constexpr DWORD kEvery = 1000;
  CreateTimerQueueTimer(&timer, nullptr, on_second, nullptr, kEvery, kEvery, WT_EXECUTEDEFAULT);
}

void end_now(int status, std::string_view message) {
  DWORD written = 0;
  WriteFile(GetStdHandle(STD_ERROR_HANDLE), message.data(), static_cast<DWORD>(message.size()),
            &written, nullptr);
  TerminateProcess(GetCurrentProcess(), static_cast<UINT>(status));
  std::abort();  // not reached
}

bool Subprocess::start(const std::vector<std::string>& words) {
  end();
  HANDLE other_input = nullptr;
  HANDLE input = nullptr;
  HANDLE output = nullptr;
  HANDLE other_output = nullptr;
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  const HANDLE errors = CreateFileW(L"NUL", GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                    &inherited, OPEN_EXISTING, 0, nullptr);
  HANDLE process = nullptr;
  if (errors != INVALID_HANDLE_VALUE && open_pipe(other_input, input, true) &&
      open_pipe(output, other_output, false)) {
    process = spawn(words, other_input, other_output, errors);
  }
  if (errors != INVALID_HANDLE_VALUE) CloseHandle(errors);
  if (other_input != nullptr) CloseHandle(other_input);
  if (other_output != nullptr) CloseHandle(other_output);
  if (process == nullptr) {
    if (input != nullptr) CloseHandle(input);
    if (output != nullptr) CloseHandle(output);
    return false;
  }
  input_ = reinterpret_cast<intptr_t>(input);
  output_ = reinterpret_cast<intptr_t>(output);
  process_ = reinterpret_cast<intptr_t>(process);
  return true;
}

bool Subprocess::send(std::string_view bytes) {
  while (is_started() && !bytes.empty()) {
    DWORD sent = 0;
    const auto size = static_cast<DWORD>(bytes.size());
    if (!WriteFile(handle(input_), bytes.data(), size, &sent, nullptr)) return false;
    bytes.remove_prefix(sent);
  }
  return is_started();
}

size_t Subprocess::receive(char* bytes, size_t most, int milliseconds) {
  if (!is_started()) return 0;
  const ULONGLONG last = GetTickCount64() + static_cast<ULONGLONG>(milliseconds);
  // A pipe cannot be waited for.
  DWORD there = 0;
  while (PeekNamedPipe(handle(output_), nullptr, 0, nullptr, &there, nullptr) && there == 0) {
    if (GetTickCount64() >= last) return 0;
    Sleep(1);
  }
  DWORD count = 0;
  if (there == 0) return 0;
  return ReadFile(handle(output_), bytes, static_cast<DWORD>(most), &count, nullptr) ? count : 0;
}

void Subprocess::end() {
  if (!is_started()) return;
  CloseHandle(handle(input_));
  CloseHandle(handle(output_));
  TerminateProcess(handle(process_), 0);
  CloseHandle(handle(process_));
  input_ = output_ = process_ = kNone;
}

}  // namespace fanout
