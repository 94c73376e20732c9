-- Lists: what each room needs of them.

local function map(rows, convert, ...)
  local converted = {}
  for i, row in ipairs(rows) do converted[i] = convert(row, ...) end
  return converted
end

local function append_all(list, ...)
  for _, items in ipairs({ ... }) do
    for _, item in ipairs(items) do list[#list + 1] = item end
  end
  return list
end

return { map = map, append_all = append_all }
