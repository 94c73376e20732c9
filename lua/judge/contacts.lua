-- In: what became of a source's first contacts. Out: how much they speak for an address scan.
--
-- A sequential test after Threshold Random Walk (Jung, Paxson, Berger, Balakrishnan 2004). It goes
-- service by service, as a scan asks everybody for the same, and once over all services for a scan
-- of a few.

local addresses = require("count.address")
local observation = require("count.observation")
local parameters = require("judge.parameters")
local services = require("judge.services")

local log, max, min = math.log, math.max, math.min
local OTHER, UDP = observation.OTHER, observation.UDP
local transport_of = observation.transport_of

local ACCUSING_SCORE = log(parameters.BETA / parameters.ALPHA)
local OUTCOMES = { "fails", "again", "blocked", "streams", "half_open", "stops", "converses" }

-- The same /16, or the /48 that a site gets for IPv6 (RFC 6177).
local function are_nearby(one, other)
  local length = addresses.is_ipv6(one) and 7 or 3
  return one:sub(1, length) == other:sub(1, length)
end

-- A probe of these flags that is sent more often may be a part of a connection, and so may that of
-- a protocol without ports, such as a tunnel's.
local DOUBTFUL = { ack = true, maimon = true, rst = true }

local function most_probes(host, service)
  local is_doubtful = DOUBTFUL[host.probe] or transport_of(service) == OTHER
  return is_doubtful and parameters.MOST_PROBE_PACKETS or parameters.MOST_TRIES
end

local function outcome_of(host, service, answered, packets)
  local transport = transport_of(service)
  if answered then
    local is_left = host.half_open and observation.has_handshake(transport)
      and packets <= parameters.MOST_TRIES
    if is_left then return "half_open" end
    return host.packets > parameters.MOST_PROBE_PACKETS and "converses" or "stops"
  end
  if packets > most_probes(host, service) then return "streams" end
  if host.probe == "quic" and transport == UDP then return "blocked" end
  local pauses = (host.packets - 1) * parameters.AGAIN_PAUSE * 1e9
  return packets >= parameters.FEWEST_AGAIN and host.span >= pauses and "again" or "fails"
end

local function new_contacts()
  local contacts = { hosts = 0, contacted = 0, nearby = 0, same_port = 0 }
  for _, outcome in ipairs(OUTCOMES) do contacts[outcome] = 0 end
  return contacts
end

local function add_contact(contacts, host, outcome)
  if contacts.before and are_nearby(contacts.before, host.address) then
    contacts.nearby = contacts.nearby + 1
  end
  contacts.before = host.address
  contacts.contacted = contacts.contacted + 1
  contacts[outcome] = contacts[outcome] + 1
  if outcome == "fails" and host.same_port then contacts.same_port = contacts.same_port + 1 end
end

local function answered_of(contacts)
  return contacts.half_open + contacts.stops + contacts.converses
end

local function failed_of(contacts)
  return contacts.contacted - answered_of(contacts) + contacts.half_open
end

-- by_service: the contacts that requested each service, which are listed in `order`; all: each host
-- once; failed_first: how many hosts that failed were asked first for each of the services in
-- failed_order.
local function new_test()
  return {
    by_service = {}, order = {}, all = new_contacts(), failed_first = {}, failed_order = {},
  }
end

-- Counts a service that was asked of a host, in the order of the contacts.
local function add_service(test, host, service, answered, packets)
  local contacts = test.by_service[service]
  if not contacts then
    contacts = new_contacts()
    test.by_service[service] = contacts
    test.order[#test.order + 1] = service
  end
  contacts.hosts = contacts.hosts + 1
  -- A host that one service reached is no failure of another: QUIC is often blocked, TCP is not.
  if not host.contacted or (host.answered and not answered) then return end
  if services.is_traceroute(service) then return end
  add_contact(contacts, host, outcome_of(host, service, answered, packets))
end

-- Counts a host, after all its services.
local function add_host(test, host)
  if not host.contacted or services.is_traceroute(host.service) then return end
  local answered = host.answered or host.half_open
  local outcome = outcome_of(host, host.service, answered, host.packets)
  add_contact(test.all, host, outcome)
  if outcome == "stops" or outcome == "converses" then return end
  if not test.failed_first[host.service] then
    test.failed_first[host.service] = 0
    test.failed_order[#test.failed_order + 1] = host.service
  end
  test.failed_first[host.service] = test.failed_first[host.service] + 1
end

-- The logarithm of the likelihood that a source of this kind has these contacts.
local function likelihood(kind, contacts)
  local sum = log(kind.prior) + contacts.nearby * log(kind.nearby)
    + (contacts.contacted - 1 - contacts.nearby) * log(1 - kind.nearby)
  for _, outcome in ipairs(OUTCOMES) do sum = sum + contacts[outcome] * log(kind[outcome]) end
  return sum
end

local function score_of(contacts)
  if contacts.contacted == 0 then return 0 end
  -- From a port to the same port either side may have begun: if nobody answers, perhaps each of
  -- these packets is an answer.
  if answered_of(contacts) == 0 and 2 * contacts.same_port > contacts.contacted then return 0 end
  return max(likelihood(parameters.SWEEPER, contacts), likelihood(parameters.PROBER, contacts))
    - max(likelihood(parameters.CLIENT, contacts), likelihood(parameters.MONITOR, contacts),
      likelihood(parameters.PEER, contacts))
end

local function odds(count, one, other)
  return count == 0 and 0 or count * log(one / other)
end

-- The odds that what fails belongs together: a scan asks one service, a peer-to-peer client
-- whatever port its peers chose.
local function concentration(test, service, contacts)
  local scanner, peer = parameters.SCANNER_SAME_SERVICE, parameters.PEER_SAME_SERVICE
  local there = failed_of(contacts)
  local all = max(there, failed_of(test.all))
  local elsewhere = all - there
  local same = odds(there, scanner, peer) + odds(elsewhere, 1 - scanner, 1 - peer)
  if services.may_be_peers(service) or there == 0 then return same end
  -- Whatever the source does besides: so many on one well-known port are no peers.
  local share, well_known = there / all, parameters.PEER_WELL_KNOWN
  if share <= well_known then return same end
  return max(same, odds(there, share, well_known) + odds(elsewhere, 1 - share, 1 - well_known))
end

-- The same odds where a few services are requested, by how often the next was requested before.
local function repetition(test)
  if #test.failed_order == 0 then return 0 end
  local scanner, peer = parameters.SCANNER_REPEATS, parameters.PEER_REPEATS
  local sum = odds(#test.failed_order - 1, 1 - scanner, 1 - peer)
  table.sort(test.failed_order)
  for _, service in ipairs(test.failed_order) do
    local repeats = services.is_well_known(service) and peer or parameters.PEER_REPEATS_OWN
    sum = sum + odds(test.failed_first[service] - 1, scanner, repeats)
  end
  return sum
end

-- Notes the service or the services with the highest score.
local function conclude(test, evidence)
  local best = 0
  local function note(service, contacts, concentrated)
    local score = score_of(contacts)
    if score <= 0 or min(score, concentrated) <= best then return false end
    best = min(score, concentrated)
    evidence.scan_score, evidence.scan_concentration = score, concentrated
    evidence.scan_service, evidence.scan_services = service, 1
    evidence.scan_contacted = contacts.contacted
    evidence.scan_answered = answered_of(contacts)
    evidence.scan_half_open = contacts.half_open
    return true
  end
  table.sort(test.order)
  evidence.services = #test.order
  evidence.things = services.things_of(test.order)
  for _, service in ipairs(test.order) do
    local contacts = test.by_service[service]
    if contacts.hosts > evidence.top_service_hosts then
      evidence.top_service_hosts, evidence.top_service = contacts.hosts, service
    end
    if contacts.contacted > 0 then
      note(service, contacts, concentration(test, service, contacts))
    end
  end
  if best > ACCUSING_SCORE or #test.failed_order < 2 then return end
  if note(evidence.top_service, test.all, repetition(test)) then
    evidence.scan_services = #test.failed_order
  end
end

-- Whether the evidence is that of an address scan.
local function is_address_scan(evidence)
  return evidence.scan_score > ACCUSING_SCORE and evidence.scan_concentration > ACCUSING_SCORE
end

return {
  new = new_test, add_service = add_service, add_host = add_host, conclude = conclude,
  ACCUSING_SCORE = ACCUSING_SCORE, is_address_scan = is_address_scan,
}
