// In: a sweep of the link and a scan by the same address. Out: whether the scan is of those that
// responded to the sweep, and what is said of that.
#ifndef FANOUT_TAP_JUDGE_STEPS_H_
#define FANOUT_TAP_JUDGE_STEPS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "tap/count/engine.h"
#include "tap/judge/evidence.h"

namespace fanout {

/// Two steps of one campaign: a sweep by ARP or neighbour solicitations, then a scan.
struct Steps {
  Network network = Network::kArp;  ///< of the sweep
  std::string block;                ///< that was swept, or empty
  std::string probe;                ///< of the scan, as Targets::probe_name
  uint64_t swept_up = 0;            ///< addresses that responded to the sweep
  uint64_t targets = 0;             ///< hosts with which the scan initiated contact
  uint64_t responded = 0;           ///< of these, had responded to the sweep
};

/// The source that is the same address on the link, or kNone. O(1).
uint32_t link_source_of(const Engine& engine, uint32_t source);

/// The steps, if nearly all hosts that `scan` contacts had responded to `sweep` before: sources of
/// the same address. `pairs` are those of the scan. O(pairs).
std::optional<Steps> find_steps(const Engine& engine, uint32_t sweep, uint32_t scan,
                                std::span<const uint32_t> pairs);

/// What is said of the scan: "after its ARP sweep of 192.0.2.0/24, to which 25 of its 25 targets
/// had responded".
std::string scan_step_text(const Steps& steps);
/// What is said of the sweep: "before its SYN scan of 25 of the 25 hosts that responded".
std::string sweep_step_text(const Steps& steps);

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_STEPS_H_
