-- In: the services that a source asked of one host. Out: how much they speak for a port scan.

local observation = require("count.observation")
local parameters = require("judge.parameters")
local services = require("judge.services")

local log, min = math.log, math.min
local UDP, PORTS = observation.UDP, observation.PORTS

local WELL_KNOWN = log(parameters.SCANNER_PORT_FAILS / parameters.CLIENT_PORT_FAILS)
local HIGH = log(parameters.SCANNER_PORT_FAILS / parameters.CLIENT_HIGH_FAILS)
local ANSWERS = log((1 - parameters.SCANNER_PORT_FAILS) / (1 - parameters.CLIENT_PORT_FAILS))
local PACE = log(parameters.SCANNER_PORT_PACE / parameters.CLIENT_PORT_PACE)

-- probed and probed_udp: services that failed, and were asked no more than a probe is.
local function new_test()
  local function ports()
    return { well_known = 0, high = 0 }
  end
  return {
    tried = 0, list = {}, refused = 0, silent_udp = 0, answered_udp = 0, probed = ports(),
    probed_udp = ports(), answered = ports(),
  }
end

-- Counts a service: whether it answered, was left half-open, and how often it was requested.
local function add(test, service, answered, half_open, packets)
  test.tried = test.tried + 1
  test.list[test.tried] = service
  if not answered and packets > parameters.MOST_TRIES then return end -- streamed to
  local function count(ports)
    local kind = services.is_well_known(service) and "well_known" or "high"
    ports[kind] = ports[kind] + 1
  end
  local is_udp, port = observation.transport_of(service) == UDP, service % PORTS
  local is_traceroute = port >= parameters.TRACEROUTE
    and port < parameters.TRACEROUTE + parameters.TRACEROUTE_PORTS
  local is_probed = packets <= parameters.MOST_PROBE_PACKETS
  if answered and not half_open then
    if is_udp then test.answered_udp = test.answered_udp + 1 end
    count(test.answered)
  elseif not is_udp then
    test.refused = test.refused + 1
    if is_probed then count(test.probed) end
  elseif not is_traceroute then
    test.silent_udp = test.silent_udp + 1
    if is_probed then count(test.probed_udp) end
  end
end

local function udp_fails(test)
  return test.silent_udp > test.answered_udp
end

-- Services that failed. Media have a port for control beside each, which is often silent: silent
-- UDP ports count only if most are.
local function failed_of(test)
  return test.refused + (udp_fails(test) and test.silent_udp or 0)
end

local function fruitless(ports)
  return ports.well_known * WELL_KNOWN + ports.high * HIGH
end

-- The score for a port scan by whoever sent so many packets to the host, and asked for a new
-- service over so many nanoseconds.
local function score_of(test, packets, lasted)
  if 2 * failed_of(test) < test.tried then return 0 end
  local score = fruitless(test.probed) + (udp_fails(test) and fruitless(test.probed_udp) or 0)
  -- Where no data followed, an open port was only found to be open.
  if packets > parameters.MOST_PROBE_PACKETS * test.tried then
    score = score + (test.answered.well_known + test.answered.high) * ANSWERS
  else
    score = score + fruitless(test.answered)
  end
  -- Two Poisson processes: whoever asks faster than both may as well be a client that is in a
  -- hurry.
  local pace = (test.tried - 1) * PACE
    - (parameters.SCANNER_PORT_PACE - parameters.CLIENT_PORT_PACE) * (lasted / 1e9)
  return score + min(pace, 0)
end

return { new = new_test, add = add, failed_of = failed_of, score_of = score_of }
