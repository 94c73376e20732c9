#include <cerrno>
#include <string>

#include <fcntl.h>
#include <io.h>
#include <sys/stat.h>
#include <winsock2.h>  // with windows.h, which must not come before it
#include <ws2tcpip.h>

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

}  // namespace

bool is_terminal(std::FILE* file) { return _isatty(_fileno(file)) != 0; }

// Those who make symbolic links need a privilege for it, and few do.
std::string behind_links(const std::string& path) { return path; }

// Standard output has no name on Windows.
bool is_standard_output(const std::string&) { return false; }

// A file gets its name when it is made.
int open_nameless(const std::string&) { return -1; }
int name_file(int, const std::string&) { return ENOSYS; }

// A new file has the permissions of its folder.
void copy_permissions(const std::string&, int) {}

std::FILE* stream_of(int descriptor, const char* mode) { return _fdopen(descriptor, mode); }

int descriptor_of(std::FILE* stream) { return _fileno(stream); }

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

void* load_library(const std::string& path) { return LoadLibraryW(wide(path).c_str()); }

std::string library_error() {
  wchar_t text[512];
  const DWORD size = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
                                    nullptr, GetLastError(), 0, text, 512, nullptr);
  return narrow({text, size});
}

void* find_symbol(void* library, const char* name) {
  const auto module =
      library == nullptr ? GetModuleHandleW(nullptr) : static_cast<HMODULE>(library);
  return reinterpret_cast<void*>(GetProcAddress(module, name));
}

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

}  // namespace fanout
