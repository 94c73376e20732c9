-- In: a source's evidence. Out: its verdict, which is what the evidence amounts to.

local addresses = require("count.address")
local contacts = require("judge.contacts")
local evidences = require("judge.evidence")
local parameters = require("judge.parameters")

local function is_port_scan(evidence, ports)
  return evidence.failed_on_one_host > ports or #evidences.scanned_hosts(evidence, ports) > 0
end

local function is_sweep(evidence)
  return evidence.arp_score > contacts.ACCUSING_SCORE
    and evidence.arp_swept >= parameters.FEWEST_SWEPT
end

-- What a source is that does not scan: what most of its destinations say.
local function occupation(source, evidence)
  local all = #source.pairs - evidence.discovery
  local hosts = all - evidence.multicast
  if 2 * evidence.multicast > all then return "multicast" end
  if 2 * evidence.errors > hosts then return "router" end
  if 2 * evidence.unsolicited > hosts then return "backscatter" end
  if 2 * (evidence.replied + evidence.served) > hosts then return "server" end
  local answered = evidence.contacted > 0 and 2 * evidence.answered >= evidence.contacted
  local many_services = evidence.services > parameters.FEW_PEERS
    and evidence.contacted > parameters.FEW_PEERS
    and evidence.services * parameters.HOSTS_PER_PEER_SERVICE >= evidence.contacted
  if many_services and evidence.answered > 0 then return "peer-to-peer" end
  if answered and 2 * (evidence.contacted + evidence.cut_off) > hosts then return "client" end
  if 2 * evidence.cut_off > hosts then return "client" end
  return "unclear"
end

-- The verdicts, and whether they accuse. `ports` is the user's threshold of failed services on one
-- host.
local function judge(source, evidence, ports)
  if addresses.is_resolving(source.address) then
    if not is_sweep(evidence) then return { "unclear" }, false end
    local is_arp = addresses.network_of(source.address) == addresses.ARP
    return { is_arp and "arp-scan" or "ndp-scan" }, true
  end
  local verdicts = {}
  if contacts.is_address_scan(evidence) then verdicts[#verdicts + 1] = "address-scan" end
  if is_port_scan(evidence, ports) then verdicts[#verdicts + 1] = "port-scan" end
  if #verdicts > 0 then return verdicts, true end
  return { occupation(source, evidence) }, false
end

-- The verdicts with one more that accuses, in place of those that do not.
local function accuse(verdicts, is_suspect, verdict)
  local result = is_suspect and { table.unpack(verdicts) } or {}
  result[#result + 1] = verdict
  return result
end

return { judge = judge, accuse = accuse }
