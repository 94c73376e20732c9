-- In: the pairs of a source. Out: what the source found, and with whom it exchanged data then.

local addresses = require("count.address")
local engines = require("count.engine")
local observation = require("count.observation")

local ICMP = observation.ICMP
local has_handshake, transport_of = observation.has_handshake, observation.transport_of

-- Whether the source's own ACK shows that the service answered, as where nothing else was captured.
local function was_acknowledged(pair, service)
  return pair.connected and pair.contacted and pair.answered
    and has_handshake(transport_of(service))
end

local function row_of(service, found)
  local converses = found.sent > 0 and found.received > 0
  return {
    service = service, state = converses and "conversation" or "open",
    first_frame = converses and found.first_frame or found.answer_frame,
    last_frame = converses and found.last_frame or found.answer_frame,
    packets = found.packets, sent = found.sent, received = found.received, after = found.after,
  }
end

-- A finding without data.
local function plain_row(state, service, frame)
  return {
    state = state, service = service, first_frame = frame, last_frame = frame, packets = 0,
    sent = 0, received = 0,
  }
end

local function services_of(pair)
  local rows = {}
  engines.for_each_service(pair, function(service, answered)
    if not answered or transport_of(service) == ICMP then return end
    local found = pair.found and pair.found[service]
    if found then
      rows[#rows + 1] = row_of(service, found)
    elseif was_acknowledged(pair, service) then
      rows[#rows + 1] = plain_row("open", service, pair.first_frame)
    end
  end)
  return rows
end

-- The host itself, if it sent something after the source had contacted it.
local function host_of(engine, pair)
  if not pair.contacted and not pair.services then return nil end
  local back = engines.find_pair(engine, pair.address, pair.source.address)
  local has_sent = back and (back.spoke or back.replying)
  if not has_sent and not pair.answered then return nil end
  return plain_row("up", nil, has_sent and back.first_frame or pair.first_frame)
end

local RANKS = { conversation = 1, open = 2, up = 3 }

-- Conversations first, by their bytes (falling).
local function comes_first(a, b)
  if a.state ~= b.state then return RANKS[a.state] < RANKS[b.state] end
  local a_bytes, b_bytes = a.sent + a.received, b.sent + b.received
  if a.state == "conversation" and a_bytes ~= b_bytes then return a_bytes > b_bytes end
  if a.address ~= b.address then return addresses.is_less(a.address, b.address) end
  return (a.service or 0) < (b.service or 0)
end

local function gather(engine, source)
  local findings = { rows = {}, open_services = 0, hosts_up = 0, conversations = 0 }
  for _, pair in ipairs(source.pairs) do
    if pair.spoke and not addresses.is_multicast_or_broadcast(pair.address) then
      local rows = addresses.is_resolving(pair.address) and {} or services_of(pair)
      findings.open_services = findings.open_services + #rows
      if #rows == 0 then rows[1] = host_of(engine, pair) end
      if #rows > 0 then findings.hosts_up = findings.hosts_up + 1 end
      for _, row in ipairs(rows) do
        row.address = pair.address
        if row.state == "conversation" then
          findings.conversations = findings.conversations + 1
        end
        findings.rows[#findings.rows + 1] = row
      end
    end
  end
  table.sort(findings.rows, comes_first)
  return findings
end

return { gather = gather }
