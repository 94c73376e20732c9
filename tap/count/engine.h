// In: observations, in the order of the packets. Out: for every source its unique destinations,
// counted exactly, and what passed between the two. Knows no Wireshark, GLib or Qt.
#ifndef FANOUT_TAP_COUNT_ENGINE_H_
#define FANOUT_TAP_COUNT_ENGINE_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "tap/count/observation.h"
#include "tap/count/runs.h"
#include "tap/count/sketch.h"
#include "tap/count/table.h"

namespace fanout {

/// A service: a transport and a port (for ICMP the type, for other protocols their IP number).
struct Service {
  Transport transport = Transport::kOther;
  uint16_t port = 0;
  auto operator<=>(const Service&) const = default;
};

/// A source and one of its destinations: the only thing there are tens of millions of, hence its
/// 32 bytes. Counts that outgrow their bits go on in Engine::Excess.
struct Pair {
  enum Flag : uint8_t {
    kContacted = 1,    ///< the source sent first, and asked something: a first contact
    kAnswered = 2,     ///< ... and the destination answered; a RST or an ICMP error is no answer
    kUnsolicited = 4,  ///< the source sent first, but an answer or a RST: backscatter, or cut off
    kReplying = 8,     ///< the destination had sent to the source before
    kCredited = 16,    ///< the source's answer is noted on the opposite pair
    kAsked = 32,       ///< `port` is the first service that the source requested
    kServed = 64,      ///< `port` is the source's own, from which it answered
    kPorts = 128,      ///< the source requested more services: they are in the engine's table
  };

  uint32_t source;       ///< number of the source
  uint32_t destination;  ///< the address, or for IPv6 its place in the engine's table
  uint32_t first_frame;
  uint32_t packets : 16;  ///< the low bits; see Engine::packets
  uint32_t flags : 8;
  uint32_t probe_kind : 4;  ///< Probe: what the source began with; an ICMP error if it sent no more
  uint32_t spoke : 1;       ///< it sent more than ICMP errors and neighbour discovery
  uint32_t bare : 1;        ///< a first contact, and so far no sign of a connection
  uint32_t talked : 1;      ///< the source sent what belongs to a connection: data, or its ACK
  uint32_t heard : 1;       ///< ... and the other side of it was captured too
  uint32_t bytes : 24;      ///< the low bits; see Engine::bytes
  uint32_t span_code : 7;   ///< the time from the first packet to the last; see span()
  uint32_t connected : 1;   ///< the source acknowledged a SYN-ACK or INIT ACK
  uint16_t port;
  uint16_t transport : 3;        ///< of `port`
  uint16_t open_attempts : 6;    ///< SYNs for which nothing has come back yet, saturating
  uint16_t open_handshakes : 6;  ///< SYN-ACKs the source has not acknowledged yet, saturating
  uint16_t same_port : 1;        ///< the first packet was UDP, from a port to the same port
  int64_t first_time;            ///< nanoseconds since 1970, or kNoTime

  bool has(Flag flag) const { return (flags & flag) != 0; }
  Probe probe() const { return static_cast<Probe>(probe_kind); }
  /// Nanoseconds from the first packet to the one furthest from it: rounded down, by a fifth at
  /// most, and up to 100 days.
  uint64_t span() const;
  Service service() const { return {static_cast<Transport>(transport), port}; }
  bool has_asked_first(const Service& service) const {
    return has(kAsked) && this->service() == service;
  }
};
static_assert(sizeof(Pair) == 32);

/// What is counted of a source, over all its destinations.
struct Source {
  // What every packet touches comes first: it spans no more cache lines than it must.
  Address address;
  uint64_t packets = 0;
  uint64_t bytes = 0;
  int64_t first_time = kNoTime;
  int64_t last_time = kNoTime;
  uint32_t last_frame = 0;
  uint32_t tcp_attempts = 0;  ///< packets that ask for a connection, retransmissions included

  uint32_t tcp_refused = 0;     ///< of these, answered by a RST
  uint32_t tcp_handshakes = 0;  ///< of these, answered by a SYN-ACK that the source acknowledged
  uint32_t first_frame = 0;
  uint32_t destinations = 0;  ///< pairs
  uint32_t missed = 0;        ///< packets to destinations past the limit, saturating
  uint32_t contacted = 0;     ///< pairs with Pair::kContacted
  uint32_t answered = 0;      ///< pairs with Pair::kAnswered
  uint32_t talked = 0;        ///< pairs with Pair::talked
  uint32_t heard = 0;         ///< pairs with Pair::heard
  uint32_t probes = 0;  ///< first contacts and further services, as Engine::probes_of() counts
};

/// Nanoseconds in 16 bits: a floating-point number with ten bits of mantissa, so rounded down by
/// less than a thousandth.
struct ShortDelay {
  uint16_t code = 0;
  static ShortDelay of(uint64_t nanoseconds);
  uint64_t nanoseconds() const;
};

/// What is known of a service that a source requested of a destination.
struct Request {
  Service service;
  bool answered = false;
  /// A RST or an ABORT came from it. If it is the only service, any refusal of the host, and its
  /// ICMP error about a port or protocol that it does not have; of several, such an error does not
  /// tell which.
  bool refused = false;
  uint32_t first_frame = 0;      ///< that requested it
  int64_t first_time = kNoTime;  ///< rounded like ShortDelay after the pair's first packet
};

/// A number of distinct things and its bounds: the same three times where it is exact, else an
/// estimate and its bounds: three standard errors, or certain ones.
struct Cardinality {
  uint64_t value = 0;
  uint64_t low = 0;
  uint64_t high = 0;
  bool exact() const { return low == high; }
};

/// How many services a source requested of one destination, and in what time.
struct ServiceCount {
  uint32_t tried = 0;
  uint32_t answered = 0;
  uint64_t lasted = 0;  ///< nanoseconds from the first request for another to the last
  uint32_t failed() const { return tried - answered; }
};

/// A service that answered a source's request (a SYN-ACK, an INIT ACK, a UDP reply, an IP
/// protocol's datagram; ICMP is no service), and the data that the two exchanged from then on:
/// `payload` of observations, not bytes of frames, which the pair has.
struct AnsweredService {
  uint32_t pair;          ///< of the source
  uint32_t answering;     ///< the opposite one
  uint32_t answer_frame;  ///< the frame of the first answer
  uint32_t first_frame;   ///< the first frame with data, in either direction; 0: none
  uint32_t last_frame;    ///< and the last
  uint32_t packets;       ///< with data, in both directions, saturating
  uint32_t after;         ///< see kNotKnown; milliseconds from the first packet of the pair to
                          ///< `first_frame`, saturating
  Service service;
  uint64_t sent;      ///< bytes of data, by the source
  uint64_t received;  ///< ... by the service

  static constexpr uint32_t kNotKnown = UINT32_MAX;  ///< of `after`: a time is missing

  /// Data went both ways.
  bool is_conversation() const { return sent != 0 && received != 0; }
};
static_assert(sizeof(AnsweredService) == 48);

/// Counts observations.
///
/// Memory: 32 bytes a pair and 6 to 12 for its place in the index, about 120 a source, for IPv6
/// about 30 for each distinct address, and 60 for each service that answered. Past
/// `Options::limit` no more pairs are stored; how many destinations the sources contact beyond them
/// is estimated. Not thread-safe.
class Engine {
 public:
  struct Options {
    uint64_t limit = 50'000'000;  ///< pairs, and services beyond a pair's first, to store at most
    bool unicast = false;         ///< leave multicast and broadcast destinations out
    bool history = false;         ///< keep each source's pairs in order (4 to 8 bytes a pair)
  };

  /// What an observation changed.
  struct Seen {
    uint32_t source = kNone;  ///< kNone: it was not counted
    uint32_t pair = kNone;    ///< kNone: not counted, or past the limit
    bool new_destination = false;
    bool new_service = false;   ///< the source requested a further service of the same destination
    bool new_estimate = false;  ///< past the limit: the source's destinations are more than before
    /// The pair whose source has a conversation since this packet, as AnsweredService has it.
    uint32_t new_conversation = kNone;
  };

  explicit Engine(const Options& options);

  /// Counts one observation. Amortised O(1); allocates only when a table grows.
  Seen observe(const Observation& observation);

  /// Counts one observation, but a few observations later: what it needs from memory is on its way
  /// by then. Everything but this function expects flush() to have been called since.
  void post(const Observation& observation);
  /// Counts what was posted.
  void flush();

  /// Counts a run: the same as observing each of its packets, but for Source::last_frame, which
  /// becomes the frame of the latest Run::end replayed. Runs come in the order of Run::begin, and
  /// an engine that replays any counts nothing else. `first_frame` and `last_frame` are the numbers
  /// that the engine is to keep for the frames of `begin` and `end`. O(1): at most as much as
  /// observing 130 packets, whatever the count.
  Seen replay(const Run& run, uint32_t first_frame, uint32_t last_frame);

  /// Counts a frame, whether or not anything is observed in it.
  void count_frame(int64_t time);
  /// Counts so many frames, with the least and the greatest of their times.
  void count_frames(uint64_t frames, int64_t first_time, int64_t last_time);

  const Options& options() const { return options_; }
  uint64_t frames() const { return frames_; }
  int64_t first_time() const { return first_time_; }
  int64_t last_time() const { return last_time_; }
  /// The frame in which the limit was hit, or 0.
  uint32_t limit_hit_in() const { return limit_hit_in_; }

  /// Pairs with Pair::talked and with Pair::heard, of all sources.
  uint64_t talked() const { return talked_; }
  uint64_t heard() const { return heard_; }

  uint32_t source_count() const { return static_cast<uint32_t>(sources_.size()); }
  const Source& source(uint32_t number) const { return sources_[number]; }
  uint32_t find_source(const Address& address) const;
  /// Distinct destinations of a source. O(1) where it is exact.
  Cardinality destinations(uint32_t source) const;
  /// Distinct sources, with those that came past the limit. O(registers of a sketch).
  Cardinality sources_total() const;
  /// Distinct pairs of source and destination, with those past the limit. O(registers of a sketch).
  Cardinality pairs_total() const;

  uint32_t pair_count() const { return static_cast<uint32_t>(pairs_.size()); }
  const Pair& pair(uint32_t number) const { return pairs_[number]; }
  Address destination(const Pair& pair) const;
  uint32_t find_pair(uint32_t source, const Address& destination) const;
  uint64_t packets(uint32_t pair) const;
  uint64_t bytes(uint32_t pair) const;
  /// O(1).
  ServiceCount services(uint32_t pair) const;
  /// Calls visit(pair number, ServiceCount) for each pair with Pair::kPorts, in no order.
  template <typename Visit>
  void for_each_pair_with_services(Visit visit) const {
    for (const auto& [pair, asked] : per_pair_) visit(pair, services(pair));
  }
  /// Calls visit(Service, whether it answered, packets that requested it) for each service
  /// requested of a pair's destination, in the order of the first requests. Of several services the
  /// packets saturate at 127, and those of the first are counted up to the request for the second.
  /// O(of them).
  template <typename Visit>
  void for_each_service(uint32_t pair, Visit visit) const {
    if (!pairs_[pair].has(Pair::kPorts)) {
      if (!pairs_[pair].has(Pair::kAsked)) return;
      visit(pairs_[pair].service(), on_speaking_terms(pair), packets(pair));
      return;
    }
    for (const Service& service : per_pair_.find(pair)->second.services) {
      const Asked& asked = services_.find(service_key(pair, service))->second;
      visit(service, asked.answered != 0, uint64_t{asked.packets});
    }
  }
  /// Calls visit(Request) for the same services in the same order. O(of them).
  template <typename Visit>
  void for_each_request(uint32_t pair, Visit visit) const {
    if (!pairs_[pair].has(Pair::kPorts)) {
      if (pairs_[pair].has(Pair::kAsked)) visit(only_request(pair));
      return;
    }
    for (const Service& service : per_pair_.find(pair)->second.services) {
      visit(request(pair, service, services_.find(service_key(pair, service))->second));
    }
  }
  /// The service, if it answered the pair's source, or nullptr. O(1). Those of pairs and services
  /// past the limit are not stored.
  const AnsweredService* answered_service(uint32_t pair, Service service) const;
  /// The pair from `pair`'s destination to its source, if that sent anything, even if only errors,
  /// or kNone. O(1).
  uint32_t opposite_of(uint32_t pair) const;
  /// How many of a source's probes look like each tool's, by Tool: of the packets with which it
  /// initiated contact or requested a further service, retransmissions not included. O(1). Those
  /// past the limit are not counted.
  std::array<uint32_t, kTools> probes_of(uint32_t source) const;
  /// The pairs of a source in the order they were first seen; needs Options::history.
  const std::vector<uint32_t>& history(uint32_t source) const { return history_[source]; }

  /// Bytes that the tables hold, about.
  size_t memory() const;

 private:
  struct SeededHash {
    using is_avalanching = void;
    uint64_t seed;
    size_t operator()(uint64_t value) const { return mix(value ^ seed); }
  };
  template <typename Key, typename Value>
  using Map = boost::unordered_flat_map<Key, Value, SeededHash>;
  using SourceSketch = Sketch<8>;
  // Pairs past the limit: three standard errors are 1.2 % of them.
  struct Unstored {
    Sketch<16> pairs;
    uint64_t packets = 0;
  };
  struct Asked {
    uint8_t packets : 7;
    uint8_t answered : 1;
    uint8_t opened : 1;   // by more than a bare ACK or the like
    uint8_t refused : 1;  // by a RST or an ABORT
    ShortDelay delay;     // of its first request, from the pair's first packet
    uint32_t first_frame;
  };
  struct PairServices {
    std::vector<Service> services;
    uint32_t answered = 0;
    int64_t earliest = kNoTime;  // first request for a further service
    int64_t latest = kNoTime;
  };
  struct Excess {
    uint64_t packets = 0;
    uint64_t bytes = 0;
  };
  struct LastFrame {
    Moment moment;
    uint32_t number = 0;
  };
  struct Posted {
    Observation observation;
    uint32_t hash;
    uint32_t pair;  // very likely: the first with this hash
  };

  static uint64_t service_key(uint32_t pair, Service service) {
    return uint64_t{pair} << 19 | uint64_t{static_cast<uint8_t>(service.transport)} << 16 |
           service.port;
  }
  bool full() const { return pairs_.size() + services_.size() >= options_.limit; }
  uint32_t hash(const Address& address) const;
  uint32_t hash(const Address& source, const Address& destination) const;
  void load_place(Posted& posted) const;
  void load_pair(Posted& posted) const;
  void load_source(const Posted& posted) const;
  Seen observe(const Observation& observation, uint32_t hash, uint32_t likely_pair);
  uint32_t find_or_add_source(const Address& address, uint32_t frame);
  void observe_again(const Observation& observation, uint32_t hash, const Seen& seen,
                     uint64_t times);
  uint32_t add_pair(uint32_t source, const Observation& observation, uint32_t hash);
  bool is_pair(uint32_t number, const Address& source, const Address& destination) const;
  uint32_t find_pair(const Address& source, const Address& destination, uint32_t hash) const;
  uint32_t opposite(const Observation& observation) const;
  void note_limit(uint32_t frame);
  uint64_t reserve() const;
  void count_unstored(const Observation& observation);
  bool count_beyond_limit(uint32_t source, const Observation& observation);
  void count_packets(Pair& pair, uint32_t number, uint64_t packets, uint64_t bytes);
  static void note_time(Pair& pair, int64_t time);
  void count_probe(const Seen& seen, Source& source, const Observation& observation);
  bool weigh(Pair& pair, uint32_t number, Source& source, const Observation& observation);
  uint32_t begin(Pair& pair, uint32_t number, Source& source, const Observation& observation);
  void contact(Pair& pair, Source& source, const Observation& observation);
  bool weigh_datagram(Pair& pair, uint32_t number, uint32_t other, const Observation& observation);
  bool weigh_answer(Pair& pair, uint32_t number, uint32_t other, const Observation& observation);
  bool weigh_refusal(Pair& pair, uint32_t number, uint32_t other, bool is_first,
                     const Observation& observation);
  bool weigh_data(Pair& pair, uint32_t number, Source& source, uint32_t other,
                  const Observation& observation);
  void settle(Pair& pair);
  void talk(Pair& pair, const Observation& observation);
  void note_talk(Pair& pair);
  void hear(Pair& pair);
  static void serve(Pair& pair, Service own);
  bool ask(uint32_t pair, Service service, const Observation& observation);
  bool on_speaking_terms(uint32_t pair) const;
  bool has_asked(uint32_t pair, Service service) const;
  bool has_opened(uint32_t pair, Service service) const;
  void answer(uint32_t pair, Service service);
  void refuse(uint32_t pair, Service service);
  bool has_refused(uint32_t pair) const;
  Request only_request(uint32_t pair) const;
  Request request(uint32_t pair, Service service, const Asked& asked) const;
  void note_answer(uint32_t asker, uint32_t answering, Service service,
                   const Observation& observation);
  uint32_t find_exchange(uint32_t pair, uint32_t hash, const Observation& observation) const;
  uint32_t exchange(uint32_t pair, uint32_t hash, const Observation& observation, uint64_t packets,
                    uint64_t payload);
  void replay_exchange(const Run& run, uint32_t pair, uint32_t hash, const Observation& observation,
                       uint32_t last_frame);

  Options options_;
  uint64_t seed_;
  Blocks<Pair> pairs_;
  Index pair_index_;
  Blocks<Source> sources_;
  Index source_index_;
  Blocks<Address> ipv6_destinations_;
  Index ipv6_index_;
  Map<uint64_t, Asked> services_;         // by pair, transport and port
  Map<uint32_t, PairServices> per_pair_;  // pairs with Pair::kPorts
  Blocks<AnsweredService> answered_;      // of which there are no more than pairs and services_
  Index answered_index_;
  Map<uint32_t, std::array<uint32_t, kTools>> by_tool_;  // sources with probes like a tool's
  Map<uint32_t, Excess> excess_;                         // pairs whose counts outgrew their bits
  Map<uint32_t, SourceSketch> beyond_;                   // sources: destinations past the limit
  std::unique_ptr<Sketch<14>> unlisted_;                 // sources past every limit
  std::unique_ptr<Unstored> unstored_;                   // pairs past the limit, of all sources
  uint64_t late_sources_ = 0;                            // sources stored past the limit
  std::vector<std::vector<uint32_t>> history_;
  std::vector<LastFrame> last_frames_;  // by source, if runs are replayed
  std::vector<LastFrame> last_data_;    // likewise, by answered service
  uint32_t last_source_ = kNone;        // packets come in bursts from one source
  static constexpr uint32_t kPosted = 32;
  std::array<Posted, kPosted> posted_;
  uint32_t posted_from_ = 0;
  uint32_t posted_to_ = 0;
  uint64_t talked_ = 0;
  uint64_t heard_ = 0;
  uint64_t frames_ = 0;
  int64_t first_time_ = kNoTime;
  int64_t last_time_ = kNoTime;
  uint32_t limit_hit_in_ = 0;
};

}  // namespace fanout

#endif  // FANOUT_TAP_COUNT_ENGINE_H_
