"""Captures of IP headers: options, extension headers, fragments, errors, ARP."""
import struct

from capture import Capture, recipe
from carried import (
    A,
    A6,
    B,
    HOP6,
    TUNNEL6,
    add_all,
    arp_packets,
    ipv4_packets,
    ipv6_packets,
    tunnel6,
)
from layers import (
    ACK,
    ARP_REQUEST,
    ETHERTYPE_IPV4,
    GATEWAY_MAC,
    ICMPV6_REDIRECT,
    ICMPV6_TIME_EXCEEDED,
    ICMPV6_TOO_BIG,
    ICMPV6_UNREACHABLE,
    ICMP_REDIRECT,
    ICMP_TIME_EXCEEDED,
    ICMP_UNREACHABLE,
    PROTOCOL_DESTINATION_OPTIONS,
    PROTOCOL_HOP_BY_HOP,
    RARP_REPLY,
    RARP_REQUEST,
    SYN,
    Packet,
    arp,
    authentication_header,
    ethernet,
    fragment_header,
    icmp_error,
    icmpv6,
    icmpv6_error,
    ipv4,
    ipv4_fragments,
    ipv6,
    ipv6_fragments,
    options_header,
    packed,
    routing_header,
    tcp,
    udp,
)
from traffic import hosts
from tunnel_layers import gre


@recipe()
def ipv4_options(capture: Capture) -> None:
    """Record route, time stamp, router alert, and a loose source route that is not at its end."""
    route = b"".join(map(packed, ("192.0.2.9", "192.0.2.10")))
    options = [
        b"\x07\x0b\x04" + bytes(8),
        b"\x44\x0c\x05\x00" + bytes(8),
        b"\x94\x04\x00\x00",
        b"\x01\x01\x83\x0b\x0c" + route,
    ]
    for number, option in enumerate(options):
        for other in hosts("198.18", 4):
            packet = ipv4(A, other, tcp(40000 + number, 443, SYN), options=option)
            capture.add(len(capture.frames) / 1000, ethernet(packet))
    for other in hosts("198.18", 4):
        option = b"\x01\x83\x0b\x04" + route
        packet = ipv4(A, other, tcp(41000, 443, SYN), options=option, final="192.0.2.10")
        counted = Packet(packet.data, (("IPv4", A, "192.0.2.10"),), ETHERTYPE_IPV4)
        capture.add(len(capture.frames) / 1000, ethernet(counted))


@recipe()
def ipv4_fragmented(capture: Capture) -> None:
    """Fragments in order, in reverse, with one missing, overlapping, and of a GRE packet."""
    for number, other in enumerate(hosts("198.18", 6)):
        fragments = ipv4_fragments(A, other, udp(40000, 9, bytes(3000)), 1480, 100 + number)
        if number == 1:
            fragments.reverse()
        if number == 2:
            del fragments[1]
        if number == 3:
            overlap = Packet(bytes(16), protocol=fragments[1].protocol)
            fragments.insert(
                1,
                ipv4(
                    A,
                    other,
                    overlap,
                    identification=103,
                    dont_fragment=False,
                    more_fragments=True,
                    offset=1472,
                ),
            )
        if number > 3:
            inner = ipv4("172.16.0.1", f"172.16.0.{number}", udp(40000, 9, bytes(1000)))
            fragments = ipv4_fragments(A, other, gre(inner), 600, 200 + number)
        for part, fragment in enumerate(fragments):
            capture.add(number + part / 1000, ethernet(fragment))


@recipe()
def ipv4_segmentation_offload(capture: Capture) -> None:
    """A total length of zero, as captured before the network card segments."""
    for number, other in enumerate(hosts("198.18", 6)):
        segment = tcp(40000 + number, 443, ACK, bytes(3000))
        capture.add(number, ethernet(ipv4(A, other, segment, total_length=0)))


# IPv6


@recipe()
def ipv6_extension_headers(capture: Capture) -> None:
    """Hop-by-hop and destination options, AH, and all of them together."""
    router_alert, padding = b"\x05\x02\x00\x00", b"\x01\x04" + bytes(4)
    segment = tcp(40000, 443, SYN)
    payloads = [
        options_header(PROTOCOL_HOP_BY_HOP, router_alert, segment),
        options_header(PROTOCOL_DESTINATION_OPTIONS, padding, segment),
        authentication_header(segment),
        options_header(
            PROTOCOL_HOP_BY_HOP,
            router_alert,
            options_header(
                PROTOCOL_DESTINATION_OPTIONS,
                padding,
                fragment_header(authentication_header(segment), 0, False, 5),
            ),
        ),
    ]
    for payload in payloads:
        for other in hosts("2001:db8:80::", 4):
            capture.add(len(capture.frames) / 1000, ethernet(ipv6(A6, other, payload)))


@recipe()
def ipv6_routing_headers(capture: Capture) -> None:
    """Source routes (type 0) and segment routing (type 4), on the way and at the end."""
    for kind in (0, 4):
        for number, other in enumerate(hosts("2001:db8:80::", 4)):
            segment = tcp(40000 + number, 443, SYN)
            # Type 0 lists the addresses in the order of the route, type 4 from its end.
            route = [HOP6, other] if kind == 0 else [other, HOP6]
            header = routing_header(kind, 1, route, segment)
            on_the_way = ipv6(A6, HOP6, header, final=other)
            at_the_end = ipv6(A6, other, routing_header(kind, 0, route, segment))
            capture.add(len(capture.frames) / 1000, ethernet(on_the_way))
            capture.add(len(capture.frames) / 1000, ethernet(at_the_end))


@recipe()
def ipv6_segment_routing_tunnel(capture: Capture) -> None:
    """IPv4 and IPv6 in IPv6 with a segment routing header that has segments left."""
    add_all(
        capture,
        ipv4_packets() + ipv6_packets(),
        lambda packet: tunnel6(routing_header(4, 1, [HOP6, TUNNEL6[1]], packet)),
    )


@recipe()
def ipv6_fragmented(capture: Capture) -> None:
    """An atomic fragment, fragments in order, in reverse, of a tunnelled packet, one missing."""
    for number, other in enumerate(hosts("2001:db8:80::", 6)):
        message = udp(40000, 9, bytes(3000))
        fragments = ipv6_fragments(A6, other, message, 1232, 100 + number)
        if number == 0:
            fragments = [ipv6(A6, other, fragment_header(udp(40000, 9, b"atomic"), 0, False, 1))]
        if number == 2:
            fragments.reverse()
        if number == 3:
            inner = ipv4("172.16.0.1", "172.16.0.2", udp(40000, 9, bytes(2000)))
            fragments = ipv6_fragments(A6, other, inner, 1232, 100 + number)
        if number > 3:
            del fragments[1 if number == 4 else -1]
            fragments = [fragment.unseen() for fragment in fragments]
        for part, fragment in enumerate(fragments):
            capture.add(number + part / 1000, ethernet(fragment))


@recipe()
def ipv6_home_address(capture: Capture) -> None:
    """Mobile IPv6: the sender's home address is in a destination option."""
    home = "2001:db8:40::40"
    option = b"\x01\x02\x00\x00\xc9\x10" + packed(home)
    for number, other in enumerate(hosts("2001:db8:80::", 6)):
        payload = options_header(PROTOCOL_DESTINATION_OPTIONS, option, tcp(40000, 443, SYN))
        capture.add(number, ethernet(ipv6(A6, other, payload, home=home)))


@recipe()
def ipv6_jumbogram(capture: Capture) -> None:
    """IPv6 packets of more than 65,535 bytes, of which the first 200 were stored."""
    segment = tcp(40000, 443, ACK, bytes(70_000))
    option = struct.pack("!BBI", 0xC2, 4, 8 + len(segment.data))
    payload = options_header(PROTOCOL_HOP_BY_HOP, option, segment)
    for number, other in enumerate(hosts("2001:db8:80::", 4)):
        capture.add(number, ethernet(ipv6(A6, other, payload, payload_length=0)), cut=200)


# ICMP errors


@recipe()
def icmp_errors(capture: Capture) -> None:
    """ICMP errors that quote packets between hosts that are not seen otherwise."""
    for number, other in enumerate(hosts("198.18", 6)):
        quoted = ipv4("172.16.0.1", other, tcp(40000 + number, 443, SYN), ttl=1)
        for error in (
            icmp_error(ICMP_TIME_EXCEEDED, 0, quoted),
            icmp_error(ICMP_UNREACHABLE, 1, quoted),
            icmp_error(ICMP_UNREACHABLE, 4, quoted, struct.pack("!HH", 0, 1400)),
            icmp_error(ICMP_REDIRECT, 1, quoted, packed("192.0.2.1")),
        ):
            capture.send(len(capture.frames) / 100, "192.0.2.9", A, error)


@recipe()
def icmpv6_errors(capture: Capture) -> None:
    """ICMPv6 errors that quote packets between hosts that are not seen otherwise."""
    for number, other in enumerate(hosts("2001:db8:80::", 6)):
        segment = tcp(40000 + number, 443, SYN, bytes(4))
        quoted = ipv6("2001:db8:2::1", other, segment, hop_limit=1)
        redirected = struct.pack("!BBHI", 4, 1 + len(quoted.data) // 8, 0, 0) + quoted.data
        for error in (
            icmpv6_error(ICMPV6_TIME_EXCEEDED, 0, quoted),
            icmpv6_error(ICMPV6_UNREACHABLE, 0, quoted),
            icmpv6_error(ICMPV6_TOO_BIG, 0, quoted, struct.pack("!I", 1400)),
            icmpv6(ICMPV6_REDIRECT, 0, bytes(4), packed("fe80::1") + packed(other) + redirected),
        ):
            capture.send(len(capture.frames) / 100, "2001:db8:ffff::9", A6, error)


# ARP


@recipe()
def arp_kinds(capture: Capture) -> None:
    """Requests, replies, probes, announcements, RARP, and a hardware address of a wrong length."""
    add_all(capture, arp_packets(), ethernet)
    odd = [
        arp(RARP_REQUEST, A, B, target_mac=GATEWAY_MAC),
        arp(RARP_REPLY, A, B, target_mac=GATEWAY_MAC),
        arp(ARP_REQUEST, A, "10.0.0.77", hardware_length=8),
        arp(ARP_REQUEST, A, "10.0.0.78", hardware_length=4),
        arp(ARP_REQUEST, A, "10.0.0.79", hardware_length=0),
    ]
    add_all(capture, odd, ethernet)
