-- In: observations, in the order of the packets. Out: for every source its unique destinations, and
-- what passed between the two.

local addresses = require("count.address")
local observations = require("count.observation")
local times = require("count.time")

local floor, max, min = math.floor, math.max, math.min
local is_multicast_or_broadcast = addresses.is_multicast_or_broadcast
local is_resolving = addresses.is_resolving
local has_handshake = observations.has_handshake
local PORTS, TCP, UDP = observations.PORTS, observations.TCP, observations.UDP
local ICMP = observations.ICMP
local ASK, ANSWER, DATAGRAM = observations.ASK, observations.ANSWER, observations.DATAGRAM
local DATA, REFUSAL, ERROR = observations.DATA, observations.REFUSAL, observations.ERROR
local DISCOVERY = observations.DISCOVERY

local MOST_OPEN_ATTEMPTS = 63
local MOST_OPEN_HANDSHAKES = 63
local MOST_ASKING_PACKETS = 127
-- A host that answers an unexpected packet with a RST was probed, if that was about all it got: the
-- packet was not part of a connection.
local MOST_PROBES = 3

-- Probes that can also be a part of a connection that began before the capture.
local MAY_BE_CONNECTED = { ack = true, maimon = true, rst = true, ["sctp-cookie"] = true }

local function new_engine(unicast)
  return {
    unicast = unicast, frames = 0, pair_count = 0, talked = 0, heard = 0, sources = {},
    by_address = {},
  }
end

-- A pair is a source and one of its destinations. Its flags:
--   contacted    the source sent first, and asked something: a first contact
--   answered     ... and the destination answered; a RST or an ICMP error is no answer
--   unsolicited  the source sent first, but an answer or a RST: backscatter, or already open
--   replying     the destination had sent to the source before
--   credited     the source's answer is noted on the opposite pair
--   asked        `service` is the first that the source requested
--   served       `service` is the source's own, from which it answered
--   spoke        it sent more than ICMP errors and neighbour discovery
--   bare         a first contact, and so far no sign of a connection
--   talked       the source sent what belongs to a connection: data, or its ACK
--   heard        ... and the other side of it was captured too
--   connected    the source acknowledged a SYN-ACK or INIT ACK
--   same_port    the first packet was UDP, from a port to the same port
-- `probe` is what the source began with; an ICMP error if it sent no more. If it requested more
-- services they are in `services`, in that order, and in `by_service`: of each, whether it
-- `answered`, whether it was `opened` by more than a bare ACK or the like, and how many `packets`
-- asked for it. `earliest` and `latest` are when it asked for one that it had not asked for.
local function new_pair(source, to, frame)
  return {
    source = source, address = to, first_frame = frame.number, first_time = frame.time,
    packets = 0, bytes = 0, span_code = 0, service = 0, open_attempts = 0, open_handshakes = 0,
  }
end

local function find_pair(engine, from, to)
  local source = engine.by_address[from]
  return source and source.by_destination[to]
end

-- The pair from the observation's destination to its source, if that has sent anything, or nil.
local function opposite(engine, observation)
  local pair = find_pair(engine, observation.to, observation.from)
  return pair and pair.spoke and pair or nil
end

-- A time span in 7 bits, as the plugin keeps it: units of 2^20 ns, about a millisecond, with two
-- bits of mantissa.
local SPAN_UNIT = 1048576
local MOST_SPAN = 127

local function span_code(nanoseconds)
  local units, exponent = floor(nanoseconds / SPAN_UNIT), 0
  if units < 4 then return units end
  while units >= 8 do units, exponent = floor(units / 2), exponent + 1 end
  return min(MOST_SPAN, 4 * (exponent + 1) + units % 4)
end

-- Nanoseconds from the first packet of a pair to the one furthest from it: rounded down, by a fifth
-- at most, and up to 100 days.
local function span_of(pair)
  local code = pair.span_code
  local units = code < 4 and code or (4 + code % 4) * 2 ^ (floor(code / 4) - 1)
  return units * SPAN_UNIT
end

local function on_speaking_terms(pair)
  return pair.answered or pair.replying or false
end

local function has_asked_first(pair, service)
  return pair.asked and pair.service == service
end

local function has_asked(pair, service)
  return has_asked_first(pair, service)
    or (pair.services ~= nil and pair.by_service[service] ~= nil)
end

-- Whether the source requested a service by what opens a connection.
local function has_opened(pair, service)
  if not pair.services then
    return has_asked_first(pair, service) and not MAY_BE_CONNECTED[pair.probe]
  end
  local asked = pair.by_service[service]
  return asked ~= nil and asked.opened
end

local function serve(pair, own)
  pair.served = true
  pair.service = own
end

local function ask_for_several(pair)
  pair.services, pair.by_service, pair.answered_count = {}, {}, 0
  if pair.asked then
    local answered = on_speaking_terms(pair)
    pair.services[1] = pair.service
    pair.by_service[pair.service] = {
      packets = min(pair.packets - 1, MOST_ASKING_PACKETS), answered = answered,
      opened = not MAY_BE_CONNECTED[pair.probe],
    }
    pair.answered_count = answered and 1 or 0
  end
  pair.earliest, pair.latest = pair.first_time, pair.first_time
end

-- Notes that a service was requested, and gives whether it is a further one, after the first.
local function ask(pair, service, observation, time)
  if not pair.asked and not pair.served then
    pair.asked = true
    pair.service = service
    return
  end
  if has_asked_first(pair, service) then return end
  if not pair.services then ask_for_several(pair) end
  local asked, is_data = pair.by_service[service], observation.role == DATA
  if asked then
    -- What may be part of a connection counts once: by then it is known not to be.
    asked.opened = asked.opened or not is_data
    if not is_data then asked.packets = min(asked.packets + 1, MOST_ASKING_PACKETS) end
    return
  end
  pair.services[#pair.services + 1] = service
  pair.by_service[service] = { packets = 1, answered = false, opened = not is_data }
  if time then
    if not pair.earliest or times.is_earlier(time, pair.earliest) then pair.earliest = time end
    if not pair.latest or times.is_earlier(pair.latest, time) then pair.latest = time end
  end
  return true
end

-- Notes that the destination of a pair answered, from this service of its own.
local function answer(pair, service)
  if pair.contacted and not pair.answered then
    pair.answered = true
    pair.source.answered = pair.source.answered + 1
  end
  local asked = pair.services and pair.by_service[service]
  if asked and not asked.answered then
    asked.answered = true
    pair.answered_count = pair.answered_count + 1
  end
end

-- A service that answered the pair's source, and the data that the two exchanged from then on; kept
-- by service in `found` of the pair.
local function note_answer(asker, service, observation, frame)
  if observation.transport == ICMP or observation.from == observation.to then return end
  asker.found = asker.found or {}
  asker.found[service] = asker.found[service]
    or { answer_frame = frame.number, packets = 0, sent = 0, received = 0 }
end

-- The answered service between the two to which the packet belongs, and whether the source
-- requested it. That of the lower port is looked for first, so that both directions find the same.
local function find_exchange(engine, pair, observation)
  local own, asked = observation.own, observation.asked
  local is_to_service = asked <= own
  local found = is_to_service and pair.found and pair.found[asked]
  if found then return found, true, pair end
  local back = find_pair(engine, observation.to, observation.from)
  found = back and back.found and back.found[own]
  if found then return found, false, back end
  found = pair.found and pair.found[asked]
  return found, true, pair
end

-- Counts data, if a service answered before that it is for or from.
local function exchange(engine, frame, observation, pair)
  local found, is_sent, asker = find_exchange(engine, pair, observation)
  if not found then return end
  if found.packets == 0 then
    found.first_frame = frame.number
    if frame.time and asker.first_time then
      local after = times.nanoseconds_between(asker.first_time, frame.time)
      found.after = max(0, floor(after / 1000000))
    end
  end
  found.last_frame = frame.number
  found.packets = found.packets + 1
  local side = is_sent and "sent" or "received"
  found[side] = found[side] + observation.payload
end

-- The other side of the connection was captured too.
local function hear(engine, pair)
  if not pair.talked or pair.heard then return end
  pair.heard = true
  pair.source.heard = pair.source.heard + 1
  engine.heard = engine.heard + 1
end

-- The source sent what belongs to a connection.
local function talk(engine, pair)
  pair.talked = true
  pair.source.talked = pair.source.talked + 1
  engine.talked = engine.talked + 1
end

-- There is a connection between the two. What looked like a probe may have been part of it.
local function settle(engine, pair)
  if not pair.bare then return end
  pair.bare = false
  if not MAY_BE_CONNECTED[pair.probe] then return end
  local source = pair.source
  source.contacted = source.contacted - 1
  if pair.answered then source.answered = source.answered - 1 end
  pair.contacted, pair.answered = false, false
  if not pair.talked then
    talk(engine, pair)
    hear(engine, pair)
  end
end

local function contact(pair, observation)
  pair.contacted = true
  pair.bare = true
  pair.same_port = observation.transport == UDP and observation.own == observation.asked
  pair.source.contacted = pair.source.contacted + 1
end

-- Notes who began, by the first packet of a pair that says something, and gives the opposite pair.
local function begin(engine, pair, observation, time)
  local own, asked = observation.own, observation.asked
  pair.spoke = true
  pair.probe = observation.probe
  local other = opposite(engine, observation)
  if other then
    pair.replying = true
    hear(engine, other)
    return other
  end
  if is_multicast_or_broadcast(observation.to) then return nil end
  -- The lower port is the service: a probe goes to it, an answer comes from it.
  local is_probe = observation.probe ~= nil and own % PORTS > asked % PORTS
  local role = observation.role
  if role == ASK or role == DATAGRAM or (role == REFUSAL and is_probe) then
    contact(pair, observation)
  elseif role == ANSWER or role == REFUSAL then
    pair.unsolicited = true
    serve(pair, own)
  elseif own % PORTS < asked % PORTS then
    serve(pair, own)
  else
    if is_probe then contact(pair, observation) end
    ask(pair, asked, observation, time)
  end
  return nil
end

-- What a packet of each role says, and whether it requests a further service. `first` is whether it
-- is the pair's first that says something, and `other` the opposite pair, or nil.
local weigh = {}

weigh[ASK] = function(_, pair, observation, frame)
  if has_handshake(observation.transport) then
    if observation.transport == TCP then
      pair.source.tcp_attempts = pair.source.tcp_attempts + 1
    end
    pair.open_attempts = min(pair.open_attempts + 1, MOST_OPEN_ATTEMPTS)
  end
  return ask(pair, observation.asked, observation, frame.time)
end

weigh[DATAGRAM] = function(_, pair, observation, frame, other)
  local own, asked = observation.own, observation.asked
  if pair.served then
    if pair.service == own then return end
  elseif has_asked_first(pair, asked) then
    return
  end
  if not other or not has_asked(other, own) then
    return ask(pair, asked, observation, frame.time)
  end
  answer(other, own)
  note_answer(other, own, observation, frame)
  if not pair.asked then serve(pair, own) end
end

weigh[ANSWER] = function(engine, pair, observation, frame, other)
  local own, transport = observation.own, observation.transport
  if has_handshake(transport) then settle(engine, pair) end
  if not other then return end
  -- A UDP port that was not asked only looks like a server's: NFS asks from system ports.
  if transport == UDP and not has_asked(other, own) then
    return ask(pair, observation.asked, observation, frame.time)
  end
  if has_handshake(transport) then settle(engine, other) end
  answer(other, own)
  if has_asked(other, own) then note_answer(other, own, observation, frame) end
  if other.open_attempts > 0 then
    other.open_attempts = other.open_attempts - 1
    other.open_handshakes = min(other.open_handshakes + 1, MOST_OPEN_HANDSHAKES)
  end
end

weigh[REFUSAL] = function(_, pair, observation, frame, other, is_first)
  if pair.bare and pair.probe == "rst" then
    return observation.probe == "rst" and ask(pair, observation.asked, observation, frame.time)
  end
  pair.open_handshakes = max(pair.open_handshakes - 1, 0)
  if not other then return end
  if other.open_attempts > 0 then
    other.open_attempts = other.open_attempts - 1
    if observation.transport == TCP then
      other.source.tcp_refused = other.source.tcp_refused + 1
    end
  elseif is_first and not other.contacted and not other.unsolicited
    and other.packets <= MOST_PROBES then
    other.contacted = true
    other.source.contacted = other.source.contacted + 1
  end
  -- Who does nothing but refuse was asked, whatever with: an ACK scan goes from port to port.
  if not pair.asked and not pair.credited and not other.unsolicited then
    ask(other, observation.own, observation, frame.time)
  end
end

weigh[DATA] = function(engine, pair, observation, frame, other)
  local own, asked, transport = observation.own, observation.asked, observation.transport
  if pair.open_handshakes > 0 then
    pair.open_handshakes = pair.open_handshakes - 1
    pair.connected = true
    if transport == TCP then pair.source.tcp_handshakes = pair.source.tcp_handshakes + 1 end
  end
  -- Where the answers were not captured, the source's own ACK shows that there was one.
  if pair.contacted and not pair.answered and pair.open_attempts > 0
    and has_opened(pair, asked) then
    pair.connected = true
    answer(pair, asked)
  elseif pair.bare and observation.probe then
    return own % PORTS > asked % PORTS and ask(pair, asked, observation, frame.time)
  end
  if has_handshake(transport) then
    if not pair.talked then
      talk(engine, pair)
      if opposite(engine, observation) then hear(engine, pair) end
    end
    settle(engine, pair)
  end
  if pair.replying and not pair.credited and other then
    pair.credited = true
    if has_handshake(transport) then settle(engine, other) end
    answer(other, own)
  end
end

local function new_source(from, frame)
  return {
    address = from, pairs = {}, by_destination = {}, contacted = 0, answered = 0, talked = 0,
    heard = 0, tcp_attempts = 0, tcp_refused = 0, tcp_handshakes = 0, packets = 0, bytes = 0,
    first_frame = frame, probes = 0, by_tool = {},
  }
end

local function find_or_add_source(engine, from, frame)
  local source = engine.by_address[from]
  if not source then
    source = new_source(from, frame)
    engine.by_address[from] = source
    engine.sources[#engine.sources + 1] = source
  end
  return source
end

-- Widens the first and last time of a source, or of all frames.
local function count_time(counts, time)
  local first, last = counts.first_time, counts.last_time
  if not first or times.is_earlier(time, first) then counts.first_time = time end
  if not last or times.is_earlier(last, time) then counts.last_time = time end
end

local function find_or_add_pair(engine, source, to, frame)
  local pair = source.by_destination[to]
  if not pair then
    pair = new_pair(source, to, frame)
    source.by_destination[to] = pair
    source.pairs[#source.pairs + 1] = pair
    engine.pair_count = engine.pair_count + 1
  elseif frame.time and pair.first_time then
    local span = span_code(math.abs(times.nanoseconds_between(pair.first_time, frame.time)))
    pair.span_code = max(pair.span_code, span)
  end
  return pair
end

-- Counts the first packet to a destination, or for a further service of it.
local function count_probe(source, tool)
  source.probes = source.probes + 1
  if tool then source.by_tool[tool] = (source.by_tool[tool] or 0) + 1 end
end

-- Counts an observation of a frame, which is { number =, bytes =, time = }.
local function count(engine, frame, observation)
  local from, to, role = observation.from, observation.to, observation.role
  if role == ANSWER and is_resolving(from) then
    local other = opposite(engine, observation)
    if other then answer(other, observation.own) end
    return
  end
  if engine.unicast and is_multicast_or_broadcast(to) then return end

  local source = find_or_add_source(engine, from, frame.number)
  source.packets = source.packets + 1
  source.bytes = source.bytes + frame.bytes
  source.last_frame = frame.number
  if frame.time then count_time(source, frame.time) end

  local pair = find_or_add_pair(engine, source, to, frame)
  pair.packets = pair.packets + 1
  pair.bytes = pair.bytes + frame.bytes
  if role == ERROR or role == DISCOVERY then
    if role == ERROR and not pair.spoke then
      pair.probe = observation.probe
      if not observation.probe then pair.replying = true end
    end
    return
  end
  local is_first, other = not pair.spoke
  if is_first then
    other = begin(engine, pair, observation, frame.time)
  else
    other = opposite(engine, observation)
  end
  local is_new_service = weigh[role](engine, pair, observation, frame, other, is_first)
  if is_new_service or (pair.packets == 1 and pair.contacted) then
    count_probe(source, observation.tool)
  end
  if (observation.payload or 0) > 0 then exchange(engine, frame, observation, pair) end
end

-- Counts a frame, apart from what it holds.
local function count_frame(engine, frame)
  if frame.time then count_time(engine, frame.time) end
  engine.frames = engine.frames + 1
end

-- Calls visit(service, whether it answered, packets that asked for it) for each service asked of a
-- pair's destination, in that order.
local function for_each_service(pair, visit)
  if not pair.services then
    if pair.asked then visit(pair.service, on_speaking_terms(pair), pair.packets) end
    return
  end
  for _, service in ipairs(pair.services) do
    local asked = pair.by_service[service]
    visit(service, asked.answered, asked.packets)
  end
end

-- How many services were asked of a pair's destination, how many of them answered, and the
-- nanoseconds from the first request for another service to the last.
local function services_of(pair)
  if not pair.services then
    if not pair.asked then return 0, 0, 0 end
    return 1, on_speaking_terms(pair) and 1 or 0, 0
  end
  local lasted = pair.earliest and times.nanoseconds_between(pair.earliest, pair.latest) or 0
  return #pair.services, pair.answered_count, lasted
end

return {
  new = new_engine, count = count, count_frame = count_frame, find_pair = find_pair,
  span_of = span_of, for_each_service = for_each_service, services_of = services_of,
}
