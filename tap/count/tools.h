// In: a probe's headers. Out: the scanner that sends such probes.
#ifndef FANOUT_TAP_COUNT_TOOLS_H_
#define FANOUT_TAP_COUNT_TOOLS_H_

#include <cstddef>

#include "tap/count/headers.h"

namespace fanout {

/// The tool whose probe this looks like, or Tool::kNone. `packet` begins with the IP header,
/// `payload` with what follows it; of that there were `length` bytes on the wire, or kAnyLength.
/// `observation` says what kind of probe it is. O(1).
Tool tool_of(Bytes packet, Bytes payload, size_t length, const Observation& observation);

/// Sets the tool of an observation that read_payload() has read: most packets are no probes, and
/// most probes of ordinary stacks forbid fragments (RFC 1191), which none of these tools does.
inline void note_tool(Bytes packet, Bytes payload, size_t length, Observation& observation) {
  constexpr uint8_t kDontFragment = 0x40;
  if (observation.probe == Probe::kNone || packet.size() < 20) return;
  if (packet[0] >> 4 == 4 && (packet[6] & kDontFragment) != 0) return;
  observation.tool = tool_of(packet, payload, length, observation);
}

}  // namespace fanout

#endif  // FANOUT_TAP_COUNT_TOOLS_H_
