"""Captures of probes other than SYNs, of few services and ports, and of what only looks like them."""
import struct
from ipaddress import IPv6Address

from capture import ADDRESS_SCAN, NDP_SCAN, PORT_SCAN, Capture, recipe
from layers import (
    ACK,
    FIN,
    ICMP_UNREACHABLE,
    RST,
    SYN,
    Packet,
    echo,
    ethernet_between,
    icmp_error,
    icmpv6,
    ipv4,
    ipv6,
    packed,
    tcp,
    udp,
)
from traffic import Conversation, ask, hosts, probe

SCANNER = "10.0.0.66"
CLIENT = "10.0.0.40"
GATEWAY = "10.0.0.1"
VICTIM = "10.0.0.20"
SERVICES = (21, 22, 23, 25, 80, 110, 139, 443, 445, 3389)
MAIL = (143, 993, 110, 995, 25, 465, 587)


def sctp_init(source_port: int, destination_port: int) -> Packet:
    chunk = struct.pack("!BBHIIHHI", 1, 0, 20, 1, 32768, 10, 2048, 1)
    return Packet(struct.pack("!HHII", source_port, destination_port, 0, 0) + chunk, protocol=132)


def neighbour(
    capture: Capture, time: float, kind: int, source: str, destination: str, target: str
) -> None:
    """A neighbour solicitation (135) or advertisement (136)."""
    message = icmpv6(kind, 0, bytes(4), packed(target))
    packet = ipv6(source, destination, message, hop_limit=255)
    seen = packet.seen + ((("NDP", source, target),) if kind == 135 else ())
    capture.add(time, ethernet_between(source, destination, Packet(packet.data, seen, 0x86DD)))


def flags_sweep(capture: Capture, flags: int, *, refused: bool = True) -> None:
    """A bare segment to port 80 of 200 addresses, every fortieth of which may answer by RST."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    for number, target in enumerate(hosts("10.0.7", 200)):
        answer = RST if refused and number % 40 == 7 else 0
        probe(capture, number * 0.01, (SCANNER, 50000), (target, 80), answer, flags=flags)


@recipe()
def ack_sweep(capture: Capture) -> None:
    """An ACK sweep: 5 RSTs come back, the rest is silent."""
    flags_sweep(capture, ACK)


@recipe()
def maimon_sweep(capture: Capture) -> None:
    """A sweep with FIN and ACK: 5 RSTs come back, the rest is silent."""
    flags_sweep(capture, FIN | ACK)


@recipe()
def rst_sweep(capture: Capture) -> None:
    """A sweep with bare RSTs, to which nobody responds."""
    flags_sweep(capture, RST, refused=False)


@recipe()
def rst_backscatter(capture: Capture) -> None:
    """A victim's bare RSTs from port 80 to as many addresses: backscatter."""
    for number, target in enumerate(hosts("198.18", 200)):
        flood = tcp(80, 1024 + number * 97, RST, seq=number, ack=0, window=0)
        capture.send(number * 0.01, VICTIM, target, flood)


@recipe()
def port_scan_ack_silent(capture: Capture) -> None:
    """ACK to 300 ports of 3 silent hosts each."""
    capture.scan(PORT_SCAN, SCANNER)
    for port in range(1, 301):
        for number, target in enumerate(hosts("10.0.7", 3)):
            client = (SCANNER, 50000)
            probe(capture, port * 0.01 + number * 0.001, client, (target, port), flags=ACK)


@recipe()
def acknowledged_downloads(capture: Capture) -> None:
    """Downloads from 30 servers, of which only the client's 20 ACKs each were captured."""
    for number, server in enumerate(hosts("198.18", 30)):
        for turn in range(20):
            ack = tcp(40000 + number, 443, ACK, seq=1, ack=1 + 1448 * turn, window=1024)
            capture.send(number * 0.5 + turn * 0.01, CLIENT, server, ack)


@recipe()
def sctp_init_sweep(capture: Capture) -> None:
    """SCTP INIT to port 2905 of 64 addresses, none of which answers."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    for number, target in enumerate(hosts("10.0.7", 64)):
        capture.send(number * 0.02, SCANNER, target, sctp_init(40000, 2905))


@recipe()
def ndp_sweep(capture: Capture) -> None:
    """Neighbour solicitations for 200 addresses, 8 of which answer."""
    scanner = "2001:db8:1::66"
    capture.scan(NDP_SCAN, scanner)
    for number, target in enumerate(hosts("2001:db8:1::", 200)):
        if target == scanner:
            continue
        low = int(IPv6Address(target)) & 0xFFFFFF
        group = str(IPv6Address(int(IPv6Address("ff02::1:ff00:0")) | low))
        neighbour(capture, number * 0.01, 135, scanner, group, target)
        if number % 25 == 3:
            neighbour(capture, number * 0.01 + 0.001, 136, target, scanner, target)


@recipe()
def few_ports(capture: Capture) -> None:
    """SYN to ten well-known ports of a host within 20 ms, all refused."""
    capture.scan(PORT_SCAN, SCANNER)
    for number, port in enumerate(SERVICES):
        probe(capture, number * 0.002, (SCANNER, 50000 + number), (VICTIM, port), RST | ACK)


@recipe()
def mail_autodiscovery(capture: Capture) -> None:
    """A mail client tries the seven ports of a host that has none of the services."""
    for number, port in enumerate(MAIL):
        probe(capture, number * 0.01, (CLIENT, 50000 + number), (VICTIM, port), RST | ACK)


@recipe()
def several_scanned_hosts(capture: Capture) -> None:
    """SYN to 40 ports of each of five hosts."""
    capture.scan(PORT_SCAN, SCANNER)
    for number, target in enumerate(hosts("10.0.7", 5)):
        for port in range(1, 41):
            time = number * 2 + port * 0.01
            probe(capture, time, (SCANNER, 50000 + port), (target, port), RST | ACK)


@recipe()
def worm_beside_peers(capture: Capture) -> None:
    """SYN to port 23 of 54 hosts that are silent, beside conversations with 150 peers."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    for number, peer in enumerate(hosts("198.18", 150)):
        peers = Conversation(
            capture, number * 0.2, (SCANNER, 30000 + number), (peer, 20000 + number)
        )
        peers.open().say(0, b"peer").say(1, b"peer").say(0, bytes(400)).close()
    for number, target in enumerate(hosts("198.19.7", 54)):
        probe(capture, number * 0.5, (SCANNER, 50000 + number), (target, 23))


@recipe()
def few_services(capture: Capture) -> None:
    """Ten hosts over hours, each asked once for port 80, 88 or 8080; all refuse."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    for number, target in enumerate(hosts("10.0.7", 10)):
        port = (80, 88, 8080)[number % 3]
        probe(capture, number * 1200.0, (SCANNER, 50000 + number), (target, port), RST | ACK)


@recipe()
def slow_day(capture: Capture) -> None:
    """SYN to port 22 of 144 addresses, one in ten minutes for a day."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    for number, target in enumerate(hosts("10.0.7", 144)):
        probe(capture, number * 600.0, (SCANNER, 50000 + number), (target, 22))


@recipe()
def reversed_sweep(capture: Capture) -> None:
    """The same in frames whose times run backwards."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    capture.in_order = False
    for number, target in enumerate(hosts("10.0.7", 144)):
        probe(capture, 86400 - number * 600.0, (SCANNER, 50000 + number), (target, 22))


# What only looks like a scan


@recipe()
def network_down(capture: Capture) -> None:
    """A client's SYNs with back-off to 25 servers, seven each, whose network is down."""
    backoff = (1, 3, 7, 15, 31, 63)
    for number, server in enumerate(hosts("198.18", 25)):
        client = (CLIENT, 50000 + number)
        probe(capture, number * 0.1, client, (server, 443), repeats=backoff)


@recipe()
def monitor_mostly_off(capture: Capture) -> None:
    """Forty hosts are pinged every five seconds; five are on."""
    for turn in range(8):
        for number, target in enumerate(hosts("10.0.7", 40)):
            time = turn * 5 + number * 0.02
            capture.send(time, CLIENT, target, echo(True, turn))
            if number % 8 == 0:
                capture.send(time + 0.002, target, CLIENT, echo(False, turn))


@recipe()
def one_way_browser(capture: Capture) -> None:
    """Client Hellos and first QUIC datagrams to 40 servers; no answer was captured."""
    for number, server in enumerate(hosts("198.18", 40)):
        capture.send(number * 0.5, CLIENT, server, udp(50000 + number, 443, bytes(1250)))
        if number % 2:
            hello = tcp(51000 + number, 443, ACK, seq=1, ack=1, window=1024, payload=bytes(517))
            capture.send(number * 0.5 + 0.1, CLIENT, server, hello)


@recipe()
def gateway_ticks(capture: Capture) -> None:
    """At each second's tick a router asks for 30 of 499 neighbours scattered over a /18."""
    draw = capture.random.randrange
    neighbours = [f"10.0.{draw(2, 64)}.{draw(1, 255)}" for _ in range(499)]
    for second in range(30):
        for number, target in enumerate(capture.random.sample(neighbours, 30)):
            ask(capture, second + number * 0.00002, GATEWAY, target, answered=False)


@recipe()
def presence(capture: Capture) -> None:
    """A home router asks for its 24 known devices each 30 s, in the same odd order."""
    known = capture.random.sample(hosts("10.0.0", 120, first=2), 24)
    for turn in range(4):
        for number, target in enumerate(known):
            ask(capture, turn * 30 + number * 0.001, GATEWAY, target, answered=False)


@recipe()
def router_errors(capture: Capture) -> None:
    """A router reports 60 packets that did not pass the place of capture as undeliverable."""
    for number, client in enumerate(hosts("198.18", 60)):
        quoted = ipv4(client, "10.0.9.9", udp(40000, 53, bytes(30)))
        capture.send(number * 0.1, GATEWAY, client, icmp_error(ICMP_UNREACHABLE, 1, quoted))
