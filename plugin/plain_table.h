// Wireshark's own plain table of the sources, used where the window's library is missing.
#ifndef FANOUT_PLUGIN_PLAIN_TABLE_H_
#define FANOUT_PLUGIN_PLAIN_TABLE_H_

namespace fanout {

/// Registers the table as Statistics → Scan Suspects.
void register_plain_table();

}  // namespace fanout

#endif  // FANOUT_PLUGIN_PLAIN_TABLE_H_
