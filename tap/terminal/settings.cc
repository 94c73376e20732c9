#include "tap/terminal/settings.h"

#include <utility>

namespace fanout {

ReportSettings report_settings(const Options& options, const Preferences& defaults,
                               std::function<bool(const Address&)> is_allowed) {
  ReportSettings settings;
  settings.threshold = options.threshold.value_or(defaults.threshold);
  settings.ports = options.ports.value_or(defaults.ports);
  settings.window = options.window.value_or(defaults.window);
  settings.all = options.all;
  settings.pairs = options.pairs;
  settings.top = options.top;
  settings.filter = options.filter;
  settings.is_allowed = std::move(is_allowed);
  return settings;
}

Engine::Options engine_options(const Options& options, const Preferences& defaults) {
  Engine::Options result;
  result.limit = defaults.limit;
  result.unicast = options.unicast || !defaults.count_multicast;
  return result;
}

}  // namespace fanout
