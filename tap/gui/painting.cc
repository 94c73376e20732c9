#include "tap/gui/painting.h"

#include <cmath>

namespace fanout::gui {

double nice_step(double top, int most) {
  if (top <= 0) return 1;
  const double power = std::pow(10, std::floor(std::log10(top / most)));
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    if (top / (factor * power) <= most) return factor * power;
  }
  return 10 * power;
}

void write(QPainter& painter, const QRectF& area, int flags, const QString& text) {
  painter.drawText(area, flags | Qt::TextSingleLine, text);
}

void write_upwards(QPainter& painter, const QRectF& area, const QString& text) {
  painter.save();
  painter.translate(area.center());
  painter.rotate(-90);
  const QRectF turned(-area.height() / 2, -area.width() / 2, area.height(), area.width());
  write(painter, turned, Qt::AlignCenter, text);
  painter.restore();
}

}  // namespace fanout::gui
