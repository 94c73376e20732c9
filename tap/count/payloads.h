// Which payloads can hold a further IP header, so that only the full dissection can know.
#ifndef FANOUT_TAP_COUNT_PAYLOADS_H_
#define FANOUT_TAP_COUNT_PAYLOADS_H_

#include <cstddef>

#include "tap/count/headers.h"

namespace fanout {

/// Whether `payload`, that of an IP datagram of whose `length` bytes on the wire it may be the
/// first, cannot hold a further IP header: kObservation, else as Reading says. `observation` is
/// what was read of its transport. O(1).
Reading read_end(uint8_t protocol, Bytes payload, size_t length, const Carriers& carriers,
                 const Observation& observation);

}  // namespace fanout

#endif  // FANOUT_TAP_COUNT_PAYLOADS_H_
