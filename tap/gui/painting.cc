#include "tap/gui/painting.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

#include "tap/report/axes.h"

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

void paint_times(QPainter& painter, const QRectF& plot, double right, double seconds,
                 const QColor& text, const QColor& faint) {
  if (seconds == 0) return;
  const QFontMetricsF metrics(painter.font());
  const int most =
      std::clamp(static_cast<int>(plot.width() / metrics.horizontalAdvance("0000 min 00")), 1, 8);
  for (const TimeTick& tick : time_ticks(seconds, most)) {
    const double x = plot.left() + plot.width() * tick.seconds / seconds;
    painter.setPen(faint);
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom() + kTick));
    painter.setPen(text);
    const QString label = QString::fromStdString(tick.text);
    const double width = metrics.horizontalAdvance(label) + 2;
    const double left = std::min(x - width / 2, right - width);
    write(painter, {left, plot.bottom() + kTick, width, metrics.height()}, Qt::AlignCenter, label);
  }
}

}  // namespace fanout::gui
