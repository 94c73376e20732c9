#include "tap/report/render.h"

namespace fanout {

void render(Format format, const Report& report, const Presentation& presentation,
            const Sink& sink) {
  switch (format) {
    case Format::kText:
      return render_text(report, presentation, sink);
    case Format::kJson:
      return render_json(report, presentation, sink);
    case Format::kCsv:
      return render_csv(report, presentation, sink);
    case Format::kHtml:
      return render_html(report, presentation, sink);
  }
}

}  // namespace fanout
