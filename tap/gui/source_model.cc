// The table of sources: what is judged only when a row is shown, or sorted by it.
#include <QFont>
#include <algorithm>

#include "tap/gui/models.h"
#include "tap/judge/reason.h"

namespace fanout::gui {
namespace {

// Judgements kept: some screens full, and the suspects of an ordinary capture.
constexpr int kKeptJudgements = 10'000;

std::vector<const Column*> columns_of_window() {
  const auto columns = source_columns(kInWindow);
  return {columns.begin(), columns.end()};
}

QString never_to_flag() {
  return QString::fromUtf8(kNeverToFlag.data(), static_cast<int>(kNeverToFlag.size()));
}

// Judging a million sources takes longer than typing: only for what may be found in a verdict.
bool could_be_verdict(const QString& search) {
  QStringList texts{never_to_flag()};
  for (int i = 0; i < kVerdicts; ++i) texts.append(verdict_name(static_cast<Verdict>(i)));
  return search.contains(", ") || std::any_of(texts.begin(), texts.end(), [&](const QString& text) {
           return text.contains(search, Qt::CaseInsensitive);
         });
}

}  // namespace

SourceModel::SourceModel(Host& host)
    : NumberModel(host, columns_of_window()), judgements_(kKeptJudgements) {}

void SourceModel::show(std::shared_ptr<const Engine> engine, const ReportSettings& settings,
                       std::shared_ptr<const Scans> scans, SourceList list) {
  const bool judges_alike =
      engine == engine_ && settings.ports == settings_.ports && settings.window == settings_.window;
  const uint64_t frames = engine ? engine->frames() : 0;
  // Of the scans, only the distributed ones add a verdict.
  const bool is_verdict_shared =
      scans != scans_ && !(scans->distributed().empty() && scans_->distributed().empty());
  if (!judges_alike || frames != judged_frames_ || is_verdict_shared) {
    judgements_.clear();
    verdicts_.clear();
  }
  if (engine != engine_) open_.clear();
  judged_frames_ = frames;
  scans_ = std::move(scans);
  engine_ = std::move(engine);
  settings_ = settings;
  unfiltered_ = list.sources.size();
  if (!list.search.isEmpty()) {
    const std::string in_address = list.search.toLower().toStdString();
    const bool in_verdict = could_be_verdict(list.search);
    std::erase_if(list.sources, [&](uint32_t source) {
      return !matches(source, list.search, in_address) &&
             !(in_verdict && verdict_text(source, verdicts_of(source))
                                 .contains(list.search, Qt::CaseInsensitive));
    });
  }
  listed_ = list.sources.size();
  by_scan_ = list.by_scan;
  listed_scans_.clear();
  set_rows(std::move(list.sources));
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
  if (scans_->is_distributed(source)) result.verdicts.accuse(Verdict::kDistributedScan);
  return result;
}

Judgement SourceModel::judgement(uint32_t source) const {
  const Judgement* known = judgements_.object(source);
  if (known != nullptr) return *known;
  Judgement fresh = judge_source(source);
  fresh.reason = reason(engine_->source(source), fresh.evidence, settings_.ports);
  judgements_.insert(source, new Judgement(fresh));
  return fresh;
}

SourceRow SourceModel::row_of_source(uint32_t source, Needs needs, bool for_sorting) const {
  SourceRow row = counted_row(*engine_, source);
  switch (needs) {
    case Needs::kCounts:
      break;
    case Needs::kFlag:
      row.flagged = is_flagged(source);
      break;
    case Needs::kVerdicts:
      row.allowed = is_allowed(source);
      row.verdicts = for_sorting ? verdicts_of(source) : judgement(source).verdicts;
      break;
    case Needs::kEvidence:
      row.evidence = for_sorting ? judge_source(source).evidence : judgement(source).evidence;
      break;
    case Needs::kReason:
      row.reason = judgement(source).reason;
      break;
  }
  return row;
}

void SourceModel::with_value(uint32_t number, const Column& column, bool for_sorting,
                             const std::function<void(const Value&)>& use) const {
  const SourceRow row = row_of_source(number, column.needs, for_sorting);
  use(static_cast<const SourceColumn&>(column).take(row, settings_));
}

int64_t SourceModel::key(uint32_t number, const Column& column) const {
  if (column.kind != Kind::kReason) return NumberModel::key(number, column);
  return is_allowed(number) ? 0 : sort_key(verdicts_of(number));
}

QString SourceModel::verdict_text(uint32_t source, const Verdicts& verdicts) const {
  return is_allowed(source) ? never_to_flag() : QString::fromStdString(verdicts_text(verdicts));
}

Verdicts SourceModel::verdicts_of(uint32_t source) const {
  verdicts_.resize(engine_->source_count());
  Verdicts& verdicts = verdicts_[source];
  if (verdicts.none()) verdicts = judge_source(source).verdicts;
  return verdicts;
}

QString SourceModel::tip(uint32_t number, const Column& column) const {
  QString text;
  with_value(number, column, false, [&](const Value& value) {
    const auto* estimate = std::get_if<Cardinality>(&value);
    if (estimate == nullptr || estimate->exact()) return;
    text = "An estimate, beyond the memory limit: between " + number_text(estimate->low) + " and " +
           number_text(estimate->high);
  });
  const bool may_be_cut = column.kind == Kind::kReason || column.kind == Kind::kVerdicts ||
                          column.kind == Kind::kName || is_location(column.kind);
  // A tool tip takes what looks like HTML for HTML.
  return may_be_cut ? shown(number, column).toHtmlEscaped() : text;
}

QVariant SourceModel::cell(uint32_t number, int column, int role) const {
  const Column& of_cell = *columns()[static_cast<size_t>(column)];
  switch (role) {
    case Qt::ToolTipRole: {
      const QString text = tip(number, of_cell);
      return text.isEmpty() ? QVariant() : QVariant("<p>" + text + "</p>");
    }
    case Qt::DecorationRole: {
      if (column != 0 || listed_scans_.empty()) return NumberModel::cell(number, column, role);
      const Scan* scan = scan_of(number);
      return space(scan != nullptr && scan->first != number ? 2 * kArrowWidth : kArrowWidth);
    }
    case Qt::DisplayRole: {
      const Scan* scan = column == 0 ? scan_opening_at(number) : nullptr;
      QVariant text = NumberModel::cell(number, column, role);
      if (scan == nullptr) return text;
      return text.toString() + " (+" + number_text(scan->others.size()) + ')';
    }
    case Qt::FontRole: {
      if (of_cell.kind != Kind::kVerdicts || is_allowed(number)) return {};
      if (!judgement(number).verdicts.suspect()) return {};
      QFont font;
      font.setBold(true);
      return font;
    }
    default:
      return NumberModel::cell(number, column, role);
  }
}

}  // namespace fanout::gui
