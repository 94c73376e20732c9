#!/usr/bin/env python3
"""Holds the truth about generated captures against what tshark finds in them.

    check_truth.py FOLDER [NAME...]

Compares the conversations of `-z conv,ip -z conv,ipv6`, the ARP requests and the number of frames.
Of captures whose truth is tshark's own, only the number of frames is compared.
"""
import argparse
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, Iterator, List

Counts = Dict[str, Dict[str, Dict[str, int]]]

FIELDS = (
    "frame.number",
    "arp.opcode",
    "arp.src.proto_ipv4",
    "arp.dst.proto_ipv4",
    "icmpv6.nd.ns.target_address",
    "ipv6.src",
)
CONVERSATION = re.compile(r"^(\S+)\s+<->\s+(\S+)\s+(\d+) [\d,]+ \S+\s+(\d+) ")


def run_tshark(path: Path) -> List[str]:
    command = ["tshark", "-n", "-r", str(path), "-z", "conv,ip", "-z", "conv,ipv6", "-T", "fields"]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise RuntimeError(f"tshark: exit status {done.returncode}: {done.stderr.strip()}")
    return done.stdout.splitlines()


def add(counts: Counts, network: str, source: str, destination: str, packets: int) -> None:
    if packets:
        found = counts[network].setdefault(source, {})
        found[destination] = found.get(destination, 0) + packets


def parse(lines: List[str]) -> Dict[str, Any]:
    """The counts and the number of frames in tshark's output."""
    counts: Counts = {"IPv4": {}, "IPv6": {}, "ARP": {}, "NDP": {}}
    frames = 0
    for line in lines:
        conversation = CONVERSATION.match(line)
        if conversation:
            one, other, back, forth = conversation.groups()
            network = "IPv6" if ":" in one else "IPv4"
            add(counts, network, one, other, int(forth))
            add(counts, network, other, one, int(back))
        elif "\t" in line:
            frames += 1
            _, operations, senders, targets, sought, asker = line.split("\t")
            if sought and asker not in ("::", sought):
                add(counts, "NDP", asker, sought, 1)
            if "1" in operations.split(","):
                for sender, target in zip(senders.split(","), targets.split(",")):
                    if sender != target and sender != "0.0.0.0":
                        add(counts, "ARP", sender, target, 1)
    return {"sources": counts, "frames": frames}


def differences(expected: Counts, found: Counts) -> Iterator[str]:
    for network in expected:
        pairs = {
            (source, destination)
            for counts in (expected, found)
            for source, destinations in counts[network].items()
            for destination in destinations
        }
        for source, destination in sorted(pairs):
            want = expected[network].get(source, {}).get(destination, 0)
            have = found[network].get(source, {}).get(destination, 0)
            if want != have:
                yield f"{network} {source} -> {destination}: {want} packets, tshark has {have}"


def check(truth_path: Path) -> List[str]:
    """What is wrong with the truth about a capture."""
    truth = json.loads(truth_path.read_text(encoding="utf-8"))
    name = truth_path.name[: -len(".truth.json")]
    captures = [path for path in truth_path.parent.glob(name + ".pcap*")]
    try:
        found = parse(run_tshark(captures[0]))
    except (RuntimeError, IndexError) as error:
        return [str(error)]
    problems = []
    if truth["frames"] != found["frames"]:
        problems.append(f"{truth['frames']} frames, tshark has {found['frames']}")
    if "sources" in truth:
        problems += differences(truth["sources"], found["sources"])
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parsed = parser.parse_args()
    paths = [parsed.folder / (name + ".truth.json") for name in parsed.names]
    paths = paths or sorted(parsed.folder.glob("*.truth.json"))
    failed = 0
    with ThreadPoolExecutor() as pool:
        for path, problems in zip(paths, pool.map(check, paths)):
            failed += bool(problems)
            for problem in problems[:10]:
                print(f"{path.name[: -len('.truth.json')]}: {problem}")
            if len(problems) > 10:
                print(f"  and {len(problems) - 10} more")
    print(f"{len(paths) - failed} of {len(paths)} captures agree")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
