// From the window to packets: filters, colours, copies, reports.
#include <cfile.h>
#include <epan/color_filters.h>
#include <epan/funnel.h>
#include <epan/plugin_if.h>
#include <wsutil/filesystem.h>

#undef signals

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFile>
#include <QItemSelectionModel>
#include <QJsonArray>
#include <QJsonDocument>
#include <QMenu>
#include <QPushButton>
#include <QTest>
#include <algorithm>
#include <vector>

#include "tests/gui/scenario.h"

void demo_packets() {
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
