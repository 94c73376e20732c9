// The tables of the window: what they list, sort, search and hide.
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSpinBox>
#include <QTabWidget>
#include <QTest>

#include "tests/gui/scenario.h"

void demo_table() {
  test("OpensFromTheMenu", [] {
    QAction* action = menu_entry();
    if (!CHECK(action != nullptr)) return;
    CHECK(wait_for([] { return main_window()->windowTitle().contains("demo"); }));
    QTest::qWait(300);
    action->trigger();
    CHECK(wait_for(is_loaded));
    CHECK(window()->isVisible() && !window()->isModal());
    CHECK(window()->windowTitle().contains("demo.pcap"));
    window()->resize(1280, 820);
  });
  if (window() == nullptr) return;
  test("ListsTheSuspects", [] {
    tabs()->setCurrentIndex(0);
    CHECK_SEEN(tabs()->tabText(0).startsWith("Suspects · 3"), tabs()->tabText(0));
    CHECK_SEEN(rows() == 3, QString::number(rows()));
    CHECK(row_of("198.51.100.66") >= 0);
    CHECK(cell(sources(), row_of("198.51.100.66"), column_of(sources(), "Verdict"))
              .contains("address-scan"));
    sources()->selectRow(row_of("198.51.100.66"));
    CHECK(destinations()->model()->rowCount() == 254);
    CHECK_SEEN(find<QLabel>("destinationTitle")->text() == "Destinations of 198.51.100.66 · 254",
               find<QLabel>("destinationTitle")->text());
    CHECK_SEEN(find<QLabel>("reason")->text().startsWith("SYN to 22/tcp on 254 hosts"),
               find<QLabel>("reason")->text());
    const QStringList wanted = {"10.0.0.20", "",       "2", "108", "912",
                                "15.940000", "22/tcp", "1", "yes"};
    for (int column = 0; column < wanted.size(); ++column) {
      CHECK_SEEN(cell(destinations(), 0, column) == wanted[column],
                 cell(destinations(), 0, column));
    }
    const QVariant aligned = sources()->model()->index(0, 3).data(Qt::TextAlignmentRole);
    CHECK((aligned.toInt() & Qt::AlignRight) != 0);
    picture(window(), "window");
    find<QTabWidget>("charts")->setCurrentIndex(3);
    picture(window(), "window-contacts");
    find<QTabWidget>("charts")->setCurrentIndex(0);
  });
  test("SortsByEachColumn", [] {
    tabs()->setCurrentIndex(2);
    CHECK(rows() > 50);
    for (int column = 0; column < sources()->model()->columnCount(); ++column) {
      for (const Qt::SortOrder order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
        const int before = sources()->selectionModel()->selectedRows().size();
        sources()->sortByColumn(column, order);
        CHECK(sources()->selectionModel()->selectedRows().size() == before);
      }
    }
    sources()->sortByColumn(0, Qt::AscendingOrder);
    CHECK(cell(sources(), 0, 2) == "IPv4");
    CHECK(cell(sources(), rows() - 1, 2) == "ARP");
    sources()->sortByColumn(3, Qt::DescendingOrder);
    int last = 1 << 30;
    for (int row = 0; row < rows(); ++row) {
      const int count = cell(sources(), row, 3).remove(',').toInt();
      CHECK(count <= last);
      last = count;
    }
    picture(window(), "all-sources");
  });
  test("TabsShowTheNetworks", [] {
    CHECK(tabs()->count() == 7);
    for (int tab = 3; tab < tabs()->count(); ++tab) {
      // Nobody in the capture sends neighbour solicitations.
      const bool has_sources = !tabs()->tabText(tab).startsWith("NDP");
      CHECK(tabs()->isTabVisible(tab) == has_sources);
      if (!has_sources) continue;
      tabs()->setCurrentIndex(tab);
      CHECK(tabs()->tabText(tab).endsWith(QString("· %1").arg(rows())));
      CHECK(tabs()->tabText(tab).startsWith(cell(sources(), 0, 2)));
    }
    tabs()->setCurrentIndex(2);
  });
  test("KeepsTheSelectionWhenSorting", [] {
    sources()->selectRow(row_of("198.51.100.66"));
    sources()->sortByColumn(0, Qt::DescendingOrder);
    const QModelIndexList selected = sources()->selectionModel()->selectedRows();
    CHECK(selected.size() == 1 && selected[0].data().toString() == "198.51.100.66");
    sources()->sortByColumn(3, Qt::DescendingOrder);
  });
  test("ThresholdFlagsAtOnce", [] {
    const QString before = tabs()->tabText(1);
    find<QSpinBox>("threshold")->setValue(3);
    CHECK_SEEN(tabs()->tabText(1) != before, before);
    tabs()->setCurrentIndex(1);
    const int flagged = rows();
    for (int row = 0; row < rows(); ++row) {
      CHECK(cell(sources(), row, 3).remove(',').toInt() > 3);
    }
    find<QSpinBox>("threshold")->setValue(50);
    CHECK(rows() < flagged);
    CHECK(tabs()->tabText(1) == before);
    tabs()->setCurrentIndex(2);
  });
  test("SearchFindsAddressesAndVerdicts", [] {
    QTest::keyClicks(find<QLineEdit>("search"), "198.51.100.66");
    CHECK(wait_for([] { return rows() == 1; }));
    find<QLineEdit>("search")->setText("port-scan");
    CHECK(wait_for([] { return rows() == 1 && cell(sources(), 0, 0) != "198.51.100.66"; }));
    find<QLineEdit>("search")->setText("<b>nothing");
    CHECK(wait_for([] { return rows() == 0; }));
    CHECK(destinations()->model()->rowCount() == 0);
    find<QLineEdit>("search")->clear();
    CHECK(wait_for([] { return rows() > 50; }));
  });
  test("NamesAndTimesFollowTheChoices", [] {
    tabs()->setCurrentIndex(2);
    auto* names = find<QCheckBox>("names");
    names->setChecked(true);
    sources()->sortByColumn(1, Qt::DescendingOrder);
    const QString name = cell(sources(), 0, 1);
    CHECK(!name.isEmpty());
    picture(window(), "names");
    names->setChecked(false);
    CHECK(cell(sources(), 0, 1).isEmpty());
    const int column = column_of(sources(), "First Seen");
    const QString relative = cell(sources(), 0, column);
    find<QComboBox>("timeFormat")->setCurrentIndex(1);
    CHECK(cell(sources(), 0, column).contains('-') && relative != cell(sources(), 0, column));
    find<QComboBox>("timeFormat")->setCurrentIndex(0);
    sources()->sortByColumn(3, Qt::DescendingOrder);
  });
  test("ColumnsCanBeHidden", [] {
    QHeaderView* header = sources()->horizontalHeader();
    Q_EMIT header->customContextMenuRequested(QPoint(20, 5));
    QApplication::processEvents();
    auto* menu = window()->findChild<QMenu*>("headerMenu");
    if (!CHECK(menu != nullptr)) return;
    const int column = column_of(sources(), "Bytes");
    CHECK(!sources()->isColumnHidden(column));
    menu->actions().at(column)->trigger();
    CHECK(sources()->isColumnHidden(column));
    menu->actions().at(column)->trigger();
    CHECK(!sources()->isColumnHidden(column));
    // There are no databases.
    for (const char* title : {"Country", "AS Number", "AS Organization"}) {
      CHECK_SEEN(sources()->isColumnHidden(column_of(sources(), title)), title);
      CHECK_SEEN(!menu->actions().at(column_of(sources(), title))->isEnabled(), title);
    }
    menu->close();
  });
}
