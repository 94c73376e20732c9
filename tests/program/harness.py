"""What the tests of the program share: it and a tshark that loads the plugin, started as the same
user, and captures."""
import array
import contextlib
import fcntl
import re
import shutil
import subprocess
import sys
import tempfile
import termios
import time
import unittest
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import ordinary
from ordinary import Done

REPOSITORY = Path(__file__).resolve().parents[2]
GENERATE = REPOSITORY / "tests" / "captures" / "generate.py"


@dataclass(frozen=True)
class Setup:
    program: Path
    home: Path
    """Of the user whose tshark loads the plugin."""
    bare: Path
    """Of a user who has no plugin."""
    captures: Path
    scratch: Path
    """A folder that the user may write to."""
    shared: Optional[Path]
    every: bool
    """Whether to ask about each shared capture, not only a sample."""
    sanitizer: str
    is_windows: bool
    """Whether the program is that of Windows, under Wine."""


_setup: Optional[Setup] = None


def setup() -> Setup:
    assert _setup is not None, "start the tests with run.py"
    return _setup


def install(build: Path, folder: Path) -> Path:
    """Puts the program that was built where every user can start it, and returns it. That of Windows is
    started by what stands for it, tests/wine_program."""
    if ordinary.is_for_windows(build):
        return Path(str(shutil.which("fanout")))
    shutil.copytree(build / "program", folder)
    ordinary.make_readable(folder)
    program = folder / "fanout"
    program.chmod(0o755)
    return program


@contextlib.contextmanager
def set_up(build: Path, shared: Path, every: bool) -> Iterator[Setup]:
    global _setup  # pylint: disable=global-statement
    folder = Path(tempfile.mkdtemp(prefix="fanout-program-"))
    try:
        home, bare, captures, scratch = (
            folder / name for name in ("home", "bare", "captures", "scratch")
        )
        folder.chmod(0o755)
        ordinary.make_home(home, build)
        ordinary.make_home(bare)
        scratch.mkdir()
        subprocess.run([sys.executable, str(GENERATE), str(captures)], check=True)
        ordinary.make_readable(folder)
        for path in (scratch, home, bare):
            ordinary.give_to_user(path)
        _setup = Setup(
            program=install(build, folder / "program"),
            is_windows=ordinary.is_for_windows(build),
            home=home,
            bare=bare,
            captures=captures,
            scratch=scratch,
            shared=shared / "captures" if (shared / "captures").is_dir() else None,
            every=every,
            sanitizer=ordinary.sanitizer_of(ordinary.built_plugin(build)),
        )
        yield _setup
    finally:
        _setup = None
        shutil.rmtree(folder, ignore_errors=True)


def not_on_windows(why: str) -> Callable[[ordinary.Test], ordinary.Test]:
    """For a test of what Windows has none of."""
    return ordinary.skipped_where(lambda: setup().is_windows, why)


def with_slashes(path: str) -> str:
    """As paths are on Unix."""
    return path.replace("\\", "/") if setup().is_windows else path


def run(
    *command: str, home: Optional[Path] = None, stdin: bytes = b"", locale: str = "C.UTF-8"
) -> Done:
    """Runs a program as an ordinary user, by default as the one who has the plugin."""
    done = subprocess.run(
        command,
        env=ordinary.environment(home or setup().home, setup().sanitizer, locale),
        cwd=setup().scratch,
        input=stdin,
        capture_output=True,
        timeout=300,
        check=False,
        **ordinary.as_user(),
    )
    return Done.of(done.returncode, done.stdout, done.stderr)


def processor_time(process: "subprocess.Popen[bytes]") -> int:
    """In ticks, of all threads."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def wait_for_more(process: "subprocess.Popen[bytes]") -> None:
    """Returns when it has read its standard input as far as that goes, and does nothing more."""
    assert process.stdin
    for _ in range(60):
        before = processor_time(process)
        time.sleep(1)
        waiting = array.array("i", [0])
        fcntl.ioctl(process.stdin, termios.FIONREAD, waiting)
        if before > 0 and waiting[0] == 0 and processor_time(process) == before:
            return


def capture(name: str) -> str:
    """The path of a generated capture."""
    (path,) = setup().captures.glob(name + ".pcap*")
    return str(path)


def generated() -> List[str]:
    return sorted(str(path) for path in setup().captures.glob("*.pcap*"))


# What tshark ends with if it cannot open or read a file: 2, from 4.4 on 3 if it cannot open it, and
# from 4.6 on 14 if it cannot read on. The program ends with 2 on all of them.
UNREADABLE = (2, 3, 14)


# One in so many of the shared captures, unless all are asked for.
SAMPLE = 25


def shared_captures() -> List[Path]:
    """Real captures; none where there is no such folder."""
    shared = setup().shared
    if shared is None:
        return []
    known = (".tsv", ".md", ".txt", ".json")
    found = sorted(
        path for path in shared.rglob("*") if path.is_file() and path.suffix not in known
    )
    return found if setup().every else found[::SAMPLE]


def in_terms_of_fanout(err: str) -> str:
    """What tshark complained about, as the program says it."""
    return re.sub(r"^tshark: ", "fanout: ", err, flags=re.MULTILINE).replace("TShark", "fanout")


def as_tshark_says(options: List[str]) -> Tuple[str, List[str]]:
    """Options of the program as those of tshark: the word after -z, and the other ones."""
    words, others = ["fanout"], []
    rest = iter(options)
    filters: List[str] = []
    for option in rest:
        if option in ("-o", "-N", "-C"):
            others += [option, next(rest)]
        elif option in ("-Y", "--filter"):
            filters = [next(rest)]
        elif option == "-n":
            others.append(option)
        elif option == "--threshold":
            words.insert(1, next(rest))
        else:
            name, equals, value = option[2:].partition("=")
            words.append(name + equals + value)
    return ",".join(words + filters), others


class ProgramTest(unittest.TestCase):
    maxDiff = 4000

    def start(
        self, *arguments: str, env: Optional[Dict[str, str]] = None, **how: Any
    ) -> "subprocess.Popen[bytes]":
        """Starts the program, with these variables beside the usual ones."""
        return subprocess.Popen(
            [str(setup().program), *arguments],
            env={**ordinary.environment(setup().home, setup().sanitizer), **(env or {})},
            cwd=setup().scratch,
            **{**ordinary.as_user(), **how},
        )

    def fanout(
        self,
        *arguments: str,
        home: Optional[Path] = None,
        stdin: bytes = b"",
        locale: str = "C.UTF-8",
    ) -> Done:
        return run(str(setup().program), *arguments, home=home, stdin=stdin, locale=locale)

    def report(self, *arguments: str, home: Optional[Path] = None) -> str:
        """What it writes; it must end well and complain about nothing."""
        done = self.fanout(*arguments, home=home)
        self.assertEqual((done.status, done.err), (0, ""), arguments)
        return done.out.decode("utf-8")

    def same_as_tshark(self, path: str, *options: str, locale: str = "C.UTF-8") -> None:
        """Status, standard output and complaints are the same, byte for byte."""
        word, others = as_tshark_says(list(options))
        theirs = run("tshark", "-q", *others, "-z", word, "-r", path, locale=locale)
        ours = self.fanout(*options, path, locale=locale)
        asked = (path, options)
        self.assertEqual(ours.err, in_terms_of_fanout(theirs.err), asked)
        status = 2 if theirs.status in UNREADABLE else theirs.status
        self.assertEqual(ours.status, status, asked)
        if ours.out != theirs.out:
            self.assertEqual(ours.out.decode(), theirs.out.decode(), asked)
