// In: the options and the preferences. Out: the settings of the engine and of a report.
#ifndef FANOUT_TAP_TERMINAL_SETTINGS_H_
#define FANOUT_TAP_TERMINAL_SETTINGS_H_

#include "tap/count/engine.h"
#include "tap/report/options.h"
#include "tap/report/report.h"

namespace fanout {

/// The settings of a report: the options, and the preferences for what they leave open.
ReportSettings report_settings(const Options& options);

/// The engine's options, likewise.
Engine::Options engine_options(const Options& options);

}  // namespace fanout

#endif  // FANOUT_TAP_TERMINAL_SETTINGS_H_
