"""Captures of suspects that have to do with each other, and of some that only look alike."""
from capture import ADDRESS_SCAN, ARP_SCAN, PORT_SCAN, Capture, recipe
from layers import ACK, RST, SYN
from traffic import ask, hosts, probe

SCANNER = "10.0.0.66"
DECOYS = ("10.0.0.11", "10.0.0.67", "10.0.0.99")
VICTIM = "10.0.0.20"
OPEN = (22, 80)


def probe_port(capture: Capture, time: float, source: str, port: int, resets: bool = True) -> None:
    """A SYN, and what the victim says to it: decoys do not reset its SYN-ACKs."""
    answer = SYN | ACK if port in OPEN else RST | ACK
    last = RST if resets and answer & SYN else 0
    probe(capture, time, (source, 40000), (VICTIM, port), answer, last)


@recipe()
def together_decoys(capture: Capture) -> None:
    """A port scan of 100 ports with three decoys, and the same ports scanned by another host later."""
    for source in (SCANNER, *DECOYS, "10.0.0.70"):
        capture.scan(PORT_SCAN, source)
    ports = capture.random.sample(range(1, 1000), 98) + list(OPEN)
    for number, port in enumerate(ports):
        for place, source in enumerate((DECOYS[0], SCANNER, *DECOYS[1:])):
            time = number * 0.02 + place * 0.0002
            probe_port(capture, time, source, port, resets=source == SCANNER)
        probe_port(capture, 60 + number * 0.02, "10.0.0.70", port)


@recipe()
def together_sweepers(capture: Capture) -> None:
    """Three hosts sweep the same /24 in order, each in its own time: worms, not decoys."""
    for place, source in enumerate((SCANNER, "10.0.0.67", "10.0.0.68")):
        capture.scan(ADDRESS_SCAN, source)
        for number, target in enumerate(hosts("10.0.7", 200)):
            probe(capture, place * 0.7 + number * (0.02 + place * 0.003), (source, 40000), (target, 445))


@recipe()
def together_steps(capture: Capture) -> None:
    """An ARP sweep of a /24, then a SYN scan of port 445 of the 12 hosts that responded."""
    capture.scan(ARP_SCAN, SCANNER)
    capture.scan(ADDRESS_SCAN, SCANNER)
    targets = [target for target in hosts("10.0.0", 254) if target != SCANNER]
    up = [number for number in range(len(targets)) if number % 22 == 3]
    for number, target in enumerate(targets):
        ask(capture, number * 0.004, SCANNER, target, answered=number in up)
    for place, number in enumerate(up):
        probe(capture, 5 + place * 0.01, (SCANNER, 40000), (targets[number], 445), RST | ACK)
