// Actions on what the window shows: menus, filters, packets, copies, files.
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QFileDialog>
#include <QHeaderView>
#include <QMenu>
#include <QMessageBox>
#include <QSaveFile>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <algorithm>
#include <numeric>

#include "tap/gui/window.h"

namespace fanout::gui {

std::vector<Address> Window::selected_addresses() const {
  std::vector<Address> addresses;
  for (const uint32_t source : selected_sources()) {
    addresses.push_back(engine_->source(source).address);
  }
  return addresses;
}

std::vector<Address> Window::selected_destinations() const {
  std::vector<Address> addresses;
  for (const uint32_t pair : selected_numbers(destination_table_, destinations_)) {
    addresses.push_back(engine_->destination(engine_->pair(pair)));
  }
  return addresses;
}

void Window::use_filter(const QString& filter, Join join, bool apply) {
  const QString current = QString::fromStdString(host_.filter_text()).trimmed();
  const std::string text = joined_filter(current, filter, join).toStdString();
  apply ? host_.apply_filter(text) : host_.prepare_filter(text);
}

std::vector<Window::FilterChoice> Window::filter_choices() const {
  const std::vector<Address> sources = selected_addresses();
  const std::vector<Address> destinations = selected_destinations();
  const QString pair = shown_source_ == kNone
                           ? QString()
                           : pair_filter(engine_->source(shown_source_).address, destinations);
  return {{"Source", source_filter(sources), sources.size()},
          {"Source with selected destinations", pair, destinations.size()},
          {"New destinations only", new_destination_filter(sources), sources.size()}};
}

void Window::add_filter_menus(QMenu* menu, const std::vector<FilterChoice>& choices) {
  struct How {
    const char* title;
    Join join;
  };
  static constexpr How kHows[] = {
      {"Selected", Join::kReplace},         {"Not Selected", Join::kNot},
      {"…and Selected", Join::kAnd},        {"…or Selected", Join::kOr},
      {"…and not Selected", Join::kAndNot}, {"…or not Selected", Join::kOrNot},
  };
  for (const bool apply : {true, false}) {
    QMenu* outer = menu->addMenu(apply ? "Apply as Filter" : "Prepare as Filter");
    for (const FilterChoice& choice : choices) {
      const bool are_too_many = choice.count > kMostAddresses;
      const QString hint = are_too_many ? " (at most " + number_text(kMostAddresses) + ')' : "";
      QMenu* inner = outer->addMenu(choice.title + hint);
      inner->setEnabled(!choice.filter.isEmpty());
      for (const How& how : kHows) {
        inner->addAction(how.title, this, [this, filter = choice.filter, join = how.join, apply] {
          use_filter(filter, join, apply);
        });
      }
    }
  }
}

void Window::add_copy_menu(QMenu* menu, QTableView* table) {
  QMenu* copies = menu->addMenu("Copy");
  copies->addAction("Cell", this, [this, table] { copy_cell(table); });
  add_copy_forms(copies, table, false, "Selected Rows ");
  add_copy_forms(copies, table, true, "Table ");
}

void Window::add_copy_forms(QMenu* menu, QTableView* table, bool all_rows, const QString& what) {
  static constexpr std::pair<const char*, TableForm> kForms[] = {
      {"as CSV", TableForm::kCsv}, {"as JSON", TableForm::kJson}, {"as YAML", TableForm::kYaml}};
  for (const auto& [how, form] : kForms) {
    menu->addAction(what + how, this,
                    [this, table, all_rows, form = form] { copy(table, all_rows, form); });
  }
}

void Window::colourise(int slot) {
  host_.colourise(slot, source_filter(selected_addresses()).toStdString());
  // The packet list recolors its rows only on request.
  for (QWidget* widget : QApplication::allWidgets()) {
    if (!widget->inherits("PacketList")) continue;
    // Nothing of the list of widgets may be touched after this: it may destroy some.
    QMetaObject::invokeMethod(widget, "recolorPackets");
    return;
  }
}

void Window::open_source_menu(const QPoint& place) {
  if (!engine_ || selected_sources().empty()) return;
  auto* menu = new QMenu(this);
  menu->setObjectName("sourceMenu");
  menu->setAttribute(Qt::WA_DeleteOnClose);
  add_filter_menus(menu, filter_choices());
  QMenu* colours = menu->addMenu("Colorize");
  colours->setEnabled(selected_sources().size() <= kMostAddresses);
  for (int slot = 1; slot <= 10; ++slot) {
    colours->addAction("Color " + QString::number(slot), this, [this, slot] { colourise(slot); });
  }
  menu->addSeparator();
  menu->addAction("Go to First Flagged Packet", this, [this] { go_to_flagged_frame(); });
  menu->addAction("Go to First Packet of Source", this, [this] {
    const std::vector<uint32_t> selected = selected_sources();
    if (!selected.empty()) host_.go_to_frame(engine_->source(selected.front()).first_frame);
  });
  menu->addSeparator();
  add_copy_menu(menu, source_table_);
  menu->addAction("Save Report as…", this, [this] { save_report(); });
  menu->popup(source_table_->viewport()->mapToGlobal(place));
}

void Window::open_destination_menu(const QPoint& place) {
  if (!engine_ || destination_table_->selectionModel()->selectedRows().isEmpty()) return;
  auto* menu = new QMenu(this);
  menu->setObjectName("destinationMenu");
  menu->setAttribute(Qt::WA_DeleteOnClose);
  std::vector<FilterChoice> choices = filter_choices();
  std::swap(choices[0], choices[1]);
  add_filter_menus(menu, choices);
  menu->addSeparator();
  menu->addAction("Go to First Packet to Destination", this, [this] { go_to_first_frame(); });
  menu->addSeparator();
  add_copy_menu(menu, destination_table_);
  menu->popup(destination_table_->viewport()->mapToGlobal(place));
}

void Window::open_finding_menu(const QPoint& place) {
  const std::vector<uint32_t> selected = selected_numbers(finding_table_, findings_);
  if (!engine_ || shown_source_ == kNone || selected.empty()) return;
  const Address& source = engine_->source(shown_source_).address;
  std::vector<Finding> findings;
  std::vector<Address> hosts;
  for (const uint32_t number : selected) {
    findings.push_back(findings_->finding(number));
    hosts.push_back(findings.back().destination);
  }
  auto* menu = new QMenu(this);
  menu->setObjectName("findingMenu");
  menu->setAttribute(Qt::WA_DeleteOnClose);
  add_filter_menus(
      menu, {{"Conversation", conversation_filter(source, findings), selected.size()},
             {"Source with selected destinations", pair_filter(source, hosts), selected.size()}});
  menu->addSeparator();
  menu->addAction("Go to First Packet", this, [this] { go_to_finding(); });
  menu->addSeparator();
  add_copy_menu(menu, finding_table_);
  menu->popup(finding_table_->viewport()->mapToGlobal(place));
}

void Window::open_header_menu(QTableView* table, const QPoint& place) {
  auto* menu = new QMenu(this);
  menu->setObjectName("headerMenu");
  menu->setAttribute(Qt::WA_DeleteOnClose);
  const auto* model = static_cast<NumberModel*>(table->model());
  for (int column = 0; column < model->columnCount(); ++column) {
    QAction* action = menu->addAction(model->columns()[static_cast<size_t>(column)]->title);
    action->setCheckable(true);
    action->setChecked(!table->isColumnHidden(column));
    // Without any column there would be no header to bring one back with.
    action->setEnabled(column != 0);
    connect(action, &QAction::toggled, table,
            [table, column](bool is_shown) { table->setColumnHidden(column, !is_shown); });
  }
  menu->popup(table->horizontalHeader()->mapToGlobal(place));
}

void Window::go_to_flagged_frame() {
  const QModelIndex index = source_table_->currentIndex();
  if (!engine_ || !index.isValid()) return;
  host_.go_to_frame(flagged_frame(sources_->number(index.row())));
}

// Where the source passed the threshold; the first frame of one that did not.
uint32_t Window::flagged_frame(uint32_t source) const {
  const std::vector<uint32_t>& pairs = engine_->history(source);
  const auto threshold = static_cast<size_t>(settings_.threshold);
  for (size_t i = threshold; judging_.is_flagged(source) && i < pairs.size(); ++i) {
    const Pair& first = engine_->pair(pairs[i - threshold]);
    const Pair& last = engine_->pair(pairs[i]);
    const auto passed =
        static_cast<uint64_t>(last.first_time) - static_cast<uint64_t>(first.first_time);
    const bool is_within = settings_.window == 0 || last.first_time <= first.first_time ||
                           passed < settings_.window * 1'000'000'000;
    if (is_within) return last.first_frame;
  }
  return engine_->source(source).first_frame;
}

void Window::go_to_first_frame() {
  const QModelIndex index = destination_table_->currentIndex();
  if (!engine_ || !index.isValid()) return;
  host_.go_to_frame(engine_->pair(destinations_->number(index.row())).first_frame);
}

void Window::go_to_finding() {
  const QModelIndex index = finding_table_->currentIndex();
  if (!engine_ || !index.isValid()) return;
  host_.go_to_frame(findings_->finding(findings_->number(index.row())).first_frame);
}

void Window::copy_cell(QTableView* table) {
  QApplication::clipboard()->setText(table->currentIndex().data(Qt::DisplayRole).toString());
}

void Window::copy(QTableView* table, bool all_rows, TableForm form) {
  QVector<int> rows;
  if (all_rows) {
    rows.resize(table->model()->rowCount());
    std::iota(rows.begin(), rows.end(), 0);
  } else {
    for (const QItemSelectionRange& range : table->selectionModel()->selection()) {
      for (int row = range.top(); row <= range.bottom(); ++row) rows.append(row);
    }
    std::sort(rows.begin(), rows.end());
  }
  QVector<int> columns;
  const QHeaderView* header = table->horizontalHeader();
  for (int place = 0; place < header->count(); ++place) {
    const int column = header->logicalIndex(place);
    if (!table->isColumnHidden(column)) columns.append(column);
  }
  QApplication::setOverrideCursor(Qt::WaitCursor);
  QApplication::clipboard()->setText(table_text(*table->model(), rows, columns, form));
  QApplication::restoreOverrideCursor();
}

// Each kind is a name filter: "CSV (*.csv)". A name that has the ending of none gets that of the
// one that is chosen.
Window::SaveTarget Window::ask_where_to_save(const QString& title, const QString& suggestion,
                                             const QStringList& kinds) {
  const auto ending_of = [](const QString& kind) { return kind.section("*.", 1).chopped(1); };
  QString chosen = kinds.front();
  const QString path =
      QFileDialog::getSaveFileName(this, title, suggestion, kinds.join(";;"), &chosen);
  if (path.isEmpty()) return {};
  for (const QString& kind : kinds) {
    const QString ending = ending_of(kind);
    if (path.endsWith('.' + ending, Qt::CaseInsensitive)) return {path, ending};
  }
  const QString ending = ending_of(chosen);
  const QString completed = path + '.' + ending;
  // The dialog asked about another name.
  if (QFile::exists(completed) &&
      QMessageBox::question(this, title, completed + " already exists. Replace it?") !=
          QMessageBox::Yes) {
    return {};
  }
  return {completed, ending};
}

void Window::save_report() {
  if (!engine_) return;
  const SaveTarget target =
      ask_where_to_save("Save report", safe_file_name(foreign_text(file_.name)) + "-suspects.csv",
                        {"CSV (*.csv)", "JSON (*.json)", "Text (*.txt)", "HTML (*.html)"});
  if (target.path.isEmpty() || !engine_) return;
  const Format format = target.ending == "json"   ? Format::kJson
                        : target.ending == "txt"  ? Format::kText
                        : target.ending == "html" ? Format::kHtml
                                                  : Format::kCsv;
  QApplication::setOverrideCursor(Qt::WaitCursor);
  ReportSettings settings = settings_;
  settings.all = tabs_->currentIndex() >= kAll;
  QSaveFile file(target.path);
  bool is_written = file.open(QIODevice::WriteOnly);
  if (is_written) {
    host_.render(format, host_.report(settings), [&](std::string_view text) {
      const auto size = static_cast<qint64>(text.size());
      is_written = is_written && file.write(text.data(), size) == size;
    });
    is_written = is_written && file.commit();
  }
  QApplication::restoreOverrideCursor();
  say(is_written ? QString() : "The report could not be saved: " + file.errorString());
}

void Window::save_picture() {
  Chart* const charts[] = {active_chart_, distribution_chart_, growth_chart_};
  static const char* const kNames[] = {"-most-active.png", "-distribution.png", "-over-time.png"};
  const int index = charts_->currentIndex();
  QStringList kinds{"PNG (*.png)"};
#ifdef FANOUT_SVG
  kinds.append("SVG (*.svg)");
#endif
  const SaveTarget target = ask_where_to_save(
      "Save picture", safe_file_name(foreign_text(file_.name)) + kNames[index], kinds);
  if (target.path.isEmpty()) return;
  const QString error = charts[index]->save(target.path, target.ending == "svg");
  say(error.isEmpty() ? QString() : "The picture could not be saved: " + error);
}

}  // namespace fanout::gui
