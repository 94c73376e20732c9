-- In: a source's evidence. Out: its verdict, which is what the evidence amounts to.

local ARP = require("count.address").ARP
local parameters = require("judge.parameters")

local log, max = math.log, math.max

-- Wald's bound: accuse when the odds for a scan pass beta / alpha.
local ACCUSING_SCORE = log(parameters.BETA / parameters.ALPHA)
-- A scan asks one service, a peer-to-peer client whatever port its peers chose.
local SAME_SERVICE = log(parameters.SCANNER_SAME_SERVICE / parameters.PEER_SAME_SERVICE)
local OTHER_SERVICE =
  log((1 - parameters.SCANNER_SAME_SERVICE) / (1 - parameters.PEER_SAME_SERVICE))

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
  return evidence.arp_score > ACCUSING_SCORE and evidence.arp_swept >= parameters.FEWEST_SWEPT
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
  local many_services = evidence.services > parameters.FEW_PEERS
    and evidence.contacted > parameters.FEW_PEERS
    and evidence.services * parameters.HOSTS_PER_PEER_SERVICE >= evidence.contacted
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

return { judge = judge }
