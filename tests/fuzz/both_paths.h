// Frames on both paths: what their headers say, and what Wireshark's full dissection sees in them.
#ifndef FANOUT_TESTS_FUZZ_BOTH_PATHS_H_
#define FANOUT_TESTS_FUZZ_BOTH_PATHS_H_

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tap/capture/versions.h"
#include "tap/count/headers.h"

namespace fanout {

/// A frame of a capture.
struct Frame {
  Link link = Link::kEthernet;
  std::vector<uint8_t> captured;
  uint32_t length = 0;  ///< on the wire, at least that of what was captured

  bool operator==(const Frame&) const = default;
};

/// What the two paths make of a frame.
struct BothPaths {
  bool by_headers = false;             ///< the frame's headers suffice
  std::vector<Observation> headers;    ///< ... and hold these; empty if they do not suffice
  std::vector<Observation> dissected;  ///< what the full dissection holds
  /// The addresses of the taps `ip` and `ipv6`: what `-z conv,ip` and `-z conv,ipv6` count.
  std::vector<std::pair<Address, Address>> tapped;
};

/// Starts libwireshark with its default settings. `program` is the first word of the command line.
/// Throws std::runtime_error.
void start_wireshark(const char* program);

/// Reads frames of one link type as one capture on both paths. Throws std::runtime_error.
std::vector<BothPaths> read_on_both_paths(std::span<const Frame> frames);

/// Writes frames of one link type as a capture. Throws std::runtime_error.
void write_capture(const std::string& path, std::span<const Frame> frames);

/// What is wrong with a frame: the paths differ, or a conversation is missing or too much on them.
/// Empty if nothing is.
std::string disagreement(const Frame& frame, const BothPaths& paths);

}  // namespace fanout

#endif  // FANOUT_TESTS_FUZZ_BOTH_PATHS_H_
