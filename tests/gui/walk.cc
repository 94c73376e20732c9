// Walks through Statistics → Scan Suspects, as a plugin inside Wireshark, and writes what it found
// into the file named by FANOUT_GUI_RESULT and pictures into the folder FANOUT_GUI_PICTURES.
// FANOUT_GUI_WALK chooses the walk: one of those in walk(), with what tests/gui/run starts it on.
#include <cfile.h>
#include <epan/color_filters.h>
#include <epan/plugin_if.h>
#include <wsutil/filesystem.h>

#include "plugin/symbols.h"

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
#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QMainWindow>
#include <QMenu>
#include <QPushButton>
#include <QRegularExpression>
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
#include <QTreeWidget>
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace {

// A machine that has more to do shall not fail the tests.
constexpr int kPatience = 60'000;

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

// What the test asks about the file that is open.
struct OpenFile {
  uint32_t current_frame = 0;
  QString applied_filter;
};

void* read_open_file(capture_file* file, void* data) {
  auto* result = static_cast<OpenFile*>(data);
  if (file == nullptr || file->state == FILE_CLOSED) return nullptr;
  if (file->current_frame != nullptr) result->current_frame = file->current_frame->num;
  result->applied_filter = file->dfilter;
  return result;
}

OpenFile open_file_now() {
  OpenFile result;
  plugin_if_get_capture_file(read_open_file, &result);
  return result;
}

void set_preference(const char* text) {
  QByteArray argument = text;
  char* error = nullptr;
  CHECK_SEEN(prefs_set_pref(argument.data(), &error) == PREFS_SET_OK, error);
  prefs_apply_all();
}

QString path_in_home(const char* name) { return qEnvironmentVariable("HOME") + '/' + name; }

// Whether the window has read all that its filter lets through, and judged it.
bool is_at_rest() {
  return !find<QWidget>("progress")->isVisible() &&
         !find<QLabel>("status")->text().contains("looking for");
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

// Presses a key that is a shortcut, which only an active window takes.
void press(QWidget* widget, Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
  window()->activateWindow();
  CHECK(QTest::qWaitForWindowActive(window(), kPatience));
  widget->setFocus();
  QTest::keyClick(widget, key, modifiers);
}

// Answers the next file dialog with a path, and with the second kind of file if that is named.
void answer_file_dialog(const QString& path, const QString& second_kind = {}) {
  QTimer::singleShot(50, qApp, [path, second_kind] {
    auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
    if (dialog == nullptr || !dialog->isVisible()) return answer_file_dialog(path, second_kind);
    auto* kinds = dialog->findChild<QComboBox*>("fileTypeCombo");
    if (CHECK(kinds != nullptr) && !second_kind.isEmpty()) {
      QTest::keyClick(kinds, Qt::Key_Down);
      CHECK_SEEN(kinds->currentText().startsWith(second_kind), kinds->currentText());
    }
    auto* line = dialog->findChild<QLineEdit*>("fileNameEdit");
    if (!CHECK(line != nullptr)) return;
    const QString suggested = line->text();
    CHECK_SEEN(suggested.contains(QRegularExpression("\\.(csv|json|png|svg)$")), suggested);
    line->setText(path);
    QMetaObject::invokeMethod(dialog, "accept");
    if (!CHECK_SEEN(!dialog->isVisible(), path)) dialog->reject();
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
    sources()->selectRow(row_of("198.51.100.66"));
    CHECK(destinations()->model()->rowCount() == 254);
    CHECK_SEEN(find<QLabel>("destinationTitle")->text() == "Destinations of 198.51.100.66 · 254",
               find<QLabel>("destinationTitle")->text());
    CHECK_SEEN(find<QLabel>("reason")->text().startsWith("contacted 254 hosts first, 2 answered"),
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
    menu->close();
  });
}

void walk_through_charts() {
  auto* charts = find<QTabWidget>("charts");
  const auto tip_at = [](QWidget* chart, const QPoint& place) {
    QHelpEvent help(QEvent::ToolTip, place, chart->mapToGlobal(place));
    QApplication::sendEvent(chart, &help);
    return QToolTip::text();
  };
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
    QTest::qWait(200);
    CHECK(sources()->selectionModel()->selectedRows().size() == 1);
    // The first bar, and what is said of it.
    const QPoint first(chart->width() / 2, 16);
    QTest::mouseClick(chart, Qt::LeftButton, {}, first);
    CHECK_SEEN(cell(sources(), sources()->currentIndex().row(), 0) == "198.51.100.66",
               cell(sources(), sources()->currentIndex().row(), 0));
    CHECK_SEEN(tip_at(chart, first).contains("198.51.100.66: 254 unique destinations, a scan"),
               QToolTip::text());
    find<QComboBox>("measure")->setCurrentIndex(1);
    QTest::qWait(100);
    CHECK_SEEN(tip_at(chart, first).contains("10.0.0.40: 409 packets"), QToolTip::text());
    find<QComboBox>("measure")->setCurrentIndex(2);
    QTest::qWait(100);
    CHECK_SEEN(tip_at(chart, first).contains(" bytes"), QToolTip::text());
    find<QComboBox>("measure")->setCurrentIndex(0);
  });
  test("AClickOnABinSelectsItsSources", [&] {
    charts->setCurrentIndex(1);
    auto* chart = find<QWidget>("distributionChart");
    QTest::qWait(200);
    picture(chart, "chart-distribution");
    CHECK(centre_of_spot(chart,
                         [] { return sources()->selectionModel()->selectedRows().size() > 1; }));
    const QPoint middle(chart->width() / 2, chart->height() / 2);
    CHECK_SEEN(tip_at(chart, middle).contains("unique destination"), QToolTip::text());
    const QModelIndexList selected = sources()->selectionModel()->selectedRows();
    for (const QModelIndex& index : selected) CHECK(cell(sources(), index.row(), 3) == "1");
  });
  test("ShowsTheFanOutOverTime", [&] {
    charts->setCurrentIndex(2);
    tabs()->setCurrentIndex(2);
    sources()->selectRow(row_of("198.51.100.66"));
    auto* chart = find<QWidget>("growthChart");
    QTest::qWait(100);
    CHECK_SEEN(tip_at(chart, {chart->width() / 2, chart->height() / 2}).contains(" s</p>"),
               QToolTip::text());
    QToolTip::hideText();
    picture(chart, "chart-growth");
    picture(window(), "window-growth");
  });
  test("SavesPictures", [&] {
    const QString folder = QDir::tempPath();
    for (const QString ending : {"png", "svg"}) {
      const QString path = folder + "/fanout-picture." + ending;
      QFile::remove(path);
      answer_file_dialog(path);
      QTest::mouseClick(find<QPushButton>("savePicture"), Qt::LeftButton);
      CHECK(wait_for([&] { return QFile::exists(path); }));
      if (ending == "png") CHECK(QImage(path).width() > 800);
      if (ending == "svg") CHECK(contents(path).contains("seconds since the first frame"));
    }
  });
  test("CompletesNamesByTheKindThatIsChosen", [] {
    const QString path = QDir::tempPath() + "/fanout-no-ending";
    for (const QString ending : {".svg", ".json"}) {
      const bool is_picture = ending == ".svg";
      QFile::remove(path + ending);
      answer_file_dialog(path, is_picture ? "SVG" : "JSON");
      QTest::mouseClick(find<QPushButton>(is_picture ? "savePicture" : "saveReport"),
                        Qt::LeftButton);
      CHECK_SEEN(wait_for([&] { return QFile::exists(path + ending); }), ending);
      CHECK(contents(path + ending).contains(is_picture ? "<svg" : "{\n  \""));
    }
  });
  test("SaysWhyAFileCannotBeSaved", [] {
    auto* message = find<QLabel>("message");
    for (const char* button : {"savePicture", "saveReport"}) {
      answer_file_dialog(path_in_home("readonly/fanout.png"));
      QTest::mouseClick(find<QPushButton>(button), Qt::LeftButton);
      CHECK(wait_for([&] { return message->isVisible(); }));
      CHECK_SEEN(message->text().contains("could not be saved"), message->text());
    }
    picture(window(), "not-saved");
    const QString path = QDir::tempPath() + "/fanout-picture.png";
    QFile::remove(path);
    answer_file_dialog(path);
    QTest::mouseClick(find<QPushButton>("savePicture"), Qt::LeftButton);
    CHECK(wait_for([&] { return !message->isVisible(); }));
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
      const QString before = open_file_now().applied_filter;
      choose(sources(), row, "sourceMenu", "Prepare as Filter/" + path);
      CHECK_SEEN(display_filter() == wanted, display_filter());
      CHECK(open_file_now().applied_filter == before);
    };
    const QString one = "ip.src == 198.51.100.66";
    prepare("Source/Selected", one);
    prepare("Source/Not Selected", "!(" + one + ")");
    prepare("Source/…and Selected", "(!(" + one + ")) && (" + one + ")");
    prepare("Source/Selected", one);
    prepare("Source/…or Selected", "(" + one + ") || (" + one + ")");
    prepare("Source/Selected", one);
    prepare("Source/…and not Selected", "(" + one + ") && !(" + one + ")");
    prepare("Source/Selected", one);
    prepare("Source/…or not Selected", "(" + one + ") || !(" + one + ")");
    const QString fresh = "fanout.new_destination && fanout.source == \"198.51.100.66\" && ip";
    prepare("New destinations only/Selected", fresh);
    const auto apply = [&](const QString& path, const QString& wanted) {
      choose(sources(), row, "sourceMenu", "Apply as Filter/" + path);
      CHECK_SEEN(wait_for([&] { return open_file_now().applied_filter == wanted; }),
                 open_file_now().applied_filter);
    };
    apply("New destinations only/Selected", fresh);
    apply("Source/Not Selected", "!(" + one + ")");
    const QString destination = cell(destinations(), 0, 0);
    destinations()->selectRow(0);
    choose(destinations(), 0, "destinationMenu",
           "Apply as Filter/Source with selected destinations/Selected");
    CHECK_SEEN(wait_for([&] {
                 return open_file_now().applied_filter == one + " && ip.dst == " + destination;
               }),
               open_file_now().applied_filter);
    // Sources of several networks, by one filter that Wireshark takes.
    sources()->selectRow(row);
    sources()->selectionModel()->select(sources()->model()->index(row_of("10.0.0.99", "ARP"), 0),
                                        QItemSelectionModel::Select | QItemSelectionModel::Rows);
    apply("Source/Selected",
          "(ip.src == 198.51.100.66) || (arp.opcode == 1 && arp.src.proto_ipv4 == 10.0.0.99)");
    plugin_if_apply_filter("", true);
    CHECK(wait_for([] { return open_file_now().applied_filter.isEmpty(); }));
  });
  test("GoesToPackets", [] {
    const int row = row_of("198.51.100.66");
    const auto goes_to = [](uint32_t frame) {
      CHECK_SEEN(wait_for([&] { return open_file_now().current_frame == frame; }),
                 QString::number(open_file_now().current_frame));
    };
    sources()->selectRow(row);
    choose(sources(), row, "sourceMenu", "Go to First Packet of Source");
    goes_to(802);
    choose(sources(), row, "sourceMenu", "Go to First Flagged Packet");
    // The frame where its 51st destination comes first.
    std::vector<uint32_t> first;
    for (int i = 0; i < destinations()->model()->rowCount(); ++i) {
      first.push_back(cell(destinations(), i, 4).remove(',').toUInt());
    }
    std::sort(first.begin(), first.end());
    goes_to(first[50]);
    destinations()->setCurrentIndex(destinations()->model()->index(0, 0));
    Q_EMIT destinations()->doubleClicked(destinations()->model()->index(0, 0));
    goes_to(912);
    Q_EMIT sources()->doubleClicked(sources()->model()->index(row, 0));
    goes_to(first[50]);
    press(destinations(), Qt::Key_Return);
    goes_to(912);
    choose(destinations(), 1, "destinationMenu", "Go to First Packet to Destination");
    goes_to(912);
  });
  test("Colorizes", [] {
    choose(sources(), row_of("198.51.100.66"), "sourceMenu", "Colorize/Color 1");
    CHECK_SEEN(QString(color_filters_get_tmp(1)) == "ip.src == 198.51.100.66",
               color_filters_get_tmp(1));
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
    choose(destinations(), 0, "destinationMenu", "Copy/Table as CSV");
    CHECK(QApplication::clipboard()->text().split('\n').size() == 254 + 2);
    press(sources(), Qt::Key_C, Qt::ControlModifier);
    CHECK(QApplication::clipboard()->text().split('\n').size() == 3);
    auto* copies = find<QPushButton>("copy")->menu();
    copies->actions().at(0)->trigger();
    CHECK(QApplication::clipboard()->text().split('\n').size() == rows() + 2);
  });
  test("SavesReports", [] {
    for (const QString ending : {"csv", "json", "txt", "html"}) {
      const QString path = QDir::tempPath() + "/fanout-report." + ending;
      QFile::remove(path);
      answer_file_dialog(path);
      QTest::mouseClick(find<QPushButton>("saveReport"), Qt::LeftButton);
      CHECK(wait_for([&] { return QFile::exists(path); }));
      CHECK_SEEN(contents(path).contains("198.51.100.66"), path);
    }
  });
}

void walk_through_life() {
  test("TellsOfALimitOnlyWhereThereIsOne", [] {
    plugin_if_apply_filter("", true);
    CHECK(wait_for([] { return open_file_now().applied_filter.isEmpty(); }));
    find<QLineEdit>("filter")->clear();
    find<QCheckBox>("limit")->click();
    CHECK(wait_for([] { return is_at_rest() && rows() > 50; }));
    CHECK_SEEN(!find<QLabel>("status")->text().contains("limited"), find<QLabel>("status")->text());
    find<QCheckBox>("limit")->click();
  });
  test("OpensWithTheDisplayFilterOfNow", [] {
    plugin_if_apply_filter("ip.src == 198.51.100.66", true);
    CHECK(wait_for([] { return !open_file_now().applied_filter.isEmpty(); }));
    find<QCheckBox>("limit")->click();
    CHECK(wait_for([] { return tabs()->tabText(2) == "All sources · 1"; }));
    CHECK(find<QLabel>("status")->text().contains("limited by a filter"));
    window()->close();
    plugin_if_apply_filter("arp", true);
    CHECK(wait_for([] { return open_file_now().applied_filter == "arp"; }));
    menu_entry()->trigger();
    CHECK(wait_for([] { return is_at_rest() && find<QLineEdit>("filter")->text() == "arp"; }));
    CHECK_SEEN(wait_for([] { return tabs()->tabText(2) == "All sources · 14"; }),
               tabs()->tabText(2));
    find<QCheckBox>("limit")->click();
    plugin_if_apply_filter("", true);
    CHECK(wait_for([] { return rows() > 50; }));
    find<QLineEdit>("filter")->clear();
  });
  test("LimitsToADisplayFilter", [] {
    auto* filter = find<QLineEdit>("filter");
    filter->clear();
    QTest::keyClicks(filter, "ip.src == 198.51.100.66");
    QTest::keyClick(filter, Qt::Key_Return);
    CHECK(wait_for([] { return tabs()->tabText(2) == "All sources · 1"; }));
    CHECK(find<QCheckBox>("limit")->isChecked());
    // Times are still told since the first frame of the file.
    CHECK_SEEN(cell(sources(), 0, column_of(sources(), "First Seen")) == "15.000000",
               cell(sources(), 0, column_of(sources(), "First Seen")));
    picture(window(), "limited");
    find<QCheckBox>("limit")->click();
    CHECK(wait_for([] { return rows() > 50; }));
    filter->clear();
    Q_EMIT filter->textEdited(QString());
  });
  test("FollowsTheDisplayFilterWhenLimited", [] {
    window()->close();
    menu_entry()->trigger();
    plugin_if_apply_filter("ip.src == 10.0.0.99 || arp", true);
    CHECK(wait_for([] { return !open_file_now().applied_filter.isEmpty(); }));
    find<QLineEdit>("filter")->clear();
    find<QCheckBox>("limit")->click();
    CHECK(wait_for([] { return is_at_rest() && rows() > 0 && rows() < 50; }));
    plugin_if_apply_filter("ip.src == 198.51.100.66", true);
    CHECK(wait_for([] { return tabs()->tabText(2) == "All sources · 1"; }));
    plugin_if_apply_filter("", true);
    CHECK(wait_for([] { return rows() > 50; }));
    find<QCheckBox>("limit")->setChecked(false);
  });
  test("FollowsThePreferences", [] {
    // More than the box can show.
    set_preference("fanout.threshold:4294967295");
    CHECK(wait_for([] { return find<QSpinBox>("threshold")->value() == 1'000'000'000; }));
    set_preference("fanout.threshold:20");
    CHECK(wait_for([] { return find<QSpinBox>("threshold")->value() == 20; }));
    set_preference("fanout.ports:250");
    CHECK_SEEN(wait_for([] { return tabs()->tabText(0) == "Suspects · 2"; }), tabs()->tabText(0));
    set_preference("fanout.ports:15");
    set_preference("fanout.threshold:50");
    CHECK(wait_for([] { return find<QSpinBox>("threshold")->value() == 50; }));
    CHECK_SEEN(wait_for([] { return tabs()->tabText(0) == "Suspects · 3"; }), tabs()->tabText(0));
  });
  test("SurvivesAnotherProfile", [] {
    // As the menu in the status bar does it.
    const auto change = [](const char* profile) {
      QAction action;
      action.setProperty("profile_name", QString(profile));
      QObject* bar = nullptr;
      for (QObject* child : main_window()->findChildren<QObject*>()) {
        if (child->inherits("MainStatusBar")) bar = child;
      }
      if (!CHECK(bar != nullptr)) return;
      CHECK(QObject::connect(&action, SIGNAL(triggered()), bar, SLOT(switchToProfile())));
      action.trigger();
    };
    change("other");
    CHECK_SEEN(QString(get_profile_name()) == "other", get_profile_name());
    CHECK(wait_for([] { return find<QSpinBox>("threshold")->value() == 20 && rows() > 50; }));
    change("Default");
    CHECK(wait_for([] { return find<QSpinBox>("threshold")->value() == 50 && rows() > 50; }));
  });
  test("TellsOfABadFilter", [] {
    auto* filter = find<QLineEdit>("filter");
    filter->clear();
    QTest::keyClicks(filter, "ip.src === <b>");
    QTest::keyClick(filter, Qt::Key_Return);
    auto* message = find<QLabel>("message");
    CHECK(wait_for([&] { return message->isVisible(); }));
    CHECK_SEEN(message->text().contains("ip.src === <b>"), message->text());
    CHECK(message->textFormat() == Qt::PlainText);
    picture(window(), "bad-filter");
    filter->clear();
    QTest::keyClick(filter, Qt::Key_Return);
    CHECK(wait_for([&] { return !message->isVisible() && tabs()->tabText(2).size() > 15; }));
    CHECK(!find<QCheckBox>("limit")->isChecked());
  });
  test("SurvivesAReload", [] {
    const QString before = tabs()->tabText(2);
    const funnel_ops_t* functions = funnel_get_funnel_ops();
    for (auto* read : {functions->reload_packets, functions->redissect_packets}) {
      sources()->selectRow(row_of("10.0.0.40"));
      read(functions->ops_id);
      CHECK(wait_for([&] { return tabs()->tabText(2) == before && is_at_rest(); }));
      // The window looks again after half a second.
      QTest::qWait(1200);
      CHECK(wait_for([&] { return tabs()->tabText(2) == before && is_at_rest(); }));
      const QModelIndexList selected = sources()->selectionModel()->selectedRows();
      CHECK(selected.size() == 1 && selected[0].data().toString() == "10.0.0.40");
    }
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
          "charts", "measure", "activeChart", "distributionChart", "growthChart", "progressBar",
          "message", "status", "reason"}) {
      CHECK_SEEN(!find<QWidget>(name)->accessibleName().isEmpty(), name);
    }
  });
  test("TheTabKeyGoesFromTopToBottom", [] {
    find<QTabWidget>("charts")->setCurrentIndex(0);
    QStringList order;
    const QWidget* first = find<QSpinBox>("threshold");
    const QWidget* widget = first;
    do {
      const bool is_stop = (widget->focusPolicy() & Qt::TabFocus) != 0 && widget->isVisible() &&
                           widget->focusProxy() == nullptr;
      if (is_stop && !widget->objectName().startsWith("qt_")) order.append(widget->objectName());
      widget = widget->nextInFocusChain();
    } while (widget != first);
    const QStringList wanted = {"threshold", "search", "names",   "timeFormat",  "limit",
                                "filter",    "tabs",   "sources", "destinations"};
    QStringList seen;
    for (const QString& name : order) {
      if (wanted.contains(name)) seen.append(name);
    }
    CHECK_SEEN(seen == wanted, order.join(' '));
  });
  test("EmptiesWhenTheFileIsClosed", [] {
    auto* action = main_window()->findChild<QAction*>("actionFileClose");
    if (CHECK(action != nullptr)) action->trigger();
    CHECK(wait_for([] { return rows() == 0; }));
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

// A second run in the same home: with what the first one chose.
void remember_choices() {
  test("IsClosedWithChoices", [] {
    sources()->setColumnHidden(column_of(sources(), "Network"), true);
    sources()->setColumnHidden(column_of(sources(), "Last Seen"), false);
    sources()->horizontalHeader()->resizeSection(column_of(sources(), "Reason"), 222);
    find<QComboBox>("timeFormat")->setCurrentIndex(1);
    find<QComboBox>("measure")->setCurrentIndex(2);
    find<QTabWidget>("charts")->setCurrentIndex(2);
    find<QCheckBox>("names")->setChecked(true);
    tabs()->setCurrentIndex(1);
    window()->resize(1111, 666);
  });
}

void walk_demo() {
  walk_through_table();
  if (window() == nullptr) return;
  walk_through_charts();
  walk_through_packets();
  walk_through_life();
  remember_choices();
}

void walk_option() {
  test("OpensFromTheCommandLine", [] {
    CHECK(wait_for([] { return window() != nullptr && window()->isVisible() && is_loaded(); }));
    if (window() == nullptr) return;
    CHECK(find<QSpinBox>("threshold")->value() == 30);
    CHECK_SEEN(wait_for([] { return tabs()->tabText(0) == "Suspects · 2"; }), tabs()->tabText(0));
  });
  if (window() == nullptr) return;
  test("RemembersTheChoices", [] {
    CHECK(sources()->isColumnHidden(column_of(sources(), "Network")));
    CHECK(!sources()->isColumnHidden(column_of(sources(), "Last Seen")));
    CHECK(find<QComboBox>("timeFormat")->currentIndex() == 1);
    CHECK(find<QComboBox>("measure")->currentIndex() == 2);
    CHECK(find<QTabWidget>("charts")->currentIndex() == 2);
    CHECK(find<QCheckBox>("names")->isChecked());
    CHECK(tabs()->currentIndex() == 1);
    // Qt 6 makes it as narrow as the screen, which is small here.
    CHECK_SEEN(window()->height() == 666, QString::number(window()->height()));
  });
}

void walk_bad_option() {
  test("TellsOfABadFilterOnTheCommandLine", [] {
    CHECK(wait_for([] { return window() != nullptr && window()->isVisible() && is_loaded(); }));
    if (window() == nullptr) return;
    auto* message = find<QLabel>("message");
    CHECK(wait_for([&] { return message->isVisible(); }));
    CHECK_SEEN(message->text().contains("nonsense"), message->text());
  });
}

// On names that were made to do harm.
void walk_names() {
  test("ShowsHostileNamesAsText", [] {
    CHECK(wait_for([] { return main_window()->windowTitle().contains("hostile"); }));
    menu_entry()->trigger();
    CHECK(wait_for(is_loaded));
    find<QCheckBox>("names")->setChecked(true);
    tabs()->setCurrentIndex(2);
    int hostile = 0;
    for (int row = 0; row < rows(); ++row) {
      const QModelIndex index = sources()->model()->index(row, 1);
      QString tip = index.data(Qt::ToolTipRole).toString();
      if (index.data().toString().contains('<')) ++hostile;
      CHECK_SEEN(tip.remove("<p>").remove("</p>").count('<') == 0, tip);
      for (const QChar c : index.data().toString()) CHECK(c.isPrint());
    }
    CHECK(hostile > 0);
    for (const QLabel* label : window()->findChildren<QLabel*>()) {
      const bool is_foreign = label->text().contains('<');
      CHECK_SEEN(!is_foreign || label->textFormat() == Qt::PlainText, label->text());
    }
    sources()->selectAll();
    choose(sources(), 0, "sourceMenu", "Copy/Table as CSV");
    for (const QString& line : QApplication::clipboard()->text().split('\n')) {
      for (const QString& text : line.split(',')) CHECK_SEEN(!text.startsWith('='), line);
    }
    picture(window(), "hostile-names");
  });
}

// On a capture that takes seconds to read.
void start_reading(const QString& filter) {
  auto* line = find<QLineEdit>("filter");
  line->setText(filter);
  Q_EMIT line->textEdited(filter);
  QTest::keyClick(line, Qt::Key_Return);
}

// Runs `act` as soon as the window shows that it reads, inside of the reading.
void while_reading(const std::function<void()>& act) {
  QTimer::singleShot(50, qApp, [act] {
    if (find<QWidget>("progress")->isVisible()) return act();
    while_reading(act);
  });
}

void open_for_reading() {
  test("OpensALongCapture", [] {
    CHECK(wait_for([] { return main_window()->windowTitle().contains("long"); }));
    menu_entry()->trigger();
    CHECK(wait_for([] { return is_loaded() && is_at_rest(); }));
    tabs()->setCurrentIndex(2);
  });
}

void walk_reading() {
  open_for_reading();
  const QString all = tabs()->tabText(2);
  test("ReadsWithProgressAndStops", [] {
    bool has_stopped = false;
    while_reading([&] {
      has_stopped = true;
      CHECK(find<QWidget>("progressBar")->isVisible());
      picture(window(), "reading");
      QTest::mouseClick(find<QPushButton>("stop"), Qt::LeftButton);
    });
    start_reading("ip");
    CHECK(wait_for([&] { return has_stopped && is_at_rest(); }));
    auto* message = find<QLabel>("message");
    CHECK(wait_for([&] { return message->isVisible(); }));
    CHECK_SEEN(message->text().startsWith("Reading was stopped"), message->text());
  });
  test("TakesAnotherFilterWhileItReads", [] {
    bool has_changed = false;
    while_reading([&] {
      has_changed = true;
      start_reading("ip.src == 11.0.0.1");
    });
    start_reading("ip");
    CHECK(wait_for([&] { return has_changed && tabs()->tabText(2) == "All sources · 1"; }));
    CHECK(!find<QLabel>("message")->isVisible());
  });
  test("ReloadsWhileItReads", [] {
    bool has_reloaded = false;
    while_reading([&] {
      has_reloaded = true;
      const funnel_ops_t* functions = funnel_get_funnel_ops();
      functions->redissect_packets(functions->ops_id);
    });
    start_reading("ip");
    CHECK(wait_for([&] { return has_reloaded && is_at_rest(); }));
    start_reading("ip.src == 11.0.0.2");
    CHECK(wait_for([] { return tabs()->tabText(2) == "All sources · 1"; }));
  });
  test("ClosesWhileItReads", [&] {
    bool has_closed = false;
    while_reading([&] {
      has_closed = true;
      window()->close();
    });
    start_reading("ip");
    CHECK(wait_for([&] { return has_closed; }));
    CHECK(!window()->isVisible());
    find<QCheckBox>("limit")->setChecked(false);
    menu_entry()->trigger();
    CHECK_SEEN(wait_for([&] { return is_at_rest() && tabs()->tabText(2) == all; }),
               tabs()->tabText(2));
  });
}

// Ends Wireshark from inside the reading.
void walk_quit() {
  open_for_reading();
  test("QuitsWhileItReads", [] {
    bool has_closed = false;
    while_reading([&] {
      has_closed = true;
      main_window()->close();
    });
    start_reading("ip");
    CHECK(wait_for([&] { return has_closed; }));
  });
}

// What comes out of a pipe: the first half at once, the second when told so.
void walk_live() {
  test("ShowsWhatArrives", [] {
    CHECK(wait_for([] { return menu_entry() != nullptr; }));
    menu_entry()->trigger();
    CHECK(wait_for([] { return window() != nullptr && is_loaded(); }));
    tabs()->setCurrentIndex(2);
    CHECK(wait_for([] { return row_of("198.51.100.66") >= 0 && rows() > 50; }));
  });
  if (g_has_failed) return;
  test("KeepsSelectionOrderAndPlaceWhenMoreArrives", [] {
    window()->resize(900, 700);
    sources()->sortByColumn(0, Qt::AscendingOrder);
    sources()->selectRow(row_of("198.51.100.66"));
    sources()->verticalScrollBar()->setValue(20);
    sources()->horizontalScrollBar()->setValue(100);
    destinations()->sortByColumn(0, Qt::AscendingOrder);
    destinations()->selectRow(30);
    destinations()->verticalScrollBar()->setValue(25);
    const QString top = cell(sources(), sources()->rowAt(0), 0);
    const QString destination = cell(destinations(), 30, 0);
    const QString top_destination = cell(destinations(), destinations()->rowAt(0), 0);
    const int before = rows();
    const int destinations_before = destinations()->model()->rowCount();
    CHECK(QFile(path_in_home("more")).open(QIODevice::WriteOnly));
    CHECK(wait_for([&] { return tabs()->tabText(2) == "All sources · 166"; }));
    CHECK(rows() > before);
    CHECK(destinations()->model()->rowCount() > destinations_before);
    const QModelIndexList selected = sources()->selectionModel()->selectedRows();
    CHECK(selected.size() == 1 && selected[0].data().toString() == "198.51.100.66");
    CHECK_SEEN(cell(sources(), sources()->rowAt(0), 0) == top,
               cell(sources(), sources()->rowAt(0), 0));
    CHECK(sources()->horizontalScrollBar()->value() == 100);
    const QModelIndexList chosen = destinations()->selectionModel()->selectedRows();
    CHECK(chosen.size() == 1 && chosen[0].data().toString() == destination);
    CHECK_SEEN(cell(destinations(), destinations()->rowAt(0), 0) == top_destination,
               cell(destinations(), destinations()->rowAt(0), 0));
    CHECK(sources()->horizontalHeader()->sortIndicatorSection() == 0);
    CHECK_SEEN(wait_for([] { return tabs()->tabText(0) == "Suspects · 3"; }), tabs()->tabText(0));
    CHECK_SEEN(wait_for([] { return find<QLabel>("status")->text().startsWith("3,997 frames"); }),
               find<QLabel>("status")->text());
  });
}

// Without the window's library, or with one that cannot be loaded.
void walk_table() {
  test("OpensThePlainTable", [] {
    CHECK(wait_for([] { return main_window()->windowTitle().contains("demo"); }));
    QAction* action = menu_entry();
    if (!CHECK(action != nullptr)) return;
    action->trigger();
    QTreeWidget* table = nullptr;
    const auto is_filled = [&table] {
      for (QWidget* widget : QApplication::topLevelWidgets()) {
        auto* found = widget->findChild<QTreeWidget*>("statsTreeWidget");
        if (qobject_cast<QDialog*>(widget) != nullptr && found != nullptr) table = found;
      }
      return table != nullptr && table->topLevelItemCount() > 0 &&
             table->topLevelItem(0)->childCount() == 166;
    };
    CHECK(wait_for(is_filled));
    CHECK(window() == nullptr);
    if (table != nullptr) picture(table->window(), "plain-table");
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
  static const std::map<QString, void (*)()> kWalks = {
      {"demo", walk_demo},       {"option", walk_option}, {"bad-option", walk_bad_option},
      {"names", walk_names},     {"live", walk_live},     {"table", walk_table},
      {"reading", walk_reading}, {"quit", walk_quit},     {"large", walk_large},
  };
  g_result.setFileName(qEnvironmentVariable("FANOUT_GUI_RESULT"));
  if (!g_result.open(QIODevice::WriteOnly)) qFatal("the result cannot be written");
  const auto which = kWalks.find(qEnvironmentVariable("FANOUT_GUI_WALK"));
  if (which == kWalks.end()) qFatal("no such walk");
  which->second();
  tell(g_failures == 0 ? "[  PASSED  ]" : QString("[  FAILED  ] %1 tests").arg(g_failures));
  g_result.close();
  // With the window open.
  if (main_window() != nullptr) main_window()->close();
}

// While Wireshark starts, it handles events without a loop: waiting there would keep it from it.
void start() {
  const bool has_started = QThread::currentThread()->loopLevel() > 0 && main_window() != nullptr;
  QTimer::singleShot(200, qApp, has_started ? walk : start);
}

}  // namespace

FANOUT_PLUGIN("0")

void plugin_register() {
  static tap_plugin tap{};
  tap.register_tap_listener = start;
  tap_register_plugin(&tap);
}

uint32_t plugin_describe() { return 0; }
