// The short way: in a run that is for nothing but this statistic, frames whose headers tell
// everything are not dissected.
#ifndef FANOUT_TAP_CAPTURE_HEADER_PATH_H_
#define FANOUT_TAP_CAPTURE_HEADER_PATH_H_

#include "tap/count/tunnels.h"

namespace fanout {

/// The tap that the short way queues, once for each frame it spares the dissection, with the
/// frame's HeaderObservations, or with nullptr for a frame that has none.
inline constexpr const char* kHeaderTap = "fanout_headers";

/// The tap that keeps the queue of taps open while packets are marked; nobody is ever called.
inline constexpr const char* kMarksTap = "fanout_marks";

/// Registers the tap of the short way. Once, with the protocol.
void register_header_path();

/// Makes the run take the short way where that changes no answer. Called by each statistic that
/// would have it so, before the first packet; harmless in Wireshark's window. To find other
/// listeners, `stop_listening` and then `start_listening` are called once for all our own.
void offer_header_path(void (*stop_listening)(), void (*start_listening)());

/// Rules the short way out for the rest of the run.
void forbid_header_path();

/// A statistic's tap listener has been called for this frame.
void note_tapped(uint32_t frame);

}  // namespace fanout

#endif  // FANOUT_TAP_CAPTURE_HEADER_PATH_H_
