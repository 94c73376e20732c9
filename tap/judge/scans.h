// In: the groups and the distributed scans that were found. Out: which source belongs to which of
// them, and what is said of it.
#ifndef FANOUT_TAP_JUDGE_SCANS_H_
#define FANOUT_TAP_JUDGE_SCANS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tap/count/engine.h"
#include "tap/judge/distributed.h"
#include "tap/judge/groups.h"

namespace fanout {

/// The scans from several sources, by numbers: the groups, and after them the distributed scans.
class Scans {
 public:
  Scans() = default;
  /// O(n log n) in the sources of all.
  Scans(std::vector<Group> groups, std::vector<DistributedScan> distributed);

  const std::vector<Group>& groups() const { return groups_; }
  const std::vector<DistributedScan>& distributed() const { return distributed_; }

  /// The sources of a scan, by address.
  const std::vector<uint32_t>& sources(uint32_t scan) const;
  /// The source of a scan that is likely no decoy, or else the first.
  uint32_t first_source(uint32_t scan) const;
  /// The scan that a source belongs to, of several the first; kNone: none. O(log sources).
  uint32_t scan_of(uint32_t source) const;
  /// Whether a source is one of those of a distributed scan. O(log sources).
  bool is_distributed(uint32_t source) const;
  /// How many scans so many suspects are, all sources of scans among them.
  uint64_t count(uint64_t suspects) const;
  /// What is said of a source after its own reason: of each of its scans "; one of ...".
  std::string text(const Engine& engine, uint32_t source) const;

 private:
  struct Membership {
    uint32_t source;
    uint32_t scan;
    bool operator<(const Membership& other) const {
      return source != other.source ? source < other.source : scan < other.scan;
    }
  };
  std::span<const Membership> memberships_of(uint32_t source) const;

  std::vector<Group> groups_;
  std::vector<DistributedScan> distributed_;
  std::vector<Membership> memberships_;  // sorted
  uint64_t members_ = 0;                 // distinct sources
};

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_SCANS_H_
