"""Exchanges between hosts, as they occur in many captures."""
import random
import struct
from typing import Iterable, List, Optional, Sequence, Tuple, Union

from capture import Capture
from layers import (
    ACK,
    ARP_REPLY,
    ARP_REQUEST,
    BROADCAST_MAC,
    FIN,
    PSH,
    RST,
    SYN,
    arp,
    ethernet,
    mac_of,
    packed,
    tcp,
    udp,
)

SEGMENT = 1448
SYN_OPTIONS = bytes.fromhex("020405b40101040201030307")


def hosts(prefix: str, count: int, first: int = 1) -> List[str]:
    """Addresses in a row: hosts("198.18", 3) are 198.18.0.1 to 198.18.0.3."""
    if ":" in prefix:
        return [f"{prefix}{first + i:x}" for i in range(count)]
    if prefix.count(".") == 2:
        return [f"{prefix}.{first + i}" for i in range(count)]
    numbers = range(first - 1, first - 1 + count)
    return [f"{prefix}.{number // 250}.{number % 250 + 1}" for number in numbers]


# TCP


class Conversation:
    """A TCP connection in which each step takes half a round trip."""

    def __init__(
        self,
        capture: Capture,
        time: float,
        client: Tuple[str, int],
        server: Tuple[str, int],
        round_trip: float = 0.02,
    ) -> None:
        self.capture = capture
        self.time = time
        self.ends = (client, server)
        self.step = round_trip / 2
        self.next_seq = [capture.random.getrandbits(32), capture.random.getrandbits(32)]

    def send(self, speaker: int, flags: int, payload: bytes = b"", options: bytes = b"") -> None:
        """Lets the client (0) or the server (1) send a segment."""
        (source, source_port), (destination, destination_port) = (
            self.ends[speaker],
            self.ends[1 - speaker],
        )
        segment = tcp(
            source_port,
            destination_port,
            flags,
            payload,
            seq=self.next_seq[speaker],
            ack=self.next_seq[1 - speaker] if flags & ACK else 0,
            options=options,
        )
        self.capture.send(self.time, source, destination, segment)
        self.next_seq[speaker] += len(payload) + bool(flags & (SYN | FIN))

    def open(self) -> "Conversation":
        for speaker, flags in ((0, SYN), (1, SYN | ACK), (0, ACK)):
            self.send(speaker, flags, options=SYN_OPTIONS if flags & SYN else b"")
            self.time += self.step
        return self

    def say(self, speaker: int, data: bytes) -> "Conversation":
        """Sends data, which the other end acknowledges at every second segment and at the end."""
        pieces = [data[at : at + SEGMENT] for at in range(0, len(data), SEGMENT)]
        for number, piece in enumerate(pieces, 1):
            last = number == len(pieces)
            self.send(speaker, ACK | (PSH if last else 0), piece)
            self.time += 0.0002
            if last or number % 2 == 0:
                self.time += self.step
                self.send(1 - speaker, ACK)
        return self

    def close(self) -> "Conversation":
        for speaker, flags in ((0, FIN | ACK), (1, FIN | ACK), (0, ACK)):
            self.send(speaker, flags)
            self.time += self.step
        return self

    def reset(self, speaker: int) -> "Conversation":
        self.send(speaker, RST | ACK)
        return self


def probe(
    capture: Capture,
    time: float,
    client: Tuple[str, int],
    server: Tuple[str, int],
    answer: int = 0,
    last: int = 0,
    flags: int = SYN,
    repeats: Sequence[float] = (),
) -> None:
    """A single segment, the flags of what it is answered with and of what the prober says then.

    Unanswered, it is sent once more at each of `repeats`, in seconds.
    """
    seq = capture.random.getrandbits(32)
    (source, source_port), (destination, destination_port) = client, server
    acknowledged = capture.random.getrandbits(32) if flags & ACK else 0
    first = tcp(source_port, destination_port, flags, seq=seq, ack=acknowledged, window=1024)
    for delay in (0.0, *repeats):
        capture.send(time + delay, source, destination, first)
    if not answer:
        return
    answer_seq = capture.random.getrandbits(32) if answer & SYN else acknowledged
    back = tcp(
        destination_port,
        source_port,
        answer,
        seq=answer_seq,
        ack=seq + 1 if answer & ACK else 0,
        window=64240 if answer & SYN else 0,
    )
    capture.send(time + 0.004, destination, source, back)
    if last:
        end = tcp(
            source_port,
            destination_port,
            last,
            seq=seq + 1,
            ack=answer_seq + 1 if last & ACK else 0,
            window=0 if last & RST else 1024,
        )
        capture.send(time + 0.005, source, destination, end)


def http_get(host: str, path: str = "/") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n".encode()


def http_ok(body: bytes) -> bytes:
    length = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
    return length.encode() + body


def web_page(size: int) -> bytes:
    return (b"<html><body>" + b"All work and no play. " * (size // 22 + 1))[:size]


def tls_record(kind: int, data: bytes) -> bytes:
    return struct.pack("!BHH", kind, 0x0303, len(data)) + data


def tls_hello(randomness: random.Random, server_name: str = "") -> bytes:
    """A client's hello, which names the server, or without a name a server's hello."""
    unique = b"\x03\x03" + randomness.randbytes(32)
    if server_name:
        name = server_name.encode()
        entry = struct.pack("!BH", 0, len(name)) + name
        indication = struct.pack("!HHH", 0, len(entry) + 2, len(entry)) + entry
        body = unique + b"\0" + b"\x00\x04\x13\x01\xc0\x2f" + b"\x01\x00"
        body += struct.pack("!H", len(indication)) + indication
        return tls_record(22, b"\x01" + len(body).to_bytes(3, "big") + body)
    body = unique + b"\0" + b"\xc0\x2f" + b"\0"
    return tls_record(22, b"\x02" + len(body).to_bytes(3, "big") + body)


def browse(
    capture: Capture,
    time: float,
    client: Tuple[str, int],
    server: str,
    name: str,
    *,
    size: int = 600,
    close: bool = True,
    round_trip: float = 0.02,
) -> None:
    """A visit to a web site over TLS: handshakes, one request and its answer."""
    connection = Conversation(capture, time, client, (server, 443), round_trip).open()
    connection.say(0, tls_hello(capture.random, name))
    connection.say(1, tls_hello(capture.random))
    connection.say(0, tls_record(23, capture.random.randbytes(80)))
    connection.say(1, tls_record(23, capture.random.randbytes(size)))
    if close:
        connection.close()


# DNS

Name = Union[str, Sequence[bytes]]
"""A name as text with dots, or as labels of any bytes."""


def dns_name(name: Name) -> bytes:
    labels = name.encode().split(b".") if isinstance(name, str) else name
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def dns_question(name: Name, address: str) -> bytes:
    return dns_name(name) + struct.pack("!HH", 28 if ":" in address else 1, 1)


def dns_query(number: int, name: Name, address: str) -> bytes:
    """Asks for the kind of record that `address` is in."""
    return struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 0) + dns_question(name, address)


def dns_answer(number: int, name: Name, addresses: Sequence[str]) -> bytes:
    header = struct.pack("!HHHHHH", number, 0x8180, 1, len(addresses), 0, 0)
    return header + dns_question(name, addresses[0]) + dns_records(b"\xc0\x0c", addresses)


def dns_records(owner: bytes, addresses: Iterable[str]) -> bytes:
    """Address records; `owner` is a name as it is sent."""
    return b"".join(
        owner
        + struct.pack("!HHIH", 28 if ":" in address else 1, 1, 300, len(packed(address)))
        + packed(address)
        for address in addresses
    )


def resolve(
    capture: Capture,
    time: float,
    client: str,
    server: str,
    name: Name,
    addresses: Sequence[str],
    *,
    port: Optional[int] = None,
) -> None:
    """A client asks a name server for the addresses of a name, from a random port or this one."""
    number = capture.random.getrandbits(16)
    port = port or capture.random.randrange(20000, 60000)
    query = udp(port, 53, dns_query(number, name, addresses[0]))
    answer = udp(53, port, dns_answer(number, name, addresses))
    capture.send(time, client, server, query)
    capture.send(time + 0.012, server, client, answer)


def mdns_announcement(name: str, address: str) -> bytes:
    header = struct.pack("!HHHHHH", 0, 0x8400, 0, 1, 0, 0)
    return header + dns_records(dns_name(name), [address])


# Other protocols over UDP


def ssdp_search() -> bytes:
    return (
        b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
        b'MAN: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n'
    )


def ntp(mode: int) -> bytes:
    """A client's (3) or a server's (4) packet of version 4."""
    stratum = 0 if mode == 3 else 2
    return (
        bytes([0x20 | mode, stratum, 6, 0xEC]) + bytes(36) + struct.pack("!Q", 0xE8FE000000000000)
    )


# ARP


def ask(capture: Capture, time: float, sender: str, target: str, *, answered: bool) -> None:
    """An ARP request to everybody, and perhaps the answer to it."""
    request = arp(ARP_REQUEST, sender, target)
    capture.add(time, ethernet(request, mac_of(sender), BROADCAST_MAC))
    if answered:
        reply = arp(ARP_REPLY, target, sender, target_mac=mac_of(sender))
        capture.add(time + 0.0008, ethernet(reply, mac_of(target), mac_of(sender)))
