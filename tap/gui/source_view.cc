#include "tap/gui/source_view.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QStyledItemDelegate>

namespace fanout::gui {
namespace {

constexpr int kArrow = 8;  // pixels

// Paints the arrow of a scan before its first address.
class AddressDelegate : public QStyledItemDelegate {
 public:
  AddressDelegate(const SourceModel& sources, QObject* parent)
      : QStyledItemDelegate(parent), sources_(sources) {}

  void paint(QPainter* painter, const QStyleOptionViewItem& option,
             const QModelIndex& index) const override {
    QStyledItemDelegate::paint(painter, option, index);
    const SourceModel::Scan* scan = sources_.scan_opening_at(sources_.number(index.row()));
    if (scan == nullptr) return;
    const bool is_selected = option.state.testFlag(QStyle::State_Selected);
    const double half = kArrow / 2.0;
    const QPointF centre(option.rect.left() + kArrowWidth / 2.0, option.rect.center().y() + 0.5);
    const QPointF down[] = {{-half, -half / 2}, {half, -half / 2}, {0, half / 2}};
    const QPointF right[] = {{-half / 2, -half}, {-half / 2, half}, {half / 2, 0}};
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->translate(centre);
    painter->setPen(Qt::NoPen);
    painter->setBrush(
        option.palette.color(is_selected ? QPalette::HighlightedText : QPalette::Text));
    painter->drawConvexPolygon(scan->is_open ? down : right, 3);
    painter->restore();
  }

 private:
  const SourceModel& sources_;
};

}  // namespace

SourceView::SourceView(SourceModel& sources, QWidget* parent)
    : QTableView(parent), sources_(sources) {
  setItemDelegateForColumn(sources.column("source"), new AddressDelegate(sources, this));
}

void SourceView::set_open(uint32_t source, bool is_open) {
  const SourceModel::Scan* scan = sources_.scan_of(source);
  if (scan == nullptr) return;
  sources_.set_open(source, is_open);
  if (!selectionModel()->hasSelection()) selectRow(sources_.row_of(scan->first));
}

void SourceView::keyPressEvent(QKeyEvent* event) {
  const bool opens = event->key() == Qt::Key_Plus;
  if (currentIndex().isValid() && (opens || event->key() == Qt::Key_Minus)) {
    set_open(sources_.number(currentIndex().row()), opens);
    return;
  }
  QTableView::keyPressEvent(event);
}

// Whether it was on the arrow of a scan, which is opened or closed then.
bool SourceView::click_arrow(const QMouseEvent& event) {
  const QModelIndex index = indexAt(event.pos());
  if (event.button() != Qt::LeftButton || index.column() != sources_.column("source") ||
      event.pos().x() >= visualRect(index).left() + kArrowWidth) {
    return false;
  }
  const uint32_t source = sources_.number(index.row());
  const SourceModel::Scan* scan = sources_.scan_opening_at(source);
  if (scan == nullptr) return false;
  set_open(source, !scan->is_open);
  return true;
}

void SourceView::mousePressEvent(QMouseEvent* event) {
  if (!click_arrow(*event)) QTableView::mousePressEvent(event);
}

void SourceView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (!click_arrow(*event)) QTableView::mouseDoubleClickEvent(event);
}

}  // namespace fanout::gui
