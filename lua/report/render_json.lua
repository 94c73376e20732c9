-- JSON, with the keys of the plugin.

local addresses = require("count.address")
local map = require("count.lists").map
local TRANSPORT_NAMES = require("count.observation").TRANSPORT_NAMES
local COUNTS = require("judge.evidence").COUNTS
local reports = require("report.report")
local unicode = require("report.unicode")
local words = require("report.words")

local byte, concat, format, rep = string.byte, table.concat, string.format, string.rep
local exact_duration, exact_seconds, whole = words.exact_duration, words.exact_seconds, words.whole

local ESCAPES = {
  ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r",
  ["\t"] = "\\t",
}

local function json_text(text)
  local valid = unicode.replace_unless(text, unicode.is_no_terminal_control, unicode.REPLACEMENT)
  return '"' .. valid:gsub('[%c"\\]', function(c)
    return ESCAPES[c] or format("\\u%04x", byte(c))
  end) .. '"'
end

-- An object whose members are written already: add(name, value).
local function json_object()
  local members = {}
  local function add(name, value)
    members[#members + 1] = '"' .. name .. '":' .. value
  end
  return add, function()
    return "{" .. concat(members, ",") .. "}"
  end
end

local function json_time(time)
  return time and exact_seconds(time) or "null"
end

local function json_rows(rows, indent)
  if #rows == 0 then return "[]" end
  local space = "\n" .. rep(" ", indent)
  return "[" .. space .. "  " .. concat(rows, "," .. space .. "  ") .. space .. "]"
end

local function json_service(service)
  local transport, port = words.transport_and_port(service)
  local add, finish = json_object()
  add("transport", json_text(TRANSPORT_NAMES[transport]))
  add("port", whole(port))
  return finish()
end

local function json_name(add, row)
  if row.name then add("name", json_text(row.name)) end
end

local function json_who(add, row)
  add("source", json_text(addresses.text(row.address)))
  json_name(add, row)
  add("network", json_text(addresses.NETWORK_NAMES[addresses.network_of(row.address)]))
  add("unique_destinations", whole(row.destinations))
end

local function json_destination(row)
  local add, finish = json_object()
  add("destination", json_text(addresses.text(row.address)))
  json_name(add, row)
  add("packets", whole(row.packets))
  add("bytes", whole(row.bytes))
  add("first_frame", whole(row.first_frame))
  add("first_time", json_time(row.first_time))
  add("contacted", tostring(row.contacted))
  add("answered", tostring(row.answered))
  if row.service then add("service", json_service(row.service)) end
  add("services", whole(row.services))
  add("services_answered", whole(row.services_answered))
  return finish()
end

local function json_evidence(add, row, options)
  local evidence = row.evidence
  for _, name in ipairs(COUNTS) do add(name, whole(evidence[name])) end
  if options.window > 0 then add("busiest_window", whole(evidence.busiest_window)) end
  add("packets_per_destination", words.packets_per_destination(row) or "null")
  if evidence.failed_on_one_host > 0 then
    add("failed_host", json_text(addresses.text(evidence.failed_host)))
  end
  if evidence.top_service_hosts > 0 then
    add("top_service", json_service(evidence.top_service))
  end
  if evidence.scan_contacted > 0 then
    add("scan_service", json_service(evidence.scan_service))
  end
end

-- What is said of a scan's targets.
local function json_targets(add, row)
  local targets = row.evidence.targets
  if targets.probe_name then add("probe", json_text(targets.probe_name)) end
  if row.evidence.tool then add("tool", json_text(row.evidence.tool)) end
  if row.group then add("group", whole(row.group)) end
  add("targets", whole(targets.count))
  if targets.block then add("target_block", json_text(targets.block_text)) end
  add("targets_in_block", whole(targets.in_block))
  add("sequential", tostring(targets.sequential))
  add("targets_in_own_network", whole(targets.in_own_network))
  add("targets_private", whole(targets.in_private))
  add("targets_public", whole(targets.elsewhere))
  add("rate", words.target_rate(row) or "null")
  add("scan_services", whole(row.evidence.scan_services))
  add("icmp_errors", whole(row.evidence.errors))
  add("one_way", tostring(row.evidence.one_way))
end

local function json_scanned(host)
  local add, finish = json_object()
  add("host", json_text(addresses.text(host.address)))
  add("services", whole(host.tried))
  add("failed", whole(host.failed))
  add("packets", whole(host.packets))
  return finish()
end

-- What is not known is null; the companion knows no names of services.
local function json_finding(row, name_of)
  local add, finish = json_object()
  add("destination", json_text(addresses.text(row.address)))
  json_name(add, { name = name_of(row.address) })
  local transport, port
  if row.service then transport, port = words.transport_and_port(row.service) end
  add("transport", transport and json_text(TRANSPORT_NAMES[transport]) or "null")
  add("port", port and whole(port) or "null")
  add("service", "null")
  add("state", json_text(row.state))
  add("first_frame", whole(row.first_frame))
  add("last_frame", whole(row.last_frame))
  add("packets", whole(row.packets))
  add("bytes_sent", whole(row.sent))
  add("bytes_received", whole(row.received))
  add("after", row.after and words.exact_milliseconds(row.after) or "null")
  return finish()
end

local function json_found(add, findings)
  add("open_services", whole(findings.open_services))
  add("hosts_up", whole(findings.hosts_up))
  add("conversations_after_scan", whole(findings.conversations))
end

local function json_source(row, report)
  local options = report.options
  local add, finish = json_object()
  json_who(add, row)
  add("packets", whole(row.packets))
  add("bytes", whole(row.bytes))
  add("first_frame", whole(row.first_frame))
  add("last_frame", whole(row.last_frame))
  add("first_time", json_time(row.first_time))
  add("last_time", json_time(row.last_time))
  add("duration", row.first_time and exact_duration(row.first_time, row.last_time) or "null")
  add("flagged", tostring(row.flagged))
  add("suspect", tostring(row.suspect))
  add("verdicts", '["' .. concat(row.verdicts, '","') .. '"]')
  add("reason", json_text(row.reason))
  json_evidence(add, row, options)
  json_targets(add, row)
  if row.findings then json_found(add, row.findings) end
  if row.suspect and #row.scanned > 0 then
    add("scanned_hosts", json_rows(map(row.scanned, json_scanned), 6))
  end
  if row.findings then
    add("findings", json_rows(map(row.findings.rows, json_finding, report.name_of), 6))
  end
  if options.pairs then
    add("destinations", json_rows(map(reports.destinations_of(report, row), json_destination), 6))
  end
  return finish()
end

local function json_active(source)
  local add, finish = json_object()
  json_who(add, source)
  add("packets", whole(source.packets))
  add("bytes", whole(source.bytes))
  return finish()
end

local function json_bin(bin)
  local add, finish = json_object()
  add("from", whole(bin.from))
  add("to", whole(bin.to))
  add("sources", whole(bin.sources))
  return finish()
end

local function render_json(report)
  local options = report.options
  local lines = {}
  local function add(name, value)
    lines[#lines + 1] = '  "' .. name .. '": ' .. value
  end
  add("threshold", whole(options.threshold))
  add("ports", whole(options.ports))
  add("window", whole(options.window))
  add("filter", json_text(options.filter))
  add("frames", whole(report.frames))
  add("first_time", json_time(report.first_time))
  add("last_time", json_time(report.last_time))
  add("sources_total", whole(report.sources_total))
  add("pairs_total", whole(report.pairs_total))
  add("flagged_total", whole(report.flagged_total))
  add("suspects_total", whole(report.suspects_total))
  add("scans_total", whole(report.scans_total))
  add("sources", json_rows(map(report.sources, json_source, report), 2))
  if report.left_out > 0 then add("left_out", whole(report.left_out)) end
  add("most_active", json_rows(map(report.most_active, json_active), 2))
  add("distribution", json_rows(map(report.distribution, json_bin), 2))
  return "{\n" .. concat(lines, ",\n") .. "\n}\n"
end

return { render = render_json }
