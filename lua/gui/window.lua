-- The front in Wireshark: Statistics > Scan Suspects, a window.

local addresses = require("count.address")
local errors = require("capture.errors")
local host_name = require("capture.names").host_name
local listen = require("capture.listen").listen
local options_module = require("report.options")
local write_file = require("report.output").write_file
local render = require("report.render").render
local make_report = require("report.report").make
local whole = require("report.words").whole

local concat = table.concat
local guarded, refuse = errors.guarded, errors.refuse

local SOURCE_FIELDS = {
  [addresses.IPV4] = "ip.src", [addresses.IPV6] = "ipv6.src",
  [addresses.ARP] = "arp.src.proto_ipv4", [addresses.NDP] = "icmpv6.type == 135 && ipv6.src",
}

-- "ip.src == 192.0.2.1 || ...": the packets of the suspects, or else of the flagged ones; or nil.
local function filter_for(report)
  local function terms(belongs)
    local found = {}
    for _, row in ipairs(report.sources) do
      if belongs(row) then
        local field = SOURCE_FIELDS[addresses.network_of(row.address)]
        found[#found + 1] = field .. " == " .. addresses.text(row.address)
      end
    end
    return found
  end
  local found = terms(function(row)
    return row.suspect
  end)
  if #found == 0 then
    found = terms(function(row)
      return row.flagged
    end)
  end
  return #found > 0 and concat(found, " || ") or nil
end

local function format_for(path)
  local suffix = path:lower():match("%.(%a+)$")
  return (suffix == "json" or suffix == "csv") and suffix or "text"
end

-- Asks for one value, suggesting one, and calls done() with the answer.
local function ask_for(label, suggested, done)
  new_dialog("Scan Suspects", guarded(function(value)
    if value and value ~= "" then done(value) end
  end), { name = label, value = suggested })
end

local function open_window(options)
  local window, engine, report
  local text = ""
  local function show()
    report = make_report(engine, options, host_name)
    local new_text = render("text", report, true)
    if new_text == text then return end -- setting it would scroll to the top
    text = new_text
    window:set(text)
  end
  local stop, problem = listen(options, function(counted_engine)
    engine = counted_engine
    show()
  end)
  if not stop then
    return refuse("-z fanout: " .. options_module.filter_refused(options, problem), 1)
  end
  window = TextWindow.new("Scan Suspects")
  window:set_atclose(guarded(stop))
  window:add_button("Threshold…", guarded(function()
    ask_for("More unique destinations than", whole(options.threshold), function(value)
      local threshold, why = options_module.parse_number("threshold", value)
      if not threshold then return report_failure(why) end
      options.threshold = threshold
      if engine then show() end
    end)
  end))
  window:add_button("Apply Filter", guarded(function()
    local filter = report and filter_for(report)
    if not filter then return report_failure("No source is suspect or over the threshold.") end
    set_filter(filter)
    apply_filter()
  end))
  window:add_button("Copy", guarded(function()
    copy_to_clipboard(text)
  end))
  window:add_button("Save As…", guarded(function()
    ask_for("File (.txt, .json or .csv)", "", function(path)
      if not report then return end
      local why = write_file(path, render(format_for(path), report, true))
      if why then report_failure(why) end
    end)
  end))
  retap_packets()
end

return { open = open_window }
