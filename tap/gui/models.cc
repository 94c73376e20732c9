#include "tap/gui/models.h"

#include <QFont>
#include <QPixmap>
#include <algorithm>
#include <numeric>

#include "tap/judge/reason.h"
#include "tap/report/words.h"

namespace fanout::gui {
namespace {

// Judgements kept: some screens full, and the suspects of an ordinary capture.
constexpr int kKeptJudgements = 10'000;

QString qstring(const std::string& text) { return QString::fromStdString(text); }

std::vector<Column> source_columns() {
  std::vector<Column> columns = {
      {"source", "Source", "The address that sends", false, true},
      {"name", "Name", "The resolved name of the source", false, true},
      {"network", "Network", "The same address by ARP is a source of its own", false, true},
      {"unique_destinations", "Destinations", "Unique destinations", true, true},
      {"packets", "Packets", "Packets that the source sent", true, true},
      {"bytes", "Bytes", "Bytes that the source sent, as on the wire", true, true},
      {"packets_per_destination", "Packets/Dest.", "Packets for each destination", true, false},
      {"first_frame", "First Frame", "The source's first frame", true, false},
      {"last_frame", "Last Frame", "The source's last frame", true, false},
      {"first_time", "First Seen", "When the source sent first", true, true},
      {"last_time", "Last Seen", "When the source sent last", true, false},
      {"duration", "Duration", "Seconds from its first to its last packet", true, true},
      {"flagged", "Over Threshold", "Whether it has more unique destinations than the threshold",
       false, false},
      {"verdict", "Verdict", "What the source is, by its packets", false, true},
      {"reason", "Reason", "Why; sorts like the verdict", false, true},
  };
  for (const EvidenceCount& count : kEvidenceCounts) {
    QString title = count.name;
    title.replace('_', ' ');
    title[0] = title[0].toUpper();
    columns.push_back({count.name, title, "Evidence: " + title.toLower(), true, false});
  }
  return columns;
}

std::vector<Column> destination_columns() {
  return {
      {"destination", "Destination", "The address that was sent to", false, true},
      {"name", "Name", "The resolved name of the destination", false, true},
      {"packets", "Packets", "Packets from the source to it", true, true},
      {"bytes", "Bytes", "Bytes from the source to it, as on the wire", true, true},
      {"first_frame", "First Frame", "The first frame from the source to it", true, true},
      {"first_time", "First Seen", "When the source first sent to it", true, false},
      {"service", "First Port", "The first service that the source asked for", false, true},
      {"services", "Ports", "How many services the source asked for", true, true},
      {"answered", "Answered", "Whether it answered the source's first contact", false, true},
  };
}

// An icon before a text, which would stick to the number in the column before.
QVariant space(int width) {
  QPixmap pixmap(width, 1);
  pixmap.fill(Qt::transparent);
  return pixmap;
}

// The verdicts as a number: accused ones first when falling.
int64_t verdict_key(const Verdicts& verdicts) {
  int64_t key = 0;
  for (int i = 0; i < kVerdicts; ++i) {
    if (verdicts.has(static_cast<Verdict>(i))) key |= int64_t{1} << (kVerdicts - i);
  }
  return key;
}

constexpr const char* kNeverToFlag = "never to flag";

// Judging a million sources takes longer than typing: only for what may be found in a verdict.
bool could_be_verdict(const QString& search) {
  QStringList texts{kNeverToFlag};
  for (int i = 0; i < kVerdicts; ++i) texts.append(verdict_name(static_cast<Verdict>(i)));
  return search.contains(", ") || std::any_of(texts.begin(), texts.end(), [&](const QString& text) {
           return text.contains(search, Qt::CaseInsensitive);
         });
}

template <typename Key>
void sort_by(std::vector<uint32_t>& rows, std::vector<std::pair<Key, uint32_t>>& keyed,
             Qt::SortOrder order) {
  std::sort(keyed.begin(), keyed.end(), [order](const auto& a, const auto& b) {
    if (a.first == b.first) return a.second < b.second;
    return order == Qt::AscendingOrder ? a.first < b.first : b.first < a.first;
  });
  std::transform(keyed.begin(), keyed.end(), rows.begin(), [](const auto& k) { return k.second; });
}

}  // namespace

NumberModel::NumberModel(Host& host, std::vector<Column> columns)
    : host_(host), columns_(std::move(columns)) {}

int NumberModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int NumberModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(columns_.size());
}

QVariant NumberModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
  const Column& column = columns_[static_cast<size_t>(section)];
  switch (role) {
    case Qt::DisplayRole:
      return column.title;
    case Qt::ToolTipRole:
      return column.tip;
    case Qt::TextAlignmentRole:
      return static_cast<int>(Qt::AlignVCenter |
                              (column.is_number ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::DecorationRole:
      return column.is_number ? QVariant() : space(6);
    case kNameRole:
      return column.name;
    default:
      return {};
  }
}

int NumberModel::row_of(uint32_t number) const {
  const auto found = std::find(rows_.begin(), rows_.end(), number);
  return found == rows_.end() ? -1 : static_cast<int>(found - rows_.begin());
}

void NumberModel::set_looks(const Looks& looks) {
  looks_ = looks;
  if (!rows_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

QString NumberModel::resolved(const Address& address) const {
  return looks_.names ? foreign_text(host_.host_name(address)) : QString();
}

void NumberModel::sort(int column, Qt::SortOrder order) {
  if (column < 0 || column >= columnCount()) return;
  Q_EMIT layoutAboutToBeChanged();
  // What is selected stays selected: the same things, wherever they are now.
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

void NumberModel::sort_rows() {
  Address address;
  QString text;
  if (rows_.empty()) return;
  if (address_key(rows_[0], sort_column_, &address)) {
    std::vector<std::pair<Address, uint32_t>> keyed(rows_.size());
    for (size_t i = 0; i < rows_.size(); ++i) {
      address_key(rows_[i], sort_column_, &keyed[i].first);
      keyed[i].second = rows_[i];
    }
    sort_by(rows_, keyed, sort_order_);
  } else if (text_key(rows_[0], sort_column_, &text)) {
    std::vector<std::pair<QString, uint32_t>> keyed(rows_.size());
    for (size_t i = 0; i < rows_.size(); ++i) {
      text_key(rows_[i], sort_column_, &keyed[i].first);
      keyed[i].second = rows_[i];
    }
    sort_by(rows_, keyed, sort_order_);
  } else {
    std::vector<std::pair<int64_t, uint32_t>> keyed(rows_.size());
    for (size_t i = 0; i < rows_.size(); ++i) {
      keyed[i] = {key(rows_[i], sort_column_), rows_[i]};
    }
    sort_by(rows_, keyed, sort_order_);
  }
}

SourceModel::SourceModel(Host& host)
    : NumberModel(host, source_columns()), judgements_(kKeptJudgements) {}

void SourceModel::show(std::shared_ptr<const Engine> engine, const ReportSettings& settings,
                       std::vector<uint32_t> sources, const QString& search) {
  const bool judges_alike =
      engine == engine_ && settings.ports == settings_.ports && settings.window == settings_.window;
  const uint64_t frames = engine ? engine->frames() : 0;
  if (!judges_alike || frames != judged_frames_) {
    judgements_.clear();
    verdicts_.clear();
  }
  judged_frames_ = frames;
  engine_ = std::move(engine);
  settings_ = settings;
  unfiltered_ = sources.size();
  if (!search.isEmpty()) {
    const std::string in_address = search.toLower().toStdString();
    const bool in_verdict = could_be_verdict(search);
    std::erase_if(sources, [&](uint32_t source) {
      return !matches(source, search, in_address) &&
             !(in_verdict &&
               verdict_text(source, verdicts_of(source)).contains(search, Qt::CaseInsensitive));
    });
  }
  set_rows(std::move(sources));
}

bool SourceModel::matches(uint32_t source, const QString& search,
                          const std::string& in_address) const {
  const Address& address = engine_->source(source).address;
  if (to_string(address).find(in_address) != std::string::npos) return true;
  if (QString(network_name(address.network)).compare(search, Qt::CaseInsensitive) == 0) return true;
  return looks_.names && resolved(address).contains(search, Qt::CaseInsensitive);
}

bool SourceModel::is_allowed(uint32_t source) const {
  return settings_.is_allowed && settings_.is_allowed(engine_->source(source).address);
}

bool SourceModel::is_flagged(uint32_t source) const {
  if (engine_->destinations(source).value <= settings_.threshold || is_allowed(source))
    return false;
  if (settings_.window == 0) return true;
  return judgement(source).evidence.busiest_window > settings_.threshold;
}

Judgement SourceModel::judge_source(uint32_t source) const {
  Judgement result;
  const Source& counts = engine_->source(source);
  result.evidence = gather_evidence(*engine_, source, engine_->history(source), settings_.window);
  result.verdicts = judge(counts, result.evidence, settings_.ports);
  return result;
}

Judgement SourceModel::judgement(uint32_t source) const {
  const Judgement* known = judgements_.object(source);
  if (known != nullptr) return *known;
  Judgement fresh = judge_source(source);
  fresh.reason = qstring(reason(engine_->source(source), fresh.evidence));
  judgements_.insert(source, new Judgement(fresh));
  return fresh;
}

int64_t SourceModel::key(uint32_t number, int column) const {
  const Source& source = engine_->source(number);
  switch (column) {
    case kNetwork:
      return static_cast<int64_t>(source.address.network);
    case kDestinations:
      return static_cast<int64_t>(engine_->destinations(number).value);
    case kPackets:
      return static_cast<int64_t>(source.packets);
    case kBytes:
      return static_cast<int64_t>(source.bytes);
    case kRatio:
      return static_cast<int64_t>(source.packets * 1000 /
                                  std::max<uint64_t>(1, engine_->destinations(number).value));
    case kFirstFrame:
      return source.first_frame;
    case kLastFrame:
      return source.last_frame;
    case kFirstTime:
      return source.first_time;
    case kLastTime:
      return source.last_time;
    case kDuration:
      return source.first_time == kNoTime ? 0 : source.last_time - source.first_time;
    case kFlagged:
      return is_flagged(number) ? 1 : 0;
    case kVerdict:
    case kReason:
      return is_allowed(number) ? 0 : verdict_key(verdicts_of(number));
    default:
      return static_cast<int64_t>(judge_source(number).evidence.*
                                  (kEvidenceCounts[column - kEvidence].count));
  }
}

QString SourceModel::verdict_text(uint32_t source, const Verdicts& verdicts) const {
  return is_allowed(source) ? kNeverToFlag : qstring(verdicts_text(verdicts));
}

Verdicts SourceModel::verdicts_of(uint32_t source) const {
  verdicts_.resize(engine_->source_count());
  Verdicts& verdicts = verdicts_[source];
  if (verdicts.none()) verdicts = judge_source(source).verdicts;
  return verdicts;
}

bool SourceModel::address_key(uint32_t number, int column, Address* address) const {
  if (column == kAddress) *address = engine_->source(number).address;
  return column == kAddress;
}

bool SourceModel::text_key(uint32_t number, int column, QString* text) const {
  if (column == kName) *text = resolved(engine_->source(number).address);
  return column == kName;
}

QVariant SourceModel::raw(uint32_t number, int column) const {
  const Source& source = engine_->source(number);
  const auto time = [&](int64_t at) -> QVariant {
    if (at == kNoTime) return {};
    return QVariant(QString::fromStdString(exact_seconds(at)));
  };
  switch (column) {
    case kAddress:
      return qstring(to_string(source.address));
    case kName:
      return resolved(source.address);
    case kNetwork:
      return QString(network_name(source.address.network));
    case kDestinations:
    case kPackets:
    case kBytes:
    case kFirstFrame:
    case kLastFrame:
      return static_cast<qulonglong>(key(number, column));
    case kRatio:
      return static_cast<double>(key(number, column)) / 1000;
    case kFirstTime:
      return time(source.first_time);
    case kLastTime:
      return time(source.last_time);
    case kDuration:
      return static_cast<double>(key(number, column)) / 1e9;
    case kFlagged:
      return is_flagged(number);
    case kVerdict:
      return verdict_text(number, judgement(number).verdicts);
    case kReason:
      return judgement(number).reason;
    default:
      return static_cast<qulonglong>(judgement(number).evidence.*
                                     (kEvidenceCounts[column - kEvidence].count));
  }
}

QString SourceModel::shown(uint32_t number, int column) const {
  const Source& source = engine_->source(number);
  switch (column) {
    case kDestinations: {
      const Cardinality destinations = engine_->destinations(number);
      return (destinations.exact() ? "" : "≈ ") + number_text(destinations.value);
    }
    case kRatio:
      return QString::number(static_cast<double>(key(number, column)) / 1000, 'f', 2);
    case kFirstTime:
      return time_text(source.first_time, start_, looks_.time);
    case kLastTime:
      return time_text(source.last_time, start_, looks_.time);
    case kDuration:
      return QString::number(static_cast<double>(key(number, column)) / 1e9, 'f', 3);
    case kFlagged:
      return is_flagged(number) ? QStringLiteral("yes") : QStringLiteral("no");
    default: {
      const QVariant value = raw(number, column);
      const bool is_number = value.userType() == QMetaType::ULongLong;
      return is_number ? number_text(value.toULongLong()) : value.toString();
    }
  }
}

QString SourceModel::tip(uint32_t number, int column) const {
  if (column == kDestinations) {
    const Cardinality destinations = engine_->destinations(number);
    if (destinations.exact()) return {};
    return "An estimate, past the memory limit: between " + number_text(destinations.low) +
           " and " + number_text(destinations.high);
  }
  if (column != kReason && column != kVerdict && column != kName) return {};
  // A tool tip takes what looks like HTML for HTML.
  return shown(number, column).toHtmlEscaped();
}

QVariant SourceModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const uint32_t source = number(index.row());
  switch (role) {
    case Qt::DisplayRole:
      return shown(source, index.column());
    case kRawRole:
      return raw(source, index.column());
    case Qt::ToolTipRole: {
      const QString text = tip(source, index.column());
      return text.isEmpty() ? QVariant() : QVariant("<p>" + text + "</p>");
    }
    case Qt::DecorationRole:
      return columns()[static_cast<size_t>(index.column())].is_number ? QVariant() : space(1);
    case Qt::TextAlignmentRole:
      return headerData(index.column(), Qt::Horizontal, role);
    case Qt::FontRole: {
      if (index.column() != kVerdict || !judgement(source).verdicts.suspect()) return {};
      if (is_allowed(source)) return {};
      QFont font;
      font.setBold(true);
      return font;
    }
    default:
      return {};
  }
}

DestinationModel::DestinationModel(Host& host) : NumberModel(host, destination_columns()) {}

void DestinationModel::show(std::shared_ptr<const Engine> engine, uint32_t source) {
  engine_ = std::move(engine);
  const bool is_known = engine_ && source != kNone && source < engine_->source_count();
  set_rows(is_known ? engine_->history(source) : std::vector<uint32_t>());
}

int64_t DestinationModel::key(uint32_t number, int column) const {
  const Pair& pair = engine_->pair(number);
  switch (column) {
    case kPackets:
      return static_cast<int64_t>(engine_->packets(number));
    case kBytes:
      return static_cast<int64_t>(engine_->bytes(number));
    case kFirstFrame:
      return pair.first_frame;
    case kFirstTime:
      return pair.first_time;
    case kService:
      if (!pair.has(Pair::kAsked)) return -1;
      return int64_t{pair.transport} << 16 | pair.port;
    case kServices:
      return engine_->services(number).tried;
    default:
      return (pair.has(Pair::kContacted) ? 1 : 0) + (pair.has(Pair::kAnswered) ? 1 : 0);
  }
}

bool DestinationModel::address_key(uint32_t number, int column, Address* address) const {
  if (column == kAddress) *address = engine_->destination(engine_->pair(number));
  return column == kAddress;
}

bool DestinationModel::text_key(uint32_t number, int column, QString* text) const {
  if (column == kName) *text = resolved(engine_->destination(engine_->pair(number)));
  return column == kName;
}

QVariant DestinationModel::raw(uint32_t number, int column) const {
  const Pair& pair = engine_->pair(number);
  switch (column) {
    case kAddress:
      return qstring(to_string(engine_->destination(pair)));
    case kName:
      return resolved(engine_->destination(pair));
    case kFirstTime:
      if (pair.first_time == kNoTime) return {};
      return qstring(exact_seconds(pair.first_time));
    case kService: {
      if (!pair.has(Pair::kAsked)) return QString();
      return qstring(service_text(pair.service()));
    }
    case kAnswered:
      if (!pair.has(Pair::kContacted)) return QString();
      return pair.has(Pair::kAnswered) ? QStringLiteral("yes") : QStringLiteral("no");
    default:
      return static_cast<qulonglong>(key(number, column));
  }
}

QString DestinationModel::shown(uint32_t number, int column) const {
  const Pair& pair = engine_->pair(number);
  if (column == kFirstTime) {
    return time_text(pair.first_time, start_, looks_.time);
  }
  if (column == kService && looks_.names && pair.has(Pair::kAsked)) {
    const QString name = foreign_text(host_.service_name(pair.service()));
    if (!name.isEmpty()) return qstring(service_text(pair.service())) + " (" + name + ')';
  }
  const QVariant value = raw(number, column);
  const bool is_number = value.userType() == QMetaType::ULongLong;
  return is_number ? number_text(value.toULongLong()) : value.toString();
}

QVariant DestinationModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const uint32_t pair = number(index.row());
  switch (role) {
    case Qt::DisplayRole:
      return shown(pair, index.column());
    case kRawRole:
      return raw(pair, index.column());
    case Qt::DecorationRole:
      return columns()[static_cast<size_t>(index.column())].is_number ? QVariant() : space(1);
    case Qt::TextAlignmentRole:
      return headerData(index.column(), Qt::Horizontal, role);
    default:
      return {};
  }
}

}  // namespace fanout::gui
