// Events at random: keys, clicks, drags, menus, retaps, files closed and opened, preferences
// changed while the window redraws. FANOUT_GUI_EVENTS is their number, FANOUT_GUI_SEED repeats a
// run.
#include <cfile.h>
#include <epan/plugin_if.h>

#undef signals

#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QElapsedTimer>
#include <QMenu>
#include <QTest>
#include <QTimer>
#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <vector>

#include "tests/gui/scenario.h"

namespace {

// Handling one event, and what it leads to at once, may take so long: milliseconds.
constexpr qint64 kSlow = 200;

class Monkey {
 public:
  explicit Monkey(unsigned seed) : random_(seed) {
    // What waits for an answer gets none: a dialog, or the menu of a button.
    QObject::connect(&rejects_, &QTimer::timeout, [this] {
      auto* dialog = qobject_cast<QDialog*>(QApplication::activeModalWidget());
      if (dialog != nullptr) dialog->reject();
      QWidget* popup = QApplication::activePopupWidget();
      if (is_acting_ && popup != nullptr) popup->close();
    });
    rejects_.start(20);
  }

  void act() {
    is_acting_ = true;
    choose_event();
    is_acting_ = false;
  }
  const QString& what() const { return what_; }

 private:
  void choose_event() {
    if (window() == nullptr || !window()->isVisible()) {
      what_ = "open";
      menu_entry()->trigger();
      return;
    }
    using Event = void (Monkey::*)();
    // Those that are there more than once are as much more frequent.
    static constexpr std::array kEvents = {
        &Monkey::key,   &Monkey::key,        &Monkey::key,    &Monkey::click,
        &Monkey::click, &Monkey::click,      &Monkey::drag,   &Monkey::drag,
        &Monkey::menu,  &Monkey::menu,       &Monkey::type,   &Monkey::wheel,
        &Monkey::size,  &Monkey::preference, &Monkey::reload, &Monkey::filter};
    // Once in a while all is new.
    if (below(500) == 0) return change_file();
    const Event event = kEvents[below(kEvents.size())];
    (this->*event)();
  }
  size_t below(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random_); }
  template <typename Choices>
  auto one_of(const Choices& choices) {
    return *(std::begin(choices) + static_cast<std::ptrdiff_t>(below(std::size(choices))));
  }
  // A widget of the window that is seen. Help opens another program's window, and Close is a key.
  QWidget* widget() {
    std::vector<QWidget*> seen;
    for (QWidget* child : window()->findChildren<QWidget*>()) {
      const bool is_ours = child->window() == window() && child->isVisible() && child->isEnabled();
      if (is_ours && child->objectName() != "help") seen.push_back(child);
    }
    return seen.empty() ? window() : one_of(seen);
  }
  QPoint place_in(const QWidget* widget) {
    return {static_cast<int>(below(static_cast<size_t>(std::max(1, widget->width())))),
            static_cast<int>(below(static_cast<size_t>(std::max(1, widget->height()))))};
  }
  void note(const char* event, const QWidget* widget) {
    what_ = QString("%1 %2 %3").arg(event, widget->metaObject()->className(), widget->objectName());
  }

  void key() {
    static constexpr std::array kKeys = {
        Qt::Key_Tab,   Qt::Key_Backtab, Qt::Key_Up,     Qt::Key_Down,   Qt::Key_Left,
        Qt::Key_Right, Qt::Key_Home,    Qt::Key_End,    Qt::Key_PageUp, Qt::Key_PageDown,
        Qt::Key_Space, Qt::Key_Return,  Qt::Key_Delete, Qt::Key_A,      Qt::Key_C,
        Qt::Key_F,     Qt::Key_Z,       Qt::Key_Menu,   Qt::Key_Plus,   Qt::Key_Escape};
    static constexpr std::array kModifiers = {Qt::NoModifier, Qt::NoModifier, Qt::ShiftModifier,
                                              Qt::ControlModifier};
    QWidget* focused = window()->focusWidget();
    if (focused == nullptr) focused = window();
    note("key at", focused);
    QTest::keyClick(focused, one_of(kKeys), one_of(kModifiers));
  }
  void click() {
    static constexpr std::array kButtons = {Qt::LeftButton, Qt::LeftButton, Qt::RightButton};
    QWidget* at = widget();
    note("click at", at);
    const Qt::MouseButton button = one_of(kButtons);
    const QPoint place = place_in(at);
    if (below(4) == 0) {
      QTest::mouseDClick(at, button, Qt::NoModifier, place);
    } else {
      QTest::mouseClick(at, button, below(4) == 0 ? Qt::ControlModifier : Qt::NoModifier, place);
    }
  }
  void drag() {
    QWidget* at = widget();
    note("drag at", at);
    QTest::mousePress(at, Qt::LeftButton, Qt::NoModifier, place_in(at));
    QTest::mouseMove(at, place_in(at));
    QTest::mouseRelease(at, Qt::LeftButton, Qt::NoModifier, place_in(at));
  }
  void menu() {
    auto* open = qobject_cast<QMenu*>(QApplication::activePopupWidget());
    if (open == nullptr) {
      QTableView* table = one_of(std::array{sources(), destinations()});
      note("menu of", table);
      if (table->model()->rowCount() == 0) return;
      const auto row = static_cast<int>(below(static_cast<size_t>(table->model()->rowCount())));
      table->selectRow(row);
      Q_EMIT table->customContextMenuRequested(place_in(table->viewport()));
      return;
    }
    std::vector<QAction*> actions;
    for (QAction* action : open->findChildren<QAction*>()) {
      if (action->isEnabled() && action->menu() == nullptr) actions.push_back(action);
    }
    if (actions.empty()) return;
    QAction* action = one_of(actions);
    what_ = "menu entry " + action->text();
    open->close();
    action->trigger();
  }
  void type() {
    static constexpr std::array kTexts = {"10.", "scan", "arp", "::", "ip.src == 10.0.0.66",
                                          "((",  ""};
    auto* line = find<QWidget>(one_of(std::array{"search", "filter"}));
    if (line == nullptr || !line->isVisible()) return;
    note("type into", line);
    line->setFocus();
    QTest::keyClicks(line, one_of(kTexts));
    if (below(2) == 0) QTest::keyClick(line, Qt::Key_Return);
  }
  void wheel() {
    QWidget* at = widget();
    note("wheel at", at);
    const QPointF place = place_in(at);
    QWheelEvent event(place, at->mapToGlobal(place.toPoint()), {}, {0, below(2) == 0 ? 120 : -120},
                      Qt::NoButton, below(3) == 0 ? Qt::ControlModifier : Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(at, &event);
  }
  void size() {
    what_ = "size";
    window()->resize(static_cast<int>(300 + below(1400)), static_cast<int>(200 + below(900)));
  }
  void preference() {
    static constexpr std::array kPreferences = {"fanout.threshold:5",
                                                "fanout.threshold:50",
                                                "fanout.ports:3",
                                                "fanout.ports:15",
                                                "fanout.limit:1000",
                                                "fanout.limit:50000000",
                                                "fanout.count_multicast:TRUE",
                                                "fanout.count_multicast:FALSE"};
    what_ = one_of(kPreferences);
    set_preference(what_.toUtf8());
  }
  void reload() {
    // Without a file, Wireshark 4.0 itself crashes.
    if (below(10) != 0 || open_file_now().current_frame == 0) return;
    what_ = "reload";
    if (auto* action = main_window()->findChild<QAction*>("actionViewReload")) action->trigger();
  }
  void filter() {
    static constexpr std::array kFilters = {"", "ip", "arp", "tcp.port == 22",
                                            "ip.src == 10.0.0.66"};
    if (below(10) != 0) return;
    what_ = "display filter";
    plugin_if_apply_filter(one_of(kFilters), true);
  }
  void change_file() {
    const bool is_open = open_file_now().current_frame != 0;
    what_ = is_open ? "close file" : "open file";
    auto* action = main_window()->findChild<QAction*>("actionFileClose");
    if (is_open && action != nullptr) return action->trigger();
    open_capture();
  }

  std::mt19937 random_;
  QTimer rejects_;
  QString what_;
  bool is_acting_ = false;
};

}  // namespace

void scenario_random() {
  test("StandsEventsAtRandom", [] {
    open_window(".pcap");
    const int given = qEnvironmentVariableIntValue("FANOUT_GUI_EVENTS");
    const int events = given > 0 ? given : 2000;
    bool is_given = false;
    const int wanted = qEnvironmentVariableIntValue("FANOUT_GUI_SEED", &is_given);
    const unsigned seed = is_given ? static_cast<unsigned>(wanted) : std::random_device()();
    write_line(QString("seed %1, %2 events").arg(seed).arg(events));
    const auto objects = [] { return window()->findChildren<QObject*>().size(); };
    const auto before = objects();
    Monkey monkey(seed);
    QElapsedTimer clock;
    qint64 slowest = 0;
    int slow = 0;
    for (int i = 0; i < events && main_window() != nullptr; ++i) {
      clock.start();
      monkey.act();
      QTest::qWait(0);  // deletes, too, what asked for it: processEvents() leaves that to the loop
      const qint64 took = clock.elapsed();
      slow += took > kSlow ? 1 : 0;
      if (took <= slowest) continue;
      slowest = took;
      write_line(QString("event %1: %2 ms, %3").arg(i).arg(took).arg(monkey.what()));
    }
    write_line(QString("%1 of %2 events took more than %3 ms").arg(slow).arg(events).arg(kSlow));
    // Menus and the like are gone when they are closed.
    while (QWidget* popup = QApplication::activePopupWidget()) popup->close();
    QTest::qWait(0);
    CHECK_SEEN(objects() < 2 * before,
               QString("%1 objects before, %2 after").arg(before).arg(objects()));
  });
  test("ShowsTheCaptureAfterwards", [] {
    if (open_file_now().current_frame == 0) open_capture();
    set_preference("fanout.threshold:50");
    set_preference("fanout.limit:50000000");
    if (window() == nullptr || !window()->isVisible()) menu_entry()->trigger();
    CHECK(wait_for([] { return is_loaded() && is_at_rest(); }));
    picture(window(), "after-random-events");
  });
}
