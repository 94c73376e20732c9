#include "tap/gui/charts.h"

#include <QFileInfo>
#include <QHelpEvent>
#include <QImage>
#include <QMouseEvent>
#include <QSaveFile>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#ifdef FANOUT_SVG
#include <QSvgGenerator>
#endif

#include "tap/gui/painting.h"
#include "tap/gui/text.h"

namespace fanout::gui {

Chart::Chart(QWidget* parent) : QWidget(parent) {
  setMouseTracking(true);
  setFocusPolicy(Qt::NoFocus);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

QSize Chart::sizeHint() const { return {420, 260}; }
QSize Chart::minimumSizeHint() const { return {200, 120}; }

QColor Chart::bar_color() const { return palette().color(QPalette::Highlight); }

QColor Chart::faint_color() const {
  QColor color = palette().color(QPalette::Text);
  color.setAlpha(50);
  return color;
}

// Red enough to warn, and seen on light and on dark.
QColor Chart::warning_color() const {
  const bool is_dark = palette().color(QPalette::Base).lightness() < 128;
  return is_dark ? QColor(255, 120, 100) : QColor(200, 40, 30);
}

void Chart::paint_message(QPainter& painter, const QRectF& area, const QString& text) {
  QColor color = palette().color(QPalette::Text);
  color.setAlpha(160);
  painter.setPen(color);
  painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, text);
}

void Chart::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), palette().color(QPalette::Base));
  painter.setRenderHint(QPainter::Antialiasing);
  spots_.clear();
  paint(painter, QRectF(rect()).adjusted(kMargin, kMargin, -kMargin, -kMargin), spots_);
}

const Chart::Spot* Chart::spot_at(const QPointF& place) const {
  for (const Spot& spot : spots_) {
    if (spot.area.contains(place)) return &spot;
  }
  return nullptr;
}

void Chart::mousePressEvent(QMouseEvent* event) {
  const Spot* spot = spot_at(event->pos());
  if (event->button() != Qt::LeftButton || spot == nullptr || !spot->is_clickable) return;
  // By value: the click may paint, and so change the spots.
  const uint64_t id = spot->id;
  if (on_click) on_click(id);
}

void Chart::mouseMoveEvent(QMouseEvent* event) {
  const Spot* spot = spot_at(event->pos());
  const int now = spot == nullptr ? -1 : static_cast<int>(spot - spots_.data());
  setCursor(spot != nullptr && spot->is_clickable ? Qt::PointingHandCursor : Qt::ArrowCursor);
  if (now != hovered_) {
    hovered_ = now;
    update();
  }
}

void Chart::leaveEvent(QEvent*) {
  hovered_ = -1;
  update();
}

bool Chart::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  if (const Spot* spot = spot_at(help->pos())) {
    // Tooltips interpret text that looks like HTML.
    QToolTip::showText(help->globalPos(), "<p>" + spot->tip.toHtmlEscaped() + "</p>", this);
  } else {
    QToolTip::hideText();
  }
  return true;
}

QString Chart::save(const QString& path, [[maybe_unused]] bool as_svg) {
  const QSize size = this->size().expandedTo(sizeHint());
  const QRectF inside =
      QRectF(QPointF(0, 0), QSizeF(size)).adjusted(kMargin, kMargin, -kMargin, -kMargin);
  const int hovered = hovered_;
  hovered_ = -1;
  std::vector<Spot> spots;
  const auto paint_all = [&](QPaintDevice* device) {
    QPainter painter(device);
    painter.setFont(font());
    painter.fillRect(QRect(QPoint(0, 0), size), palette().color(QPalette::Base));
    painter.setRenderHint(QPainter::Antialiasing);
    paint(painter, inside, spots);
  };
  QSaveFile file(path);
  QString error;
  if (!file.open(QIODevice::WriteOnly)) error = file.errorString();
#ifdef FANOUT_SVG
  if (error.isEmpty() && as_svg) {
    QSvgGenerator svg;
    svg.setOutputDevice(&file);
    svg.setSize(size);
    svg.setViewBox(QRect(QPoint(0, 0), size));
    svg.setTitle(accessibleName());
    paint_all(&svg);
  } else
#endif
      if (error.isEmpty()) {
    // Twice the size of the one on the screen, for printing.
    QImage image(size * 2, QImage::Format_ARGB32);
    image.setDevicePixelRatio(2);
    paint_all(&image);
    if (!image.save(&file, "PNG")) error = "the picture could not be written";
  }
  hovered_ = hovered;
  if (error.isEmpty() && !file.commit()) error = file.errorString();
  return error;
}

void ActiveChart::show(std::vector<Bar> bars, const QString& unit) {
  bars_ = std::move(bars);
  unit_ = unit;
  update();
}

void ActiveChart::paint(QPainter& painter, const QRectF& area, std::vector<Spot>& spots) {
  if (bars_.empty()) return paint_message(painter, area, "No packets were counted");
  const QFontMetricsF metrics(painter.font());
  const double line = metrics.height();
  const double bottom = area.bottom() - 2 * line - kTick - kGap;
  // As many as remain legible.
  const size_t count =
      std::clamp<size_t>(static_cast<size_t>((bottom - area.top()) / (line + 3)), 1, bars_.size());
  double label_width = 0;
  for (size_t i = 0; i < count; ++i) {
    label_width = std::max(label_width, metrics.horizontalAdvance(bars_[i].label));
  }
  label_width = std::min(label_width, area.width() * 0.4);
  const double left = area.left() + label_width + kGap;
  const double value_width = metrics.horizontalAdvance(number_text(bars_[0].value)) + kGap;
  const double width = std::max(10.0, area.right() - left - value_width);
  const double top = static_cast<double>(std::max<uint64_t>(1, bars_[0].value));
  const QColor text = palette().color(QPalette::Text);

  const int most =
      std::clamp(static_cast<int>(width / (metrics.horizontalAdvance("0000k") + 16)), 1, 8);
  const double step = std::max(1.0, nice_step(top, most));
  for (double value = 0; value <= top; value += step) {
    const double x = left + width * value / top;
    painter.setPen(faint_color());
    painter.drawLine(QPointF(x, area.top()), QPointF(x, bottom + kTick));
    painter.setPen(text);
    write(painter, {x - 40, bottom + kTick, 80, line}, Qt::AlignCenter, short_number(value));
  }
  write(painter, {left, bottom + kTick + line, width, line}, Qt::AlignCenter, unit_);

  const double pitch = std::min((bottom - area.top()) / static_cast<double>(count), 2.2 * line);
  for (size_t i = 0; i < count; ++i) {
    const Bar& bar = bars_[i];
    const double y = area.top() + pitch * static_cast<double>(i);
    const QRectF row(area.left(), y, area.width(), pitch);
    const QRectF filled(left, y + pitch * 0.14, width * static_cast<double>(bar.value) / top,
                        pitch * 0.72);
    QColor color = bar.is_suspect ? warning_color() : bar_color();
    if (hovered_ == static_cast<int>(i)) color = color.lighter(120);
    painter.fillRect(filled, color);
    painter.setPen(text);
    write(painter, {area.left(), y, label_width, pitch}, Qt::AlignRight | Qt::AlignVCenter,
          metrics.elidedText(bar.label, Qt::ElideMiddle, label_width));
    write(painter, {filled.right() + kGap, y, value_width, pitch}, Qt::AlignLeft | Qt::AlignVCenter,
          number_text(bar.value));
    spots.push_back({row,
                     bar.label + ": " + number_text(bar.value) + ' ' + unit_ +
                         (bar.is_suspect ? ", a scan suspect" : ""),
                     bar.source, true});
  }
  painter.setPen(text);
  painter.drawLine(QPointF(left, area.top()), QPointF(left, bottom));
}

void DistributionChart::show(std::vector<Bin> bins, uint64_t threshold) {
  bins_ = std::move(bins);
  threshold_ = threshold;
  update();
}

void DistributionChart::paint(QPainter& painter, const QRectF& area, std::vector<Spot>& spots) {
  uint64_t most = 0;
  for (const Bin& bin : bins_) most = std::max(most, bin.sources);
  if (most == 0) return paint_message(painter, area, "No packets were counted");
  const QFontMetricsF metrics(painter.font());
  const double line = metrics.height();
  const QColor text = palette().color(QPalette::Text);
  const double left =
      area.left() + line + metrics.horizontalAdvance(short_number(950)) + kGap + kTick;
  const double bottom = area.bottom() - 2 * line - kTick;
  const double top = area.top() + line;
  const double width = area.right() - left;
  // A bin with one source must be visible beside one with a million: it takes half a decade.
  const double decades = 0.5 + std::max(1.0, std::ceil(std::log10(static_cast<double>(most))));
  const auto height = [&](double value) {
    return (bottom - top) * (0.5 + std::log10(value)) / decades;
  };
  for (double value = 1; value <= std::pow(10, decades); value *= 10) {
    const double y = bottom - height(value);
    painter.setPen(faint_color());
    painter.drawLine(QPointF(left - kTick, y), QPointF(area.right(), y));
    painter.setPen(text);
    write(painter,
          {area.left() + line, y - line / 2, left - kTick - kGap / 2 - area.left() - line, line},
          Qt::AlignRight | Qt::AlignVCenter, short_number(value));
  }
  write_upwards(painter, {area.left(), top, line, bottom - top}, "sources");

  const double pitch = width / static_cast<double>(bins_.size());
  double label_width = 0;
  const auto label = [](const Bin& bin) { return short_number(static_cast<double>(bin.from)); };
  for (const Bin& bin : bins_) {
    label_width = std::max(label_width, metrics.horizontalAdvance(label(bin)) + 8);
  }
  const size_t each = std::max<size_t>(1, static_cast<size_t>(std::ceil(label_width / pitch)));
  for (size_t i = 0; i < bins_.size(); ++i) {
    const Bin& bin = bins_[i];
    const double x = left + pitch * static_cast<double>(i);
    const QRectF column(x, top, pitch, bottom - top);
    if (bin.sources > 0) {
      const double tall = height(static_cast<double>(bin.sources));
      QColor color = bin.from > threshold_ ? warning_color() : bar_color();
      if (hovered_ == static_cast<int>(i)) color = color.lighter(120);
      const QRectF filled(x + pitch * 0.08, bottom - tall, pitch * 0.84, tall);
      painter.fillRect(filled, color);
      const QString count = short_number(static_cast<double>(bin.sources));
      painter.setPen(text);
      if (metrics.horizontalAdvance(count) <= pitch) {
        write(painter, {x, filled.top() - line, pitch, line}, Qt::AlignCenter, count);
      }
    }
    painter.setPen(text);
    if (i % each == 0) {
      write(painter, {x - 30, bottom + kTick, pitch + 60, line}, Qt::AlignCenter, label(bin));
    }
    const QString range = bin.from == bin.to ? number_text(bin.from)
                                             : number_text(bin.from) + " to " + number_text(bin.to);
    spots.push_back({column,
                     number_text(bin.sources) +
                         (bin.sources == 1 ? " source with " : " sources with ") + range +
                         (bin.to == 1 ? " unique destination" : " unique destinations"),
                     i, bin.sources > 0});
  }
  write(painter, {left, bottom + kTick + line, width, line}, Qt::AlignCenter,
        "unique destinations, from");

  // The position of the threshold within a bin is logarithmic.
  const double place = std::log2(static_cast<double>(threshold_) + 1);
  if (place <= static_cast<double>(bins_.size())) {
    const double x = left + pitch * place;
    painter.setPen(QPen(warning_color(), 1.5, Qt::DashLine));
    painter.drawLine(QPointF(x, area.top()), QPointF(x, bottom));
    const QString name = "threshold " + number_text(threshold_);
    const double name_width = metrics.horizontalAdvance(name);
    const bool fits = x + kGap + name_width <= area.right();
    write(painter, {fits ? x + kGap : x - kGap - name_width, area.top(), name_width + 1, line},
          Qt::AlignLeft | Qt::AlignVCenter, name);
  }
  painter.setPen(text);
  painter.drawLine(QPointF(left, bottom), QPointF(area.right(), bottom));
}

void GrowthChart::show(const QString& source, std::vector<double> times, uint64_t threshold) {
  source_ = source;
  times_ = std::move(times);
  threshold_ = threshold;
  update();
}

void GrowthChart::paint(QPainter& painter, const QRectF& area, std::vector<Spot>& spots) {
  if (source_.isEmpty()) {
    return paint_message(painter, area, "Select a source to see how its fan-out grew");
  }
  if (times_.empty()) return paint_message(painter, area, source_ + " has no times to show");
  const QFontMetricsF metrics(painter.font());
  const double line = metrics.height();
  const QColor text = palette().color(QPalette::Text);
  const double from = times_.front();
  const double span = std::max(0.001, times_.back() - from);
  const double shown = static_cast<double>(std::max<uint64_t>(times_.size(), threshold_)) * 1.08;
  // A distant threshold would flatten the curve: it is then given as text.
  const bool shows_threshold = threshold_ <= times_.size() * 20;
  const double top_value = shows_threshold ? shown : static_cast<double>(times_.size()) * 1.08;

  const double left =
      area.left() + line + metrics.horizontalAdvance(short_number(99950)) + kGap + kTick;
  const double bottom = area.bottom() - 2 * line - kTick;
  const double top = area.top() + line + kGap;
  const double width = area.right() - left - metrics.horizontalAdvance("00");
  const auto x_of = [&](double time) { return left + width * (time - from) / span; };
  const auto y_of = [&](double value) { return bottom - (bottom - top) * value / top_value; };

  painter.setPen(text);
  QString title = source_ + " · " + number_text(times_.size()) +
                  (times_.size() == 1 ? " destination" : " destinations");
  if (!shows_threshold) title += " · threshold " + number_text(threshold_);
  write(painter, {left, area.top(), area.right() - left, line}, Qt::AlignLeft,
        metrics.elidedText(title, Qt::ElideRight, area.right() - left));

  const int rows = std::clamp(static_cast<int>((bottom - top) / (2 * line)), 1, 8);
  const double step = std::max(1.0, nice_step(top_value, rows));
  for (double value = 0; value <= top_value; value += step) {
    painter.setPen(faint_color());
    painter.drawLine(QPointF(left - kTick, y_of(value)), QPointF(area.right(), y_of(value)));
    painter.setPen(text);
    write(painter,
          {area.left() + line, y_of(value) - line / 2, left - kTick - kGap / 2 - area.left() - line,
           line},
          Qt::AlignRight | Qt::AlignVCenter, short_number(value));
  }
  const double time_step = nice_step(
      span, std::clamp(static_cast<int>(width / metrics.horizontalAdvance("000000000")), 1, 8));
  const int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(time_step))), 0, 6);
  for (double time = std::ceil(from / time_step) * time_step; time <= from + span * 1.0001;
       time += time_step) {
    painter.setPen(faint_color());
    painter.drawLine(QPointF(x_of(time), top), QPointF(x_of(time), bottom + kTick));
    painter.setPen(text);
    write(painter, {x_of(time) - 50, bottom + kTick, 100, line}, Qt::AlignCenter,
          QString::number(time, 'f', decimals));
  }
  write(painter, {left, bottom + kTick + line, width, line}, Qt::AlignCenter,
        "seconds since the first frame");
  write_upwards(painter, {area.left(), top, line, bottom - top}, "unique destinations");

  // No more points than pixels, whatever the number of destinations.
  QPolygonF curve;
  curve.append({left, bottom});
  double last_x = left;
  for (size_t i = 0; i < times_.size(); ++i) {
    const double x = x_of(times_[i]);
    const bool is_last = i + 1 == times_.size();
    if (!is_last && x - last_x < 0.5 && x_of(times_[i + 1]) - last_x < 0.5) continue;
    curve.append({x, curve.last().y()});
    curve.append({x, y_of(static_cast<double>(i + 1))});
    const QString seconds = QString::number(times_[i], 'f', 6);
    spots.push_back({QRectF(last_x, top, x - last_x + 1, bottom - top),
                     number_text(i + 1) + " unique destinations after " + seconds + " s", 0,
                     false});
    last_x = x;
  }
  QPolygonF filled = curve;
  filled.append({curve.last().x(), bottom});
  QColor shade = bar_color();
  shade.setAlpha(60);
  painter.setPen(Qt::NoPen);
  painter.setBrush(shade);
  painter.drawPolygon(filled);
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(bar_color(), 1.6));
  painter.drawPolyline(curve);

  if (shows_threshold) {
    const double y = y_of(static_cast<double>(threshold_));
    painter.setPen(QPen(warning_color(), 1.5, Qt::DashLine));
    painter.drawLine(QPointF(left, y), QPointF(area.right(), y));
    const QString name = "threshold " + number_text(threshold_);
    const double width = metrics.horizontalAdvance(name) + 1;
    // Where the curve is not: it leaves the line upwards, on the left, or stays below it.
    const bool under_curve = times_.size() > threshold_ && bottom - y > line;
    const double name_left = under_curve ? area.right() - width - kGap : left + kGap;
    const double above = y - line >= top ? y - line - 1 : y + 1;
    write(painter, {name_left, under_curve ? y + 1 : above, width, line}, Qt::AlignLeft, name);
  }
  painter.setPen(text);
  painter.drawLine(QPointF(left, bottom), QPointF(area.right(), bottom));
  painter.drawLine(QPointF(left, top), QPointF(left, bottom));
}

}  // namespace fanout::gui
