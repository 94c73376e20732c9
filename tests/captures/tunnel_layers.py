"""Layers of tunnels, to be built like those of layers.py."""
import struct
from typing import Optional

from layers import ETHERTYPE_ERSPAN2, PROTOCOL_GRE, Packet, ppp, udp


def gre(payload: Packet, *, sequence: Optional[int] = None) -> Packet:
    flags = 0 if sequence is None else 0x1000
    header = struct.pack("!HH", flags, payload.ethertype)
    if sequence is not None:
        header += struct.pack("!I", sequence)
    return payload.inside(header, protocol=PROTOCOL_GRE)


def erspan2(frame: Packet) -> Packet:
    """A mirrored Ethernet frame, to be carried by gre() with a sequence number."""
    return frame.inside(struct.pack("!HHI", 0x1000 | 7, 0x0001, 0), ethertype=ETHERTYPE_ERSPAN2)


def vxlan(frame: Packet) -> Packet:
    return udp(49152, 4789, frame.inside(struct.pack("!II", 0x08000000, 42 << 8)))


def geneve(payload: Packet) -> Packet:
    return udp(49152, 6081, payload.inside(struct.pack("!BBHI", 0, 0, payload.ethertype, 42 << 8)))


def gtp_u(payload: Packet) -> Packet:
    header = struct.pack("!BBHI", 0x30, 0xFF, len(payload.data), 0x1234)
    return udp(2152, 2152, payload.inside(header))


def teredo(payload: Packet) -> Packet:
    return udp(40000, 3544, payload)


def l2tp(payload: Packet) -> Packet:
    """An L2TPv2 data message with a PPP frame."""
    return udp(1701, 1701, ppp(payload, framed=True).inside(struct.pack("!HHH", 0x0002, 7, 9)))
