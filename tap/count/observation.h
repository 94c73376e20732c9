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
enum class Network : uint8_t { kIpv4, kIpv6, kArp };
inline constexpr int kNetworks = 3;

/// The name of `network` in every report.
constexpr const char* network_name(Network network) {
  switch (network) {
    case Network::kIpv4:
      return "IPv4";
    case Network::kIpv6:
      return "IPv6";
    case Network::kArp:
      return "ARP";
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
  static Address ipv6(const uint8_t* bytes) {
    return {Network::kIpv6, big_endian(bytes, 8), big_endian(bytes + 8, 8)};
  }

  /// The address as it is sent: 16 bytes for IPv6, else the first 4 of them.
  std::array<uint8_t, 16> bytes() const {
    std::array<uint8_t, 16> result{};
    if (network != Network::kIpv6) {
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
    if (network == Network::kIpv6) return high >> 56 == 0xff;
    return low >> 28 == 0xe || low == 0xffffffff;
  }

  auto operator<=>(const Address&) const = default;
};

/// An address as text: dotted decimal, or RFC 5952.
std::string to_string(const Address& address);

/// The transport of a service, as far as evidence tells them apart.
enum class Transport : uint8_t { kOther, kTcp, kUdp, kIcmp };

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
  }
  return "";
}

/// What a packet is in a dialogue, as far as its own headers tell.
enum class Role : uint8_t {
  kAsk,     ///< opens something: a SYN, an ICMP request, TCP flags of no connection; an ARP request
  kAnswer,  ///< answers something: SYN-ACK, ICMP reply; an ARP reply (which is not counted)
  kDatagram,  ///< either of the two, only the order tells: UDP and what has no ports
  kData,      ///< belongs to something open: TCP with ACK, a fragment that is not the first
  kRefusal,   ///< a TCP RST
  kError,     ///< an ICMP error: neither contact nor answer
};

/// Nanoseconds since 1970 of a frame that has no time stamp.
inline constexpr int64_t kNoTime = std::numeric_limits<int64_t>::min();

/// One IP header or ARP packet of a frame.
struct Observation {
  Address source;
  Address destination;
  Role role = Role::kDatagram;
  Transport transport = Transport::kOther;
  uint16_t source_port = 0;
  uint16_t destination_port = 0;  ///< for ICMP, the type; for other protocols, their IP number
  uint32_t frame = 0;
  uint32_t bytes = 0;      ///< length of the frame on the wire
  int64_t time = kNoTime;  ///< nanoseconds since 1970

  bool operator==(const Observation&) const = default;
};

}  // namespace fanout

#endif  // FANOUT_TAP_COUNT_OBSERVATION_H_
