#!/usr/bin/env python3
"""Runs real scanners and ordinary programs in network namespaces, and holds what fanout says of
their captures against the table in rows.py.

    run.py BUILD_DIR [-k PATTERN]... [--jobs N] [--keep DIR] [--judge DIR] [--install] [--list]
    run.py BUILD_DIR --add NAME COMMAND CALLED

BUILD_DIR holds the fanout.so to test. Nothing that is sent leaves namespaces that exist for one row
and end with it: there is no route to anywhere else (place.py). Needs root. Rows whose program is
not installed, or all where namespaces cannot be made, are skipped by name.

--keep leaves the captures in DIR, with truth.tsv. --judge runs nothing, but judges captures kept
before. --probes wants the kind of probe named in the reason, too. --install fetches what the rows
need from Debian. --add adds a row to the table and runs it: CALLED are words as row.py describes
them, of 192.0.2.1 if no source is named ("ARP 192.0.2.1: arp-scan"), and may be empty. Ends with
"N passed, N failed, N skipped".
"""
import argparse
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Tuple

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

import judge  # noqa: E402
import namespaces  # noqa: E402
import place  # noqa: E402
import rows  # noqa: E402
from row import Row  # noqa: E402

NEEDED = ("ip", "nft", "nsenter", "tcpdump", "timeout")
INSTALL = "install with tests/laboratory/run.py --install"
SHOWN = 6  # faults of a row, and lines that its programs printed last
KINDS = {"scan": "scans.py", "ordinary": "programs.py"}
GRACE = 120  # seconds beyond its own that a row may take to start and end


@dataclass(frozen=True)
class Outcome:
    """How a row ended."""

    row: Row
    skipped: str
    """Why, or nothing."""
    wrong: Tuple[str, ...] = ()
    said: str = ""
    seconds: float = 0
    log: str = ""

    def word(self) -> str:
        return "skipped" if self.skipped else "FAILED" if self.wrong else "ok"


def find(program: str) -> Optional[str]:
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def why_nothing_can_run() -> str:
    if os.geteuid() != 0:
        return "network namespaces need root"
    missing = [name for name in NEEDED if not find(name)]
    if missing:
        return f"{', '.join(missing)} not installed; {INSTALL}"
    works = namespaces.wait(namespaces.fork(lambda: namespaces.isolate(make_link)), GRACE)
    return "" if works else "network namespaces cannot be made here"


def make_link() -> None:
    """What every row needs first."""
    link = ["ip", "link", "add", "veth-s", "type", "veth", "peer", "name", "veth-t"]
    subprocess.run(link, check=True)


class CannotRun(Exception):
    """With what a row's programs printed last."""


def last_lines(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-SHOWN:])


class Laboratory:
    """Runs rows and judges them."""

    def __init__(self, judge_: judge.Judge, folder: Path, run: bool, probes: bool) -> None:
        self.judge = judge_
        self.folder = folder
        self.run = run
        self.probes = probes
        self.why_none = why_nothing_can_run() if run else ""

    def outcome(self, row: Row) -> Outcome:
        capture = self.folder / (row.name + ".pcap")
        started = time.monotonic()
        log = ""
        if self.run:
            missing = [name for name in row.needs() if not find(name)]
            why = self.why_none or missing and f"{', '.join(missing)} not installed; {INSTALL}"
            if why:
                return Outcome(row, why)
            try:
                log = self.make_capture(row, capture)
            except CannotRun as error:
                waited = time.monotonic() - started
                return Outcome(row, "", ("it failed, or took too long",), "", waited, str(error))
        elif not capture.exists():
            return Outcome(row, f"there is no {capture}")
        try:
            report = self.judge.report(capture)
        except (RuntimeError, OSError, ValueError, subprocess.TimeoutExpired) as error:
            return Outcome(row, "", (str(error),), "", time.monotonic() - started, log)
        return Outcome(
            row,
            "",
            tuple(judge.differences(row, report, self.probes)),
            judge.said(row, report),
            time.monotonic() - started,
            log,
        )

    def make_capture(self, row: Row, capture: Path) -> str:
        """Runs the row in namespaces of its own; gives what its programs printed last. An older
        capture stays until there is a new one."""
        with tempfile.TemporaryDirectory(prefix=row.name + ".", dir=self.folder) as work:
            log, made = Path(work, "log"), Path(work, "made.pcap")

            def run_isolated() -> None:
                with open(log, "wb") as printed, open(os.devnull, "rb") as nothing:
                    os.dup2(nothing.fileno(), 0)
                    os.dup2(printed.fileno(), 1)
                    os.dup2(printed.fileno(), 2)
                namespaces.isolate(lambda: place.run_row(row, Path(work), made))

            if not namespaces.wait(namespaces.fork(run_isolated), row.seconds + GRACE):
                raise CannotRun(last_lines(log))
            made.chmod(0o644)
            made.replace(capture)
            return last_lines(log)

    def all_outcomes(self, chosen: List[Row], at_a_time: int) -> Iterator[Outcome]:
        """The rows' outcomes as they come, each from a process of its own."""
        waiting: List[Row] = list(chosen)
        running: Dict[int, Tuple[Row, int]] = {}
        try:
            while waiting or running:
                while waiting and len(running) < at_a_time:
                    row = waiting.pop(0)
                    answer, says = os.pipe()
                    running[namespaces.fork(lambda: self.answer(row, says))] = (row, answer)
                    os.close(says)
                ended, _ = os.wait()
                row, answer = running.pop(ended)
                with os.fdopen(answer, "rb") as pipe:
                    said = pipe.read()
                yield pickle.loads(said) if said else Outcome(row, "", ("ended without an answer",))
        finally:
            for process in running:
                os.kill(process, signal.SIGKILL)

    def answer(self, row: Row, says: int) -> None:
        """In the process of one row. An answer is shorter than what a pipe holds, 64 KB."""
        os.setsid()  # the keyboard's SIGINT is for the process that started this one
        with os.fdopen(says, "wb") as pipe:
            pickle.dump(self.outcome(row), pipe)


def show(outcome: Outcome) -> None:
    row = outcome.row
    print(
        f"{outcome.word():7} {row.name:32} {outcome.seconds:5.1f} s  "
        f"{outcome.skipped or outcome.said}",
        flush=True,
    )
    for line in outcome.wrong[:SHOWN]:
        print(f"          {line}")
    if len(outcome.wrong) > SHOWN:
        print(f"          and {len(outcome.wrong) - SHOWN} more")
    if outcome.wrong:
        print(f"          {' '.join(row.command.split())}")
        for line in outcome.log.splitlines():
            print(f"          | {line}")


def write_truth(folder: Path) -> None:
    """The table of the captures that are in the folder."""
    with open(folder / "truth.tsv", "w", encoding="utf-8") as table:
        table.write("# capture\tcalled\tprobe\tcommand\tnote\n")
        for row in rows.ROWS:
            if not (folder / (row.name + ".pcap")).exists():
                continue
            called = "; ".join(f"{source}: {words}" for source, words in row.called.items())
            command = " ".join(row.command.split())
            table.write(f"{row.name}.pcap\t{called}\t{row.probe}\t{command}\t{row.note}\n")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", type=Path, metavar="BUILD_DIR", nargs="?")
    parser.add_argument("-k", dest="patterns", action="append", metavar="PATTERN")
    parser.add_argument("--jobs", type=int, default=8, metavar="N", help="rows at a time (8)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the captures there")
    parser.add_argument("--judge", type=Path, metavar="DIR", help="judge the captures there")
    parser.add_argument("--install", action="store_true", help="install what rows need")
    parser.add_argument(
        "--probes", action="store_true", help="hold the probes' names against it, too"
    )
    parser.add_argument("--add", nargs=3, metavar=("NAME", "COMMAND", "CALLED"), help="add a row")
    parser.add_argument("--list", action="store_true", help="print the table, run nothing")
    parsed = parser.parse_args()
    if parsed.build and not (parsed.build / "fanout.so").exists():
        parser.error(f"{parsed.build} holds no fanout.so")
    if not parsed.build and not (parsed.list or parsed.install):
        parser.error("BUILD_DIR is missing")
    if parsed.jobs < 1:
        parser.error(f"--jobs: {parsed.jobs} is not 1 or more")
    return parsed


def choose(patterns: Optional[List[str]]) -> List[Row]:
    """The rows of that name or with it in theirs, those that take longest first."""
    exact = {*rows.BY_NAME, *(name for name in patterns or ["*"] if "*" in name)}
    wanted = [name if name in exact else f"*{name}*" for name in patterns or ["*"]]
    chosen = [row for row in rows.ROWS if any(fnmatch(row.name, name) for name in wanted)]
    return sorted(chosen, key=lambda row: -row.takes)


def run_rows(parsed: argparse.Namespace, chosen: List[Row], folder: Path) -> List[Outcome]:
    outcomes = []
    with judge.with_plugin(parsed.build / "fanout.so") as judge_:
        laboratory = Laboratory(judge_, folder, not parsed.judge, parsed.probes)
        for outcome in laboratory.all_outcomes(chosen, parsed.jobs):
            show(outcome)
            outcomes.append(outcome)
    return outcomes


def install(chosen: List[Row]) -> None:
    done = subprocess.run([str(HERE / "install"), *rows.packages(chosen)], check=False)
    if done.returncode:
        sys.exit("the programs of the laboratory could not be installed")


def add(build: Path, name: str, command: str, called: str) -> None:
    """Writes a row to the end of the file that it belongs to, and starts over with it alone."""
    if not re.fullmatch(r"[a-zA-Z0-9-]+", name) or name in rows.BY_NAME:
        sys.exit(f"--add: {name!r} is taken, or no name: letters, digits and hyphens")
    source, _, words = called.rpartition(": ")
    kind = "scan" if judge.ACCUSING & set(words.split()) else "ordinary"
    quoted = ", ".join(json.dumps(text, ensure_ascii=False) for text in (name, command, words))
    with open(HERE / KINDS[kind], "a", encoding="utf-8") as table:
        table.write(f"{kind}({quoted}" + (f', source="{source}"' if source else "") + ")\n")
    os.execv(sys.executable, [sys.executable, __file__, str(build), "-k", name])


def main() -> int:
    parsed = parse_arguments()
    if parsed.add:
        add(parsed.build, *parsed.add)
    chosen = choose(parsed.patterns)
    if not chosen:
        print("no row has such a name", file=sys.stderr)
        return 2
    if parsed.list:
        for row in chosen:
            print(f"{row.name:32} {' '.join(row.command.split())}")
        return 0
    if parsed.install:
        install(chosen)
    if not parsed.build:
        return 0
    for ending in (signal.SIGINT, signal.SIGTERM):  # which a background job ignores
        signal.signal(ending, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="fanout-laboratory-") as scratch:
        os.chmod(scratch, 0o755)
        folder = parsed.judge or parsed.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        outcomes = run_rows(parsed, chosen, folder.resolve())
        if parsed.keep:
            write_truth(folder)
    failed = [outcome.row.name for outcome in outcomes if outcome.wrong]
    skipped = sum(bool(outcome.skipped) for outcome in outcomes)
    if failed:
        print("FAILED: " + " ".join(sorted(failed)))
    print(
        f"{len(outcomes) - len(failed) - skipped} passed, {len(failed)} failed, {skipped} skipped"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
