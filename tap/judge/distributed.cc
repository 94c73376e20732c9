#include "tap/judge/distributed.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "tap/count/digest.h"
#include "tap/count/table.h"
#include "tap/judge/contacts.h"
#include "tap/judge/evidence.h"
#include "tap/judge/parameters.h"
#include "tap/judge/reason.h"

namespace fanout {
namespace {

constexpr uint64_t kBlockSize = 256;

// So many choices of one of 256 hosts cover them all by themselves (the coupon collector's problem:
// 256 ln 256 on average).
constexpr uint64_t kMostShared = 4 * kBlockSize;

// How many contacts are sorted at once: what there is more of is taken in rounds, so that memory
// stays bounded.
constexpr size_t kAtOnce = size_t{1} << 22;

Address block_of(Address address) {
  address.low &= ~(kBlockSize - 1);
  return address;
}

// A block and a service as one number: for IPv4 without collisions.
uint64_t key_of(const Address& destination, const Service& service) {
  const uint64_t of_service =
      uint64_t{static_cast<uint8_t>(service.transport)} << 16 | service.port;
  const Address block = block_of(destination);
  if (block.network == Network::kIpv4) return block.low / kBlockSize << 19 | of_service;
  return digest(block, of_service) | uint64_t{1} << 63;
}

// A request of a source for a service of a host with which it initiated contact.
struct Contact {
  uint64_t key;
  uint32_t source;
  uint32_t pair;
};

// The contacts with one block for one service.
using Block = std::span<const Contact>;

// Which blocks have many silent contacts, by a hash of their keys: different ones may share a
// place, so it is never too few.
class Crowds {
 public:
  explicit Crowds(size_t pairs) : places_(std::clamp(std::bit_ceil(pairs / 2), kFewest, kMost)) {}

  // Adds a contact, but a few contacts later: its place is on its way from memory by then.
  void post(uint64_t key, uint32_t source) {
    if (posted_ == kPosted) flush();
    const size_t place = place_of(key);
    load_early(&places_[place]);
    posts_[posted_++] = {place, source};
  }
  void flush() {
    for (size_t i = 0; i < posted_; ++i) add(posts_[i]);
    posted_ = 0;
  }
  bool none() const { return crowds_ == 0; }
  bool has(uint64_t key) const { return places_[place_of(key)].others >= kFewestOfOthers; }

 private:
  static constexpr size_t kFewest = size_t{1} << 10;
  static constexpr size_t kMost = size_t{1} << 22;
  static constexpr size_t kPosted = 32;
  struct Place {
    uint32_t first = kNone;
    uint32_t others = 0;
  };
  struct Post {
    size_t place;
    uint32_t source;
  };

  void add(const Post& post) {
    Place& place = places_[post.place];
    if (place.first == kNone) place.first = post.source;
    const bool becomes_crowd = place.first != post.source && ++place.others == kFewestOfOthers;
    crowds_ += becomes_crowd ? 1 : 0;
  }
  size_t place_of(uint64_t key) const { return mix(key) & (places_.size() - 1); }

  std::vector<Place, HugePages<Place>> places_;
  size_t crowds_ = 0;
  std::array<Post, kPosted> posts_;
  size_t posted_ = 0;
};

// Unites scans of the same service that have a source in common.
class Union {
 public:
  void add(DistributedScan scan) {
    std::vector<size_t> same;
    for (const uint32_t source : scan.sources) {
      const auto found = scan_of_.find({scan.service, source});
      if (found != scan_of_.end()) same.push_back(root_of(found->second));
    }
    const size_t place = scans_.size();
    for (const uint32_t source : scan.sources) scan_of_[{scan.service, source}] = place;
    scans_.push_back(std::move(scan));
    into_.push_back(place);
    for (const size_t other : same) {
      const size_t root = root_of(other);
      if (root == place) continue;
      into_[root] = place;
      take_over(scans_[place], std::move(scans_[root]));
    }
  }
  std::vector<DistributedScan> scans(const Engine& engine) && {
    const auto comes_first = [&](uint32_t a, uint32_t b) {
      return engine.source(a).address < engine.source(b).address;
    };
    std::vector<DistributedScan> result;
    for (size_t i = 0; i < scans_.size(); ++i) {
      if (into_[i] != i) continue;
      std::vector<uint32_t>& sources = scans_[i].sources;
      std::sort(sources.begin(), sources.end(), comes_first);
      sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
      result.push_back(std::move(scans_[i]));
    }
    std::sort(result.begin(), result.end(), [](const DistributedScan& a, const DistributedScan& b) {
      return a.service != b.service ? a.service < b.service : a.block < b.block;
    });
    return result;
  }

 private:
  static void take_over(DistributedScan& scan, DistributedScan&& other) {
    scan.sources.insert(scan.sources.end(), other.sources.begin(), other.sources.end());
    scan.block = std::min(scan.block, other.block);
    scan.blocks += other.blocks;
    scan.contacts += other.contacts;
    scan.hosts += other.hosts;
    scan.responded += other.responded;
    scan.log_chance = std::max(scan.log_chance, other.log_chance);
  }
  size_t root_of(size_t scan) {
    while (into_[scan] != scan) scan = into_[scan] = into_[into_[scan]];
    return scan;
  }

  std::vector<DistributedScan> scans_;
  std::vector<size_t> into_;  // the scan that took it over, or itself
  std::map<std::pair<Service, uint32_t>, size_t> scan_of_;
};

class Search {
 public:
  Search(const Engine& engine, const std::function<bool(const Address&)>& is_allowed)
      : engine_(engine), is_allowed_(is_allowed) {}

  std::vector<DistributedScan> run() {
    Crowds crowds(engine_.pair_count());
    for_each_contact([&](const Contact& contact) {
      if (!engine_.pair(contact.pair).has(Pair::kAnswered))
        crowds.post(contact.key, contact.source);
    });
    crowds.flush();
    if (crowds.none()) return {};
    size_t count = 0;
    for_each_contact([&](const Contact& contact) { count += crowds.has(contact.key) ? 1 : 0; });
    const size_t rounds = count / kAtOnce + 1;
    for (size_t round = 0; round < rounds; ++round) {
      std::vector<Contact> contacts;
      for_each_contact([&](const Contact& contact) {
        if (mix(contact.key) % rounds == round && crowds.has(contact.key)) {
          contacts.push_back(contact);
        }
      });
      look_through(std::move(contacts));
    }
    Union united;
    for (DistributedScan& scan : found_) {
      const double corrected = scan.log_chance + std::log(static_cast<double>(tried_));
      if (-corrected > accusing_score()) united.add(std::move(scan));
    }
    return std::move(united).scans(engine_);
  }

 private:
  template <typename Visit>
  void for_each_contact(Visit visit) const {
    for (uint32_t number = 0; number < engine_.pair_count(); ++number) {
      const Pair& pair = engine_.pair(number);
      if (!pair.has(Pair::kContacted)) continue;
      const Address destination = engine_.destination(pair);
      if (resolves_addresses(destination.network)) continue;
      if (destination.is_multicast_or_broadcast()) continue;
      engine_.for_each_service(number, [&](Service service, bool, uint64_t) {
        visit(Contact{key_of(destination, service), pair.source, number});
      });
    }
  }

  // Tries each block in turn.
  void look_through(std::vector<Contact> contacts) {
    std::sort(contacts.begin(), contacts.end(), [](const Contact& a, const Contact& b) {
      return std::tie(a.key, a.source, a.pair) < std::tie(b.key, b.source, b.pair);
    });
    for (size_t from = 0; from < contacts.size();) {
      size_t to = from;
      while (to < contacts.size() && contacts[to].key == contacts[from].key) ++to;
      look_at(Block(contacts).subspan(from, to - from));
      from = to;
    }
  }

  void look_at(Block block) {
    const Service service = service_of(block[0]);
    ContactTest test;
    DistributedScan scan;
    std::vector<uint32_t> choices;
    std::unordered_set<uint64_t> hosts;
    uint64_t silent = 0;
    uint64_t most_silent = 0;  // of one source
    for (size_t from = 0; from < block.size();) {
      size_t to = from;
      while (to < block.size() && block[to].source == block[from].source) ++to;
      const Block own = block.subspan(from, to - from);
      from = to;
      if (!belongs(own, service)) continue;
      scan.sources.push_back(own[0].source);
      choices.push_back(static_cast<uint32_t>(own.size()));
      const auto own_silent = std::count_if(own.begin(), own.end(), [&](const Contact& contact) {
        return !engine_.pair(contact.pair).has(Pair::kAnswered);
      });
      silent += static_cast<uint64_t>(own_silent);
      most_silent = std::max(most_silent, static_cast<uint64_t>(own_silent));
      for (const Contact& contact : own) {
        count(contact, service, test, scan);
        hosts.insert(engine_.destination(engine_.pair(contact.pair)).low);
      }
    }
    if (scan.sources.size() < kFewestSharing || scan.contacts < kFewestShared) return;
    if (silent - most_silent < kFewestOfOthers || scan.contacts > kMostShared) return;
    ++tried_;
    // Of n contacts with any of 256 hosts about n² / (2 · 256) are expected to repeat others: half
    // as many are no sign of sharing, and not worth the exact test.
    const auto contacts = static_cast<double>(scan.contacts);
    scan.hosts = hosts.size();
    const auto repeated = static_cast<double>(scan.contacts - scan.hosts);
    if (repeated > contacts * contacts / (4 * kBlockSize)) return;
    if (!is_scan(test, service)) return;
    scan.log_chance = log_chance_of_distinct(choices, scan.hosts, kBlockSize);
    if (-scan.log_chance <= accusing_score()) return;
    scan.service = service;
    scan.block = block_of(engine_.destination(engine_.pair(block[0].pair)));
    found_.push_back(std::move(scan));
  }

  // Not kept with each contact, of which there may be millions: it is the one with that key.
  Service service_of(const Contact& contact) const {
    const Address destination = engine_.destination(engine_.pair(contact.pair));
    Service found;
    engine_.for_each_service(contact.pair, [&](Service service, bool, uint64_t) {
      if (key_of(destination, service) == contact.key) found = service;
    });
    return found;
  }

  bool belongs(Block own, const Service& service) const {
    if (own.size() < kFewestEach) return false;
    size_t conversed = 0;
    for (const Contact& contact : own) {
      const AnsweredService* answered = engine_.answered_service(contact.pair, service);
      conversed += answered != nullptr && answered->is_conversation() ? 1 : 0;
    }
    return 2 * conversed < own.size() &&
           !(is_allowed_ && is_allowed_(engine_.source(own[0].source).address));
  }

  void count(const Contact& contact, const Service& service, ContactTest& test,
             DistributedScan& scan) const {
    const bool one_way = is_captured_one_way(engine_, engine_.source(contact.source));
    const Host host = host_of(engine_, contact.pair, true, one_way);
    engine_.for_each_service(contact.pair, [&](Service requested, bool answered, uint64_t packets) {
      if (requested != service) return;
      test.add(host, service, answered, packets);
      scan.responded += answered ? 1 : 0;
    });
    ++scan.contacts;
  }

  static bool is_scan(const ContactTest& test, const Service& service) {
    Evidence evidence;
    test.conclude(evidence);
    return evidence.scan_services == 1 && evidence.scan_service == service &&
           is_address_scan(evidence);
  }

  const Engine& engine_;
  const std::function<bool(const Address&)>& is_allowed_;
  std::vector<DistributedScan> found_;
  uint64_t tried_ = 0;
};

// "1 in 10^12" and the like: the power is not worth more precision, nor is a greater one.
std::string chance_text(double log_chance) {
  constexpr int kMost = 12;
  const int power = std::min(kMost, static_cast<int>(-log_chance / std::log(10)));
  return "less than 1 in 10^" + std::to_string(power);
}

}  // namespace

std::vector<DistributedScan> find_distributed_scans(
    const Engine& engine, const std::function<bool(const Address&)>& is_allowed) {
  return Search(engine, is_allowed).run();
}

double log_chance_of_distinct(std::span<const uint32_t> choices, size_t distinct, size_t size) {
  // The chance of each number of different ones so far. What a source chose before is among them,
  // so that its next choice is one of the rest.
  std::vector<double> chance(size + 1, 0.0);
  chance[0] = 1;
  size_t most = 0;
  for (const uint32_t chosen : choices) {
    for (uint32_t before = 0; before < chosen && before < size; ++before) {
      const auto left = static_cast<double>(size - before);
      most = std::min(most + 1, size);
      for (size_t seen = most; seen > before; --seen) {
        const double is_new = static_cast<double>(size - seen + 1) / left;
        const double is_old = static_cast<double>(seen - before) / left;
        chance[seen] = chance[seen] * is_old + chance[seen - 1] * is_new;
      }
      chance[before] = 0;
    }
  }
  double sum = 0;
  for (size_t seen = distinct; seen <= size; ++seen) sum += chance[seen];
  return std::log(std::clamp(sum, std::numeric_limits<double>::min(), 1.0));
}

std::string distributed_text(const DistributedScan& scan) {
  const uint64_t repeated = scan.contacts - scan.hosts;
  std::string text = "one of " + std::to_string(scan.sources.size()) +
                     " sources that together requested " + service_in_words(scan.service) + " of " +
                     std::to_string(scan.hosts) + " hosts, " + to_string(scan.block) +
                     (has_ipv6_addresses(scan.block.network) ? "/120" : "/24");
  if (scan.blocks > 1) {
    text += " and " + std::to_string(scan.blocks - 1) + " more such " +
            (scan.blocks == 2 ? "block" : "blocks");
  }
  text += repeated == 0 ? std::string(", none of them twice")
                        : ", " + std::to_string(repeated) + " of them again";
  return text + ": of independent sources " + chance_text(scan.log_chance) + "; " +
         std::to_string(scan.responded) + " responded";
}

}  // namespace fanout
