#include "tap/runs/temporary.h"

#include <cerrno>
#include <cstdlib>

#include <unistd.h>

namespace fanout {

std::string temporary_folder() {
  const char* named = std::getenv("TMPDIR");
  return named != nullptr && *named != '\0' ? named : "/tmp";
}

TemporaryFile temporary_file() {
  std::string path = temporary_folder() + "/fanout.XXXXXX";
  const int descriptor = mkstemp(path.data());
  if (descriptor < 0) return nullptr;
  unlink(path.c_str());
  TemporaryFile file(fdopen(descriptor, "w+b"));
  if (file == nullptr) {
    const int code = errno;
    close(descriptor);
    errno = code;
  }
  return file;
}

}  // namespace fanout
