"""Captures of scans by the tools that their probes are recognised by."""
import ipaddress
from typing import Callable, Dict, Tuple

from capture import ADDRESS_SCAN, Capture, recipe
from layers import ACK, FIN, SYN, Packet, ethernet_between, ipv4, tcp, udp
from traffic import hosts

MSS = b"\x02\x04\x05\xb4"
ZMAP_ID = 54321
SNMP = bytes.fromhex("303a020103300f02024a69020300ffe30401040201030410300e0400020100")
"""How nmap's first payload for port 161 begins."""

Probe = Tuple[Packet, int]
"""What follows the IPv4 header, and its identification."""


def number_of(address: str) -> int:
    return int(ipaddress.IPv4Address(address))


def zmap(_: str, number: int) -> Probe:
    return tcp(50000, 443, SYN, seq=number * 7919, window=65535), ZMAP_ID


def masscan(target: str, number: int) -> Probe:
    seq = number * 104729
    return tcp(50000, 443, SYN, seq=seq, window=1024), (number_of(target) ^ 443 ^ seq) & 0xFFFF


def mirai(target: str, number: int) -> Probe:
    return tcp(50000 + number, 23, SYN, seq=number_of(target), window=5000 + number), number


def nmap(_: str, number: int) -> Probe:
    return tcp(50000, 445, SYN, seq=99, window=1024, options=MSS), number * 331 % 50000


def nmap_ack(_: str, number: int) -> Probe:
    return tcp(50000, 80, ACK, seq=0, ack=12345, window=1024), number * 331 % 50000


def nmap_udp(_: str, number: int) -> Probe:
    return udp(50000, 161, SNMP), number * 331 % 50000


def hping(_: str, number: int) -> Probe:
    return tcp(2000 + number, 80, FIN, seq=number * 31337, window=512), number * 331 % 50000


def none(_: str, number: int) -> Probe:
    return tcp(50000, 445, SYN, seq=number * 31337, window=8192), number * 331 % 50000


SCANNERS: Dict[str, Callable[[str, int], Probe]] = {
    "10.0.0.61": zmap,
    "10.0.0.62": masscan,
    "10.0.0.63": mirai,
    "10.0.0.64": nmap,
    "10.0.0.65": nmap_ack,
    "10.0.0.66": nmap_udp,
    "10.0.0.67": hping,
    "10.0.0.68": none,
}


@recipe()
def tools(capture: Capture) -> None:
    """Sweeps of 60 silent addresses each, with the probes of seven tools and of none that is known."""
    for place, (scanner, probe) in enumerate(SCANNERS.items()):
        capture.scan(ADDRESS_SCAN, scanner)
        for number, target in enumerate(hosts(f"10.0.{20 + place}", 60), 1):
            payload, identification = probe(target, number)
            packet = ipv4(scanner, target, payload, identification=identification,
                          dont_fragment=False)
            capture.add(number * 0.02 + place * 0.002, ethernet_between(scanner, target, packet))
