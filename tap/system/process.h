// What operating systems differ in about the process itself.
#ifndef FANOUT_TAP_SYSTEM_PROCESS_H_
#define FANOUT_TAP_SYSTEM_PROCESS_H_

#include <cstddef>
#include <string_view>

namespace fanout {

/// Has `stop` called, perhaps by another thread or a signal's handler, when the user or the system
/// asks this process to end (SIGINT, SIGTERM, Ctrl+C). The second time it ends.
void call_when_stopped(void (*stop)());

/// Has `tick` called, as above, whenever this process has taken so many seconds of processor time;
/// 0: no more.
void tick_every(int seconds, void (*tick)());

/// Ends this process without any more ado, with a message on standard error. May be called by what
/// tick_every() calls.
[[noreturn]] void end_now(int status, std::string_view message);

/// Memory of zeros that the processes which this one forks share with it; nullptr if there is none.
void* share_memory(size_t bytes);
void release_memory(void* memory, size_t bytes);

}  // namespace fanout

#endif  // FANOUT_TAP_SYSTEM_PROCESS_H_
