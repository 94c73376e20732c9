#include "tap/count/runs.h"

#include "tap/count/digest.h"

namespace fanout {

uint64_t host_pair(const Observation& observation) {
  const uint64_t both = digest(observation.source, 0) + digest(observation.destination, 0);
  return mix(both + static_cast<uint64_t>(observation.source.network));
}

uint32_t shard_of(const Observation& observation, uint32_t shards) {
  return static_cast<uint32_t>((host_pair(observation) >> 32) * shards >> 32);
}

}  // namespace fanout
