#include "tap/judge/groups.h"

#include <algorithm>
#include <tuple>

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

// Whether the same probes of two suspects, given by their pairs, came at the same time. Raises
// `apart` to how far they are apart.
bool are_together(const Engine& engine, const std::vector<uint32_t>& one,
                  const std::vector<uint32_t>& other, uint64_t& apart) {
  uint64_t most = 0;
  for (size_t i = 0; i < one.size(); ++i) {
    if (i > 0 && one[i] == one[i - 1]) continue;
    const Pair& pair = engine.pair(one[i]);
    const Pair& of_other = engine.pair(other[i]);
    if (pair.first_time == kNoTime || of_other.first_time == kNoTime) return false;
    most = std::max(most, distance(pair.first_time, of_other.first_time));
    if (pair.has(Pair::kPorts) || of_other.has(Pair::kPorts)) {
      const uint64_t lasted = engine.services(one[i]).lasted;
      const uint64_t other_lasted = engine.services(other[i]).lasted;
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
void Grouping::set_scope(Suspect& suspect, const Evidence& evidence) {
  if (resolves_addresses(engine_.source(suspect.source).address.network)) return;
  if (is_address_scan(evidence)) {
    suspect.is_of_service = evidence.scan_services == 1;
    suspect.service = evidence.scan_service;
    return;
  }
  suspect.first_host = static_cast<uint32_t>(hosts_.size());
  for (const ScannedHost& host : scanned_hosts(evidence, ports_)) hosts_.push_back(host.address);
  suspect.hosts = static_cast<uint32_t>(hosts_.size()) - suspect.first_host;
}

// Calls visit(pair, service) for each probe of the scan, those of a pair one after the other.
template <typename Visit>
void Grouping::for_each_probe(const Suspect& suspect, Visit visit) const {
  const auto visit_services = [&](uint32_t pair) {
    engine_.for_each_service(pair, [&](Service service, bool, uint64_t) {
      if (!suspect.is_of_service || service == suspect.service) visit(pair, service);
    });
  };
  for (uint32_t i = 0; i < suspect.hosts; ++i) {
    const uint32_t pair = engine_.find_pair(suspect.source, hosts_[suspect.first_host + i]);
    if (pair != kNone) visit_services(pair);
  }
  if (suspect.hosts != 0) return;
  for (const uint32_t pair : pairs_of_(suspect.source)) {
    if (engine_.pair(pair).has(Pair::kContacted)) visit_services(pair);
  }
}

void Grouping::add(uint32_t source, const Evidence& evidence) {
  Suspect suspect;
  suspect.source = source;
  set_scope(suspect, evidence);
  uint64_t count = 0;
  for_each_probe(suspect, [&](uint32_t number, Service service) {
    const Pair& pair = engine_.pair(number);
    const uint64_t probe = probe_hash(engine_.destination(pair), service);
    suspect.key += probe;
    suspect.order = mix(suspect.order ^ probe);
    suspect.left_half_open |= pair.open_handshakes > 0;
    if (count == 0 || pair.first_time < suspect.time) suspect.time = pair.first_time;
    ++count;
  });
  if (count < kFewestGrouped || suspect.time == kNoTime) return;
  suspects_.push_back(suspect);
}

std::vector<Group> Grouping::groups() {
  const auto address_of = [&](uint32_t source) { return engine_.source(source).address; };
  std::sort(suspects_.begin(), suspects_.end(), [&](const Suspect& a, const Suspect& b) {
    if (std::tie(a.key, a.time) != std::tie(b.key, b.time)) {
      return std::tie(a.key, a.time) < std::tie(b.key, b.time);
    }
    return address_of(a.source) < address_of(b.source);
  });
  // Those that may go together, in an order in which they are near each other in memory.
  std::vector<std::span<const Suspect>> alike;
  for (size_t from = 0, to = 0; from < suspects_.size(); from = to) {
    while (to < suspects_.size() && suspects_[to].key == suspects_[from].key) ++to;
    if (to > from + 1) alike.push_back(std::span(suspects_).subspan(from, to - from));
  }
  std::sort(alike.begin(), alike.end(),
            [](const auto& a, const auto& b) { return a[0].source < b[0].source; });
  std::vector<Group> result;
  for (std::span<const Suspect> suspects : alike) {
    while (!suspects.empty()) {
      uint64_t apart = 0;
      size_t count = 1;
      while (count < suspects.size() && goes_with(suspects[0], suspects[count], apart)) ++count;
      if (count > 1) result.push_back(group_of(suspects.first(count), apart));
      suspects = suspects.subspan(count);
    }
  }
  std::sort(result.begin(), result.end(), [&](const Group& a, const Group& b) {
    return address_of(a.sources[0]) < address_of(b.sources[0]);
  });
  return result;
}

std::vector<Grouping::Place> Grouping::sorted_places(const Suspect& suspect) const {
  std::vector<Place> places;
  for_each_probe(suspect, [&](uint32_t pair, Service service) {
    const uint64_t probe = probe_hash(engine_.destination(engine_.pair(pair)), service);
    places.push_back({probe, static_cast<uint32_t>(places.size()), pair});
  });
  std::sort(places.begin(), places.end(),
            [](const Place& a, const Place& b) { return a.probe < b.probe; });
  return places;
}

// Whether another suspect has the same probes in the same order and at the same time. Raises
// `apart` to how far they are apart.
bool Grouping::goes_with(const Suspect& first, const Suspect& other, uint64_t& apart) const {
  if (!is_together(distance(first.time, other.time))) return false;
  std::vector<uint32_t> pairs;
  std::vector<uint32_t> pairs_of_other;
  if (first.order == other.order) {
    for_each_probe(first, [&](uint32_t pair, Service) { pairs.push_back(pair); });
    for_each_probe(other, [&](uint32_t pair, Service) { pairs_of_other.push_back(pair); });
    return pairs.size() == pairs_of_other.size() &&
           are_together(engine_, pairs, pairs_of_other, apart);
  }
  const std::vector<Place> places = sorted_places(first);
  const std::vector<Place> places_of_other = sorted_places(other);
  const auto are_same = [](const Place& a, const Place& b) { return a.probe == b.probe; };
  if (!std::equal(places.begin(), places.end(), places_of_other.begin(), places_of_other.end(),
                  are_same)) {
    return false;
  }
  std::vector<uint32_t> position_of(places.size());
  for (size_t i = 0; i < places.size(); ++i) {
    position_of[places_of_other[i].position] = places[i].position;
    pairs.push_back(places[i].pair);
    pairs_of_other.push_back(places_of_other[i].pair);
  }
  uint64_t in_order = 0;
  for (size_t i = 1; i < position_of.size(); ++i) {
    in_order += position_of[i] > position_of[i - 1] ? 1 : 0;
  }
  const auto steps = static_cast<double>(position_of.size() - 1);
  return static_cast<double>(in_order) >= kSameOrder * steps &&
         are_together(engine_, pairs, pairs_of_other, apart);
}

Group Grouping::group_of(std::span<const Suspect> members, uint64_t apart) const {
  Group group;
  group.apart = apart;
  uint32_t last_pair = kNone;
  ThingCounts things;
  for_each_probe(members[0], [&](uint32_t pair, Service service) {
    if (group.hosts == 0) group.host = engine_.destination(engine_.pair(pair));
    group.hosts += pair != last_pair ? 1 : 0;
    last_pair = pair;
    things.add(service);
    ++group.probed;
  });
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
  const auto connects = [&](const Suspect& member) {
    return engine_.source(member.source).tcp_handshakes > 0;
  };
  const auto looks_for_others = [&](const Suspect& member) {
    return link_source_of(engine_, member.source) != kNone;
  };
  const auto resets = [](const Suspect& member) { return !member.left_half_open; };
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
