// What happens to the window while it is open: filters, preferences, profiles, other files.
#include <cfile.h>
#include <epan/color_filters.h>
#include <epan/funnel.h>
#include <epan/plugin_if.h>
#include <wsutil/filesystem.h>

#undef signals

#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QStyleFactory>
#include <QTabWidget>
#include <QTest>

#include "tests/gui/scenario.h"

void demo_life() {
  test("ShowsALimitOnlyWhereThereIsOne", [] {
    plugin_if_apply_filter("", true);
    CHECK(wait_for([] { return open_file_now().applied_filter.isEmpty(); }));
    find<QLineEdit>("filter")->clear();
    find<QCheckBox>("limit")->click();
    CHECK(wait_for([] { return is_at_rest() && rows() > 50; }));
    CHECK_SEEN(!find<QLabel>("status")->text().contains("limited"), find<QLabel>("status")->text());
    find<QCheckBox>("limit")->click();
  });
  test("OpensWithTheCurrentDisplayFilter", [] {
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
    // Times are still relative to the first frame of the file.
    CHECK_SEEN(cell(sources(), 0, column_of(sources(), "First Seen")) == "15.000000",
               cell(sources(), 0, column_of(sources(), "First Seen")));
    picture(window(), "limited");
    find<QCheckBox>("limit")->click();
    CHECK(wait_for([] { return rows() > 50; }));
    filter->clear();
    Q_EMIT filter->textEdited(QString());
  });
  test("UsesTheDisplayFilterWhenLimited", [] {
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
  test("ShowsWhyAFilterIsRefused", [] {
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
    open_capture();
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
