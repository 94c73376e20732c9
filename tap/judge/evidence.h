// In: the pairs of a source, as the engine counted them. Out: what they say for and against a
// scan.
#ifndef FANOUT_TAP_JUDGE_EVIDENCE_H_
#define FANOUT_TAP_JUDGE_EVIDENCE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tap/count/engine.h"
#include "tap/count/observation.h"

namespace fanout {

/// What the services of a host are, for its description: TCP, UDP and SCTP have ports.
enum class Things : uint8_t { kPorts, kProtocols, kIcmpTypes, kServices };

/// Their name, for one or for more of them.
const char* things_name(Things things, bool is_one);

/// How many services there are of each sort.
struct ThingCounts {
  uint64_t ports = 0;
  uint64_t protocols = 0;
  uint64_t icmp_types = 0;

  void add(const Service& service);
  /// What they are together: IP protocols if most are, as a scan of all protocols has ports for
  /// some; services if they are mixed.
  Things things() const;
};

/// A host of which services failed.
struct ScannedHost {
  Address address;
  Things things = Things::kPorts;
  uint64_t tried = 0;    ///< services
  uint64_t failed = 0;   ///< of these, refused, silent or left half-open
  uint64_t packets = 0;  ///< sent there
  double score = 0;      ///< the score for a scan of its ports
};

/// Whom a source scans, or what it contacts first: what is said of it in a report.
struct Targets {
  uint64_t count = 0;
  Probe probe = Probe::kNone;  ///< that most were sent first
  Service service;             ///< that was requested of most first
  std::string probe_name;      ///< in the words of nmap's manual: "SYN", "ICMP echo", "NDP"
  bool connects = false;       ///< handshakes were completed

  Address block;            ///< the first address of the block that holds them
  unsigned prefix = 0;      ///< its length in bits; 0: they are scattered
  uint64_t in_block = 0;    ///< how many are in it
  std::string block_text;   ///< "198.51.100.0/24", or empty
  bool sequential = false;  ///< most come after the address beside them

  uint64_t in_own_network = 0;  ///< in the source's /24, or /64
  uint64_t in_private = 0;      ///< else, in private addresses (RFC 1918, 6598, 4193) or link-local
  uint64_t elsewhere = 0;       ///< all others

  uint64_t lasted = 0;  ///< nanoseconds from the first of them to the last; 0: not known

  /// Addresses in the block.
  uint64_t block_size() const;
};

/// What a source's packets say about it. Counts of destinations leave multicast and broadcast out,
/// but for `multicast`; past the memory limit they are of the destinations that were stored.
struct Evidence {
  uint64_t contacted = 0;    ///< destinations it sent to first, asking something
  uint64_t answered = 0;     ///< of these, answered; a RST, an ICMP error or silence is no answer
  uint64_t half_open = 0;    ///< of these, by a SYN-ACK that the source never acknowledged
  uint64_t replied = 0;      ///< destinations that had sent to it first
  uint64_t unsolicited = 0;  ///< destinations it sent an unsolicited response or RST
  uint64_t multicast = 0;    ///< multicast and broadcast destinations
  uint64_t errors = 0;       ///< destinations it sent nothing but unsolicited ICMP errors
  uint64_t discovery = 0;    ///< destinations of nothing but neighbour and router discovery
  bool one_way = false;      ///< the other side of its conversations was not captured

  uint64_t services = 0;              ///< distinct services (destination ports) it requested
  Things things = Things::kPorts;     ///< what these are
  uint64_t services_on_one_host = 0;  ///< at most, of one destination
  uint64_t failed_on_one_host = 0;    ///< at most: of these, refused or not answered
  Address failed_host;                ///< the destination where that was
  uint64_t failed_host_packets = 0;   ///< packets sent there
  Service top_service;                ///< the one that it requested of most destinations
  uint64_t top_service_hosts = 0;     ///< how many destinations
  /// The destinations where more than one service failed, most first; then by address.
  std::vector<ScannedHost> failed_hosts;

  /// The service for which the first contacts speak most for a scan: how many contacts requested
  /// it, how many of these were answered from it (or left half-open), the score, and the score for
  /// what fails being one scan. Of several services, the one requested of most hosts.
  Service scan_service;
  uint64_t scan_services = 0;
  uint64_t scan_contacted = 0;
  uint64_t scan_answered = 0;
  uint64_t scan_half_open = 0;
  double scan_score = 0;
  double scan_concentration = 0;

  Tool tool = Tool::kNone;  ///< the scanner whose probes nearly all of its probes look like

  Targets targets;  ///< of the scan, if there is a scan service, else of all first contacts

  uint64_t busiest_minute = 0;  ///< most new destinations within 60 seconds
  uint64_t busiest_window = 0;  ///< the same within Options::window, if any
  uint64_t tcp_attempts = 0;    ///< packets that ask for a connection, with retransmissions
  uint64_t tcp_refused = 0;     ///< of these, answered by a RST
  uint64_t tcp_handshakes = 0;  ///< of these, that became connections

  uint64_t served = 0;     ///< unsolicited, but from a UDP port, or data: a server's
  uint64_t cut_off = 0;    ///< destinations whose first packet was in the middle of a connection
  uint64_t arp_swept = 0;  ///< ARP or NDP targets requested in the stretch with the highest score
  double arp_score = 0;    ///< that score
};

/// The score that accuses: Wald's bound, log(beta / alpha).
double accusing_score();

/// Whether the evidence is that of an address scan: the scan service's contacts, and that they are
/// one scan's.
bool is_address_scan(const Evidence& evidence);

/// Of the hosts where services failed, those whose ports are scanned: more than `ports` failed, or,
/// unless the user's threshold is greater than the usual one, the odds for a scan suffice.
std::vector<ScannedHost> scanned_hosts(const Evidence& evidence, uint64_t ports);

/// Whether the other side of a source's conversations, or of all in the capture, is missing there:
/// by the odds of how many were captured in both directions. `streams` are more of the source's,
/// of which only bare acknowledgements were. O(1).
bool is_captured_one_way(const Engine& engine, const Source& source, uint64_t streams = 0);

/// Gathers the evidence about a source from its pairs, given in the order they were first seen.
/// `window` is in seconds, 0: none. Of the last `undecided` pairs, those without an answer count
/// for nothing yet. O((pairs + services) log of them).
Evidence gather_evidence(const Engine& engine, uint32_t source, std::span<const uint32_t> pairs,
                         uint64_t window, size_t undecided = 0);

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_EVIDENCE_H_
