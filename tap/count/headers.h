// Reads who contacts whom out of a frame's first bytes, without dissecting it.
#ifndef FANOUT_TAP_COUNT_HEADERS_H_
#define FANOUT_TAP_COUNT_HEADERS_H_

#include <bitset>
#include <cstdint>
#include <span>

#include "tap/count/observation.h"

namespace fanout {

using Bytes = std::span<const uint8_t>;

/// How a frame begins. The link types that read_frame() knows.
enum class Link : uint8_t {
  kEthernet,
  kLinuxCooked,   ///< LINKTYPE_LINUX_SLL
  kLinuxCooked2,  ///< LINKTYPE_LINUX_SLL2
  kRawIp,
  kBsdLoopback,     ///< LINKTYPE_NULL: the address family in the byte order of the capturing host
  kOpenBsdLoopback  ///< LINKTYPE_LOOP: the address family in network byte order
};
inline constexpr int kLinks = 6;

/// The payloads that the full dissection must see, by their ports: tunnels, which hold further IP
/// headers, and the like.
struct Carriers {
  std::bitset<65536> tcp;
  std::bitset<65536> udp;
  bool dns_anywhere = false;  ///< also what looks like a DNS answer, on any UDP port
  /// Ports whose dissectors take whatever comes, so that of a higher port's none is asked: a client
  /// happens to use port 7236 for a connection to port 80.
  std::bitset<65536> tcp_takers;
  std::bitset<65536> tcp_takers_of_binary;  ///< ... but for what begins with text
  std::bitset<65536> udp_takers;
};

enum class Reading : uint8_t {
  kObservation,  ///< the frame holds exactly the observation that was read
  kNothing,      ///< the frame holds none, for certain
  /// As kObservation; a record of TLS between ports of which one could be a tunnel's.
  kTlsRecord,
  /// Between such ports, and not the beginning of a record of TLS: as kObservation where TLS was
  /// seen in the conversation before, of whose records it then is a part; else as kUnknown.
  kPartOfTlsOrText,
  kUnknown,  ///< only the full dissection can know
  /// Only the full dissection can know, of this frame and of those that follow in its conversation:
  /// with the same two addresses and ports.
  kTunnelBegins,
  kTunnelBeginsBetweenHosts,  ///< ... between its two hosts, whatever their ports
  kTunnelsBeginAnywhere,      ///< ... in the capture
};

/// Reads a frame by itself; FrameReader reads one after the other. Sets all of `observation` but
/// frame, bytes and time. Answers kUnknown unless Wireshark's dissection is certain to see the
/// same; even then it sets the addresses if the frame begins with an IP header. Reads nothing
/// outside `captured`. O(1). `length` is that of the frame on the wire.
Reading read_frame(Link link, Bytes captured, uint32_t length, const Carriers& carriers,
                   Observation& observation);

/// Reads an IPv4 or IPv6 packet's role, transport and ports, as far as they were captured;
/// `packet` begins with its header. The addresses of `observation` are left as they are.
void read_transport(Bytes packet, Observation& observation);

/// Reads an ARP packet: true for a request that looks for somebody, and for a reply (whose role
/// is kAnswer, and which does not count). Gratuitous requests and probes from 0.0.0.0 look for
/// nobody (RFC 5227). Any hardware address will do, the protocol must be IPv4.
bool read_arp(Bytes packet, Observation& observation);

/// Reads the neighbour solicitation or advertisement of an IPv6 packet, whose header's observation
/// is `header`: who is looked for by whom, as an observation on NDP. False for any other packet,
/// and for what looks for nobody: duplicate address detection, unsolicited advertisements (RFC
/// 4861). Sets all but frame, bytes and time.
bool read_neighbour(Bytes packet, const Observation& header, Observation& neighbour);

/// The IPv6 packet of `frame` that has these addresses; empty if there is none.
Bytes find_ipv6(Bytes frame, const Address& source, const Address& destination);

/// The ARP packet of a frame that the full dissection says holds one, whatever is around it; empty
/// if it cannot be found.
Bytes find_arp(Bytes frame);

}  // namespace fanout

#endif  // FANOUT_TAP_COUNT_HEADERS_H_
