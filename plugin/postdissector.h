// Marks the packets: the protocol "Source Fan-out" with its fields and expert info.
#ifndef FANOUT_PLUGIN_POSTDISSECTOR_H_
#define FANOUT_PLUGIN_POSTDISSECTOR_H_

#include <memory>

#include "tap/count/engine.h"

namespace fanout {

/// Registers the protocol with its fields, expert info and preferences; returns its number.
int register_fanout();

/// Registers the post-dissector: once all protocols have been.
void handoff_fanout();

/// The counts of the open file: shared, and updated while it is read. Never null.
std::shared_ptr<Engine> file_engine();

}  // namespace fanout

#endif  // FANOUT_PLUGIN_POSTDISSECTOR_H_
