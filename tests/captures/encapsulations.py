"""Captures of link types, tunnels and headers: what has to be read to find the addresses."""
import struct
from typing import Callable, List

from capture import (
    LINKTYPE_IPV4,
    LINKTYPE_IPV6,
    LINKTYPE_LINUX_SLL,
    LINKTYPE_LINUX_SLL2,
    LINKTYPE_LOOP,
    LINKTYPE_NULL,
    LINKTYPE_PPP,
    LINKTYPE_RADIOTAP,
    LINKTYPE_RAW,
    Capture,
    recipe,
)
from layers import (
    ACK,
    ARP_REPLY,
    ARP_REQUEST,
    BROADCAST_MAC,
    ETHERTYPE_IPV4,
    ETHERTYPE_PROVIDER_BRIDGE,
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
    echo,
    erspan2,
    ethernet,
    ethernet_802_3,
    fragment_header,
    geneve,
    gre,
    gtp_u,
    icmp_error,
    icmpv6,
    icmpv6_error,
    ipv4,
    ipv4_fragments,
    ipv6,
    ipv6_fragments,
    l2tp,
    linux_cooked,
    linux_cooked_v2,
    loopback,
    mac_of,
    mpls,
    options_header,
    packed,
    pppoe,
    ppp,
    radiotap_wlan,
    routing_header,
    tcp,
    teredo,
    udp,
    vlan,
    vxlan,
)
from traffic import hosts

A, B = "10.0.0.1", "10.0.0.2"
A6, B6 = "2001:db8:1::1", "2001:db8:1::2"
TUNNEL, TUNNEL6 = ("192.0.2.1", "192.0.2.2"), ("2001:db8:ffff::1", "2001:db8:ffff::2")
HOP6 = "2001:db8:a::1"


# What is carried


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


# Link types


@recipe()
def ethernet_frames(capture: Capture) -> None:
    """Ethernet: IPv4, IPv6 and ARP."""
    add_all(capture, ipv4_packets() + ipv6_packets() + arp_packets(), ethernet)


@recipe()
def ethernet_llc_snap(capture: Capture) -> None:
    """802.3 frames with a length instead of a type, and LLC/SNAP."""
    add_all(capture, ipv4_packets() + ipv6_packets() + arp_packets(), ethernet_802_3)


@recipe()
def ethernet_padded(capture: Capture) -> None:
    """Frames padded to 60 bytes, some with a trailer of 12 bytes that look like an IPv4 header."""
    packets = ipv4_packets() + ipv6_packets() + arp_packets()
    trailer = ipv4("192.0.2.66", "192.0.2.67", tcp(1, 2, SYN)).data[:12]
    for number, packet in enumerate(packets):
        frame = ethernet(packet)
        padding = bytes(max(0, 60 - len(frame.data))) + (trailer if number % 3 == 0 else b"")
        capture.add(number / 1000, Packet(frame.data + padding, frame.seen))


@recipe()
def ethernet_fcs(capture: Capture) -> None:
    """Frames padded to 60 bytes with a (wrong) frame check sequence."""
    for number, packet in enumerate(ipv4_packets() + ipv6_packets() + arp_packets()):
        frame = ethernet(packet)
        data = frame.data.ljust(60, b"\0") + b"\xde\xad\xbe\xef"
        capture.add(number / 1000, Packet(data, frame.seen))


@recipe()
def ethernet_jumbo(capture: Capture) -> None:
    """Frames of 9,000 bytes, over IPv4 and IPv6."""
    for number, other in enumerate(hosts("10.0.7", 6)):
        payload = udp(40000, 9, bytes(8900))
        capture.add(number, ethernet(ipv4(A, other, payload)))
        capture.add(number + 0.5, ethernet(ipv6(A6, f"2001:db8:7::{number + 1}", payload)))


@recipe()
def vlan_tags(capture: Capture) -> None:
    """One 802.1Q tag: IPv4, IPv6 and ARP."""
    packets = ipv4_packets() + ipv6_packets() + arp_packets()
    add_all(capture, packets, lambda packet: ethernet(vlan(100, packet)))


@recipe()
def vlan_qinq(capture: Capture) -> None:
    """Two tags, the outer one of type 0x88a8, 0x9100 or 0x8100."""
    add_all(
        capture,
        ipv4_packets() + ipv6_packets() + arp_packets(),
        lambda packet: ethernet(vlan(10, vlan(100, packet), ETHERTYPE_PROVIDER_BRIDGE)),
        lambda packet: ethernet(vlan(10, vlan(100, packet), 0x9100)),
        lambda packet: ethernet(vlan(10, vlan(100, packet))),
    )


@recipe()
def mpls_labels(capture: Capture) -> None:
    """One and two MPLS labels."""
    add_all(
        capture,
        ipv4_packets() + ipv6_packets(),
        lambda packet: ethernet(mpls([100], packet)),
        lambda packet: ethernet(mpls([100, 200], packet)),
    )


@recipe()
def pppoe_session(capture: Capture) -> None:
    """A PPPoE session, without a VLAN tag and with one."""
    add_all(
        capture,
        ipv4_packets() + ipv6_packets(),
        lambda packet: ethernet(pppoe(packet)),
        lambda packet: ethernet(vlan(7, pppoe(packet))),
    )


@recipe(link_type=LINKTYPE_PPP)
def link_ppp(capture: Capture) -> None:
    """PPP with address and control bytes."""
    add_all(capture, ipv4_packets() + ipv6_packets(), lambda packet: ppp(packet, framed=True))


@recipe(link_type=LINKTYPE_LINUX_SLL)
def link_linux_cooked(capture: Capture) -> None:
    """Linux cooked capture, version 1."""
    add_all(capture, ipv4_packets() + ipv6_packets() + arp_packets(), linux_cooked)


@recipe(link_type=LINKTYPE_LINUX_SLL2)
def link_linux_cooked_v2(capture: Capture) -> None:
    """Linux cooked capture, version 2."""
    add_all(capture, ipv4_packets() + ipv6_packets() + arp_packets(), linux_cooked_v2)


@recipe(link_type=LINKTYPE_RAW)
def link_raw(capture: Capture) -> None:
    """No link layer; the version tells IPv4 from IPv6."""
    add_all(capture, ipv4_packets() + ipv6_packets(), lambda packet: packet)


@recipe(link_type=LINKTYPE_IPV4)
def link_raw_ipv4(capture: Capture) -> None:
    """No link layer, IPv4 only."""
    add_all(capture, ipv4_packets(), lambda packet: packet)


@recipe(link_type=LINKTYPE_IPV6)
def link_raw_ipv6(capture: Capture) -> None:
    """No link layer, IPv6 only."""
    add_all(capture, ipv6_packets(), lambda packet: packet)


@recipe(link_type=LINKTYPE_NULL)
def link_null(capture: Capture) -> None:
    """BSD loopback in both byte orders, with the family that each system gives to IPv6."""
    for byte_order in "<>":
        add_all(capture, ipv4_packets(), lambda packet: loopback(packet, byte_order))
        for family in (24, 28, 30):
            add_all(capture, ipv6_packets(), lambda packet: loopback(packet, byte_order, family))


@recipe(link_type=LINKTYPE_LOOP)
def link_loop(capture: Capture) -> None:
    """OpenBSD loopback, in network byte order."""
    add_all(capture, ipv4_packets() + ipv6_packets(), lambda packet: loopback(packet, ">", 24))


@recipe(link_type=LINKTYPE_RADIOTAP)
def link_wlan(capture: Capture) -> None:
    """802.11 data and QoS data frames behind a radiotap header."""
    add_all(
        capture,
        ipv4_packets() + ipv6_packets() + arp_packets(),
        lambda packet: radiotap_wlan(packet, qos=False),
        lambda packet: radiotap_wlan(packet, qos=True),
    )


# Tunnels


@recipe()
def tunnel_ip_in_ip(capture: Capture) -> None:
    """IP in IP, 6in4, 4in6, IPv6 in IPv6, and IP in IP in IP."""
    add_all(capture, ipv4_packets() + ipv6_packets(), tunnel, tunnel6)
    add_all(capture, ipv4_packets(), lambda packet: tunnel(ipv4("192.0.2.3", "192.0.2.4", packet)))


@recipe()
def tunnel_gre(capture: Capture) -> None:
    """GRE without and with a sequence number."""
    add_all(
        capture,
        ipv4_packets() + ipv6_packets(),
        lambda packet: tunnel(gre(packet)),
        lambda packet: tunnel6(gre(packet, sequence=7)),
    )


@recipe()
def tunnel_gre_ethernet(capture: Capture) -> None:
    """Ethernet frames in GRE: bridged, and mirrored by ERSPAN type II."""
    add_all(
        capture,
        ipv4_packets() + ipv6_packets() + arp_packets(),
        lambda packet: tunnel(gre(ethernet(packet))),
        lambda packet: tunnel(gre(erspan2(ethernet(packet)), sequence=7)),
    )


@recipe()
def tunnel_vxlan(capture: Capture) -> None:
    """VXLAN, with and without a VLAN tag inside; the ARP in it counts."""
    add_all(
        capture,
        ipv4_packets() + ipv6_packets() + arp_packets(),
        lambda packet: tunnel(vxlan(ethernet(packet))),
        lambda packet: tunnel6(vxlan(ethernet(vlan(100, packet)))),
    )


@recipe()
def tunnel_geneve(capture: Capture) -> None:
    """GENEVE with Ethernet and with IP."""
    packets = ipv4_packets() + ipv6_packets()
    add_all(capture, packets + arp_packets(), lambda packet: tunnel(geneve(ethernet(packet))))
    add_all(capture, packets, lambda packet: tunnel(geneve(packet)))


@recipe()
def tunnel_gtp(capture: Capture) -> None:
    """GTP-U of a mobile network."""
    add_all(capture, ipv4_packets() + ipv6_packets(), lambda packet: tunnel(gtp_u(packet)))


@recipe()
def tunnel_teredo(capture: Capture) -> None:
    """Teredo: IPv6 in UDP."""
    add_all(capture, ipv6_packets(), lambda packet: tunnel(teredo(packet)))


@recipe()
def tunnel_l2tp(capture: Capture) -> None:
    """L2TP version 2 with PPP."""
    add_all(capture, ipv4_packets() + ipv6_packets(), lambda packet: tunnel(l2tp(packet)))


# IPv4


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
