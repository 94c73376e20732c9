#include "tap/judge/targets.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "tap/count/blocks.h"
#include "tap/judge/parameters.h"

namespace fanout {
namespace {

// RFC 1918, 6598 (carriers' NAT), 3927 and 1122; RFC 4193 and 4291.
bool is_private(const Address& address) {
  if (has_ipv6_addresses(address.network)) {
    return address.high >> 57 == 0xfc >> 1 || address.high >> 54 == 0xfe80 >> 6;
  }
  const auto begins = [&](uint64_t prefix, unsigned bits) {
    return address.low >> (32 - bits) == prefix >> (32 - bits);
  };
  return begins(0x0a000000, 8) || begins(0xac100000, 12) || begins(0xc0a80000, 16) ||
         begins(0x64400000, 10) || begins(0xa9fe0000, 16) || begins(0x7f000000, 8);
}

bool is_own_network(const Address& source, const Address& target) {
  return has_ipv6_addresses(source.network) ? source.high == target.high
                                            : source.low >> 8 == target.low >> 8;
}

bool is_covered(uint64_t count, unsigned rest) {
  return rest < 32 &&
         static_cast<double>(count) >= kBlockCovered * static_cast<double>(uint64_t{1} << rest);
}

// The block of the sorted addresses: the least that holds them all, or, where they do not cover it,
// the /24 (/120) that holds most of them.
void find_block(const std::vector<Address>& sorted, Targets& targets) {
  if (sorted.size() < 2) return;
  const unsigned bits = address_bits(sorted[0].network);
  const unsigned common = common_bits(sorted.front(), sorted.back());
  const auto take = [&](const Address& address, unsigned prefix, size_t count) {
    targets.block = first_of_block(address, prefix);
    targets.prefix = prefix;
    targets.in_block = count;
  };
  if (is_covered(sorted.size(), bits - common)) {
    take(sorted.front(), common, sorted.size());
    return;
  }
  const unsigned prefix = bits - 8;
  size_t most = 0;
  for (size_t from = 0; from < sorted.size();) {
    size_t to = from;
    while (to < sorted.size() && common_bits(sorted[from], sorted[to]) >= prefix) ++to;
    if (to - from > most && is_covered(to - from, 8)) {
      most = to - from;
      take(sorted[from], prefix, most);
    }
    from = to;
  }
}

bool are_sequential(const Address& before, const Address& after) {
  return before.high == after.high && (after.low - before.low == 1 || before.low - after.low == 1);
}

std::string icmp_name(Network network, uint16_t type) {
  if (network == Network::kIpv6) {
    switch (type) {
      case 128:
        return "ICMPv6 echo";
      case 139:
        return "ICMPv6 node information";
      default:
        return "ICMPv6 type " + std::to_string(type);
    }
  }
  switch (type) {
    case 8:
      return "ICMP echo";
    case 10:
      return "ICMP router solicitation";
    case 13:
      return "ICMP timestamp";
    case 15:
      return "ICMP information";
    case 17:
      return "ICMP mask";
    default:
      return "ICMP type " + std::to_string(type);
  }
}

// In the words of nmap's manual.
std::string name_of_probe(Network network, const Targets& targets) {
  if (resolves_addresses(network)) return network_name(network);
  switch (targets.probe) {
    case Probe::kSyn:
      return targets.connects ? "connect" : "SYN";
    case Probe::kAck:
      return "ACK";
    case Probe::kFin:
      return "FIN";
    case Probe::kNull:
      return "NULL";
    case Probe::kXmas:
      return "Xmas";
    case Probe::kMaimon:
      return "Maimon";
    case Probe::kRst:
      return "RST";
    case Probe::kFlags:
      return "TCP flags";
    case Probe::kUdp:
      return "UDP";
    case Probe::kQuic:
      return "QUIC";
    case Probe::kSctpInit:
      return "SCTP INIT";
    case Probe::kSctpCookie:
      return "SCTP COOKIE ECHO";
    case Probe::kIcmp:
      return icmp_name(network, targets.service.port);
    case Probe::kProtocol:
      return "IP protocol";
    case Probe::kNone:
    case Probe::kError:
      break;
  }
  return {};
}

}  // namespace

Targets describe_targets(const Engine& engine, const Address& source,
                         std::span<const Sighting> sightings) {
  Targets targets;
  targets.count = sightings.size();
  if (sightings.empty()) return targets;
  std::array<uint64_t, kProbes> probes{};
  std::map<Service, uint64_t> services;
  std::vector<Address> addresses;
  addresses.reserve(sightings.size());
  uint64_t in_order = 0;
  for (const Sighting& sighting : sightings) {
    const Pair& pair = engine.pair(sighting.pair);
    const Address address = engine.destination(pair);
    ++probes[pair.probe_kind];
    if (pair.has(Pair::kAsked)) ++services[pair.service()];
    targets.connects |= pair.connected != 0;
    if (!addresses.empty() && are_sequential(addresses.back(), address)) ++in_order;
    if (is_own_network(source, address)) {
      ++targets.in_own_network;
    } else {
      ++(is_private(address) ? targets.in_private : targets.elsewhere);
    }
    addresses.push_back(address);
  }
  targets.probe =
      static_cast<Probe>(std::max_element(probes.begin(), probes.end()) - probes.begin());
  uint64_t most = 0;
  for (const auto& [service, hosts] : services) {
    if (hosts <= most) continue;
    most = hosts;
    targets.service = service;
  }
  targets.sequential =
      targets.count > 2 &&
      static_cast<double>(in_order) >= kSequential * static_cast<double>(targets.count - 1);
  if (sightings.front().time != kNoTime) {
    targets.lasted = static_cast<uint64_t>(sightings.back().time) -
                     static_cast<uint64_t>(sightings.front().time);
  }
  std::sort(addresses.begin(), addresses.end());
  find_block(addresses, targets);
  if (targets.prefix != 0) {
    targets.block_text = to_string(targets.block) + '/' + std::to_string(targets.prefix);
  }
  targets.probe_name = name_of_probe(source.network, targets);
  return targets;
}

}  // namespace fanout
