#include "tap/judge/steps.h"

#include "tap/judge/parameters.h"

namespace fanout {
namespace {

Address on_link(Address address) {
  address.network = address.network == Network::kIpv6 ? Network::kNdp : Network::kArp;
  return address;
}

}  // namespace

uint32_t link_source_of(const Engine& engine, uint32_t source) {
  const Address& address = engine.source(source).address;
  return resolves_addresses(address.network) ? kNone : engine.find_source(on_link(address));
}

std::optional<Steps> find_steps(const Engine& engine, uint32_t sweep, uint32_t scan,
                                std::span<const uint32_t> pairs) {
  Steps steps;
  steps.network = engine.source(sweep).address.network;
  steps.swept_up = engine.source(sweep).answered;
  for (const uint32_t number : pairs) {
    const Pair& pair = engine.pair(number);
    const Address destination = engine.destination(pair);
    if (!pair.has(Pair::kContacted) || destination.is_multicast_or_broadcast()) continue;
    ++steps.targets;
    const uint32_t asked = engine.find_pair(sweep, on_link(destination));
    if (asked == kNone) continue;
    const Pair& before = engine.pair(asked);
    if (before.has(Pair::kAnswered) && before.first_time <= pair.first_time) ++steps.responded;
  }
  const bool are_nearly_all =
      steps.targets > 0 &&
      static_cast<double>(steps.responded) >= kStepShare * static_cast<double>(steps.targets);
  return are_nearly_all && scan != sweep ? std::optional(steps) : std::nullopt;
}

std::string scan_step_text(const Steps& steps) {
  std::string text = std::string("after its ") + network_name(steps.network) + " sweep";
  if (!steps.block.empty()) text += " of " + steps.block;
  return text + ", to which " + std::to_string(steps.responded) + " of its " +
         std::to_string(steps.targets) + (steps.targets == 1 ? " target" : " targets") +
         " had responded";
}

std::string sweep_step_text(const Steps& steps) {
  const std::string probe = steps.probe.empty() ? "" : steps.probe + ' ';
  return "before its " + probe + "scan of " + std::to_string(steps.responded) + " of the " +
         std::to_string(steps.swept_up) + (steps.swept_up == 1 ? " host" : " hosts") +
         " that responded";
}

}  // namespace fanout
