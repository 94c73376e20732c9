#!/usr/bin/env python3
"""Compares the program `fanout` with what else there is, on one capture and on many.

    program.py BUILD_DIR [--repeat N] [--packets N] [--files N] [--quick] [--captures DIR]

BUILD_DIR was configured with -DFANOUT_BENCH=ON. Makes a capture of ordinary traffic, and the same
cut into files (kept in DIR if given), then runs all programs in turns, as an ordinary user, and
prints medians of CPU time (user and system), wall time and peak memory, which is that of the
largest process. Ratios are medians over the turns. --quick leaves out what takes minutes.
"""
import argparse
import shutil
import struct
import sys
import tempfile
from pathlib import Path
from typing import Dict, List

import compare
from compare import Bench, Command, Usage, make_capture, print_table, ratio

REPORT = "--json --file /dev/null"
ONE = "fanout"
CAPINFOS = "capinfos -c"
READING = "tshark, reading only"
STATISTIC = "tshark -z fanout"
ENDPOINTS = "tshark -z endpoints,ip"


def cut(capture: Path, files: int) -> List[Path]:
    """Cuts a capture of this machine's byte order into so many, one after the other in time."""
    folder = capture.parent / f"{capture.stem}-{files}"
    paths = [folder / f"{i:03}.pcap" for i in range(files)]
    if folder.exists():
        return paths
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    part = capture.stat().st_size // files + 1
    with capture.open("rb") as source:
        header = source.read(24)
        for path in paths:
            with (partial / path.name).open("wb") as target:
                target.write(header)
                while target.tell() < part:
                    record = source.read(16)
                    if not record:
                        break
                    target.write(record + source.read(struct.unpack_from("<I", record, 8)[0]))
    compare.ordinary.make_readable(partial)
    partial.rename(folder)
    return paths


def one_capture(program: str, quick: bool) -> Dict[str, Command]:
    commands = {
        ONE: Command(f"{program} -n --threshold 50 {REPORT} {{file}}"),
        CAPINFOS: Command("capinfos -c {file}"),
        READING: Command("{tshark} -n -q -r {file}"),
        STATISTIC: Command(
            "{tshark} -n -q -z fanout,50,json,file=/dev/null -r {file}", ("fanout",)
        ),
    }
    if quick:
        return commands
    commands[ENDPOINTS] = Command("{tshark} -n -q -z endpoints,ip -r {file}")
    commands.update(
        (name, command)
        for name, command in compare.comparison().items()
        if name.startswith(("argus", "nfpcapd"))
    )
    return commands


def print_goal(name: str, value: float, goal: float, at_most: bool = True) -> None:
    reached = value <= goal if at_most else value >= goal
    limit = "at most" if at_most else "at least"
    print(f"  {name}: {value:.2f} ({limit} {goal}) {'reached' if reached else 'NOT reached'}")


def measure_one(bench: Bench, program: str, capture: Path, repeat: int, quick: bool) -> None:
    usages = bench.measure(one_capture(program, quick), capture, repeat)
    print_table("one capture", usages, ONE)
    print_goal("wall time to capinfos -c", ratio(usages, ONE, CAPINFOS, "wall"), 2)
    print_goal("wall time to tshark -n -q -r", ratio(usages, ONE, READING, "wall"), 0.5)
    if not quick:
        faster = ratio(usages, ENDPOINTS, ONE, "wall")
        print_goal("times faster than -z endpoints,ip", faster, 60, at_most=False)
    print_goal("peak MB", max(usage.memory for usage in usages[ONE]), 40)


def measure_many(bench: Bench, program: str, files: List[Path], repeat: int) -> None:
    folder = str(files[0].parent)
    half = len(files) // 2
    halves = [" ".join(map(str, files[:half])), " ".join(map(str, files[half:]))]
    commands = {
        "two cores": Command(f"{program} -n {REPORT} --jobs 2 {folder}"),
        "one core": Command(f"taskset -c 0 {program} -n {REPORT} --jobs 1 {folder}"),
        "runs of the first half": Command(f"{program} -n --runs a.runs {halves[0]}"),
        "runs of the second half": Command(f"{program} -n --runs b.runs {halves[1]}"),
        "merging the runs": Command(f"{program} -n {REPORT} a.runs b.runs"),
    }
    usages: Dict[str, List[Usage]] = bench.measure(commands, None, repeat)
    print_table(f"{len(files)} captures", usages, "one core")
    faster = ratio(usages, "one core", "two cores", "wall")
    print_goal("times one core", faster, 1.7, at_most=False)
    work = bench.home(()) / "work"
    runs = sum((work / name).stat().st_size for name in ("a.runs", "b.runs"))
    size = sum(path.stat().st_size for path in files)
    print_goal("runs, in percent of the captures", 100 * runs / size, 2)
    merging = ratio(usages, "merging the runs", "two cores", "wall")
    print_goal("merging to counting, wall time", merging, 0.4)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", type=Path, metavar="BUILD_DIR")
    parser.add_argument("--repeat", type=int, default=5, help="turns (5)")
    parser.add_argument("--packets", type=int, default=2_000_000, help="of a capture (2000000)")
    parser.add_argument("--files", type=int, default=16, help="how many captures (16)")
    parser.add_argument("--quick", action="store_true", help="leave out what takes minutes")
    parser.add_argument("--captures", type=Path, help="where to keep the captures")
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    compare.KINDS["ordinary"] = ("ordinary", arguments.packets)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        captures = arguments.captures or folder
        captures.mkdir(parents=True, exist_ok=True)
        bench = Bench(arguments.build.resolve(), folder)
        shutil.copytree(arguments.build / "program", folder / "program")
        program = str(folder / "program" / "fanout")
        capture = make_capture("ordinary", captures.resolve())
        measure_one(bench, program, capture, arguments.repeat, arguments.quick)
        measure_many(bench, program, cut(capture, arguments.files), arguments.repeat)
    return 0


if __name__ == "__main__":
    sys.exit(main())
