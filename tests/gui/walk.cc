// Walks through Statistics → Scan Suspects, as a plugin inside Wireshark, and writes what it found
// into the file named by FANOUT_GUI_RESULT and pictures into the folder FANOUT_GUI_PICTURES.
// FANOUT_GUI_WALK chooses the walk: "demo" (the default), "option", "large" or "quit".
#include "plugin/versions.h"

#undef signals

#include <QAbstractItemView>
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDialog>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileDialog>
#include <QHeaderView>
#include <QHelpEvent>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QMainWindow>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QSpinBox>
#include <QStyleFactory>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QThread>
#include <QTimer>
#include <QToolTip>
#include <functional>
#include <string>
#include <vector>

namespace {

constexpr int kPatience = 30'000;

QFile g_result;
QString g_test;
bool g_has_failed = false;
int g_failures = 0;

void tell(const QString& line) {
  g_result.write(line.toUtf8() + '\n');
  g_result.flush();
}

bool check(bool is_right, const char* what, int line, const QString& seen = {}) {
  if (is_right) return true;
  g_has_failed = true;
  tell(QString("walk.cc:%1: Failure: %2 %3").arg(line).arg(what, seen));
  return false;
}
#define CHECK(condition) check(condition, #condition, __LINE__)
#define CHECK_SEEN(condition, seen) check(condition, #condition, __LINE__, seen)

void test(const char* name, const std::function<void()>& body) {
  g_test = name;
  g_has_failed = false;
  tell(QString("[ RUN      ] ScanSuspects.") + name);
  QElapsedTimer clock;
  clock.start();
  body();
  if (g_has_failed) ++g_failures;
  tell(QString(g_has_failed ? "[  FAILED  ] ScanSuspects.%1 (%2 ms)"
                            : "[       OK ] ScanSuspects.%1 (%2 ms)")
           .arg(name)
           .arg(clock.elapsed()));
}

bool wait_for(const std::function<bool()>& condition, int patience = kPatience) {
  return QTest::qWaitFor(condition, patience);
}

QMainWindow* main_window() {
  for (QWidget* widget : QApplication::topLevelWidgets()) {
    if (auto* window = qobject_cast<QMainWindow*>(widget)) return window;
  }
  return nullptr;
}

QDialog* window() {
  for (QWidget* widget : QApplication::allWidgets()) {
    if (widget->objectName() == "fanoutScanSuspects") return qobject_cast<QDialog*>(widget);
  }
  return nullptr;
}

template <typename Widget>
Widget* find(const char* name) {
  return window()->findChild<Widget*>(name);
}

QTableView* sources() { return find<QTableView>("sources"); }
QTableView* destinations() { return find<QTableView>("destinations"); }
QTabBar* tabs() { return find<QTabBar>("tabs"); }
int rows() { return sources()->model()->rowCount(); }

QString cell(QTableView* table, int row, int column) {
  return table->model()->index(row, column).data().toString();
}

int column_of(QTableView* table, const QString& title) {
  for (int i = 0; i < table->model()->columnCount(); ++i) {
    if (table->model()->headerData(i, Qt::Horizontal).toString() == title) return i;
  }
  return -1;
}

int row_of(const QString& source, const QString& network = "IPv4") {
  for (int row = 0; row < rows(); ++row) {
    if (cell(sources(), row, 0) == source && cell(sources(), row, 2) == network) return row;
  }
  return -1;
}

void picture(QWidget* widget, const QString& name) {
  const QString folder = qEnvironmentVariable("FANOUT_GUI_PICTURES");
  if (folder.isEmpty()) return;
  QTest::qWait(60);
  CHECK(widget->grab().save(folder + '/' + name + ".png"));
}

QAction* menu_entry() {
  for (QMenu* menu : main_window()->findChildren<QMenu*>()) {
    for (QAction* action : menu->actions()) {
      if (action->text().remove('&').startsWith("Scan Suspects")) return action;
    }
  }
  return nullptr;
}

bool is_loaded() {
  QLabel* status = window() == nullptr ? nullptr : find<QLabel>("status");
  return status != nullptr && status->text().contains("frames");
}

// The text in the line of Wireshark's display filter.
QString display_filter() {
  const funnel_ops_t* functions = funnel_get_funnel_ops();
  return functions->get_filter(functions->ops_id);
}

// The entry of a menu that has this path, as "Apply as Filter/Source/Selected".
QAction* entry(QMenu* menu, const QString& path) {
  QAction* found = nullptr;
  for (const QString& part : path.split('/')) {
    found = nullptr;
    for (QAction* action : menu->actions()) {
      if (action->text() == part) found = action;
    }
    if (found == nullptr) return nullptr;
    if (found->menu() != nullptr) menu = found->menu();
  }
  return found;
}

// The context menu at a row of a table; to be closed.
QMenu* context_menu(QTableView* table, int row, const char* name) {
  const QPoint place = table->visualRect(table->model()->index(row, 0)).center();
  Q_EMIT table->customContextMenuRequested(place);
  QApplication::processEvents();
  return window()->findChild<QMenu*>(name);
}

void choose(QTableView* table, int row, const char* menu_name, const QString& path) {
  if (!CHECK_SEEN(row >= 0, path)) return;
  QMenu* menu = context_menu(table, row, menu_name);
  if (!CHECK(menu != nullptr)) return;
  QAction* action = entry(menu, path);
  if (CHECK_SEEN(action != nullptr, path)) action->trigger();
  menu->close();
  QTest::qWait(20);
}

// Answers the next file dialog with a path.
void answer_file_dialog(const QString& path) {
  QTimer::singleShot(300, qApp, [path] {
    auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
    if (!CHECK(dialog != nullptr)) return;
    auto* line = dialog->findChild<QLineEdit*>("fileNameEdit");
    if (CHECK(line != nullptr)) line->setText(path);
    QMetaObject::invokeMethod(dialog, "accept");
  });
}

QByteArray contents(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void walk_through_table() {
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
    CHECK(destinations()->model()->rowCount() > 0);
    const QVariant aligned = sources()->model()->index(0, 3).data(Qt::TextAlignmentRole);
    CHECK((aligned.toInt() & Qt::AlignRight) != 0);
    picture(window(), "window");
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
    for (int tab = 3; tab < tabs()->count(); ++tab) {
      CHECK(tabs()->isTabVisible(tab));
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
    CHECK(wait_for([] { return rows() == 1; }, 3000));
    find<QLineEdit>("search")->setText("port-scan");
    CHECK(wait_for([] { return rows() == 1 && cell(sources(), 0, 0) != "198.51.100.66"; }, 3000));
    find<QLineEdit>("search")->setText("<b>nothing");
    CHECK(wait_for([] { return rows() == 0; }, 3000));
    CHECK(destinations()->model()->rowCount() == 0);
    find<QLineEdit>("search")->clear();
    CHECK(wait_for([] { return rows() > 50; }, 3000));
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
    menu->close();
  });
}

void walk_through_charts() {
  auto* charts = find<QTabWidget>("charts");
  const auto centre_of_spot = [](QWidget* chart, const std::function<bool()>& is_right) {
    for (int y = 10; y < chart->height(); y += 7) {
      for (int x = 30; x < chart->width(); x += 9) {
        QTest::mouseClick(chart, Qt::LeftButton, {}, {x, y});
        if (is_right()) return true;
      }
    }
    return false;
  };
  test("AClickOnABarSelectsTheSource", [&] {
    tabs()->setCurrentIndex(0);
    charts->setCurrentIndex(0);
    sources()->selectRow(0);
    auto* chart = find<QWidget>("activeChart");
    QTest::qWait(200);
    for (int i = 0; i < 3; ++i) {
      find<QComboBox>("measure")->setCurrentIndex(i);
      picture(chart, QString("chart-active-%1").arg(i));
    }
    find<QComboBox>("measure")->setCurrentIndex(0);
    CHECK(centre_of_spot(chart, [] { return tabs()->currentIndex() == 2; }));
    CHECK(sources()->selectionModel()->selectedRows().size() == 1);
  });
  test("AClickOnABinSelectsItsSources", [&] {
    charts->setCurrentIndex(1);
    auto* chart = find<QWidget>("distributionChart");
    QTest::qWait(200);
    picture(chart, "chart-distribution");
    CHECK(centre_of_spot(chart,
                         [] { return sources()->selectionModel()->selectedRows().size() > 1; }));
    QHelpEvent help(QEvent::ToolTip, {chart->width() / 2, chart->height() / 2},
                    chart->mapToGlobal(QPoint(chart->width() / 2, chart->height() / 2)));
    QApplication::sendEvent(chart, &help);
    CHECK_SEEN(QToolTip::text().contains("unique destination"), QToolTip::text());
    QToolTip::hideText();
  });
  test("ShowsTheFanOutOverTime", [&] {
    charts->setCurrentIndex(2);
    tabs()->setCurrentIndex(2);
    sources()->selectRow(row_of("198.51.100.66"));
    picture(find<QWidget>("growthChart"), "chart-growth");
    picture(window(), "window-growth");
  });
  test("SavesPictures", [&] {
    const QString folder = QDir::tempPath();
    for (const QString ending : {"png", "svg"}) {
      const QString path = folder + "/fanout-picture." + ending;
      QFile::remove(path);
      answer_file_dialog(path);
      QTest::mouseClick(find<QPushButton>("savePicture"), Qt::LeftButton);
      CHECK(wait_for([&] { return QFile::exists(path); }, 3000));
      CHECK(contents(path).contains(ending == "png" ? "PNG" : "<svg"));
    }
  });
  test("SaysWhyAPictureCannotBeSaved", [&] {
    answer_file_dialog("/proc/nowhere/picture.png");
    QTest::mouseClick(find<QPushButton>("savePicture"), Qt::LeftButton);
    // Qt's dialog may refuse the folder itself.
    if (auto* dialog = qobject_cast<QDialog*>(QApplication::activeModalWidget())) dialog->reject();
  });
}

void walk_through_packets() {
  test("AppliesFilters", [] {
    tabs()->setCurrentIndex(2);
    const int row = row_of("198.51.100.66");
    sources()->selectRow(row);
    sources()->scrollTo(sources()->model()->index(row, 0));
    QMenu* menu = context_menu(sources(), row, "sourceMenu");
    if (CHECK(menu != nullptr)) {
      picture(menu, "context-menu");
      menu->close();
      QTest::qWait(50);
    }
    const auto prepare = [&](const QString& path, const QString& wanted) {
      choose(sources(), row, "sourceMenu", "Prepare as Filter/" + path);
      CHECK_SEEN(display_filter() == wanted, display_filter());
    };
    prepare("Source/Selected", "ip.src == 198.51.100.66");
    prepare("Source/Not Selected", "!(ip.src == 198.51.100.66)");
    prepare("Source/…and Selected", "(!(ip.src == 198.51.100.66)) && (ip.src == 198.51.100.66)");
    prepare("New destinations only/Selected",
            "fanout.source == \"198.51.100.66\" && fanout.new_destination");
    destinations()->selectRow(0);
    const QString destination = cell(destinations(), 0, 0);
    choose(destinations(), 0, "destinationMenu",
           "Apply as Filter/Source with selected destinations/Selected");
    CHECK_SEEN(display_filter() == "ip.src == 198.51.100.66 && ip.dst == " + destination,
               display_filter());
    QTest::qWait(300);
  });
  test("GoesToPackets", [] {
    QTest::qWait(300);
    choose(sources(), row_of("198.51.100.66"), "sourceMenu", "Go to First Flagged Packet");
    Q_EMIT destinations()->doubleClicked(destinations()->model()->index(0, 0));
  });
  test("Colourises", [] {
    choose(sources(), row_of("198.51.100.66"), "sourceMenu", "Colourise/Colour 1");
    CHECK(!g_has_failed);
  });
  test("CopiesAsWiresharkDoes", [] {
    const int row = row_of("198.51.100.66");
    sources()->selectRow(row);
    choose(sources(), row, "sourceMenu", "Copy/Selected Rows as CSV");
    const QStringList lines = QApplication::clipboard()->text().split('\n');
    CHECK_SEEN(lines.size() == 3 && lines[0].startsWith("source,network,unique_destinations"),
               lines.value(0));
    CHECK(lines.value(1).startsWith("198.51.100.66,"));
    choose(sources(), row, "sourceMenu", "Copy/Table as JSON");
    const QJsonDocument json = QJsonDocument::fromJson(QApplication::clipboard()->text().toUtf8());
    CHECK(json.isArray() && json.array().size() == rows());
    choose(sources(), row, "sourceMenu", "Copy/Selected Rows as YAML");
    CHECK(QApplication::clipboard()->text().startsWith("---\n- source: \"198.51.100.66\""));
    sources()->setCurrentIndex(sources()->model()->index(row, 0));
    choose(sources(), row, "sourceMenu", "Copy/Cell");
    CHECK(QApplication::clipboard()->text() == "198.51.100.66");
  });
  test("SavesReports", [] {
    for (const QString ending : {"csv", "json", "txt", "html"}) {
      const QString path = QDir::tempPath() + "/fanout-report." + ending;
      QFile::remove(path);
      answer_file_dialog(path);
      QTest::mouseClick(find<QPushButton>("saveReport"), Qt::LeftButton);
      CHECK(wait_for([&] { return QFile::exists(path); }, 3000));
      CHECK_SEEN(contents(path).contains("198.51.100.66"), path);
    }
  });
}

void walk_through_life() {
  test("LimitsToADisplayFilter", [] {
    auto* filter = find<QLineEdit>("filter");
    filter->clear();
    QTest::keyClicks(filter, "ip.src == 198.51.100.66");
    QTest::keyClick(filter, Qt::Key_Return);
    CHECK(wait_for([] { return tabs()->tabText(2) == "All sources · 1"; }));
    CHECK(find<QCheckBox>("limit")->isChecked());
    picture(window(), "limited");
  });
  test("TellsOfABadFilter", [] {
    auto* filter = find<QLineEdit>("filter");
    filter->clear();
    QTest::keyClicks(filter, "ip.src === <b>");
    QTest::keyClick(filter, Qt::Key_Return);
    auto* message = find<QLabel>("message");
    CHECK(wait_for([&] { return message->isVisible(); }, 5000));
    CHECK_SEEN(message->text().contains("not a display filter"), message->text());
    picture(window(), "bad-filter");
    filter->clear();
    QTest::keyClick(filter, Qt::Key_Return);
    CHECK(wait_for([&] { return !message->isVisible() && tabs()->tabText(2).size() > 15; }, 5000));
    CHECK(!find<QCheckBox>("limit")->isChecked());
  });
  test("SurvivesAReload", [] {
    const QString before = tabs()->tabText(2);
    sources()->selectRow(row_of("198.51.100.66"));
    const funnel_ops_t* functions = funnel_get_funnel_ops();
    functions->reload_packets(functions->ops_id);
    QTest::qWait(800);
    CHECK(wait_for([&] { return tabs()->tabText(2) == before; }));
    functions->redissect_packets(functions->ops_id);
    QTest::qWait(800);
    CHECK(wait_for([&] { return tabs()->tabText(2) == before; }));
  });
  test("ClosesAndOpensAgain", [] {
    find<QTabWidget>("charts")->setCurrentIndex(1);
    window()->close();
    CHECK(!window()->isVisible());
    menu_entry()->trigger();
    CHECK(wait_for([] { return window()->isVisible() && is_loaded(); }));
    CHECK(find<QTabWidget>("charts")->currentIndex() == 1);
  });
  test("FollowsADarkPalette", [] {
    const QPalette before = QApplication::palette();
    QStyle* style = QStyleFactory::create("Fusion");
    QApplication::setStyle(style);
    QPalette dark;
    dark.setColor(QPalette::Window, QColor(45, 45, 48));
    dark.setColor(QPalette::WindowText, Qt::white);
    dark.setColor(QPalette::Base, QColor(30, 30, 32));
    dark.setColor(QPalette::AlternateBase, QColor(40, 40, 43));
    dark.setColor(QPalette::Text, QColor(230, 230, 230));
    dark.setColor(QPalette::Button, QColor(60, 60, 63));
    dark.setColor(QPalette::ButtonText, Qt::white);
    dark.setColor(QPalette::PlaceholderText, QColor(150, 150, 150));
    dark.setColor(QPalette::Highlight, QColor(70, 130, 200));
    dark.setColor(QPalette::HighlightedText, Qt::white);
    QApplication::setPalette(dark);
    QTest::qWait(200);
    for (int i = 0; i < 3; ++i) {
      find<QTabWidget>("charts")->setCurrentIndex(i);
      picture(window(), QString("dark-%1").arg(i));
    }
    QApplication::setPalette(before);
  });
  test("EveryWidgetHasANameForScreenReaders", [] {
    for (const char* name :
         {"threshold", "search", "timeFormat", "filter", "tabs", "sources", "destinations",
          "charts", "measure", "activeChart", "distributionChart", "growthChart"}) {
      CHECK_SEEN(!find<QWidget>(name)->accessibleName().isEmpty(), name);
    }
  });
  test("EmptiesWhenTheFileIsClosed", [] {
    auto* action = main_window()->findChild<QAction*>("actionFileClose");
    if (CHECK(action != nullptr)) action->trigger();
    CHECK(wait_for([] { return rows() == 0; }, 5000));
    CHECK_SEEN(find<QLabel>("status")->text().startsWith("No capture"),
               find<QLabel>("status")->text());
    picture(window(), "no-file");
    const funnel_ops_t* functions = funnel_get_funnel_ops();
    char* error = nullptr;
    functions->open_file(functions->ops_id,
                         qEnvironmentVariable("FANOUT_GUI_CAPTURE").toUtf8().constData(), "",
                         &error);
    CHECK(wait_for([] { return rows() > 50 && is_loaded(); }));
  });
}

void walk_demo() {
  walk_through_table();
  if (window() == nullptr) return;
  walk_through_charts();
  walk_through_packets();
  walk_through_life();
}

void walk_option() {
  test("OpensFromTheCommandLine", [] {
    CHECK(wait_for([] { return window() != nullptr && window()->isVisible() && is_loaded(); }));
    if (window() == nullptr) return;
    CHECK(find<QSpinBox>("threshold")->value() == 30);
  });
}

void walk_large() {
  CHECK(wait_for([] { return main_window()->windowTitle().contains("pcap"); }, 600'000));
  const auto timed = [](const char* what, const std::function<void()>& body) {
    QElapsedTimer clock;
    clock.start();
    body();
    QApplication::processEvents();
    tell(QString("time %1: %2 ms").arg(what).arg(clock.elapsed()));
    return clock.elapsed();
  };
  test("OpensAMillionSourcesInASecond", [&] {
    QElapsedTimer clock;
    QTest::qWait(2000);
    // Wireshark may still be reading: the menu entry works then too, but that is another time.
    uint32_t count = 0;
    const auto is_read = [&count] {
      const QString status = find<QLabel>("status")->text();
      const uint32_t now = status.section(" frames", 0, 0).remove(',').toUInt();
      const bool is_done = now == count && now > 0;
      count = now;
      return is_done;
    };
    const qint64 cold = timed("open while reading", [] { menu_entry()->trigger(); });
    (void)cold;
    while (!is_read()) QTest::qWait(4000);
    window()->close();
    const qint64 open = timed("open", [] {
      menu_entry()->trigger();
      CHECK(QTest::qWaitForWindowExposed(window()));
    });
    CHECK_SEEN(open < 1000, QString::number(open));
    tell(find<QLabel>("status")->text());
  });
  test("ScrollsAndSortsAMillionSources", [&] {
    timed("all sources", [] { tabs()->setCurrentIndex(2); });
    tell(QString("rows %1").arg(rows()));
    for (const char* title : {"Destinations", "Packets", "Source", "First Seen", "Verdict"}) {
      const int column = column_of(sources(), title);
      timed(qPrintable(QString("sort by ") + title),
            [&] { sources()->sortByColumn(column, Qt::DescendingOrder); });
    }
    timed("50 pages", [] {
      for (int i = 0; i < 50; ++i) {
        sources()->verticalScrollBar()->setValue(i * (rows() / 50));
        sources()->viewport()->repaint();
      }
    });
    timed("search", [] {
      find<QLineEdit>("search")->setText("10.1");
      wait_for([] { return find<QLabel>("status")->text().contains("found"); });
    });
    timed("threshold", [] { find<QSpinBox>("threshold")->setValue(20); });
    find<QLineEdit>("search")->clear();
    QTest::qWait(1500);
    timed("select all", [] { sources()->selectAll(); });
    picture(window(), "large");
  });
}

void walk() {
  const QString which = qEnvironmentVariable("FANOUT_GUI_WALK", "demo");
  g_result.setFileName(qEnvironmentVariable("FANOUT_GUI_RESULT"));
  if (!g_result.open(QIODevice::WriteOnly)) qFatal("the result cannot be written");
  if (which == "option") {
    walk_option();
  } else if (which == "large") {
    walk_large();
  } else {
    walk_demo();
  }
  tell(g_failures == 0 ? "[  PASSED  ]" : QString("[  FAILED  ] %1 tests").arg(g_failures));
  g_result.close();
  // With the window open.
  main_window()->close();
}

// While Wireshark starts, it handles events without a loop: waiting there would keep it from it.
void start() {
  const bool has_started = QThread::currentThread()->loopLevel() > 0 && main_window() != nullptr;
  QTimer::singleShot(200, qApp, has_started ? walk : start);
}

}  // namespace

extern "C" {

WS_DLL_PUBLIC_DEF extern const char plugin_version[];
WS_DLL_PUBLIC_DEF extern const int plugin_want_major;
WS_DLL_PUBLIC_DEF extern const int plugin_want_minor;
const char plugin_version[] = "0";
const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
const int plugin_want_minor = WIRESHARK_VERSION_MINOR;

WS_DLL_PUBLIC void plugin_register();
WS_DLL_PUBLIC uint32_t plugin_describe();

void plugin_register() {
  static tap_plugin tap{};
  tap.register_tap_listener = start;
  tap_register_plugin(&tap);
}

uint32_t plugin_describe() { return 0; }

}  // extern "C"
