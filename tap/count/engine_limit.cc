// Past the limit of memory: what is still counted there, and the estimates from it.
#include <algorithm>
#include <cmath>

#include "tap/count/engine_parts.h"

namespace fanout {
namespace {

// So many are stored; of the others there is an estimate, from this many packets.
template <int kBits>
Cardinality with_estimate(uint64_t stored, const Sketch<kBits>& others, uint64_t packets) {
  const auto most = static_cast<double>(packets);
  const double estimate = std::clamp(others.estimate(), 1.0, most);
  const double error = 3 * Sketch<kBits>::standard_error() * estimate;
  return {stored + static_cast<uint64_t>(std::lround(estimate)),
          stored + static_cast<uint64_t>(std::clamp(std::floor(estimate - error), 1.0, most)),
          stored + static_cast<uint64_t>(std::clamp(std::ceil(estimate + error), 1.0, most))};
}

}  // namespace

void Engine::count_unstored(const Observation& observation) {
  if (!unstored_) unstored_ = std::make_unique<Unstored>();
  const Address& source = observation.source;
  const uint64_t of_source = digest(source, static_cast<uint64_t>(source.network));
  unstored_->pairs.add(digest(observation.destination, of_source));
  ++unstored_->packets;
}

// Whether the source's destinations are now estimated to be more.
bool Engine::count_beyond_limit(uint32_t source, const Observation& observation) {
  const bool is_first = sources_[source].missed == 0;
  increment_saturating(sources_[source].missed);
  auto found = beyond_.find(source);
  if (found == beyond_.end()) {
    if (beyond_.size() >= reserve()) return is_first;
    found = beyond_.emplace(source, SourceSketch()).first;
  }
  return found->second.add(digest(observation.destination, 0));
}

void Engine::note_limit(uint32_t frame) {
  if (limit_hit_in_ == 0) limit_hit_in_ = frame;
}

// Past the limit, this many sources may still be added, and as many estimated.
uint64_t Engine::reserve() const { return std::max<uint64_t>(1024, options_.limit / 64); }

Cardinality Engine::destinations(uint32_t number) const {
  const Source& source = sources_[number];
  const uint64_t stored = source.destinations;
  if (source.missed == 0) return {stored, stored, stored};
  const auto sketch = beyond_.find(number);
  if (sketch == beyond_.end()) return {stored + 1, stored + 1, stored + source.missed};
  return with_estimate(stored, sketch->second, source.missed);
}

Cardinality Engine::pairs_total() const {
  const uint64_t stored = pair_count();
  if (!unstored_) return {stored, stored, stored};
  return with_estimate(stored, unstored_->pairs, unstored_->packets);
}

Cardinality Engine::sources_total() const {
  const uint64_t stored = source_count();
  if (!unlisted_) return {stored, stored, stored};
  const double estimate = std::max(1.0, unlisted_->estimate());
  const double error = 3 * Sketch<14>::standard_error() * estimate;
  return {stored + static_cast<uint64_t>(std::lround(estimate)),
          stored + static_cast<uint64_t>(std::max(1.0, std::floor(estimate - error))),
          stored + static_cast<uint64_t>(std::ceil(estimate + error)) + 1};
}

}  // namespace fanout
