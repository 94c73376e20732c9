-- CSV, with the columns of the plugin.

local addresses = require("count.address")
local lists = require("count.lists")
local TRANSPORT_NAMES = require("count.observation").TRANSPORT_NAMES
local COUNTS = require("judge.evidence").COUNTS
local destinations_of = require("report.report").destinations_of
local unicode = require("report.unicode")
local words = require("report.words")

local concat, whole = table.concat, words.whole
local append_all, map = lists.append_all, lists.map

-- A spreadsheet takes a cell that begins with one of these for a formula (OWASP, "CSV
-- Injection").
local FORMULA_BEGINNINGS = {
  "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠",
}

local function csv_quoted(text)
  if not text:find('[,"]') then return text end
  return '"' .. text:gsub('"', '""') .. '"'
end

-- A cell for text that others chose.
local function csv_text(text)
  local escape = ""
  for _, start in ipairs(FORMULA_BEGINNINGS) do
    if text:sub(1, #start) == start then escape = "'" end
  end
  local valid = unicode.replace_unless(text, unicode.is_no_control, unicode.REPLACEMENT)
  return csv_quoted(escape .. valid)
end

local function csv_time(time)
  return time and words.exact_seconds(time) or ""
end

local function csv_who(row)
  return {
    addresses.text(row.address), csv_text(row.name or ""),
    addresses.NETWORK_NAMES[addresses.network_of(row.address)], whole(row.destinations),
  }
end

local WHO = { "source", "name", "network", "unique_destinations" }
local ROW_COUNTS = { "packets", "bytes", "first_frame", "last_frame", "first_time", "last_time" }
local JUDGEMENT = { "flagged", "suspect", "verdicts" }
local REASON = { "reason", "allowed" }
local ESTIMATE = { "exact", "low", "high" }
local DETAILS = { "duration", "packets_per_destination", "failed_host" }
local DESTINATION = {
  "destination", "destination_name", "packets", "bytes", "first_frame", "first_time", "contacted",
  "answered", "services", "services_answered",
}

local function csv_judgement(row)
  return { tostring(row.flagged), tostring(row.suspect), concat(row.verdicts, " ") }
end

-- There is no memory limit here, so each number is exact.
local function csv_estimate(row)
  local destinations = whole(row.destinations)
  return { "true", destinations, destinations }
end

local function csv_service(service)
  if not service then return { "", "", "" } end
  local transport, port = words.transport_and_port(service)
  return { TRANSPORT_NAMES[transport], whole(port), "" }
end

local SCAN = {
  "probe", "targets", "target_block", "targets_in_block", "sequential", "targets_in_own_network",
  "targets_private", "targets_public", "rate", "scan_services", "scanned_hosts", "icmp_errors",
  "one_way",
}

local function csv_scan(row)
  local targets = row.evidence.targets
  return {
    targets.probe_name or "", whole(targets.count), targets.block_text or "",
    whole(targets.in_block), tostring(targets.sequential), whole(targets.in_own_network),
    whole(targets.in_private), whole(targets.elsewhere), words.target_rate(row) or "",
    whole(row.evidence.scan_services), whole(#row.scanned), whole(row.evidence.errors),
    tostring(row.evidence.one_way),
  }
end

-- Lua has no access to Wireshark's GeoIP databases: these columns are empty.
local LOCATION = { "country", "as_number", "as_organization" }
local DESTINATION_LOCATION = map(LOCATION, function(name)
  return "destination_" .. name
end)
local NOWHERE = { "", "", "" }

local FOUND = { "open_services", "hosts_up", "conversations_after_scan" }

local function csv_found(findings)
  if not findings then return { "", "", "" } end
  return {
    whole(findings.open_services), whole(findings.hosts_up), whole(findings.conversations),
  }
end

local function csv_source(row, options)
  local evidence = row.evidence
  local failed_host = evidence.failed_on_one_host > 0 and addresses.text(evidence.failed_host) or ""
  local duration = row.first_time and words.exact_duration(row.first_time, row.last_time) or ""
  return append_all(csv_who(row), {
    whole(row.packets), whole(row.bytes), whole(row.first_frame), whole(row.last_frame),
    csv_time(row.first_time), csv_time(row.last_time),
  }, csv_judgement(row), { csv_text(row.reason), "false" }, csv_estimate(row), {
    duration, words.packets_per_destination(row) or "", failed_host,
  }, map(COUNTS, function(name)
    return whole(evidence[name])
  end), { options.window > 0 and whole(evidence.busiest_window) or "" },
    csv_service(evidence.top_service_hosts > 0 and evidence.top_service),
    csv_service(evidence.scan_contacted > 0 and evidence.scan_service), csv_scan(row),
    csv_found(row.findings), { evidence.tool or "", row.group and whole(row.group) or "" },
    NOWHERE)
end

local function csv_destination(row)
  return {
    addresses.text(row.address), csv_text(row.name or ""), whole(row.packets),
    whole(row.bytes), whole(row.first_frame), csv_time(row.first_time), tostring(row.contacted),
    tostring(row.answered), whole(row.services), whole(row.services_answered),
  }
end

local function render_csv(report)
  local lines = {}
  local function add(cells)
    lines[#lines + 1] = concat(cells, ",") .. "\r\n"
  end
  local function service(name)
    return { name .. "_transport", name .. "_port", name .. "_name" }
  end
  if report.options.pairs then
    add(append_all({}, WHO, JUDGEMENT, ESTIMATE, DESTINATION, service("service"),
      DESTINATION_LOCATION, LOCATION))
    for _, row in ipairs(report.sources) do
      local source_cells = append_all(csv_who(row), csv_judgement(row), csv_estimate(row))
      for _, destination in ipairs(destinations_of(report, row)) do
        add(append_all({}, source_cells, csv_destination(destination),
          csv_service(destination.service), NOWHERE, NOWHERE))
      end
    end
  else
    add(append_all({}, WHO, ROW_COUNTS, JUDGEMENT, REASON, ESTIMATE, DETAILS, COUNTS,
      { "busiest_window" }, service("top_service"), service("scan_service"), SCAN, FOUND,
      { "tool", "group" }, LOCATION))
    for _, row in ipairs(report.sources) do add(csv_source(row, report.options)) end
  end
  return concat(lines)
end

return { render = render_csv }
