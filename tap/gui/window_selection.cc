// What is selected in the tables, and how it stays selected when they change.
#include <QItemSelectionModel>
#include <QLineEdit>
#include <QScrollBar>
#include <QTabBar>
#include <algorithm>

#include "tap/gui/window.h"

namespace fanout::gui {

std::vector<uint32_t> Window::selected_numbers(const QTableView* table, const NumberModel* model) {
  std::vector<uint32_t> numbers;
  for (const QItemSelectionRange& range : table->selectionModel()->selection()) {
    for (int row = range.top(); row <= range.bottom() && row < model->rowCount(); ++row) {
      model->append_numbers(row, numbers);
      // More than these are only counted, and never looked at one by one.
      if (numbers.size() > kMostAddresses) return numbers;
    }
  }
  return numbers;
}

std::vector<uint32_t> Window::selected_sources() const {
  return selected_numbers(source_table_, sources_);
}

Window::Place Window::place_of(const QTableView* table, const NumberModel* model) {
  Place place;
  for (const QItemSelectionRange& range : table->selectionModel()->selection()) {
    for (int row = range.top(); row <= range.bottom() && row < model->rowCount(); ++row) {
      place.selected.push_back(model->number(row));
    }
  }
  std::sort(place.selected.begin(), place.selected.end());
  const QModelIndex index = table->currentIndex();
  if (index.isValid() && index.row() < model->rowCount()) {
    place.current = model->number(index.row());
    place.column = index.column();
  }
  place.left = table->horizontalScrollBar()->value();
  // At the top, new rows shall show; elsewhere the rows stay where they are.
  const int top = table->rowAt(0);
  if (top > 0 && top < model->rowCount()) place.top = model->number(top);
  return place;
}

void Window::go_to_place(QTableView* table, const NumberModel* model, const Place& place) {
  QItemSelectionModel* selection = table->selectionModel();
  if (place.selected.empty()) return;
  // Neighbours as one range: a million of them are selected as fast as one.
  QItemSelection found;
  int first = -1;
  int current = -1;
  int top = -1;
  for (int row = 0; row <= model->rowCount(); ++row) {
    const bool is_row = row < model->rowCount();
    const uint32_t number = is_row ? model->number(row) : kNone;
    const bool is_selected =
        is_row && std::binary_search(place.selected.begin(), place.selected.end(), number);
    if (is_selected && first < 0) first = row;
    if (!is_selected && first >= 0) {
      found.select(model->index(first, 0), model->index(row - 1, model->columnCount() - 1));
      first = -1;
    }
    if (is_row && number == place.current) current = row;
    if (is_row && number == place.top) top = row;
  }
  if (current >= 0) {
    selection->setCurrentIndex(model->index(current, place.column), QItemSelectionModel::NoUpdate);
  }
  selection->select(found, QItemSelectionModel::ClearAndSelect);
  if (top >= 0) table->verticalScrollBar()->setValue(top);
  table->horizontalScrollBar()->setValue(place.left);
}

void Window::reveal(uint32_t source) {
  if (!engine_ || source >= engine_->source_count()) return;
  if (sources_->row_of(source) < 0) source_table_->set_open(source, true);
  if (sources_->row_of(source) < 0) {
    search_->clear();
    tabs_->setCurrentIndex(kAll);
    show_tab();
  }
  const int row = sources_->row_of(source);
  if (row < 0) return;
  source_table_->selectRow(row);
  source_table_->scrollTo(sources_->index(row, 0));
}

void Window::select_with_destinations(uint64_t from, uint64_t to) {
  search_->clear();
  tabs_->setCurrentIndex(kAll);
  // Sorted so, they are one stretch, however many they are.
  source_table_->sortByColumn(sources_->column("unique_destinations"), Qt::DescendingOrder);
  show_tab();
  int first = -1;
  int last = -1;
  for (int row = 0; row < sources_->rowCount(); ++row) {
    const uint64_t destinations = engine_->destinations(sources_->number(row)).value;
    if (destinations < from || destinations > to) continue;
    if (first < 0) first = row;
    last = row;
  }
  if (first < 0) return;
  QItemSelectionModel* selection = source_table_->selectionModel();
  selection->setCurrentIndex(sources_->index(first, 0), QItemSelectionModel::NoUpdate);
  selection->select(
      QItemSelection(sources_->index(first, 0), sources_->index(last, sources_->columnCount() - 1)),
      QItemSelectionModel::ClearAndSelect);
  source_table_->scrollTo(sources_->index(first, 0), QAbstractItemView::PositionAtTop);
}

}  // namespace fanout::gui
