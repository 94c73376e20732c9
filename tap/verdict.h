// Who is scanning, and why: evidence about a source, and what it amounts to.
#ifndef FANOUT_TAP_VERDICT_H_
#define FANOUT_TAP_VERDICT_H_

#include <cstdint>
#include <span>
#include <string>

#include "engine.h"
#include "observation.h"

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

/// What a source is. The first three accuse it; they can go together. The others exclude each
/// other.
enum class Verdict : uint8_t {
  kAddressScan,
  kPortScan,
  kArpScan,
  kClient,
  kServer,
  kPeerToPeer,
  kBackscatter,
  kMulticast,
  kUnclear,
};
inline constexpr int kVerdicts = 9;

/// The name of a verdict in every report: "address-scan", "unclear", ...
const char* verdict_name(Verdict verdict);

/// A set of verdicts, in the order of their declaration.
class Verdicts {
 public:
  void add(Verdict verdict) { bits_ |= 1u << static_cast<int>(verdict); }
  bool has(Verdict verdict) const { return (bits_ >> static_cast<int>(verdict) & 1) != 0; }
  bool none() const { return bits_ == 0; }
  /// Whether it accuses: an address scan, a port scan or an ARP scan.
  bool suspect() const { return (bits_ & 7) != 0; }

 private:
  uint16_t bits_ = 0;
};

/// The names of the verdicts, separated by ", ".
std::string verdicts_text(const Verdicts& verdicts);

/// Judges a source by the evidence, with `ports` as the most failed services on one host that are
/// not a port scan. The rule, its parameters and their sources are in verdict.cc.
Verdicts judge(const Source& source, const Evidence& evidence, uint64_t ports);

/// The reason of a verdict in one line: "contacted 256 hosts first, 1 answered (0.4 %); 22/tcp on
/// all; 2 packets each; 256 in its busiest minute".
std::string reason(const Source& source, const Evidence& evidence);

}  // namespace fanout

#endif  // FANOUT_TAP_VERDICT_H_
