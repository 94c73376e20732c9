-- In: a source's evidence. Out: the reason of its verdict, in a line.

local addresses = require("count.address")
local observation = require("count.observation")
local parameters = require("judge.parameters")

local concat, floor, format = table.concat, math.floor, string.format
local OTHER, ICMP, PORTS = observation.OTHER, observation.ICMP, observation.PORTS
local TRANSPORT_NAMES = observation.TRANSPORT_NAMES

-- "22/tcp", "ICMP type 8", "IP protocol 47".
local function service_reason(service)
  local transport, port = floor(service / PORTS), service % PORTS
  if transport == ICMP then return format("ICMP type %.0f", port) end
  if transport == OTHER then return format("IP protocol %.0f", port) end
  return format("%.0f/%s", port, TRANSPORT_NAMES[transport])
end

-- part / all with one decimal.
local function ratio(part, all)
  local tenths = all == 0 and 0 or floor((10 * part + floor(all / 2)) / all)
  return format("%.0f.%.0f", floor(tenths / 10), tenths % 10)
end

-- The reason of a verdict in one line.
local function reason(source, evidence)
  local is_arp = source.address:sub(1, 1) == addresses.ARP
  local destinations = #source.pairs
  local hosts = destinations - evidence.multicast
  local parts = {}
  local function append(pattern, ...)
    parts[#parts + 1] = format(pattern, ...)
  end
  if is_arp then
    append("asked for %.0f addresses, %.0f answered", hosts, evidence.answered)
    if evidence.arp_swept >= parameters.FEWEST_SWEPT then
      append("%.0f of them in order or in a burst", evidence.arp_swept)
    end
  elseif evidence.contacted > 0 then
    append("contacted %.0f %s first, %.0f answered (%s %%)", evidence.contacted,
      evidence.contacted == 1 and "host" or "hosts", evidence.answered,
      ratio(100 * evidence.answered, evidence.contacted))
  end
  if evidence.half_open > 0 then append("left %.0f of them half open", evidence.half_open) end
  if evidence.failed_on_one_host > 1 then
    append("%.0f of %.0f ports refused, silent or half open on %s", evidence.failed_on_one_host,
      evidence.services_on_one_host, addresses.text(evidence.failed_host))
  end
  if not is_arp and evidence.top_service_hosts > 1 then
    local service = service_reason(evidence.top_service)
    if evidence.top_service_hosts >= hosts then
      append("%s on all", service)
    else
      append("%s on %.0f", service, evidence.top_service_hosts)
    end
    if evidence.services > 1 then append("%.0f ports in all", evidence.services) end
  end
  local function tell(name, pattern)
    if evidence[name] > 0 then append(pattern, evidence[name]) end
  end
  tell("replied", "answered %.0f that had sent first")
  tell("unsolicited", "sent %.0f an answer or a reset that nobody asked for")
  tell("served", "served %.0f whose requests were not captured")
  tell("cut_off", "%.0f whose beginning was not captured")
  tell("multicast", "%.0f multicast or broadcast")
  if destinations > 0 then append("%s packets each", ratio(source.packets, destinations)) end
  append("%.0f in its busiest minute", evidence.busiest_minute)
  return concat(parts, "; ")
end

return { reason = reason }
