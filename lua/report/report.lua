-- In: the engine's sources, and the judgement of each. Out: a report, which is everything that the
-- renderers show.

local is_less = require("count.address").is_less
local distributed = require("judge.distributed")
local engines = require("count.engine")
local evidences = require("judge.evidence")
local gather_findings = require("judge.findings").gather
local groups = require("judge.groups")
local reason = require("judge.reason").reason
local steps = require("judge.steps")
local verdicts = require("judge.verdict")

local min = math.min

local MOST_ACTIVE = 10
-- First contacts that were not answered, or attempts that led to no connection, below which
-- nobody is worth judging, flagged or not.
local FEWEST_FAILURES = 4

local function is_worth_judging(source, options)
  if options.all or #source.pairs > options.threshold then return true end
  if source.contacted - source.answered >= FEWEST_FAILURES then return true end
  if source.tcp_attempts - source.tcp_handshakes >= FEWEST_FAILURES then return true end
  for _, pair in ipairs(source.pairs) do
    local tried, answered = engines.services_of(pair)
    if pair.services and tried - answered > min(options.ports, FEWEST_FAILURES) then return true end
  end
  return false
end

local function count_in_bin(bins, destinations)
  local bin, from = 1, 1
  while 2 * from <= destinations do
    bin, from = bin + 1, 2 * from
  end
  for i = #bins + 1, bin do bins[i] = { from = 2 ^ (i - 1), to = 2 ^ i - 1, sources = 0 } end
  bins[bin].sources = bins[bin].sources + 1
end

-- More packets come first, then the lower address.
local function is_more_active(a, b)
  if a.packets ~= b.packets then return a.packets > b.packets end
  return is_less(a.address, b.address)
end

local function has_more_destinations(a, b)
  if a.destinations ~= b.destinations then return a.destinations > b.destinations end
  return is_more_active(a, b)
end

local function make_row(engine, source, options, shares_scan, name_of)
  local evidence = evidences.gather(engine, source, options.window)
  local judged, is_grouped = verdicts.judge(source, evidence, options.ports)
  if shares_scan then judged = verdicts.accuse(judged, is_grouped, "distributed-scan") end
  local reached = options.window == 0 and #source.pairs or evidence.busiest_window
  return {
    source = source, address = source.address, name = name_of(source.address),
    destinations = #source.pairs, packets = source.packets, bytes = source.bytes,
    first_frame = source.first_frame, last_frame = source.last_frame,
    first_time = source.first_time, last_time = source.last_time,
    flagged = reached > options.threshold, suspect = is_grouped or shares_scan,
    verdicts = judged, is_grouped = is_grouped,
    scanned = evidences.scanned_hosts(evidence, options.ports),
    reason = reason(source, evidence, options.ports), evidence = evidence,
  }
end

local function most_active(engine, name_of)
  local sources = {}
  for i, source in ipairs(engine.sources) do sources[i] = source end
  table.sort(sources, is_more_active)
  local active = {}
  for i = 1, min(MOST_ACTIVE, #sources) do
    local source = sources[i]
    active[i] = {
      address = source.address, name = name_of(source.address), destinations = #source.pairs,
      packets = source.packets, bytes = source.bytes,
    }
  end
  return active
end

local function append_to_reason(row, text)
  row.reason = row.reason .. "; " .. text
end

-- Says of the suspects to which groups and distributed scans they belong.
local function note_groups(engine, report, scans)
  local found, members = groups.find(engine, report.sources), 0
  local function note(row, number, text)
    if not row.group then
      row.group, members = number, members + 1
    end
    append_to_reason(row, text)
  end
  for number, group in ipairs(found) do
    for _, member in ipairs(group.members) do
      note(member.row, number, groups.text_of(group, member.row))
    end
  end
  for i, scan in ipairs(scans) do
    local text = distributed.text_of(scan)
    for _, row in ipairs(report.sources) do
      if scan.is_member[row.source] then note(row, #found + i, text) end
    end
  end
  report.scans_total = report.suspects_total - members + #found + #scans
end

-- name_of(address) gives the resolved name of an address, or nil.
local function make_report(engine, options, name_of)
  local report = {
    options = options, frames = engine.frames, sources_total = #engine.sources,
    pairs_total = engine.pair_count, first_time = engine.first_time,
    last_time = engine.last_time, flagged_total = 0, suspects_total = 0, sources = {},
    left_out = 0, distribution = {}, most_active = most_active(engine, name_of), name_of = name_of,
  }
  local scans, shares_scan = distributed.find(engine), {}
  for _, scan in ipairs(scans) do
    for _, source in ipairs(scan.sources) do shares_scan[source] = true end
  end
  for _, source in ipairs(engine.sources) do
    count_in_bin(report.distribution, #source.pairs)
    if is_worth_judging(source, options) or shares_scan[source] then
      local row = make_row(engine, source, options, shares_scan[source] or false, name_of)
      if row.flagged then report.flagged_total = report.flagged_total + 1 end
      if row.suspect then report.suspects_total = report.suspects_total + 1 end
      if options.all or row.suspect then row.findings = gather_findings(engine, source) end
      if options.all or row.flagged or row.suspect then
        report.sources[#report.sources + 1] = row
      end
    end
  end
  table.sort(report.sources, has_more_destinations)
  note_groups(engine, report, scans)
  if options.top then
    for i = #report.sources, options.top + 1, -1 do
      report.sources[i] = nil
      report.left_out = report.left_out + 1
    end
  end
  steps.find(report.sources, append_to_reason)
  return report
end

-- The destinations of a source, those with the most packets first.
local function destinations_of(report, row)
  local rows = {}
  for i, pair in ipairs(row.source.pairs) do
    local services, answered = engines.services_of(pair)
    rows[i] = {
      address = pair.address, name = report.name_of(pair.address), packets = pair.packets,
      bytes = pair.bytes, first_frame = pair.first_frame, first_time = pair.first_time,
      contacted = pair.contacted or false, answered = pair.answered or false,
      service = pair.asked and pair.service or nil,
      services = services, services_answered = answered,
    }
  end
  table.sort(rows, is_more_active)
  return rows
end

return { make = make_report, destinations_of = destinations_of }
