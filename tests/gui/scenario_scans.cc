// A scan from sixty sources, which is one row that opens.
#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QMenu>
#include <QTest>

#include "tests/gui/scenario.h"

namespace {

constexpr int kSources = 60;

QPoint arrow(int row) {
  const QRect area = sources()->visualRect(sources()->model()->index(row, 0));
  return {area.left() + 6, area.center().y()};
}

void click_arrow(int row) {
  QTest::mouseClick(sources()->viewport(), Qt::LeftButton, {}, arrow(row));
}

void double_click_arrow(int row) {
  const QPoint place = arrow(row);
  QMouseEvent event(QEvent::MouseButtonDblClick, place, sources()->viewport()->mapToGlobal(place),
                    Qt::LeftButton, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(sources()->viewport(), &event);
}

}  // namespace

void scenario_scans() {
  test("ListsAScanFromManySourcesAsOneRow", [] {
    open_window("distributed");
    window()->resize(1280, 820);
    tabs()->setCurrentIndex(0);  // it opens with the last one
    CHECK(wait_for([] { return rows() == 1; }));
    CHECK_SEEN(cell(sources(), 0, 0) == "10.0.0.7 (+59)", cell(sources(), 0, 0));
    CHECK(tabs()->tabText(0).endsWith("60"));
    picture(window(), "scan-closed");
  });
  test("OpensItByItsArrow", [] {
    const QString first = cell(sources(), 0, 0);
    click_arrow(0);
    CHECK_SEEN(rows() == kSources, QString::number(rows()));
    CHECK(cell(sources(), 0, 0) == first);
    CHECK_SEEN(cell(sources(), 1, 0) == "10.1.0.8", cell(sources(), 1, 0));
    picture(window(), "scan-open");
    click_arrow(1);
    CHECK(rows() == kSources);
    click_arrow(0);
    CHECK(rows() == 1);
    // The second of two quick clicks closes it again, and goes to no packet.
    const uint32_t frame = open_file_now().current_frame;
    click_arrow(0);
    double_click_arrow(0);
    CHECK(rows() == 1);
    CHECK(open_file_now().current_frame == frame);
  });
  test("OpensAndClosesItByPlusAndMinus", [] {
    sources()->setFocus();
    sources()->selectRow(0);
    QTest::keyClick(sources(), Qt::Key_Plus);
    CHECK(rows() == kSources);
    sources()->selectRow(40);
    QTest::keyClick(sources(), Qt::Key_Minus);
    CHECK(rows() == 1);
    CHECK(sources()->selectionModel()->isRowSelected(0, {}));
  });
  test("OpensItByTheMenu", [] {
    choose(sources(), 0, "sourceMenu", "List All Sources of This Scan");
    CHECK(rows() == kSources);
    choose(sources(), 7, "sourceMenu", "List This Scan as One Row");
    CHECK(rows() == 1);
  });
  test("StaysOpenWhileItIsSorted", [] {
    click_arrow(0);
    sources()->sortByColumn(0, Qt::DescendingOrder);
    CHECK(rows() == kSources);
    for (int row = 2; row < rows(); ++row) {
      CHECK(cell(sources(), row, 0) != cell(sources(), row - 1, 0));
    }
    CHECK(cell(sources(), 0, 0).endsWith(" (+59)"));
    click_arrow(0);
    sources()->sortByColumn(0, Qt::AscendingOrder);
    CHECK(rows() == 1);
  });
  test("CopiesTheAddressAlone", [] {
    sources()->setCurrentIndex(sources()->model()->index(0, 0));
    choose(sources(), 0, "sourceMenu", "Copy/Cell");
    CHECK_SEEN(QApplication::clipboard()->text() == "10.0.0.7", QApplication::clipboard()->text());
  });
  test("CopiesAllSourcesOfAClosedScan", [] {
    sources()->selectRow(0);
    choose(sources(), 0, "sourceMenu", "Copy/Selected Rows as CSV");
    CHECK_SEEN(QApplication::clipboard()->text().count('\n') == kSources + 1,
               QApplication::clipboard()->text());
    choose(sources(), 0, "sourceMenu", "Copy/Table as CSV");
    CHECK(QApplication::clipboard()->text().count('\n') == kSources + 1);
  });
  test("ListsSourcesOneByOneElsewhere", [] {
    tabs()->setCurrentIndex(2);
    CHECK_SEEN(rows() > kSources, QString::number(rows()));
    tabs()->setCurrentIndex(0);
    CHECK(rows() == 1);
    const QString first = cell(sources(), 0, 0);
    find<QLineEdit>("search")->setText("distributed");
    CHECK(wait_for([] { return rows() == kSources; }));
    find<QLineEdit>("search")->setText({});
    CHECK(wait_for([] { return rows() == 1; }));
    CHECK(cell(sources(), 0, 0) == first);
  });
}
