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

-- Whether from `first` to `last` it is at least so many seconds. No time comes before all times.
local function is_apart(first, last, seconds)
  if not first or not last then return last ~= nil end
  local borrowed = last[2] < first[2] and 1 or 0
  return last[1] - first[1] - borrowed >= seconds
end

-- The seconds from `first` to `last`.
local function seconds_between(first, last)
  if not last then return 0 end
  return first and nanoseconds_between(first, last) / BILLION or math.huge
end

return {
  BILLION = BILLION, make = make_time, is_earlier = is_earlier, is_apart = is_apart,
  nanoseconds_between = nanoseconds_between, seconds_between = seconds_between,
}
