// An observation as text, for what a comparison says.
#ifndef FANOUT_TESTS_UNIT_OBSERVATION_TEXT_H_
#define FANOUT_TESTS_UNIT_OBSERVATION_TEXT_H_

#include <string>

#include "tap/count/observation.h"

namespace fanout {

inline std::string text_of(const Observation& observation) {
  return std::string(network_name(observation.source.network)) + ' ' +
         to_string(observation.source) + " > " + to_string(observation.destination) + " role " +
         std::to_string(static_cast<int>(observation.role)) + ' ' +
         transport_name(observation.transport) + " probe " +
         std::to_string(static_cast<int>(observation.probe)) + ' ' + tool_name(observation.tool) +
         ' ' + std::to_string(observation.source_port) + " > " +
         std::to_string(observation.destination_port) + " bytes " +
         std::to_string(observation.bytes) + " payload " + std::to_string(observation.payload);
}

}  // namespace fanout

#endif  // FANOUT_TESTS_UNIT_OBSERVATION_TEXT_H_
