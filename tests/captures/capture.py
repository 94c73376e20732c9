"""A capture in the making: its frames, the truth about them, and the files it is written to."""
import gzip
import io
import random
import struct
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple

from layers import Observation, Packet, ethernet_between, ip

ADDRESS_SCAN = "address-scan"
PORT_SCAN = "port-scan"
ARP_SCAN = "arp-scan"
NDP_SCAN = "ndp-scan"
DISTRIBUTED_SCAN = "distributed-scan"
MIXED = "mixed"
BENIGN = "benign"

# https://www.tcpdump.org/linktypes.html
LINKTYPE_NULL = 0
LINKTYPE_ETHERNET = 1
LINKTYPE_PPP = 9
LINKTYPE_RAW = 101
LINKTYPE_LOOP = 108
LINKTYPE_LINUX_SLL = 113
LINKTYPE_RADIOTAP = 127
LINKTYPE_IPV4 = 228
LINKTYPE_IPV6 = 229
LINKTYPE_LINUX_SLL2 = 276

START = 1_700_000_000
"""When captures begin, in seconds since 1970: 2023-11-14 22:13:20 UTC."""

NANOSECONDS = 1_000_000_000
SNAPSHOT_LENGTH = 262_144


@dataclass(frozen=True)
class Frame:
    """A packet as it is stored: at a time in nanoseconds, perhaps not all of it."""

    time: int
    data: bytes
    length: int
    seen: Tuple[Observation, ...]
    interface: int = 0


Finding = Tuple[str, Optional[str], Optional[int], str, int, int, int]
"""Destination, transport, port, state, packets with data, bytes sent, bytes received."""


@dataclass
class Capture:
    """Collects frames. Time is in seconds since the capture's start."""

    name: str
    link_type: int = LINKTYPE_ETHERNET
    start: int = START
    frames: List[Frame] = field(default_factory=list)
    scans: Dict[str, List[str]] = field(default_factory=dict)
    findings: Dict[str, List[Finding]] = field(default_factory=dict)
    """What each scanner finds, where a test asks for it."""
    hears: Callable[[str], bool] = lambda source: True
    """Whether what a source sends passes the place of capture."""
    in_order: bool = True
    """Whether frames are stored in order of time rather than as they were added."""
    truth_is_known: bool = True
    """Otherwise what Wireshark makes of the damage is the truth."""

    def __post_init__(self) -> None:
        self.random = random.Random(self.name)

    def add(
        self, time: float, packet: Packet, *, cut: Optional[int] = None, interface: int = 0
    ) -> None:
        """Stores a frame, or only its first `cut` bytes."""
        self.frames.append(
            Frame(
                self.start * NANOSECONDS + round(time * NANOSECONDS),
                packet.data[:cut],
                len(packet.data),
                packet.seen,
                interface,
            )
        )

    def send(self, time: float, source: str, destination: str, payload: Packet) -> None:
        """Stores an IP packet on Ethernet, if it passes the place of capture."""
        if self.hears(source):
            packet = ip(source, destination, payload)
            self.add(time, ethernet_between(source, destination, packet))

    def scan(self, kind: str, source: str) -> None:
        """Notes that `source` does a scan of a kind."""
        self.scans.setdefault(kind, []).append(source)

    def find(
        self,
        source: str,
        destination: str,
        transport: Optional[str],
        port: Optional[int],
        state: str,
        packets: int = 0,
        sent: int = 0,
        received: int = 0,
    ) -> None:
        """Notes that `source` finds a service, or a host that is up."""
        finding = (destination, transport, port, state, packets, sent, received)
        self.findings.setdefault(source, []).append(finding)

    def ordered(self) -> List[Frame]:
        return sorted(self.frames, key=lambda frame: frame.time) if self.in_order else self.frames

    def truth(self) -> Dict[str, Any]:
        """What a correct analysis of the capture finds."""
        kinds = list(self.scans)
        truth: Dict[str, Any] = {
            "class": MIXED if len(kinds) > 1 else kinds[0] if kinds else BENIGN,
            "scanners": sorted({source for sources in self.scans.values() for source in sources}),
            "scans": self.scans,
            "frames": len(self.frames),
        }
        if self.findings:
            truth["findings"] = self.findings
        if self.truth_is_known:
            truth["sources"] = self.count()
        else:
            truth["truth"] = "tshark"
        return truth

    def count(self) -> Dict[str, Dict[str, Dict[str, int]]]:
        """Packets by network, source and destination."""
        networks = ("IPv4", "IPv6", "ARP", "NDP")
        counts: Dict[str, Dict[str, Dict[str, int]]] = {name: {} for name in networks}
        for frame in self.frames:
            for network, source, destination in frame.seen:
                packets = counts[network].setdefault(source, {})
                packets[destination] = packets.get(destination, 0) + 1
        return counts


# Files

Writer = Callable[[Capture], bytes]


def pcap(capture: Capture, *, byte_order: str = "<", nanoseconds: bool = False) -> bytes:
    """A pcap file; pass `byte_order` and `nanoseconds` with functools.partial."""
    magic, unit = (0xA1B23C4D, 1) if nanoseconds else (0xA1B2C3D4, 1000)
    header = (magic, 2, 4, 0, 0, SNAPSHOT_LENGTH, capture.link_type)
    out = [struct.pack(byte_order + "IHHiIII", *header)]
    for frame in capture.ordered():
        seconds, rest = divmod(frame.time, NANOSECONDS)
        record = (seconds, rest // unit, len(frame.data), frame.length)
        out += [struct.pack(byte_order + "IIII", *record), frame.data]
    return b"".join(out)


def gzipped_pcap(capture: Capture) -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as file:
        file.write(pcap(capture))
    return out.getvalue()


@dataclass(frozen=True)
class Interface:
    """An interface of a pcapng file, whose clock ticks `ticks` times a second."""

    link_type: int
    ticks: int
    resolution: int
    """The option if_tsresol: a negative power of ten, or of two with the upper bit set."""
    name: str


@dataclass(frozen=True)
class NameRecord:
    """A name that a pcapng file gives to an address."""

    address: bytes
    name: str


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def pcapng_options(options: Sequence[Tuple[int, bytes]]) -> bytes:
    if not options:
        return b""
    return b"".join(
        struct.pack("<HH", code, len(value)) + padded(value) for code, value in options
    ) + bytes(4)


def pcapng_block(kind: int, body: bytes) -> bytes:
    length = 12 + len(body)
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def pcapng(
    capture: Capture,
    *,
    interfaces: Sequence[Interface] = (Interface(LINKTYPE_ETHERNET, 1_000_000, 6, "eth0"),),
    names: Sequence[NameRecord] = (),
    comment: str = "",
) -> bytes:
    """A pcapng file; `comment` is given to the file and to its first packet."""
    comments = [(1, comment.encode())] if comment else []
    section = struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + pcapng_options(comments)
    out = [pcapng_block(0x0A0D0D0A, section)]
    for interface in interfaces:
        description = struct.pack("<HHI", interface.link_type, 0, SNAPSHOT_LENGTH)
        described = [(2, interface.name.encode()), (9, bytes([interface.resolution]))]
        out.append(pcapng_block(1, description + pcapng_options(described)))
    if names:
        out.append(pcapng_block(4, b"".join(name_records(names))))
    for number, frame in enumerate(capture.ordered()):
        time = frame.time * interfaces[frame.interface].ticks // NANOSECONDS
        header = struct.pack(
            "<IIIII", frame.interface, time >> 32, time & 0xFFFFFFFF, len(frame.data), frame.length
        )
        options = pcapng_options(comments if number == 0 else [])
        out.append(pcapng_block(6, header + padded(frame.data) + options))
    return b"".join(out)


def name_records(names: Sequence[NameRecord]) -> Iterator[bytes]:
    """The records of a name resolution block, with the one that ends it."""
    for record in names:
        value = record.address + record.name.encode() + b"\0"
        yield struct.pack("<HH", 1 if len(record.address) == 4 else 2, len(value)) + padded(value)
    yield bytes(4)


# The list of captures


@dataclass(frozen=True)
class Recipe:
    """How to make one capture."""

    name: str
    description: str
    build: Callable[[Capture], None]
    write: Writer
    suffix: str
    link_type: int

    def make(self) -> Capture:
        made = Capture(self.name, self.link_type)
        self.build(made)
        return made


RECIPES: Dict[str, Recipe] = {}


def recipe(
    *, write: Writer = pcap, suffix: str = ".pcap", link_type: int = LINKTYPE_ETHERNET
) -> Callable[[Callable[[Capture], None]], Callable[[Capture], None]]:
    """Lists a function as the recipe of the capture that has its name."""

    def register(build: Callable[[Capture], None]) -> Callable[[Capture], None]:
        name = build.__name__.replace("_", "-")
        RECIPES[name] = Recipe(name, build.__doc__ or "", build, write, suffix, link_type)
        return build

    return register
