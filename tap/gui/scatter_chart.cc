#include "tap/gui/scatter_chart.h"

#include <QAccessible>
#include <QApplication>
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "tap/gui/painting.h"
#include "tap/gui/text.h"
#include "tap/report/words.h"

namespace fanout::gui {
namespace {

// Pixels: the cells to which dots are thinned, and how far the mouse may be from one.
constexpr double kCell = 2;
constexpr double kReach = 6;

constexpr double kRadius[kResponses] = {1.4, 2.2, 3.6};

// From Okabe and Ito's colors, which those who see few colors tell apart; on light and on dark.
constexpr QRgb kResponseColors[2][kResponses] = {{0xff7d8795, 0xffc04f00, 0xff0072b2},
                                                 {0xff8591a1, 0xffe69f00, 0xff56b4e9}};
constexpr QRgb kSourceColors[2][ScatterChart::kMostSources] = {
    {0xff0072b2, 0xffc04f00, 0xff007a5a, 0xffa8488a, 0xff8a6d00, 0xff555f6d},
    {0xff56b4e9, 0xffe69f00, 0xff3fcfa4, 0xffe08cbf, 0xfff0e442, 0xffb0bac7}};

QString address_text(const Address& address) {
  return QString::fromStdString(to_string(address)) + network_suffix(address.network);
}

}  // namespace

ScatterChart::ScatterChart(QWidget* parent) : Chart(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setContextMenuPolicy(Qt::DefaultContextMenu);
}

void ScatterChart::show(Content content) {
  content_ = std::move(content);
  dots_.clear();
  by_time_.clear();
  painted_ = QPixmap();
  current_ = -1;
  is_pressed_ = is_dragging_ = false;
  setAccessibleDescription(summary());
  update();
}

QString ScatterChart::summary() const {
  const Scatter& scatter = content_.scatter;
  if (content_.sources.empty()) return {};
  QString text = content_.sources.front();
  for (size_t i = 1; i < content_.sources.size(); ++i) text += ", " + content_.sources[i];
  text += ": " + number_text(scatter.total) + (scatter.total == 1 ? " contact" : " contacts");
  for (int i = kResponses - 1; i >= 0; --i) {
    text += QString(", %1 %2").arg(number_text(scatter.responses[static_cast<size_t>(i)]),
                                   response_name(static_cast<Response>(i)));
  }
  return text;
}

QColor ScatterChart::response_color(Response response) const {
  const bool is_dark = palette().color(QPalette::Base).lightness() < 128;
  return QColor(kResponseColors[is_dark ? 1 : 0][static_cast<size_t>(response)]);
}

QColor ScatterChart::source_color(size_t source) const {
  const bool is_dark = palette().color(QPalette::Base).lightness() < 128;
  return QColor(kSourceColors[is_dark ? 1 : 0][source % kMostSources]);
}

QColor ScatterChart::color_of(const Contact& contact) const {
  return has_several() ? source_color(contact.source) : response_color(contact.response);
}

QString ScatterChart::label_of(const AxisBlock& block) const {
  QString text = QString::fromStdString(block.text);
  if (content_.scatter.rows != Rows::kServices || !service_name) return text;
  const QString name = service_name(content_.scatter.services[block.first]);
  return name.isEmpty() ? text : text + ' ' + name;
}

// What the chart does not show, and where a dot is more than one contact.
QString ScatterChart::note() const {
  const Scatter& scatter = content_.scatter;
  QStringList notes;
  if (content_.left_out > 0) {
    notes.append("the first " + number_text(content_.sources.size()) + " of " +
                 number_text(content_.sources.size() + content_.left_out) + " selected sources");
  }
  if (scatter.is_sample()) {
    notes.append(number_text(scatter.contacts.size()) + " of " + number_text(scatter.total) +
                 " contacts are drawn");
  }
  if (dots_.size() < scatter.contacts.size()) {
    notes.append("thinned: one dot for all contacts at a place");
  }
  if (scatter.untimed > 0) notes.append(number_text(scatter.untimed) + " more have no time");
  return notes.join("; ");
}

// Where the plot is, and its dots.
void ScatterChart::lay_out(const QRectF& area, const QFontMetricsF& metrics) {
  const double line = metrics.height();
  const double top = area.top() + 2 * line + kGap;
  const double bottom = area.bottom() - line - kTick;
  const auto lines = static_cast<size_t>(std::max(1.0, (bottom - top) / (1.25 * line)));
  blocks_ = row_blocks(content_.scatter, std::min<size_t>(lines, 16));
  double widest = 0;
  for (const AxisBlock& block : blocks_) {
    if (!block.text.empty()) {
      widest = std::max(widest, metrics.horizontalAdvance(label_of(block)));
    }
  }
  const double left = area.left() + std::min(widest, 0.45 * area.width()) + kGap;
  plot_ = QRectF(QPointF(left, top), QPointF(area.right() - kGap, bottom));
  const auto cells = [](double length) {
    return static_cast<uint32_t>(std::max(1.0, std::floor(length / kCell)));
  };
  dots_ = thinned(content_.scatter, cells(plot_.width()), cells(plot_.height()));
  by_time_.resize(dots_.size());
  std::iota(by_time_.begin(), by_time_.end(), 0);
  std::sort(by_time_.begin(), by_time_.end(), [this](int a, int b) {
    return dots_[static_cast<size_t>(a)].contact < dots_[static_cast<size_t>(b)].contact;
  });
  // A saved picture has another size: what is on the screen is to be laid out again after it.
  painted_ = QPixmap();
  if (current_ >= static_cast<int>(dots_.size())) current_ = -1;
}

QPointF ScatterChart::place_of(const Dot& dot) const {
  return {plot_.left() + (dot.x + 0.5) * kCell, plot_.bottom() - (dot.y + 0.5) * kCell};
}

const Contact& ScatterChart::contact_of(int dot) const {
  return content_.scatter.contacts[dots_[static_cast<size_t>(dot)].contact];
}

void ScatterChart::paint(QPainter& painter, const QRectF& area, std::vector<Spot>&) {
  // Where a picture of another size is saved, what is on the screen is laid out anew.
  painted_ = QPixmap();
  if (content_.sources.empty()) {
    return paint_message(painter, area, "Select sources to see whom they contacted when");
  }
  if (content_.scatter.contacts.empty()) {
    return paint_message(painter, area,
                         content_.scatter.untimed > 0
                             ? "The contacts of the selected sources have no times"
                             : "The selected sources initiated no contact");
  }
  lay_out(area, QFontMetricsF(painter.font()));
  paint_axes(painter, area);
  paint_dots(painter);
  paint_legend(painter, area);
}

void ScatterChart::paint_axes(QPainter& painter, const QRectF& area) {
  const Scatter& scatter = content_.scatter;
  const QFontMetricsF metrics(painter.font());
  const double line = metrics.height();
  const QColor text = palette().color(QPalette::Text);
  const double height_of_row = plot_.height() / scatter.row_count();
  for (const AxisBlock& block : blocks_) {
    const double middle = plot_.bottom() - block.centre() * height_of_row;
    const double below = plot_.bottom() - block.first * height_of_row;
    painter.setPen(faint_color());
    if (block.first > 0 && !block.text.empty()) {
      painter.drawLine(QPointF(plot_.left() - kTick, below), QPointF(plot_.right(), below));
    }
    painter.setPen(text);
    const double width = plot_.left() - kGap - area.left();
    write(painter, {area.left(), middle - line / 2, width, line}, Qt::AlignRight | Qt::AlignVCenter,
          metrics.elidedText(label_of(block), Qt::ElideMiddle, width));
  }
  const double seconds = seconds_between(scatter.first_time, scatter.last_time);
  paint_times(painter, plot_, area.right(), seconds, text, faint_color());
  painter.setPen(text);
  painter.drawLine(plot_.bottomLeft(), plot_.bottomRight());
  painter.drawLine(plot_.topLeft(), plot_.bottomLeft());
}

void ScatterChart::paint_form(QPainter& painter, const QPointF& place, Response response,
                              const QColor& color) const {
  const double radius = kRadius[static_cast<size_t>(response)];
  if (response == Response::kAnswered) {
    painter.setPen(QPen(palette().color(QPalette::Base), 0.8));
    painter.setBrush(color);
    painter.drawEllipse(place, radius, radius);
    painter.setBrush(Qt::NoBrush);
  } else {
    painter.fillRect(QRectF(place.x() - radius, place.y() - radius, 2 * radius, 2 * radius), color);
  }
}

void ScatterChart::paint_dots(QPainter& painter) {
  for (const Dot& dot : dots_) {
    const Contact& contact = content_.scatter.contacts[dot.contact];
    paint_form(painter, place_of(dot), contact.response, color_of(contact));
  }
}

// One line with the sources, or the responses and their numbers, and one with what to know.
void ScatterChart::paint_legend(QPainter& painter, const QRectF& area) {
  const QFontMetricsF metrics(painter.font());
  const double line = metrics.height();
  const QColor text = palette().color(QPalette::Text);
  double x = area.left();
  const auto entry = [&](const QString& name, Response response, const QColor& color) {
    const double width = metrics.horizontalAdvance(name);
    if (x + 2 * kGap + width > area.right()) return;
    paint_form(painter, {x + kGap, area.top() + line / 2}, response, color);
    painter.setPen(text);
    write(painter, {x + 2.2 * kGap, area.top(), width + 1, line}, Qt::AlignLeft | Qt::AlignVCenter,
          name);
    x += width + 4 * kGap;
  };
  for (size_t i = 0; has_several() && i < content_.sources.size(); ++i) {
    entry(content_.sources[i], Response::kAnswered, source_color(i));
  }
  for (int i = kResponses - 1; i >= 0; --i) {
    const auto response = static_cast<Response>(i);
    const QColor color = has_several() ? text : response_color(response);
    entry(QString("%1 %2")
              .arg(response_name(response))
              .arg(number_text(content_.scatter.responses[static_cast<size_t>(i)])),
          response, color);
  }
  const QString title =
      has_several()
          ? note()
          : QStringList{content_.sources.front(), note()}.join(note().isEmpty() ? "" : " · ");
  QColor soft = text;
  soft.setAlpha(190);
  painter.setPen(soft);
  write(painter, {area.left(), area.top() + line, area.width(), line},
        Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(title, Qt::ElideRight, area.width()));
}

// A million contacts are laid out once for each size, not whenever the mouse moves.
void ScatterChart::paintEvent(QPaintEvent*) {
  const double ratio = devicePixelRatioF();
  const QSize wanted = (QSizeF(size()) * ratio).toSize();
  if (painted_.size() != wanted) {
    QPixmap fresh(wanted);
    fresh.setDevicePixelRatio(ratio);
    fresh.fill(palette().color(QPalette::Base));
    QPainter painter(&fresh);
    painter.setFont(font());
    painter.setRenderHint(QPainter::Antialiasing);
    std::vector<Spot> none;
    paint(painter, QRectF(rect()).adjusted(kMargin, kMargin, -kMargin, -kMargin), none);
    painter.end();
    painted_ = fresh;
  }
  QPainter painter(this);
  painter.drawPixmap(0, 0, painted_);
  painter.setRenderHint(QPainter::Antialiasing);
  const QColor highlight = palette().color(QPalette::Highlight);
  if (current_ >= 0) {
    painter.setPen(QPen(highlight, 1.6));
    painter.drawEllipse(place_of(dots_[static_cast<size_t>(current_)]), 6, 6);
  }
  if (is_dragging_) {
    QColor shade = highlight;
    shade.setAlpha(50);
    painter.setPen(highlight);
    painter.setBrush(shade);
    painter.drawRect(QRectF(pressed_, dragged_).normalized() & plot_);
  }
  if (hasFocus()) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(highlight, 1, Qt::DotLine));
    painter.drawRect(rect().adjusted(1, 1, -2, -2));
  }
}

// The nearest dot, the topmost of several, or -1.
int ScatterChart::dot_at(const QPointF& place) const {
  int found = -1;
  double nearest = kReach * kReach;
  for (size_t i = 0; i < dots_.size(); ++i) {
    const QPointF away = place_of(dots_[i]) - place;
    const double distance = QPointF::dotProduct(away, away);
    if (distance > nearest) continue;
    nearest = distance;
    found = static_cast<int>(i);
  }
  return found;
}

QString ScatterChart::tip(int number) const {
  const Scatter& scatter = content_.scatter;
  const Contact& contact = contact_of(number);
  const Address destination = content_.engine->destination(content_.engine->pair(contact.pair));
  QString text = "Frame " + number_text(contact.frame) + ": ";
  if (has_several()) text += content_.sources[contact.source] + " to ";
  text += address_text(destination);
  if (!resolves_addresses(destination.network)) {
    const QString name = service_name ? service_name(contact.service) : QString();
    text += ", " + QString::fromStdString(service_text(contact.service)) +
            (name.isEmpty() ? "" : ' ' + name);
  }
  text += QString(", %1").arg(response_name(contact.response));
  text += ", " + QString::number(seconds_between(scatter.first_time, contact.time), 'f', 3) +
          " s after the first contact";
  const uint32_t more = dots_[static_cast<size_t>(number)].count - 1;
  if (more > 0) text += "; " + number_text(more) + " more at this place";
  return text;
}

void ScatterChart::go_to_dot(int dot) {
  current_ = dot;
  const QString text = tip(dot);
  setAccessibleDescription(text);
  QAccessibleEvent changed(this, QAccessible::DescriptionChanged);
  QAccessible::updateAccessibility(&changed);
  const QPoint place = place_of(dots_[static_cast<size_t>(dot)]).toPoint();
  QToolTip::showText(mapToGlobal(place), "<p>" + text.toHtmlEscaped() + "</p>", this);
  update();
}

void ScatterChart::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  is_pressed_ = plot_.contains(event->pos());
  pressed_ = dragged_ = event->pos();
}

void ScatterChart::mouseMoveEvent(QMouseEvent* event) {
  dragged_ = event->pos();
  if (is_pressed_ && (dragged_ - pressed_).manhattanLength() >= QApplication::startDragDistance()) {
    is_dragging_ = true;
  }
  const int now = is_dragging_ ? -1 : dot_at(event->pos());
  setCursor(now >= 0 ? Qt::PointingHandCursor : Qt::CrossCursor);
  if (now == current_ && !is_dragging_) return;
  current_ = now;
  update();
}

void ScatterChart::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || !is_pressed_) return;
  const bool was_dragged = is_dragging_;
  is_pressed_ = is_dragging_ = false;
  update();
  if (!was_dragged) {
    const int dot = dot_at(event->pos());
    if (dot < 0) return;
    // By value: going there may show something else.
    const uint32_t frame = contact_of(dot).frame;
    if (on_go_to) on_go_to(frame);
    return;
  }
  std::vector<Contact> marked;
  const QRectF area = QRectF(pressed_, event->pos()).normalized() & plot_;
  for (const uint32_t i : contacts_in(content_.scatter, part_of(area))) {
    marked.push_back(content_.scatter.contacts[i]);
  }
  if (!marked.empty() && on_mark) on_mark(marked, mapToGlobal(event->pos()));
}

Part ScatterChart::part_of(const QRectF& area) const {
  return {(area.left() - plot_.left()) / plot_.width(),
          (area.right() - plot_.left()) / plot_.width(),
          (plot_.bottom() - area.bottom()) / plot_.height(),
          (plot_.bottom() - area.top()) / plot_.height()};
}

void ScatterChart::leaveEvent(QEvent*) {
  if (hasFocus()) return;  // it stays where the keys went
  current_ = -1;
  update();
}

void ScatterChart::keyPressEvent(QKeyEvent* event) {
  const auto count = static_cast<int>(by_time_.size());
  if (count == 0) return Chart::keyPressEvent(event);
  const auto found = std::find(by_time_.begin(), by_time_.end(), current_);
  const int place = found == by_time_.end() ? -1 : static_cast<int>(found - by_time_.begin());
  const auto go = [&](int to) {
    go_to_dot(by_time_[static_cast<size_t>(std::clamp(to, 0, count - 1))]);
  };
  switch (event->key()) {
    case Qt::Key_Right:
    case Qt::Key_Down:
      return go(place + 1);
    case Qt::Key_Left:
    case Qt::Key_Up:
      return go(place - 1);
    case Qt::Key_Home:
      return go(0);
    case Qt::Key_End:
      return go(count - 1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (place >= 0 && on_go_to) on_go_to(contact_of(current_).frame);
      return;
    default:
      return Chart::keyPressEvent(event);
  }
}

void ScatterChart::contextMenuEvent(QContextMenuEvent* event) {
  const bool by_key = event->reason() == QContextMenuEvent::Keyboard;
  const int dot = by_key ? current_ : dot_at(event->pos());
  if (dot < 0 || !on_mark) return;
  const QPoint place = by_key ? place_of(dots_[static_cast<size_t>(dot)]).toPoint() : event->pos();
  on_mark({contact_of(dot)}, mapToGlobal(place));
}

bool ScatterChart::event(QEvent* event) {
  switch (event->type()) {
    case QEvent::ToolTip: {
      const auto* help = static_cast<QHelpEvent*>(event);
      const int dot = dot_at(help->pos());
      if (dot < 0) {
        QToolTip::hideText();
      } else {
        QToolTip::showText(help->globalPos(), "<p>" + tip(dot).toHtmlEscaped() + "</p>", this);
      }
      return true;
    }
    case QEvent::PaletteChange:
    case QEvent::FontChange:
      painted_ = QPixmap();
      return Chart::event(event);
    default:
      return Chart::event(event);
  }
}

}  // namespace fanout::gui
