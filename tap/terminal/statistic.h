// In: the argument of tshark -z fanout, and the frames that Wireshark's taps and the header path
// hand on. Out: the report, written. One statistic for each -z.
#ifndef FANOUT_TAP_TERMINAL_STATISTIC_H_
#define FANOUT_TAP_TERMINAL_STATISTIC_H_

#include "tap/report/options.h"

namespace fanout {

/// Opens the window for these options; false if there is none, as in tshark.
using OpenWindow = bool(const Options& options);

/// Registers the -z statistic "fanout". In Wireshark, it opens a window instead of printing.
void register_statistic(OpenWindow* open_window);

}  // namespace fanout

#endif  // FANOUT_TAP_TERMINAL_STATISTIC_H_
