#include "tap/judge/resolving.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tap/judge/parameters.h"

namespace fanout {
namespace {

constexpr double kSecond = 1e9;

// Page's CUSUM statistic (1954), which starts again whenever it falls below zero: what a gateway
// resolves all day does not hide a sweep.
class Cusum {
 public:
  void step(double score) {
    score_ += score;
    ++at_;
    if (score_ <= 0) {
      score_ = 0;
      from_ = at_;
    }
    if (score_ > highest_) {
      highest_ = score_;
      highest_from_ = from_;
      highest_to_ = at_;
    }
  }
  double highest() const { return highest_; }
  // The targets of the stretch that led to the highest score; its first is the one before it.
  size_t from() const { return highest_from_ > 0 ? highest_from_ - 1 : 0; }
  size_t to() const { return highest_to_; }

 private:
  double score_ = 0;
  size_t at_ = 0;
  size_t from_ = 0;
  double highest_ = 0;
  size_t highest_from_ = 0;
  size_t highest_to_ = 0;
};

bool are_beside(const Address& a, const Address& b) {
  if (a.high != b.high) return false;
  return a.low - b.low == 1 || b.low - a.low == 1;
}

// The share of the addresses that are beside another of them.
double share_beside(std::vector<Address> addresses) {
  if (addresses.empty()) return 0;
  std::sort(addresses.begin(), addresses.end());
  size_t beside = 0;
  for (size_t i = 0; i < addresses.size(); ++i) {
    const bool below = i > 0 && are_beside(addresses[i - 1], addresses[i]);
    const bool above = i + 1 < addresses.size() && are_beside(addresses[i], addresses[i + 1]);
    beside += below || above ? 1 : 0;
  }
  return static_cast<double>(beside) / static_cast<double>(addresses.size());
}

// One target of a source.
struct Target {
  Address address;
  int64_t time;
  bool needed;  // answered or then sent to
  bool again;   // requested again and again, as one of a known set is
};

std::vector<Target> targets_of(const Engine& engine, uint32_t source,
                               std::span<const Sighting> sightings) {
  Address asker = engine.source(source).address;
  asker.network = ip_network(asker.network);
  const uint32_t same_host = engine.find_source(asker);
  std::vector<Target> targets;
  targets.reserve(sightings.size());
  for (const Sighting& sighting : sightings) {
    const Pair& pair = engine.pair(sighting.pair);
    Target target{engine.destination(pair), sighting.time, pair.has(Pair::kAnswered), false};
    Address host = target.address;
    host.network = asker.network;
    const uint32_t sent = same_host == kNone ? kNone : engine.find_pair(same_host, host);
    target.needed |= sent != kNone && engine.pair(sent).spoke != 0;
    const uint64_t packets = engine.packets(sighting.pair);
    target.again = packets > kMostProbePackets ||
                   (packets > 1 && static_cast<double>(pair.span()) >= kKnownAgain * kSecond);
    targets.push_back(target);
  }
  return targets;
}

// Nobody needs nearly all addresses of a block, however often they are requested.
bool is_whole_block(const std::vector<Target>& targets) {
  std::vector<Address> silent;
  for (const Target& target : targets) {
    if (!target.needed) silent.push_back(target.address);
  }
  return silent.size() >= kWholeBlock && share_beside(std::move(silent)) >= kSweepBeside;
}

}  // namespace

void weigh_resolving(const Engine& engine, uint32_t source, std::span<const Sighting> sightings,
                     Evidence& evidence) {
  static const double kInOrder = std::log(kSweepInOrder / kGatewayInOrder);
  static const double kOutOfOrder = std::log((1 - kSweepInOrder) / (1 - kGatewayInOrder));
  static const double kNeeded = std::log(kSweepNeeded / kGatewayNeeded);
  static const double kFaster = std::log(kSweepRate / kGatewayRate);
  const std::vector<Target> targets = targets_of(engine, source, sightings);
  const bool is_whole = is_whole_block(targets);
  Cusum by_order;
  Cusum by_pace;
  for (size_t i = 0; i < targets.size(); ++i) {
    const Target& target = targets[i];
    if (target.needed || (target.again && !is_whole)) {
      by_order.step(kNeeded);
      by_pace.step(kNeeded);
    } else if (i == 0) {
      by_order.step(0);
      by_pace.step(0);
    } else {
      const Target& before = targets[i - 1];
      by_order.step(are_beside(before.address, target.address) ? kInOrder : kOutOfOrder);
      // Two Poisson processes: the likelihood of this gap under each.
      const double gap = static_cast<double>(static_cast<uint64_t>(target.time) -
                                             static_cast<uint64_t>(before.time)) /
                         kSecond;
      by_pace.step(kFaster - (kSweepRate - kGatewayRate) * std::min(gap, 0.1));
    }
  }
  std::vector<Address> burst;
  for (size_t i = by_pace.from(); i < by_pace.to(); ++i) burst.push_back(targets[i].address);
  const bool covers = share_beside(std::move(burst)) >= kSweepBeside;
  const bool is_burst = covers && by_pace.highest() > by_order.highest();
  const Cusum& sweep = is_burst ? by_pace : by_order;
  evidence.arp_score = sweep.highest();
  evidence.arp_swept = sweep.to() - sweep.from();
}

}  // namespace fanout
