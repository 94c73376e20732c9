#include "tap/count/tunnels.h"

#include <utility>

#include "tap/count/digest.h"

namespace fanout {

size_t FrameReader::Hash::operator()(const Conversation& conversation) const {
  const uint64_t hash = digest(conversation.high, digest(conversation.low, 0));
  const uint64_t ports = uint64_t{conversation.low_port} << 16 | conversation.high_port;
  return mix(hash ^ ports << 8 ^ static_cast<uint8_t>(conversation.transport));
}

FrameReader::Conversation FrameReader::conversation_of(const Observation& observation,
                                                       bool any_port) {
  Conversation result{observation.source, observation.destination, observation.source_port,
                      observation.destination_port, observation.transport};
  if (any_port) result.low_port = result.high_port = 0;
  if (std::pair(result.high, result.high_port) < std::pair(result.low, result.low_port)) {
    std::swap(result.low, result.high);
    std::swap(result.low_port, result.high_port);
  }
  return result;
}

// The same for both directions.
size_t FrameReader::place(const Observation& observation) {
  return mix(observation.source.low + observation.destination.low) % 4096;
}

bool FrameReader::is_inside(const Observation& observation) const {
  return hosts_[place(observation)] &&
         (conversations_.contains(conversation_of(observation, false)) ||
          conversations_.contains(conversation_of(observation, true)));
}

void FrameReader::find_neighbour(Bytes captured, HeaderObservations& observed) {
  const Observation& header = observed.header;
  observed.neighbour = {};
  observed.neighbour.frame = header.frame;
  observed.neighbour.bytes = header.bytes;
  observed.neighbour.time = header.time;
  observed.has_neighbour = read_neighbour(find_ipv6(captured, header.source, header.destination),
                                          header, observed.neighbour);
}

// Wireshark joins the segments of a record, so that its dissector of TLS, which takes no text, sees
// only how the record begins.
Reading FrameReader::follow_tls(Reading reading, const Observation& observation) {
  const Conversation conversation = conversation_of(observation, false);
  if (reading == Reading::kPartOfTlsOrText) {
    return tls_.contains(conversation) ? Reading::kObservation : Reading::kUnknown;
  }
  if (tls_.size() < kMost) tls_.insert(conversation);
  return Reading::kObservation;
}

void FrameReader::note(Reading reading, const Observation& observation) {
  if (reading == Reading::kTunnelsBeginAnywhere || conversations_.size() >= kMost) {
    reads_nothing_ = true;
    return;
  }
  const bool any_port = reading == Reading::kTunnelBeginsBetweenHosts;
  conversations_.insert(conversation_of(observation, any_port));
  hosts_.set(place(observation));
}

}  // namespace fanout
