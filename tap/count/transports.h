// Reads what follows the IP headers: who asks, who answers, from which port to which.
#ifndef FANOUT_TAP_COUNT_TRANSPORTS_H_
#define FANOUT_TAP_COUNT_TRANSPORTS_H_

#include <cstddef>

#include "tap/count/headers.h"

namespace fanout {

/// A length that is not known, as of what the network card segments.
inline constexpr size_t kAnyLength = SIZE_MAX;

/// Reads the role, transport, probe and ports of `payload`, of which there were `length` bytes on
/// the wire, or kAnyLength. False if too little of it was captured. O(1).
bool read_payload(uint8_t protocol, Bytes payload, size_t length, Observation& observation);

/// Sets these for a fragment that is not the first: part of something, with no ports.
void read_later_fragment(Observation& observation);

}  // namespace fanout

#endif  // FANOUT_TAP_COUNT_TRANSPORTS_H_
