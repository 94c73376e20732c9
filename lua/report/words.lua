-- How reports put counts, times and names into words: what their renderers share.

local addresses = require("count.address")
local observation = require("count.observation")
local times = require("count.time")

local floor, format = math.floor, string.format
local BILLION, nanoseconds_between = times.BILLION, times.nanoseconds_between

-- A whole number: "%d" refuses a double beyond 2^31 in some versions.
local function whole(number)
  return format("%.0f", number)
end

-- With a point whatever the locale.
local function decimal(number, decimals)
  return (format("%." .. decimals .. "f", number):gsub("[^%d%-]+", "."))
end

-- Seconds to the nanosecond: "-0.500000000".
local function exact_seconds(time)
  local sign, seconds, nanoseconds = "", time[1], time[2]
  if seconds < 0 then
    sign, seconds = "-", -seconds
    if nanoseconds > 0 then
      seconds, nanoseconds = seconds - 1, BILLION - nanoseconds
    end
  end
  return sign .. format("%.0f.%09.0f", seconds, nanoseconds)
end

local function exact_duration(first, last)
  local seconds, nanoseconds = last[1] - first[1], last[2] - first[2]
  if nanoseconds < 0 then
    seconds, nanoseconds = seconds - 1, nanoseconds + BILLION
  end
  return exact_seconds({ seconds, nanoseconds })
end

-- "1m42s": a number of `small` units, of which `ratio` make a large one.
local function two_units(number, ratio, large, small)
  return format("%.0f%s%02.0f%s", floor(number / ratio), large, number % ratio, small)
end

local function human_duration(first, last)
  if not first then return "-" end
  local exact = nanoseconds_between(first, last) / BILLION
  if exact == 0 then return "0 s" end
  if exact < 0.001 then return "<1 ms" end
  if exact < 0.9995 then return decimal(exact * 1000, 0) .. " ms" end
  if exact < 59.95 then return decimal(exact, 1) .. " s" end
  local seconds = floor(exact + 0.5)
  if seconds < 3600 then return two_units(seconds, 60, "m", "s") end
  if seconds < 24 * 3600 then return two_units(floor(seconds / 60), 60, "h", "m") end
  if seconds < 100 * 24 * 3600 then return two_units(floor(seconds / 3600), 24, "d", "h") end
  return whole(floor(seconds / (24 * 3600))) .. " d"
end

-- The day and the second in UTC. os.date() does not know all times that captures hold.
local function utc(time)
  local seconds = time[1]
  local days = floor(seconds / 86400)
  local clock = seconds - days * 86400
  -- Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": civil_from_days.
  local shifted = days + 719468
  local era = floor(shifted / 146097)
  local day_of_era = shifted - era * 146097
  local year_of_era = floor((day_of_era - floor(day_of_era / 1460) + floor(day_of_era / 36524)
    - floor(day_of_era / 146096)) / 365)
  local day_of_year = day_of_era
    - (365 * year_of_era + floor(year_of_era / 4) - floor(year_of_era / 100))
  local month_index = floor((5 * day_of_year + 2) / 153)
  local day = day_of_year - floor((153 * month_index + 2) / 5) + 1
  local month = month_index < 10 and month_index + 3 or month_index - 9
  local year = year_of_era + era * 400 + (month <= 2 and 1 or 0)
  return format("%04.0f-%02.0f-%02.0f %02.0f:%02.0f:%02.0f", year, month, day,
    floor(clock / 3600), floor(clock / 60) % 60, clock % 60)
end

local function human_bytes(bytes)
  if bytes < 1000 then return whole(bytes) .. " B" end
  local number = bytes / 1000
  local prefix = 1
  while number >= 999.5 do
    number = number / 1000
    prefix = prefix + 1
  end
  local decimals = number < 9.995 and 2 or number < 99.95 and 1 or 0
  return decimal(number, decimals) .. " " .. ("kMGTPE"):sub(prefix, prefix) .. "B"
end

-- Packets for each destination, with two decimals; nil without destinations.
local function packets_per_destination(row)
  return row.destinations > 0 and decimal(row.packets / row.destinations, 2) or nil
end

-- New targets a second, with two decimals; nil if it is not known.
local function target_rate(row)
  local targets = row.evidence.targets
  local milliseconds = floor(targets.lasted / 1e6)
  if targets.count < 2 or milliseconds == 0 then return nil end
  return decimal(1000 * (targets.count - 1) / milliseconds, 2)
end

-- The transport and the port of a service.
local function transport_and_port(service)
  return floor(service / observation.PORTS), service % observation.PORTS
end

-- A service for people: "22/tcp", "icmp 8", "ip 47".
local function service_text(service)
  local transport, port = transport_and_port(service)
  local name = observation.TRANSPORT_NAMES[transport]
  local has_ports = transport == observation.UDP or observation.has_handshake(transport)
  return has_ports and whole(port) .. "/" .. name or name .. " " .. whole(port)
end

-- Milliseconds in seconds: "1.250".
local function exact_milliseconds(milliseconds)
  return format("%.0f.%03.0f", floor(milliseconds / 1000), milliseconds % 1000)
end

local function finding_text(row)
  local host, first = addresses.text(row.address), whole(row.first_frame)
  if row.state == "up" then return "up: " .. host .. ", frame " .. first end
  local service = host .. " on " .. service_text(row.service)
  if row.state == "open" then return "open: " .. service .. ", frame " .. first end
  local text = "conversation: " .. service .. "; " .. human_bytes(row.sent) .. " sent, "
    .. human_bytes(row.received) .. " received; frames " .. first .. " to " .. whole(row.last_frame)
  if not row.after then return text end
  local after = { floor(row.after / 1000), row.after % 1000 * 1000000 }
  return text .. "; after " .. human_duration({ 0, 0 }, after)
end

-- Those findings that have the first one's state, as many as fit into so many columns.
local function first_findings(findings, columns, unicode)
  local state, line = findings.rows[1].state, findings.rows[1].state .. ":"
  for i, row in ipairs(findings.rows) do
    if row.state ~= state then break end
    local item = (i == 1 and " " or ", ") .. addresses.text(row.address)
    if row.service then item = item .. " on " .. service_text(row.service) end
    if #line + #item + 5 > columns then return line .. (unicode and ", …" or ", ...") end
    line = line .. item
  end
  return line
end

-- How much a source found.
local function findings_text(findings)
  local function counted(count, what)
    return whole(count) .. " " .. what .. (count == 1 and "" or "s")
  end
  return counted(findings.open_services, "open service") .. ", " .. whole(findings.hosts_up)
    .. (findings.hosts_up == 1 and " host up, " or " hosts up, ")
    .. counted(findings.conversations, "conversation")
end

return {
  whole = whole, exact_seconds = exact_seconds, exact_duration = exact_duration,
  human_duration = human_duration, human_bytes = human_bytes, utc = utc,
  packets_per_destination = packets_per_destination, target_rate = target_rate,
  transport_and_port = transport_and_port, service_text = service_text,
  exact_milliseconds = exact_milliseconds, finding_text = finding_text,
  first_findings = first_findings, findings_text = findings_text,
}
