"""Captures of tunnels: IP inside IP, and what stands between."""

from capture import Capture, recipe
from carried import add_all, arp_packets, ipv4_packets, ipv6_packets, tunnel, tunnel6
from layers import ethernet, ipv4, vlan
from tunnel_layers import erspan2, geneve, gre, gtp_u, l2tp, teredo, vxlan


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
