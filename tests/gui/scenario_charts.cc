// The charts of the window, and their pictures.
#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QHelpEvent>
#include <QImage>
#include <QItemSelectionModel>
#include <QLabel>
#include <QPushButton>
#include <QTabWidget>
#include <QTest>
#include <QToolTip>
#include <functional>

#include "tests/gui/scenario.h"

void demo_charts() {
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
