"""Captures of scans, each by one scanner unless it says otherwise."""
from typing import List

from capture import ADDRESS_SCAN, ARP_SCAN, PORT_SCAN, Capture, recipe
from layers import (
    ACK,
    FIN,
    ICMP_TIMESTAMP,
    ICMP_UNREACHABLE,
    PSH,
    RST,
    SYN,
    URG,
    echo,
    icmp,
    icmp_error,
    ipv4,
    udp,
)
from traffic import Conversation, ask, hosts, probe

SCANNER = "10.0.0.66"
VICTIM = "10.0.0.20"


def shuffled(capture: Capture, addresses: List[str]) -> List[str]:
    return capture.random.sample(addresses, len(addresses))


# Many addresses


@recipe()
def syn_sweep(capture: Capture) -> None:
    """SYN to port 445 of 250 addresses in random order: 3 answer, 21 refuse."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    for number, target in enumerate(shuffled(capture, hosts("10.0.7", 250))):
        answer = SYN | ACK if number % 90 == 0 else RST | ACK if number % 12 == 5 else 0
        last = RST if answer & SYN else 0
        probe(capture, number * 0.01, (SCANNER, 50000 + number), (target, 445), answer, last)


@recipe()
def icmp_echo_sweep(capture: Capture) -> None:
    """ICMP echo to 254 addresses in order, none of which answers."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    for number, target in enumerate(hosts("10.0.7", 254)):
        capture.send(number * 0.01, SCANNER, target, echo(True, number))


@recipe()
def icmp_timestamp_sweep(capture: Capture) -> None:
    """ICMP timestamp requests to 120 addresses, none of which answers."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    for number, target in enumerate(hosts("10.0.7", 120)):
        request = icmp(ICMP_TIMESTAMP, 0, number.to_bytes(4, "big"), bytes(12))
        capture.send(number * 0.02, SCANNER, target, request)


@recipe()
def ping_sweep_answered(capture: Capture) -> None:
    """ICMP echo to 200 addresses, 30 % of which answer."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    for number, target in enumerate(hosts("10.0.7", 200)):
        capture.send(number * 0.02, SCANNER, target, echo(True, number))
        if number % 10 in (1, 4, 8):
            capture.send(number * 0.02 + 0.003, target, SCANNER, echo(False, number))


@recipe()
def udp_sweep(capture: Capture) -> None:
    """UDP to port 161 of 150 addresses: 8 are answered by ICMP port unreachable."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    for number, target in enumerate(hosts("10.0.7", 150)):
        request = udp(40000, 161, b"0&\x02\x01\x01\x04\x06public" + bytes(28))
        capture.send(number * 0.02, SCANNER, target, request)
        if number % 20 == 7:
            unreachable = icmp_error(ICMP_UNREACHABLE, 3, ipv4(SCANNER, target, request))
            capture.send(number * 0.02 + 0.003, target, SCANNER, unreachable)


@recipe()
def slow_sweep(capture: Capture) -> None:
    """SYN to port 23 of 120 addresses over ten hours, five minutes apart."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    for number, target in enumerate(shuffled(capture, hosts("10.0.7", 250))[:120]):
        time = number * 300 + capture.random.uniform(0, 60)
        probe(capture, time, (SCANNER, 40000 + number), (target, 23))


@recipe()
def ipv6_syn_sweep(capture: Capture) -> None:
    """SYN to port 22 of 150 IPv6 addresses, one of which answers."""
    scanner = "2001:db8:1::66"
    capture.scan(ADDRESS_SCAN, scanner)
    for number, target in enumerate(hosts("2001:db8:7::", 150)):
        answer, last = (SYN | ACK, RST) if number == 40 else (0, 0)
        probe(capture, number * 0.01, (scanner, 50000 + number), (target, 22), answer, last)


@recipe()
def half_open_sweep(capture: Capture) -> None:
    """SYN to port 80 of 100 addresses that all answer, whom the scanner resets without a word."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    for number, target in enumerate(hosts("10.0.7", 100)):
        probe(capture, number * 0.02, (SCANNER, 51000), (target, 80), SYN | ACK, RST)


@recipe()
def open_web_sweep(capture: Capture) -> None:
    """Connections to port 443 of 100 neighbouring addresses: half answer and are reset at once."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    for number, target in enumerate(hosts("172.20.7", 100)):
        client, server = (SCANNER, 51000 + number), (target, 443)
        if number % 2:
            Conversation(capture, number * 0.05, client, server, 0.01).open().reset(0)
        else:
            probe(capture, number * 0.05, client, server)


@recipe()
def banner_sweep(capture: Capture) -> None:
    """Connections to port 22 of 120 addresses in a network: 15 greet and are greeted."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    for number, target in enumerate(shuffled(capture, hosts("10.0.7", 120))):
        client, server = (SCANNER, 51000 + number), (target, 22)
        if number % 8 == 3:
            connection = Conversation(capture, number * 0.05, client, server, 0.01).open()
            connection.say(1, b"SSH-2.0-OpenSSH_9.2\r\n").say(0, b"SSH-2.0-sweep\r\n").close()
        else:
            probe(capture, number * 0.05, client, server, RST | ACK if number % 3 == 0 else 0)


@recipe()
def arp_sweep(capture: Capture) -> None:
    """ARP requests for the 253 other addresses of a /24 in a second, 12 of which answer."""
    capture.scan(ARP_SCAN, SCANNER)
    targets = [target for target in hosts("10.0.0", 254) if target != SCANNER]
    for number, target in enumerate(targets):
        ask(capture, number * 0.004, SCANNER, target, answered=number % 22 == 3)


@recipe()
def arp_sweep_slow(capture: Capture) -> None:
    """ARP requests for 100 addresses in order, four seconds apart, 8 of which answer."""
    capture.scan(ARP_SCAN, SCANNER)
    for number, target in enumerate(hosts("10.0.0", 100, 100)):
        ask(capture, number * 4.0, SCANNER, target, answered=number % 13 == 5)


# Many ports


@recipe()
def port_scan_syn(capture: Capture) -> None:
    """SYN to 300 ports of a host: 4 are open, the others are refused."""
    capture.scan(PORT_SCAN, SCANNER)
    for number, port in enumerate(capture.random.sample(range(1, 1025), 296) + [22, 80, 443, 5432]):
        is_open = number >= 296
        answer, last = (SYN | ACK, RST) if is_open else (RST | ACK, 0)
        probe(capture, number * 0.003, (SCANNER, 45000), (VICTIM, port), answer, last)


@recipe()
def port_scan_connect(capture: Capture) -> None:
    """Connections to 200 ports of a host: 6 open ones are closed at once, the others refused."""
    capture.scan(PORT_SCAN, SCANNER)
    open_ports = {22, 25, 80, 110, 143, 199}
    for port in range(1, 201):
        client, server = (SCANNER, 40000 + port), (VICTIM, port)
        if port in open_ports:
            Conversation(capture, port * 0.01, client, server, 0.002).open().reset(0)
        else:
            probe(capture, port * 0.01, client, server, RST | ACK)


@recipe()
def port_scan_udp(capture: Capture) -> None:
    """UDP to 200 ports of a host, most of them answered by ICMP port unreachable."""
    capture.scan(PORT_SCAN, SCANNER)
    for port in range(1, 201):
        request = udp(41000, port)
        capture.send(port * 0.05, SCANNER, VICTIM, request)
        if port % 16:
            unreachable = icmp_error(ICMP_UNREACHABLE, 3, ipv4(SCANNER, VICTIM, request))
            capture.send(port * 0.05 + 0.001, VICTIM, SCANNER, unreachable)


@recipe()
def port_scan_ack(capture: Capture) -> None:
    """ACK to 200 ports of a host, all answered by RST."""
    capture.scan(PORT_SCAN, SCANNER)
    for port in range(1, 201):
        probe(capture, port * 0.005, (SCANNER, 42000), (VICTIM, port), RST, flags=ACK)


def flags_scan(capture: Capture, flags: int) -> None:
    """Segments with odd flags to 150 ports of a host, whose closed ports answer by RST."""
    capture.scan(PORT_SCAN, SCANNER)
    for port in range(1, 151):
        answer = 0 if port in (22, 80) else RST | ACK
        probe(capture, port * 0.005, (SCANNER, 43000), (VICTIM, port), answer, flags=flags)


@recipe()
def port_scan_fin(capture: Capture) -> None:
    """FIN to 150 ports of a host, all but two answered by RST."""
    flags_scan(capture, FIN)


@recipe()
def port_scan_null(capture: Capture) -> None:
    """Segments without a flag to 150 ports of a host, all but two answered by RST."""
    flags_scan(capture, 0)


@recipe()
def port_scan_xmas(capture: Capture) -> None:
    """FIN, PSH and URG to 150 ports of a host, all but two answered by RST."""
    flags_scan(capture, FIN | PSH | URG)


@recipe()
def port_scan_tarpit(capture: Capture) -> None:
    """SYN to 100 ports of a host that answers on all of them, whom the scanner resets."""
    capture.scan(PORT_SCAN, SCANNER)
    for port in range(1, 101):
        probe(capture, port * 0.01, (SCANNER, 44000), (VICTIM, port), SYN | ACK, RST)


@recipe()
def port_scan_then_login(capture: Capture) -> None:
    """SYN to 60 ports of a host, then a long conversation with the open one."""
    capture.scan(PORT_SCAN, SCANNER)
    for port in range(1, 61):
        is_open = port == 22
        answer, last = (SYN | ACK, RST) if is_open else (RST | ACK, 0)
        probe(capture, port * 0.01, (SCANNER, 45000), (VICTIM, port), answer, last)
    login = Conversation(capture, 2, (SCANNER, 46000), (VICTIM, 22), 0.01).open()
    for _ in range(150):
        login.say(0, capture.random.randbytes(40)).say(1, capture.random.randbytes(60))
    login.close()


@recipe()
def scanned_host(capture: Capture) -> None:
    """A host refuses the single SYN of each of 200 others: neither it nor any of them scans."""
    for number, other in enumerate(shuffled(capture, hosts("198.18", 200))):
        probe(capture, number * 0.7, (other, 40000 + number), (VICTIM, 23), RST | ACK)
