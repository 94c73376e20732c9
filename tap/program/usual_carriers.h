// The ports that Carriers may hold where no setting of the user changes how frames are dissected.
#ifndef FANOUT_TAP_PROGRAM_USUAL_CARRIERS_H_
#define FANOUT_TAP_PROGRAM_USUAL_CARRIERS_H_

#include "tap/count/headers.h"

namespace fanout {

/// All ports that current_carriers() finds in Wireshark 4.0, 4.4 and 4.6 with their defaults, which
/// spares asking it; and of the ports that take whatever comes, the most frequent. Only where one
/// of these ports is met, libwireshark is loaded and asked.
const Carriers& usual_carriers();

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_USUAL_CARRIERS_H_
