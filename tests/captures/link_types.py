"""Captures of link types: what stands before the IP header of a frame."""

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
from carried import A, A6, add_all, arp_packets, ipv4_packets, ipv6_packets
from layers import (
    ETHERTYPE_PROVIDER_BRIDGE,
    SYN,
    Packet,
    ethernet,
    ethernet_802_3,
    ipv4,
    ipv6,
    linux_cooked,
    linux_cooked_v2,
    loopback,
    mpls,
    pppoe,
    ppp,
    radiotap_wlan,
    tcp,
    udp,
    vlan,
)
from traffic import hosts


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
    """No link layer; the version distinguishes IPv4 from IPv6."""
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
