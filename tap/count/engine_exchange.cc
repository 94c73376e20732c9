// The services that answered, and the data that was exchanged with each of them.
#include <algorithm>

#include "tap/count/engine_parts.h"

namespace fanout {
namespace {

constexpr uint64_t kMillisecond = 1'000'000;

uint32_t milliseconds_between(int64_t first, int64_t later) {
  if (first == kNoTime || later == kNoTime) return AnsweredService::kNotKnown;
  if (later <= first) return 0;
  const uint64_t between =
      (static_cast<uint64_t>(later) - static_cast<uint64_t>(first)) / kMillisecond;
  return static_cast<uint32_t>(std::min<uint64_t>(between, AnsweredService::kNotKnown - 1));
}

// The same for both directions: `pair_hash` differs in its lowest bit.
uint32_t service_hash(uint32_t pair_hash, Service service) {
  return static_cast<uint32_t>(mix(uint64_t{pair_hash | 1} << 32 |
                                   uint64_t{static_cast<uint8_t>(service.transport)} << 16 |
                                   service.port) >>
                               32);
}

}  // namespace

// Notes the first answer of a service to who asked for it.
void Engine::note_answer(uint32_t asker, uint32_t answering, Service service,
                         const Observation& observation) {
  if (service.transport == Transport::kIcmp || asker == answering) return;
  const uint32_t hash =
      service_hash(this->hash(observation.source, observation.destination), service);
  const uint32_t known = answered_index_.find(hash, [&](uint32_t number) {
    return answered_[number].pair == asker && answered_[number].service == service;
  });
  if (known != kNone) return;
  AnsweredService answered{};
  answered.pair = asker;
  answered.answering = answering;
  answered.answer_frame = observation.frame;
  answered.service = service;
  answered_index_.add(hash, answered_.size());
  answered_.push_back(answered);
}

// The answered service between the two to which the packet belongs, or kNone. That of the lower
// port is looked for first, so that both directions find the same.
uint32_t Engine::find_exchange(uint32_t pair, uint32_t hash, const Observation& observation) const {
  const auto find = [&](uint32_t AnsweredService::*side, uint16_t port) {
    const Service service{observation.transport, port};
    return answered_index_.find(service_hash(hash, service), [&](uint32_t number) {
      return answered_[number].*side == pair && answered_[number].service == service;
    });
  };
  const uint16_t own = observation.source_port;
  const uint16_t asked = observation.destination_port;
  const bool is_to_service = asked <= own;
  const uint32_t found =
      is_to_service ? find(&AnsweredService::pair, asked) : find(&AnsweredService::answering, own);
  if (found != kNone) return found;
  return is_to_service ? find(&AnsweredService::answering, own)
                       : find(&AnsweredService::pair, asked);
}

// Counts data, if a service answered before that it is for or from, and returns the number of that.
uint32_t Engine::exchange(uint32_t pair, uint32_t hash, const Observation& observation,
                          uint64_t packets, uint64_t payload) {
  const uint32_t number = find_exchange(pair, hash, observation);
  if (number == kNone) return number;
  AnsweredService& answered = answered_[number];
  if (answered.packets == 0) {
    answered.first_frame = observation.frame;
    answered.after = milliseconds_between(pairs_[answered.pair].first_time, observation.time);
  }
  answered.last_frame = observation.frame;
  answered.packets =
      static_cast<uint32_t>(std::min<uint64_t>(answered.packets + packets, UINT32_MAX));
  (pair == answered.pair ? answered.sent : answered.received) += payload;
  return number;
}

const AnsweredService* Engine::answered_service(uint32_t pair, Service service) const {
  const Address& source = sources_[pairs_[pair].source].address;
  const uint32_t number = answered_index_.find(
      service_hash(hash(source, destination(pairs_[pair])), service), [&](uint32_t number) {
        return answered_[number].pair == pair && answered_[number].service == service;
      });
  return number == kNone ? nullptr : &answered_[number];
}

uint32_t Engine::opposite_of(uint32_t pair) const {
  const Address& source = sources_[pairs_[pair].source].address;
  const Address destination = this->destination(pairs_[pair]);
  return find_pair(destination, source, hash(destination, source));
}

}  // namespace fanout
