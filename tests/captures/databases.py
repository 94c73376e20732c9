#!/usr/bin/env python3
"""Writes GeoIP databases for tests, in MaxMind's format: of countries, and of autonomous systems.

    databases.py FOLDER    writes FOLDER/Country.mmdb and FOLDER/ASN.mmdb

Their networks are those for documentation, and their numbers those that are reserved. The format is
MaxMind DB File Format Specification 2.0, https://maxmind.github.io/MaxMind-DB/.
"""
import ipaddress
import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Mapping, Sequence, Union

Value = Union[str, int, "Number", Mapping[str, "Value"], Sequence[str]]

HOSTILE = '=HYPERLINK("http://192.0.2.1","a")<script>alert(1)</script>\x1b]0;t\x07\x1b[31m\u202ex'
"""What no output may obey: a formula, markup, a terminal's title and color, reversed text."""


@dataclass(frozen=True)
class Place:
    country: str
    country_iso: str
    as_number: int
    as_organization: str


PLACES = {
    "192.0.2.0/24": Place("United Kingdom", "GB", 4200000000, "Example, Networks"),
    "198.51.100.0/24": Place("Netherlands", "NL", 64500, "Example Hosting B.V."),
    "203.0.113.0/24": Place("Curaçao", "CW", 64501, HOSTILE),
    "2001:db8::/32": Place("Åland Islands", "AX", 65536, "Documentation"),
}


STRING, UINT16, UINT32, MAP, UINT64, ARRAY = 2, 5, 6, 7, 9, 11
FORMATS = {UINT16: ">H", UINT32: ">I", UINT64: ">Q"}


@dataclass(frozen=True)
class Number:
    """One of a type of its own; others are UINT32."""

    kind: int
    value: int


def control(kind: int, size: int) -> bytes:
    """What is before a value: its type, and how many bytes or members it has."""
    extended = bytes([kind - 7]) if kind > 7 else b""
    first = (0 if kind > 7 else kind) << 5
    if size < 29:
        return bytes([first | size]) + extended
    if size < 285:
        return bytes([first | 29]) + extended + bytes([size - 29])
    return bytes([first | 30]) + extended + struct.pack(">H", size - 285)


def encoded(value: Value) -> bytes:
    if isinstance(value, str):
        text = value.encode("utf-8")
        return control(STRING, len(text)) + text
    if isinstance(value, int):
        value = Number(UINT32, value)
    if isinstance(value, Number):
        number = struct.pack(FORMATS[value.kind], value.value)
        return control(value.kind, len(number)) + number
    if isinstance(value, Mapping):
        members = b"".join(encoded(key) + encoded(member) for key, member in value.items())
        return control(MAP, len(value)) + members
    return control(ARRAY, len(value)) + b"".join(encoded(member) for member in value)


@dataclass
class Database:
    """A binary tree over the bits of IPv6 addresses, in which IPv4 is ::/96, and the data."""

    kind: str
    nodes: List[List[int]] = field(default_factory=lambda: [[0, 0]])
    """Left and right: a node's number, 0 for nothing, or below 0 an offset in the data."""
    data: bytes = b""

    def add(self, network: str, value: Value) -> None:
        parsed = ipaddress.ip_network(network)
        length = parsed.prefixlen + 128 - parsed.max_prefixlen
        bits = f"{int(parsed.network_address):0128b}"[:length]
        node = 0
        for bit in map(int, bits[:-1]):
            if self.nodes[node][bit] == 0:
                self.nodes[node][bit] = len(self.nodes)
                self.nodes.append([0, 0])
            node = self.nodes[node][bit]
        self.nodes[node][int(bits[-1])] = -1 - len(self.data)
        self.data += encoded(value)

    def record(self, content: int) -> int:
        if content == 0:
            return len(self.nodes)
        return content if content > 0 else len(self.nodes) + 16 - 1 - content

    def written(self) -> bytes:
        tree = b"".join(struct.pack(">II", *map(self.record, node)) for node in self.nodes)
        metadata: Dict[str, Value] = {
            "node_count": len(self.nodes),
            "record_size": Number(UINT16, 32),
            "ip_version": Number(UINT16, 6),
            "database_type": self.kind,
            "languages": ["en"],
            "binary_format_major_version": Number(UINT16, 2),
            "binary_format_minor_version": Number(UINT16, 0),
            "build_epoch": Number(UINT64, 1_700_000_000),
            "description": {"en": "for tests"},
        }
        return tree + bytes(16) + self.data + b"\xab\xcd\xefMaxMind.com" + encoded(metadata)


def write(folder: Path) -> None:
    countries, systems = Database("Test-Country"), Database("Test-ASN")
    for network, place in PLACES.items():
        country: Dict[str, Value] = {
            "iso_code": place.country_iso,
            "names": {"en": place.country},
        }
        countries.add(network, {"country": country})
        systems.add(
            network,
            {
                "autonomous_system_number": place.as_number,
                "autonomous_system_organization": place.as_organization,
            },
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Country.mmdb").write_bytes(countries.written())
    (folder / "ASN.mmdb").write_bytes(systems.written())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(Path(sys.argv[1]))
