#include "tap/judge/groups.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "tap/count/digest.h"
#include "tap/judge/parameters.h"
#include "tap/judge/steps.h"

namespace fanout {
namespace {

constexpr uint64_t kMillisecond = 1'000'000;

uint64_t distance(int64_t one, int64_t other) {
  return one < other ? static_cast<uint64_t>(other) - static_cast<uint64_t>(one)
                     : static_cast<uint64_t>(one) - static_cast<uint64_t>(other);
}

bool is_together(uint64_t apart) { return static_cast<double>(apart) <= kTogether * 1e9; }

uint64_t probe_hash(const Address& destination, const Service& service) {
  const uint64_t of_service =
      uint64_t{static_cast<uint8_t>(service.transport)} << 16 | service.port;
  return digest(destination, mix(of_service << 8 | static_cast<uint64_t>(destination.network)));
}

// Whether the same probes of two suspects came at the same time. Raises `apart` to how
// far they are apart.
template <typename Places>
bool are_together(const Engine& engine, const Places& one, const Places& other, uint64_t& apart) {
  uint64_t most = 0;
  for (size_t i = 0; i < one.size(); ++i) {
    if (i > 0 && one[i].pair == one[i - 1].pair) continue;
    const Pair& pair = engine.pair(one[i].pair);
    const Pair& of_other = engine.pair(other[i].pair);
    if (pair.first_time == kNoTime || of_other.first_time == kNoTime) return false;
    most = std::max(most, distance(pair.first_time, of_other.first_time));
    if (pair.has(Pair::kPorts) || of_other.has(Pair::kPorts)) {
      const uint64_t lasted = engine.services(one[i].pair).lasted;
      const uint64_t other_lasted = engine.services(other[i].pair).lasted;
      most = std::max(most, std::max(lasted, other_lasted) - std::min(lasted, other_lasted));
    }
    if (!is_together(most)) return false;
  }
  apart = std::max(apart, most);
  return true;
}

const char* sign_text(Sign sign, Network network) {
  switch (sign) {
    case Sign::kConnects:
      return "completed handshakes";
    case Sign::kResolves:
      return network == Network::kIpv6 ? "sent neighbour solicitations" : "sent ARP requests";
    case Sign::kResets:
      return "reset what had responded";
    case Sign::kNone:
      break;
  }
  return "";
}

}  // namespace

// A sweep is the requests for its service, a port scan those for the ports of its hosts: whatever
// else the source did is no part of it.
Grouping::Scope Grouping::scope_of(uint32_t source, const Evidence& evidence) const {
  Scope scope;
  if (resolves_addresses(engine_.source(source).address.network)) return scope;
  const bool scans_addresses =
      evidence.scan_score > accusing_score() && evidence.scan_concentration > accusing_score();
  if (scans_addresses) {
    scope.is_of_service = evidence.scan_services == 1;
    scope.service = evidence.scan_service;
    return scope;
  }
  for (const ScannedHost& host : scanned_hosts(evidence, ports_))
    scope.hosts.push_back(host.address);
  return scope;
}

// Calls visit(pair, service) for each probe of the scan.
template <typename Visit>
void Grouping::for_each_probe(uint32_t source, const Scope& scope, Visit visit) const {
  const auto visit_services = [&](uint32_t pair) {
    engine_.for_each_service(pair, [&](Service service, bool, uint64_t) {
      if (!scope.is_of_service || service == scope.service) visit(pair, service);
    });
  };
  for (const Address& host : scope.hosts) {
    const uint32_t pair = engine_.find_pair(source, host);
    if (pair != kNone) visit_services(pair);
  }
  if (!scope.hosts.empty()) return;
  for (const uint32_t pair : pairs_of_(source)) {
    if (engine_.pair(pair).has(Pair::kContacted)) visit_services(pair);
  }
}

void Grouping::add(uint32_t source, const Evidence& evidence) {
  Suspect suspect{.source = source, .scope = scope_of(source, evidence)};
  uint64_t count = 0;
  for_each_probe(source, suspect.scope, [&](uint32_t number, Service service) {
    const Pair& pair = engine_.pair(number);
    suspect.key += probe_hash(engine_.destination(pair), service);
    if (count == 0 || pair.first_time < suspect.time) suspect.time = pair.first_time;
    ++count;
  });
  if (count < kFewestGrouped || suspect.time == kNoTime) return;
  suspects_.push_back(std::move(suspect));
}

std::vector<Group> Grouping::groups() {
  // Sorted by themselves: a suspect is far larger than what decides its place.
  struct Entry {
    uint64_t key;
    int64_t time;
    uint32_t suspect;
  };
  std::vector<Entry> entries;
  entries.reserve(suspects_.size());
  for (const Suspect& suspect : suspects_) {
    entries.push_back({suspect.key, suspect.time, static_cast<uint32_t>(entries.size())});
  }
  const auto address_of = [&](uint32_t source) { return engine_.source(source).address; };
  std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
    if (std::tie(a.key, a.time) != std::tie(b.key, b.time)) {
      return std::tie(a.key, a.time) < std::tie(b.key, b.time);
    }
    return address_of(suspects_[a.suspect].source) < address_of(suspects_[b.suspect].source);
  });
  std::vector<Group> result;
  for (size_t from = 0; from < entries.size();) {
    const Entry& first = entries[from];
    std::vector<Suspect> members{suspects_[first.suspect]};
    std::vector<Place> places;
    uint64_t apart = 0;
    size_t to = from + 1;
    for (; to < entries.size() && entries[to].key == first.key; ++to) {
      if (!is_together(distance(first.time, entries[to].time))) break;
      if (places.empty()) places = places_of(members[0]);
      if (!goes_with(places, suspects_[entries[to].suspect], apart)) break;
      members.push_back(suspects_[entries[to].suspect]);
    }
    if (members.size() > 1) result.push_back(group_of(members, apart));
    from = to;
  }
  std::sort(result.begin(), result.end(), [&](const Group& a, const Group& b) {
    return address_of(a.sources[0]) < address_of(b.sources[0]);
  });
  return result;
}

// The probes of a suspect, in their order.
std::vector<Grouping::Place> Grouping::places_of(const Suspect& suspect) const {
  std::vector<Place> places;
  for_each_probe(suspect.source, suspect.scope, [&](uint32_t pair, Service service) {
    const uint64_t probe = probe_hash(engine_.destination(engine_.pair(pair)), service);
    places.push_back({probe, static_cast<uint32_t>(places.size()), pair});
  });
  return places;
}

// Whether another suspect has the same probes in the same order and at the same time. Raises
// `apart` to how far they are apart.
bool Grouping::goes_with(const std::vector<Place>& first, const Suspect& other,
                         uint64_t& apart) const {
  std::vector<Place> places = places_of(other);
  const auto are_same = [](const Place& a, const Place& b) { return a.probe == b.probe; };
  if (std::equal(first.begin(), first.end(), places.begin(), places.end(), are_same)) {
    return are_together(engine_, first, places, apart);
  }
  const auto by_probe = [](const Place& a, const Place& b) { return a.probe < b.probe; };
  std::vector<Place> sorted = first;
  std::sort(sorted.begin(), sorted.end(), by_probe);
  std::sort(places.begin(), places.end(), by_probe);
  if (!std::equal(sorted.begin(), sorted.end(), places.begin(), places.end(), are_same)) {
    return false;
  }
  std::vector<uint32_t> position_of(places.size());
  for (size_t i = 0; i < places.size(); ++i) {
    position_of[places[i].position] = sorted[i].position;
  }
  uint64_t in_order = 0;
  for (size_t i = 1; i < position_of.size(); ++i) {
    in_order += position_of[i] > position_of[i - 1] ? 1 : 0;
  }
  const auto steps = static_cast<double>(position_of.size() - 1);
  return static_cast<double>(in_order) >= kSameOrder * steps &&
         are_together(engine_, sorted, places, apart);
}

Group Grouping::group_of(std::span<const Suspect> members, uint64_t apart) const {
  Group group;
  group.apart = apart;
  std::unordered_set<uint32_t> hosts;
  ThingCounts things;
  for_each_probe(members[0].source, members[0].scope, [&](uint32_t pair, Service service) {
    if (hosts.empty()) group.host = engine_.destination(engine_.pair(pair));
    hosts.insert(pair);
    things.add(service);
    ++group.probed;
  });
  group.hosts = hosts.size();
  group.things = things.things();
  find_likely(members, group);
  for (const Suspect& member : members) group.sources.push_back(member.source);
  std::sort(group.sources.begin(), group.sources.end(), [&](uint32_t a, uint32_t b) {
    return engine_.source(a).address < engine_.source(b).address;
  });
  return group;
}

// The one source of the group that does what a decoy, whose answers its sender never gets, cannot.
void Grouping::find_likely(std::span<const Suspect> members, Group& group) const {
  const auto left_half_open = [&](const Suspect& member) {
    uint64_t open = 0;
    for_each_probe(member.source, member.scope,
                   [&](uint32_t pair, Service) { open += engine_.pair(pair).open_handshakes; });
    return open > 0;
  };
  const auto connects = [&](const Suspect& member) {
    return engine_.source(member.source).tcp_handshakes > 0;
  };
  const auto looks_for_others = [&](const Suspect& member) {
    return link_source_of(engine_, member.source) != kNone;
  };
  const auto resets = [&](const Suspect& member) { return !left_half_open(member); };
  const auto try_sign = [&](Sign sign, auto has) {
    const auto count = std::count_if(members.begin(), members.end(), has);
    if (sign == Sign::kConnects) group.are_several = count > 1;
    if (count != 1) return false;
    group.likely = std::find_if(members.begin(), members.end(), has)->source;
    group.sign = sign;
    return true;
  };
  static_cast<void>(try_sign(Sign::kConnects, connects) ||
                    try_sign(Sign::kResolves, looks_for_others) || try_sign(Sign::kResets, resets));
}

std::string group_text(const Engine& engine, const Group& group, uint32_t source) {
  const Network network = engine.source(source).address.network;
  std::string text = "one of " + std::to_string(group.sources.size()) + " sources with the same ";
  if (group.probed > group.hosts) {
    text += std::to_string(group.probed) + ' ' + things_name(group.things, false) + " of ";
    text += group.hosts == 1 ? to_string(group.host) : std::to_string(group.hosts) + " hosts";
  } else {
    text += std::to_string(group.hosts) + (resolves_addresses(network) ? " addresses" : " hosts");
  }
  text += ", in the same order and within " +
          std::to_string(std::max<uint64_t>(1, (group.apart + kMillisecond - 1) / kMillisecond)) +
          " ms";
  if (group.are_several) return text + ": one scan from several hosts?";
  text += ": decoys?";
  if (group.likely == kNone) return text;
  const std::string alone = sign_text(group.sign, network);
  if (group.likely == source) return text + "; likely the scanner, which alone " + alone;
  return text + "; likely a decoy of " + to_string(engine.source(group.likely).address) +
         ", which alone " + alone;
}

}  // namespace fanout
