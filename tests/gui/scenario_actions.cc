// Beyond filters: sources that are never flagged, firewall rules, suspects together, the manual.
#include <epan/plugin_if.h>
#include <epan/uat-int.h>
#include <epan/uat.h>

#undef signals

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QDialog>
#include <QFile>
#include <QItemSelectionModel>
#include <QLabel>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTest>

#include "tests/gui/scenario.h"

namespace {

QByteArray saved_list() { return contents(path_in_home(".config/wireshark/fanout_allowed")); }

// What the tests before have put on the list, subnets too.
void empty_list() {
  uat_t* table = uat_get_table_by_name("Sources never to flag");
  if (!CHECK(table != nullptr)) return;
  uat_clear(table);
  char* error = nullptr;
  CHECK_SEEN(uat_save(table, &error), error);
  table->post_update_cb();
}

void select(const QStringList& addresses) {
  tabs()->setCurrentIndex(2);
  sources()->clearSelection();
  for (const QString& address : addresses) {
    sources()->selectionModel()->select(sources()->model()->index(row_of(address), 0),
                                        QItemSelectionModel::Select | QItemSelectionModel::Rows);
  }
}

}  // namespace

void demo_actions() {
  test("NeverFlagsWhatTheMenuSays", [] {
    const QString before = tabs()->tabText(0);
    select({"198.51.100.66", "10.0.0.77"});
    choose(sources(), row_of("198.51.100.66"), "sourceMenu", "Never Flag These Sources");
    CHECK_SEEN(tabs()->tabText(0) == "Suspects · 1" && before == "Suspects · 3",
               tabs()->tabText(0));
    CHECK_SEEN(saved_list().contains("\"198.51.100.66\",") && saved_list().contains("10.0.0.77"),
               saved_list());
    CHECK(find<QLabel>("message")->text().startsWith("2 sources will never be flagged"));
    auto* undo = find<QPushButton>("undo");
    CHECK(undo->isVisible());
    picture(window(), "never-flagged");
    QTest::mouseClick(undo, Qt::LeftButton);
    CHECK_SEEN(tabs()->tabText(0) == before, tabs()->tabText(0));
    CHECK_SEEN(!saved_list().contains("198.51.100.66"), saved_list());
    CHECK(find<QLabel>("message")->text().startsWith("2 sources can be flagged"));
  });
  test("FlagsAgainWhatIsOnTheListButForSubnets", [] {
    select({"198.51.100.66"});
    choose(sources(), row_of("198.51.100.66"), "sourceMenu", "Never Flag This Source");
    choose(sources(), row_of("198.51.100.66"), "sourceMenu", "Flag This Source Again");
    CHECK_SEEN(tabs()->tabText(0) == "Suspects · 3", tabs()->tabText(0));
    set_preference("uat:fanout_allowed:\"198.51.100.0/24\",\"ours\"");
    choose(sources(), row_of("198.51.100.66"), "sourceMenu", "Flag This Source Again");
    CHECK_SEEN(find<QLabel>("message")->text().contains("a subnet in the preference"),
               find<QLabel>("message")->text());
    empty_list();
  });
  test("SaysWhyTheListCannotBeSaved", [] {
    QFile folder(path_in_home(".config/wireshark"));
    const auto permissions = folder.permissions();
    QFile::remove(path_in_home(".config/wireshark/fanout_allowed"));
    CHECK(folder.setPermissions(QFile::ReadOwner | QFile::ExeOwner));
    select({"10.0.0.77"});
    choose(sources(), row_of("10.0.0.77"), "sourceMenu", "Never Flag This Source");
    CHECK(folder.setPermissions(permissions));
    CHECK_SEEN(find<QLabel>("message")->text().startsWith("The list of allowed sources was not"),
               find<QLabel>("message")->text());
    CHECK(entry(context_menu(sources(), row_of("10.0.0.77"), "sourceMenu"),
                "Never Flag This Source") != nullptr);
    window()->findChild<QMenu*>("sourceMenu")->close();
    QTest::qWait(20);
  });
  test("CopiesFirewallRules", [] {
    select({"198.51.100.66", "10.0.0.77"});
    choose(sources(), row_of("198.51.100.66"), "sourceMenu",
           "Copy as Firewall Rule/Netfilter (iptables)");
    const QString rules = QApplication::clipboard()->text();
    CHECK_SEEN(rules.startsWith("# Netfilter (iptables) rules for demo.pcap."), rules);
    CHECK_SEEN(rules.contains("iptables --append INPUT --in-interface eth0 --source "
                              "198.51.100.66/32 --jump DROP\n"),
               rules);
    CHECK(rules.count('\n') == 3);
  });
  test("FiltersEverythingOfAllSuspects", [] {
    select({"10.0.0.101"});
    choose(sources(), row_of("10.0.0.101"), "sourceMenu",
           "Apply as Filter/Everything of all suspects/Selected");
    CHECK_SEEN(wait_for([] {
                 return open_file_now().applied_filter.startsWith("(ip.addr ") &&
                        open_file_now().applied_filter.contains("arp.dst.proto_ipv4");
               }),
               open_file_now().applied_filter);
    destinations()->selectRow(0);
    const QString destination = cell(destinations(), 0, 0);
    choose(destinations(), 0, "destinationMenu",
           "Apply as Filter/Conversation with selected destinations/Selected");
    const QString wanted = "ip.addr == 10.0.0.101 && ip.addr == " + destination;
    CHECK_SEEN(wait_for([&] { return open_file_now().applied_filter == wanted; }),
               open_file_now().applied_filter);
    plugin_if_apply_filter("", true);
    CHECK(wait_for([] { return open_file_now().applied_filter.isEmpty(); }));
  });
  test("OpensTheManualPage", [] {
    QTest::mouseClick(find<QPushButton>("help"), Qt::LeftButton);
    CHECK(wait_for(
        [] { return find<QDialog>("manual") != nullptr || find<QLabel>("message")->isVisible(); }));
    auto* page = find<QDialog>("manual");
    if (page == nullptr) {
      // Without man there is no page, and the window says so.
      CHECK_SEEN(find<QLabel>("message")->text().startsWith("The manual page cannot be shown"),
                 find<QLabel>("message")->text());
      return;
    }
    CHECK(page->findChild<QPlainTextEdit*>()->toPlainText().contains("Scan Suspects"));
    picture(page, "manual");
    page->close();
    QTest::qWait(20);
  });
}
