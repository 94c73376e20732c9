// Presses the buttons of the Lua file's window, as a plugin inside Wireshark. FANOUT_SCENARIO names
// the scenario, FANOUT_SCENARIO_FOLDER a folder: "result" there says what went wrong, and what the
// window showed and saved is left there for the test to judge.
#include "plugin/symbols.h"

#undef signals

#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMainWindow>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QTest>
#include <QTextEdit>
#include <QThread>
#include <QTimer>
#include <functional>

namespace {

constexpr int kPatience = 60'000;  // milliseconds

QString g_folder;
QFile g_result;

void write_line(const QString& line) {
  g_result.write(line.toUtf8() + '\n');
  g_result.flush();
}

bool check(bool is_right, const char* what, int line, const QString& seen = {}) {
  if (!is_right) write_line(QString("scenario.cc:%1: %2 %3").arg(line).arg(what, seen));
  return is_right;
}
#define CHECK(condition) check(condition, #condition, __LINE__)
#define CHECK_SEEN(condition, seen) check(condition, #condition, __LINE__, seen)

bool wait_for(const std::function<bool()>& condition) {
  return QTest::qWaitFor(condition, kPatience);
}

void leave(const QString& name, const QString& text) {
  QFile file(g_folder + '/' + name);
  CHECK(file.open(QIODevice::WriteOnly) && file.write(text.toUtf8()) >= 0);
}

QList<QDialog*> dialogs(const char* class_name) {
  QList<QDialog*> found;
  for (QWidget* widget : QApplication::topLevelWidgets()) {
    auto* dialog = qobject_cast<QDialog*>(widget);
    if (dialog != nullptr && dialog->isVisible() && dialog->inherits(class_name)) found << dialog;
  }
  return found;
}

QMainWindow* main_window() {
  for (QWidget* widget : QApplication::topLevelWidgets()) {
    if (auto* window = qobject_cast<QMainWindow*>(widget)) return window;
  }
  return nullptr;
}

// The Lua file's window; where there are two, not the `first`.
QDialog* window(const QDialog* first = nullptr) {
  for (QDialog* dialog : dialogs("FunnelTextDialog")) {
    if (dialog != first) return dialog;
  }
  return nullptr;
}

QString shown(const QDialog* first = nullptr) {
  const QDialog* dialog = window(first);
  return dialog == nullptr ? QString() : dialog->findChild<QTextEdit*>()->toPlainText();
}

QList<QAction*> menu_entries() {
  QList<QAction*> found;
  for (QMenu* menu : main_window()->findChildren<QMenu*>()) {
    for (QAction* action : menu->actions()) {
      const bool is_ours = action->text().remove('&').startsWith("Scan Suspects");
      if (is_ours && !found.contains(action)) found << action;
    }
  }
  return found;
}

// Qt 6.8 keeps accessibility objects of some closed dialogs, and crashes in the title of a
// new one at the same address.
void forget_closed_dialogs() {
  constexpr QAccessible::Id kFirst = 0x80000000U;
  constexpr QAccessible::Id kMost = 10'000;
  for (QAccessible::Id id = kFirst; id < kFirst + kMost; ++id) {
    const QAccessibleInterface* told = QAccessible::accessibleInterface(id);
    if (told != nullptr && !told->isValid()) QAccessible::deleteAccessibleInterface(id);
  }
}

void press(const char* label) {
  forget_closed_dialogs();
  for (auto* button : window()->findChildren<QPushButton*>()) {
    if (button->text() == QString(label)) return QTest::mouseClick(button, Qt::LeftButton);
  }
  check(false, "no such button:", __LINE__, label);
}

// Answers the question that a button asks: what was suggested.
QString answer(const QString& value) {
  if (!CHECK(wait_for([] { return !dialogs("FunnelStringDialog").isEmpty(); }))) return {};
  QDialog* dialog = dialogs("FunnelStringDialog").first();
  auto* line = dialog->findChild<QLineEdit*>();
  const QString suggested = line->text();
  line->selectAll();
  QTest::keyClicks(line, value);
  auto* buttons = dialog->findChild<QDialogButtonBox*>();
  QTest::mouseClick(buttons->button(QDialogButtonBox::Ok), Qt::LeftButton);
  QApplication::processEvents();
  return suggested;
}

// Does something that should end in a message, and closes that: the message.
QString message_of(const std::function<void()>& action) {
  QString text;
  QTimer closer;
  QObject::connect(&closer, &QTimer::timeout, [&text] {
    for (QDialog* dialog : dialogs("QMessageBox")) {
      auto* box = qobject_cast<QMessageBox*>(dialog);
      text += box->text() + box->informativeText();
      box->accept();
    }
  });
  closer.start(100);
  action();
  CHECK(wait_for([&text] { return !text.isEmpty(); }));
  return text;
}

QString display_filter() {
  const funnel_ops_t* functions = funnel_get_funnel_ops();
  return functions->get_filter(functions->ops_id);
}

bool is_loaded() {
  return main_window() != nullptr && main_window()->windowTitle().contains("pcap");
}

void picture(QWidget* widget, const QString& name) {
  const QString folder = qEnvironmentVariable("FANOUT_GUI_PICTURES");
  if (!folder.isEmpty()) CHECK(widget->grab().save(folder + '/' + name + ".png"));
}

void open_window() {
  CHECK(wait_for(is_loaded));
  QTest::qWait(500);
  if (!CHECK_SEEN(menu_entries().size() == 1, QString::number(menu_entries().size()))) return;
  menu_entries().first()->trigger();
}

void save(const QString& name) {
  press("Save As…");
  answer(g_folder + '/' + name);
}

void scenario_buttons() {
  open_window();
  if (!CHECK(wait_for([] { return shown().contains("198.51.100.66"); }))) return;
  CHECK(window()->windowTitle().contains("Scan Suspects"));
  CHECK(!window()->isModal());
  picture(window(), "lua-window");
  leave("at-50.txt", shown());

  press("Threshold…");
  const QString suggested = answer("3");
  CHECK_SEEN(suggested == "50", suggested);
  CHECK(wait_for([] { return shown().contains("more than 3 unique"); }));
  leave("at-3.txt", shown());
  const QString refused = message_of([] {
    press("Threshold…");
    answer("-1");
  });
  CHECK_SEEN(refused.contains("threshold must be a whole number from 0"), refused);
  CHECK(shown().contains("more than 3 unique"));

  press("Copy");
  CHECK(QApplication::clipboard()->text() == shown());

  save("saved.txt");
  save("saved.json");
  save("saved.csv");
  const QString why = message_of([] {
    press("Save As…");
    answer("/nowhere/report.txt");
  });
  CHECK_SEEN(why.contains("cannot write \"/nowhere/report.txt"), why);

  press("Apply Filter");
  QTest::qWait(500);
  leave("filter", display_filter());
  CHECK(shown().contains("more than 3 unique"));
  picture(main_window(), "lua-main");

  // A second window has a threshold of its own, and counts on when the first is closed.
  QDialog* first = window();
  menu_entries().first()->trigger();
  CHECK(wait_for([first] { return shown(first).contains("more than 50 unique"); }));
  first->reject();
  CHECK(wait_for([] { return dialogs("FunnelTextDialog").size() == 1; }));
  const QString before = shown();
  const funnel_ops_t* functions = funnel_get_funnel_ops();
  functions->reload_packets(functions->ops_id);
  QTest::qWait(1000);
  CHECK(wait_for([&before] { return shown() == before; }));

  window()->reject();
  CHECK(wait_for([] { return window() == nullptr; }));
  functions->reload_packets(functions->ops_id);
  QTest::qWait(1000);

  functions->reload_lua_plugins(functions->ops_id);
  QTest::qWait(1000);
  open_window();
  CHECK(wait_for([&before] { return shown() == before; }));
}

// The test feeds a live capture: half of it, and the rest when "half.txt" is there.
void scenario_live() {
  const auto counted = [](const char* variable) {
    const QString count = "Counted:    " + qEnvironmentVariable(variable) + " frames";
    return [count] { return shown().contains(count); };
  };
  CHECK(wait_for(counted("FANOUT_SCENARIO_HALF")));
  leave("half.txt", shown());
  CHECK(wait_for(counted("FANOUT_SCENARIO_ALL")));
  leave("all.txt", shown());
}

void scenario_broken() { leave("message", message_of(open_window)); }

// With the plugin beside the Lua file.
void scenario_both() {
  open_window();
  QTest::qWait(1000);
  CHECK(window() == nullptr);
  bool is_open = false;
  for (QWidget* widget : QApplication::topLevelWidgets()) {
    is_open = is_open || (widget->objectName() == "fanoutScanSuspects" && widget->isVisible());
  }
  CHECK(is_open);
}

void scenario_refused() {
  leave("message", message_of([] {}));
}

void run_scenario() {
  const QString name = qEnvironmentVariable("FANOUT_SCENARIO");
  if (name == "buttons") scenario_buttons();
  if (name == "live") scenario_live();
  if (name == "broken") scenario_broken();
  if (name == "both") scenario_both();
  if (name == "refused") scenario_refused();
  write_line("end");
  g_result.close();
  QApplication::closeAllWindows();
  QTimer::singleShot(5000, qApp, [] { QApplication::exit(0); });
}

// While it starts, Wireshark only looks after events now and then: a scenario would keep it from
// going on.
void wait_for_wireshark() {
  const bool is_running = QThread::currentThread()->loopLevel() > 0;
  QTimer::singleShot(200, qApp, is_running ? run_scenario : wait_for_wireshark);
}

void start() {
  g_folder = qEnvironmentVariable("FANOUT_SCENARIO_FOLDER");
  g_result.setFileName(g_folder + "/result");
  if (!g_result.open(QIODevice::WriteOnly)) qFatal("the result cannot be written");
  wait_for_wireshark();
}

}  // namespace

FANOUT_PLUGIN("0")

void plugin_register() {
  static tap_plugin tap{};
  tap.register_tap_listener = start;
  tap_register_plugin(&tap);
}

uint32_t plugin_describe() { return 0; }
