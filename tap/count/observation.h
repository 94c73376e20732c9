// What one packet says about who contacts whom: what comes into the engine, from whatever reads
// captures.
#ifndef FANOUT_TAP_COUNT_OBSERVATION_H_
#define FANOUT_TAP_COUNT_OBSERVATION_H_

#include <array>
#include <compare>
#include <cstdint>
#include <limits>
#include <string>

namespace fanout {

/// The networks a source can belong to. The same address on two networks is two sources.
/// ARP and NDP are networks of their own: their destinations are the addresses requested.
enum class Network : uint8_t { kIpv4, kIpv6, kArp, kNdp };
inline constexpr int kNetworks = 4;

/// Whether addresses are IPv6 addresses.
constexpr bool has_ipv6_addresses(Network network) {
  return network == Network::kIpv6 || network == Network::kNdp;
}

/// Whether the network resolves addresses on the link and carries nothing else.
constexpr bool resolves_addresses(Network network) {
  return network == Network::kArp || network == Network::kNdp;
}

/// The network that carries what follows once `network` has resolved an address.
constexpr Network ip_network(Network network) {
  return has_ipv6_addresses(network) ? Network::kIpv6 : Network::kIpv4;
}

/// The name of `network` in every report.
constexpr const char* network_name(Network network) {
  switch (network) {
    case Network::kIpv4:
      return "IPv4";
    case Network::kIpv6:
      return "IPv6";
    case Network::kArp:
      return "ARP";
    case Network::kNdp:
      return "NDP";
  }
  return "";
}

/// What follows an address where a report has no column for the network: nothing for IP.
constexpr const char* network_suffix(Network network) {
  switch (network) {
    case Network::kArp:
      return " (ARP)";
    case Network::kNdp:
      return " (NDP)";
    case Network::kIpv4:
    case Network::kIpv6:
      break;
  }
  return "";
}

/// The number in `count` bytes, the most significant first.
inline uint64_t big_endian(const uint8_t* bytes, int count) {
  uint64_t number = 0;
  for (int i = 0; i < count; ++i) number = number << 8 | bytes[i];
  return number;
}

/// An address on a network, as a number of 128 bits (IPv4 and ARP: 32). Ordered by network, then
/// numerically.
struct Address {
  Network network = Network::kIpv4;
  uint64_t high = 0;
  uint64_t low = 0;

  static Address ipv4(const uint8_t* bytes, Network network = Network::kIpv4) {
    return {network, 0, big_endian(bytes, 4)};
  }
  static Address ipv6(const uint8_t* bytes, Network network = Network::kIpv6) {
    return {network, big_endian(bytes, 8), big_endian(bytes + 8, 8)};
  }

  /// The address as it is sent: 16 bytes for IPv6 addresses, else the first 4 of them.
  std::array<uint8_t, 16> bytes() const {
    std::array<uint8_t, 16> result{};
    if (!has_ipv6_addresses(network)) {
      for (int i = 0; i < 4; ++i) result[i] = static_cast<uint8_t>(low >> (24 - 8 * i));
      return result;
    }
    for (int i = 0; i < 8; ++i) {
      result[i] = static_cast<uint8_t>(high >> (56 - 8 * i));
      result[i + 8] = static_cast<uint8_t>(low >> (56 - 8 * i));
    }
    return result;
  }

  /// True for 224.0.0.0/4 and 255.255.255.255 (RFC 5771, RFC 919) and for ff00::/8 (RFC 4291).
  /// 240.0.0.0/4 is neither: anonymised captures use it for ordinary hosts.
  bool is_multicast_or_broadcast() const {
    if (has_ipv6_addresses(network)) return high >> 56 == 0xff;
    return low >> 28 == 0xe || low == 0xffffffff;
  }

  auto operator<=>(const Address&) const = default;
};

/// An address as text: dotted decimal, or RFC 5952.
std::string to_string(const Address& address);

/// The transport of a service, as far as evidence distinguishes them.
enum class Transport : uint8_t { kOther, kTcp, kUdp, kIcmp, kSctp };

/// Whether the transport has a handshake, so that a service can be left half open.
constexpr bool has_handshake(Transport transport) {
  return transport == Transport::kTcp || transport == Transport::kSctp;
}

constexpr const char* transport_name(Transport transport) {
  switch (transport) {
    case Transport::kOther:
      return "ip";
    case Transport::kTcp:
      return "tcp";
    case Transport::kUdp:
      return "udp";
    case Transport::kIcmp:
      return "icmp";
    case Transport::kSctp:
      return "sctp";
  }
  return "";
}

/// What a packet is in a dialogue, as far as its own headers say.
enum class Role : uint8_t {
  kAsk,  ///< opens something: a SYN, an SCTP INIT, an ICMP request, TCP flags of no connection; an
         ///< ARP request or a neighbour solicitation
  kAnswer,     ///< answers something: SYN-ACK, INIT ACK, ICMP reply; an ARP reply or a neighbour
               ///< advertisement (which are not counted)
  kDatagram,   ///< either of the two, only the order decides: UDP and what has no ports
  kData,       ///< belongs to something open: TCP with ACK, a fragment that is not the first
  kRefusal,    ///< a TCP RST or an SCTP ABORT
  kError,      ///< an ICMP error: neither contact nor answer
  kDiscovery,  ///< IPv6 neighbour and router discovery: the link's own business, no contact either
};
inline constexpr int kRoles = 7;

/// What kind of probe a packet is, if it is one: by its own headers alone.
enum class Probe : uint8_t {
  kNone,      ///< no probe: an answer, or part of a connection
  kSyn,       ///< TCP: SYN
  kAck,       ///< ACK and no data
  kFin,       ///< FIN alone
  kNull,      ///< no flag at all
  kXmas,      ///< FIN, PSH and URG
  kMaimon,    ///< FIN, ACK and no data
  kRst,       ///< RST without ACK
  kFlags,     ///< other flags of no connection
  kUdp,       ///< a UDP datagram
  kQuic,      ///< a UDP datagram as long as a QUIC client's first (RFC 9000, 14.1), to QUIC's port
  kSctpInit,  ///< SCTP: INIT
  kSctpCookie,  ///< COOKIE ECHO
  kIcmp,        ///< an ICMP request; the port says which
  kProtocol,    ///< another IP protocol
  kError,       ///< no probe, but an ICMP error of a router
};
inline constexpr int kProbes = 16;

/// A scanner whose probe a packet looks like, by its own headers alone; see tools.h.
enum class Tool : uint8_t { kNone, kZmap, kMasscan, kMirai, kNmap, kHping };
inline constexpr int kTools = 6;

/// The name of a tool in every report; none: "".
constexpr const char* tool_name(Tool tool) {
  switch (tool) {
    case Tool::kZmap:
      return "ZMap";
    case Tool::kMasscan:
      return "masscan";
    case Tool::kMirai:
      return "Mirai";
    case Tool::kNmap:
      return "nmap";
    case Tool::kHping:
      return "hping3";
    case Tool::kNone:
      break;
  }
  return "";
}

/// Nanoseconds since 1970 of a frame that has no time stamp.
inline constexpr int64_t kNoTime = std::numeric_limits<int64_t>::min();

/// One IP header, ARP packet or neighbour discovery message of a frame.
struct Observation {
  Address source;
  Address destination;
  Role role = Role::kDatagram;
  Transport transport = Transport::kOther;
  Probe probe = Probe::kNone;
  Tool tool = Tool::kNone;
  uint16_t source_port = 0;
  uint16_t destination_port = 0;  ///< for ICMP, the type; for other protocols, their IP number
  uint32_t frame = 0;
  uint32_t bytes = 0;      ///< length of the frame on the wire
  int64_t time = kNoTime;  ///< nanoseconds since 1970
  /// Bytes of data that the packet carries: of UDP, of TCP segments with ACK that are no part of
  /// the handshake, of SCTP's DATA chunks. Retransmissions carry theirs again.
  uint32_t payload = 0;

  bool operator==(const Observation&) const = default;
};

}  // namespace fanout

#endif  // FANOUT_TAP_COUNT_OBSERVATION_H_
