// The tab "Findings": what responded to the selected source, and what to do where nothing did.
#include <epan/plugin_if.h>

#undef signals

#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSpinBox>
#include <QTabWidget>
#include <QTest>

#include "tests/gui/scenario.h"

namespace {

QTableView* findings() { return find<QTableView>("findings"); }
QTabWidget* details() { return find<QTabWidget>("details"); }

void choose_source(const QString& source, const QString& network = "IPv4") {
  tabs()->setCurrentIndex(2);
  sources()->selectRow(row_of(source, network));
}

}  // namespace

void demo_findings() {
  test("ListsWhatResponded", [] {
    choose_source("10.0.0.77");
    details()->setCurrentIndex(1);
    CHECK_SEEN(details()->tabText(1) == "Findings · 4", details()->tabText(1));
    CHECK_SEEN(findings()->model()->rowCount() == 4,
               QString::number(findings()->model()->rowCount()));
    CHECK_SEEN(cell(findings(), 0, column_of(findings(), "State")) == "open",
               cell(findings(), 0, 0));
    CHECK_SEEN(cell(findings(), 0, column_of(findings(), "Service")) == "22/tcp",
               cell(findings(), 0, 3));
    CHECK(cell(findings(), 0, column_of(findings(), "Data Sent")).isEmpty());
    CHECK(!find<QLabel>("noFindings")->isVisible());
    picture(window(), "findings");
  });
  test("ListsConversationsFirst", [] {
    choose_source("10.0.0.101");
    CHECK_SEEN(details()->tabText(1) == "Findings · 9", details()->tabText(1));
    CHECK(cell(findings(), 0, column_of(findings(), "State")) == "conversation");
    CHECK(cell(findings(), 8, column_of(findings(), "State")) == "open");
    CHECK_SEEN(cell(findings(), 0, column_of(findings(), "Data Received")) == "495",
               cell(findings(), 0, column_of(findings(), "Data Received")));
    CHECK_SEEN(cell(findings(), 0, column_of(findings(), "After")) == "0.012",
               cell(findings(), 0, column_of(findings(), "After")));
    findings()->sortByColumn(column_of(findings(), "State"), Qt::DescendingOrder);
    CHECK(cell(findings(), 0, column_of(findings(), "State")) == "open");
    findings()->sortByColumn(column_of(findings(), "State"), Qt::AscendingOrder);
    picture(window(), "findings-conversations");
  });
  test("GoesToThePacketsOfAFinding", [] {
    const auto goes_to = [](uint32_t frame) {
      CHECK_SEEN(wait_for([&] { return open_file_now().current_frame == frame; }),
                 QString::number(open_file_now().current_frame));
    };
    findings()->setCurrentIndex(findings()->model()->index(0, 0));
    Q_EMIT findings()->doubleClicked(findings()->model()->index(0, 0));
    goes_to(9);
    findings()->selectRow(0);
    choose(findings(), 0, "findingMenu", "Apply as Filter/Conversation/Selected");
    const QString wanted = "ip.addr == 10.0.0.101 && ip.addr == 10.0.0.53 && udp.port == 53";
    CHECK_SEEN(wait_for([&] { return open_file_now().applied_filter == wanted; }),
               open_file_now().applied_filter);
    plugin_if_apply_filter("", true);
    CHECK(wait_for([] { return open_file_now().applied_filter.isEmpty(); }));
  });
  test("SaysWhyThereAreNoFindings", [] {
    tabs()->setCurrentIndex(2);
    int row = 0;
    while (row < rows() && details()->tabText(1) != "Findings") sources()->selectRow(++row);
    CHECK(find<QLabel>("noFindings")->isVisible() && !findings()->isVisible());
    CHECK(find<QLabel>("noFindings")->text().startsWith("Nothing that was captured responded"));
    find<QLineEdit>("search")->setText("<b>nothing");
    CHECK(wait_for([] { return rows() == 0; }));
    CHECK(find<QLabel>("noFindings")->text().startsWith("Select a source"));
    CHECK_SEEN(find<QLabel>("emptiness")->text().contains("matches the search"),
               find<QLabel>("emptiness")->text());
    find<QLineEdit>("search")->clear();
    CHECK(wait_for([] { return rows() > 50; }));
    CHECK(!find<QLabel>("emptiness")->isVisible());
  });
  test("SaysWhereToLookInsteadOfAnEmptyTab", [] {
    find<QSpinBox>("threshold")->setValue(100'000);
    tabs()->setCurrentIndex(1);
    auto* emptiness = find<QLabel>("emptiness");
    CHECK_SEEN(emptiness->isVisible() && emptiness->text().contains("Lower the threshold"),
               emptiness->text());
    picture(window(), "nothing-flagged");
    Q_EMIT emptiness->linkActivated("2");
    CHECK(tabs()->currentIndex() == 2 && !emptiness->isVisible());
    find<QSpinBox>("threshold")->setValue(50);
    details()->setCurrentIndex(0);
  });
}
