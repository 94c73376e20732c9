-- Which services have a port that belongs to them, and which are traceroute's.

local observation = require("count.observation")
local parameters = require("judge.parameters")

local OTHER, UDP, ICMP = observation.OTHER, observation.UDP, observation.ICMP
local PORTS = observation.PORTS
local SYSTEM_PORTS = 1024
local WEB = { [80] = true, [443] = true }

local well_known = {}
for _, port in ipairs(parameters.WELL_KNOWN) do well_known[port] = true end

local function is_well_known(service)
  local transport, port = observation.transport_of(service), service % PORTS
  return transport == OTHER or transport == ICMP or port < SYSTEM_PORTS or well_known[port] == true
end

-- Whether peer-to-peer clients may listen on the service: on any but the well-known ones, and on
-- those of the web, which pass firewalls.
local function may_be_peers(service)
  return not is_well_known(service) or WEB[service % PORTS] == true
end

local TRACEROUTE = UDP * PORTS + parameters.TRACEROUTE

local function is_traceroute(service)
  return service >= TRACEROUTE and service < TRACEROUTE + parameters.TRACEROUTE_PORTS
end

-- What the services of a host are: IP protocols if most are, as a scan of all protocols has ports
-- for some; services if they are mixed.
local function things_of(list)
  local protocols, icmp_types = 0, 0
  for _, service in ipairs(list) do
    local transport = observation.transport_of(service)
    if transport == OTHER then protocols = protocols + 1 end
    if transport == ICMP then icmp_types = icmp_types + 1 end
  end
  if 2 * protocols > #list then return "IP protocols" end
  if protocols + icmp_types == 0 then return "ports" end
  return icmp_types == #list and "ICMP types" or "services"
end

return {
  things_of = things_of, is_well_known = is_well_known, may_be_peers = may_be_peers,
  is_traceroute = is_traceroute,
}
