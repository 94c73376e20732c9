-- In: the engine's pairs. Out: for each source the evidence, which is what they say about it.

local addresses = require("count.address")
local engines = require("count.engine")
local observation = require("count.observation")
local parameters = require("judge.parameters")
local times = require("count.time")

local byte, huge, log, max, min = string.byte, math.huge, math.log, math.max, math.min
local floor = math.floor
local IPV4, IPV6, ARP = addresses.IPV4, addresses.IPV6, addresses.ARP
local PORTS, TCP, UDP = observation.PORTS, observation.TCP, observation.UDP
local BILLION, nanoseconds_between = times.BILLION, times.nanoseconds_between
local find_pair, is_multicast_or_broadcast = engines.find_pair, addresses.is_multicast_or_broadcast

-- What becomes of a contact: it fails, is silent but sent more to than any probe, is left
-- half-open, stops after a probe's packets, or converses.
local OUTCOMES = { "fails", "streams", "half_open", "stops", "converses" }

-- Where ARP targets come from: a gateway rarely asks in order, and for few a second.
local IN_ORDER = log(parameters.SWEEP_IN_ORDER / parameters.GATEWAY_IN_ORDER)
local OUT_OF_ORDER = log((1 - parameters.SWEEP_IN_ORDER) / (1 - parameters.GATEWAY_IN_ORDER))
local NEEDED = log(parameters.SWEEP_NEEDED / parameters.GATEWAY_NEEDED)

local MOST_TRIES = parameters.MOST_TRIES
local MOST_PROBE_PACKETS = parameters.MOST_PROBE_PACKETS
local TRACEROUTE = UDP * PORTS + parameters.TRACEROUTE

-- Whether from `first` to `last` it is at least `seconds`. No time counts as the first of all.
local function is_apart(first, last, seconds)
  if not last then return false end
  if not first then return true end
  local whole_seconds = last[1] - first[1]
  if last[2] < first[2] then whole_seconds = whole_seconds - 1 end
  return whole_seconds >= seconds
end

-- The most pairs first seen within so many seconds, in the order of arrival.
local function busiest(pairs_of_source, seconds)
  local from, most = 1, 0
  for to = 1, #pairs_of_source do
    local now = pairs_of_source[to].first_time
    while from < to and is_apart(pairs_of_source[from].first_time, now, seconds) do
      from = from + 1
    end
    most = max(most, to - from + 1)
  end
  return most
end

-- The same /16, or the /48 that a site gets for IPv6 (RFC 6177).
local function are_nearby(one, other)
  local length = one:sub(1, 1) == IPV6 and 7 or 3
  return one:sub(1, length) == other:sub(1, length)
end

-- The logarithm of the likelihood that a source of this kind has these contacts. A sequential test
-- after Threshold Random Walk (Jung, Paxson, Berger, Balakrishnan 2004).
local function likelihood(kind, asked)
  local sum = log(kind.prior) + asked.nearby * log(kind.nearby)
    + (asked.contacted - 1 - asked.nearby) * log(1 - kind.nearby)
  for _, outcome in ipairs(OUTCOMES) do sum = sum + asked[outcome] * log(kind[outcome]) end
  return sum
end

local function answered_of(asked)
  return asked.half_open + asked.stops + asked.converses
end

local function score_of(asked)
  -- From a port to the same port either side may have begun: if nobody answers, perhaps each of
  -- these packets is an answer.
  if answered_of(asked) == 0 and 2 * asked.same_port > asked.contacted then return 0 end
  return max(likelihood(parameters.SWEEPER, asked), likelihood(parameters.PROBER, asked))
    - max(likelihood(parameters.CLIENT, asked), likelihood(parameters.MONITOR, asked),
      likelihood(parameters.PEER, asked))
end

-- The test goes service by service: a scan asks everybody the same.
local function weigh_services(by_service, evidence)
  local order = {}
  for service in pairs(by_service) do order[#order + 1] = service end
  table.sort(order)
  for _, service in ipairs(order) do
    local asked = by_service[service]
    if asked.hosts > evidence.top_service_hosts then
      evidence.top_service_hosts = asked.hosts
      evidence.top_service = service
    end
    -- Tunnels and ESP are no probes: they carry what was agreed on elsewhere, often one way.
    local is_probe = service >= PORTS and asked.contacted > 0
    local score = is_probe and score_of(asked) or 0
    if score > evidence.scan_score then
      evidence.scan_score = score
      evidence.scan_service = service
      evidence.scan_contacted = asked.contacted
      evidence.scan_answered = answered_of(asked)
      evidence.scan_half_open = asked.half_open
    end
  end
  evidence.services = #order
end

-- Notes how a host took one service that it was asked for.
local function weigh_contact(asked, host, answered, outcome)
  asked.hosts = asked.hosts + 1
  -- Who was reached by one service is no failure by another: QUIC is often blocked, TCP is not.
  if not host.contacted or (host.answered and not answered) then return end
  if asked.before and are_nearby(asked.before, host.address) then
    asked.nearby = asked.nearby + 1
  end
  asked.before = host.address
  asked.contacted = asked.contacted + 1
  asked[outcome] = asked[outcome] + 1
  if outcome == "fails" and host.same_port then asked.same_port = asked.same_port + 1 end
end

local function weigh_port(host, service, answered, outcome)
  if outcome == "streams" then return end
  if floor(service / PORTS) ~= UDP then
    if not answered or outcome == "half_open" then host.failed = host.failed + 1 end
  elseif answered then
    host.answered_udp = host.answered_udp + 1
  elseif service < TRACEROUTE or service >= TRACEROUTE + parameters.TRACEROUTE_PORTS then
    host.silent_udp = host.silent_udp + 1
  end
end

local function ipv4_number(address)
  local a, b, c, d = byte(address, 2, 5)
  return ((a * 256 + b) * 256 + c) * 256 + d
end

-- A walk that starts again whenever it falls below zero (Page's CUSUM 1954).
local function new_walk()
  return { score = 0, steps = 0, highest = 0, steps_to_highest = 0 }
end

local function step(walk, score)
  walk.score = walk.score + score
  walk.steps = walk.steps + 1
  if walk.score <= 0 then walk.score, walk.steps = 0, 0 end
  if walk.score > walk.highest then
    walk.highest = walk.score
    walk.steps_to_highest = walk.steps
  end
end

-- Walks over ARP targets, one by order and one by pace. Who is answered, or is then sent to, was
-- looked for in earnest.
local function weigh_arp(engine, source, evidence)
  local same_host = IPV4 .. source.address:sub(2)
  local by_order, by_pace, before = new_walk(), new_walk(), nil
  for _, pair in ipairs(source.pairs) do
    if pair.answered or find_pair(engine, same_host, IPV4 .. pair.address:sub(2)) then
      step(by_order, NEEDED)
      step(by_pace, NEEDED)
    elseif before then
      local distance = math.abs(ipv4_number(pair.address) - ipv4_number(before.address))
      local is_in_order = distance == 1 or distance == 4294967295
      step(by_order, is_in_order and IN_ORDER or OUT_OF_ORDER)
      -- Two Poisson processes: the likelihood of this gap under each.
      local gap = 0
      if pair.first_time and before.first_time then
        gap = max(0, nanoseconds_between(before.first_time, pair.first_time) / BILLION)
      elseif pair.first_time then
        gap = huge
      end
      local sweep, gateway = parameters.SWEEP_RATE, parameters.GATEWAY_RATE
      step(by_pace, log(sweep / gateway) - (sweep - gateway) * min(gap, 0.1))
    end
    before = pair
  end
  local walk = by_order.highest > by_pace.highest and by_order or by_pace
  evidence.arp_score = walk.highest
  evidence.arp_swept = walk.highest > 0 and walk.steps_to_highest + 1 or 0
end

-- The services asked of a pair's destination, in that order, and of each whether it answered and
-- how many packets asked for it.
local function services_of(pair)
  if pair.services then return pair.services, pair.answered_services, pair.asking_packets end
  if not pair.asked then return {}, {}, {} end
  local service = pair.service
  return { service }, { [service] = engines.on_speaking_terms(pair) }, { [service] = pair.packets }
end

local function failed_services(pair)
  return pair.services and #pair.services - pair.answered_count or 0
end

local COUNTS = { -- in the order of the reports
  "contacted", "answered", "half_open", "replied", "unsolicited", "served", "cut_off",
  "multicast", "services", "services_on_one_host", "failed_on_one_host", "failed_host_packets",
  "top_service_hosts", "scan_contacted", "scan_answered", "scan_half_open", "busiest_minute",
  "tcp_attempts", "tcp_refused", "tcp_handshakes", "arp_swept",
}

local function gather_evidence(engine, source, window)
  local evidence = { scan_score = 0, arp_score = 0 }
  for _, name in ipairs(COUNTS) do evidence[name] = 0 end
  local function increment(name)
    evidence[name] = evidence[name] + 1
  end
  evidence.tcp_attempts = source.tcp_attempts
  evidence.tcp_refused = source.tcp_refused
  evidence.tcp_handshakes = source.tcp_handshakes
  evidence.busiest_minute = busiest(source.pairs, 60)
  if window ~= 0 then evidence.busiest_window = busiest(source.pairs, window) end

  local is_arp = source.address:sub(1, 1) == ARP
  local by_service = {}
  local function asked_of(service)
    local asked = by_service[service]
    if not asked then
      asked = { hosts = 0, contacted = 0, nearby = 0, same_port = 0 }
      for _, outcome in ipairs(OUTCOMES) do asked[outcome] = 0 end
      by_service[service] = asked
    end
    return asked
  end
  local function weigh_pair(pair)
    if pair.contacted then increment("contacted") end
    if pair.answered then increment("answered") end
    if pair.replying then increment("replied") end
    local transport = floor(pair.service / PORTS)
    if pair.unsolicited then
      increment(transport == UDP and "served" or "unsolicited")
    elseif not pair.contacted and not pair.replying then
      increment(pair.served and "served" or "cut_off")
    end
    local half_open = pair.contacted and pair.answered and not pair.took_up
      and source.tcp_attempts > 0 and transport == TCP
    if half_open then increment("half_open") end
    if is_arp then return end
    local host = {
      address = pair.address, contacted = pair.contacted, same_port = pair.same_port,
      answered = pair.answered and not half_open, failed = 0,
      silent_udp = 0, answered_udp = 0,
    }
    local services, answered, packets = services_of(pair)
    for _, service in ipairs(services) do
      local outcome
      if not answered[service] then
        outcome = packets[service] > MOST_TRIES and "streams" or "fails"
      elseif half_open and floor(service / PORTS) == TCP and packets[service] <= MOST_TRIES then
        outcome = "half_open"
      else
        outcome = pair.packets > MOST_PROBE_PACKETS and "converses" or "stops"
      end
      weigh_contact(asked_of(service), host, answered[service], outcome)
      weigh_port(host, service, answered[service], outcome)
    end
    evidence.services_on_one_host = max(evidence.services_on_one_host, #services)
    -- Media have a port for control beside each, which is often silent.
    local failed = host.failed + (host.silent_udp > host.answered_udp and host.silent_udp or 0)
    if failed > evidence.failed_on_one_host then
      evidence.failed_on_one_host = failed
      evidence.failed_host = pair.address
      evidence.failed_host_packets = pair.packets
    end
  end
  for _, pair in ipairs(source.pairs) do
    if is_multicast_or_broadcast(pair.address) then
      increment("multicast")
    else
      weigh_pair(pair)
    end
  end
  weigh_services(by_service, evidence)
  if is_arp then weigh_arp(engine, source, evidence) end
  return evidence
end

return {
  COUNTS = COUNTS, gather = gather_evidence, services_of = services_of,
  failed_services = failed_services,
}
