"""Captures that differ in the file that they are kept in, and in its time stamps."""
import functools

from capture import (
    ADDRESS_SCAN,
    LINKTYPE_ETHERNET,
    LINKTYPE_RAW,
    START,
    Capture,
    Interface,
    NameRecord,
    gzipped_pcap,
    pcap,
    pcapng,
    recipe,
)
from layers import SYN, ethernet, ipv4, packed, tcp
from traffic import browse, hosts

CLIENT = "10.0.0.40"


def visits(capture: Capture) -> None:
    """A client visits ten servers."""
    for number, server in enumerate(hosts("198.18", 10)):
        browse(capture, number * 1.000000001, (CLIENT, 40000 + number), server, "www.example.com")


@recipe()
def file_pcap(capture: Capture) -> None:
    """pcap, little-endian, with microseconds."""
    visits(capture)


@recipe(write=functools.partial(pcap, byte_order=">"))
def file_pcap_big_endian(capture: Capture) -> None:
    """pcap, big-endian."""
    visits(capture)


@recipe(write=functools.partial(pcap, nanoseconds=True))
def file_pcap_nanoseconds(capture: Capture) -> None:
    """pcap with nanoseconds."""
    visits(capture)


@recipe(write=gzipped_pcap, suffix=".pcap.gz")
def file_pcap_gzip(capture: Capture) -> None:
    """pcap, compressed with gzip."""
    visits(capture)


@recipe(write=pcapng, suffix=".pcapng")
def file_pcapng(capture: Capture) -> None:
    """pcapng with one interface."""
    visits(capture)


INTERFACES = (
    Interface(LINKTYPE_ETHERNET, 10**6, 6, "eth0"),
    Interface(LINKTYPE_RAW, 10**9, 9, "tun0"),
    Interface(LINKTYPE_ETHERNET, 2**20, 0x80 | 20, "eth1"),
)


@recipe(write=functools.partial(pcapng, interfaces=INTERFACES), suffix=".pcapng")
def file_pcapng_interfaces(capture: Capture) -> None:
    """A scan over Ethernet and raw IP interfaces, whose clocks tick at different rates."""
    capture.scan(ADDRESS_SCAN, CLIENT)
    for number, other in enumerate(hosts("198.18", 30)):
        interface = number % 3
        packet = ipv4(CLIENT, other, tcp(40000, 443, SYN))
        packet = packet if INTERFACES[interface].link_type == LINKTYPE_RAW else ethernet(packet)
        capture.add(number / 8, packet, interface=interface)


NAMES = (
    NameRecord(packed(CLIENT), "client.example.com"),
    NameRecord(packed("198.18.0.1"), "server.example.com"),
    NameRecord(packed("2001:db8:1::40"), "client6.example.com"),
)


@recipe(
    write=functools.partial(pcapng, names=NAMES, comment="A comment on the file and a packet"),
    suffix=".pcapng",
)
def file_pcapng_names(capture: Capture) -> None:
    """pcapng with a name resolution block and comments."""
    visits(capture)


@recipe()
def file_empty(capture: Capture) -> None:
    """A pcap file without a single frame."""


@recipe()
def time_backwards(capture: Capture) -> None:
    """A scan whose time stamps go back and forth."""
    capture.in_order = False
    capture.scan(ADDRESS_SCAN, CLIENT)
    for number, other in enumerate(hosts("198.18", 60)):
        packet = ipv4(CLIENT, other, tcp(40000 + number, 443, SYN))
        capture.add(100 - number if number % 3 else number, ethernet(packet))


@recipe()
def time_extremes(capture: Capture) -> None:
    """Time stamps of zero, of now, and beyond the year 2038."""
    for number, time in enumerate((0, 1, START, 2**31 - 1, 2**31, 2**32 - 1)):
        packet = ipv4(CLIENT, f"198.18.0.{number + 1}", tcp(40000 + number, 443, SYN))
        capture.add(time - START, ethernet(packet))
