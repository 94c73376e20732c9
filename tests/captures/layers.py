"""Builds packets from the inside out: each layer takes what it carries and returns a Packet.

    ethernet(ipv4("10.0.0.1", "10.0.0.2", tcp(40000, 443, SYN)))

A Packet also knows what an observer has to count in it, so the truth about a capture follows from
the way it was built.
"""
import functools
import ipaddress
import struct
from dataclasses import dataclass, replace
from typing import List, NamedTuple, Optional, Sequence, Tuple, Union

FIN, SYN, RST, PSH, ACK, URG = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20

ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_ARP = 0x0806
ETHERTYPE_BRIDGING = 0x6558
ETHERTYPE_RARP = 0x8035
ETHERTYPE_VLAN = 0x8100
ETHERTYPE_IPV6 = 0x86DD
ETHERTYPE_MPLS = 0x8847
ETHERTYPE_PPPOE_SESSION = 0x8864
ETHERTYPE_ERSPAN2 = 0x88BE
ETHERTYPE_PROVIDER_BRIDGE = 0x88A8

PROTOCOL_HOP_BY_HOP = 0
PROTOCOL_ICMP = 1
PROTOCOL_IPV4 = 4
PROTOCOL_TCP = 6
PROTOCOL_UDP = 17
PROTOCOL_IPV6 = 41
PROTOCOL_ROUTING = 43
PROTOCOL_FRAGMENT = 44
PROTOCOL_GRE = 47
PROTOCOL_AH = 51
PROTOCOL_ICMPV6 = 58
PROTOCOL_DESTINATION_OPTIONS = 60

ICMP_ECHO_REPLY, ICMP_UNREACHABLE, ICMP_REDIRECT, ICMP_ECHO = 0, 3, 5, 8
ICMP_TIME_EXCEEDED, ICMP_TIMESTAMP = 11, 13
ICMPV6_UNREACHABLE, ICMPV6_TOO_BIG, ICMPV6_TIME_EXCEEDED = 1, 2, 3
ICMPV6_ECHO, ICMPV6_ECHO_REPLY, ICMPV6_REDIRECT = 128, 129, 137

ARP_REQUEST, ARP_REPLY, RARP_REQUEST, RARP_REPLY = 1, 2, 3, 4

BROADCAST_MAC = b"\xff" * 6
UNKNOWN_MAC = bytes(6)
GATEWAY_MAC = bytes.fromhex("02000a000001")
LOCAL_NETWORKS = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "192.168.0.0/16", "2001:db8:1::/64", "fe80::/10"))
)

Observation = Tuple[str, str, str]
"""A network ("IPv4", "IPv6" or "ARP"), a source and a destination on it."""


class PseudoSum(NamedTuple):
    """A checksum that covers addresses, so that only the IP layer below can fill it in."""

    start: int
    at: int
    protocol: int


@dataclass(frozen=True)
class Packet:
    """Bytes, how the layer below announces them, and what is to be counted in them."""

    data: bytes
    seen: Tuple[Observation, ...] = ()
    ethertype: int = 0
    protocol: int = 0
    pseudo_sum: Optional[PseudoSum] = None

    def unseen(self) -> "Packet":
        """The same bytes, of which nothing counts."""
        return replace(self, seen=())

    def patched(self, at: int, data: bytes) -> "Packet":
        """The same packet with `data` over its bytes from `at`, and its checksums as they were."""
        return replace(self, data=self.data[:at] + data + self.data[at + len(data) :])

    def inside(self, header: bytes, *, ethertype: int = 0, protocol: int = 0) -> "Packet":
        """This packet behind a `header` that itself counts for nothing."""
        moved = self.pseudo_sum
        if moved is not None:
            moved = moved._replace(start=moved.start + len(header), at=moved.at + len(header))
        return Packet(header + self.data, self.seen, ethertype, protocol, moved)


Payload = Union[bytes, Packet]


def carried(payload: Payload) -> Packet:
    """`payload` as a Packet; plain bytes have nothing in them to be counted."""
    return payload if isinstance(payload, Packet) else Packet(payload)


# Addresses


@functools.lru_cache(maxsize=None)
def packed(address: str) -> bytes:
    """An IPv4 or IPv6 address as it is sent."""
    return ipaddress.ip_address(address).packed


@functools.lru_cache(maxsize=None)
def mac_of(address: str) -> bytes:
    """The hardware address that reaches `address`: its own, its group's or the gateway's."""
    parsed = ipaddress.ip_address(address)
    if parsed.is_multicast:
        if parsed.version == 6:
            return b"\x33\x33" + parsed.packed[-4:]
        return b"\x01\x00\x5e" + bytes([parsed.packed[1] & 0x7F]) + parsed.packed[2:]
    if address.endswith(".255"):
        return BROADCAST_MAC
    if any(parsed in network for network in LOCAL_NETWORKS):
        return b"\x02\x00" + parsed.packed[-4:]
    return GATEWAY_MAC


# Checksums


def checksum(data: bytes) -> int:
    """The Internet checksum of RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    # A number's remainder by 0xffff is the ones' complement sum of its 16-bit digits.
    remainder = int.from_bytes(data, "big") % 0xFFFF
    return 0xFFFF - remainder if remainder else 0


def sealed(source: str, destination: str, payload: Packet) -> bytes:
    """The bytes of `payload` with the checksum that covers these addresses filled in."""
    if payload.pseudo_sum is None:
        return payload.data
    start, at, protocol = payload.pseudo_sum
    covered = payload.data[start:]
    pseudo_header = (
        packed(source) + packed(destination) + struct.pack("!II", len(covered), protocol)
    )
    value = checksum(pseudo_header + covered)
    if protocol == PROTOCOL_UDP:
        value = value or 0xFFFF
    return payload.patched(at, struct.pack("!H", value)).data


# Transports


def tcp(
    source_port: int,
    destination_port: int,
    flags: int,
    payload: bytes = b"",
    *,
    seq: int = 1000,
    ack: int = 0,
    window: int = 64240,
    options: bytes = b"",
) -> Packet:
    header_words = 5 + len(options) // 4
    header = struct.pack(
        "!HHIIBBHHH",
        source_port,
        destination_port,
        seq & 0xFFFFFFFF,
        ack & 0xFFFFFFFF,
        header_words << 4,
        flags,
        window,
        0,
        0,
    )
    return Packet(
        header + options + payload,
        protocol=PROTOCOL_TCP,
        pseudo_sum=PseudoSum(0, 16, PROTOCOL_TCP),
    )


def udp(source_port: int, destination_port: int, payload: Payload = b"") -> Packet:
    inner = carried(payload)
    header = struct.pack("!HHHH", source_port, destination_port, 8 + len(inner.data), 0)
    return replace(
        inner.inside(header, protocol=PROTOCOL_UDP), pseudo_sum=PseudoSum(0, 6, PROTOCOL_UDP)
    )


def icmp(kind: int, code: int = 0, rest: bytes = bytes(4), payload: bytes = b"") -> Packet:
    """An ICMP message; `rest` are the four bytes after the checksum."""
    value = checksum(bytes([kind, code]) + bytes(2) + rest + payload)
    return Packet(struct.pack("!BBH", kind, code, value) + rest + payload, protocol=PROTOCOL_ICMP)


def icmpv6(kind: int, code: int = 0, rest: bytes = bytes(4), payload: bytes = b"") -> Packet:
    return Packet(
        bytes([kind, code]) + bytes(2) + rest + payload,
        protocol=PROTOCOL_ICMPV6,
        pseudo_sum=PseudoSum(0, 2, PROTOCOL_ICMPV6),
    )


def echo(request: bool, sequence: int, *, version: int = 4, size: int = 32) -> Packet:
    """A ping or its answer."""
    rest = struct.pack("!HH", 0x4D2, sequence & 0xFFFF)
    payload = bytes(range(size))
    if version == 6:
        return icmpv6(ICMPV6_ECHO if request else ICMPV6_ECHO_REPLY, 0, rest, payload)
    return icmp(ICMP_ECHO if request else ICMP_ECHO_REPLY, 0, rest, payload)


def icmp_error(kind: int, code: int, quoted: Packet, rest: bytes = bytes(4)) -> Packet:
    """An ICMP error with the first bytes of an IPv4 packet, which thereby is not seen again."""
    return icmp(kind, code, rest, quoted.data[:28])


def icmpv6_error(kind: int, code: int, quoted: Packet, rest: bytes = bytes(4)) -> Packet:
    """An ICMPv6 error with an IPv6 packet, which thereby is not seen again."""
    return icmpv6(kind, code, rest, quoted.data[:1232])


# The Internet layer


def ipv4(
    source: str,
    destination: str,
    payload: Packet,
    *,
    ttl: int = 64,
    identification: int = 0,
    dont_fragment: bool = True,
    more_fragments: bool = False,
    offset: int = 0,
    options: bytes = b"",
    total_length: Optional[int] = None,
    final: Optional[str] = None,
) -> Packet:
    """`final` is where a source route ends, if it is not at `destination`."""
    data = sealed(source, final or destination, payload)
    options += bytes(-len(options) % 4)
    header_length = 20 + len(options)
    if total_length is None:
        total_length = header_length + len(data)
    header = struct.pack(
        "!BBHHHBBH4s4s",
        0x40 | header_length // 4,
        0,
        total_length,
        identification,
        dont_fragment << 14 | more_fragments << 13 | offset // 8,
        ttl,
        payload.protocol,
        0,
        packed(source),
        packed(destination),
    )
    header = header[:10] + struct.pack("!H", checksum(header + options)) + header[12:] + options
    return Packet(
        header + data,
        (("IPv4", source, destination),) + payload.seen,
        ETHERTYPE_IPV4,
        PROTOCOL_IPV4,
    )


def ipv6(
    source: str,
    destination: str,
    payload: Packet,
    *,
    hop_limit: int = 64,
    payload_length: Optional[int] = None,
    final: Optional[str] = None,
    home: Optional[str] = None,
) -> Packet:
    """`final` is where a routing header ends, `home` the sender's address while it is away."""
    data = sealed(home or source, final or destination, payload)
    if payload_length is None:
        payload_length = len(data)
    header = struct.pack("!IHBB", 6 << 28, payload_length, payload.protocol, hop_limit)
    return Packet(
        header + packed(source) + packed(destination) + data,
        (("IPv6", source, destination),) + payload.seen,
        ETHERTYPE_IPV6,
        PROTOCOL_IPV6,
    )


def ip(source: str, destination: str, payload: Packet) -> Packet:
    """IPv4 or IPv6, as the addresses ask for."""
    if ":" in source:
        return ipv6(source, destination, payload)
    return ipv4(source, destination, payload)


def split(data: bytes, size: int) -> List[Tuple[int, bytes]]:
    """`data` in pieces of `size` bytes, each with its offset."""
    return [(offset, data[offset : offset + size]) for offset in range(0, len(data), size)]


def ipv4_fragments(
    source: str, destination: str, payload: Packet, size: int, identification: int
) -> List[Packet]:
    """What `payload` carries is seen in the last fragment, in which it is complete."""
    data = sealed(source, destination, payload)
    fragments = []
    for offset, piece in split(data, size):
        last = offset + size >= len(data)
        body = Packet(piece, payload.seen if last else (), protocol=payload.protocol)
        fragments.append(
            ipv4(
                source,
                destination,
                body,
                identification=identification,
                dont_fragment=False,
                more_fragments=not last,
                offset=offset,
            )
        )
    return fragments


def ipv6_fragments(
    source: str, destination: str, payload: Packet, size: int, identification: int
) -> List[Packet]:
    """Unlike IPv4's, only the last one is seen: Wireshark counts IPv6 when it is complete."""
    data = sealed(source, destination, payload)
    fragments = []
    for offset, piece in split(data, size):
        last = offset + size >= len(data)
        body = Packet(piece, payload.seen, protocol=payload.protocol)
        header = fragment_header(body, offset, not last, identification)
        fragment = ipv6(source, destination, header)
        fragments.append(fragment if last else fragment.unseen())
    return fragments


def fragment_header(payload: Packet, offset: int, more: bool, identification: int) -> Packet:
    header = struct.pack("!BBHI", payload.protocol, 0, offset | more, identification)
    return payload.inside(header, protocol=PROTOCOL_FRAGMENT)


def options_header(protocol: int, options: bytes, payload: Packet) -> Packet:
    """A hop-by-hop or destination options header, padded to a multiple of eight bytes."""
    missing = -(2 + len(options)) % 8
    if missing == 1:
        options += b"\0"
    elif missing:
        options += bytes([1, missing - 2]) + bytes(missing - 2)
    header = bytes([payload.protocol, (2 + len(options)) // 8 - 1]) + options
    return payload.inside(header, protocol=protocol)


def routing_header(
    kind: int, segments_left: int, addresses: Sequence[str], payload: Packet
) -> Packet:
    """Type 0 (source route) or type 4 (segment routing)."""
    fixed = bytes([payload.protocol, 2 * len(addresses), kind, segments_left])
    rest = bytes([len(addresses) - 1, 0, 0, 0]) if kind == 4 else bytes(4)
    return payload.inside(
        fixed + rest + b"".join(map(packed, addresses)), protocol=PROTOCOL_ROUTING
    )


def authentication_header(payload: Packet) -> Packet:
    header = struct.pack("!BBHII12s", payload.protocol, 4, 0, 0x100, 1, bytes(range(12)))
    return payload.inside(header, protocol=PROTOCOL_AH)


# Address resolution


def arp(
    operation: int,
    sender: str,
    target: str,
    *,
    target_mac: bytes = UNKNOWN_MAC,
    hardware_length: int = 6,
) -> Packet:
    """ARP, or RARP for its operations. Only a request for somebody else's address counts."""
    reverse = operation in (RARP_REQUEST, RARP_REPLY)
    counts = operation == ARP_REQUEST and sender != target and sender != "0.0.0.0"
    header = struct.pack("!HHBBH", 1, ETHERTYPE_IPV4, hardware_length, 4, operation)
    sender_hardware = mac_of(sender).ljust(hardware_length, b"\0")[:hardware_length]
    target_hardware = target_mac.ljust(hardware_length, b"\0")[:hardware_length]
    return Packet(
        header + sender_hardware + packed(sender) + target_hardware + packed(target),
        (("ARP", sender, target),) if counts else (),
        ETHERTYPE_RARP if reverse else ETHERTYPE_ARP,
    )


# Links


def ethernet(
    payload: Packet, source: bytes = GATEWAY_MAC, destination: bytes = GATEWAY_MAC
) -> Packet:
    header = destination + source + struct.pack("!H", payload.ethertype)
    return payload.inside(header, ethertype=ETHERTYPE_BRIDGING)


def ethernet_between(source: str, destination: str, payload: Packet) -> Packet:
    """An Ethernet frame with the hardware addresses of two IP addresses."""
    return ethernet(payload, mac_of(source), mac_of(destination))


def llc_snap(payload: Packet) -> Packet:
    return payload.inside(b"\xaa\xaa\x03\0\0\0" + struct.pack("!H", payload.ethertype))


def ethernet_802_3(payload: Packet) -> Packet:
    """A frame with a length where Ethernet II has the type, and LLC/SNAP behind it."""
    inner = llc_snap(payload)
    return inner.inside(GATEWAY_MAC + GATEWAY_MAC + struct.pack("!H", len(inner.data)))


def vlan(number: int, payload: Packet, ethertype: int = ETHERTYPE_VLAN) -> Packet:
    return payload.inside(struct.pack("!HH", number, payload.ethertype), ethertype=ethertype)


def mpls(labels: Sequence[int], payload: Packet) -> Packet:
    entries = [label << 12 | 64 for label in labels]
    entries[-1] |= 1 << 8
    stack = struct.pack(f"!{len(entries)}I", *entries)
    return payload.inside(stack, ethertype=ETHERTYPE_MPLS)


def ppp(payload: Packet, *, framed: bool) -> Packet:
    """PPP; `framed` with the address and control bytes of HDLC-like framing."""
    number = 0x0057 if payload.ethertype == ETHERTYPE_IPV6 else 0x0021
    return payload.inside((b"\xff\x03" if framed else b"") + struct.pack("!H", number))


def pppoe(payload: Packet) -> Packet:
    inner = ppp(payload, framed=False)
    header = struct.pack("!BBHH", 0x11, 0, 0x0012, len(inner.data))
    return inner.inside(header, ethertype=ETHERTYPE_PPPOE_SESSION)


def radiotap_wlan(payload: Packet, *, qos: bool) -> Packet:
    """An 802.11 data frame from an access point, behind an empty radiotap header."""
    radiotap = struct.pack("<BBHI", 0, 0, 8, 0)
    frame_control = b"\x88\x02" if qos else b"\x08\x02"
    station, access_point = bytes.fromhex("020000000002"), bytes.fromhex("020000000003")
    header = frame_control + bytes(2) + station + access_point + GATEWAY_MAC + bytes(2)
    return llc_snap(payload).inside(radiotap + header + (bytes(2) if qos else b""))


def linux_cooked(payload: Packet) -> Packet:
    header = struct.pack("!HHH8sH", 0, 1, 6, GATEWAY_MAC, payload.ethertype)
    return payload.inside(header)


def linux_cooked_v2(payload: Packet) -> Packet:
    header = struct.pack("!HHIHBB8s", payload.ethertype, 0, 2, 1, 0, 6, GATEWAY_MAC)
    return payload.inside(header)


def loopback(payload: Packet, byte_order: str, ipv6_family: int = 30) -> Packet:
    """BSD loopback; the number of IPv6's address family differs between systems."""
    family = ipv6_family if payload.ethertype == ETHERTYPE_IPV6 else 2
    return payload.inside(struct.pack(byte_order + "I", family))
