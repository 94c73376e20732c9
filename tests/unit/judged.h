// Judges what tests send: an engine, its traffic, and what is said of a source at the end.
#ifndef FANOUT_TESTS_UNIT_JUDGED_H_
#define FANOUT_TESTS_UNIT_JUDGED_H_

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tap/judge/reason.h"
#include "tap/judge/verdict.h"
#include "traffic.h"

namespace fanout {

class JudgedTraffic : public ::testing::Test {
 protected:
  std::vector<uint32_t> pairs_of(uint32_t source) const {
    std::vector<uint32_t> pairs;
    for (uint32_t pair = 0; pair < engine.pair_count(); ++pair) {
      if (engine.pair(pair).source == source) pairs.push_back(pair);
    }
    return pairs;
  }
  Evidence evidence_of(const Address& address, uint64_t window = 0, size_t undecided = 0) const {
    const uint32_t source = engine.find_source(address);
    return gather_evidence(engine, source, pairs_of(source), window, undecided);
  }
  std::string verdict_of(const Address& address, uint64_t ports = 15) const {
    const Source& source = engine.source(engine.find_source(address));
    return verdicts_text(judge(source, evidence_of(address), ports));
  }
  /// The same, or nothing of a source that has sent nothing yet.
  std::string verdict_of_or_none(const Address& address) const {
    return engine.find_source(address) == kNone ? "" : verdict_of(address);
  }
  std::string reason_of(const Address& address) const {
    return reason(engine.source(engine.find_source(address)), evidence_of(address), 15);
  }

  /// SYNs to a service of `count` hosts, in the same /16 unless they are `apart`.
  void sweep(uint32_t count, uint16_t port, uint32_t apart = 1, uint32_t first = 0xac100001) {
    for (uint32_t i = 0; i < count; ++i) traffic.syn(a, ipv4(first + i * apart), port);
  }

  static constexpr uint32_t kFarApart = 0x00010101;

  Engine engine{Engine::Options{}};
  Traffic traffic{engine};
  const Address a = ipv4(0x0a000001);
  const Address b = ipv4(0x0a000002);
};

}  // namespace fanout

#endif  // FANOUT_TESTS_UNIT_JUDGED_H_
