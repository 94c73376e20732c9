-- In: the targets of a source's ARP requests or neighbour solicitations. Out: how much they speak
-- for a sweep of the link.

local addresses = require("count.address")
local engines = require("count.engine")
local parameters = require("judge.parameters")
local seconds_between = require("count.time").seconds_between

local log, min = math.log, math.min
local are_beside = addresses.are_beside

local IN_ORDER = log(parameters.SWEEP_IN_ORDER / parameters.GATEWAY_IN_ORDER)
local OUT_OF_ORDER = log((1 - parameters.SWEEP_IN_ORDER) / (1 - parameters.GATEWAY_IN_ORDER))
local NEEDED = log(parameters.SWEEP_NEEDED / parameters.GATEWAY_NEEDED)
local FASTER = log(parameters.SWEEP_RATE / parameters.GATEWAY_RATE)

-- Page's CUSUM statistic (1954), which starts again whenever it falls below zero: what a gateway
-- resolves all day does not hide a sweep.
local function new_cusum()
  return { score = 0, at = 0, from = 0, highest = 0, highest_from = 0, highest_to = 0 }
end

local function step(cusum, score)
  cusum.score = cusum.score + score
  cusum.at = cusum.at + 1
  if cusum.score <= 0 then cusum.score, cusum.from = 0, cusum.at end
  if cusum.score > cusum.highest then
    cusum.highest, cusum.highest_from, cusum.highest_to = cusum.score, cusum.from, cusum.at
  end
end

-- How many targets precede the stretch with the highest score.
local function before_stretch(cusum)
  return cusum.highest_from > 0 and cusum.highest_from - 1 or 0
end

-- The share of the addresses that are beside another of them.
local function share_beside(list)
  if #list == 0 then return 0 end
  table.sort(list, addresses.is_less)
  local beside = 0
  for i, address in ipairs(list) do
    local below = i > 1 and are_beside(list[i - 1], address)
    local above = i < #list and are_beside(address, list[i + 1])
    if below or above then beside = beside + 1 end
  end
  return beside / #list
end

-- The targets in the order of time. `needed`: answered or then sent to; `again`: requested again
-- and again, as one of a known set is.
local function targets_of(engine, source, sightings)
  local asker = addresses.on_ip_network(source.address)
  local targets = {}
  for i, sighting in ipairs(sightings) do
    local pair = sighting.pair
    local sent = engines.find_pair(engine, asker, addresses.on_ip_network(pair.address))
    targets[i] = {
      address = pair.address, time = sighting.time,
      needed = pair.answered or (sent and sent.spoke) or false,
      again = pair.packets > parameters.MOST_PROBE_PACKETS
        or (pair.packets > 1 and engines.span_of(pair) >= parameters.KNOWN_AGAIN * 1e9),
    }
  end
  return targets
end

-- Nobody needs nearly all addresses of a block, however often they are requested.
local function is_whole_block(targets)
  local silent = {}
  for _, target in ipairs(targets) do
    if not target.needed then silent[#silent + 1] = target.address end
  end
  return #silent >= parameters.WHOLE_BLOCK and share_beside(silent) >= parameters.SWEEP_BESIDE
end

-- Scores the targets, once by order and once by pace.
local function weigh(engine, source, sightings, evidence)
  local targets = targets_of(engine, source, sightings)
  local is_whole = is_whole_block(targets)
  local by_order, by_pace = new_cusum(), new_cusum()
  for i, target in ipairs(targets) do
    local before = targets[i - 1]
    if target.needed or (target.again and not is_whole) then
      step(by_order, NEEDED)
      step(by_pace, NEEDED)
    elseif not before then
      step(by_order, 0)
      step(by_pace, 0)
    else
      step(by_order, are_beside(before.address, target.address) and IN_ORDER or OUT_OF_ORDER)
      -- Two Poisson processes: the likelihood of this gap under each.
      local gap = min(seconds_between(before.time, target.time), 0.1)
      step(by_pace, FASTER - (parameters.SWEEP_RATE - parameters.GATEWAY_RATE) * gap)
    end
  end
  local burst = {}
  for i = before_stretch(by_pace) + 1, by_pace.highest_to do
    burst[#burst + 1] = targets[i].address
  end
  local covers = share_beside(burst) >= parameters.SWEEP_BESIDE
  local sweep = covers and by_pace.highest > by_order.highest and by_pace or by_order
  evidence.arp_score = sweep.highest
  evidence.arp_swept = sweep.highest_to - before_stretch(sweep)
end

return { weigh = weigh }
