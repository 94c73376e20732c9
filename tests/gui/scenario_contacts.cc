// The charts "Contacts" and "Timeline".
#include <epan/plugin_if.h>

#undef signals

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHelpEvent>
#include <QItemSelectionModel>
#include <QMenu>
#include <QMouseEvent>
#include <QPalette>
#include <QTabWidget>
#include <QTest>
#include <QToolTip>
#include <algorithm>

#include "tests/gui/scenario.h"

namespace {

QTabWidget* charts() { return find<QTabWidget>("charts"); }
QWidget* scatter() { return find<QWidget>("scatterChart"); }

QString tip_at(QWidget* chart, const QPoint& place) {
  QHelpEvent help(QEvent::ToolTip, place, chart->mapToGlobal(place));
  QApplication::sendEvent(chart, &help);
  return QToolTip::text();
}

// A place where the tooltip has this text, or none.
QPoint place_with(QWidget* chart, const QString& text) {
  for (int y = chart->height() - 30; y > 20; y -= 5) {
    for (int x = 20; x < chart->width(); x += 5) {
      if (tip_at(chart, {x, y}).contains(text)) return {x, y};
    }
  }
  return {};
}

void choose_source(const QString& source, const QString& network = "IPv4") {
  tabs()->setCurrentIndex(2);
  sources()->selectRow(row_of(source, network));
  charts()->setCurrentIndex(kContacts);
  QTest::qWait(150);
}

void drag(QWidget* chart, const QPoint& from, const QPoint& to) {
  QTest::mousePress(chart, Qt::LeftButton, {}, from);
  // Not by QTest::mouseMove(): it tells no buttons, and needs a pointer.
  for (const QPoint& place : {(from + to) / 2, to}) {
    QMouseEvent move(QEvent::MouseMove, place, chart->mapToGlobal(place), Qt::NoButton,
                     Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(chart, &move);
  }
  picture(chart, "contacts-dragging");
  QTest::mouseRelease(chart, Qt::LeftButton, {}, to);
  QApplication::processEvents();
}

// In dark colors, as the desktop's own theme may have them.
void picture_in_dark(QWidget* widget, const QString& name) {
  const QPalette before = QApplication::palette();
  QPalette dark(QColor(45, 48, 53));
  dark.setColor(QPalette::Base, QColor(28, 30, 34));
  dark.setColor(QPalette::AlternateBase, QColor(36, 39, 44));
  dark.setColor(QPalette::Text, QColor(230, 232, 236));
  dark.setColor(QPalette::WindowText, QColor(230, 232, 236));
  dark.setColor(QPalette::ButtonText, QColor(230, 232, 236));
  dark.setColor(QPalette::Highlight, QColor(90, 150, 220));
  QApplication::setPalette(dark);
  QTest::qWait(60);
  picture(widget, name);
  QApplication::setPalette(before);
  QTest::qWait(60);
}

}  // namespace

void demo_contacts() {
  test("ShowsEachContactOfTheSelectedSource", [] {
    choose_source("198.51.100.66");
    CHECK_SEEN(scatter()->accessibleDescription().startsWith("198.51.100.66: 254 contacts"),
               scatter()->accessibleDescription());
    tabs()->setCurrentIndex(0);
    picture(window(), "contacts-address-scan");
    picture_in_dark(window(), "contacts-address-scan-dark");
    const QPoint answered = place_with(scatter(), ", answered, ");
    CHECK_SEEN(!answered.isNull(), "no dot says that it was answered");
    const QString tip = tip_at(scatter(), answered);
    CHECK_SEEN(tip.contains("Frame ") && tip.contains(", 22/tcp"), tip);
    QTest::mouseClick(scatter(), Qt::LeftButton, {}, answered);
    const uint32_t frame = tip.section("Frame ", 1).section(':', 0, 0).remove(',').toUInt();
    CHECK_SEEN(frame > 0 && wait_for([&] { return open_file_now().current_frame == frame; }),
               QString::number(open_file_now().current_frame));
  });
  test("ShowsThePortsOfAPortScan", [] {
    choose_source("10.0.0.77");
    CHECK_SEEN(!place_with(scatter(), ": 10.0.0.20, 22/tcp").isNull(), QToolTip::text());
    picture(window(), "contacts-port-scan");
    picture_in_dark(scatter(), "contacts-port-scan-dark");
    find<QComboBox>("scatterRows")->setCurrentIndex(1);
    QTest::qWait(60);
    picture(scatter(), "contacts-destinations");
    find<QComboBox>("scatterRows")->setCurrentIndex(0);
  });
  test("ShowsSeveralSourcesInTheirColors", [] {
    choose_source("198.51.100.66");
    for (const QString other : {"10.0.0.101", "10.0.0.40"}) {
      sources()->selectionModel()->select(sources()->model()->index(row_of(other), 0),
                                          QItemSelectionModel::Select | QItemSelectionModel::Rows);
    }
    QTest::qWait(100);
    CHECK_SEEN(scatter()->accessibleDescription().contains("10.0.0.101"),
               scatter()->accessibleDescription());
    picture(scatter(), "contacts-several");
    picture_in_dark(scatter(), "contacts-several-dark");
  });
  test("GoesFromContactToContactByKeys", [] {
    choose_source("198.51.100.66");
    window()->activateWindow();
    CHECK(QTest::qWaitForWindowActive(window(), kPatience));
    scatter()->setFocus();
    QTest::keyClick(scatter(), Qt::Key_Home);
    CHECK_SEEN(scatter()->accessibleDescription().startsWith("Frame 802:"),
               scatter()->accessibleDescription());
    QTest::keyClick(scatter(), Qt::Key_Right);
    const QString second = scatter()->accessibleDescription();
    CHECK_SEEN(!second.startsWith("Frame 802:") && second.startsWith("Frame "), second);
    QTest::keyClick(scatter(), Qt::Key_Return);
    const uint32_t frame = second.section("Frame ", 1).section(':', 0, 0).remove(',').toUInt();
    CHECK_SEEN(wait_for([&] { return open_file_now().current_frame == frame; }),
               QString::number(open_file_now().current_frame));
    QTest::keyClick(scatter(), Qt::Key_End);
    QTest::keyClick(scatter(), Qt::Key_Right);
    picture(scatter(), "contacts-by-keys");
  });
  test("DraggingSelectsDestinationsAndOffersTheFilter", [] {
    choose_source("198.51.100.66");
    drag(scatter(), {scatter()->width() - 30, scatter()->height() - 45}, {30, 60});
    auto* menu = window()->findChild<QMenu*>("contactMenu");
    if (!CHECK(menu != nullptr)) return;
    const auto selected = destinations()->selectionModel()->selectedRows().size();
    CHECK_SEEN(selected > 100, QString::number(selected));
    QAction* action = entry(menu, "Apply as Filter/Contacts/Selected");
    if (CHECK(action != nullptr)) action->trigger();
    menu->close();
    CHECK_SEEN(wait_for([] {
                 return open_file_now().applied_filter.startsWith(
                     "ip.src == 198.51.100.66 && ip.dst in {");
               }),
               open_file_now().applied_filter);
    plugin_if_apply_filter("", true);
    CHECK(wait_for([] { return open_file_now().applied_filter.isEmpty(); }));
    choose_source("10.0.0.77");
    drag(scatter(), {scatter()->width() - 30, scatter()->height() - 45}, {30, 60});
    menu = window()->findChild<QMenu*>("contactMenu");
    if (!CHECK(menu != nullptr)) return;
    action = entry(menu, "Apply as Filter/Contacts/Selected");
    if (CHECK(action != nullptr)) action->trigger();
    menu->close();
    CHECK_SEEN(wait_for(
                   [] {
                     return open_file_now().applied_filter.startsWith(
                         "ip.src == 10.0.0.77 && ip.dst == 10.0.0.20 && tcp.dstport in {");
                   },
                   10'000),
               display_filter() + " applied " + open_file_now().applied_filter);
    plugin_if_apply_filter("", true);
    CHECK(wait_for([] { return open_file_now().applied_filter.isEmpty(); }));
  });
  test("TakesKeysBeforeOtherContactsAreDrawn", [] {
    choose_source("198.51.100.66");
    sources()->selectRow(row_of("10.0.0.77"));
    QTest::keyClick(scatter(), Qt::Key_End);
    const QString said = scatter()->accessibleDescription();
    CHECK_SEEN(said.startsWith("10.0.0.77: "), said);
    QTest::qWait(150);
    QTest::keyClick(scatter(), Qt::Key_End);
    const QString then = scatter()->accessibleDescription();
    CHECK_SEEN(then.startsWith("Frame "), then);
    QToolTip::hideText();
  });
  test("ShowsWhenTheSuspectsInitiatedContact", [] {
    charts()->setCurrentIndex(kTimeline);
    QTest::qWait(100);
    auto* chart = find<QWidget>("timelineChart");
    picture(chart, "timeline");
    picture_in_dark(chart, "timeline-dark");
    const QPoint place = place_with(chart, "198.51.100.66: 254 contacts from ");
    if (!CHECK_SEEN(!place.isNull(), QToolTip::text())) return;
    sources()->selectRow(row_of("10.0.0.77"));
    QTest::mouseClick(chart, Qt::LeftButton, {}, place);
    CHECK_SEEN(cell(sources(), sources()->currentIndex().row(), 0) == "198.51.100.66",
               cell(sources(), sources()->currentIndex().row(), 0));
    QToolTip::hideText();
    charts()->setCurrentIndex(0);
  });
}
