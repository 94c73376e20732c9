// What happens where no memory is left.
#ifndef FANOUT_TAP_TERMINAL_MEMORY_H_
#define FANOUT_TAP_TERMINAL_MEMORY_H_

namespace fanout {

/// From now on the process ends with status 2 and this message, a line for the user, where C++
/// finds no memory: nothing above a callback from C could catch an exception. GLib ends it in its
/// own way. `message` must live to the end.
void end_when_out_of_memory(const char* message);

}  // namespace fanout

#endif  // FANOUT_TAP_TERMINAL_MEMORY_H_
