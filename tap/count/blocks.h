// Blocks of addresses, as CIDR writes them.
#ifndef FANOUT_TAP_COUNT_BLOCKS_H_
#define FANOUT_TAP_COUNT_BLOCKS_H_

#include <bit>
#include <cstdint>

#include "tap/count/observation.h"

namespace fanout {

/// How many bits an address of this network has.
constexpr unsigned address_bits(Network network) { return has_ipv6_addresses(network) ? 128 : 32; }

/// How many leading bits two addresses of a network share.
inline unsigned common_bits(const Address& a, const Address& b) {
  if (!has_ipv6_addresses(a.network)) {
    return static_cast<unsigned>(std::countl_zero(static_cast<uint32_t>(a.low ^ b.low)));
  }
  if (a.high != b.high) return static_cast<unsigned>(std::countl_zero(a.high ^ b.high));
  return 64 + static_cast<unsigned>(std::countl_zero(a.low ^ b.low));
}

/// The address with all bits after the first `prefix` cleared.
inline Address first_of_block(Address address, unsigned prefix) {
  const auto without = [](uint64_t bits, unsigned count) {
    return count >= 64 ? 0 : bits >> count << count;
  };
  const unsigned rest = address_bits(address.network) - prefix;
  address.low = without(address.low, rest);
  if (rest > 64) address.high = without(address.high, rest - 64);
  return address;
}

}  // namespace fanout

#endif  // FANOUT_TAP_COUNT_BLOCKS_H_
