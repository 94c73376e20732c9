-- Errors, for whoever uses Wireshark or tshark: with file and line where something is broken.

-- Ends tshark; in Wireshark's window a message must do.
local function refuse(message, status)
  if gui_enabled() then
    report_failure(message)
  else
    io.stderr:write("tshark: ", message, "\n")
    os.exit(status)
  end
end

-- `action`, for Wireshark to call: Wireshark itself would shrink an error in it to a warning. Says
-- so once: a tap is called for every packet.
local function guarded(action)
  local is_broken = false
  return function(...)
    if is_broken then return end
    local good, problem = xpcall(action, tostring, ...) -- Lua's message begins with file and line
    if not good then
      is_broken = true
      refuse("fanout: " .. problem, 2)
    end
  end
end

return { refuse = refuse, guarded = guarded }
