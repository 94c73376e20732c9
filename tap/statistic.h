// tshark -z fanout,…: one statistic with its tap listeners, its counts and its report.
#ifndef FANOUT_TAP_STATISTIC_H_
#define FANOUT_TAP_STATISTIC_H_

#include "options.h"
#include "report.h"

namespace fanout {

/// Registers the -z statistic "fanout".
void register_statistic();

/// The settings of a report: the options, and the preferences for what they leave open.
ReportSettings report_settings(const Options& options);

/// The engine's options, likewise.
Engine::Options engine_options(const Options& options);

}  // namespace fanout

#endif  // FANOUT_TAP_STATISTIC_H_
