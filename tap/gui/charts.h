// The charts of the window, painted in the colors of its palette.
#ifndef FANOUT_TAP_GUI_CHARTS_H_
#define FANOUT_TAP_GUI_CHARTS_H_

#include <QPainter>
#include <QString>
#include <QWidget>
#include <cstdint>
#include <functional>
#include <vector>

namespace fanout::gui {

/// A chart that can be painted on any device, and saved.
class Chart : public QWidget {
 public:
  explicit Chart(QWidget* parent);

  /// Called with the id of the bar that was clicked on.
  std::function<void(uint64_t)> on_click;

  /// Saves the chart as SVG or PNG; the error, or nothing.
  QString save(const QString& path, bool as_svg);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  /// An area with a tooltip, which may be clickable.
  struct Spot {
    QRectF area;
    QString tip;
    uint64_t id;
    bool is_clickable;
  };

  /// Paints into `area`, and records the spots.
  virtual void paint(QPainter& painter, const QRectF& area, std::vector<Spot>& spots) = 0;
  /// Shows that there is nothing to paint, and why.
  void paint_message(QPainter& painter, const QRectF& area, const QString& text);
  QColor bar_color() const;
  QColor faint_color() const;
  QColor warning_color() const;

  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  bool event(QEvent* event) override;

  int hovered_ = -1;  ///< the spot under the mouse

 private:
  const Spot* spot_at(const QPointF& place) const;
  std::vector<Spot> spots_;
};

/// The most active sources, as bars from left to right.
class ActiveChart : public Chart {
 public:
  struct Bar {
    QString label;
    uint64_t value;
    uint64_t source;
    bool is_suspect;
  };
  explicit ActiveChart(QWidget* parent) : Chart(parent) {}
  void show(std::vector<Bar> bars, const QString& unit);

 protected:
  void paint(QPainter& painter, const QRectF& area, std::vector<Spot>& spots) override;

 private:
  std::vector<Bar> bars_;
  QString unit_;
};

/// How many sources have how many unique destinations: bins that double, a logarithmic axis.
class DistributionChart : public Chart {
 public:
  struct Bin {
    uint64_t from;
    uint64_t to;
    uint64_t sources;
  };
  explicit DistributionChart(QWidget* parent) : Chart(parent) {}
  void show(std::vector<Bin> bins, uint64_t threshold);

 protected:
  void paint(QPainter& painter, const QRectF& area, std::vector<Spot>& spots) override;

 private:
  std::vector<Bin> bins_;
  uint64_t threshold_ = 0;
};

/// How the unique destinations of a source grew over time, with the threshold as a line.
class GrowthChart : public Chart {
 public:
  explicit GrowthChart(QWidget* parent) : Chart(parent) {}
  /// `times` are those of the first contacts, in seconds since the capture began.
  void show(const QString& source, std::vector<double> times, uint64_t threshold);

 protected:
  void paint(QPainter& painter, const QRectF& area, std::vector<Spot>& spots) override;

 private:
  QString source_;
  std::vector<double> times_;
  uint64_t threshold_ = 0;
};

}  // namespace fanout::gui

#endif  // FANOUT_TAP_GUI_CHARTS_H_
