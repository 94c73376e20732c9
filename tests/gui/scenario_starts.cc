// Ways to start: by the command line, on hostile names, without the library of the window.
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QSpinBox>
#include <QTabWidget>
#include <QTreeWidget>

#include "tests/gui/scenario.h"

void scenario_option() {
  test("OpensFromTheCommandLine", [] {
    CHECK(wait_for([] { return window() != nullptr && window()->isVisible() && is_loaded(); }));
    if (window() == nullptr) return;
    CHECK(find<QSpinBox>("threshold")->value() == 30);
    CHECK_SEEN(wait_for([] { return tabs()->tabText(0) == "Suspects · 2"; }), tabs()->tabText(0));
  });
  if (window() == nullptr) return;
  test("RemembersTheChoices", [] {
    CHECK(sources()->isColumnHidden(column_of(sources(), "Network")));
    CHECK(!sources()->isColumnHidden(column_of(sources(), "Last Seen")));
    CHECK(find<QComboBox>("timeFormat")->currentIndex() == 1);
    CHECK(find<QComboBox>("measure")->currentIndex() == 2);
    CHECK(find<QTabWidget>("charts")->currentIndex() == 2);
    CHECK(find<QCheckBox>("names")->isChecked());
    CHECK(tabs()->currentIndex() == 1);
    // Qt 6 makes it as narrow as the screen, which is small here.
    CHECK_SEEN(window()->height() == 666, QString::number(window()->height()));
  });
}

void scenario_bad_option() {
  test("ShowsWhyAFilterOnTheCommandLineIsRefused", [] {
    CHECK(wait_for([] { return window() != nullptr && window()->isVisible() && is_loaded(); }));
    if (window() == nullptr) return;
    auto* message = find<QLabel>("message");
    CHECK(wait_for([&] { return message->isVisible(); }));
    CHECK_SEEN(message->text().contains("nonsense"), message->text());
  });
}

// On names that were made to do harm.
void scenario_names() {
  test("ShowsHostileNamesAsText", [] {
    open_window("hostile");
    find<QCheckBox>("names")->setChecked(true);
    tabs()->setCurrentIndex(2);
    int hostile = 0;
    for (int row = 0; row < rows(); ++row) {
      const QModelIndex index = sources()->model()->index(row, 1);
      QString tip = index.data(Qt::ToolTipRole).toString();
      if (index.data().toString().contains('<')) ++hostile;
      CHECK_SEEN(tip.remove("<p>").remove("</p>").count('<') == 0, tip);
      for (const QChar c : index.data().toString()) CHECK(c.isPrint());
    }
    CHECK(hostile > 0);
    for (const QLabel* label : window()->findChildren<QLabel*>()) {
      const bool is_foreign = label->text().contains('<');
      CHECK_SEEN(!is_foreign || label->textFormat() == Qt::PlainText, label->text());
    }
    sources()->selectAll();
    choose(sources(), 0, "sourceMenu", "Copy/Table as CSV");
    for (const QString& line : QApplication::clipboard()->text().split('\n')) {
      for (const QString& text : line.split(',')) CHECK_SEEN(!text.startsWith('='), line);
    }
    picture(window(), "hostile-names");
  });
}

// Without the window's library, or with one that cannot be loaded.
void scenario_table() {
  test("OpensThePlainTable", [] {
    CHECK(wait_for([] { return main_window()->windowTitle().contains("demo"); }));
    QAction* action = menu_entry();
    if (!CHECK(action != nullptr)) return;
    action->trigger();
    QTreeWidget* table = nullptr;
    const auto is_filled = [&table] {
      for (QWidget* widget : QApplication::topLevelWidgets()) {
        auto* found = widget->findChild<QTreeWidget*>("statsTreeWidget");
        if (qobject_cast<QDialog*>(widget) != nullptr && found != nullptr) table = found;
      }
      return table != nullptr && table->topLevelItemCount() > 0 &&
             table->topLevelItem(0)->childCount() == 166;
    };
    CHECK(wait_for(is_filled));
    CHECK(window() == nullptr);
    if (table != nullptr) picture(table->window(), "plain-table");
  });
}
