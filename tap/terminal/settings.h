// In: the options and the preferences. Out: the settings of the engine and of a report.
#ifndef FANOUT_TAP_TERMINAL_SETTINGS_H_
#define FANOUT_TAP_TERMINAL_SETTINGS_H_

#include <functional>

#include "tap/capture/preferences.h"
#include "tap/count/engine.h"
#include "tap/report/options.h"
#include "tap/report/report.h"

namespace fanout {

/// The settings of a report: the options, and the preferences for what they leave open.
ReportSettings report_settings(const Options& options, const Preferences& defaults,
                               std::function<bool(const Address&)> is_allowed);

/// The engine's options, likewise.
Engine::Options engine_options(const Options& options, const Preferences& defaults);

/// With the preferences now in force.
inline ReportSettings report_settings(const Options& options) {
  return report_settings(options, preferences(), is_never_flagged);
}
inline Engine::Options engine_options(const Options& options) {
  return engine_options(options, preferences());
}

}  // namespace fanout

#endif  // FANOUT_TAP_TERMINAL_SETTINGS_H_
