#include "tap/gui/timeline_chart.h"

#include <algorithm>

#include "tap/gui/painting.h"
#include "tap/gui/text.h"
#include "tap/report/axes.h"

namespace fanout::gui {
namespace {

constexpr int kLevels = 6;  // of darkness

}  // namespace

void TimelineChart::show(std::vector<Row> rows, Timeline timeline, uint64_t all) {
  rows_ = std::move(rows);
  timeline_ = std::move(timeline);
  all_ = all;
  update();
}

void TimelineChart::paint(QPainter& painter, const QRectF& area, std::vector<Spot>& spots) {
  if (rows_.empty()) {
    return paint_message(painter, area, "No suspect has initiated contact at a known time");
  }
  const QFontMetricsF metrics(painter.font());
  const double line = metrics.height();
  const QColor text = palette().color(QPalette::Text);
  const double top = area.top() + line + kGap;
  const double bottom = area.bottom() - line - kTick;
  // As many as remain legible.
  const size_t count =
      std::clamp<size_t>(static_cast<size_t>((bottom - top) / (line + 3)), 1, rows_.size());
  double widest = 0;
  for (size_t i = 0; i < count; ++i) {
    widest = std::max(widest, metrics.horizontalAdvance(rows_[i].label));
  }
  const double left = area.left() + std::min(widest, area.width() * 0.4) + kGap;
  const QRectF plot(QPointF(left, top), QPointF(area.right() - kGap, bottom));

  QString title = "The stronger the color, the more contacts at once";
  if (count < all_) {
    title += " · the first " + number_text(count) + " of " + number_text(all_) + " suspects";
  }
  painter.setPen(text);
  write(painter, {area.left(), area.top(), area.width(), line}, Qt::AlignLeft,
        metrics.elidedText(title, Qt::ElideRight, area.width()));

  const double seconds = seconds_between(timeline_.first_time, timeline_.last_time);
  paint_times(painter, plot, area.right(), seconds, text, faint_color());
  const double pitch = std::min(plot.height() / static_cast<double>(count), 2.2 * line);
  for (size_t i = 0; i < count; ++i) {
    const QRectF row(area.left(), top + pitch * static_cast<double>(i), area.width(), pitch);
    paint_row(painter, i, row, plot, spots);
  }
  painter.setPen(text);
  painter.drawLine(plot.topLeft(), plot.bottomLeft());
}

void TimelineChart::paint_row(QPainter& painter, size_t number, const QRectF& area,
                              const QRectF& plot, std::vector<Spot>& spots) {
  const Row& row = rows_[number];
  const TimelineBar& bar = timeline_.bars[number];
  const QFontMetricsF metrics(painter.font());
  const double label_width = plot.left() - kGap - area.left();
  painter.setPen(palette().color(QPalette::Text));
  write(painter, {area.left(), area.top(), label_width, area.height()},
        Qt::AlignRight | Qt::AlignVCenter,
        metrics.elidedText(row.label, Qt::ElideMiddle, label_width));
  if (hovered_ == static_cast<int>(number)) {
    painter.fillRect(QRectF(plot.left(), area.top(), plot.width(), area.height()), faint_color());
  }
  const double seconds = seconds_between(timeline_.first_time, timeline_.last_time);
  const auto x_of = [&](int64_t time) {
    const double share = seconds == 0 ? 0 : seconds_between(timeline_.first_time, time) / seconds;
    return plot.left() + plot.width() * share;
  };
  // A pause is a thin line, so that a bar reads as one.
  const double middle = area.center().y();
  painter.setPen(QPen(warning_color(), 1.2));
  painter.drawLine(QPointF(x_of(bar.first_time), middle), QPointF(x_of(bar.last_time), middle));
  // Neighbouring parts of the same darkness at once: between two of them there would be a seam.
  const auto level_of = [&](size_t part) {
    return darkness(bar.counts[part], timeline_.most, kLevels);
  };
  const double width = plot.width() / static_cast<double>(kParts);
  for (size_t from = 0; from < bar.counts.size();) {
    size_t to = from + 1;
    while (to < bar.counts.size() && level_of(to) == level_of(from)) ++to;
    QColor color = warning_color();
    color.setAlphaF(static_cast<float>(level_of(from)) / kLevels);
    if (level_of(from) > 0) {
      painter.fillRect(
          QRectF(plot.left() + width * static_cast<double>(from), area.top() + area.height() * 0.18,
                 std::max(width * static_cast<double>(to - from), 1.5), area.height() * 0.64),
          color);
    }
    from = to;
  }
  const double begins = seconds_between(timeline_.first_time, bar.first_time);
  const double lasts = seconds_between(bar.first_time, bar.last_time);
  spots.push_back({area,
                   row.label + ": " + number_text(bar.contacts) +
                       (bar.contacts == 1 ? " contact" : " contacts") + " from " +
                       QString::number(begins, 'f', 3) + " s to " +
                       QString::number(begins + lasts, 'f', 3) + " s, first in frame " +
                       number_text(bar.first_frame),
                   row.source, true});
}

}  // namespace fanout::gui
