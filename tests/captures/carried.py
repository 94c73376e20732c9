"""What the captures of link types, tunnels and headers carry, and how it is put into them."""
from typing import Callable, List

from capture import Capture
from layers import (
    ACK,
    ARP_REPLY,
    ARP_REQUEST,
    BROADCAST_MAC,
    SYN,
    Packet,
    arp,
    echo,
    ethernet,
    ipv4,
    ipv6,
    mac_of,
    tcp,
    udp,
)
from traffic import hosts

A, B = "10.0.0.1", "10.0.0.2"
A6, B6 = "2001:db8:1::1", "2001:db8:1::2"
TUNNEL, TUNNEL6 = ("192.0.2.1", "192.0.2.2"), ("2001:db8:ffff::1", "2001:db8:ffff::2")
HOP6 = "2001:db8:a::1"


def ipv4_packets() -> List[Packet]:
    """Two hosts talk to six others over TCP, UDP and ICMP; half of these answer."""
    packets = []
    for number, other in enumerate(hosts("198.18", 6)):
        packets.append(ipv4(A, other, tcp(40000 + number, 443, SYN)))
        packets.append(ipv4(B, other, udp(40000 + number, 9, b"discard this")))
        packets.append(ipv4(A, other, echo(True, number)))
        if number % 2:
            packets.append(ipv4(other, A, tcp(443, 40000 + number, SYN | ACK, ack=1001)))
            packets.append(ipv4(other, A, echo(False, number)))
    return packets


def ipv6_packets() -> List[Packet]:
    """The same over IPv6."""
    packets = []
    for number, other in enumerate(hosts("2001:db8:80::", 6)):
        packets.append(ipv6(A6, other, tcp(40000 + number, 443, SYN)))
        packets.append(ipv6(B6, other, udp(40000 + number, 9, b"discard this")))
        packets.append(ipv6(A6, other, echo(True, number, version=6)))
        if number % 2:
            packets.append(ipv6(other, A6, tcp(443, 40000 + number, SYN | ACK, ack=1001)))
            packets.append(ipv6(other, A6, echo(False, number, version=6)))
    return packets


def arp_packets() -> List[Packet]:
    """Six requests and an answer; then a probe, an announcement, a gratuitous request and reply."""
    packets = [arp(ARP_REQUEST, A, target) for target in hosts("10.0.0", 6, 2)]
    packets.append(arp(ARP_REPLY, B, A, target_mac=mac_of(A)))
    packets.append(arp(ARP_REQUEST, "0.0.0.0", B))
    packets.append(arp(ARP_REQUEST, B, B))
    packets.append(arp(ARP_REQUEST, A, A, target_mac=BROADCAST_MAC))
    packets.append(arp(ARP_REPLY, A, A, target_mac=BROADCAST_MAC))
    return packets


Layer = Callable[[Packet], Packet]


def add_all(capture: Capture, packets: List[Packet], *ways: Layer) -> None:
    """Adds the packets once in each of the ways to carry them, a millisecond apart."""
    for way in ways:
        for packet in packets:
            capture.add(len(capture.frames) / 1000, way(packet))


def tunnel(packet: Packet) -> Packet:
    return ethernet(ipv4(*TUNNEL, packet))


def tunnel6(packet: Packet) -> Packet:
    return ethernet(ipv6(*TUNNEL6, packet))
