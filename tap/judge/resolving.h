// In: the targets of a source's ARP requests or neighbour solicitations. Out: how much they speak
// for a sweep of the link.
#ifndef FANOUT_TAP_JUDGE_RESOLVING_H_
#define FANOUT_TAP_JUDGE_RESOLVING_H_

#include <cstdint>
#include <span>

#include "tap/count/engine.h"
#include "tap/judge/evidence.h"

namespace fanout {

/// A pair of a source, and when it was first seen: the time of the pair before where its frame has
/// none.
struct Sighting {
  uint32_t pair;
  int64_t time;
};

/// Scores the targets in the order of time. O(n log n) in their number.
void weigh_resolving(const Engine& engine, uint32_t source, std::span<const Sighting> targets,
                     Evidence& evidence);

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_RESOLVING_H_
