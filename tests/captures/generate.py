#!/usr/bin/env python3
"""Writes the captures that the tests run on, each with the truth about it.

    generate.py OUTDIR [NAME...]        all captures, or those named, and their NAME.truth.json
    generate.py --list                  the names, and what each shows
    generate.py --large KIND N OUTFILE  one big capture for a benchmark

The truth is {"class", "scanners", "scans", "frames", "sources"}:
  class     address-scan, port-scan, arp-scan, ndp-scan, distributed-scan, mixed or
            benign
  scanners  the addresses that scan
  scans     which of them does which kind of scan
  frames    how many frames there are
  findings  {source: [[destination, transport, port, state, packets, bytes sent, received]]}, where a
            test asks for them
  sources   {network: {source: {destination: packets}}}, the networks being IPv4, IPv6, ARP and NDP

Every IP header counts, those of all layers of a tunnel, but not those that an ICMP error quotes.
An ARP request or neighbour solicitation counts unless it is gratuitous or a probe; replies do not.
Of damaged captures that are what Wireshark makes of them the truth has "truth": "tshark" in place of
"sources".
"""
import argparse
import json
import sys
from pathlib import Path
from typing import List, Optional

import benign  # noqa: F401  These modules fill capture.RECIPES.
import containers  # noqa: F401
import damage  # noqa: F401
import demo  # noqa: F401
import distributed  # noqa: F401
import encapsulations  # noqa: F401
import findings  # noqa: F401
import names  # noqa: F401
import probes  # noqa: F401
import scans  # noqa: F401
import together  # noqa: F401
import tools  # noqa: F401
from capture import RECIPES, Recipe
from large import KINDS, write_large


def write(recipe: Recipe, folder: Path) -> None:
    made = recipe.make()
    (folder / (recipe.name + recipe.suffix)).write_bytes(recipe.write(made))
    truth = json.dumps(made.truth(), indent=1, sort_keys=True)
    (folder / (recipe.name + ".truth.json")).write_text(truth + "\n", encoding="utf-8")


def parse_arguments(arguments: Optional[List[str]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true", help="list the captures")
    parser.add_argument("--large", nargs=3, metavar=("KIND", "N", "OUTFILE"), help="+".join(KINDS))
    parser.add_argument("outdir", nargs="?", type=Path, metavar="OUTDIR")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parsed = parser.parse_args(arguments)
    if not (parsed.list or parsed.large or parsed.outdir):
        parser.error("OUTDIR is missing")
    unknown = set(parsed.names) - set(RECIPES)
    if unknown:
        parser.error("no such capture: " + ", ".join(sorted(unknown)))
    if parsed.large and (parsed.large[0] not in KINDS or not parsed.large[1].isdigit()):
        parser.error("--large takes one of " + ", ".join(KINDS) + ", a number and a file")
    return parsed


def main(arguments: Optional[List[str]] = None) -> int:
    parsed = parse_arguments(arguments)
    if parsed.list:
        for recipe in RECIPES.values():
            print(f"{recipe.name:28} {recipe.description}")
    elif parsed.large:
        kind, count, path = parsed.large
        write_large(kind, int(count), Path(path))
    else:
        parsed.outdir.mkdir(parents=True, exist_ok=True)
        for name in parsed.names or RECIPES:
            write(RECIPES[name], parsed.outdir)
    return 0


if __name__ == "__main__":
    sys.exit(main())
