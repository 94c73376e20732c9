"""The laboratory's table: what runs, and what fanout must call it.

A row is one call of scan() in nmap_scans.py or scans.py, or of ordinary() in programs.py. The first
of these commands adds one, the second tries it again; both show what was said of each source.

    tests/laboratory/run.py BUILD --add NAME COMMAND CALLED
    tests/laboratory/run.py BUILD -k NAME

A row's fields are described in row.py; which hosts are there, in place.py. A program that is
missing is installed by `run.py --install`; where its package has another name, PACKAGES below says
which.
"""
from typing import List

import nmap_scans  # noqa: F401  # pylint: disable=unused-import
import programs  # noqa: F401  # pylint: disable=unused-import
import scans  # noqa: F401  # pylint: disable=unused-import
from row import Row
from row import ROWS as ROWS  # pylint: disable=useless-import-alias

# Where Debian has the programs of the rows, if the package's name is another.
PACKAGES = {
    "ab": "apache2-utils",
    "aria2c": "aria2",
    "atk6-alive6": "thc-ipv6",
    "avahi-daemon": "avahi-daemon",
    "dhcpd": "isc-dhcp-server",
    "dnsmasq": "dnsmasq-base",
    "ntpdig": "ntpsec-ntpdig",
    "knock": "knockd",
    "ping": "iputils-ping",
    "snmpget": "snmp",
}
FOR_ALL = ["iproute2", "nftables", "tcpdump", "util-linux"]

BY_NAME = {row.name: row for row in ROWS}
assert len(BY_NAME) == len(ROWS), "two rows have the same name"


def packages(chosen: List[Row]) -> List[str]:
    """The Debian packages that these rows need."""
    needed = {program for row in chosen for program in row.needs()}
    return sorted({*FOR_ALL, *(PACKAGES.get(program, program) for program in needed)})
