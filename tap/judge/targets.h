// In: the destinations that a source scans or contacts first. Out: how a report describes them.
#ifndef FANOUT_TAP_JUDGE_TARGETS_H_
#define FANOUT_TAP_JUDGE_TARGETS_H_

#include <span>

#include "tap/count/engine.h"
#include "tap/judge/evidence.h"
#include "tap/judge/resolving.h"

namespace fanout {

/// Describes targets, given in the order of time. O(n log n) in their number.
Targets describe_targets(const Engine& engine, const Address& source,
                         std::span<const Sighting> targets);

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_TARGETS_H_
