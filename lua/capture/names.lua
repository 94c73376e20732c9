-- The names that Wireshark has for addresses.

local address = require("count.address")

-- The resolved name of an address, or nil.
local function host_name(of)
  local text = address.text(of)
  local is_ipv6 = address.is_ipv6(of)
  local name = tostring((is_ipv6 and Address.ipv6 or Address.ip)(text))
  return name ~= text and name or nil
end

return { host_name = host_name }
