-- In: a report. Out: its text, in one of the formats. A renderer shows what the report holds, and
-- computes nothing.

local RENDERERS = {
  text = require("report.render_text").render,
  json = require("report.render_json").render,
  csv = require("report.render_csv").render,
}

-- `unicode`: whether the text format may use block characters.
local function render(format, report, unicode)
  return RENDERERS[format](report, unicode)
end

return { render = render }
