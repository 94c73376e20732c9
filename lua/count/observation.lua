-- What an observation says beside its addresses: its transport, its ports and its role.

-- A service is a transport times 65536 plus a port (ICMP: the type; others: their IP number).
local OTHER, TCP, UDP, ICMP = 0, 1, 2, 3
local PORTS = 65536
local TRANSPORT_NAMES = { [OTHER] = "ip", [TCP] = "tcp", [UDP] = "udp", [ICMP] = "icmp" }

-- Roles.
local ASK = 1 -- opens something: a SYN, an ICMP request, TCP flags of no connection; an ARP request
local ANSWER = 2 -- answers something: SYN-ACK, ICMP reply; an ARP reply (which is not counted)
local DATAGRAM = 3 -- either of the two, only the order tells: UDP and what has no ports
local DATA = 4 -- belongs to something open: TCP with ACK, a fragment that is not the first
local REFUSAL = 5 -- a TCP RST
local ERROR = 6 -- an ICMP error: neither contact nor answer

return {
  OTHER = OTHER, TCP = TCP, UDP = UDP, ICMP = ICMP, PORTS = PORTS,
  TRANSPORT_NAMES = TRANSPORT_NAMES, ASK = ASK, ANSWER = ANSWER, DATAGRAM = DATAGRAM, DATA = DATA,
  REFUSAL = REFUSAL, ERROR = ERROR,
}
