-- In: the engine's pairs. Out: for each source the evidence, which is what they say for and against
-- a scan.

local addresses = require("count.address")
local contacts = require("judge.contacts")
local engines = require("count.engine")
local observation = require("count.observation")
local parameters = require("judge.parameters")
local ports = require("judge.ports")
local resolving = require("judge.resolving")
local services = require("judge.services")
local targets = require("judge.targets")
local times = require("count.time")

local log, max = math.log, math.max
local UDP = observation.UDP
local transport_of, has_handshake = observation.transport_of, observation.has_handshake

local COUNTS = { -- in the order of the reports
  "contacted", "answered", "half_open", "replied", "unsolicited", "served", "cut_off",
  "multicast", "services", "services_on_one_host", "failed_on_one_host", "failed_host_packets",
  "top_service_hosts", "scan_contacted", "scan_answered", "scan_half_open", "busiest_minute",
  "tcp_attempts", "tcp_refused", "tcp_handshakes", "arp_swept",
}

-- No time comes before all times.
local function is_earlier(a, b)
  if not a or not b then return not a and b ~= nil end
  return times.is_earlier(a, b)
end

-- The pairs in the order of time, which is that of arrival but in merged captures, and in those of
-- several interfaces; of frames without a time, at that of the pair before.
local function in_order_of_time(pairs_of_source)
  local sightings, time, is_sorted = {}, nil, true
  for i, pair in ipairs(pairs_of_source) do
    time = pair.first_time or time
    sightings[i] = { pair = pair, time = time, place = i }
    is_sorted = is_sorted and not (i > 1 and is_earlier(time, sightings[i - 1].time))
  end
  if not is_sorted then
    table.sort(sightings, function(a, b)
      if is_earlier(a.time, b.time) then return true end
      return not is_earlier(b.time, a.time) and a.place < b.place
    end)
  end
  return sightings
end

-- The most pairs first seen within so many seconds.
local function busiest(sightings, seconds)
  local from, most = 1, 0
  for to = 1, #sightings do
    while times.is_apart(sightings[from].time, sightings[to].time, seconds) do
      from = from + 1
    end
    most = max(most, to - from + 1)
  end
  return most
end

local UNHEARD = log((1 - parameters.HEARD_ONE_WAY) / (1 - parameters.HEARD_BOTH_WAYS))
local HEARD = log(parameters.HEARD_ONE_WAY / parameters.HEARD_BOTH_WAYS)

-- Whether the other side of conversations was not captured: by the odds of what was heard.
local function is_one_way(talked, heard)
  return (talked - heard) * UNHEARD + heard * HEARD + log(parameters.ONE_WAY_PRIOR) > 0
end

-- Download streams of which only the bare acknowledgements were captured.
local function is_bare_stream(pair)
  return pair.bare and pair.probe == "ack" and not pair.services
    and pair.packets > parameters.MOST_TRIES
end

-- Whether the other side of the source's conversations, or of all, is missing; `streams` are
-- more of the source's.
local function is_captured_one_way(engine, source, streams)
  return is_one_way(source.talked + streams, source.heard)
    or is_one_way(engine.talked, engine.heard)
end

local function streams_of(source)
  local streams = 0
  for _, pair in ipairs(source.pairs) do
    if is_bare_stream(pair) then streams = streams + 1 end
  end
  return streams
end

local function increment(evidence, name)
  evidence[name] = evidence[name] + 1
end

local function count_pair(pair, evidence)
  if pair.contacted then increment(evidence, "contacted") end
  if pair.answered then increment(evidence, "answered") end
  if pair.replying then increment(evidence, "replied") end
  if pair.unsolicited then
    increment(evidence, transport_of(pair.service) == UDP and "served" or "unsolicited")
  elseif not pair.contacted and not pair.replying then
    increment(evidence, pair.served and "served" or "cut_off")
  end
end

local function host_of(pair, is_one_way_source)
  local half_open = pair.contacted and pair.answered and not pair.connected and not pair.bare
    and has_handshake(transport_of(pair.service))
  return {
    address = pair.address, packets = pair.packets, span = engines.span_of(pair),
    probe = pair.probe, service = pair.service, half_open = half_open,
    answered = pair.answered and not half_open,
    contacted = pair.contacted and (pair.answered or not is_one_way_source),
    same_port = pair.same_port,
  }
end

local function add_services(pair, host, test, evidence)
  local port_test = ports.new()
  engines.for_each_service(pair, function(service, answered, packets)
    contacts.add_service(test, host, service, answered, packets)
    local is_left = host.half_open and has_handshake(transport_of(service))
      and packets <= parameters.MOST_TRIES
    ports.add(port_test, service, answered, is_left, packets)
  end)
  if pair.asked then contacts.add_host(test, host) end
  evidence.services_on_one_host = max(evidence.services_on_one_host, port_test.tried)
  local failed = ports.failed_of(port_test)
  if failed > evidence.failed_on_one_host then
    evidence.failed_on_one_host, evidence.failed_host = failed, host.address
    evidence.failed_host_packets = host.packets
  end
  if failed < 2 then return end
  local _, _, lasted = engines.services_of(pair)
  evidence.failed_hosts[#evidence.failed_hosts + 1] = {
    address = host.address, things = services.things_of(port_test.list), tried = port_test.tried,
    failed = failed, packets = host.packets,
    score = pair.contacted and ports.score_of(port_test, host.packets, lasted) or 0,
  }
end

-- Counts a pair; gives whether it is a first contact.
local function add_pair(pair, source, test, evidence)
  if not pair.spoke then
    local refused = pair.replying and "replied" or "discovery"
    increment(evidence, pair.probe == "error" and "errors" or refused)
    return false
  elseif addresses.is_multicast_or_broadcast(pair.address) then
    increment(evidence, "multicast")
    return false
  end
  count_pair(pair, evidence)
  if not addresses.is_resolving(source.address) then
    local host = host_of(pair, evidence.one_way)
    if host.half_open then increment(evidence, "half_open") end
    add_services(pair, host, test, evidence)
  end
  return pair.contacted
end

-- The targets of a scan: the hosts of which its service was requested.
local function scanned(contacted, evidence)
  if evidence.scan_services ~= 1 then return contacted end
  local found = {}
  for _, sighting in ipairs(contacted) do
    local asked = false
    engines.for_each_service(sighting.pair, function(service)
      asked = asked or service == evidence.scan_service
    end)
    if asked then found[#found + 1] = sighting end
  end
  return found
end

-- The tool whose probes nearly all of the source's look like, or nil.
local function tool_of_probes(source)
  if source.probes < parameters.FEWEST_TOOL_PROBES then return nil end
  for tool, count in pairs(source.by_tool) do
    if count >= parameters.TOOL_SHARE * source.probes then return tool end
  end
  return nil
end

local function new_evidence(engine, source)
  local evidence = {
    scan_score = 0, scan_concentration = 0, scan_services = 0, arp_score = 0, errors = 0,
    discovery = 0, failed_hosts = {}, tool = tool_of_probes(source),
    one_way = is_captured_one_way(engine, source, streams_of(source)),
  }
  for _, name in ipairs(COUNTS) do evidence[name] = 0 end
  evidence.tcp_attempts = source.tcp_attempts
  evidence.tcp_refused = source.tcp_refused
  evidence.tcp_handshakes = source.tcp_handshakes
  return evidence
end

-- `window` is in seconds; 0: none.
local function gather(engine, source, window)
  local sightings = in_order_of_time(source.pairs)
  local evidence = new_evidence(engine, source)
  evidence.busiest_minute = busiest(sightings, 60)
  if window ~= 0 then evidence.busiest_window = busiest(sightings, window) end
  local test, contacted = contacts.new(), {}
  for _, sighting in ipairs(sightings) do
    if add_pair(sighting.pair, source, test, evidence) then
      contacted[#contacted + 1] = sighting
    end
  end
  contacts.conclude(test, evidence)
  table.sort(evidence.failed_hosts, function(a, b)
    if a.failed ~= b.failed then return a.failed > b.failed end
    return addresses.is_less(a.address, b.address)
  end)
  evidence.targets = targets.describe(source.address, scanned(contacted, evidence))
  if addresses.is_resolving(source.address) then
    resolving.weigh(engine, source, sightings, evidence)
  end
  return evidence
end

-- Of the hosts where services failed, those whose ports are scanned: more than `limit` failed, or,
-- unless the user's threshold is greater than the usual one, the odds for a scan suffice.
local function scanned_hosts(evidence, limit)
  local hosts = {}
  for _, host in ipairs(evidence.failed_hosts) do
    local by_odds = limit <= parameters.DEFAULT_PORTS and host.score > contacts.ACCUSING_SCORE
    if host.failed > limit or by_odds then hosts[#hosts + 1] = host end
  end
  return hosts
end

return {
  COUNTS = COUNTS, gather = gather, scanned_hosts = scanned_hosts, host_of = host_of,
  is_captured_one_way = is_captured_one_way,
}
