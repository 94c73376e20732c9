// In: the frames of a capture as they come. Out: a line of JSON the moment a source passes the
// threshold or is judged a scanner.
#ifndef FANOUT_TAP_PROGRAM_FOLLOW_H_
#define FANOUT_TAP_PROGRAM_FOLLOW_H_

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tap/judge/marks.h"

namespace fanout {

class Follow {
 public:
  /// Takes lines, each ended by a line feed.
  using Write = std::function<void(const std::string&)>;

  Follow(const MarkSettings& settings, const Engine::Options& options,
         std::function<bool(const Address&)> is_never_flagged, Write write);

  /// Counts a frame; frames come in their order, numbered from 1.
  void count(uint32_t frame, int64_t time, std::span<const Observation> observations);

  /// Whether a source was judged a scanner.
  bool has_suspects() const { return has_suspects_; }

 private:
  void write(const char* event, const Mark& mark, const Observation& observation);

  MarkSettings settings_;
  Marks marks_;
  std::function<bool(const Address&)> is_never_flagged_;
  Write write_;
  std::vector<Observation> observations_;
  bool has_suspects_ = false;
};

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_FOLLOW_H_
