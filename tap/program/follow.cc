#include "tap/program/follow.h"

#include <utility>

#include "tap/report/json.h"
#include "tap/report/words.h"

namespace fanout {

Follow::Follow(const MarkSettings& settings, const Engine::Options& options,
               std::function<bool(const Address&)> is_never_flagged, Write write)
    : settings_(settings),
      marks_(settings, options),
      is_never_flagged_(std::move(is_never_flagged)),
      write_(std::move(write)) {}

void Follow::count(uint32_t frame, int64_t time, std::span<const Observation> observations) {
  observations_.assign(observations.begin(), observations.end());
  marks_.count(frame, time, observations_, is_never_flagged_);
  for (const Observation& observation : observations_) {
    Mark mark;
    if (!marks_.look_up(observation, &mark)) continue;
    if (mark.flagged_in == frame) write("threshold", mark, observation);
    if (mark.accused_in == frame) write("scan", mark, observation);
  }
}

void Follow::write(const char* event, const Mark& mark, const Observation& observation) {
  std::string text;
  const Sink sink = [&text](std::string_view piece) { text += piece; };
  Json line(sink, Json::Layout::kOneLine);
  line.number("time", exact_seconds(observation.time));
  line.number("frame", observation.frame);
  line.text("event", event);
  line.text("source", to_string(observation.source));
  line.text("network", network_name(observation.source.network));
  line.number("unique_destinations", mark.destinations);
  if (!mark.exact) line.boolean("exact", false);
  line.number("threshold", settings_.threshold);
  line.number("window", settings_.window);
  if (std::string_view(event) == "scan") {
    const Accusation* accusation = marks_.accusation(observation.source);
    line.verdicts("verdicts", accusation->verdicts);
    line.text("reason", accusation->reason);
    has_suspects_ = true;
  }
  line.finish();
  if (text.empty() || text.back() != '\n') text += '\n';
  write_(text);
}

}  // namespace fanout
