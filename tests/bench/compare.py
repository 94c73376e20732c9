#!/usr/bin/env python3
"""Compares `tshark -z fanout` with what else there is, and shows what the plugin costs others.

    compare.py BUILD_DIR [--repeat N] [--kind KIND]... [--huge] [--captures DIR] [--marks-only]

BUILD_DIR was configured with -DFANOUT_BENCH=ON. Makes its captures (kept in DIR if given), then
runs all programs in turns, as an ordinary user, and prints medians of CPU time (user and system),
wall time and peak memory. Ratios are medians over the turns: what runs at the same time as the
rest of the machine's work is compared with what ran just before and after it.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence

sys.path.append(str(Path(__file__).resolve().parents[1]))

import ordinary  # noqa: E402

GENERATE = Path(__file__).resolve().parent.parent / "captures" / "generate.py"

KINDS = {
    "ordinary": ("ordinary", 2_000_000),
    "syn-sweep": ("syn-sweep", 1_000_000),
    "many-sources": ("many-sources", 10_000_000),
    "pairs": ("pairs", 20_000_000),
}
HUGE = {"pairs"}

WITHOUT_DISSECTION = "reading only"
HANDLER = "empty handler"
FANOUT = "fanout"
ENDPOINTS = "endpoints"
CONVERSATIONS = "conversations"


class Command(NamedTuple):
    """A program to measure."""

    line: str
    """For the shell; {tshark} and {file} stand for what they say."""
    plugins: Sequence[str] = ()


class Usage(NamedTuple):
    """What one run took."""

    cpu: float
    wall: float
    memory: float
    """Peak, in MB."""


def comparison() -> Dict[str, Command]:
    """What counts addresses, with the plugin and without."""
    plugin = ("fanout",)
    commands = {
        WITHOUT_DISSECTION: Command("{tshark} -n -q -r {file}"),
        HANDLER: Command("{tshark} -n -q -z empty -r {file}", ("empty_handler",)),
        FANOUT: Command("{tshark} -n -q -z fanout,50,json,file=/dev/null -r {file}", plugin),
        "fanout, full": Command(
            "{tshark} -n -q -z fanout,50,json,full,file=/dev/null -r {file}", plugin
        ),
        ENDPOINTS: Command("{tshark} -n -q -z endpoints,ip -r {file}"),
        CONVERSATIONS: Command("{tshark} -n -q -z conv,ip -r {file}"),
    }
    if shutil.which("argus") and shutil.which("racluster"):
        commands["argus, racluster"] = Command(
            "argus -r {file} -w - | racluster -r - -m saddr daddr"
        )
    if shutil.which("nfpcapd") and shutil.which("nfdump"):
        commands["nfpcapd, nfdump"] = Command(
            "mkdir flows && nfpcapd -r {file} -l flows && nfdump -R flows -A srcip,dstip; rm -r flows"
        )
    return commands


def marking() -> Dict[str, Command]:
    """What others pay for the plugin being there: for its marks, and when starting."""
    return {
        "endpoints without the plugin": Command("{tshark} -n -q -z endpoints,ip -r {file}"),
        "endpoints with the plugin": Command(
            "{tshark} -n -q -z endpoints,ip -r {file}", ("fanout",)
        ),
    }


def starting() -> Dict[str, Command]:
    return {
        "start without the plugin": Command("{tshark} -v"),
        "start with the plugin": Command("{tshark} -v", ("fanout",)),
    }


class Bench:
    """Runs programs as an ordinary user, in a home of their own for each set of plugins."""

    def __init__(self, build: Path, folder: Path) -> None:
        self.folder = folder
        self.plugins = {
            "fanout": build / "fanout.so",
            "empty_handler": build / "tests" / "bench" / "empty_handler.so",
        }
        for path in self.plugins.values():
            if not path.exists():
                sys.exit(f"{path} is missing: configure with -DFANOUT_BENCH=ON and build")
        self.homes: Dict[Sequence[str], Path] = {}

    def home(self, plugins: Sequence[str]) -> Path:
        if plugins not in self.homes:
            home = self.folder / ("home-" + "-".join(plugins))
            target = ordinary.make_home(home)
            for plugin in plugins:
                shutil.copy(self.plugins[plugin], target)
            work = home / "work"
            work.mkdir()
            ordinary.give_to_user(work)
            self.homes[plugins] = home
        return self.homes[plugins]

    def run(self, command: Command, capture: Optional[Path]) -> Usage:
        home = self.home(command.plugins)
        arguments = ["sh", "-c", command.line.format(tshark="tshark", file=capture)]
        start = time.monotonic()
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                arguments,
                cwd=home / "work",
                env=ordinary.environment(home),
                stdout=subprocess.DEVNULL,
                stderr=errors,
                **ordinary.as_user(),
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                errors.seek(0)
                sys.exit(f"{arguments[-1]}: {errors.read().decode(errors='replace')}")
        return Usage(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)

    def measure(
        self, commands: Dict[str, Command], capture: Optional[Path], repeat: int
    ) -> Dict[str, List[Usage]]:
        """Runs all commands in turns."""
        usages: Dict[str, List[Usage]] = {name: [] for name in commands}
        for _ in range(repeat):
            for name, command in commands.items():
                usages[name].append(self.run(command, capture))
        return usages


def ratio(usages: Dict[str, List[Usage]], name: str, other: str, what: str) -> float:
    """The median over the turns of `name` to `other`."""
    return statistics.median(
        getattr(a, what) / getattr(b, what) for a, b in zip(usages[name], usages[other])
    )


def print_table(title: str, usages: Dict[str, List[Usage]], base: str) -> None:
    print(f"\n{title}")
    print(f"{'':30}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}   CPU and memory to that of {base}")
    for name, runs in usages.items():
        cpu, wall, memory = (
            statistics.median(getattr(run, what) for run in runs) for what in Usage._fields
        )
        print(
            f"{name:30}{cpu:9.3f}{wall:9.3f}{memory:9.0f}"
            f"{ratio(usages, name, base, 'cpu'):12.3f}{ratio(usages, name, base, 'memory'):9.3f}"
        )
    sys.stdout.flush()


def make_capture(kind: str, folder: Path) -> Path:
    generated, count = KINDS[kind]
    path = folder / f"{kind}.pcap"
    if not path.exists():
        partial = path.with_suffix(".partial")
        subprocess.run(
            [sys.executable, str(GENERATE), "--large", generated, str(count), str(partial)],
            check=True,
        )
        partial.rename(path)
    path.chmod(0o644)
    return path


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", type=Path, metavar="BUILD_DIR")
    parser.add_argument("--repeat", type=int, default=5, help="turns (5)")
    parser.add_argument("--kind", action="append", choices=KINDS, help="only these captures")
    parser.add_argument("--huge", action="store_true", help="20 million distinct pairs, too")
    parser.add_argument("--captures", type=Path, help="where to keep the captures")
    parser.add_argument(
        "--marks-only", action="store_true", help="only what the plugin costs other uses"
    )
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    kinds = arguments.kind or [kind for kind in KINDS if arguments.huge or kind not in HUGE]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        captures = arguments.captures or folder
        captures.mkdir(parents=True, exist_ok=True)
        bench = Bench(arguments.build.resolve(), folder)
        for kind in kinds:
            capture = make_capture(kind, captures.resolve())
            if not arguments.marks_only:
                usages = bench.measure(comparison(), capture, arguments.repeat)
                print_table(kind, usages, FANOUT)
                handler = ratio(usages, FANOUT, HANDLER, "cpu")
                memory = ratio(usages, FANOUT, ENDPOINTS, "memory")
                print(f"fanout took {handler:.2f} times the CPU time of the empty handler,", end=" ")
                print(f"and 1/{1 / memory:.1f} of the memory of endpoints;", end=" ")
                print(f"endpoints took {ratio(usages, ENDPOINTS, FANOUT, 'cpu'):.1f} times", end=" ")
                print(f"and conv {ratio(usages, CONVERSATIONS, FANOUT, 'cpu'):.1f} times its CPU time")
            if kind == "ordinary":
                usages = bench.measure(marking(), capture, arguments.repeat)
                print_table("marking, ordinary", usages, "endpoints without the plugin")
        usages = bench.measure(starting(), None, 4 * arguments.repeat)
        print_table("starting", usages, "start without the plugin")
    return 0


if __name__ == "__main__":
    sys.exit(main())
