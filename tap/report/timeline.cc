#include "tap/report/timeline.h"

#include <algorithm>
#include <cmath>

#include "tap/report/axes.h"
#include "tap/report/scatter.h"

namespace fanout {

Timeline make_timeline(const Engine& engine, std::span<const std::span<const uint32_t>> sources,
                       int64_t first, int64_t last, size_t parts) {
  Timeline timeline{first, last, 0, std::vector<TimelineBar>(sources.size())};
  for (size_t i = 0; i < sources.size(); ++i) {
    TimelineBar& bar = timeline.bars[i];
    for_each_contact(engine, sources[i], [&](uint32_t, const Request& request) {
      if (request.first_time == kNoTime) return;
      if (bar.contacts++ == 0) {
        bar.first_time = bar.last_time = request.first_time;
        bar.first_frame = request.first_frame;
      }
      bar.first_time = std::min(bar.first_time, request.first_time);
      bar.last_time = std::max(bar.last_time, request.first_time);
      bar.first_frame = std::min(bar.first_frame, request.first_frame);
    });
    if (bar.contacts == 0) continue;
    timeline.first_time = timeline.first_time == kNoTime
                              ? bar.first_time
                              : std::min(timeline.first_time, bar.first_time);
    timeline.last_time = std::max(timeline.last_time, bar.last_time);
  }
  const double all = seconds_between(timeline.first_time, timeline.last_time);
  for (size_t i = 0; i < sources.size(); ++i) {
    TimelineBar& bar = timeline.bars[i];
    bar.counts.resize(parts);
    for_each_contact(engine, sources[i], [&](uint32_t, const Request& request) {
      if (request.first_time == kNoTime) return;
      const double share =
          all == 0 ? 0 : seconds_between(timeline.first_time, request.first_time) / all;
      const auto part =
          std::min(parts - 1, static_cast<size_t>(share * static_cast<double>(parts)));
      timeline.most = std::max(timeline.most, ++bar.counts[part]);
    });
  }
  return timeline;
}

int darkness(uint32_t count, uint32_t most, int levels) {
  if (count == 0 || most == 0) return 0;
  const double share = std::log1p(count) / std::log1p(most);
  return std::clamp(static_cast<int>(std::ceil(share * levels)), 1, levels);
}

}  // namespace fanout
