"""Big captures for benchmarks, at several hundred thousand packets a second.

Frames are built once, with the layers that the small captures use, and then only have some of
their 16-bit words replaced. No checksum has to be computed for that: it is a ones' complement sum,
so it stays right if what is added to one word that it covers is taken from another. For the IP
header the other one is the identification, for TCP and UDP a port, a sequence number or payload.
"""
import itertools
import random
import struct
from pathlib import Path
from typing import Callable, Dict, Iterable, Iterator, List, NamedTuple, Sequence, Tuple

from capture import LINKTYPE_ETHERNET, SNAPSHOT_LENGTH, START, Capture
from layers import SYN, ethernet, ipv4, tcp, udp
from traffic import Conversation, http_get, http_ok, resolve, tls_hello, tls_record, web_page

Record = Iterable[bytes]
"""The pieces of a pcap record after its time stamp."""

PACKETS_A_SECOND = 100_000
PACKETS_A_WRITE = 8192

IDENTIFICATION, SOURCE, DESTINATION = 18, 26, 30
SOURCE_PORT, DESTINATION_PORT, SEQUENCE, UDP_PAYLOAD = 34, 36, 38, 42
"""Where these are in an Ethernet frame with an IPv4 header without options."""


def write_large(kind: str, count: int, path: Path) -> None:
    """Writes one of KINDS, 100,000 packets a second of its time."""
    time = struct.Struct("<II").pack
    step = 1_000_000 // PACKETS_A_SECOND
    pieces: List[bytes] = []
    with path.open("wb") as file:
        header = (0xA1B2C3D4, 2, 4, 0, 0, SNAPSHOT_LENGTH, LINKTYPE_ETHERNET)
        file.write(struct.pack("<IHHiIII", *header))
        for number, record in enumerate(KINDS[kind](count)):
            second, rest = divmod(number, PACKETS_A_SECOND)
            pieces.append(time(START + second, rest * step))
            pieces += record
            if number % PACKETS_A_WRITE == 0:
                file.write(b"".join(pieces))
                pieces.clear()
        file.write(b"".join(pieces))


def cut_out(frame: bytes, *words: Tuple[int, int]) -> List[bytes]:
    """The record of a frame without the words at these (offset, size): what is between them."""
    record = struct.pack("<II", len(frame), len(frame)) + frame
    pieces, start = [], 0
    for offset, size in words:
        pieces.append(record[start : 8 + offset])
        start = 8 + offset + size
    return pieces + [record[start:]]


def two_bytes(number: int) -> bytes:
    return number.to_bytes(2, "big")


def four_bytes(number: int) -> bytes:
    return number.to_bytes(4, "big")


def scattered(count: int) -> Iterator[int]:
    """`count` different addresses from 64.0.0.0 on, in no apparent order."""
    mask = (1 << max(count - 1, 1).bit_length()) - 1
    for number in range(count):
        # Multiplying by an odd number permutes the numbers below a power of two.
        yield 0x40000000 + (number * 0x9E3779B1 & mask)


def syns(source: str, port: int, destinations: Iterable[int]) -> Iterator[Record]:
    """A SYN to each destination."""
    frame = ethernet(ipv4(source, "0.0.0.0", tcp(54321, port, SYN, seq=0x5EED0000))).data
    start, to_address, to_sequence, end = cut_out(
        frame, (IDENTIFICATION, 2), (DESTINATION, 4), (SEQUENCE + 2, 2)
    )
    for destination in destinations:
        # An address and the sum of its two words have the same remainder by 0xffff.
        balance = two_bytes(0xFFFF - destination % 0xFFFF)
        yield start, balance, to_address, four_bytes(destination), to_sequence, balance, end


def datagrams(pairs: Iterable[Tuple[int, int]]) -> Iterator[Record]:
    """A small UDP packet for each pair of source and destination."""
    frame = ethernet(ipv4("0.0.0.0", "0.0.0.0", udp(40000, 9, bytes(18)))).data
    start, to_addresses, to_payload, end = cut_out(
        frame, (IDENTIFICATION, 2), (SOURCE, 8), (UDP_PAYLOAD, 2)
    )
    addresses = struct.Struct("!II").pack
    for source, destination in pairs:
        balance = two_bytes(0xFFFF - (source + destination) % 0xFFFF)
        yield start, balance, to_addresses, addresses(source, destination), to_payload, balance, end


def syn_sweep(count: int) -> Iterator[Record]:
    """One source sends N SYNs to N destinations."""
    return syns("10.0.0.66", 445, scattered(count))


def many_sources(count: int) -> Iterator[Record]:
    """N UDP packets of N/10 sources, which take turns, each to 10 destinations of 10.0.0.0/24."""
    sources = max(count // 10, 1)
    return datagrams(
        (0x0B000000 + number % sources, 0x0A000001 + (number // sources + number) % 250)
        for number in range(count)
    )


def pairs(count: int) -> Iterator[Record]:
    """N distinct pairs, 20 a source, and two UDP packets in a row for each: 2 N packets.

    No destination is that of two sources, and the N/20 sources take turns.
    """
    sources = max(count // 20, 1)
    return datagrams(
        (0x0A000000 + number % sources, destination)
        for number, destination in enumerate(scattered(count))
        for _ in range(2)
    )


# Ordinary traffic

OPEN_FLOWS = 2000
TEMPLATES = 512
CLIENTS_OF_A_TEMPLATE = 4096
PACKETS_FOR_A_SCAN = 20


class Template(NamedTuple):
    """A flow between one of 4,096 clients and a server."""

    packets: Sequence[List[bytes]]
    """The frames, each without identification, the client's lower address half and its port."""
    port: int
    """The port of the first client; each next one has one less."""


def ordinary(count: int) -> Iterator[Record]:
    """N packets of 420 bytes on average, 5 % of them one source's SYN scan of port 23.

    2,000 flows are open at a time: TLS on 443, HTTP on 80, both from handshake to FIN, and DNS.
    65,536 clients in 10.16.0.0/12 talk to 412 servers; flows repeat after 2,097,152 of them.
    """
    randomness = random.Random("ordinary")
    templates = [flow_template(number, randomness) for number in range(TEMPLATES)]
    numbers = itertools.count()
    flows = [flow_records(templates, next(numbers)) for _ in range(OPEN_FLOWS)]
    scan = syns("10.0.0.66", 23, (0x64400000 + number for number in itertools.count()))
    for number in range(count):
        if number % PACKETS_FOR_A_SCAN == 0:
            yield next(scan)
            continue
        place = int(randomness.random() * OPEN_FLOWS)
        record = next(flows[place], None)
        if record is None:
            flows[place] = flow_records(templates, next(numbers))
            record = next(flows[place])
        yield record


def flow_records(templates: Sequence[Template], number: int) -> Iterator[Record]:
    """The packets of flow `number`. Each template meets all its clients before one comes again."""
    template_number = number % TEMPLATES
    template = templates[template_number]
    client = (number // TEMPLATES * 1657 + template_number * 97) % CLIENTS_OF_A_TEMPLATE
    address = two_bytes(client)
    port = two_bytes(template.port - client)
    identification = two_bytes(0xFFFF - client)
    for start, to_address, to_port, end in template.packets:
        yield start, identification, to_address, address, to_port, port, end


def flow_template(number: int, randomness: random.Random) -> Template:
    """A flow of client 0: six in ten are TLS, two HTTP and two DNS."""
    capture = Capture(f"flow-{number}")
    client = f"10.{16 + number % 16}.0.0"
    server = f"198.18.{number // 250}.{number % 250 + 1}"
    port = randomness.randrange(2 * CLIENTS_OF_A_TEMPLATE, 0x10000)
    name = f"www.site{number}.example.com"
    kind = number % 10
    if kind >= 8:
        server = f"10.0.0.{53 + kind}"
        resolve(capture, 0, client, server, name, ["198.18.0.1"], port=port)
    else:
        connection = Conversation(capture, 0, (client, port), (server, 80 if kind < 2 else 443))
        connection.open()
        if kind < 2:
            connection.say(0, http_get(name))
            connection.say(1, http_ok(web_page(randomness.randrange(3000, 10000))))
        else:
            connection.say(0, tls_hello(randomness, name))
            connection.say(1, tls_hello(randomness))
            for _ in range(randomness.randrange(1, 4)):
                request = randomness.randbytes(randomness.randrange(80, 600))
                response = randomness.randbytes(randomness.randrange(700, 8200))
                connection.say(0, tls_record(23, request))
                connection.say(1, tls_record(23, response))
        connection.close()
    packets = []
    for frame in capture.frames:
        outgoing = frame.seen[0][1] == client
        address, port_at = (SOURCE, SOURCE_PORT) if outgoing else (DESTINATION, DESTINATION_PORT)
        packets.append(cut_out(frame.data, (IDENTIFICATION, 2), (address + 2, 2), (port_at, 2)))
    return Template(packets, port)


KINDS: Dict[str, Callable[[int], Iterator[Record]]] = {
    "ordinary": ordinary,
    "syn-sweep": syn_sweep,
    "many-sources": many_sources,
    "pairs": pairs,
}
