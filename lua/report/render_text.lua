-- Text, in 80 columns.

local addresses = require("count.address")
local lists = require("count.lists")
local destinations_of = require("report.report").destinations_of
local unicodes = require("report.unicode")
local words_module = require("report.words")

local concat, floor, format, max, min = table.concat, math.floor, string.format, math.max, math.min
local rep = string.rep
local append_all, map = lists.append_all, lists.map
local beginning, display_width = unicodes.beginning, unicodes.display_width
local human_bytes, human_duration = words_module.human_bytes, words_module.human_duration
local utc, whole = words_module.utc, words_module.whole

local WIDTH = 80
local INDENT = 4 -- of what belongs to a source
local SHOWN_NAME = 8 -- columns of a name, below which it is not worth showing
local GAP = "  "
local HEADINGS = { "Fan-out", "Packets", "Bytes", "First", "Last", "Lasted" }
local NARROWEST = { 7, 7, 7, 5, 6, 6 }

local function spaces(columns)
  return rep(" ", max(0, columns))
end

local function pad_right(text, columns)
  return text .. spaces(columns - display_width(text))
end

local function pad_left(text, columns)
  return spaces(columns - display_width(text)) .. text
end

local function counted(number, one, more)
  return whole(number) .. " " .. (number == 1 and one or more)
end

local function words(text)
  local pieces = {}
  for word in (text .. " "):gmatch("([^ ]*) ") do pieces[#pieces + 1] = word end
  if pieces[#pieces] == "" then pieces[#pieces] = nil end
  return pieces
end

-- Splits where clauses end, in ';' or ':'; those that do not fit into a line also at spaces.
local function clauses(text, columns)
  local pieces = {}
  while text ~= "" do
    local stop = text:find("[;:] ")
    local clause = stop and text:sub(1, stop) or text
    text = text:sub(#clause + 2)
    if display_width(clause) <= columns then
      pieces[#pieces + 1] = clause
    else
      append_all(pieces, words(clause))
    end
  end
  return pieces
end

-- Puts the pieces into lines, with spaces between them, and breaks those that are longer than a
-- line anywhere. The first begins in column `at`; further lines are indented.
local function wrapped(pieces, at, indent)
  local result = {}
  local function new_line()
    result[#result + 1] = "\n" .. spaces(indent)
    at = indent
  end
  for i, piece in ipairs(pieces) do
    if i > 1 and at + 1 + display_width(piece) > WIDTH then
      new_line()
    elseif i > 1 then
      result[#result + 1] = " "
      at = at + 1
    end
    while at + display_width(piece) > WIDTH do
      local part = beginning(piece, WIDTH - at)
      result[#result + 1] = part
      piece = piece:sub(#part + 1)
      new_line()
    end
    result[#result + 1] = piece
    at = at + display_width(piece)
  end
  return concat(result)
end

local function paragraph(text)
  return wrapped(words(text), 0, 0)
end

-- A bar for `value`, that has `columns` for `largest`: none for 0, but else never an empty one.
local function bar(value, largest, columns, unicode)
  local exact = value / largest * columns
  if not unicode then return rep("#", max(1, floor(exact + 0.5))) end
  local parts = { "▏", "▎", "▍", "▌", "▋", "▊", "▉" }
  local eighths = max(1, floor(exact * 8 + 0.5))
  return rep("█", floor(eighths / 8)) .. (parts[eighths % 8] or "")
end

local function labelled_address(address)
  local suffix = addresses.is_resolving(address)
    and " (" .. addresses.NETWORK_NAMES[addresses.network_of(address)] .. ")" or ""
  return addresses.text(address) .. suffix
end

-- Whether the destination answered, and which service was requested of it: the two matter together.
local function answer_text(row)
  if row.services > 1 then
    return format("%.0f of %.0f", row.services_answered, row.services)
  end
  local answered = not row.contacted and "-" or row.answered and "yes" or "no"
  if not row.service then return answered end
  return pad_right(answered, 4) .. words_module.service_text(row.service)
end

local function text_cells(row)
  return {
    whole(row.destinations), whole(row.packets), human_bytes(row.bytes), whole(row.first_frame),
    whole(row.last_frame), human_duration(row.first_time, row.last_time),
  }
end

-- What the parts of a text report share: where to write, and how wide the columns are.
local function new_page(report, unicode)
  local page = { report = report, unicode = unicode, pieces = {}, widths = {} }
  function page.write(...)
    append_all(page.pieces, { ... })
  end
  function page.clean(text)
    return unicodes.printable(text, unicode)
  end
  function page.name_of(row)
    return unicodes.printable(row.name or "", unicode)
  end
  append_all(page.widths, NARROWEST)
  for _, row in ipairs(report.sources) do
    for i, cell in ipairs(text_cells(row)) do page.widths[i] = max(page.widths[i], #cell) end
  end
  local taken = 0
  for _, width in ipairs(page.widths) do taken = taken + #GAP + width end
  page.source_width = max(0, WIDTH - taken)
  return page
end

local function window_text(options)
  return options.window == 0 and "" or " within " .. whole(options.window) .. " s"
end

local function threshold_text(options)
  return format("more than %.0f %s destinations", options.threshold,
    options.window == 0 and "unique" or "new") .. window_text(options)
end

-- How many scans the suspects make, where some belong together.
local function scans_text(report)
  if report.scans_total == report.suspects_total then return "" end
  return format(" (%s from %.0f sources)", counted(report.scans_total, "scan", "scans"),
    report.suspects_total)
end

local function write_summary(page)
  local report, options = page.report, page.report.options
  local function fact(name, text)
    page.write(pad_right(name, 12), wrapped(words(text), 12, 12), "\n")
  end
  fact("Filter:", options.filter == "" and "<No Filter>" or page.clean(options.filter))
  if report.first_time then
    fact("Time:", format("%s to %s UTC (%s)", utc(report.first_time), utc(report.last_time),
      human_duration(report.first_time, report.last_time)))
  end
  fact("Counted:", counted(report.frames, "frame", "frames") .. ", "
    .. counted(report.sources_total, "source", "sources") .. ", "
    .. counted(report.pairs_total, "pair", "pairs") .. " of source and destination")
  fact("Threshold:", threshold_text(options))
  fact("Flagged:", report.flagged_total == 0 and "none"
    or counted(report.flagged_total, "source", "sources") .. " over the threshold")
  fact("Suspects:", report.suspects_total == 0 and "none"
    or counted(report.suspects_total, "source looks like a scanner",
      "sources look like scanners") .. scans_text(report))
end

-- Whether a name has room beside `left`, perhaps cut.
local function has_room(left, name, columns)
  return #left + #GAP + min(SHOWN_NAME, display_width(name)) <= columns
end

-- `left`, and the name beside it, cut to what is left of the columns.
local function labelled(page, left, name, columns)
  if name == "" or not has_room(left, name, columns) then return left end
  return left .. GAP .. unicodes.shortened(name, columns - #left - #GAP, page.unicode)
end

-- The address and its name, for a cell so wide. Where there is no room for them they are written
-- in a line of their own, and the cell is empty.
local function place(page, left, name, columns)
  local fits = has_room(left, name, columns)
  if name == "" then fits = #left <= columns end
  if fits then return labelled(page, left, name, columns) end
  page.write(labelled(page, left, name, WIDTH), "\n")
  return ""
end

local function write_destinations(page, source)
  local indent = spaces(INDENT)
  local widths = page.widths
  local width = page.source_width + #GAP + widths[1]
  local function line(left, cells)
    page.write(pad_right(left, width))
    for i = 1, 3 do page.write(GAP, pad_left(cells[i], widths[1 + i])) end
    page.write(GAP, cells[4], "\n")
  end
  line(indent .. "Destination", { HEADINGS[2], HEADINGS[3], HEADINGS[4], "Answered" })
  for _, row in ipairs(destinations_of(page.report, source)) do
    local address = indent .. addresses.text(row.address)
    local left = place(page, address, page.name_of(row), width)
    line(left, {
      whole(row.packets), human_bytes(row.bytes), whole(row.first_frame), answer_text(row),
    })
  end
end

-- How much the source found, and the most important of it, in three lines at most; with the pairs,
-- all of it.
local function write_findings(page, findings)
  if #findings.rows == 0 then return end
  local function detail(text)
    page.write(spaces(INDENT), wrapped(words(text), INDENT, INDENT + 2), "\n")
  end
  detail("found " .. words_module.findings_text(findings))
  if page.report.options.pairs then
    for _, row in ipairs(findings.rows) do detail(words_module.finding_text(row)) end
  elseif findings.conversations > 0 then
    detail(words_module.finding_text(findings.rows[1]))
  else
    page.write(spaces(INDENT),
      words_module.first_findings(findings, WIDTH - INDENT, page.unicode), "\n")
  end
end

local function write_section(page, title, with_reasons, belongs)
  local is_first = true
  local function line(left, cells)
    page.write(pad_right(left, page.source_width))
    for i, cell in ipairs(cells) do page.write(GAP, pad_left(cell, page.widths[i])) end
    page.write("\n")
  end
  for _, row in ipairs(page.report.sources) do
    if belongs(row) then
      if is_first then
        page.write("\n", paragraph(title), "\n")
        line("Source", HEADINGS)
      elseif page.report.options.pairs then
        page.write("\n")
      end
      is_first = false
      line(place(page, labelled_address(row.address), page.name_of(row),
        page.source_width), text_cells(row))
      if with_reasons then
        local text = concat(row.verdicts, ", ") .. ": " .. page.clean(row.reason)
        page.write(spaces(INDENT),
          wrapped(clauses(text, WIDTH - INDENT - 2), INDENT, INDENT + 2), "\n")
      end
      if row.suspect then write_findings(page, row.findings) end
      if page.report.options.pairs then write_destinations(page, row) end
    end
  end
end

local function write_left_out(page)
  local report = page.report
  if report.left_out == 0 then return end
  local suspects = report.suspects_total
  for _, row in ipairs(report.sources) do
    if row.suspect then suspects = suspects - 1 end
  end
  page.write(page.unicode and "\n… and " or "\n... and ",
    counted(report.left_out, "more source", "more sources"))
  if suspects > 0 then
    page.write(", ", counted(suspects, "suspect", "suspects"), " among them")
  end
  page.write(" (top=", whole(report.options.top), ")\n")
end

local function write_sources(page)
  local report, options = page.report, page.report.options
  if report.sources_total == 0 then
    page.write("\nNo sources: nothing that was counted is IP, nor an ARP request.\n")
    return
  end
  if report.suspects_total == 0 then
    page.write("\n", paragraph(report.flagged_total > 0 and "No source looks like a scanner."
      or "No source has " .. threshold_text(options) .. ", and none looks like a scanner."), "\n")
  end
  write_section(page, "Scan suspects", true, function(row)
    return row.suspect
  end)
  local over = "Over the threshold of " .. whole(options.threshold) .. window_text(options)
  write_section(page, over, true, function(row)
    return row.flagged and not row.suspect
  end)
  write_section(page, "Other sources", false, function(row)
    return not row.flagged and not row.suspect
  end)
  write_left_out(page)
end

local function write_chart(page, title, lines, labels_right)
  if #lines == 0 then return end
  local label_width, largest = 0, 0
  for _, line in ipairs(lines) do
    label_width = max(label_width, display_width(line.label))
    largest = max(largest, line.value)
  end
  local value_width = #whole(largest)
  local room = WIDTH - label_width - value_width - 2 * #GAP
  page.write("\n", title, "\n")
  for _, line in ipairs(lines) do
    page.write((labels_right and pad_left or pad_right)(line.label, label_width), GAP,
      pad_left(whole(line.value), value_width))
    if line.value > 0 then page.write(GAP, bar(line.value, largest, room, page.unicode)) end
    page.write("\n")
  end
end

local function write_charts(page)
  local active = map(page.report.most_active, function(source)
    return {
      label = labelled(page, labelled_address(source.address), page.name_of(source), 41),
      value = source.packets,
    }
  end)
  write_chart(page, "Most active sources, in packets", active, false)
  local to = page.unicode and "–" or "-"
  local bins = map(page.report.distribution, function(bin)
    local label = whole(bin.from)
    if bin.from ~= bin.to then label = label .. to .. whole(bin.to) end
    return { label = label, value = bin.sources }
  end)
  write_chart(page, "Sources by their number of unique destinations", bins, true)
end

local function render_text(report, unicode)
  local page = new_page(report, unicode)
  local rule = rep("=", WIDTH) .. "\n"
  page.write(rule, "Fan-out: unique destinations per source\n")
  write_summary(page)
  write_sources(page)
  write_charts(page)
  page.write(rule)
  return concat(page.pieces)
end

return { render = render_text }
