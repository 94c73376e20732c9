// In: the services that a source requested of one host. Out: how much they speak for a port scan.
#ifndef FANOUT_TAP_JUDGE_PORTS_H_
#define FANOUT_TAP_JUDGE_PORTS_H_

#include <cstdint>

#include "tap/count/engine.h"
#include "tap/judge/evidence.h"

namespace fanout {

/// What became of the services that were requested of one host.
class PortTest {
 public:
  /// Counts a service: whether it answered, was left half-open, and how often it was requested.
  void add(Service service, bool answered, bool half_open, uint64_t packets);

  Things things() const { return things_.things(); }
  uint64_t tried() const { return tried_; }
  /// Services that failed. Media have a port for control beside each, which is often silent: silent
  /// UDP ports count only if most are.
  uint64_t failed() const { return failed_ + (udp_fails() ? silent_udp_ : 0); }
  /// The score for a port scan by whoever sent so many packets to the host, and requested new
  /// services over so many nanoseconds. O(1).
  double score(uint64_t packets, uint64_t lasted) const;

 private:
  struct Ports {
    uint64_t well_known = 0;
    uint64_t high = 0;
  };
  bool udp_fails() const { return silent_udp_ > answered_udp_; }

  ThingCounts things_;
  uint64_t tried_ = 0;
  uint64_t failed_ = 0;
  uint64_t silent_udp_ = 0;
  uint64_t answered_udp_ = 0;
  Ports probed_;      // failed, and requested no more often than by a probe
  Ports probed_udp_;  // the same by UDP
  Ports answered_;
};

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_PORTS_H_
