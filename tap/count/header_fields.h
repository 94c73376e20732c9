// The numbers and the reading of bytes that all headers need.
#ifndef FANOUT_TAP_COUNT_HEADER_FIELDS_H_
#define FANOUT_TAP_COUNT_HEADER_FIELDS_H_

#include "tap/count/headers.h"

namespace fanout {

inline constexpr uint16_t kEthertypeIpv4 = 0x0800;
inline constexpr uint16_t kEthertypeArp = 0x0806;
inline constexpr uint16_t kEthertypeIpv6 = 0x86dd;

// IP protocols, by the numbers of IANA.
inline constexpr uint8_t kIcmp = 1;
inline constexpr uint8_t kIgmp = 2;
inline constexpr uint8_t kTcp = 6;
inline constexpr uint8_t kUdp = 17;
inline constexpr uint8_t kIcmpv6 = 58;
inline constexpr uint8_t kHopByHop = 0;
inline constexpr uint8_t kRouting = 43;
inline constexpr uint8_t kFragment = 44;
inline constexpr uint8_t kAuthentication = 51;
inline constexpr uint8_t kSctp = 132;
inline constexpr uint8_t kNoNextHeader = 59;
inline constexpr uint8_t kDestinationOptions = 60;

inline constexpr size_t kIpv4Header = 20;
inline constexpr size_t kIpv6Header = 40;

// Types of ICMPv6 (RFC 4861).
inline constexpr uint8_t kNeighbourSolicitation = 135;
inline constexpr uint8_t kNeighbourAdvertisement = 136;

// Flags of TCP.
inline constexpr uint8_t kFin = 0x01;
inline constexpr uint8_t kSyn = 0x02;
inline constexpr uint8_t kRst = 0x04;
inline constexpr uint8_t kPsh = 0x08;
inline constexpr uint8_t kAck = 0x10;
inline constexpr uint8_t kUrg = 0x20;

inline uint16_t read16(Bytes bytes, size_t at) {
  return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
inline uint32_t read32(Bytes bytes, size_t at) {
  return static_cast<uint32_t>(big_endian(bytes.data() + at, 4));
}

}  // namespace fanout

#endif  // FANOUT_TAP_COUNT_HEADER_FIELDS_H_
