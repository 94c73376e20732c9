// What the parts of the engine share: the look-ups that every packet needs, inline in each of them.
#ifndef FANOUT_TAP_COUNT_ENGINE_PARTS_H_
#define FANOUT_TAP_COUNT_ENGINE_PARTS_H_

#include <algorithm>
#include <bit>
#include <limits>

#include "tap/count/digest.h"
#include "tap/count/engine.h"

namespace fanout {

/// The most packets that are counted for each of several services.
inline constexpr uint8_t kMostAskingPackets = (1u << 7) - 1;

template <typename T>
void increment_saturating(T& counter, T most = std::numeric_limits<T>::max()) {
  if (counter < most) ++counter;
}

inline uint32_t Engine::hash(const Address& address) const {
  const uint64_t seed = seed_ + static_cast<uint64_t>(address.network);
  return static_cast<uint32_t>(digest(address, seed) >> 32);
}

// A pair and its opposite differ in the lowest bit only. So they share a bucket of the index, and
// when one is looked up after the other, the bucket is already in the cache.
inline uint32_t Engine::hash(const Address& source, const Address& destination) const {
  const uint64_t seed = seed_ + static_cast<uint64_t>(source.network);
  uint64_t both = 0;
  bool forwards = false;
  if (has_ipv6_addresses(source.network)) {
    const uint64_t from = digest(source, seed);
    const uint64_t to = digest(destination, seed);
    both = from + to;
    forwards = from < to;
  } else {
    const uint64_t there = source.low << 32 | destination.low;
    const uint64_t back = std::rotl(there, 32);
    both = std::min(there, back) ^ seed;
    forwards = there < back;
  }
  constexpr uint32_t kDirection = 1;
  return static_cast<uint32_t>(mix(both) >> 32 & ~kDirection) | (forwards ? kDirection : 0);
}

inline bool Engine::is_pair(uint32_t number, const Address& source,
                            const Address& destination) const {
  const Pair& pair = pairs_[number];
  if (sources_[pair.source].address != source) return false;
  return has_ipv6_addresses(destination.network)
             ? ipv6_destinations_[pair.destination] == destination
             : pair.destination == destination.low;
}

inline uint32_t Engine::find_pair(const Address& source, const Address& destination,
                                  uint32_t hash) const {
  return pair_index_.find(hash,
                          [&](uint32_t number) { return is_pair(number, source, destination); });
}

// The pair from the observation's destination to its source, if that has said anything, or kNone.
inline uint32_t Engine::opposite(const Observation& observation) const {
  const uint32_t pair = find_pair(observation.destination, observation.source,
                                  hash(observation.destination, observation.source));
  return pair != kNone && pairs_[pair].spoke != 0 ? pair : kNone;
}

}  // namespace fanout

#endif  // FANOUT_TAP_COUNT_ENGINE_PARTS_H_
