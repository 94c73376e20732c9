// How the window looks, and what of that it remembers.
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QHeaderView>
#include <QSettings>
#include <QSplitter>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <algorithm>

#include "tap/gui/window.h"

namespace fanout::gui {
namespace {

// The state of a table's header counts columns: it is of use only for the columns it was saved
// with.
QString keys_of(const NumberModel& model) {
  QStringList keys;
  for (const Column* column : model.columns()) keys.append(column->key);
  return keys.join(' ');
}

void load_header(const QSettings& looks, const QString& name, const NumberModel& model,
                 QHeaderView* header) {
  if (looks.value(name + "Columns").toString() != keys_of(model)) return;
  header->restoreState(looks.value(name).toByteArray());
}

// Not for each answer on its own.
constexpr int kLookupMilliseconds = 50;

void save_header(QSettings& looks, const QString& name, const NumberModel& model,
                 const QHeaderView* header) {
  looks.setValue(name + "Columns", keys_of(model));
  looks.setValue(name, header->saveState());
}

}  // namespace

void Window::set_looks() {
  const Looks looks{names_->isChecked(), static_cast<TimeFormat>(time_format_->currentIndex())};
  sources_->set_looks(looks);
  destinations_->set_looks(looks);
  findings_->set_looks(looks);
  const QString widest = time_text(0, 0, looks.time);
  const int least = source_table_->fontMetrics().horizontalAdvance(widest) + 16;
  const auto widen = [&](QTableView* table, int column) {
    QHeaderView* header = table->horizontalHeader();
    const bool is_shown = !header->isSectionHidden(column);
    if (is_shown && header->sectionSize(column) < least) header->resizeSection(column, least);
  };
  widen(source_table_, sources_->column("first_time"));
  widen(source_table_, sources_->column("last_time"));
  widen(destination_table_, destinations_->column("first_time"));
}

void Window::show_names() {
  // Empty, the columns would only push the others out of sight.
  source_table_->setColumnHidden(sources_->column("name"), !names_->isChecked());
  destination_table_->setColumnHidden(destinations_->column("name"), !names_->isChecked());
  finding_table_->setColumnHidden(findings_->column("name"), !names_->isChecked());
}

void Window::show_locations(bool is_shown) {
  const auto show = [is_shown](QTableView* table, const NumberModel& model) {
    for (int i = 0; i < model.columnCount(); ++i) {
      if (is_location(model.columns()[static_cast<size_t>(i)]->kind)) {
        table->setColumnHidden(i, !is_shown);
      }
    }
  };
  show(source_table_, *sources_);
  show(destination_table_, *destinations_);
  show(finding_table_, *findings_);
}

// Wireshark looks names and locations up while it shows others, and says when it knows more.
void Window::follow_lookups() {
  lookup_timer_.setSingleShot(true);
  lookup_timer_.setInterval(kLookupMilliseconds);
  connect(&lookup_timer_, &QTimer::timeout, this, [this] {
    sources_->look_up_again();
    destinations_->look_up_again();
    findings_->look_up_again();
  });
  if (qApp->metaObject()->indexOfSignal("addressResolutionChanged()") < 0) return;
  connect(qApp, SIGNAL(addressResolutionChanged()), &lookup_timer_, SLOT(start()));
}

void Window::load_looks() {
  QSettings looks(QString::fromStdString(host_.settings_file()), QSettings::IniFormat);
  restoreGeometry(looks.value("geometry").toByteArray());
  upper_->restoreState(looks.value("upper").toByteArray());
  lower_->restoreState(looks.value("lower").toByteArray());
  // Before the columns: it shows or hides that of the names.
  if (looks.contains("names")) names_->setChecked(looks.value("names").toBool());
  load_header(looks, "sources", *sources_, source_table_->horizontalHeader());
  load_header(looks, "destinations", *destinations_, destination_table_->horizontalHeader());
  load_header(looks, "findings", *findings_, finding_table_->horizontalHeader());
  // Which columns were shown says nothing of those that had no use then.
  const bool had_locations = looks.value("locations").toBool();
  if (has_locations_ != had_locations) show_locations(has_locations_);
  details_->setCurrentIndex(std::clamp(looks.value("details", 0).toInt(), 0, 1));
  charts_->setCurrentIndex(looks.value("chart", 0).toInt());
  scatter_rows_->setCurrentIndex(std::clamp(looks.value("scatterRows", 0).toInt(), 0, 2));
  measure_->setCurrentIndex(std::clamp(looks.value("measure", 0).toInt(), 0, 2));
  time_format_->setCurrentIndex(std::clamp(looks.value("time", 0).toInt(), 0, 2));
  tabs_->setCurrentIndex(std::clamp(looks.value("tab", 0).toInt(), 0, int{kAll}));
}

void Window::save_looks() {
  QSettings looks(QString::fromStdString(host_.settings_file()), QSettings::IniFormat);
  looks.setValue("geometry", saveGeometry());
  looks.setValue("upper", upper_->saveState());
  looks.setValue("lower", lower_->saveState());
  save_header(looks, "sources", *sources_, source_table_->horizontalHeader());
  save_header(looks, "destinations", *destinations_, destination_table_->horizontalHeader());
  save_header(looks, "findings", *findings_, finding_table_->horizontalHeader());
  looks.setValue("details", details_->currentIndex());
  looks.setValue("chart", charts_->currentIndex());
  looks.setValue("scatterRows", scatter_rows_->currentIndex());
  looks.setValue("measure", measure_->currentIndex());
  looks.setValue("time", time_format_->currentIndex());
  looks.setValue("tab", std::min(tabs_->currentIndex(), int{kAll}));
  looks.setValue("names", names_->isChecked());
  looks.setValue("locations", has_locations_);
}

}  // namespace fanout::gui
