// In: what became of a source's first contacts. Out: how much they speak for an address scan.
#ifndef FANOUT_TAP_JUDGE_CONTACTS_H_
#define FANOUT_TAP_JUDGE_CONTACTS_H_

#include <cstdint>
#include <map>

#include "tap/count/engine.h"
#include "tap/judge/evidence.h"

namespace fanout {

struct SourceKind;

/// One destination of a source, as far as all its services have it in common.
struct Host {
  Address address;
  uint64_t packets = 0;  ///< sent to it, for any service
  uint64_t span = 0;     ///< nanoseconds from the first of them to the last
  Probe probe = Probe::kNone;
  Service service;         ///< the first that was requested of it
  bool contacted = false;  ///< it counts as a first contact
  bool answered = false;   ///< for whatever service, and not left half-open
  bool half_open = false;  ///< a SYN-ACK or INIT ACK that the source did not acknowledge
  bool same_port = false;  ///< requested by UDP from a port to the same port
};

/// What a pair says of its destination. It counts as a first contact if `contacted`, but not while
/// silence is no evidence, because the other side was not captured (`one_way`). O(1).
Host host_of(const Engine& engine, uint32_t pair, bool contacted, bool one_way);

/// What became of a first contact.
enum class Outcome : uint8_t { kFails, kAgain, kBlocked, kStreams, kHalfOpen, kStops, kConverses };
inline constexpr int kOutcomes = 7;

/// A sequential test on first contacts after Threshold Random Walk (Jung, Paxson, Berger,
/// Balakrishnan 2004). Here a success is judged by what the source then does, and of both sides
/// there are kinds, which also differ in where they go next. It goes service by service, as a scan
/// requests the same of everybody and what a source does elsewhere neither hides nor makes one, and
/// once over all services for a scan of a few.
class ContactTest {
 public:
  /// Counts a service that was requested of a host, in the order of the contacts. O(log services).
  void add(const Host& host, Service service, bool answered, uint64_t packets);
  /// Counts a host, after all its services.
  void add(const Host& host);

  /// Notes the service or the services with the highest score. O(services).
  void conclude(Evidence& evidence) const;

 private:
  struct Contacts {
    uint64_t hosts = 0;  // with those that are no first contacts
    uint64_t contacted = 0;
    uint64_t outcomes[kOutcomes] = {};
    uint64_t nearby = 0;
    uint64_t same_port = 0;  // of those that fail, from a UDP port to the same port
    Address before;

    uint64_t of(Outcome outcome) const { return outcomes[static_cast<int>(outcome)]; }
    uint64_t answered() const {
      return of(Outcome::kHalfOpen) + of(Outcome::kStops) + of(Outcome::kConverses);
    }
    uint64_t failed() const { return contacted - answered() + of(Outcome::kHalfOpen); }
    void add(const Host& host, Outcome outcome);
  };

  static double likelihood(const SourceKind& kind, const Contacts& contacts);
  static double score(const Contacts& contacts);
  double concentration(Service service, const Contacts& contacts) const;
  double repetition() const;

  std::map<Service, Contacts> services_;
  Contacts all_;                              // each host once
  std::map<Service, uint64_t> failed_first_;  // the first service requested of hosts that failed
};

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_CONTACTS_H_
