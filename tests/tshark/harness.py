"""What the tests share: a tshark that loads the plugin, captures, and ways to ask them."""
import contextlib
import grp
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Sequence, TypeVar

REPOSITORY = Path(__file__).resolve().parents[2]
GENERATOR = REPOSITORY / "tests" / "captures"
GOLDEN = Path(__file__).resolve().parent / "golden"
NOBODY = 65534
AT_A_TIME = 2

Item = TypeVar("Item")
Answer = TypeVar("Answer")


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
    home: Path
    captures: Path
    """Generated ones, with their truth."""
    scratch: Path
    """A folder that tshark may write to."""
    shared: Optional[Path]
    update_golden: bool
    preload: str


_setup: Optional[Setup] = None


def setup() -> Setup:
    assert _setup is not None, "start the tests with run.py"
    return _setup


@contextlib.contextmanager
def set_up(build: Path, shared: Path, update_golden: bool) -> Iterator[Setup]:
    global _setup  # pylint: disable=global-statement
    folder = Path(tempfile.mkdtemp(prefix="fanout-tshark-"))
    try:
        home, captures, scratch = folder / "home", folder / "captures", folder / "scratch"
        version = tshark_version()
        plugins = home / ".local/lib/wireshark/plugins" / version / "epan"
        plugins.mkdir(parents=True)
        shutil.copy(build / "fanout.so", plugins)
        scratch.mkdir()
        generate = [sys.executable, str(GENERATOR / "generate.py"), str(captures)]
        subprocess.run(generate, check=True)
        make_readable(folder)
        if os.geteuid() == 0:
            for path in (scratch, home):
                os.chown(path, NOBODY, NOBODY)
        has_shared = (shared / "captures").is_dir()
        _setup = Setup(
            version=version,
            home=home,
            captures=captures,
            scratch=scratch,
            shared=shared if has_shared else None,
            update_golden=update_golden,
            preload=sanitizer_of(build / "fanout.so"),
        )
        yield _setup
    finally:
        _setup = None
        shutil.rmtree(folder, ignore_errors=True)


def tshark_version() -> str:
    """Which version's plugin folder counts: "4.0"."""
    done = subprocess.run(["tshark", "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"(\d+\.\d+)\.\d+", done.stdout)
    assert found, done.stdout
    return found.group(1)


def sanitizer_of(plugin: Path) -> str:
    """The address sanitizer's library if the plugin needs it loaded first, or nothing."""
    needs = subprocess.run(["ldd", str(plugin)], capture_output=True, text=True, check=False)
    if "libasan" not in needs.stdout:
        return ""
    asked = ["gcc", "-print-file-name=libasan.so"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def make_readable(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def environment(locale: str) -> Dict[str, str]:
    variables = {"PATH": os.environ["PATH"], "HOME": str(setup().home), "LC_ALL": locale}
    if setup().preload:
        variables["LD_PRELOAD"] = setup().preload
        # Capture helpers hang with the sanitizer's library before them.
        variables["WIRESHARK_EXTCAP_DIR"] = str(setup().home / "no-helpers")
        variables["ASAN_OPTIONS"] = "detect_leaks=0"
        variables["UBSAN_OPTIONS"] = "print_stacktrace=1"
    return variables


def run(
    program: str,
    *arguments: str,
    locale: str = "C.UTF-8",
    stdin: Optional[bytes] = None,
    groups: Sequence[int] = (),
    timeout: float = 120,
    as_root: bool = False,
) -> Done:
    """Runs a program as an ordinary user, or as whoever runs the tests."""
    user: Dict[str, Any] = {}
    if os.geteuid() == 0 and not as_root:
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": list(groups)}
    done = subprocess.run(
        [program, *arguments],
        env=environment(locale),
        cwd=setup().scratch,
        input=b"" if stdin is None else stdin,
        capture_output=True,
        timeout=timeout,
        check=False,
        **user,
    )
    decode: Callable[[bytes], str] = lambda text: text.decode("utf-8", "surrogateescape")
    return Done(done.returncode, decode(done.stdout), decode(done.stderr))


def tshark(*arguments: str, **how: Any) -> Done:
    return run("tshark", *arguments, **how)


def dumpcap_groups() -> List[int]:
    """The group that may run dumpcap, where not everybody may."""
    path = shutil.which("dumpcap")
    if not path:
        return []
    found = os.stat(path)
    return [] if found.st_mode & stat.S_IXOTH else [grp.getgrgid(found.st_gid).gr_gid]


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


def side_by_side(ask: Callable[[Item], Answer], items: Iterable[Item]) -> List[Answer]:
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return list(pool.map(ask, items))


# Reports

Counts = Dict[str, Dict[str, Dict[str, int]]]


def counts_of(report: Dict[str, Any]) -> Counts:
    """Packets by network, source and destination, of a report with all and pairs."""
    counts: Counts = {"IPv4": {}, "IPv6": {}, "ARP": {}}
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
        """The values of fields in each packet, a row for each."""
        wanted = [part for field in fields for part in ("-e", field)]
        text = self.ask("-n", "-r", capture(name), "-T", "fields", *wanted, *arguments)
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
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)
        return path
