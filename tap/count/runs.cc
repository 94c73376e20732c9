#include "tap/count/runs.h"

#include "tap/count/table.h"

namespace fanout {

uint64_t host_pair(const Observation& observation) {
  const auto number = [](const Address& address) { return mix(address.low ^ mix(address.high)); };
  const uint64_t both = number(observation.source) + number(observation.destination);
  return mix(both + static_cast<uint64_t>(observation.source.network));
}

uint32_t shard_of(const Observation& observation, uint32_t shards) {
  return static_cast<uint32_t>((host_pair(observation) >> 32) * shards >> 32);
}

}  // namespace fanout
