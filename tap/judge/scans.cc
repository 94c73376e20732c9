#include "tap/judge/scans.h"

#include <algorithm>
#include <utility>

namespace fanout {

Scans::Scans(std::vector<Group> groups, std::vector<DistributedScan> distributed)
    : groups_(std::move(groups)), distributed_(std::move(distributed)) {
  const auto scans = static_cast<uint32_t>(groups_.size() + distributed_.size());
  for (uint32_t scan = 0; scan < scans; ++scan) {
    for (const uint32_t source : sources(scan)) memberships_.push_back({source, scan});
  }
  std::sort(memberships_.begin(), memberships_.end());
  for (size_t i = 0; i < memberships_.size(); ++i) {
    if (i == 0 || memberships_[i].source != memberships_[i - 1].source) ++members_;
  }
}

const std::vector<uint32_t>& Scans::sources(uint32_t scan) const {
  return scan < groups_.size() ? groups_[scan].sources
                               : distributed_[scan - groups_.size()].sources;
}

uint32_t Scans::first_source(uint32_t scan) const {
  const bool has_likely = scan < groups_.size() && groups_[scan].likely != kNone;
  return has_likely ? groups_[scan].likely : sources(scan).front();
}

std::span<const Scans::Membership> Scans::memberships_of(uint32_t source) const {
  const auto is_before = [](const Membership& one, const Membership& other) {
    return one.source < other.source;
  };
  const auto [from, to] =
      std::equal_range(memberships_.begin(), memberships_.end(), Membership{source, 0}, is_before);
  return {from, to};
}

uint32_t Scans::scan_of(uint32_t source) const {
  const auto memberships = memberships_of(source);
  return memberships.empty() ? kNone : memberships.front().scan;
}

bool Scans::is_distributed(uint32_t source) const {
  const auto memberships = memberships_of(source);
  return !memberships.empty() && memberships.back().scan >= groups_.size();
}

uint64_t Scans::count(uint64_t suspects) const {
  return suspects - members_ + groups_.size() + distributed_.size();
}

std::string Scans::text(const Engine& engine, uint32_t source) const {
  std::string text;
  for (const Membership& membership : memberships_of(source)) {
    const uint32_t scan = membership.scan;
    text += "; ";
    text += scan < groups_.size() ? group_text(engine, groups_[scan], source)
                                  : distributed_text(distributed_[scan - groups_.size()]);
  }
  return text;
}

}  // namespace fanout
