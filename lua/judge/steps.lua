-- In: the suspects of a report. Out: which of them are two steps of one campaign, a sweep of the
-- link and then a scan of the hosts that responded, as the plugin has it (tap/judge/steps.cc).

local addresses = require("count.address")
local parameters = require("judge.parameters")
local times = require("count.time")

local format = string.format

local function on_link(address)
  local is_ipv6 = addresses.network_of(address) == addresses.IPV6
  return (is_ipv6 and addresses.NDP or addresses.ARP) .. address:sub(2)
end

-- No time comes before all times.
local function is_later(a, b)
  if not a or not b then return a ~= nil and b == nil end
  return times.is_earlier(b, a)
end

-- How many hosts the scan contacts, and how many of them had responded to the sweep before.
local function count_targets(sweep, scan)
  local targets, responded = 0, 0
  for _, pair in ipairs(scan.source.pairs) do
    if pair.contacted and not addresses.is_multicast_or_broadcast(pair.address) then
      targets = targets + 1
      local before = sweep.source.by_destination[on_link(pair.address)]
      if before and before.answered and not is_later(before.first_time, pair.first_time) then
        responded = responded + 1
      end
    end
  end
  return targets, responded
end

local function counted(count, one, more)
  return format("%.0f %s", count, count == 1 and one or more)
end

-- Calls note(row, text) for each row that is a step, with what is said of it.
local function find_steps(rows, note)
  local sweeps = {}
  for _, row in ipairs(rows) do
    if row.suspect and addresses.is_resolving(row.address) then sweeps[row.address] = row end
  end
  for _, scan in ipairs(rows) do
    local is_scan = scan.suspect and not addresses.is_resolving(scan.address)
    local sweep = is_scan and sweeps[on_link(scan.address)]
    if sweep then
      local targets, responded = count_targets(sweep, scan)
      if targets > 0 and responded >= parameters.STEP_SHARE * targets then
        local name = addresses.NETWORK_NAMES[addresses.network_of(sweep.address)]
        local block, probe = sweep.evidence.targets.block_text, scan.evidence.targets.probe_name
        note(scan, "after its " .. name .. " sweep" .. (block and " of " .. block or "")
          .. format(", to which %.0f of its %s had responded", responded,
            counted(targets, "target", "targets")))
        note(sweep, "before its " .. (probe and probe .. " " or "") .. format(
          "scan of %.0f of the %s that responded", responded,
          counted(sweep.source.answered, "host", "hosts")))
      end
    end
  end
end

return { find = find_steps }
