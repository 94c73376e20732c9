-- In: a source's evidence. Out: the reason of its verdict, in a line.

local addresses = require("count.address")
local observation = require("count.observation")
local contacts = require("judge.contacts")
local evidences = require("judge.evidence")
local parameters = require("judge.parameters")

local concat, floor, format, min = table.concat, math.floor, string.format, math.min
local OTHER, ICMP, PORTS = observation.OTHER, observation.ICMP, observation.PORTS
local transport_of = observation.transport_of

local NAMED_HOSTS = 3

-- "22/tcp", "ICMP type 8", "IP protocol 47".
local function service_text(service)
  local transport, port = transport_of(service), service % PORTS
  if transport == ICMP then return format("ICMP type %.0f", port) end
  if transport == OTHER then return format("IP protocol %.0f", port) end
  return format("%.0f/%s", port, observation.TRANSPORT_NAMES[transport])
end

-- part / all with one decimal.
local function ratio(part, all)
  local tenths = all == 0 and 0 or floor((10 * part + floor(all / 2)) / all)
  return format("%.0f.%.0f", floor(tenths / 10), tenths % 10)
end

local function count_of(count, one, more)
  return format("%.0f %s", count, count == 1 and one or more)
end

local function hosts_text(count)
  return count_of(count, "host", "hosts")
end

local function responded(answered, contacted)
  return format("%.0f responded (%s %%)", answered, ratio(100 * answered, contacted))
end

local function block_text(targets)
  local text = ""
  if targets.block then
    text = format(", %s, %.0f of %.0f addresses", targets.block_text, targets.in_block,
      targets.block_size)
  end
  return text .. (targets.sequential and ", sequential" or "")
end

-- How many are in the source's own network and in private addresses, and how many are not.
local function whereabouts(targets)
  local parts = {}
  local function add(count, where)
    if count == 0 then return end
    parts[#parts + 1] = (count == targets.count and "all" or format("%.0f", count)) .. where
  end
  add(targets.in_own_network, " in its own network")
  add(targets.in_private, " in private addresses")
  add(targets.elsewhere, " in public addresses")
  return concat(parts, ", ")
end

-- How often there was a new one, a second, a minute or an hour.
local function rate_text(targets)
  local milliseconds, steps = floor(targets.lasted / 1e6), targets.count - 1
  if steps < 1 or milliseconds == 0 then return "" end
  local function text(unit, name)
    return ratio(steps * unit, milliseconds) .. " new hosts " .. name
  end
  if steps * 1000 >= milliseconds then return text(1000, "a second") end
  if steps * 60000 >= milliseconds then return text(60000, "a minute") end
  return text(3600000, "an hour")
end

-- What an address scan sends to whom.
local function address_scan_text(evidence)
  local text = evidence.targets.probe_name or "probes"
  local transport = transport_of(evidence.scan_service)
  if evidence.scan_services > 1 then
    text = text .. format(" to %.0f services, mostly %s, on ", evidence.scan_services,
      service_text(evidence.scan_service))
  elseif transport == OTHER then
    text = text .. format(" %.0f to ", evidence.scan_service % PORTS)
  elseif transport == ICMP then
    text = text .. " to "
  else
    text = text .. " to " .. service_text(evidence.scan_service) .. " on "
  end
  return text .. hosts_text(evidence.scan_contacted) .. block_text(evidence.targets)
end

local function failed_text(host)
  return format("%.0f of %.0f %s refused, silent or half-open on %s", host.failed, host.tried,
    host.things, addresses.text(host.address))
end

-- The hosts whose ports are scanned: the first of them by name.
local function port_scan_text(hosts)
  if #hosts == 1 then return failed_text(hosts[1]) end
  local named = {}
  for i = 1, min(#hosts, NAMED_HOSTS) do
    local host = hosts[i]
    named[i] = format("%s (%.0f of %.0f refused, silent or half-open)",
      addresses.text(host.address), host.failed, host.tried)
  end
  local more = #hosts > NAMED_HOSTS and format(" and %.0f more", #hosts - NAMED_HOSTS) or ""
  local beginning = format("%s of %.0f hosts scanned: ", hosts[1].things, #hosts)
  return beginning .. concat(named, ", ") .. more
end

-- Who was looked for on the link.
local function add_resolving(append, source, evidence)
  local is_arp = addresses.network_of(source.address) == addresses.ARP
  append((is_arp and "ARP requests" or "neighbour solicitations") .. " for "
    .. count_of(#source.pairs - evidence.multicast, "address", "addresses"))
  append(format("%.0f responded", evidence.answered))
  if evidence.arp_swept >= parameters.FEWEST_SWEPT
    and evidence.arp_score > contacts.ACCUSING_SCORE then
    append(format("%.0f sequential or in a burst", evidence.arp_swept)
      .. block_text(evidence.targets))
  end
end

-- Whom the source scanned, or contacted.
local function add_scans(append, evidence, ports)
  local scanned = evidences.scanned_hosts(evidence, ports)
  local scans_addresses, probe = contacts.is_address_scan(evidence), evidence.targets.probe_name
  if scans_addresses then
    append(address_scan_text(evidence))
    append(responded(evidence.scan_answered, evidence.scan_contacted))
  end
  if #scanned > 0 then
    local is_named = scans_addresses or not probe
    append((is_named and "" or probe .. " scan: ") .. port_scan_text(scanned))
  end
  local is_all_said = scans_addresses and evidence.contacted == evidence.scan_contacted
  if evidence.contacted > 0 and not is_all_said then
    append("initiated contact with " .. hosts_text(evidence.contacted) .. ", "
      .. responded(evidence.answered, evidence.contacted))
  end
  if evidence.half_open > 0 then
    append(count_of(evidence.half_open, "handshake", "handshakes") .. " left half-open")
  end
  if #scanned == 0 and #evidence.failed_hosts > 0 then
    append(failed_text(evidence.failed_hosts[1]))
  end
end

local function add_contacts(append, evidence, ports, hosts)
  add_scans(append, evidence, ports)
  local scans_addresses, top_hosts = contacts.is_address_scan(evidence), evidence.top_service_hosts
  if not scans_addresses and top_hosts > 1 then
    local share = top_hosts >= hosts and " on all" or format(" on %.0f", top_hosts)
    append(service_text(evidence.top_service) .. share)
  end
  if evidence.services > 1 and (scans_addresses or top_hosts > 1) then
    append(format("%.0f %s in all", evidence.services, evidence.things))
  end
  if scans_addresses then
    append(whereabouts(evidence.targets))
    append(rate_text(evidence.targets))
  end
end

-- What the source does besides.
local function add_others(append, evidence)
  local function note(name, pattern)
    if evidence[name] > 0 then append(format(pattern, hosts_text(evidence[name]))) end
  end
  note("replied", "responded to %s")
  note("unsolicited", "unsolicited SYN-ACK or RST to %s")
  note("served", "served %s whose requests were not captured")
  if evidence.cut_off > 0 then
    append(count_of(evidence.cut_off, "connection", "connections")
      .. " already open when the capture began")
  end
  note("errors", "ICMP errors to %s")
  if evidence.discovery > 0 then
    append("neighbour or router discovery to "
      .. count_of(evidence.discovery, "address", "addresses"))
  end
  if evidence.one_way and evidence.contacted > evidence.answered then
    append("only one direction captured, so silence is no evidence")
  end
  if evidence.multicast > 0 then
    append(format("%.0f multicast or broadcast", evidence.multicast))
  end
end

-- `ports` is the user's threshold of failed services on one host.
local function reason(source, evidence, ports)
  local destinations, parts = #source.pairs, {}
  local function append(part)
    if part ~= "" then parts[#parts + 1] = part end
  end
  if addresses.is_resolving(source.address) then
    add_resolving(append, source, evidence)
  else
    local hosts = destinations - evidence.multicast - evidence.discovery
    add_contacts(append, evidence, ports, hosts)
  end
  if evidence.tool then append("probes look like " .. evidence.tool .. "'s") end
  add_others(append, evidence)
  if destinations > 0 then append(ratio(source.packets, destinations) .. " packets each") end
  append(format("up to %s a minute",
    count_of(evidence.busiest_minute, "new destination", "new destinations")))
  return concat(parts, "; ")
end

return { reason = reason, service_text = service_text }
