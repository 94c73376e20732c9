// In: the pairs of a source, as the engine counted them. Out: what the source found, and with whom
// it exchanged data then.
#ifndef FANOUT_TAP_JUDGE_FINDINGS_H_
#define FANOUT_TAP_JUDGE_FINDINGS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "tap/count/engine.h"
#include "tap/count/observation.h"

namespace fanout {

/// What a source found; the most important first.
enum class FindingState : uint8_t {
  kConversation,  ///< the service answered, and then data went both ways
  kOpen,          ///< the service answered
  kUp,            ///< the host sent something, but none of its services answered
};

/// The name of the state in every report.
const char* finding_state_name(FindingState state);

/// A service that answered, or a host that did but has no such service.
struct Finding {
  Address destination;
  FindingState state = FindingState::kUp;
  Service service;  ///< see has_service()
  /// Of a conversation, the first frame with data, and the last; of an open service, the first
  /// answer's; of a host, its first towards the source, or, of one that was looked for by ARP or
  /// NDP, the request's.
  uint32_t first_frame = 0;
  uint32_t last_frame = 0;
  uint64_t packets = 0;   ///< with data, in both directions; retransmissions included
  uint64_t sent = 0;      ///< bytes of data to the service, not of frames
  uint64_t received = 0;  ///< ... and from it
  /// Milliseconds from the source's first packet to the host to the first data, or
  /// AnsweredService::kNotKnown.
  uint32_t after = AnsweredService::kNotKnown;

  bool has_service() const { return state != FindingState::kUp; }
  uint64_t bytes() const { return sent + received; }
};

/// How much a source found.
struct FindingCounts {
  uint64_t open_services = 0;  ///< that answered, with conversations or without
  uint64_t hosts_up = 0;       ///< hosts that responded or refused
  uint64_t conversations = 0;  ///< rows of that state
};

/// All that a source found.
struct Findings : FindingCounts {
  /// Conversations first, by their bytes (falling); then open services, then hosts that are up; by
  /// address and service.
  std::vector<Finding> rows;
};

/// What the source of these pairs found. A RST shows that a host is up, as does its own ICMP error
/// about a port or protocol that it does not have. O(pairs + services + findings log findings).
Findings gather_findings(const Engine& engine, std::span<const uint32_t> pairs);

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_FINDINGS_H_
