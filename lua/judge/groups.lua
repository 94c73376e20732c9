-- In: the suspects of a report. Out: which of them sent the same probes at the same time, as the
-- plugin has it (tap/judge/groups.cc).

local addresses = require("count.address")
local contacts = require("judge.contacts")
local engines = require("count.engine")
local parameters = require("judge.parameters")
local services = require("judge.services")
local times = require("count.time")

local abs, ceil, concat, format, max = math.abs, math.ceil, table.concat, string.format, math.max
local BILLION = times.BILLION

-- Calls visit(pair, service) for each probe of the row's scan: the requests for its service, or for
-- the ports of the hosts that it scans.
local function for_each_probe(row, visit)
  local evidence, wanted = row.evidence, nil
  local scans_addresses = contacts.is_address_scan(evidence)
  local is_resolving = addresses.is_resolving(row.address)
  if scans_addresses and not is_resolving and evidence.scan_services == 1 then
    wanted = evidence.scan_service
  end
  local function visit_services(pair)
    engines.for_each_service(pair, function(service)
      if not wanted or service == wanted then visit(pair, service) end
    end)
  end
  if #row.scanned > 0 and not scans_addresses and not is_resolving then
    for _, host in ipairs(row.scanned) do
      visit_services(row.source.by_destination[host.address])
    end
    return
  end
  for _, pair in ipairs(row.source.pairs) do
    if pair.contacted then visit_services(pair) end
  end
end

local function is_earlier(a, b)
  return a and b and times.is_earlier(a, b)
end

-- The row with its probes, or nil if it has too few of them.
local function suspect_of(row)
  local probes, first = {}, nil
  for_each_probe(row, function(pair, service)
    local name = pair.address .. format("/%.0f", service)
    probes[#probes + 1] = { name = name, pair = pair, position = #probes + 1 }
    if #probes == 1 or is_earlier(pair.first_time, first) then first = pair.first_time end
  end)
  if #probes < parameters.FEWEST_GROUPED or not first then return nil end
  table.sort(probes, function(a, b) return a.name < b.name end)
  local names = {}
  for i, probe in ipairs(probes) do names[i] = probe.name end
  return { row = row, probes = probes, key = concat(names, " "), time = first }
end

local function nanoseconds_apart(a, b)
  return abs(times.nanoseconds_between(a, b))
end

local function is_together(apart)
  return apart <= parameters.TOGETHER * BILLION
end

-- How far the probes of two suspects are apart at most, or nil if they do not go together.
local function apart_of(one, other)
  local positions, most = {}, 0
  for i, probe in ipairs(other.probes) do
    local before = one.probes[i]
    positions[probe.position] = before.position
    if not before.pair.first_time or not probe.pair.first_time then return nil end
    local _, _, lasted = engines.services_of(before.pair)
    local _, _, other_lasted = engines.services_of(probe.pair)
    most = max(most, nanoseconds_apart(before.pair.first_time, probe.pair.first_time),
      abs(lasted - other_lasted))
  end
  local in_order = 0
  for i = 2, #positions do
    if positions[i] > positions[i - 1] then in_order = in_order + 1 end
  end
  local is_in_order = in_order >= parameters.SAME_ORDER * (#positions - 1)
  return is_together(most) and is_in_order and most or nil
end

local function resolves(engine, row)
  local network = addresses.network_of(row.address)
  if addresses.is_resolving(row.address) then return false end
  local on_link = network == addresses.IPV6 and addresses.NDP or addresses.ARP
  return engine.by_address[on_link .. row.address:sub(2)] ~= nil
end

local function leaves_half_open(row)
  local is_open = false
  for_each_probe(row, function(pair) is_open = is_open or pair.open_handshakes > 0 end)
  return is_open
end

-- What distinguishes the one member that is likely no decoy; the first that only one has counts.
local SIGNS = {
  { "completed handshakes", function(_, row) return row.source.tcp_handshakes > 0 end },
  { nil, resolves },
  { "reset what had responded", function(_, row) return not leaves_half_open(row) end },
}

local function sign_text(sign, row)
  local is_ipv6 = addresses.network_of(row.address) == addresses.IPV6
  return sign[1] or (is_ipv6 and "sent neighbour solicitations" or "sent ARP requests")
end

local function find_likely(engine, group)
  for i, sign in ipairs(SIGNS) do
    local count, found = 0, nil
    for _, member in ipairs(group.members) do
      if sign[2](engine, member.row) then count, found = count + 1, found or member.row end
    end
    if i == 1 then group.are_several = count > 1 end
    if count == 1 then
      group.likely, group.sign = found, sign_text(sign, found)
      return
    end
  end
end

local function describe(engine, group)
  local hosts, list, seen = 0, {}, {}
  for_each_probe(group.members[1].row, function(pair, service)
    group.host = group.host or pair.address
    if not seen[pair] then seen[pair], hosts = true, hosts + 1 end
    list[#list + 1] = service
  end)
  for _, member in ipairs(group.members) do
    local address = member.row.address
    if not group.first or addresses.is_less(address, group.first) then group.first = address end
  end
  group.hosts, group.probed, group.things = hosts, #list, services.things_of(list)
  find_likely(engine, group)
end

-- What is said of a row in the group.
local function text_of(group, row)
  local text = format("one of %.0f sources with the same ", #group.members)
  if group.probed > group.hosts then
    text = text .. format("%.0f %s of ", group.probed, group.things)
      .. (group.hosts == 1 and addresses.text(group.host) or format("%.0f hosts", group.hosts))
  else
    local is_resolving = addresses.is_resolving(row.address)
    text = text .. format("%.0f %s", group.hosts, is_resolving and "addresses" or "hosts")
  end
  text = text .. format(", in the same order and within %.0f ms", max(1, ceil(group.apart / 1e6)))
  if group.are_several then return text .. ": one scan from several hosts?" end
  text = text .. ": decoys?"
  if not group.likely then return text end
  if group.likely == row then
    return text .. "; likely the scanner, which alone " .. group.sign
  end
  return text .. "; likely a decoy of " .. addresses.text(group.likely.address)
    .. ", which alone " .. group.sign
end

local function comes_first(a, b)
  if a.key ~= b.key then return a.key < b.key end
  if times.is_earlier(a.time, b.time) then return true end
  if times.is_earlier(b.time, a.time) then return false end
  return addresses.is_less(a.row.address, b.row.address)
end

-- The groups among rows that are suspects, in the order of their first members.
local function find_groups(engine, rows)
  local suspects, groups = {}, {}
  for _, row in ipairs(rows) do
    local suspect = row.is_grouped and suspect_of(row)
    if suspect then suspects[#suspects + 1] = suspect end
  end
  table.sort(suspects, comes_first)
  local from = 1
  while from <= #suspects do
    local first = suspects[from]
    local group, to = { members = { first }, apart = 0 }, from + 1
    while to <= #suspects and suspects[to].key == first.key
      and is_together(nanoseconds_apart(first.time, suspects[to].time)) do
      local apart = apart_of(first, suspects[to])
      if not apart then break end
      group.apart = max(group.apart, apart)
      group.members[#group.members + 1] = suspects[to]
      to = to + 1
    end
    if #group.members > 1 then
      describe(engine, group)
      groups[#groups + 1] = group
    end
    from = to
  end
  table.sort(groups, function(a, b) return addresses.is_less(a.first, b.first) end)
  return groups
end

return { find = find_groups, text_of = text_of }
