#include "tap/gui/judging.h"

#include <QElapsedTimer>
#include <utility>

#include "tap/judge/steps.h"

namespace fanout::gui {

void Judging::start(std::shared_ptr<const Engine> engine, const ReportSettings& settings) {
  if (engine != engine_) {
    suspects_.clear();
    busiest_.clear();
  }
  engine_ = std::move(engine);
  settings_ = settings;
  next_ = 0;
  worth_ = engine_ ? worth_judging(*engine_, settings.ports) : std::vector<bool>();
  suspects_.resize(worth_.size());
  grouping_.reset();
  scans_ = std::make_shared<Scans>();
  if (engine_) {
    grouping_.emplace(*engine_, settings.ports,
                      [this](uint32_t source) { return std::span(engine_->history(source)); });
  }
  if (settings.window == 0) return;
  busiest_.resize(worth_.size());
  for (uint32_t source = 0; source < worth_.size(); ++source) {
    if (engine_->destinations(source).value > settings.threshold) worth_[source] = true;
  }
}

void Judging::work(int milliseconds) {
  // The clock is asked seldom: most sources take less time than it does.
  constexpr int kAtOnce = 64;
  QElapsedTimer clock;
  clock.start();
  while (!is_done() && !clock.hasExpired(milliseconds)) {
    for (int judged = 0; judged < kAtOnce && !is_done(); ++next_) {
      if (!worth_[next_]) {
        suspects_[next_] = false;
        continue;
      }
      judge_next();
      ++judged;
    }
  }
  if (is_done() && grouping_) find_scans();
}

void Judging::find_scans() {
  scans_ = std::make_shared<Scans>(grouping_->groups(),
                                   find_distributed_scans(*engine_, settings_.is_allowed));
  grouping_.reset();
  for (const DistributedScan& scan : scans_->distributed()) {
    for (const uint32_t source : scan.sources) suspects_[source] = true;
  }
}

std::string Judging::relations(uint32_t source) const {
  if (!is_done() || !is_suspect(source)) return {};
  return scans_->text(*engine_, source) + step(source);
}

std::string Judging::step(uint32_t source) const {
  Address address = engine_->source(source).address;
  const bool is_sweep = resolves_addresses(address.network);
  address.network = ip_network(address.network);
  const uint32_t scan = is_sweep ? engine_->find_source(address) : source;
  const uint32_t sweep = is_sweep ? source : link_source_of(*engine_, source);
  if (scan == kNone || sweep == kNone || !is_suspect(scan) || !is_suspect(sweep)) return {};
  std::optional<Steps> steps = find_steps(*engine_, sweep, scan, engine_->history(scan));
  if (!steps) return {};
  const auto targets_of = [&](uint32_t number) {
    return gather_evidence(*engine_, number, engine_->history(number), settings_.window).targets;
  };
  if (is_sweep) {
    steps->probe = targets_of(scan).probe_name;
    return "; " + sweep_step_text(*steps);
  }
  steps->block = targets_of(sweep).block_text;
  return "; " + scan_step_text(*steps);
}

void Judging::judge_next() {
  const auto source = static_cast<uint32_t>(next_);
  const Evidence evidence =
      gather_evidence(*engine_, source, engine_->history(source), settings_.window);
  suspects_[source] = judge(engine_->source(source), evidence, settings_.ports).suspect();
  if (is_suspect(source)) grouping_->add(source, evidence);
  if (settings_.window != 0) busiest_[source] = static_cast<uint32_t>(evidence.busiest_window);
}

int Judging::percent() const {
  return worth_.empty() ? 100 : static_cast<int>(next_ * 100 / worth_.size());
}

bool Judging::is_suspect(uint32_t source) const {
  return source < suspects_.size() && suspects_[source] && !is_allowed(source);
}

bool Judging::is_flagged(uint32_t source) const {
  if (!engine_ || source >= engine_->source_count()) return false;
  if (engine_->destinations(source).value <= settings_.threshold) return false;
  const bool is_within_window =
      settings_.window == 0 || (source < busiest_.size() && busiest_[source] > settings_.threshold);
  return is_within_window && !is_allowed(source);
}

bool Judging::is_allowed(uint32_t source) const {
  return settings_.is_allowed && settings_.is_allowed(engine_->source(source).address);
}

}  // namespace fanout::gui
