// Which frames of a capture only the full dissection can read because of frames before them: those
// of the conversations in which a tunnel has begun.
#ifndef FANOUT_TAP_COUNT_TUNNELS_H_
#define FANOUT_TAP_COUNT_TUNNELS_H_

#include <bitset>
#include <compare>

#include <boost/unordered/unordered_flat_set.hpp>

#include "tap/count/headers.h"

namespace fanout {

/// What the headers of a frame say.
struct HeaderObservations {
  Observation header;
  Observation neighbour;  ///< for neighbour discovery: who is looked for by whom
  bool has_neighbour = false;

  /// Calls take(observation) for the header, and for the neighbour if there is one.
  template <typename Take>
  void for_each(Take take) const {
    take(header);
    if (has_neighbour) take(neighbour);
  }
};

/// Reads the frames of one capture in their order, and remembers the conversations in which
/// tunnels begin. Not thread-safe.
class FrameReader {
 public:
  /// `carriers` must outlive this.
  explicit FrameReader(const Carriers& carriers) : carriers_(&carriers) {}

  /// As read_frame(), which sets `observed.header`, but kUnknown also for each frame of a
  /// conversation in which a tunnel has begun, and for no other frame than the first where a tunnel
  /// begins. O(1).
  Reading read(Link link, Bytes captured, uint32_t length, HeaderObservations& observed) {
    if (reads_nothing_) return Reading::kUnknown;
    Observation& header = observed.header;
    Reading reading = read_frame(link, captured, length, *carriers_, header);
    if (reading == Reading::kTlsRecord || reading == Reading::kPartOfTlsOrText) {
      reading = follow_tls(reading, header);
    }
    observed.has_neighbour = false;
    if (reading == Reading::kObservation) {
      if (!conversations_.empty() && is_inside(header)) return Reading::kUnknown;
      if (header.role == Role::kDiscovery) find_neighbour(captured, observed);
      return reading;
    }
    if (reading == Reading::kNothing) return reading;
    if (reading != Reading::kUnknown) note(reading, header);
    return Reading::kUnknown;
  }

  /// Uses these ports from now on. `carriers` must outlive this.
  void use(const Carriers& carriers) { carriers_ = &carriers; }

 private:
  /// Both directions of a conversation have the same. Ports are 0 where any will do.
  struct Conversation {
    Address low;
    Address high;
    uint16_t low_port;
    uint16_t high_port;
    Transport transport;
    auto operator<=>(const Conversation&) const = default;
  };
  struct Hash {
    using is_avalanching = void;
    size_t operator()(const Conversation& conversation) const;
  };
  // More tunnels than these, and every frame is left to the full dissection.
  static constexpr size_t kMost = 65536;

  static Conversation conversation_of(const Observation& observation, bool any_port);
  static size_t place(const Observation& observation);
  bool is_inside(const Observation& observation) const;
  static void find_neighbour(Bytes captured, HeaderObservations& observed);
  void note(Reading reading, const Observation& observation);
  Reading follow_tls(Reading reading, const Observation& observation);

  const Carriers* carriers_;
  bool reads_nothing_ = false;
  boost::unordered_flat_set<Conversation, Hash> conversations_;
  boost::unordered_flat_set<Conversation, Hash> tls_;  // those with a port of a tunnel's
  std::bitset<4096> hosts_;                            // spares nearly all other frames the search
};

}  // namespace fanout

#endif  // FANOUT_TAP_COUNT_TUNNELS_H_
