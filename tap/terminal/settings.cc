#include "tap/terminal/settings.h"

#include "tap/capture/preferences.h"

namespace fanout {

ReportSettings report_settings(const Options& options) {
  const Preferences defaults = preferences();
  ReportSettings settings;
  settings.threshold = options.threshold.value_or(defaults.threshold);
  settings.ports = options.ports.value_or(defaults.ports);
  settings.window = options.window.value_or(defaults.window);
  settings.all = options.all;
  settings.pairs = options.pairs;
  settings.top = options.top;
  settings.filter = options.filter;
  settings.is_allowed = is_never_flagged;
  return settings;
}

Engine::Options engine_options(const Options& options) {
  const Preferences defaults = preferences();
  Engine::Options result;
  result.limit = defaults.limit;
  result.unicast = options.unicast || !defaults.count_multicast;
  return result;
}

}  // namespace fanout
