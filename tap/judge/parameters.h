// The parameters of the verdicts as constants; parameters.def states them with their reasons.
#ifndef FANOUT_TAP_JUDGE_PARAMETERS_H_
#define FANOUT_TAP_JUDGE_PARAMETERS_H_

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "tap/count/engine.h"

namespace fanout {

/// A kind of source: the probabilities of what becomes of its first contacts.
struct SourceKind {
  double fails;      ///< refused or silent
  double again;      ///< the same, and asked again and again: see kFewestAgain
  double blocked;    ///< silent to a QUIC client's first datagram
  double streams;    ///< silent, and sent more to than any probe: one way, or heard one way only
  double half_open;  ///< a SYN-ACK that is never acknowledged, which only scanners do on purpose
  double stops;      ///< answered, and sent no more to than a probe
  double converses;  ///< answered, and sent more to
  double nearby;     ///< in the same network as the contact before it
  double prior;      ///< how common the kind is
};

#define COUNT(name, value) inline constexpr uint64_t name = value;
#define REAL(name, value) inline constexpr double name = value;
#define KIND(name, ...) inline constexpr SourceKind name{__VA_ARGS__};
#define PORT(name, port)
#include "tap/judge/parameters.def"
#undef PORT
#undef KIND
#undef REAL
#undef COUNT

#define COUNT(name, value)
#define REAL(name, value)
#define KIND(name, ...)
#define PORT(name, port) port,
inline constexpr uint16_t kWellKnownPorts[] = {
#include "tap/judge/parameters.def"
};
#undef PORT
#undef KIND
#undef REAL
#undef COUNT

/// Whether the service has a port that belongs to it. O(log of the table).
inline bool is_well_known(const Service& service) {
  constexpr uint16_t kSystemPorts = 1024;
  if (service.transport == Transport::kOther || service.transport == Transport::kIcmp) return true;
  return service.port < kSystemPorts ||
         std::binary_search(std::begin(kWellKnownPorts), std::end(kWellKnownPorts), service.port);
}

/// Whether peer-to-peer clients may listen on the service: on any but the well-known ones, and on
/// those of the web, which pass firewalls.
inline bool may_be_peers(const Service& service) {
  constexpr uint16_t kHttp = 80;
  constexpr uint16_t kHttps = 443;
  return !is_well_known(service) || service.port == kHttp || service.port == kHttps;
}

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_PARAMETERS_H_
