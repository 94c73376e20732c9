// The timeline of the suspects: when each of them initiated how many contacts.
#ifndef FANOUT_TAP_GUI_TIMELINE_CHART_H_
#define FANOUT_TAP_GUI_TIMELINE_CHART_H_

#include <QString>
#include <cstdint>
#include <vector>

#include "tap/gui/charts.h"
#include "tap/report/timeline.h"

namespace fanout::gui {

/// A bar for each suspect, from its first contact to its last, over the time of the capture.
class TimelineChart : public Chart {
 public:
  struct Row {
    QString label;
    uint32_t source;
  };
  /// Parts of the time for which contacts are counted.
  static constexpr size_t kParts = 400;

  explicit TimelineChart(QWidget* parent) : Chart(parent) {}
  /// `rows` are those of the timeline; `all` is how many suspects there are.
  void show(std::vector<Row> rows, Timeline timeline, uint64_t all);

 protected:
  void paint(QPainter& painter, const QRectF& area, std::vector<Spot>& spots) override;

 private:
  void paint_row(QPainter& painter, size_t row, const QRectF& area, const QRectF& plot,
                 std::vector<Spot>& spots);

  std::vector<Row> rows_;
  Timeline timeline_;
  uint64_t all_ = 0;
};

}  // namespace fanout::gui

#endif  // FANOUT_TAP_GUI_TIMELINE_CHART_H_
