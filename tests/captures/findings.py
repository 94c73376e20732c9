"""Captures of what scanners find, and of what they do then."""
from capture import ADDRESS_SCAN, PORT_SCAN, Capture, recipe
from layers import ACK, RST, SYN, icmp_error, ICMP_UNREACHABLE, ipv4, udp
from traffic import Conversation, browse, hosts, probe, tls_hello

SCANNER = "10.0.0.66"
LATER = 100
"""Seconds, after the scan."""
SITE = "www.example.com"
RECORD_HEADER = 5
"""Of TLS."""


def sweep(capture: Capture, port: int) -> None:
    """SYNs to 200 hosts in 2 seconds: .20 to .22 listen, and are left half-open, .30 to .39 refuse."""
    for number, target in enumerate(hosts("10.0.7", 200)):
        last_byte = number + 1
        answer = SYN | ACK if 20 <= last_byte <= 22 else RST | ACK if 30 <= last_byte < 40 else 0
        last = RST if answer & SYN else 0
        probe(capture, number * 0.01, (SCANNER, 50000 + number), (target, port), answer, last)


def note_sweep(capture: Capture, port: int, conversations: int = 0) -> None:
    """Notes what sweep() finds; the first `conversations` of the hosts that listen are noted elsewhere."""
    for last_byte in range(20 + conversations, 23):
        capture.find(SCANNER, f"10.0.7.{last_byte}", "tcp", port, "open")
    for last_byte in range(30, 40):
        capture.find(SCANNER, f"10.0.7.{last_byte}", None, None, "up")


@recipe()
def findings_open(capture: Capture) -> None:
    """A SYN sweep of port 445: 3 hosts listen, 10 refuse, and that is all."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    sweep(capture, 445)
    note_sweep(capture, 445)


@recipe()
def findings_none(capture: Capture) -> None:
    """A SYN sweep of port 445 of 100 addresses, none of which is there."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    for number, target in enumerate(hosts("10.0.7", 100)):
        probe(capture, number * 0.01, (SCANNER, 50000), (target, 445))


@recipe()
def findings_conversation(capture: Capture) -> None:
    """A SYN sweep of port 445, and later a conversation with a host that it found, as a worm has it; of
    another it only reads a banner."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    sweep(capture, 445)
    note_sweep(capture, 445, conversations=1)
    talk = Conversation(capture, LATER, (SCANNER, 40000), ("10.0.7.20", 445)).open()
    talk.say(0, bytes(300)).say(1, bytes(3000)).say(0, bytes(200)).close()
    capture.find(SCANNER, "10.0.7.20", "tcp", 445, "conversation", 5, 500, 3000)
    banner = Conversation(capture, LATER + 1, (SCANNER, 40001), ("10.0.7.50", 21)).open()
    banner.say(1, b"220 ready\r\n").close()
    capture.find(SCANNER, "10.0.7.50", "tcp", 21, "open", 1, 0, 11)


@recipe()
def findings_ports(capture: Capture) -> None:
    """A SYN scan of 60 ports of one host, of which 3 are open, then a conversation with one of them."""
    capture.scan(PORT_SCAN, SCANNER)
    target = "10.0.7.20"
    for port in range(1, 61):
        answer = SYN | ACK if port in (21, 22, 53) else RST | ACK
        last = RST if answer & SYN else 0
        probe(capture, port * 0.01, (SCANNER, 50000), (target, port), answer, last)
    talk = Conversation(capture, LATER, (SCANNER, 40000), (target, 22)).open()
    talk.say(1, bytes(20)).say(0, bytes(30)).close()
    capture.find(SCANNER, target, "tcp", 22, "conversation", 2, 30, 20)
    for port in (21, 53):
        capture.find(SCANNER, target, "tcp", port, "open")


@recipe()
def findings_udp(capture: Capture) -> None:
    """UDP datagrams to port 5060 of 100 hosts: one answers, one has a dialogue with the scanner, four
    say that the port is closed."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    for number, target in enumerate(hosts("10.0.7", 100)):
        request = udp(5062, 5060, bytes(40))
        time = number * 0.02
        capture.send(time, SCANNER, target, request)
        if number in (10, 11):
            capture.send(time + 0.004, target, SCANNER, udp(5060, 5062, bytes(90)))
        if number in (20, 21, 22, 23):
            error = icmp_error(ICMP_UNREACHABLE, 3, ipv4(SCANNER, target, request))
            capture.send(time + 0.003, target, SCANNER, error)
            capture.find(SCANNER, target, None, None, "up")
    for turn in range(3):
        capture.send(LATER + turn, SCANNER, "10.0.7.12", udp(5062, 5060, bytes(50)))
        capture.send(LATER + turn + 0.5, "10.0.7.12", SCANNER, udp(5060, 5062, bytes(70)))
    capture.find(SCANNER, "10.0.7.11", "udp", 5060, "open", 1, 0, 90)
    capture.find(SCANNER, "10.0.7.12", "udp", 5060, "conversation", 7, 150, 300)


@recipe()
def findings_behind_nat(capture: Capture) -> None:
    """A scanner and a browser behind one address: what both of them found cannot be told apart."""
    capture.scan(ADDRESS_SCAN, SCANNER)
    sweep(capture, 445)
    note_sweep(capture, 445)
    for number, server in enumerate(hosts("198.18.5", 4)):
        browse(capture, number * 0.3, (SCANNER, 41000 + number), server, SITE)
        sent = len(tls_hello(capture.random, SITE)) + RECORD_HEADER + 80
        received = len(tls_hello(capture.random)) + RECORD_HEADER + 600
        capture.find(SCANNER, server, "tcp", 443, "conversation", 4, sent, received)


@recipe()
def findings_one_way(capture: Capture) -> None:
    """The scanner of findings-conversation, of which only its own direction was captured: its ACK shows
    that the service responded."""
    capture.hears = lambda source: source == SCANNER
    capture.scan(ADDRESS_SCAN, SCANNER)
    sweep(capture, 445)
    talk = Conversation(capture, LATER, (SCANNER, 40000), ("10.0.8.20", 445)).open()
    talk.say(0, bytes(300)).say(1, bytes(3000)).close()
    capture.find(SCANNER, "10.0.8.20", "tcp", 445, "open")
