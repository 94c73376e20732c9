#include "tap/report/report.h"

#include <algorithm>
#include <bit>
#include <unordered_map>
#include <utility>

#include "tap/judge/reason.h"
#include "tap/judge/steps.h"

namespace fanout {
namespace {

constexpr size_t kMostActive = 10;

// Fewer first contacts without an answer, or attempts without a connection, cannot make a source a
// suspect.
constexpr uint32_t kFewestFailures = 4;

// The pairs of the chosen sources, source by source, in the order of arrival.
void collect_pairs(const Engine& engine, const std::vector<bool>& chosen,
                   std::vector<uint64_t>& offsets, std::vector<uint32_t>& pairs) {
  offsets.assign(engine.source_count() + size_t{1}, 0);
  for (uint32_t source = 0; source < engine.source_count(); ++source) {
    const uint32_t count = chosen[source] ? engine.source(source).destinations : 0;
    offsets[source + 1] = offsets[source] + count;
  }
  pairs.resize(offsets.back());
  std::vector<uint64_t> next(offsets.begin(), offsets.end() - 1);
  for (uint32_t pair = 0; pair < engine.pair_count(); ++pair) {
    const uint32_t source = engine.pair(pair).source;
    if (chosen[source]) pairs[next[source]++] = pair;
  }
}

// The order by packets, then address.
bool comes_first(const Source& one, const Source& other) {
  return one.packets != other.packets ? one.packets > other.packets : one.address < other.address;
}

// A source that may come into the report.
struct Candidate {
  uint64_t destinations;
  uint32_t number;
};

// Into the order of Report::sources.
void sort_candidates(const Engine& engine, std::vector<Candidate>& candidates) {
  std::sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
    if (a.destinations != b.destinations) return a.destinations > b.destinations;
    return comes_first(engine.source(a.number), engine.source(b.number));
  });
}

void append_to_reason(SourceRow& row, const std::string& text) { row.reason += "; " + text; }

// Says of the listed sources to which scans from several sources they belong.
void note_scans(Report& report) {
  report.scans_total = report.scans.count(report.suspects_total);
  for (SourceRow& row : report.sources) {
    const uint32_t scan = report.scans.scan_of(row.number);
    if (scan == kNone) continue;
    row.group = scan + 1;
    row.reason += report.scans.text(*report.engine, row.number);
  }
}

// Says of a listed scan that it followed a sweep of the link, and of the sweep that a scan
// followed.
void note_steps(Report& report) {
  std::unordered_map<uint32_t, SourceRow*> sweeps;
  for (SourceRow& row : report.sources) {
    if (row.suspect() && resolves_addresses(row.address.network)) sweeps[row.number] = &row;
  }
  if (sweeps.empty()) return;
  for (SourceRow& row : report.sources) {
    if (!row.suspect()) continue;
    const auto sweep = sweeps.find(link_source_of(*report.engine, row.number));
    if (sweep == sweeps.end()) continue;
    std::optional<Steps> steps =
        find_steps(*report.engine, sweep->first, row.number, report.pairs_of(row.number));
    if (!steps) continue;
    steps->block = sweep->second->evidence.targets.block_text;
    steps->probe = row.evidence.targets.probe_name;
    append_to_reason(row, scan_step_text(*steps));
    append_to_reason(*sweep->second, sweep_step_text(*steps));
  }
}

// Where a report is on many captures, puts a frame of one of them in place of the engine's number.
void place_frame(const ReportSettings& settings, uint32_t& frame, uint32_t& file) {
  if (!settings.frame_of) return;
  const FrameOf place = settings.frame_of(frame);
  frame = place.frame;
  file = place.file;
}

}  // namespace

std::vector<bool> worth_judging(const Engine& engine, uint64_t ports) {
  std::vector<bool> worth(engine.source_count());
  for (uint32_t number = 0; number < engine.source_count(); ++number) {
    const Source& source = engine.source(number);
    worth[number] = source.contacted - source.answered >= kFewestFailures ||
                    source.tcp_attempts >= uint64_t{source.tcp_handshakes} + kFewestFailures;
  }
  engine.for_each_pair_with_services([&](uint32_t pair, const ServiceCount& count) {
    if (count.failed() > std::min<uint64_t>(ports, kFewestFailures))
      worth[engine.pair(pair).source] = true;
  });
  return worth;
}

void count_in_bin(std::vector<Bin>& bins, uint64_t destinations) {
  const size_t bin = static_cast<size_t>(std::bit_width(destinations)) - 1;
  while (bins.size() <= bin) {
    const uint64_t from = uint64_t{1} << bins.size();
    bins.push_back({from, 2 * from - 1, 0});
  }
  ++bins[bin].sources;
}

SourceRow counted_row(const Engine& engine, uint32_t source) {
  const Source& counts = engine.source(source);
  SourceRow row{};
  row.number = source;
  row.address = counts.address;
  row.destinations = engine.destinations(source);
  row.packets = counts.packets;
  row.bytes = counts.bytes;
  row.first_frame = counts.first_frame;
  row.last_frame = counts.last_frame;
  row.first_time = counts.first_time;
  row.last_time = counts.last_time;
  return row;
}

DestinationRow destination_row(const Engine& engine, uint32_t number) {
  const Pair& pair = engine.pair(number);
  return {engine.destination(pair),  engine.packets(number), engine.bytes(number),
          pair.first_frame,          pair.first_time,        pair.has(Pair::kContacted),
          pair.has(Pair::kAnswered), pair.service(),         pair.has(Pair::kAsked),
          engine.services(number)};
}

Report make_report(std::shared_ptr<const Engine> engine, const ReportSettings& settings,
                   const Dissection& dissection) {
  Report report;
  report.settings = settings;
  report.dissection = dissection;
  report.frames = engine->frames();
  report.first_time = engine->first_time();
  report.last_time = engine->last_time();
  report.sources_total = engine->sources_total();
  report.pairs_total = engine->pairs_total();
  report.limit = engine->options().limit;
  report.limit_hit_in = engine->limit_hit_in();
  if (report.limit_hit_in != 0) {
    place_frame(settings, report.limit_hit_in, report.limit_hit_in_file);
  }
  report.engine = engine;

  const uint32_t count = engine->source_count();
  std::vector<bool> chosen = worth_judging(*engine, settings.ports);
  std::vector<DistributedScan> distributed = find_distributed_scans(*engine, settings.is_allowed);
  std::vector<bool> shares_scan(count);
  for (const DistributedScan& scan : distributed) {
    for (const uint32_t source : scan.sources) chosen[source] = shares_scan[source] = true;
  }
  std::vector<Candidate> candidates;
  for (uint32_t number = 0; number < count; ++number) {
    const Cardinality destinations = engine->destinations(number);
    if (destinations.value > 0) count_in_bin(report.distribution, destinations.value);
    if (settings.all || destinations.value > settings.threshold) chosen[number] = true;
    if (chosen[number]) candidates.push_back({destinations.value, number});
  }
  sort_candidates(*engine, candidates);
  std::vector<bool> flagged(count);
  std::vector<bool> suspects(count);
  collect_pairs(*engine, chosen, report.listed_offsets_, report.listed_pairs_);

  Grouping grouping(*engine, settings.ports,
                    [&report](uint32_t source) { return report.pairs_of(source); });
  for (const Candidate& candidate : candidates) {
    const uint32_t number = candidate.number;
    const Source& source = engine->source(number);
    SourceRow row = counted_row(*engine, number);
    row.evidence = gather_evidence(*engine, number, report.pairs_of(number), settings.window);
    row.allowed = settings.is_allowed && settings.is_allowed(source.address);
    const uint64_t reached =
        settings.window == 0 ? row.destinations.value : row.evidence.busiest_window;
    row.flagged = !row.allowed && reached > settings.threshold;
    if (!row.allowed) row.verdicts = judge(source, row.evidence, settings.ports);
    const bool is_grouped = row.suspect();
    if (shares_scan[number]) row.verdicts.accuse(Verdict::kDistributedScan);
    flagged[number] = row.flagged;
    suspects[number] = row.suspect();
    report.flagged_total += row.flagged ? 1 : 0;
    report.suspects_total += row.suspect() ? 1 : 0;
    if (is_grouped) grouping.add(number, row.evidence);
    if (!settings.all && !row.flagged && !row.suspect()) continue;
    if (settings.top && report.sources.size() >= *settings.top) {
      ++report.left_out;
      continue;
    }
    row.reason = reason(source, row.evidence, settings.ports);
    place_frame(settings, row.first_frame, row.first_file);
    place_frame(settings, row.last_frame, row.last_file);
    if (settings.all || row.suspect()) row.findings = report.findings(row);
    report.sources.push_back(std::move(row));
  }

  report.scans = Scans(grouping.groups(), std::move(distributed));
  note_scans(report);
  note_steps(report);

  std::vector<uint32_t> by_packets(count);
  for (uint32_t number = 0; number < count; ++number) by_packets[number] = number;
  const size_t most = std::min<size_t>(kMostActive, count);
  std::partial_sort(
      by_packets.begin(), by_packets.begin() + static_cast<ptrdiff_t>(most), by_packets.end(),
      [&](uint32_t a, uint32_t b) { return comes_first(engine->source(a), engine->source(b)); });
  for (size_t i = 0; i < most; ++i) {
    const uint32_t number = by_packets[i];
    const Source& source = engine->source(number);
    report.most_active.push_back({source.address, source.packets, source.bytes,
                                  engine->destinations(number), flagged[number], suspects[number]});
  }
  return report;
}

std::span<const uint32_t> Report::pairs_of(uint32_t source) const {
  return std::span(listed_pairs_)
      .subspan(listed_offsets_[source], listed_offsets_[source + 1] - listed_offsets_[source]);
}

SourceFindings Report::findings(const SourceRow& source) const {
  const Findings found = gather_findings(*engine, pairs_of(source.number));
  SourceFindings findings{found, {}};
  for (const Finding& finding : found.rows) {
    FindingRow& row = findings.rows.emplace_back(FindingRow{finding});
    place_frame(settings, row.first_frame, row.first_file);
    place_frame(settings, row.last_frame, row.last_file);
  }
  return findings;
}

std::vector<DestinationRow> Report::destinations(const SourceRow& source) const {
  std::vector<DestinationRow> rows;
  for (const uint32_t number : pairs_of(source.number)) {
    rows.push_back(destination_row(*engine, number));
    place_frame(settings, rows.back().first_frame, rows.back().first_file);
  }
  std::sort(rows.begin(), rows.end(), [](const DestinationRow& a, const DestinationRow& b) {
    return a.packets != b.packets ? a.packets > b.packets : a.address < b.address;
  });
  return rows;
}

}  // namespace fanout
