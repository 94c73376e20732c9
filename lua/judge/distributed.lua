-- In: all pairs of the engine. Out: blocks of addresses that several sources scan together, as the
-- plugin has it (tap/judge/distributed.cc).

local addresses = require("count.address")
local contacts = require("judge.contacts")
local engines = require("count.engine")
local evidences = require("judge.evidence")
local parameters = require("judge.parameters")
local service_text = require("judge.reason").service_text

local floor, format, log, max, min = math.floor, string.format, math.log, math.max, math.min
local ACCUSING_SCORE = contacts.ACCUSING_SCORE

local BLOCK_SIZE = 256
local MOST_SHARED = 4 * BLOCK_SIZE
local LEAST_CHANCE = 2.2250738585072014e-308

-- Calls visit(key, source, pair, service) for each request for a service of a host with which its
-- source initiated contact. The key is that of the block and the service.
local function for_each_contact(engine, visit)
  for _, source in ipairs(engine.sources) do
    if not addresses.is_resolving(source.address) then
      for _, pair in ipairs(source.pairs) do
        if pair.contacted and not addresses.is_multicast_or_broadcast(pair.address) then
          engines.for_each_service(pair, function(service)
            visit(pair.address:sub(1, -2) .. format("/%.0f", service), source, pair, service)
          end)
        end
      end
    end
  end
end

-- The keys of blocks with many silent contacts, in order.
local function crowded(engine)
  local first, others, keys = {}, {}, {}
  for_each_contact(engine, function(key, source, pair)
    if pair.answered then return end
    first[key] = first[key] or source
    if first[key] == source then return end
    others[key] = (others[key] or 0) + 1
    if others[key] == parameters.FEWEST_OF_OTHERS then keys[#keys + 1] = key end
  end)
  return keys
end

-- By key, the block's contacts by source.
local function blocks_of(engine, keys)
  local blocks = {}
  for _, key in ipairs(keys) do blocks[key] = { order = {}, by_source = {} } end
  for_each_contact(engine, function(key, source, pair, service)
    local block = blocks[key]
    if not block then return end
    if not block.by_source[source] then
      block.by_source[source] = {}
      block.order[#block.order + 1] = source
    end
    local own = block.by_source[source]
    own[#own + 1] = pair
    block.service = service
  end)
  return blocks
end

local function belongs(own, service)
  if #own < parameters.FEWEST_EACH then return false end
  local conversed = 0
  for _, pair in ipairs(own) do
    local found = pair.found and pair.found[service]
    if found and found.sent > 0 and found.received > 0 then conversed = conversed + 1 end
  end
  return 2 * conversed < #own
end

-- The logarithm of the chance that independent sources choose at least so many different things.
local function log_chance_of_distinct(choices, distinct, size)
  local chance, most = { [0] = 1 }, 0
  for i = 1, size do chance[i] = 0 end
  for _, chosen in ipairs(choices) do
    for before = 0, min(chosen, size) - 1 do
      local left = size - before
      most = min(most + 1, size)
      for seen = most, before + 1, -1 do
        local is_new, is_old = (size - seen + 1) / left, (seen - before) / left
        chance[seen] = chance[seen] * is_old + chance[seen - 1] * is_new
      end
      chance[before] = 0
    end
  end
  local sum = 0
  for seen = distinct, size do sum = sum + chance[seen] end
  return log(min(max(sum, LEAST_CHANCE), 1))
end

local function count_contact(engine, test, scan, source, pair)
  local host = evidences.host_of(pair, evidences.is_captured_one_way(engine, source, 0))
  engines.for_each_service(pair, function(service, answered, packets)
    if service ~= scan.service then return end
    contacts.add_service(test, host, service, answered, packets)
    if answered then scan.responded = scan.responded + 1 end
  end)
  scan.contacts = scan.contacts + 1
  if not scan.seen[pair.address] then
    scan.seen[pair.address] = true
    scan.hosts = scan.hosts + 1
  end
end

local function is_scan(test, service)
  local evidence = { scan_score = 0, scan_concentration = 0, top_service_hosts = 0 }
  contacts.conclude(test, evidence)
  return evidence.scan_services == 1 and evidence.scan_service == service
    and contacts.is_address_scan(evidence)
end

-- The scan of a block, or nil if there is none, and whether it was tried.
local function scan_of(engine, block)
  local test, choices, silent, most_silent = contacts.new(), {}, 0, 0
  local scan = {
    service = block.service, sources = {}, blocks = 1, contacts = 0, hosts = 0, responded = 0,
    seen = {},
  }
  for _, source in ipairs(block.order) do
    local own, own_silent = block.by_source[source], 0
    if belongs(own, block.service) then
      scan.sources[#scan.sources + 1] = source
      choices[#choices + 1] = #own
      for _, pair in ipairs(own) do
        count_contact(engine, test, scan, source, pair)
        if not pair.answered then own_silent = own_silent + 1 end
      end
      silent, most_silent = silent + own_silent, max(most_silent, own_silent)
      scan.block = own[1].address:sub(1, -2) .. "\0"
    end
  end
  if #scan.sources < parameters.FEWEST_SHARING or scan.contacts < parameters.FEWEST_SHARED
    or silent - most_silent < parameters.FEWEST_OF_OTHERS or scan.contacts > MOST_SHARED then
    return nil, false
  end
  local repeated = scan.contacts - scan.hosts
  if repeated > scan.contacts * scan.contacts / (4 * BLOCK_SIZE)
    or not is_scan(test, scan.service) then
    return nil, true
  end
  scan.log_chance = log_chance_of_distinct(choices, scan.hosts, BLOCK_SIZE)
  return -scan.log_chance > ACCUSING_SCORE and scan or nil, true
end

local function take_over(scan, other)
  for _, source in ipairs(other.sources) do scan.sources[#scan.sources + 1] = source end
  if addresses.is_less(other.block, scan.block) then scan.block = other.block end
  scan.blocks, scan.contacts = scan.blocks + other.blocks, scan.contacts + other.contacts
  scan.hosts, scan.responded = scan.hosts + other.hosts, scan.responded + other.responded
  scan.log_chance = max(scan.log_chance, other.log_chance)
  other.into = scan
end

local function root_of(scan)
  while scan.into do scan = scan.into end
  return scan
end

-- Unites scans of the same service that have a source in common.
local function unite(scans)
  local by_service = {}
  for _, scan in ipairs(scans) do
    by_service[scan.service] = by_service[scan.service] or {}
    local scan_of_source, found = by_service[scan.service], {}
    for _, source in ipairs(scan.sources) do
      local other = scan_of_source[source] and root_of(scan_of_source[source])
      if other and not found[other] then
        found[other] = true
        found[#found + 1] = other
      end
    end
    for _, other in ipairs(found) do take_over(scan, other) end
    for _, source in ipairs(scan.sources) do scan_of_source[source] = scan end
  end
  local united = {}
  for _, scan in ipairs(scans) do
    if not scan.into then united[#united + 1] = scan end
  end
  return united
end

-- The distributed scans, in the order of service and block.
local function find(engine)
  local keys, found, tried = crowded(engine), {}, 0
  local blocks = #keys > 0 and blocks_of(engine, keys) or {}
  for _, key in ipairs(keys) do
    local scan, was_tried = scan_of(engine, blocks[key])
    if was_tried then tried = tried + 1 end
    if scan then found[#found + 1] = scan end
  end
  local kept = {}
  for _, scan in ipairs(found) do
    if -(scan.log_chance + log(tried)) > ACCUSING_SCORE then kept[#kept + 1] = scan end
  end
  local scans = unite(kept)
  for _, scan in ipairs(scans) do
    local is_member, members = {}, {}
    for _, source in ipairs(scan.sources) do
      if not is_member[source] then members[#members + 1] = source end
      is_member[source] = true
    end
    scan.sources, scan.is_member = members, is_member
  end
  table.sort(scans, function(a, b)
    if a.service ~= b.service then return a.service < b.service end
    return addresses.is_less(a.block, b.block)
  end)
  return scans
end

-- What is said of each of its sources.
local function text_of(scan)
  local repeated = scan.contacts - scan.hosts
  local text = format("one of %.0f sources that together requested %s of %.0f hosts, %s%s",
    #scan.sources, service_text(scan.service), scan.hosts, addresses.text(scan.block),
    addresses.is_ipv6(scan.block) and "/120" or "/24")
  if scan.blocks > 1 then
    text = text .. format(" and %.0f more such %s", scan.blocks - 1,
      scan.blocks == 2 and "block" or "blocks")
  end
  text = text .. (repeated == 0 and ", none of them twice"
    or format(", %.0f of them again", repeated))
  return text .. format(": of independent sources less than 1 in 10^%.0f; %.0f responded",
    min(12, floor(-scan.log_chance / log(10))), scan.responded)
end

return { find = find, text_of = text_of }
