// Scenarios of a user at the window, as a plugin inside Wireshark: what they share.
// Tests run one after the other, each on what the one before left.
#ifndef FANOUT_TESTS_GUI_SCENARIO_H_
#define FANOUT_TESTS_GUI_SCENARIO_H_

#include <QDialog>
#include <QLabel>
#include <QMainWindow>
#include <QMenu>
#include <QString>
#include <QTabBar>
#include <QTableView>
#include <cstdint>
#include <functional>

/// A machine that has more to do shall not fail the tests.
inline constexpr int kPatience = 60'000;

/// Places of charts in the window.
inline constexpr int kContacts = 3;
inline constexpr int kTimeline = 4;

void write_line(const QString& line);

/// Notes a failure, with what was seen instead.
bool check(bool is_right, const char* what, const char* file, int line, const QString& seen = {});
#define CHECK(condition) check(condition, #condition, __FILE__, __LINE__)
#define CHECK_SEEN(condition, seen) check(condition, #condition, __FILE__, __LINE__, seen)

void test(const char* name, const std::function<void()>& body);

bool wait_for(const std::function<bool()>& condition, int patience = kPatience);

QMainWindow* main_window();

QDialog* window();

template <typename Widget>
Widget* find(const char* name) {
  return window()->findChild<Widget*>(name);
}

inline QTableView* sources() { return find<QTableView>("sources"); }

inline QTableView* destinations() { return find<QTableView>("destinations"); }

inline QTabBar* tabs() { return find<QTabBar>("tabs"); }

inline int rows() { return sources()->model()->rowCount(); }

QString cell(QTableView* table, int row, int column);

int column_of(QTableView* table, const QString& title);

int row_of(const QString& source, const QString& network = "IPv4");

void picture(QWidget* widget, const QString& name);

QAction* menu_entry();

bool is_loaded();

/// Opens the window by its menu entry once Wireshark has loaded the capture, whose name has this.
void open_window(const QString& capture);

/// What the test asks about the file that is open.
struct OpenFile {
  uint32_t current_frame = 0;
  QString applied_filter;
};

OpenFile open_file_now();

/// Lets Wireshark open the scenario's capture.
void open_capture();

void set_preference(const char* text);

QString path_in_home(const char* name);

/// Whether the window has read all that its filter lets through, and judged it.
bool is_at_rest();

/// The text in the line of Wireshark's display filter.
QString display_filter();

/// The entry of a menu that has this path, as "Apply as Filter/Source/Selected".
QAction* entry(QMenu* menu, const QString& path);

/// The context menu at a row of a table; to be closed.
QMenu* context_menu(QTableView* table, int row, const char* name);

void choose(QTableView* table, int row, const char* menu_name, const QString& path);

/// Presses a key that is a shortcut, which only an active window takes.
void press(QWidget* widget, Qt::Key key, Qt::KeyboardModifiers modifiers = {});

/// Answers the next file dialog with a path, and with the second kind of file if that is named.
void answer_file_dialog(const QString& path, const QString& second_kind = {});

QByteArray contents(const QString& path);

/// On a capture that takes seconds to read.
void start_reading(const QString& filter);

/// Whether the test that runs has failed.
bool has_failed();

/// The scenarios, and the parts of that through the capture "demo".
void demo_table();
void demo_charts();
void demo_contacts();
void demo_actions();
void demo_findings();
void demo_packets();
void demo_life();
void scenario_option();
void scenario_bad_option();
void scenario_names();
void scenario_locations();
void scenario_reading();
void scenario_quit();
void scenario_random();
void scenario_scans();
void scenario_live();
void scenario_load();
void scenario_table();
void scenario_large();
void remember_choices();

#endif  // FANOUT_TESTS_GUI_SCENARIO_H_
