// The scatter of the selected sources: a dot for each contact.
#ifndef FANOUT_TAP_GUI_SCATTER_CHART_H_
#define FANOUT_TAP_GUI_SCATTER_CHART_H_

#include <QPixmap>
#include <QPoint>
#include <QString>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "tap/gui/charts.h"
#include "tap/report/scatter.h"

namespace fanout::gui {

/// Time across, destinations or ports up. Of one source, colors tell the responses; of several, the
/// sources, and forms alone the responses. Arrow keys go from dot to dot, Return to the packet.
class ScatterChart : public Chart {
 public:
  /// What is shown. Its contacts are pairs of `engine`.
  struct Content {
    std::shared_ptr<const Engine> engine;
    std::vector<QString> sources;
    size_t left_out = 0;  ///< sources selected beyond these
    Scatter scatter;
  };
  /// As many sources as have colors that can be told apart.
  static constexpr size_t kMostSources = 6;

  explicit ScatterChart(QWidget* parent);
  void show(Content content);
  /// What is shown upwards.
  Rows rows() const { return content_.scatter.rows; }

  /// Called with the frame of the contact that was clicked on.
  std::function<void(uint32_t)> on_go_to;
  /// Called with the contacts that were marked by dragging, or with the one whose menu was
  /// requested, and the place for the menu.
  std::function<void(const std::vector<Contact>&, const QPoint&)> on_mark;
  /// The name of a service, or nothing.
  std::function<QString(const Service&)> service_name;

 protected:
  void paint(QPainter& painter, const QRectF& area, std::vector<Spot>& spots) override;
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  bool event(QEvent* event) override;

 private:
  void lay_out(const QRectF& area, const QFontMetricsF& metrics);
  void paint_legend(QPainter& painter, const QRectF& area);
  void paint_axes(QPainter& painter, const QRectF& area);
  void paint_dots(QPainter& painter);
  void paint_form(QPainter& painter, const QPointF& place, Response response,
                  const QColor& color) const;
  QColor color_of(const Contact& contact) const;
  QColor response_color(Response response) const;
  QColor source_color(size_t source) const;
  QPointF place_of(const Dot& dot) const;
  int dot_at(const QPointF& place) const;
  const Contact& contact_of(int dot) const;
  QString tip(int dot) const;
  QString label_of(const AxisBlock& block) const;
  QString note() const;
  QString summary() const;
  Part part_of(const QRectF& area) const;
  void go_to_dot(int dot);
  bool has_several() const { return content_.sources.size() > 1; }

  Content content_;
  std::vector<AxisBlock> blocks_;
  std::vector<Dot> dots_;
  std::vector<int> by_time_;  // places in dots_
  QRectF plot_;
  QPixmap painted_;
  int current_ = -1;  // the dot under the mouse, or that the keys went to
  QPoint pressed_;
  QPoint dragged_;
  bool is_pressed_ = false;
  bool is_dragging_ = false;
};

}  // namespace fanout::gui

#endif  // FANOUT_TAP_GUI_SCATTER_CHART_H_
