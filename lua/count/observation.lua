-- What one packet says about who contacts whom. An observation is a table with the addresses `from`
-- and `to`, the `role`, the `transport`, the services `own` and `asked`, and the `probe`, which is
-- its kind of probe by its own headers alone, or nil. `payload` is how many bytes of data it
-- carries: of UDP, of TCP segments with ACK that are no part of the handshake, of SCTP's DATA
-- chunks; or nil.

-- A service is a transport times 65536 plus a port (ICMP: the type; others: their IP number).
local OTHER, TCP, UDP, ICMP, SCTP = 0, 1, 2, 3, 4
local PORTS = 65536
local TRANSPORT_NAMES = {
  [OTHER] = "ip", [TCP] = "tcp", [UDP] = "udp", [ICMP] = "icmp", [SCTP] = "sctp",
}

-- Roles.
local ASK = 1 -- opens something: a SYN, an SCTP INIT, an ICMP request, TCP flags of no connection;
-- an ARP request or a neighbour solicitation
local ANSWER = 2 -- answers something: SYN-ACK, INIT ACK, ICMP reply; an ARP reply or a neighbour
-- advertisement (which are not counted)
local DATAGRAM = 3 -- either of the two, only the order decides: UDP and what has no ports
local DATA = 4 -- belongs to something open: TCP with ACK, a fragment that is not the first
local REFUSAL = 5 -- a TCP RST or an SCTP ABORT
local ERROR = 6 -- an ICMP error: neither contact nor answer
local DISCOVERY = 7 -- IPv6 neighbour and router discovery: no contact either

-- Whether the transport has a handshake, so that a service can be left half-open.
local function has_handshake(transport)
  return transport == TCP or transport == SCTP
end

local function transport_of(service)
  return math.floor(service / PORTS)
end

return {
  OTHER = OTHER, TCP = TCP, UDP = UDP, ICMP = ICMP, SCTP = SCTP, PORTS = PORTS,
  TRANSPORT_NAMES = TRANSPORT_NAMES, ASK = ASK, ANSWER = ANSWER, DATAGRAM = DATAGRAM, DATA = DATA,
  REFUSAL = REFUSAL, ERROR = ERROR, DISCOVERY = DISCOVERY, has_handshake = has_handshake,
  transport_of = transport_of,
}
