// The view of the table of sources: opens and closes the rows of scans from several sources.
#ifndef FANOUT_TAP_GUI_SOURCE_VIEW_H_
#define FANOUT_TAP_GUI_SOURCE_VIEW_H_

#include <QTableView>

#include "tap/gui/models.h"

namespace fanout::gui {

/// A table in which a scan opens as an item of a tree does: by a click on its arrow, and by + and
/// -.
class SourceView : public QTableView {
 public:
  SourceView(SourceModel& sources, QWidget* parent);

  /// Opens or closes the scan of a source. Its row is selected when those that were are gone.
  void set_open(uint32_t source, bool is_open);

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;

 private:
  bool click_arrow(const QMouseEvent& event);

  SourceModel& sources_;
};

}  // namespace fanout::gui

#endif  // FANOUT_TAP_GUI_SOURCE_VIEW_H_
