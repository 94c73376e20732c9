#!/usr/bin/env python3
"""Writes seeds for the fuzz targets: frames of the generated captures, and options of tests.

    corpus.py OUTDIR

OUTDIR/headers gets a file for each frame that differs from those before it in the bytes that the
header reader looks at, as tests/fuzz/headers_fuzz.cc reads them; OUTDIR/options a file for each
argument; OUTDIR/runs files of runs, as text and compressed; OUTDIR/dialogues numbers that choose.
"""
import hashlib
import re
import sys
from pathlib import Path
from typing import Iterator, List, Tuple

CAPTURES = Path(__file__).resolve().parent.parent / "captures"
RULES = Path(__file__).resolve().parent.parent.parent / "tap/count/runs.h"
sys.path.insert(0, str(CAPTURES))

import capture as captures  # noqa: E402
import generate  # noqa: E402

LINKS = {
    captures.LINKTYPE_ETHERNET: 0,
    captures.LINKTYPE_LINUX_SLL: 1,
    captures.LINKTYPE_LINUX_SLL2: 2,
    captures.LINKTYPE_RAW: 3,
    captures.LINKTYPE_IPV4: 3,
    captures.LINKTYPE_IPV6: 3,
    captures.LINKTYPE_NULL: 4,
    captures.LINKTYPE_LOOP: 5,
}
"""The numbers of fanout::Link."""

MOST_BYTES = 256
MOST_OF_A_CAPTURE = 40

ARGUMENTS = (
    "fanout",
    "fanout,50",
    "fanout,0,json,all,pairs",
    "fanout,50,csv,top=10,unicast,ports=15,window=60,full,file=report.csv,ip.addr==10.0.0.0/8",
    "fanout,50,html,file=a=b,tcp.port in {80,443},udp",
    "fanout,4294967296,text",
    "fanout,4294967297",
    "fanout,-1",
    "fanout,json,csv",
    "fanout,all,all",
    "fanout,top=0",
    "fanout,file=",
    "fanoutx",
)


RUNS = (
    "#fanout-runs\t4\n#rules\t4\n#arp\tyes\n#multicast\tno\n#filter\ttcp\n"
    "#shard\t1\t1\n"
    "#file\t0\ta.pcap\t9\t1\t5\t6\tpcap\t\t5\n"
    "#file\t1\t\\xc3\\xa9.pcap\t4\t0\t-\t-\tpcapng\tcut off\t-\n"
    "#columns\tnetwork\tsource\tdestination\trole\ttransport\tprobe\tsource_port\tdestination_port\t"
    "packets\tbytes\tpayload\tfile\tframe\ttime\tfirst_time\tlast_time\torder\tlast_file\t"
    "last_frame\tlast_order\tplace\ttool\n"
    "IPv4\t192.0.2.1\t192.0.2.2\task\ttcp\tsyn\t40000\t22\t3\t180\t0\t0\t1\t5\t\t6\t\t1\t4\t9\t\tnmap\n"
    "IPv6\t2001:db8::1\tff02::1\tdatagram\tudp\tudp\t53\t53\t1\t70\t28\t1\t2\t-\t\t\t7\t\t\t\t1\t\n"
    "ARP\t192.0.2.1\t192.0.2.9\tanswer\tip\t-\t0\t0\t1\t42\t0\t0\t9\t8\t\t\t\t\t\t\t\t\n"
    "#end\t3\n"
)
"""A file of runs."""


def stored(text: bytes) -> bytes:
    """A frame of zstd's (RFC 8878) that holds a text of 256 to 65,791 bytes as it is."""
    size = len(text)
    block = (size << 3 | 1).to_bytes(3, "little")
    return b"\x28\xb5\x2f\xfd\x60" + (size - 256).to_bytes(2, "little") + block + text


def seeds_of(recipe: captures.Recipe) -> List[bytes]:
    """Different frames of a capture, spread over it."""
    made = recipe.make()
    interfaces = getattr(recipe.write, "keywords", {}).get("interfaces")
    seeds = {}
    for frame in made.frames:
        link = interfaces[frame.interface].link_type if interfaces else made.link_type
        if link in LINKS:
            data = frame.data[:MOST_BYTES]
            missing = min(255, frame.length - len(frame.data))
            seeds[bytes([LINKS[link], missing]) + data] = None
    step = max(1, len(seeds) // MOST_OF_A_CAPTURE)
    return list(seeds)[::step]


def all_seeds() -> Iterator[Tuple[str, bytes]]:
    for recipe in generate.RECIPES.values():
        for seed in seeds_of(recipe):
            yield "headers", seed
    for argument in ARGUMENTS:
        yield "options", argument.encode()
    rules = re.search(r"kRunsRules = (\d+)", RULES.read_text(encoding="ascii"))
    runs = re.sub(r"#rules\t\d+", "#rules\t" + (rules.group(1) if rules else "?"), RUNS).encode()
    yield "runs", runs
    yield "runs", stored(runs)
    for number in range(50):
        yield "dialogues", hashlib.sha512(str(number).encode()).digest() * (1 + number % 4)


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    for target, seed in all_seeds():
        folder = Path(sys.argv[1]) / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
