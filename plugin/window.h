// Statistics → Scan Suspects: loads the window's library, where Wireshark has a window.
#ifndef FANOUT_PLUGIN_WINDOW_H_
#define FANOUT_PLUGIN_WINDOW_H_

#include "tap/report/options.h"

namespace fanout {

/// Registers the menu entry. Without the window's library it opens Wireshark's plain table.
void register_window();

/// Opens the window for -z fanout; false if there is none, as in tshark.
bool open_window(const Options& options);

}  // namespace fanout

#endif  // FANOUT_PLUGIN_WINDOW_H_
