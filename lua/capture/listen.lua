-- In: the taps of one -z or one window. Out: an engine that has counted what they saw.

local addresses = require("count.address")
local engines = require("count.engine")
local guarded = require("capture.errors").guarded
local observe = require("capture.observe")

local IPV4, IPV6 = addresses.IPV4, addresses.IPV6

-- A display filter that was refused: the reason alone.
local function filter_problem(message)
  return tostring(message):match("registering tap:%s*(.*)$") or tostring(message)
end

-- Counts what passes the filter, and calls draw(engine) whenever Wireshark wants to see it. Gives a
-- function that ends this, or nil and why the filter was refused.
local function listen(options, draw)
  local filter = options.filter ~= "" and options.filter or nil
  local good, listener = pcall(Listener.new, "frame", filter)
  if not good then return nil, filter_problem(listener) end
  local ipv4_listener = Listener.new("ip", filter)
  local ipv6_listener = Listener.new("ipv6", filter)
  local engine = engines.new(options.unicast)
  -- The frame that is being read, and its headers: so many were seen, and so many counted.
  local frame, seen, done
  local function begin(packet)
    if frame and packet.number == frame.number then return end
    frame = { number = packet.number, bytes = packet.len, time = observe.frame_time() }
    engines.count_frame(engine, frame)
    seen, done = { [IPV4] = 0, [IPV6] = 0 }, { [IPV4] = 0, [IPV6] = 0 }
  end
  local function count(observation)
    engines.count(engine, frame, observation)
  end
  local function count_header(network)
    return guarded(function(packet)
      begin(packet)
      seen[network] = seen[network] + 1
      -- The tap `frame` is not called where the dissection ended within what an error quotes.
      if observe.has_icmp() then observe.observe_headers(seen, done, count) end
    end)
  end
  ipv4_listener.packet = count_header(IPV4)
  ipv6_listener.packet = count_header(IPV6)
  -- Called last for each frame.
  listener.packet = guarded(function(packet)
    begin(packet)
    local untapped = observe.ends_in_options(seen)
    if untapped then seen[untapped] = seen[untapped] + 1 end
    observe.observe_headers(seen, done, count)
    observe.observe_arp(seen, count)
  end)
  listener.reset = guarded(function()
    engine = engines.new(options.unicast)
    frame = nil
  end)
  listener.draw = guarded(function()
    draw(engine)
  end)
  return function()
    for _, each in ipairs({ listener, ipv4_listener, ipv6_listener }) do each:remove() end
  end
end

return { listen = listen }
