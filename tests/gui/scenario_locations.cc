// Where addresses are, by Wireshark's GeoIP databases, which it asks while the window is shown.
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QMenu>
#include <QTabWidget>

#include "tests/gui/scenario.h"

namespace {

QString shown_in(QTableView* table, int row, const QString& title) {
  return cell(table, row, column_of(table, title));
}

}  // namespace

void scenario_locations() {
  test("ShowsWhereAddressesAre", [] {
    open_window("demo");
    window()->resize(1280, 820);
    tabs()->setCurrentIndex(2);
    for (const char* title : {"Country", "AS Number", "AS Organization"}) {
      CHECK_SEEN(!sources()->isColumnHidden(column_of(sources(), title)), title);
      CHECK_SEEN(!destinations()->isColumnHidden(column_of(destinations(), title)), title);
    }
    // The first one shown is asked for, and the answer comes later.
    CHECK(wait_for(
        [] { return shown_in(sources(), row_of("198.51.100.66"), "Country") == "Netherlands"; }));
    const int row = row_of("198.51.100.66");
    CHECK(shown_in(sources(), row, "AS Number") == "64500");
    CHECK(shown_in(sources(), row, "AS Organization") == "Example Hosting B.V.");
    CHECK(shown_in(sources(), row_of("10.0.0.5"), "Country").isEmpty());
    tabs()->setCurrentIndex(0);
    sources()->selectRow(row_of("198.51.100.66"));
    picture(window(), "locations");
  });
  test("ShowsWhereDestinationsAre", [] {
    tabs()->setCurrentIndex(2);
    sources()->selectRow(row_of("10.0.0.40"));
    const int row = destinations()->model()->rowCount() - 1;
    destinations()->sortByColumn(0, Qt::AscendingOrder);
    CHECK(wait_for([row] { return !shown_in(destinations(), row, "Country").isEmpty(); }));
    picture(window(), "locations-destinations");
  });
  test("SortsByThemWhenTheyAreKnown", [] {
    sources()->sortByColumn(column_of(sources(), "Country"), Qt::DescendingOrder);
    CHECK(wait_for([] { return shown_in(sources(), 0, "Country") == "Åland Islands"; }));
    CHECK(shown_in(sources(), rows() - 1, "Country").isEmpty());
    CHECK(shown_in(sources(), row_of("198.51.100.66"), "Country") == "Netherlands");
    CHECK(row_of("198.51.100.66") < row_of("203.0.113.80"));
    sources()->sortByColumn(column_of(sources(), "AS Number"), Qt::DescendingOrder);
    CHECK(wait_for([] { return !shown_in(sources(), 0, "AS Number").isEmpty(); }));
    int last = 1 << 30;
    for (int row = 0; row < rows(); ++row) {
      const int number = shown_in(sources(), row, "AS Number").toInt();
      CHECK(number <= last);
      last = number;
    }
    picture(window(), "locations-sorted");
  });
  test("ShowsHostileOrganizationsAsText", [] {
    const int row = row_of("203.0.113.80");
    const int column = column_of(sources(), "AS Organization");
    CHECK(wait_for([&] { return cell(sources(), row, column).contains("<script>"); }));
    for (const QChar c : cell(sources(), row, column)) CHECK(c.isPrint());
    const QModelIndex index = sources()->model()->index(row, column);
    const QString tip = index.data(Qt::ToolTipRole).toString();
    CHECK_SEEN(tip.contains("&lt;script&gt;") && !tip.contains("<script>"), tip);
    choose(sources(), row, "sourceMenu", "Copy/Table as CSV");
    const QString text = QApplication::clipboard()->text();
    CHECK(text.contains("HYPERLINK") && !text.contains(",\"=") && !text.contains(",="));
    sources()->sortByColumn(3, Qt::DescendingOrder);
  });
}
