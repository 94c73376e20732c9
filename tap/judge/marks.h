// What the packets of a file are marked with: the count over the whole file, and who was accused
// where.
#ifndef FANOUT_TAP_JUDGE_MARKS_H_
#define FANOUT_TAP_JUDGE_MARKS_H_

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "tap/count/engine.h"
#include "tap/judge/verdict.h"

namespace fanout {

/// The settings of marking; fixed for one pass over a file.
struct MarkSettings {
  uint64_t threshold = 50;
  uint64_t ports = 15;
  uint64_t window = 0;  ///< seconds; 0: ever
};

/// What is shown of one source in one frame.
struct Mark {
  uint64_t destinations = 0;     ///< unique, up to and including this frame
  bool exact = true;             ///< false: past the memory limit, `destinations` is an estimate
  Cardinality total;             ///< unique, as far as the file was counted
  bool new_destination = false;  ///< this frame reaches one; not known past the memory limit
  uint32_t flagged_in = 0;       ///< the frame in which the source passed the threshold, or 0
  uint32_t accused_in = 0;       ///< the frame with which the evidence sufficed for a scan, or 0
  /// With this frame, data has gone both ways between `client` and a service of `server` that had
  /// answered it; the frame is from either of them.
  bool begins_conversation = false;
  Address client;
  Address server;
};

/// What a source was accused of while the file was read, and why.
struct Accusation {
  Verdicts verdicts;
  std::string reason;
  Tool tool = Tool::kNone;  ///< as Evidence::tool
};

/// Counts a file's frames once, in order, and answers questions about any of them later, from the
/// frames in which the pairs were first seen: memory per pair, not per packet. Past the memory
/// limit it keeps how each source's estimate grew, in few steps.
class Marks {
 public:
  Marks(const MarkSettings& settings, const Engine::Options& options);

  /// Whether this frame was not counted yet. Frames arrive in order.
  bool is_new(uint32_t frame) const { return frame > last_frame_; }
  /// Counts a frame with its observations. `allowed` says which sources are never flagged.
  template <typename Allowed>
  void count(uint32_t frame, int64_t time, const std::vector<Observation>& observations,
             Allowed allowed) {
    last_frame_ = frame;
    engine_->count_frame(time);
    for (const Observation& observation : observations) {
      const Engine::Seen seen = engine_->observe(observation);
      if (seen.source != kNone) follow(seen, frame, allowed);
    }
  }

  /// What is shown of the observation's source in its frame; false if nothing was counted.
  /// O(log destinations).
  bool look_up(const Observation& observation, Mark* mark) const;

  /// The verdicts on a source by all that was counted. O(1) while nothing new was.
  Verdicts verdicts(const Address& source) { return judgement(source).verdicts; }
  /// The tool that the source's probes look like by all that was counted, likewise.
  Tool tool(const Address& source) { return judgement(source).tool; }
  /// How many services and other hosts a source found, by all that was counted. O(1) while nothing
  /// new was.
  uint64_t findings(const Address& source);
  /// With what a source was accused, or nullptr.
  const Accusation* accusation(const Address& source) const;

  const std::shared_ptr<Engine>& engine() const { return engine_; }

 private:
  struct Watch {
    uint32_t events = 0;      // new destinations and services
    uint32_t next_check = 0;  // at so many, judge again
    uint32_t flagged_in = 0;
    uint32_t accused_in = 0;
  };
  // From this frame on, so many destinations.
  struct Step {
    uint32_t frame;
    uint32_t destinations;
  };
  struct Judgement {
    uint64_t frames = 0;  // that were counted by then
    Verdicts verdicts;
    Tool tool = Tool::kNone;
  };
  struct FoundSoFar {
    uint64_t frames = 0;  // that were counted by then
    uint64_t findings = 0;
  };
  struct Conversation {
    uint32_t frame;
    uint32_t pair;
  };

  template <typename Allowed>
  void follow(const Engine::Seen& seen, uint32_t frame, Allowed allowed) {
    if (watches_.size() <= seen.source) watches_.resize(seen.source + size_t{1});
    if (seen.new_estimate) note_estimate(seen.source, frame);
    if (seen.new_conversation != kNone) conversations_.push_back({frame, seen.new_conversation});
    const bool is_event = seen.new_destination || seen.new_service || seen.new_estimate;
    if (is_event && watch(seen) && !allowed(engine_->source(seen.source).address)) {
      judge_now(seen.source, frame);
    }
  }
  void look_up_conversation(const Observation& observation, Mark* mark) const;
  void note_estimate(uint32_t source, uint32_t frame);
  bool watch(const Engine::Seen& seen);
  size_t undecided(uint32_t source) const;
  void judge_now(uint32_t source, uint32_t frame);
  Judgement judgement(const Address& address);
  bool passes_threshold(uint32_t source) const;

  MarkSettings settings_;
  std::shared_ptr<Engine> engine_;
  std::vector<Watch> watches_;  // by source
  std::unordered_map<uint32_t, std::vector<Step>> estimates_;
  std::unordered_map<uint32_t, Accusation> accusations_;
  std::unordered_map<uint32_t, Judgement> judgements_;
  std::unordered_map<uint32_t, FoundSoFar> found_;
  std::vector<Conversation> conversations_;  // by frame
  uint32_t last_frame_ = 0;
};

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_MARKS_H_
