// Uses Statistics → Scan Suspects as a user does, as a plugin inside Wireshark, and writes what it
// found into the file named by FANOUT_GUI_RESULT and pictures into the folder FANOUT_GUI_PICTURES.
// FANOUT_GUI_SCENARIO chooses one of the scenarios in run_scenario(); tests/gui/run starts them.
#include "tests/gui/scenario.h"

#include <cfile.h>
#include <epan/color_filters.h>
#include <epan/plugin_if.h>
#include <wsutil/filesystem.h>

#include "plugin/symbols.h"

#undef signals

#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDialog>
#include <QElapsedTimer>
#include <QFile>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMainWindow>
#include <QMenu>
#include <QRegularExpression>
#include <QTableView>
#include <QTest>
#include <QThread>
#include <QTimer>
#include <functional>
#include <map>

namespace {

QFile g_result;
bool g_has_failed = false;
int g_failures = 0;

void* read_open_file(capture_file* file, void* data) {
  auto* result = static_cast<OpenFile*>(data);
  if (file == nullptr || file->state == FILE_CLOSED) return nullptr;
  if (file->current_frame != nullptr) result->current_frame = file->current_frame->num;
  result->applied_filter = file->dfilter;
  return result;
}

}  // namespace

void write_line(const QString& line) {
  g_result.write(line.toUtf8() + '\n');
  g_result.flush();
}

bool check(bool is_right, const char* what, const char* file, int line, const QString& seen) {
  if (is_right) return true;
  g_has_failed = true;
  write_line(QString("%1:%2: Failure: %3 %4")
                 .arg(QString(file).section('/', -1))
                 .arg(line)
                 .arg(what, seen));
  return false;
}

void test(const char* name, const std::function<void()>& body) {
  g_has_failed = false;
  write_line(QString("[ RUN      ] ScanSuspects.") + name);
  QElapsedTimer clock;
  clock.start();
  body();
  if (g_has_failed) ++g_failures;
  write_line(QString(g_has_failed ? "[  FAILED  ] ScanSuspects.%1 (%2 ms)"
                                  : "[       OK ] ScanSuspects.%1 (%2 ms)")
                 .arg(name)
                 .arg(clock.elapsed()));
}

bool wait_for(const std::function<bool()>& condition, int patience) {
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

QString cell(QTableView* table, int row, int column) {
  return table->model()->index(row, column).data().toString();
}

int column_of(QTableView* table, const QString& title) {
  for (int i = 0; i < table->model()->columnCount(); ++i) {
    if (table->model()->headerData(i, Qt::Horizontal).toString() == title) return i;
  }
  return -1;
}

int row_of(const QString& source, const QString& network) {
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

void open_window(const QString& capture) {
  CHECK(wait_for([&] { return main_window()->windowTitle().contains(capture); }));
  menu_entry()->trigger();
  CHECK(wait_for(is_loaded));
}

OpenFile open_file_now() {
  OpenFile result;
  plugin_if_get_capture_file(read_open_file, &result);
  return result;
}

void open_capture() {
  const funnel_ops_t* functions = funnel_get_funnel_ops();
  char* error = nullptr;
  functions->open_file(functions->ops_id,
                       qEnvironmentVariable("FANOUT_GUI_CAPTURE").toUtf8().constData(), "", &error);
}

void set_preference(const char* text) {
  QByteArray argument = text;
  char* error = nullptr;
  CHECK_SEEN(prefs_set_pref(argument.data(), &error) == PREFS_SET_OK, error);
  prefs_apply_all();
}

QString path_in_home(const char* name) { return qEnvironmentVariable("HOME") + '/' + name; }

bool is_at_rest() {
  return !find<QWidget>("progress")->isVisible() &&
         !find<QLabel>("status")->text().contains("looking for");
}

QString display_filter() {
  const funnel_ops_t* functions = funnel_get_funnel_ops();
  return functions->get_filter(functions->ops_id);
}

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

void press(QWidget* widget, Qt::Key key, Qt::KeyboardModifiers modifiers) {
  window()->activateWindow();
  CHECK(QTest::qWaitForWindowActive(window(), kPatience));
  widget->setFocus();
  QTest::keyClick(widget, key, modifiers);
}

void answer_file_dialog(const QString& path, const QString& second_kind) {
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

void start_reading(const QString& filter) {
  auto* line = find<QLineEdit>("filter");
  line->setText(filter);
  Q_EMIT line->textEdited(filter);
  QTest::keyClick(line, Qt::Key_Return);
}

bool has_failed() { return g_has_failed; }

namespace {

void scenario_demo() {
  demo_table();
  if (window() == nullptr) return;
  demo_charts();
  demo_contacts();
  demo_findings();
  demo_packets();
  demo_actions();
  demo_life();
  remember_choices();
}

void run_scenario() {
  static const std::map<QString, void (*)()> kScenarios = {
      {"demo", scenario_demo},
      {"option", scenario_option},
      {"bad-option", scenario_bad_option},
      {"names", scenario_names},
      {"locations", scenario_locations},
      {"live", scenario_live},
      {"load", scenario_load},
      {"table", scenario_table},
      {"reading", scenario_reading},
      {"quit", scenario_quit},
      {"random", scenario_random},
      {"scans", scenario_scans},
      {"large", scenario_large},
  };
  g_result.setFileName(qEnvironmentVariable("FANOUT_GUI_RESULT"));
  if (!g_result.open(QIODevice::WriteOnly)) qFatal("the result cannot be written");
  const auto which = kScenarios.find(qEnvironmentVariable("FANOUT_GUI_SCENARIO"));
  if (which == kScenarios.end()) qFatal("no such scenario");
  which->second();
  write_line(g_failures == 0 ? "[  PASSED  ]" : QString("[  FAILED  ] %1 tests").arg(g_failures));
  g_result.close();
  // With the window open.
  if (main_window() != nullptr) main_window()->close();
}

// While Wireshark starts, it handles events without a loop: waiting there would keep it from it.
void start() {
  const bool has_started = QThread::currentThread()->loopLevel() > 0 && main_window() != nullptr;
  QTimer::singleShot(200, qApp, has_started ? run_scenario : start);
}

}  // namespace

FANOUT_PLUGIN("0")

void plugin_register() {
  static tap_plugin tap{};
  tap.register_tap_listener = start;
  tap_register_plugin(&tap);
}

uint32_t plugin_describe() { return 0; }
