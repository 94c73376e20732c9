// Which ports carry more than the header reader may overlook, as Wireshark is set up now.
#ifndef FANOUT_TAP_CAPTURE_CARRIERS_H_
#define FANOUT_TAP_CAPTURE_CARRIERS_H_

#include <memory>

#include "tap/count/headers.h"

namespace fanout {

/// The ports whose dissectors, by preferences and Decode As, can lead to a further IP header; with
/// `names` also those that give addresses names. Asks for each port: some milliseconds.
std::unique_ptr<const Carriers> current_carriers(bool names);

/// Whether addresses are named after what the capture's packets say.
bool names_come_from_packets();

/// Whether the protocols that the header reader stands for are dissected as it expects: none
/// disabled, no preference of theirs changed, nothing but ports decoded as something else.
bool dissection_is_the_usual();

}  // namespace fanout

#endif  // FANOUT_TAP_CAPTURE_CARRIERS_H_
