// Reads the frames of tests: what comes of a frame, of an IP packet's payload, of a packet's
// transport.
#ifndef FANOUT_TESTS_UNIT_READINGS_H_
#define FANOUT_TESTS_UNIT_READINGS_H_

#include "frames.h"
#include "tap/count/headers.h"

namespace fanout {

inline constexpr uint16_t kIpv4Type = 0x0800;
inline constexpr uint16_t kIpv6Type = 0x86dd;
inline constexpr uint16_t kArpType = 0x0806;
inline constexpr uint8_t kSyn = 0x02;
inline constexpr uint8_t kRst = 0x04;
inline constexpr uint8_t kAck = 0x10;

struct Result {
  Reading reading;
  Observation observation;
};

inline Result read(Link link, const Octets& frame, const Carriers& carriers = {}) {
  Result result{};
  result.reading =
      read_frame(link, frame, static_cast<uint32_t>(frame.size()), carriers, result.observation);
  return result;
}
inline Reading reading(const Octets& frame, const Carriers& carriers = {}) {
  return read(Link::kEthernet, frame, carriers).reading;
}
inline Reading reading_ipv4(uint8_t protocol, const Octets& payload) {
  return reading(ethernet(kIpv4Type, ipv4_packet(protocol, payload)));
}
inline Reading reading_ipv6(uint8_t protocol, const Octets& payload) {
  return reading(ethernet(kIpv6Type, ipv6_packet(protocol, payload)));
}
inline Observation transport_of(const Octets& packet) {
  Observation observation;
  read_transport(packet, observation);
  return observation;
}

inline const Octets kTcpSyn = tcp(40000, 22, kSyn);
inline const Octets kIpv4Syn = ipv4_packet(6, kTcpSyn);
inline const Octets kIpv6Syn = ipv6_packet(6, kTcpSyn);

}  // namespace fanout

#endif  // FANOUT_TESTS_UNIT_READINGS_H_
