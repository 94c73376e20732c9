// Builds frames for tests, layer by layer: each function puts a header before what it is given.
#ifndef FANOUT_TESTS_UNIT_FRAMES_H_
#define FANOUT_TESTS_UNIT_FRAMES_H_

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace fanout {

using Octets = std::vector<uint8_t>;

inline void put8(Octets& octets, size_t number) { octets.push_back(static_cast<uint8_t>(number)); }
inline void put16(Octets& octets, size_t number) {
  put8(octets, number >> 8);
  put8(octets, number);
}
inline void put32(Octets& octets, size_t number) {
  put16(octets, number >> 16);
  put16(octets, number);
}
inline void put(Octets& octets, const Octets& more) {
  // Not insert(), in which GCC 12 sees accesses out of bounds that are none.
  for (const uint8_t octet : more) octets.push_back(octet);
}
inline Octets octets_of(std::string_view text) { return {text.begin(), text.end()}; }

inline Octets tcp(uint16_t source, uint16_t destination, uint8_t flags, const Octets& data = {}) {
  Octets result;
  put16(result, source);
  put16(result, destination);
  put32(result, 1);
  put32(result, 0);
  put16(result, 0x5000 | flags);
  put16(result, 1024);
  put32(result, 0);
  put(result, data);
  return result;
}

inline Octets udp(uint16_t source, uint16_t destination, const Octets& data = {}) {
  Octets result;
  put16(result, source);
  put16(result, destination);
  put16(result, 8 + data.size());
  put16(result, 0);
  put(result, data);
  return result;
}

inline Octets icmp(uint8_t type, const Octets& data = {}) {
  Octets result{type, 0, 0, 0, 0, 0, 0, 0};
  put(result, data);
  return result;
}

struct Ipv4Fields {
  uint32_t source = 0x0a000001;
  uint32_t destination = 0x0a000002;
  uint16_t fragment = 0;  ///< flags and offset
  Octets options = {};    ///< a multiple of four
};

inline Octets ipv4_packet(uint8_t protocol, const Octets& payload, const Ipv4Fields& fields = {}) {
  Octets result;
  put8(result, 0x45 + fields.options.size() / 4);
  put8(result, 0);
  put16(result, 20 + fields.options.size() + payload.size());
  put16(result, 7);
  put16(result, fields.fragment);
  put8(result, 64);
  put8(result, protocol);
  put16(result, 0);
  put32(result, fields.source);
  put32(result, fields.destination);
  put(result, fields.options);
  put(result, payload);
  return result;
}

/// From 2001:db8::1 to 2001:db8::2.
inline Octets ipv6_packet(uint8_t protocol, const Octets& payload) {
  Octets result{0x60, 0, 0, 0};
  put16(result, payload.size());
  put8(result, protocol);
  put8(result, 64);
  for (const uint8_t last : {1, 2}) {
    put(result, {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last});
  }
  put(result, payload);
  return result;
}

/// A hop-by-hop or destination options header; `options` is six bytes more or less a multiple of 8.
inline Octets options_header(uint8_t next, const Octets& options, const Octets& payload) {
  Octets result{next, static_cast<uint8_t>((options.size() + 2) / 8 - 1)};
  put(result, options);
  put(result, payload);
  return result;
}

inline Octets arp_packet(uint16_t operation, uint32_t sender, uint32_t target) {
  Octets result{0, 1, 8, 0, 6, 4};
  put16(result, operation);
  put(result, {2, 0, 0, 0, 0, 1});
  put32(result, sender);
  put(result, {0, 0, 0, 0, 0, 0});
  put32(result, target);
  return result;
}

inline Octets vlan(uint16_t type, const Octets& payload) {
  Octets result;
  put16(result, 42);
  put16(result, type);
  put(result, payload);
  return result;
}

inline Octets ethernet(uint16_t type, const Octets& payload) {
  Octets result{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
  put16(result, type);
  put(result, payload);
  return result;
}

inline Octets linux_cooked(uint16_t hardware, uint16_t type, const Octets& payload) {
  Octets result;
  put16(result, 0);
  put16(result, hardware);
  put(result, {0, 6, 2, 0, 0, 0, 0, 1, 0, 0});
  put16(result, type);
  put(result, payload);
  return result;
}

inline Octets linux_cooked2(uint16_t hardware, uint16_t type, const Octets& payload) {
  Octets result;
  put16(result, type);
  put(result, {0, 0, 0, 0, 0, 1});
  put16(result, hardware);
  put(result, {0, 6, 2, 0, 0, 0, 0, 1, 0, 0});
  put(result, payload);
  return result;
}

inline Octets loopback(std::initializer_list<uint8_t> family, const Octets& payload) {
  Octets result(family);
  put(result, payload);
  return result;
}

}  // namespace fanout

#endif  // FANOUT_TESTS_UNIT_FRAMES_H_
