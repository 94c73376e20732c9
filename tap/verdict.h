// Who is scanning, and why: evidence about a source, and what it amounts to.
#ifndef FANOUT_TAP_VERDICT_H_
#define FANOUT_TAP_VERDICT_H_

#include <cstdint>
#include <string>

#include "engine.h"
#include "observation.h"

namespace fanout {

/// What a source's packets say about it. Counts of destinations leave multicast and broadcast out,
/// but for `multicast`; past the memory limit they are of the destinations that were stored.
struct Evidence {
  uint64_t contacted = 0;    ///< destinations it sent to first, asking something
  uint64_t answered = 0;     ///< of these, answered; a RST, an ICMP error or silence is no answer
  uint64_t replied = 0;      ///< destinations that had sent to it first
  uint64_t unsolicited = 0;  ///< destinations it sent first an answer or a RST nobody asked for
  uint64_t multicast = 0;    ///< multicast and broadcast destinations

  uint64_t services = 0;               ///< distinct services (destination ports) it asked for
  uint64_t services_on_one_host = 0;   ///< at most, of one destination
  uint64_t failed_on_one_host = 0;     ///< at most: of these, refused or not answered
  Address failed_host;                 ///< the destination where that was
  Service top_service;                 ///< the one that it asked most destinations for
  uint64_t top_service_hosts = 0;      ///< how many destinations
  uint64_t top_service_contacted = 0;  ///< ... of those it contacted first, with this service
  uint64_t top_service_answered = 0;   ///< of these, answered

  uint64_t busiest_minute = 0;  ///< most new destinations within 60 seconds
  uint64_t busiest_window = 0;  ///< the same within the window asked for, if any
  uint64_t tcp_attempts = 0;    ///< packets that ask for a connection, with retransmissions
  uint64_t tcp_refused = 0;     ///< of these, answered by a RST
  uint64_t tcp_handshakes = 0;  ///< of these, that became connections

  uint64_t arp_in_order = 0;    ///< ARP targets next to the one asked for before
  uint64_t arp_sent_to = 0;     ///< ARP targets that it then sent IP packets
};

/// What a source is. The first three accuse it; they can go together. The others exclude each other.
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

}  // namespace fanout

#endif  // FANOUT_TAP_VERDICT_H_
