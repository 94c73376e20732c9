// Which ports carry protocols that the header reader must not skip, by Wireshark's current
// settings.
#ifndef FANOUT_TAP_CAPTURE_CARRIERS_H_
#define FANOUT_TAP_CAPTURE_CARRIERS_H_

#include <memory>

#include "tap/count/headers.h"

namespace fanout {

/// The ports whose dissectors, by preferences and Decode As, can lead to a further IP header; with
/// `names` also those that addresses are resolved from. Looks up each port: some milliseconds.
std::unique_ptr<const Carriers> current_carriers(bool names);

/// Whether addresses are resolved from packets of the capture.
bool names_come_from_packets();

/// Whether the protocols that the header reader replaces are dissected as it expects: none
/// disabled, no preference of theirs changed, nothing but ports decoded as something else.
bool dissection_is_the_usual();

}  // namespace fanout

#endif  // FANOUT_TAP_CAPTURE_CARRIERS_H_
