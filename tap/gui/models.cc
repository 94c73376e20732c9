#include "tap/gui/models.h"

#include <QPixmap>
#include <algorithm>
#include <numeric>
#include <type_traits>
#include <variant>

#include "tap/report/words.h"

namespace fanout::gui {
namespace {

QString qstring(const std::string& text) { return QString::fromStdString(text); }

template <typename Key>
void sort_by(std::vector<uint32_t>& rows, std::vector<std::pair<Key, uint32_t>>& keyed,
             Qt::SortOrder order) {
  std::sort(keyed.begin(), keyed.end(), [order](const auto& a, const auto& b) {
    if (a.first == b.first) return a.second < b.second;
    return order == Qt::AscendingOrder ? a.first < b.first : b.first < a.first;
  });
  std::transform(keyed.begin(), keyed.end(), rows.begin(), [](const auto& k) { return k.second; });
}

bool is_looked_up(Kind kind) { return kind == Kind::kName || is_location(kind); }

// The seconds of a duration; 0 if it has none.
double seconds(const Duration& duration) { return static_cast<double>(sort_key(duration)) / 1e9; }

// A ratio, to the thousandth that it is sorted by.
double thousandths(const Ratio& ratio) { return static_cast<double>(sort_key(ratio)) / 1000; }

}  // namespace

QVariant space(int width) {
  QPixmap pixmap(width, 1);
  pixmap.fill(Qt::transparent);
  return pixmap;
}

NumberModel::NumberModel(Host& host, std::vector<const Column*> columns)
    : host_(host), columns_(std::move(columns)) {}

int NumberModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int NumberModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(columns_.size());
}

int NumberModel::column(std::string_view key) const {
  const auto found = std::find_if(columns_.begin(), columns_.end(),
                                  [&](const Column* column) { return column->key == key; });
  return found == columns_.end() ? -1 : static_cast<int>(found - columns_.begin());
}

QVariant NumberModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
  const Column& column = *columns_[static_cast<size_t>(section)];
  switch (role) {
    case Qt::DisplayRole:
      return QString(column.title);
    case Qt::ToolTipRole:
      return QString(column.tooltip);
    case Qt::TextAlignmentRole:
      return static_cast<int>(Qt::AlignVCenter |
                              (is_number(column.kind) ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::DecorationRole:
      return is_number(column.kind) ? QVariant() : space(6);
    case kNameRole:
      return QString(column.key);
    default:
      return {};
  }
}

QVariant NumberModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  return cell(number(index.row()), index.column(), role);
}

QVariant NumberModel::cell(uint32_t number, int column, int role) const {
  const Column& of_cell = *columns_[static_cast<size_t>(column)];
  switch (role) {
    case Qt::DisplayRole:
      return shown(number, of_cell);
    case kRawRole:
      return raw(number, of_cell);
    case Qt::DecorationRole:
      return is_number(of_cell.kind) ? QVariant() : space(1);
    case Qt::TextAlignmentRole:
      return headerData(column, Qt::Horizontal, role);
    default:
      return {};
  }
}

void NumberModel::append_numbers(int row, std::vector<uint32_t>& numbers) const {
  numbers.push_back(number(row));
}

int NumberModel::row_of(uint32_t number) const {
  const auto found = std::find(rows_.begin(), rows_.end(), number);
  return found == rows_.end() ? -1 : static_cast<int>(found - rows_.begin());
}

void NumberModel::set_looks(const Looks& looks) {
  looks_ = looks;
  if (!rows_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

void NumberModel::look_up_again() {
  if (is_looked_up(columns_[static_cast<size_t>(sort_column_)]->kind)) {
    sort(sort_column_, sort_order_);
  } else if (!rows_.empty()) {
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
  }
}

QString NumberModel::resolved(const Address& address) const {
  return looks_.names ? foreign_text(host_.host_name(address)) : QString();
}

QString NumberModel::looked_up(const Address& address, Kind kind) const {
  if (kind == Kind::kName) return resolved(address);
  return foreign_text(location_part(host_.location(address), kind));
}

void NumberModel::sort(int column, Qt::SortOrder order) {
  if (column < 0 || column >= columnCount()) return;
  Q_EMIT layoutAboutToBeChanged();
  // The selection is kept: the same items, at their new places.
  const QModelIndexList before = persistentIndexList();
  std::vector<uint32_t> numbers;
  for (const QModelIndex& index : before) numbers.push_back(number(index.row()));
  sort_column_ = column;
  sort_order_ = order;
  sort_rows();
  if (!before.isEmpty()) {
    std::vector<std::pair<uint32_t, int>> wanted;
    std::vector<uint32_t> sorted = numbers;
    std::sort(sorted.begin(), sorted.end());
    std::vector<int> places(sorted.size(), -1);
    for (size_t row = 0; row < rows_.size(); ++row) {
      const auto place = std::lower_bound(sorted.begin(), sorted.end(), rows_[row]);
      if (place == sorted.end() || *place != rows_[row]) continue;
      places[static_cast<size_t>(place - sorted.begin())] = static_cast<int>(row);
    }
    QModelIndexList after;
    for (int i = 0; i < before.size(); ++i) {
      const auto place =
          std::lower_bound(sorted.begin(), sorted.end(), numbers[static_cast<size_t>(i)]);
      after.append(index(places[static_cast<size_t>(place - sorted.begin())], before[i].column()));
    }
    changePersistentIndexList(before, after);
  }
  Q_EMIT layoutChanged();
}

void NumberModel::set_rows(std::vector<uint32_t> rows) {
  start_ = host_.start_time();
  std::vector<uint32_t> before = std::move(rows_);
  rows_ = std::move(rows);
  sort_rows();
  if (rows_ == before) {
    if (!rows_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    return;
  }
  before.swap(rows_);
  beginResetModel();
  before.swap(rows_);
  endResetModel();
}

void NumberModel::insert_rows(int row, const std::vector<uint32_t>& numbers) {
  beginInsertRows({}, row, row + static_cast<int>(numbers.size()) - 1);
  rows_.insert(rows_.begin() + row, numbers.begin(), numbers.end());
  endInsertRows();
}

void NumberModel::remove_rows(int row, int count) {
  beginRemoveRows({}, row, row + count - 1);
  rows_.erase(rows_.begin() + row, rows_.begin() + row + count);
  endRemoveRows();
}

void NumberModel::before_sorting(std::vector<uint32_t>&) {}

void NumberModel::after_sorting(std::vector<uint32_t>&) {}

template <typename Key, typename KeyOf>
void NumberModel::sort_rows_by(KeyOf key_of) {
  std::vector<std::pair<Key, uint32_t>> keyed;
  keyed.reserve(rows_.size());
  for (const uint32_t row : rows_) keyed.emplace_back(key_of(row), row);
  sort_by(rows_, keyed, sort_order_);
}

void NumberModel::sort_rows() {
  if (rows_.empty()) return;
  before_sorting(rows_);
  const Column& column = *columns_[static_cast<size_t>(sort_column_)];
  if (column.kind == Kind::kAddress) {
    sort_rows_by<Address>([&](uint32_t row) { return address_of(row, column); });
  } else if (column.kind == Kind::kAsNumber) {
    sort_rows_by<uint32_t>(
        [&](uint32_t row) { return host_.location(address_of(row, column)).as_number; });
  } else if (is_looked_up(column.kind)) {
    sort_rows_by<QString>(
        [&](uint32_t row) { return looked_up(address_of(row, column), column.kind); });
  } else {
    sort_rows_by<int64_t>([&](uint32_t row) { return key(row, column); });
  }
  after_sorting(rows_);
}

Address NumberModel::address_of(uint32_t number, const Column& column) const {
  Address address;
  with_value(number, column, true, [&](const Value& value) {
    if (const auto* held = std::get_if<Address>(&value)) address = *held;
  });
  return address;
}

int64_t NumberModel::key(uint32_t number, const Column& column) const {
  int64_t key = 0;
  with_value(number, column, true, [&](const Value& value) { key = sort_key(value); });
  return key;
}

QVariant NumberModel::raw(uint32_t number, const Column& column) const {
  QVariant result;
  const auto convert = [&](const auto& held) -> QVariant {
    using Held = std::decay_t<decltype(held)>;
    if constexpr (std::is_same_v<Held, bool>) {
      return held;
    } else if constexpr (std::is_same_v<Held, uint64_t>) {
      return static_cast<qulonglong>(held);
    } else if constexpr (std::is_same_v<Held, Cardinality>) {
      return static_cast<qulonglong>(held.value);
    } else if constexpr (std::is_same_v<Held, Ratio>) {
      return thousandths(held);
    } else if constexpr (std::is_same_v<Held, Time>) {
      return held.at == kNoTime ? QVariant() : QVariant(qstring(exact_seconds(held.at)));
    } else if constexpr (std::is_same_v<Held, Duration>) {
      return seconds(held);
    } else if constexpr (std::is_same_v<Held, Address>) {
      if (!is_looked_up(column.kind)) return qstring(to_string(held));
      const QString text = looked_up(held, column.kind);
      return column.kind == Kind::kAsNumber && !text.isEmpty() ? QVariant(text.toULongLong())
                                                               : QVariant(text);
    } else if constexpr (std::is_same_v<Held, Network>) {
      return QString(network_name(held));
    } else if constexpr (std::is_same_v<Held, Service>) {
      return qstring(service_text(held));
    } else if constexpr (std::is_same_v<Held, Verdicts>) {
      return qstring(verdicts_text(held));
    } else if constexpr (std::is_same_v<Held, Answer>) {
      return QString(!held.contacted ? "" : held.answered ? "yes" : "no");
    } else if constexpr (std::is_same_v<Held, std::string_view>) {
      return QString::fromUtf8(held.data(), static_cast<int>(held.size()));
    } else {
      return QString();
    }
  };
  with_value(number, column, false,
             [&](const Value& value) { result = std::visit(convert, value); });
  return result;
}

QString NumberModel::shown(uint32_t number, const Column& column) const {
  QString result;
  const auto convert = [&](const auto& held) -> QString {
    using Held = std::decay_t<decltype(held)>;
    if constexpr (std::is_same_v<Held, bool>) {
      return held ? "yes" : "no";
    } else if constexpr (std::is_same_v<Held, uint64_t>) {
      return number_text(held);
    } else if constexpr (std::is_same_v<Held, Cardinality>) {
      return (held.exact() ? "" : "≈ ") + number_text(held.value);
    } else if constexpr (std::is_same_v<Held, Ratio>) {
      return QString::number(thousandths(held), 'f', 2);
    } else if constexpr (std::is_same_v<Held, Time>) {
      return time_text(held.at, start_, looks_.time);
    } else if constexpr (std::is_same_v<Held, Duration>) {
      return QString::number(seconds(held), 'f', 3);
    } else if constexpr (std::is_same_v<Held, Service>) {
      const QString name = looks_.names ? foreign_text(host_.service_name(held)) : QString();
      return qstring(service_text(held)) + (name.isEmpty() ? QString() : " (" + name + ')');
    } else {
      return raw(number, column).toString();
    }
  };
  with_value(number, column, false,
             [&](const Value& value) { result = std::visit(convert, value); });
  return result;
}

}  // namespace fanout::gui
