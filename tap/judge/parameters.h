// The parameters of the verdicts as constants; parameters.def states them with their reasons.
#ifndef FANOUT_TAP_JUDGE_PARAMETERS_H_
#define FANOUT_TAP_JUDGE_PARAMETERS_H_

#include <cstdint>

namespace fanout {

/// A kind of source: the probabilities of what becomes of its first contacts.
struct Kind {
  double fails;      ///< refused or silent
  double streams;    ///< silent, and sent more to than any probe: one way, or heard one way only
  double half_open;  ///< a SYN-ACK that is never acknowledged, which only scanners do on purpose
  double stops;      ///< answered, and sent no more to than a probe
  double converses;  ///< answered, and sent more to
  double nearby;     ///< in the same network as the contact before it
  double prior;      ///< how common the kind is
};

#define COUNT(name, value) inline constexpr uint64_t name = value;
#define REAL(name, value) inline constexpr double name = value;
#define KIND(name, ...) inline constexpr Kind name{__VA_ARGS__};
#include "tap/judge/parameters.def"
#undef KIND
#undef REAL
#undef COUNT

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_PARAMETERS_H_
