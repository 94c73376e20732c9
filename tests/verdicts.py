#!/usr/bin/env python3
"""Measure the verdicts against captures whose truth is known.

usage: verdicts.py [--tshark CMD] [--ports N] [FOLDER...]

A folder holds tables `labels.tsv`, its own and those of its folders, with the columns capture, class
(address-scan, port-scan, arp-scan, ndp-scan, distributed-scan; else benign), scanners
(comma-separated) and what. The captures are beside their table or in `labelled/` there. Without a folder, `../shared/captures` beside the checkout is taken. Prints a line for each capture,
then how many sources were called scanners that are, and that are not, by the plain threshold and by
the verdicts. Exit status 1 if a verdict is wrong, but for captures marked "small", which have too
few destinations or ports for the default settings and may be missed.

  --tshark CMD  how to start tshark with the plugin (split like a shell does; default "tshark")
"""
import argparse
import json
import pathlib
import shlex
import subprocess
import sys
from typing import Any, Dict, List, NamedTuple, Set, Tuple

DEFAULT_FOLDER = pathlib.Path(__file__).resolve().parents[2] / "shared" / "captures"


class Label(NamedTuple):
    """What is known of a capture."""

    capture: pathlib.Path
    kind: str
    scanners: Set[str]
    small: bool


class Tally:
    """How often sources were called scanners, rightly and wrongly."""

    def __init__(self) -> None:
        self.found = 0
        self.missed = 0
        self.false = 0

    def add(self, accused: Set[str], scanners: Set[str]) -> None:
        self.found += len(accused & scanners)
        self.missed += len(scanners - accused)
        self.false += len(accused - scanners)

    def line(self, name: str) -> str:
        return "%-16s %7d %8d %15d" % (name, self.found, self.missed, self.false)


def read_labels(folder: pathlib.Path) -> List[Label]:
    """What the tables in a folder and in its folders say."""
    labels = []
    for table in sorted(folder.glob("labels.tsv")) + sorted(folder.glob("*/labels.tsv")):
        captures = table.parent / "labelled"
        if not captures.is_dir():
            captures = table.parent
        for line in table.read_text(encoding="utf-8").splitlines():
            if not line or line.startswith("#"):
                continue
            capture, kind, scanners, what = (line.split("\t") + ["", "", ""])[:4]
            names = {name for name in scanners.split(",") if name}
            labels.append(Label(captures / capture, kind, names, what.startswith("small")))
    return labels


def report(tshark: List[str], capture: pathlib.Path) -> List[Dict[str, Any]]:
    command = tshark + ["-n", "-q", "-z", "fanout,json", "-r", str(capture)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    sources: List[Dict[str, Any]] = json.loads(done.stdout)["sources"]
    return sources


def judge(label: Label, sources: List[Dict[str, Any]]) -> Tuple[bool, Set[str], Set[str]]:
    """Whether the verdicts are right, and whom threshold and verdicts accuse."""
    flagged = {source["source"] for source in sources if source["flagged"]}
    suspects = {source["source"] for source in sources if source["suspect"]}
    of_the_kind = {source["source"] for source in sources if label.kind in source["verdicts"]}
    right = suspects <= label.scanners and (label.small or label.scanners <= of_the_kind)
    return right, flagged, suspects


def main() -> int:
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][len("usage: "):])
    parser.add_argument("--tshark", default="tshark")
    parser.add_argument("folders", nargs="*", type=pathlib.Path, default=[DEFAULT_FOLDER])
    options = parser.parse_args()
    by_threshold, by_verdict, wrong = Tally(), Tally(), 0
    for folder in options.folders:
        labels = read_labels(folder)
        if not labels:
            print("skipped: %s has no labels.tsv" % folder)
        for label in labels:
            sources = report(shlex.split(options.tshark), label.capture)
            right, flagged, suspects = judge(label, sources)
            by_threshold.add(flagged, label.scanners)
            by_verdict.add(suspects, label.scanners)
            wrong += not right
            verdicts = ["%s %s" % (source["source"], "+".join(source["verdicts"]))
                        for source in sources if source["suspect"]]
            print("%-5s %-32s %-12s %s" % ("right" if right else "WRONG", label.capture.name,
                                           label.kind, "; ".join(verdicts)))
    print("\n%-16s %7s %8s %15s" % ("called scanners", "rightly", "missed", "wrongly"))
    print(by_threshold.line("threshold"))
    print(by_verdict.line("verdicts"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
