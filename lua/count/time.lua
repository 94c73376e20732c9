-- Times: seconds and nanoseconds apart, as one number would not hold both. nil: no time stamp.

local floor, max, min = math.floor, math.max, math.min

local BILLION = 1e9

local function make_time(seconds, nanoseconds)
  local most = 9223372035 -- the plugin counts nanoseconds in 64 bits
  seconds = max(-most, min(most, seconds))
  local carry = floor(nanoseconds / BILLION)
  return { seconds + carry, nanoseconds - carry * BILLION }
end

local function is_earlier(a, b)
  if a[1] ~= b[1] then return a[1] < b[1] end
  return a[2] < b[2]
end

-- The time from `first` to `last`, exact if that is below 104 days.
local function nanoseconds_between(first, last)
  return (last[1] - first[1]) * BILLION + (last[2] - first[2])
end

return {
  BILLION = BILLION, make = make_time, is_earlier = is_earlier,
  nanoseconds_between = nanoseconds_between,
}
