// The context menus of the window, their filters, and what else they do with what is selected.
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QMenu>
#include <QPushButton>
#include <QTableView>
#include <algorithm>

#include "tap/gui/firewall.h"
#include "tap/gui/window.h"

namespace fanout::gui {

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
  const QString exchange =
      shown_source_ == kNone
          ? QString()
          : exchange_filter(engine_->source(shown_source_).address, destinations);
  const std::vector<Address> suspects = suspect_addresses();
  return {{"Source", source_filter(sources), sources.size()},
          {"Source with selected destinations", pair, destinations.size()},
          {"Conversation with selected destinations", exchange, destinations.size()},
          {"New destinations only", new_destination_filter(sources), sources.size()},
          {"Everything of source", everything_filter(sources), sources.size()},
          {"Everything of all suspects", everything_filter(suspects), suspects.size()}};
}

std::vector<Address> Window::suspect_addresses() const {
  std::vector<Address> addresses;
  for (uint32_t source = 0; source < engine_->source_count(); ++source) {
    if (!judging_.is_suspect(source)) continue;
    addresses.push_back(engine_->source(source).address);
    // More than these are only counted.
    if (addresses.size() > kMostAddresses) break;
  }
  return addresses;
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
  recolor_packets();
}

// The packet list recolors its rows only on request.
void Window::recolor_packets() {
  for (QWidget* widget : QApplication::allWidgets()) {
    if (!widget->inherits("PacketList")) continue;
    // Nothing of the list of widgets may be touched after this: it may destroy some.
    QMetaObject::invokeMethod(widget, "recolorPackets");
    return;
  }
}

// For all selected sources, or for those that are on the list, the other way round.
void Window::add_never_flag(QMenu* menu) {
  const std::vector<Address> sources = selected_addresses();
  const bool are_allowed =
      std::all_of(sources.begin(), sources.end(), [this](const Address& source) {
        return settings_.is_allowed && settings_.is_allowed(source);
      });
  const QString what = sources.size() == 1 ? "This Source" : "These Sources";
  QAction* action =
      menu->addAction(are_allowed ? "Flag " + what + " Again" : "Never Flag " + what, this,
                      [this, sources, are_allowed] { set_never_flagged(sources, !are_allowed); });
  action->setObjectName("neverFlag");
  action->setEnabled(sources.size() <= kMostAddresses);
}

void Window::set_never_flagged(const std::vector<Address>& sources, bool is_never) {
  const std::string error = host_.set_never_flagged(sources, is_never);
  if (!error.empty()) {
    say("The list of allowed sources was not changed: " + foreign_text(error));
    return;
  }
  recolor_packets();
  refresh();
  const QString which = sources.size() == 1 ? QString::fromStdString(to_string(sources.front()))
                                            : number_text(sources.size()) + " sources";
  const bool is_still = std::any_of(sources.begin(), sources.end(), [&](const Address& source) {
    return !is_never && settings_.is_allowed && settings_.is_allowed(source);
  });
  QString text = which + (is_never ? " will never be flagged nor suspected: see the preference "
                                     "Sources never to flag."
                                   : " can be flagged and suspected again.");
  if (is_still) {
    text = which +
           ": a subnet in the preference Sources never to flag still keeps this from being "
           "flagged.";
  }
  say(text);
  // No warning: in the colors of a note.
  QPalette note = palette();
  note.setColor(QPalette::Window, note.color(QPalette::ToolTipBase));
  note.setColor(QPalette::WindowText, note.color(QPalette::ToolTipText));
  message_row_->setPalette(note);
  undo_ = [this, sources, is_never] { set_never_flagged(sources, !is_never); };
  undo_button_->show();
}

void Window::add_firewall_menu(QMenu* menu) {
  const std::vector<Address> sources = selected_addresses();
  QMenu* products = menu->addMenu("Copy as Firewall Rule");
  products->setEnabled(sources.size() <= kMostAddresses);
  for (size_t product = 0; product < firewall_products(); ++product) {
    products->addAction(firewall_product_name(product), this, [this, sources, product] {
      QApplication::clipboard()->setText(
          firewall_rules(product, sources, foreign_text(file_.name)));
    });
  }
}

void Window::add_open_scan(QMenu* menu) {
  const QModelIndex index = source_table_->currentIndex();
  if (!index.isValid()) return;
  const uint32_t source = sources_->number(index.row());
  const SourceModel::Scan* scan = sources_->scan_of(source);
  if (scan == nullptr) return;
  const bool opens = !scan->is_open;
  menu->addAction(opens ? "List All Sources of This Scan" : "List This Scan as One Row", this,
                  [this, source, opens] { source_table_->set_open(source, opens); });
  menu->addSeparator();
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
  add_open_scan(menu);
  menu->addAction("Go to First Flagged Packet", this, [this] { go_to_flagged_frame(); });
  menu->addAction("Go to First Packet of Source", this, [this] {
    const std::vector<uint32_t> selected = selected_sources();
    if (!selected.empty()) host_.go_to_frame(engine_->source(selected.front()).first_frame);
  });
  menu->addSeparator();
  add_never_flag(menu);
  menu->addSeparator();
  add_copy_menu(menu, source_table_);
  add_firewall_menu(menu);
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
    const Kind kind = model->columns()[static_cast<size_t>(column)]->kind;
    action->setEnabled(column != 0 && (has_locations_ || !is_location(kind)));
    connect(action, &QAction::toggled, table,
            [table, column](bool is_shown) { table->setColumnHidden(column, !is_shown); });
  }
  menu->popup(table->horizontalHeader()->mapToGlobal(place));
}

}  // namespace fanout::gui
