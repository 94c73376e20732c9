// In: the pairs of a source, as the engine counted them. Out: what they say for and against a
// scan.
#ifndef FANOUT_TAP_JUDGE_EVIDENCE_H_
#define FANOUT_TAP_JUDGE_EVIDENCE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "tap/count/engine.h"
#include "tap/count/observation.h"

namespace fanout {

/// What a source's packets say about it. Counts of destinations leave multicast and broadcast out,
/// but for `multicast`; past the memory limit they are of the destinations that were stored.
struct Evidence {
  uint64_t contacted = 0;    ///< destinations it sent to first, asking something
  uint64_t answered = 0;     ///< of these, answered; a RST, an ICMP error or silence is no answer
  uint64_t half_open = 0;    ///< of these, by a SYN-ACK that the source never acknowledged
  uint64_t replied = 0;      ///< destinations that had sent to it first
  uint64_t unsolicited = 0;  ///< destinations it sent first an answer or a RST nobody asked for
  uint64_t multicast = 0;    ///< multicast and broadcast destinations

  uint64_t services = 0;              ///< distinct services (destination ports) it asked for
  uint64_t services_on_one_host = 0;  ///< at most, of one destination
  uint64_t failed_on_one_host = 0;    ///< at most: of these, refused or not answered
  Address failed_host;                ///< the destination where that was
  uint64_t failed_host_packets = 0;   ///< packets sent there
  Service top_service;                ///< the one that it asked most destinations for
  uint64_t top_service_hosts = 0;     ///< how many destinations

  /// The service for which the first contacts speak most for a scan: how many contacts asked for
  /// it, how many of these were answered from it (or left half open), and the score.
  Service scan_service;
  uint64_t scan_contacted = 0;
  uint64_t scan_answered = 0;
  uint64_t scan_half_open = 0;
  double scan_score = 0;

  uint64_t busiest_minute = 0;  ///< most new destinations within 60 seconds
  uint64_t busiest_window = 0;  ///< the same within the window asked for, if any
  uint64_t tcp_attempts = 0;    ///< packets that ask for a connection, with retransmissions
  uint64_t tcp_refused = 0;     ///< of these, answered by a RST
  uint64_t tcp_handshakes = 0;  ///< of these, that became connections

  uint64_t served = 0;     ///< unsolicited, but from a UDP port, or data: a server's
  uint64_t cut_off = 0;    ///< destinations whose first packet was in the middle of a connection
  uint64_t arp_swept = 0;  ///< ARP targets asked for in the stretch with the highest score
  double arp_score = 0;    ///< that score
};

/// Gathers the evidence about a source from its pairs, given in the order they were first seen.
/// `window` is in seconds, 0: none. Of the last `undecided` pairs, those without an answer count
/// for nothing yet. O(pairs + services log services).
Evidence gather_evidence(const Engine& engine, uint32_t source, std::span<const uint32_t> pairs,
                         uint64_t window, size_t undecided = 0);

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_EVIDENCE_H_
