// An address as one number, for indexes and sketches.
#ifndef FANOUT_TAP_COUNT_DIGEST_H_
#define FANOUT_TAP_COUNT_DIGEST_H_

#include <cstdint>

#include "tap/count/observation.h"
#include "tap/count/table.h"

namespace fanout {

/// The 64 bits that stand for an address, after those of `seed`; not for its network. O(1).
inline uint64_t digest(const Address& address, uint64_t seed) {
  return mix(address.low ^ mix(address.high ^ seed));
}

}  // namespace fanout

#endif  // FANOUT_TAP_COUNT_DIGEST_H_
