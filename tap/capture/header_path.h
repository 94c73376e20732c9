// The header path: in a run that is for this statistic alone, frames whose headers are sufficient
// are not dissected.
#ifndef FANOUT_TAP_CAPTURE_HEADER_PATH_H_
#define FANOUT_TAP_CAPTURE_HEADER_PATH_H_

#include "tap/count/tunnels.h"

namespace fanout {

/// The tap that the header path queues, once for each frame that it does not dissect, with the
/// frame's HeaderObservations, or with nullptr for a frame that has none.
inline constexpr const char* kHeaderTap = "fanout_headers";

/// The tap that keeps the queue of taps open while packets are marked; nobody is ever called.
inline constexpr const char* kMarksTap = "fanout_marks";

/// Registers the tap of the header path. Once, with the protocol.
void register_header_path();

/// Makes the run take the header path where that changes no result. Called by each statistic that
/// wants it, before the first packet; harmless in Wireshark's window. To find other
/// listeners, `stop_listening` and then `start_listening` are called once for all our own.
void offer_header_path(void (*stop_listening)(), void (*start_listening)());

/// Rules the header path out for the rest of the run.
void forbid_header_path();

/// A statistic's tap listener has been called for this frame.
void note_tapped(uint32_t frame);

}  // namespace fanout

#endif  // FANOUT_TAP_CAPTURE_HEADER_PATH_H_
