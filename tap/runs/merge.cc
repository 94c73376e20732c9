#include "tap/runs/merge.h"

#include <algorithm>
#include <utility>

namespace fanout {
namespace {

constexpr size_t kFewestToSweep = 4096;

}  // namespace

void Merge::add(int64_t begin, Open open) {
  heads_.push_back({begin, static_cast<uint32_t>(streams_.size())});
  std::push_heap(heads_.begin(), heads_.end(), std::greater());
  Stream stream;
  stream.open = std::move(open);
  streams_.push_back(std::move(stream));
}

bool Merge::next(Run& run) {
  while (!heads_.empty()) {
    std::pop_heap(heads_.begin(), heads_.end(), std::greater());
    const uint32_t number = heads_.back().stream;
    heads_.pop_back();
    Stream& stream = streams_[number];
    if (stream.open) {
      stream.runs = std::exchange(stream.open, nullptr)();
      if (stream.runs) advance(number);
      continue;
    }
    run = stream.next;
    advance(number);
    note_overlap(run, number);
    return true;
  }
  return false;
}

// Reads the stream's next run, or closes it.
void Merge::advance(uint32_t number) {
  Stream& stream = streams_[number];
  if (!stream.runs->next(stream.next)) {
    if (std::string error = stream.runs->error(); !error.empty()) {
      errors_.push_back(std::move(error));
    }
    stream.runs.reset();
    return;
  }
  heads_.push_back({stream.next.begin.order, number});
  std::push_heap(heads_.begin(), heads_.end(), std::greater());
}

void Merge::note_overlap(const Run& run, uint32_t stream) {
  // The heads of other streams come no later than what they will go on with.
  const bool may_overlap = run.end.order > run.begin.order &&
                           std::any_of(heads_.begin(), heads_.end(), [&](const Head& head) {
                             return head.stream != stream && head.order <= run.end.order;
                           });
  if (spans_.empty() && !may_overlap) return;
  const uint64_t pair = host_pair(run.first);
  const auto found = spans_.find(pair);
  if (found != spans_.end() && found->second.stream != stream) {
    const Span& span = found->second;
    const bool is_within =
        run.begin.order < span.end || (run.begin.order == span.end && stream < span.stream);
    overlaps_ += is_within ? 1 : 0;
  }
  if (!may_overlap) return;
  if (found != spans_.end()) {
    if (found->second.end <= run.end.order) found->second = {run.end.order, stream};
    return;
  }
  if (spans_.size() >= std::max(sweep_at_, kFewestToSweep)) {
    boost::unordered::erase_if(spans_,
                               [&](const auto& item) { return item.second.end < run.begin.order; });
    sweep_at_ = 2 * spans_.size();
  }
  spans_.emplace(pair, Span{run.end.order, stream});
}

}  // namespace fanout
