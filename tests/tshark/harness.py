"""What the tests share: a tshark that loads the plugin, captures, and ways to ask them."""
import contextlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence

import ordinary

REPOSITORY = Path(__file__).resolve().parents[2]
GENERATOR = REPOSITORY / "tests" / "captures"
GOLDEN = Path(__file__).resolve().parent / "golden"


@dataclass(frozen=True)
class Done:
    """How a program ended, and what it wrote."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Setup:
    """Where everything is in this run."""

    version: str
    build: Path
    home: Path
    captures: Path
    """Generated ones, with their truth."""
    scratch: Path
    """A folder that tshark may write to."""
    shared: Optional[Path]
    take_all: bool
    """Whether all shared captures are read."""
    update_golden: bool
    sanitizer: str
    is_windows: bool
    """Whether tshark is that of Windows, under Wine."""


_setup: Optional[Setup] = None


def setup() -> Setup:
    assert _setup is not None, "start the tests with run.py"
    return _setup


@contextlib.contextmanager
def set_up(
    build: Path, shared: Path, take_all: bool = False, update_golden: bool = False
) -> Iterator[Setup]:
    global _setup  # pylint: disable=global-statement
    folder = Path(tempfile.mkdtemp(prefix="fanout-tshark-"))
    try:
        home, captures, scratch = folder / "home", folder / "captures", folder / "scratch"
        version = ordinary.wireshark_version()
        folder.chmod(0o755)
        ordinary.make_home(home, build)
        scratch.mkdir()
        generate = [sys.executable, str(GENERATOR / "generate.py"), str(captures)]
        subprocess.run(generate, check=True)
        ordinary.make_readable(folder)
        for path in (scratch, home):
            ordinary.give_to_user(path)
        has_shared = (shared / "captures").is_dir()
        _setup = Setup(
            version=version,
            build=build.resolve(),
            home=home,
            captures=captures,
            scratch=scratch,
            shared=shared if has_shared else None,
            take_all=take_all,
            update_golden=update_golden,
            sanitizer=ordinary.sanitizer_of(ordinary.built_plugin(build)),
            is_windows=ordinary.is_for_windows(build),
        )
        yield _setup
    finally:
        _setup = None
        shutil.rmtree(folder, ignore_errors=True)


def environment(locale: str = "C.UTF-8") -> Dict[str, str]:
    return ordinary.environment(setup().home, setup().sanitizer, locale)


def run(
    program: str,
    *arguments: str,
    locale: str = "C.UTF-8",
    stdin: Optional[bytes] = None,
    groups: Sequence[int] = (),
    timeout: float = 900,
    as_root: bool = False,
) -> Done:
    """Runs a program as an ordinary user, or as whoever runs the tests."""
    done = subprocess.run(
        [program, *arguments],
        env=environment(locale),
        cwd=setup().scratch,
        input=b"" if stdin is None else stdin,
        capture_output=True,
        timeout=timeout,
        check=False,
        **({} if as_root else ordinary.as_user(groups)),
    )
    decode: Callable[[bytes], str] = lambda text: text.decode("utf-8", "surrogateescape")
    return Done(done.returncode, decode(done.stdout), decode(done.stderr))


def tshark(*arguments: str, **how: Any) -> Done:
    return run("tshark", *arguments, **how)


def not_on_windows(why: str) -> Callable[[ordinary.Test], ordinary.Test]:
    """For a test of what Windows has none of."""
    return ordinary.skipped_where(lambda: setup().is_windows, why)


# Captures


def capture(name: str) -> str:
    """The path of a generated capture."""
    (path,) = setup().captures.glob(name + ".pcap*")
    return str(path)


def capture_names() -> List[str]:
    return sorted(path.name[: -len(".truth.json")] for path in setup().captures.glob("*.json"))


def truth(name: str) -> Dict[str, Any]:
    text = (setup().captures / (name + ".truth.json")).read_text(encoding="utf-8")
    found: Dict[str, Any] = json.loads(text)
    return found


# Reports

Counts = Dict[str, Dict[str, Dict[str, int]]]


def counts_of(report: Dict[str, Any]) -> Counts:
    """Packets by network, source and destination, of a report with all and pairs."""
    counts: Counts = {"IPv4": {}, "IPv6": {}, "ARP": {}, "NDP": {}}
    for row in report["sources"]:
        pairs = {pair["destination"]: pair["packets"] for pair in row["destinations"]}
        counts[row["network"]][row["source"]] = pairs
    return counts


def without_path(report: str) -> str:
    """A report without the words that say which path served it."""
    words = r'^  "(dissection|header_frames|full_frames)": .*\n'
    return re.sub(words, "", report, flags=re.MULTILINE)


def sources(report: Dict[str, Any]) -> Dict[str, Dict[str, Any]]:
    """The rows of a report by source; those of ARP as "ARP 10.0.0.1"."""
    prefix = {"ARP": "ARP "}
    return {prefix.get(row["network"], "") + row["source"]: row for row in report["sources"]}


class TsharkTest(unittest.TestCase):
    """A test that asks tshark. Names are off unless a test turns them on."""

    maxDiff = 4000

    def ask(self, *arguments: str, **how: Any) -> str:
        """What tshark prints; it must end well and complain about nothing."""
        done = tshark(*arguments, **how)
        self.assertEqual((done.status, done.err), (0, ""), arguments)
        return done.out

    def statistic(self, option: str, name: str, *arguments: str, **how: Any) -> str:
        """The report of -z `option` on a generated capture."""
        return self.ask("-n", "-q", *arguments, "-z", option, "-r", capture(name), **how)

    def report(self, option: str, name: str, *arguments: str) -> Dict[str, Any]:
        """The same in JSON; `option` names it."""
        found: Dict[str, Any] = json.loads(self.statistic(option, name, *arguments))
        return found

    def rows(self, name: str, fields: Sequence[str], *arguments: str) -> List[List[str]]:
        """The values of fields in each packet of a generated capture, a row for each."""
        return self.rows_of(capture(name), fields, *arguments)

    def rows_of(self, path: str, fields: Sequence[str], *arguments: str) -> List[List[str]]:
        """The same of any capture."""
        wanted = [part for field in fields for part in ("-e", field)]
        text = self.ask("-n", "-r", path, "-T", "fields", *wanted, *arguments)
        return [line.split("\t") for line in text.splitlines()]

    def scratch(self, name: str) -> Path:
        """A path that tshark may write to, where nothing is."""
        path = setup().scratch / name
        if path.is_symlink() or path.is_file():
            path.unlink()
        self.addCleanup(lambda: path.exists() and path.is_file() and path.unlink())
        return path

    def scratch_file(self, name: str, text: str) -> Path:
        path = self.scratch(name)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
        ordinary.give_to_user(path)
        return path
