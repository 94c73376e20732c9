"""Captures of frames that are cut, contradictory or random."""
from typing import List

import encapsulations  # noqa: F401  Its captures are damaged here.
from capture import RECIPES, Capture, recipe
from layers import (
    ACK,
    ARP_REQUEST,
    ETHERTYPE_ARP,
    ETHERTYPE_IPV4,
    ETHERTYPE_IPV6,
    ETHERTYPE_MPLS,
    ETHERTYPE_PPPOE_SESSION,
    ETHERTYPE_VLAN,
    GATEWAY_MAC,
    PROTOCOL_DESTINATION_OPTIONS,
    PROTOCOL_HOP_BY_HOP,
    PROTOCOL_ICMP,
    SYN,
    Packet,
    arp,
    ethernet,
    ipv4,
    ipv6,
    options_header,
    tcp,
    udp,
)
from traffic import hosts

A, A6 = "10.0.0.1", "2001:db8:1::1"


def cut_at_every_length(capture: Capture, frame: Packet) -> None:
    """Stores a frame's first 0, 1, 2 ... 80 bytes."""
    capture.truth_is_known = False
    for length in range(81):
        capture.add(length / 1000, frame, cut=length)


@recipe()
def cut_ipv4(capture: Capture) -> None:
    """A TCP/IPv4 frame cut at every length from 0 to 80."""
    cut_at_every_length(capture, ethernet(ipv4(A, "10.0.0.2", tcp(40000, 443, ACK, bytes(60)))))


@recipe()
def cut_ipv6(capture: Capture) -> None:
    """A TCP/IPv6 frame cut at every length from 0 to 80."""
    cut_at_every_length(
        capture, ethernet(ipv6(A6, "2001:db8:1::2", tcp(40000, 443, ACK, bytes(40))))
    )


@recipe()
def cut_arp(capture: Capture) -> None:
    """An ARP request in a padded frame, cut at every length from 0 to 80."""
    frame = ethernet(arp(ARP_REQUEST, A, "10.0.0.2"))
    cut_at_every_length(capture, Packet(frame.data.ljust(80, b"\0"), frame.seen))


@recipe()
def cut_tunnels(capture: Capture) -> None:
    """A frame of each tunnel, cut at every length from 0 to 100."""
    capture.truth_is_known = False
    names = [name for name in RECIPES if name.startswith(("tunnel-", "vlan-", "mpls-", "pppoe-"))]
    for name in names:
        frame = RECIPES[name].make().frames[0]
        for length in range(101):
            capture.add(len(capture.frames) / 1000, Packet(frame.data), cut=length)


@recipe()
def header_lengths(capture: Capture) -> None:
    """IPv4 lengths that contradict the frame or each other, and IPv6's too great or zero."""
    capture.truth_is_known = False
    for number, other in enumerate(hosts("198.18", 4)):
        segment = tcp(40000 + number, 443, SYN)
        for packet in (
            ipv4(A, other, segment, total_length=10),
            ipv4(A, other, segment, total_length=19),
            ipv4(A, other, segment, total_length=20),
            ipv4(A, other, segment, total_length=39),
            ipv4(A, other, segment, total_length=1500),
            ipv4(A, other, segment, total_length=65535),
            ipv4(A, other, segment).patched(0, b"\x44"),
            ipv4(A, other, segment).patched(0, b"\x40"),
            ipv4(A, other, segment).patched(0, b"\x4f"),
            ipv4(A, other, udp(40000, 53).patched(4, b"\0\x03")),
        ):
            capture.add(len(capture.frames) / 1000, ethernet(packet))
    for number, other in enumerate(hosts("2001:db8:80::", 4)):
        segment = tcp(40000 + number, 443, SYN)
        for length in (0, 1, 19, 1500, 65535):
            packet = ipv6(A6, other, segment, payload_length=length)
            capture.add(len(capture.frames) / 1000, ethernet(packet))


@recipe()
def header_versions(capture: Capture) -> None:
    """Version 5 and others, and IPv4 announced as IPv6 and the reverse."""
    capture.truth_is_known = False
    packets: List[Packet] = []
    for number in range(1, 5):
        four = ipv4(A, f"198.18.0.{number}", tcp(40000, 443, SYN, bytes(40)))
        six = ipv6(A6, f"2001:db8:80::{number}", tcp(40000, 443, SYN, bytes(40)))
        packets += [four.patched(0, bytes([version << 4 | 5])) for version in range(16)]
        packets += [six.patched(0, bytes([version << 4])) for version in range(16)]
        packets.append(Packet(four.data, ethertype=ETHERTYPE_IPV6))
        packets.append(Packet(six.data, ethertype=ETHERTYPE_IPV4))
    for number, packet in enumerate(packets):
        capture.add(number / 1000, ethernet(packet))


@recipe()
def zero_length(capture: Capture) -> None:
    """Frames of which nothing was stored, and frames that had nothing, among valid ones."""
    frame = ethernet(ipv4(A, "10.0.0.2", tcp(40000, 443, SYN)))
    for number in range(10):
        capture.add(number, frame)
        capture.add(number + 0.2, frame.unseen(), cut=0)
        capture.add(number + 0.4, Packet(b""))


@recipe()
def malformed_options(capture: Capture) -> None:
    """SYNs with IPv4 options of wrong lengths, in which dissection may end before the ip tap."""
    kinds = (7, 11, 12, 25, 30, 68, 82, 130, 131, 133, 134, 136, 137, 147, 148, 149)
    for number, source in enumerate(hosts("198.19", 2000)):
        size = capture.random.choice((4, 8, 12, 20, 40))
        length = capture.random.choice((0, 1, 2, 3, 4, 5, 6, 8, size, size + 1, 255))
        option = bytes([capture.random.choice(kinds), length]) + capture.random.randbytes(size - 2)
        packet = ipv4(source, "192.0.2.1", tcp(40000, 443, SYN), options=option)
        capture.add(number / 1000, ethernet(packet))


@recipe()
def malformed_ipv6_options(capture: Capture) -> None:
    """SYNs with IPv6 options of wrong lengths, in which dissection may end before the ipv6 tap."""
    kinds = (1, 4, 5, 7, 7, 8, 15, 38, 49, 99, 109, 139, 194)
    for number in range(1000):
        source = f"2001:db8:7::{number + 1:x}"
        size = capture.random.choice((6, 14, 22))
        length = capture.random.choice((0, 1, 2, 3, 4, 7, 8, size - 2, size - 1, 255))
        # None of them a home address, which would move the source.
        rest = bytes(capture.random.randrange(128) for _ in range(size - 2))
        option = bytes([capture.random.choice(kinds), length]) + rest
        header = capture.random.choice((PROTOCOL_HOP_BY_HOP, PROTOCOL_DESTINATION_OPTIONS))
        packet = options_header(header, option, tcp(40000, 443, SYN))
        capture.add(number / 1000, ethernet(ipv6(source, "2001:db8:1::2", packet)))


@recipe()
def malformed_quotes(capture: Capture) -> None:
    """ICMP messages that are cut, and errors that quote random bytes, in which dissection may end."""
    for number, source in enumerate(hosts("198.18", 1000)):
        kind = capture.random.choice((3, 4, 5, 11, 12, capture.random.randrange(44)))
        rest = capture.random.randbytes(capture.random.randrange(60))
        message = Packet(bytes([kind, capture.random.randrange(16)]) + rest, protocol=PROTOCOL_ICMP)
        capture.add(number / 1000, ethernet(ipv4(source, "192.0.2.1", message)))


@recipe()
def random_bytes(capture: Capture) -> None:
    """2,000 frames of random bytes, three in four of which have a known type."""
    capture.truth_is_known = False
    types = [
        ETHERTYPE_IPV4,
        ETHERTYPE_IPV6,
        ETHERTYPE_ARP,
        ETHERTYPE_VLAN,
        ETHERTYPE_MPLS,
        ETHERTYPE_PPPOE_SESSION,
    ]
    for number in range(2000):
        data = capture.random.randbytes(capture.random.randrange(120))
        if number % 4:
            known = capture.random.choice(types).to_bytes(2, "big")
            first = {ETHERTYPE_IPV4: b"\x45", ETHERTYPE_IPV6: b"\x60"}
            start = first.get(int.from_bytes(known, "big"), b"") if number % 2 else b""
            data = GATEWAY_MAC + GATEWAY_MAC + known + start + data
        capture.add(number / 1000, Packet(data))


@recipe()
def flipped_bits(capture: Capture) -> None:
    """2,000 valid frames of all encapsulations, each with one to eight bits flipped."""
    capture.truth_is_known = False
    prefixes = ("ethernet-", "vlan-", "mpls-", "pppoe-", "tunnel-", "ipv4-", "ipv6-", "arp-kinds")
    names = [name for name in RECIPES if name.startswith(prefixes)]
    valid = [frame.data for name in names for frame in RECIPES[name].make().frames]
    for number in range(2000):
        data = bytearray(capture.random.choice(valid)[:200])
        for _ in range(capture.random.randint(1, 8)):
            data[capture.random.randrange(min(len(data), 100))] ^= 1 << capture.random.randrange(8)
        capture.add(number / 1000, Packet(bytes(data)))
