#include "tap/count/runs.h"

#include "tap/count/table.h"

namespace fanout {

uint32_t shard_of(const Observation& observation, uint32_t shards) {
  const auto number = [](const Address& address) { return mix(address.low ^ mix(address.high)); };
  const uint64_t both = number(observation.source) + number(observation.destination);
  const uint64_t mixed = mix(both + static_cast<uint64_t>(observation.source.network));
  return static_cast<uint32_t>((mixed >> 32) * shards >> 32);
}

}  // namespace fanout
