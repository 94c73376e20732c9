// Past the limit of memory: what is still counted there, and the estimates from it.
#include <algorithm>
#include <cmath>

#include "tap/count/engine_parts.h"

namespace fanout {

// Whether the source's destinations are now estimated to be more.
bool Engine::count_beyond_limit(uint32_t source, const Observation& observation) {
  const bool is_first = sources_[source].missed == 0;
  increment_saturating(sources_[source].missed);
  auto found = beyond_.find(source);
  if (found == beyond_.end()) {
    if (beyond_.size() >= reserve()) return is_first;
    found = beyond_.emplace(source, SourceSketch()).first;
  }
  const Address& destination = observation.destination;
  return found->second.add(mix(destination.low ^ mix(destination.high)));
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
  const auto most = static_cast<double>(source.missed);
  const auto sketch = beyond_.find(number);
  if (sketch == beyond_.end()) return {stored + 1, stored + 1, stored + source.missed};
  const double beyond = std::clamp(sketch->second.estimate(), 1.0, most);
  const double error = 3 * SourceSketch::standard_error() * beyond;
  return {stored + static_cast<uint64_t>(std::lround(beyond)),
          stored + static_cast<uint64_t>(std::clamp(std::floor(beyond - error), 1.0, most)),
          stored + static_cast<uint64_t>(std::clamp(std::ceil(beyond + error), 1.0, most))};
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
