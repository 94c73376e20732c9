// All that can be told of an engine's pairs and sources, to compare two engines.
#ifndef FANOUT_TESTS_UNIT_ENGINE_STATE_H_
#define FANOUT_TESTS_UNIT_ENGINE_STATE_H_

#include <array>
#include <bit>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "tap/count/engine.h"

namespace fanout {

inline auto everything(const Engine& engine) {
  using PairBits = std::array<uint64_t, sizeof(Pair) / sizeof(uint64_t)>;
  std::vector<std::tuple<PairBits, uint64_t, uint64_t, uint32_t, uint32_t, std::vector<uint64_t>>>
      pairs;
  for (uint32_t number = 0; number < engine.pair_count(); ++number) {
    std::vector<uint64_t> services;
    engine.for_each_service(number, [&](Service service, bool answered, uint64_t packets) {
      services.push_back(uint64_t{answered} << 32 |
                         uint64_t{static_cast<uint8_t>(service.transport)} << 16 | service.port);
      services.push_back(packets);
    });
    engine.for_each_request(number, [&](const Request& request) {
      services.push_back(uint64_t{request.answered} << 33 | uint64_t{request.refused} << 32 |
                         request.first_frame);
      services.push_back(static_cast<uint64_t>(request.first_time));
    });
    const ServiceCount count = engine.services(number);
    services.push_back(count.lasted);
    pairs.emplace_back(std::bit_cast<PairBits>(engine.pair(number)), engine.packets(number),
                       engine.bytes(number), count.tried, count.answered, services);
  }
  std::vector<std::tuple<Address, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t,
                         uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint64_t, uint64_t,
                         int64_t, int64_t, uint32_t, std::array<uint32_t, kTools>>>
      sources;
  for (uint32_t number = 0; number < engine.source_count(); ++number) {
    const Source& source = engine.source(number);
    sources.emplace_back(source.address, source.destinations, source.contacted, source.answered,
                         source.tcp_attempts, source.tcp_refused, source.tcp_handshakes,
                         source.missed, source.talked, source.heard, source.first_frame,
                         source.last_frame, source.packets, source.bytes, source.first_time,
                         source.last_time, source.probes, engine.probes_of(number));
  }
  std::vector<std::array<uint64_t, 10>> answered;
  for (uint32_t number = 0; number < engine.pair_count(); ++number) {
    engine.for_each_service(number, [&](Service service, bool, uint64_t) {
      const AnsweredService* found = engine.answered_service(number, service);
      if (found == nullptr) return;
      answered.push_back({number, static_cast<uint64_t>(service.transport), service.port,
                          found->answering, found->answer_frame, found->first_frame,
                          found->last_frame, found->packets, found->after, found->sent});
      answered.push_back({found->received});
    });
  }
  return std::tuple(pairs, sources, answered);
}

}  // namespace fanout

#endif  // FANOUT_TESTS_UNIT_ENGINE_STATE_H_
