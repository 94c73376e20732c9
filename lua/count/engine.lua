-- In: observations, in the order of the packets. Out: for every source its unique destinations, and
-- what passed between the two.

local address = require("count.address")
local observation = require("count.observation")
local is_earlier = require("count.time").is_earlier

local floor, max, min = math.floor, math.max, math.min
local ARP, is_multicast_or_broadcast = address.ARP, address.is_multicast_or_broadcast
local PORTS, TCP, UDP = observation.PORTS, observation.TCP, observation.UDP
local ASK, ANSWER, DATAGRAM = observation.ASK, observation.ANSWER, observation.DATAGRAM
local DATA, REFUSAL, ERROR = observation.DATA, observation.REFUSAL, observation.ERROR

local MOST_OPEN_ATTEMPTS = 63
local MOST_OPEN_HANDSHAKES = 63
local MOST_ASKING_PACKETS = 127
-- A host that answers a packet out of nowhere with a RST was probed, not cut off in the middle
-- of a conversation, if that was about all it got.
local MOST_PROBES = 3

local function new_engine(unicast)
  return { unicast = unicast, frames = 0, pair_count = 0, sources = {}, by_address = {} }
end

-- A pair is a source and one of its destinations. Its flags:
--   contacted    the source sent first, and asked something: a first contact
--   answered     ... and the destination answered; a RST or an ICMP error is no answer
--   unsolicited  the source sent first, but an answer or a RST: backscatter, or cut off
--   replying     the destination had sent to the source before
--   credited     the source's answer is noted on the opposite pair
--   asked        `service` is the first that the source asked for
--   served       `service` is the source's own, from which it answered
--   took_up      it acknowledged a SYN-ACK: there was a connection
--   same_port    the first packet was UDP, from a port to the same port
-- If it asked for more services they are in `services`, in that order; `answered_services` tells
-- of each whether it answered, `asking_packets` how many packets asked for it.
local function new_pair(source, to, frame, time)
  return {
    source = source, address = to, first_frame = frame, first_time = time,
    packets = 0, bytes = 0, service = 0, open_attempts = 0, open_handshakes = 0,
  }
end

local function find_pair(engine, source_address, destination_address)
  local source = engine.by_address[source_address]
  return source and source.by_destination[destination_address]
end

local function on_speaking_terms(pair)
  return pair.answered or pair.replying or false
end

local function has_asked(pair, service)
  if pair.asked and pair.service == service then return true end
  return pair.services ~= nil and pair.answered_services[service] ~= nil
end

local function serve(pair, own)
  pair.served = true
  pair.service = own
end

local function ask(pair, service)
  if not pair.asked and not pair.served then
    pair.asked = true
    pair.service = service
    return
  end
  if pair.asked and pair.service == service then return end
  if not pair.services then
    pair.services, pair.answered_services, pair.answered_count = {}, {}, 0
    pair.asking_packets = {}
    if pair.asked then
      local answered = on_speaking_terms(pair)
      pair.services[1] = pair.service
      pair.answered_services[pair.service] = answered
      pair.answered_count = answered and 1 or 0
      pair.asking_packets[pair.service] = min(pair.packets - 1, MOST_ASKING_PACKETS)
    end
  end
  local packets = pair.asking_packets[service]
  if packets then
    pair.asking_packets[service] = min(packets + 1, MOST_ASKING_PACKETS)
    return
  end
  pair.services[#pair.services + 1] = service
  pair.answered_services[service] = false
  pair.asking_packets[service] = 1
end

-- Notes that the destination of a pair answered, from this service of its own.
local function answer(pair, service)
  if pair.contacted and not pair.answered then
    pair.answered = true
    pair.source.answered = pair.source.answered + 1
  end
  if pair.services and pair.answered_services[service] == false then
    pair.answered_services[service] = true
    pair.answered_count = pair.answered_count + 1
  end
end

-- What the first packet of a pair says.
local function weigh_first(pair, other, role, own, asked)
  if other then
    pair.replying = true
  elseif is_multicast_or_broadcast(pair.address) then
    return
  elseif role == ASK or role == DATAGRAM then
    pair.contacted = true
    pair.same_port = floor(asked / PORTS) == UDP and own == asked
    pair.source.contacted = pair.source.contacted + 1
  elseif role == ANSWER or role == REFUSAL then
    pair.unsolicited = true
    serve(pair, own)
  elseif role == DATA then
    -- Cut off in the middle: the lower port is the service.
    if own % PORTS < asked % PORTS then
      serve(pair, own)
    else
      ask(pair, asked)
    end
  end
end

-- What a packet of each role says, with `other` as the opposite pair, or nil.
local weigh = {}

weigh[ASK] = function(pair, _, _, own, asked)
  if floor(own / PORTS) == TCP then
    pair.source.tcp_attempts = pair.source.tcp_attempts + 1
    pair.open_attempts = min(pair.open_attempts + 1, MOST_OPEN_ATTEMPTS)
  end
  ask(pair, asked)
end

weigh[DATAGRAM] = function(pair, other, _, own, asked)
  if pair.served then
    if pair.service == own then return end
  elseif pair.asked and pair.service == asked then
    return
  end
  if not other or not has_asked(other, own) then return ask(pair, asked) end
  answer(other, own)
  if not pair.asked then serve(pair, own) end
end

weigh[ANSWER] = function(pair, other, _, own, asked)
  if not other then return end
  -- A UDP port that was not asked only looks like a server's: NFS asks from system ports.
  if floor(own / PORTS) == UDP and not has_asked(other, own) then return ask(pair, asked) end
  answer(other, own)
  if other.open_attempts > 0 then
    other.open_attempts = other.open_attempts - 1
    other.open_handshakes = min(other.open_handshakes + 1, MOST_OPEN_HANDSHAKES)
  end
end

weigh[REFUSAL] = function(pair, other, is_new, own)
  pair.open_handshakes = max(pair.open_handshakes - 1, 0)
  if not other then return end
  if other.open_attempts > 0 then
    other.open_attempts = other.open_attempts - 1
    other.source.tcp_refused = other.source.tcp_refused + 1
  elseif is_new and not other.contacted and not other.unsolicited
    and other.packets <= MOST_PROBES then
    other.contacted = true
    other.source.contacted = other.source.contacted + 1
  end
  -- Who does nothing but refuse was asked, whatever with: an ACK scan goes from port to port.
  if not pair.asked and not pair.credited and not other.unsolicited then ask(other, own) end
end

weigh[DATA] = function(pair, other, _, own, asked)
  if pair.open_handshakes > 0 then
    pair.open_handshakes = pair.open_handshakes - 1
    pair.took_up = true
    pair.source.tcp_handshakes = pair.source.tcp_handshakes + 1
  end
  -- Where the answers were not captured, the source's own ACK shows that there was one.
  if pair.contacted and not pair.answered and pair.open_attempts > 0
    and has_asked(pair, asked) then
    pair.took_up = true
    answer(pair, asked)
  end
  if pair.replying and not pair.credited then
    pair.credited = true
    if other then answer(other, own) end
  end
end

weigh[ERROR] = function() end

local function new_source(from, frame)
  return {
    address = from, pairs = {}, by_destination = {}, contacted = 0, answered = 0,
    tcp_attempts = 0, tcp_refused = 0, tcp_handshakes = 0, packets = 0, bytes = 0,
    first_frame = frame,
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
  if not first or is_earlier(time, first) then counts.first_time = time end
  if not last or is_earlier(last, time) then counts.last_time = time end
end

-- Counts an observation: its frame is { number =, bytes =, time = }.
local function count(engine, frame, from, to, role, transport, source_port, destination_port)
  local own = transport * PORTS + source_port
  local asked = transport * PORTS + destination_port
  local other = find_pair(engine, to, from)
  if role == ANSWER and from:sub(1, 1) == ARP then
    if other then answer(other, own) end
    return
  end
  if engine.unicast and is_multicast_or_broadcast(to) then return end

  local source = find_or_add_source(engine, from, frame.number)
  source.packets = source.packets + 1
  source.bytes = source.bytes + frame.bytes
  source.last_frame = frame.number
  if frame.time then count_time(source, frame.time) end

  local pair = source.by_destination[to]
  local is_new = not pair
  if is_new then
    pair = new_pair(source, to, frame.number, frame.time)
    source.by_destination[to] = pair
    source.pairs[#source.pairs + 1] = pair
    engine.pair_count = engine.pair_count + 1
    if from == to then other = pair end
  end
  pair.packets = pair.packets + 1
  pair.bytes = pair.bytes + frame.bytes
  if is_new then weigh_first(pair, other, role, own, asked) end
  weigh[role](pair, other, is_new, own, asked)
end

-- Counts a frame, apart from what it holds.
local function count_frame(engine, frame)
  if frame.time then count_time(engine, frame.time) end
  engine.frames = engine.frames + 1
end

return {
  new = new_engine, count = count, count_frame = count_frame, find_pair = find_pair,
  on_speaking_terms = on_speaking_terms,
}
