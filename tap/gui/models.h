// The tables of the window: sources and destinations, as numbers of the engine's in an order. What
// a row shows is looked up when it is shown, so that a million of them cost an array of numbers.
#ifndef FANOUT_TAP_GUI_MODELS_H_
#define FANOUT_TAP_GUI_MODELS_H_

#include <QAbstractTableModel>
#include <QCache>
#include <QString>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tap/gui/host.h"
#include "tap/gui/text.h"
#include "tap/report/columns.h"

namespace fanout::gui {

/// How tables show names and times.
struct Looks {
  bool names = false;
  TimeFormat time = TimeFormat::kSinceStart;
};

/// An icon before a text, which would stick to the number in the column before.
QVariant space(int width);

/// The room before the addresses for the arrows of scans, in pixels.
inline constexpr int kArrowWidth = 16;

/// A table of things that have numbers.
class NumberModel : public QAbstractTableModel {
 public:
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  void sort(int column, Qt::SortOrder order) override;
  QVariant data(const QModelIndex& index, int role) const final;

  const std::vector<const Column*>& columns() const { return columns_; }
  /// The index of the column with this key, or -1.
  int column(std::string_view key) const;
  /// The thing in a row.
  uint32_t number(int row) const { return rows_[static_cast<size_t>(row)]; }
  const std::shared_ptr<const Engine>& engine() const { return engine_; }
  /// What a thing has in a column, whether a row shows it or not.
  virtual QVariant cell(uint32_t number, int column, int role) const;
  /// Adds the things that a row stands for.
  virtual void append_numbers(int row, std::vector<uint32_t>& numbers) const;
  /// The row of a thing, or -1. O(rows).
  int row_of(uint32_t number) const;
  void set_looks(const Looks& looks);
  /// Names or locations became known: shows them, and sorts by them again.
  void look_up_again();

 protected:
  NumberModel(Host& host, std::vector<const Column*> columns);

  /// Replaces the rows, sorted.
  void set_rows(std::vector<uint32_t> rows);
  void insert_rows(int row, const std::vector<uint32_t>& numbers);
  void remove_rows(int row, int count);
  /// What is done with the rows before they are sorted, and after.
  virtual void before_sorting(std::vector<uint32_t>& rows);
  virtual void after_sorting(std::vector<uint32_t>& rows);
  /// What a thing has in a column, to be copied or to be shown.
  QVariant raw(uint32_t number, const Column& column) const;
  QString shown(uint32_t number, const Column& column) const;
  /// Calls `use` with the value, whose texts live as long as the call. For sorting, which asks for
  /// all rows, nothing is kept.
  virtual void with_value(uint32_t number, const Column& column, bool for_sorting,
                          const std::function<void(const Value&)>& use) const = 0;
  /// The number that sorts a column that is neither of addresses nor of names.
  virtual int64_t key(uint32_t number, const Column& column) const;
  QString resolved(const Address& address) const;
  /// What is looked up for an address in such a column, as far as it is known by now.
  QString looked_up(const Address& address, Kind kind) const;

  Host& host_;
  Looks looks_;
  std::shared_ptr<const Engine> engine_;
  int64_t start_ = kNoTime;  ///< relative times are since then

 private:
  template <typename Key, typename KeyOf>
  void sort_rows_by(KeyOf key_of);
  void sort_rows();
  Address address_of(uint32_t number, const Column& column) const;

  std::vector<const Column*> columns_;
  std::vector<uint32_t> rows_;
  int sort_column_ = 0;
  Qt::SortOrder sort_order_ = Qt::AscendingOrder;
};

/// A source's evidence, and the verdicts that follow from it.
struct Judgement {
  Evidence evidence;
  Verdicts verdicts;
  std::string reason;
};

/// Which sources to list, and how.
struct SourceList {
  std::vector<uint32_t> sources;
  QString search;        ///< only those that contain this in what is shown
  bool by_scan = false;  ///< the sources of one scan as one row that opens
};

/// The sources.
class SourceModel : public NumberModel {
 public:
  explicit SourceModel(Host& host);

  QVariant cell(uint32_t number, int column, int role) const override;
  void append_numbers(int row, std::vector<uint32_t>& numbers) const override;

  void show(std::shared_ptr<const Engine> engine, const ReportSettings& settings,
            std::shared_ptr<const Scans> scans, SourceList list);
  /// How many sources show() was given.
  size_t unfiltered() const { return unfiltered_; }
  /// How many sources are listed, those in rows that are not open among them.
  size_t listed() const { return listed_; }

  /// A scan of which one row is shown, or, if it is open, one for each of its sources.
  struct Scan {
    uint32_t first = kNone;        ///< the source in whose row it opens
    std::vector<uint32_t> others;  ///< as sorted
    bool is_open = false;
  };
  /// The scan that a source is listed with, or nullptr. O(log sources).
  const Scan* scan_of(uint32_t source) const;
  /// The scan that opens in the row of a source, or nullptr. O(log sources).
  const Scan* scan_opening_at(uint32_t source) const;
  /// Opens or closes the scan that a source is listed with. O(rows).
  void set_open(uint32_t source, bool is_open);
  bool is_flagged(uint32_t source) const;
  /// The verdict on a source by its evidence. O(its pairs), or O(1) if it was judged lately.
  Judgement judgement(uint32_t source) const;

 protected:
  void with_value(uint32_t number, const Column& column, bool for_sorting,
                  const std::function<void(const Value&)>& use) const override;
  int64_t key(uint32_t number, const Column& column) const override;

 private:
  Judgement judge_source(uint32_t source) const;
  SourceRow row_of_source(uint32_t source, Needs needs, bool for_sorting) const;
  QString tip(uint32_t source, const Column& column) const;
  bool matches(uint32_t source, const QString& search, const std::string& in_address) const;
  QString verdict_text(uint32_t source, const Verdicts& verdicts) const;
  Verdicts verdicts_of(uint32_t source) const;
  bool is_allowed(uint32_t source) const;

  void before_sorting(std::vector<uint32_t>& rows) override;
  void after_sorting(std::vector<uint32_t>& rows) override;

  ReportSettings settings_;
  std::shared_ptr<const Scans> scans_ = std::make_shared<Scans>();
  std::unordered_map<uint32_t, Scan> listed_scans_;  // by their numbers
  std::unordered_set<uint32_t> open_;                // one source of each scan that is open
  bool by_scan_ = false;
  size_t unfiltered_ = 0;
  size_t listed_ = 0;
  mutable QCache<uint32_t, Judgement> judgements_;
  // To sort and search by: of each source, so that only the first time takes long. None: not known.
  mutable std::vector<Verdicts> verdicts_;
  uint64_t judged_frames_ = 0;  // what all these judgements are by
};

/// The destinations of a source.
class DestinationModel : public NumberModel {
 public:
  explicit DestinationModel(Host& host);

  /// Shows the destinations of a source; kNone: none.
  void show(std::shared_ptr<const Engine> engine, uint32_t source);

 protected:
  void with_value(uint32_t number, const Column& column, bool for_sorting,
                  const std::function<void(const Value&)>& use) const override;
};

}  // namespace fanout::gui

#endif  // FANOUT_TAP_GUI_MODELS_H_
