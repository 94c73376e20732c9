#include "tap/terminal/memory.h"

#include <cstdio>
#include <cstdlib>
#include <new>

namespace fanout {
namespace {

const char* g_message;

}  // namespace

void end_when_out_of_memory(const char* message) {
  g_message = message;
  std::set_new_handler([] {
    // Standard error has no buffer that would have to be allocated.
    std::fputs(g_message, stderr);
    std::_Exit(2);
  });
}

}  // namespace fanout
