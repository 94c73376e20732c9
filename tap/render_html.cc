#include "render.h"

namespace fanout {

void render_html(const Report& report, const Presentation& presentation, const Sink& sink) {
  render_text(report, presentation, sink);
}

}  // namespace fanout
