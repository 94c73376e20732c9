// In: the suspects, and what each of them probes. Out: which of them sent the same probes at the
// same time: a scan with decoys, or one from several hosts.
#ifndef FANOUT_TAP_JUDGE_GROUPS_H_
#define FANOUT_TAP_JUDGE_GROUPS_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tap/count/engine.h"
#include "tap/judge/evidence.h"

namespace fanout {

/// What distinguishes the one source of a group that is likely no decoy: it alone ...
enum class Sign : uint8_t {
  kNone,      ///< no source has one, or several do
  kConnects,  ///< completed handshakes
  kResolves,  ///< looked for others by ARP or neighbour solicitations
  kResets,    ///< left no handshake half-open, as a host does that resets what it did not request
};

/// Sources with the same probes against the same targets, in the same order and at the same time.
struct Group {
  std::vector<uint32_t> sources;  ///< numbers of the engine's, by address
  uint64_t probed = 0;            ///< ports or other services of hosts
  Things things = Things::kPorts;
  uint64_t hosts = 0;        ///< on so many hosts
  Address host;              ///< the first of these
  uint64_t apart = 0;        ///< nanoseconds that the probes of two sources are apart at most
  uint32_t likely = kNone;   ///< the source that is likely no decoy
  Sign sign = Sign::kNone;   ///< why
  bool are_several = false;  ///< more than one source completed handshakes: no decoys
};

/// Finds the groups among suspects.
class Grouping {
 public:
  using PairsOf = std::function<std::span<const uint32_t>(uint32_t source)>;

  /// `pairs_of` gives the pairs of a source in the order they were first seen.
  Grouping(const Engine& engine, uint64_t ports, PairsOf pairs_of)
      : engine_(engine), ports_(ports), pairs_of_(std::move(pairs_of)) {}

  /// Notes a suspect with its evidence. O(its pairs and services).
  void add(uint32_t source, const Evidence& evidence);

  /// O(n log n) in the suspects, and O(pairs and services) of those that probe the same.
  std::vector<Group> groups();

 private:
  // A suspect, and what of it is its scan: a service on all hosts, all services on all, or on some
  // hosts.
  struct Suspect {
    uint64_t key = 0;        // the sum of a hash of each probe: the same for the same in any order
    uint64_t order = 0;      // a hash of all in their order
    int64_t time = kNoTime;  // of the first probe
    uint32_t source = 0;
    uint32_t first_host = 0;  // in hosts_
    uint32_t hosts = 0;
    bool is_of_service = false;
    bool left_half_open = false;  // any handshake
    Service service;
  };
  struct Place {
    uint64_t probe;  // its hash
    uint32_t position;
    uint32_t pair;
  };

  void set_scope(Suspect& suspect, const Evidence& evidence);
  template <typename Visit>
  void for_each_probe(const Suspect& suspect, Visit visit) const;
  std::vector<Place> sorted_places(const Suspect& suspect) const;  // by probe
  bool goes_with(const Suspect& first, const Suspect& other, uint64_t& apart) const;
  Group group_of(std::span<const Suspect> members, uint64_t apart) const;
  void find_likely(std::span<const Suspect> members, Group& group) const;

  const Engine& engine_;
  uint64_t ports_;
  PairsOf pairs_of_;
  std::vector<Suspect> suspects_;
  std::vector<Address> hosts_;  // of those whose scan is of some hosts
};

/// What is said of a source in the group: "one of 3 sources with the same 100 ports of 192.0.2.20,
/// in the same order and within 5 ms: decoys?".
std::string group_text(const Engine& engine, const Group& group, uint32_t source);

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_GROUPS_H_
