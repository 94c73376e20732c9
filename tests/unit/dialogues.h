// Random dialogues between few hosts, and what becomes of them packet by packet and as runs: for
// the property test and the fuzz target.
#ifndef FANOUT_TESTS_UNIT_DIALOGUES_H_
#define FANOUT_TESTS_UNIT_DIALOGUES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tap/count/engine.h"
#include "tap/count/observation.h"
#include "tap/count/runs.h"
#include "tap/runs/frames.h"

namespace fanout {

/// A number below the one given, which is at least 1.
using Dice = std::function<uint32_t(uint32_t)>;

/// An observation of one of several files; its `frame` is the file's.
struct Packet {
  Observation observation;
  Moment at;
};

/// What dialogues are like.
struct Dialogues {
  uint32_t packets = 40;  ///< at most
  uint32_t files = 1;     ///< at most; of files after the first, all packets come later
  bool any_time = true;   ///< times also go backwards, or are missing
  uint32_t repeats = 3;   ///< at most so many equal packets at once, rarely a hundred times that
};

/// Packets in the order of their moments.
std::vector<Packet> random_dialogues(const Dice& dice, const Dialogues& kind);

/// Counts packet by packet.
std::unique_ptr<Engine> count_packets(const std::vector<Packet>& packets, FrameNumbers& numbers,
                                      const Engine::Options& options = {});

/// Counts the same by runs: collects those of each file, flushing anywhere; writes and reads some;
/// merges them, and perhaps collects them again. Nothing is left out if `error` stays empty.
std::unique_ptr<Engine> count_by_runs(const Dice& dice, const std::vector<Packet>& packets,
                                      FrameNumbers& numbers, std::string& error,
                                      const Engine::Options& options = {});

/// In what the counts differ, or empty.
std::string difference(const Engine& one, const Engine& other);

}  // namespace fanout

#endif  // FANOUT_TESTS_UNIT_DIALOGUES_H_
