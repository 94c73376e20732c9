// The table of sources, listed by scan: the sources of one scan as one row that opens.
#include <algorithm>

#include "tap/gui/models.h"

namespace fanout::gui {

void SourceModel::before_sorting(std::vector<uint32_t>& rows) {
  for (const auto& [number, scan] : listed_scans_) {
    if (!scan.is_open) rows.insert(rows.end(), scan.others.begin(), scan.others.end());
  }
  listed_scans_.clear();
}

void SourceModel::after_sorting(std::vector<uint32_t>& rows) {
  if (!by_scan_) return;
  std::unordered_map<uint32_t, std::vector<uint32_t>> members;  // by scan, as sorted
  for (const uint32_t source : rows) {
    const uint32_t scan = scans_->scan_of(source);
    if (scan != kNone) members[scan].push_back(source);
  }
  for (auto& [number, sources] : members) {
    if (sources.size() < 2) continue;
    Scan& scan = listed_scans_[number];
    const auto preferred = std::find(sources.begin(), sources.end(), scans_->first_source(number));
    const auto first = preferred == sources.end() ? sources.begin() : preferred;
    scan.is_open = std::any_of(sources.begin(), sources.end(),
                               [&](uint32_t source) { return open_.count(source) > 0; });
    scan.first = *first;
    sources.erase(first);
    scan.others = std::move(sources);
  }
  if (listed_scans_.empty()) return;
  std::vector<uint32_t> arranged;
  arranged.reserve(rows.size());
  for (const uint32_t source : rows) {
    const Scan* scan = scan_of(source);
    if (scan != nullptr && scan->first != source) continue;
    arranged.push_back(source);
    if (scan == nullptr || !scan->is_open) continue;
    arranged.insert(arranged.end(), scan->others.begin(), scan->others.end());
  }
  rows = std::move(arranged);
}

const SourceModel::Scan* SourceModel::scan_of(uint32_t source) const {
  if (listed_scans_.empty()) return nullptr;
  const auto found = listed_scans_.find(scans_->scan_of(source));
  return found == listed_scans_.end() ? nullptr : &found->second;
}

const SourceModel::Scan* SourceModel::scan_opening_at(uint32_t source) const {
  const Scan* scan = scan_of(source);
  return scan != nullptr && scan->first == source ? scan : nullptr;
}

void SourceModel::set_open(uint32_t source, bool is_open) {
  const Scan* found = scan_of(source);
  if (found == nullptr || found->is_open == is_open) return;
  Scan& scan = listed_scans_[scans_->scan_of(source)];
  const int row = row_of(scan.first);
  scan.is_open = is_open;
  if (is_open) {
    open_.insert(scan.first);
    insert_rows(row + 1, scan.others);
  } else {
    open_.erase(scan.first);
    for (const uint32_t other : scan.others) open_.erase(other);
    remove_rows(row + 1, static_cast<int>(scan.others.size()));
  }
  Q_EMIT dataChanged(index(row, 0), index(row, columnCount() - 1));
}

void SourceModel::append_numbers(int row, std::vector<uint32_t>& numbers) const {
  const uint32_t source = number(row);
  numbers.push_back(source);
  const Scan* scan = scan_of(source);
  if (scan == nullptr || scan->is_open) return;
  numbers.insert(numbers.end(), scan->others.begin(), scan->others.end());
}

}  // namespace fanout::gui
