-- In: a source's evidence. Out: its verdict, which is what the evidence amounts to.

local ARP = require("count.address").ARP

local log, max = math.log, math.max

-- Wald's bound for the walks above: accuse when the odds for a scan pass beta / alpha.
local ACCUSING_SCORE = log(0.99 / 0.0001)
-- A scan asks one service, a peer-to-peer client whatever port its peers chose.
local SAME_SERVICE = log(0.9 / 0.2)
local OTHER_SERVICE = log((1 - 0.9) / (1 - 0.2))
-- Fewer ARP targets are no sweep: a /28 has as many addresses.
local FEWEST_SWEPT = 16

local function is_address_scan(evidence)
  local failed = evidence.contacted - evidence.answered + evidence.half_open
  local failed_there = evidence.scan_contacted - evidence.scan_answered + evidence.scan_half_open
  local failed_elsewhere = max(0, failed - failed_there)
  local concentration = failed_there * SAME_SERVICE + failed_elsewhere * OTHER_SERVICE
  return evidence.scan_score > ACCUSING_SCORE and concentration > ACCUSING_SCORE
end

local function is_port_scan(evidence, ports)
  return evidence.failed_on_one_host > ports
end

local function is_arp_scan(evidence)
  return evidence.arp_score > ACCUSING_SCORE and evidence.arp_swept >= FEWEST_SWEPT
end

-- What a source is that does not scan: what most of its destinations say.
local function occupation(source, evidence)
  local destinations = #source.pairs
  local hosts = destinations - evidence.multicast
  if 2 * evidence.multicast > destinations then return "multicast" end
  if 2 * evidence.unsolicited > hosts then return "backscatter" end
  if 2 * (evidence.replied + evidence.served) > hosts then return "server" end
  local answered = evidence.contacted > 0 and 2 * evidence.answered >= evidence.contacted
  -- As many services as a quarter of the hosts: every peer has a port of its own.
  local many_services = evidence.services > 8 and evidence.contacted > 8
    and evidence.services * 4 >= evidence.contacted
  if many_services and evidence.answered > 0 then return "peer-to-peer" end
  if answered and 2 * (evidence.contacted + evidence.cut_off) > hosts then return "client" end
  if 2 * evidence.cut_off > hosts then return "client" end
  return "unclear"
end

-- The verdicts, and whether they accuse.
local function judge(source, evidence, ports)
  if source.address:sub(1, 1) == ARP then
    if is_arp_scan(evidence) then return { "arp-scan" }, true end
    return { "unclear" }, false
  end
  local verdicts = {}
  if is_address_scan(evidence) then verdicts[#verdicts + 1] = "address-scan" end
  if is_port_scan(evidence, ports) then verdicts[#verdicts + 1] = "port-scan" end
  if #verdicts > 0 then return verdicts, true end
  return { occupation(source, evidence) }, false
end

return { judge = judge, FEWEST_SWEPT = FEWEST_SWEPT }
