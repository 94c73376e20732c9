// Renders a report: as text, JSON, CSV or HTML. A renderer shows what the report holds, and
// computes nothing.
#ifndef FANOUT_TAP_REPORT_RENDER_H_
#define FANOUT_TAP_REPORT_RENDER_H_

#include <functional>
#include <string>
#include <string_view>

#include "tap/count/location.h"
#include "tap/report/options.h"
#include "tap/report/report.h"

namespace fanout {

/// Takes the rendered pieces one after the other, in UTF-8.
using Sink = std::function<void(std::string_view)>;

/// Returns where an address is, as far as that is known.
using LocationOf = std::function<Location(const Address&)>;

/// How to present a report.
struct Presentation {
  NameOf name;                                              ///< resolved names; may be empty: none
  std::function<std::string(const Service&)> service_name;  ///< likewise, "ssh"
  LocationOf location;                                      ///< likewise; empty: no databases
  bool unicode = false;  ///< text: whether block characters may be used
};

void render_text(const Report& report, const Presentation& presentation, const Sink& sink);
void render_json(const Report& report, const Presentation& presentation, const Sink& sink);
void render_csv(const Report& report, const Presentation& presentation, const Sink& sink);
void render_html(const Report& report, const Presentation& presentation, const Sink& sink);

/// Whether reports in this format show locations.
constexpr bool shows_locations(Format format) { return format != Format::kText; }

/// Calls the renderer for this format.
void render(Format format, const Report& report, const Presentation& presentation,
            const Sink& sink);

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_RENDER_H_
