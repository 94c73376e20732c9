// A slow, obvious reader of frames to hold the header reader against.
#ifndef FANOUT_TESTS_UNIT_REFERENCE_READER_H_
#define FANOUT_TESTS_UNIT_REFERENCE_READER_H_

#include <string>
#include <vector>

#include "tap/count/headers.h"

namespace fanout {

/// What is certain about a frame: the observations in it, unless there may be more.
struct ReferenceReading {
  std::vector<Observation> observations;
  bool may_hold_more = false;
};

/// Reads a frame, one header after the other. `length` is that on the wire.
ReferenceReading read_by_reference(Link link, const std::vector<uint8_t>& captured, uint32_t length,
                                   const Carriers& carriers);

/// Reads a frame with read_frame() out of a buffer of just its size, and holds the answer against
/// the reference: what is wrong with it, or an empty text. kUnknown and kTunnelBegins are never
/// wrong, only slow. Calls the other readers of headers.h too, for what they touch.
std::string disagreement(Link link, const std::vector<uint8_t>& captured, uint32_t length,
                         const Carriers& carriers);

}  // namespace fanout

#endif  // FANOUT_TESTS_UNIT_REFERENCE_READER_H_
