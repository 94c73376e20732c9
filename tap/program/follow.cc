#include "tap/program/follow.h"

#include <cinttypes>
#include <memory>
#include <utility>

#include <glib.h>
#include <wsutil/json_dumper.h>

#include "tap/report/words.h"

namespace fanout {
namespace {

// An object on one line.
class Line {
 public:
  Line() {
    dumper_.output_string = text_.get();
    json_dumper_begin_object(&dumper_);
  }

  void text(const char* name, const std::string& value) {
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_value_string(&dumper_, value.c_str());
  }
  void number(const char* name, uint64_t value) {
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_value_anyf(&dumper_, "%" PRIu64, value);
  }
  // A number that was written already; nothing is null.
  void number(const char* name, const std::string& value) {
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_value_anyf(&dumper_, "%s", value.empty() ? "null" : value.c_str());
  }
  void boolean(const char* name, bool value) {
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_value_anyf(&dumper_, "%s", value ? "true" : "false");
  }
  void verdicts(const Verdicts& verdicts) {
    json_dumper_set_member_name(&dumper_, "verdicts");
    json_dumper_begin_array(&dumper_);
    for (int i = 0; i < kVerdicts; ++i) {
      const auto verdict = static_cast<Verdict>(i);
      if (verdicts.has(verdict)) json_dumper_value_string(&dumper_, verdict_name(verdict));
    }
    json_dumper_end_array(&dumper_);
  }

  std::string finish() {
    json_dumper_end_object(&dumper_);
    json_dumper_finish(&dumper_);
    return {text_->str, text_->len};
  }

 private:
  struct Free {
    void operator()(GString* string) const { g_string_free(string, TRUE); }
  };

  std::unique_ptr<GString, Free> text_{g_string_new(nullptr)};
  json_dumper dumper_{};
};

}  // namespace

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
    if (mark.flagged_in == frame) tell("threshold", mark, observation);
    if (mark.accused_in == frame) tell("scan", mark, observation);
  }
}

void Follow::tell(const char* event, const Mark& mark, const Observation& observation) {
  Line line;
  line.number("time", exact_seconds(observation.time));
  line.number("frame", observation.frame);
  line.text("event", event);
  line.text("source", to_string(observation.source));
  line.text("network", network_name(observation.source.network));
  line.number("unique_destinations", mark.destinations);
  if (!mark.exact) line.boolean("exact", false);
  line.number("threshold", settings_.threshold);
  line.number("window", settings_.window);
  if (mark.accused_in == observation.frame && std::string_view(event) == "scan") {
    const Accusation* accusation = marks_.accusation(observation.source);
    line.verdicts(accusation->verdicts);
    line.text("reason", accusation->reason);
    has_suspects_ = true;
  }
  std::string text = line.finish();
  if (text.empty() || text.back() != '\n') text += '\n';
  write_(text);
}

}  // namespace fanout
