"""What the tests of fanout-dask share: captures, and a Dask cluster of processes on loopback."""
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Optional

import ordinary
from ordinary import Done

REPOSITORY = Path(__file__).resolve().parents[2]
GENERATE = REPOSITORY / "tests" / "captures" / "generate.py"
DASK = REPOSITORY / "packaging" / "cluster" / "fanout-dask"
PYTHON = "/usr/bin/python3"
"""Debian's, which has Debian's package of Dask."""
SECONDS_TO_START = 60


@dataclass(frozen=True)
class Setup:
    program: Path
    captures: Path
    home: Path
    scratch: Path
    """A folder that the user may write to."""
    duckdb: Path
    """The folder in which npm installed it, or where there is none."""


_setup: Optional[Setup] = None


def setup() -> Setup:
    assert _setup is not None, "start the tests with run.py"
    return _setup


@contextlib.contextmanager
def set_up(build: Path) -> Iterator[None]:
    global _setup  # pylint: disable=global-statement
    folder = Path(tempfile.mkdtemp(prefix="fanout-cluster-"))
    try:
        folder.chmod(0o755)
        # Where every user can start it.
        shutil.copytree(build / "program", folder / "program")
        shutil.copy(DASK, folder / "program")
        captures = folder / "captures"
        names = ["demo", "p2p", "arp-sweep", "tunnel-gre", "tunnel-ip-in-ip"]
        subprocess.run([sys.executable, str(GENERATE), str(captures), *names], check=True)
        ordinary.make_readable(folder)
        for name in ("fanout", "fanout-dask"):
            (folder / "program" / name).chmod(0o755)
        for name in ("home", "scratch"):
            (folder / name).mkdir()
            ordinary.give_to_user(folder / name)
        _setup = Setup(
            program=folder / "program" / "fanout",
            captures=captures,
            home=folder / "home",
            scratch=folder / "scratch",
            duckdb=build / "duckdb",
        )
        yield
    finally:
        _setup = None
        shutil.rmtree(folder, ignore_errors=True)


def capture(name: str) -> str:
    """The path of a generated capture."""
    (path,) = setup().captures.glob(name + ".pcap*")
    return str(path)


def environment(program: Path) -> Dict[str, str]:
    """Of those who are to start this program where they start fanout."""
    found = dict(ordinary.environment(setup().home))
    found["FANOUT_PROGRAM"] = str(program)
    # Dask looks each 10 ms at what its workers do, and twice a second at the machine: a twentieth
    # of a core for each worker that waits.
    found["DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED"] = "False"
    found["DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL"] = "10s"
    return found


def has_dask() -> bool:
    command = [PYTHON, "-c", "import distributed"]
    return Path(PYTHON).exists() and subprocess.run(command, capture_output=True).returncode == 0


class Process:
    """A process of the cluster, with those that it started."""

    def __init__(self, arguments: List[str], program: Path, before: List[str]) -> None:
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [*before, PYTHON, "-m", *arguments],
            env=environment(program),
            cwd=setup().scratch,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **({} if before else ordinary.as_user()),
        )

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def wait_until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what} has not come to pass in {SECONDS_TO_START} seconds")
        time.sleep(0.05)


class Cluster:
    """A scheduler, which listens on loopback alone, and its workers."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=setup().scratch))
        ordinary.give_to_user(self.folder)
        self.known = self.folder / "scheduler.json"
        self.processes: List[Process] = []
        self._start(
            "dask_scheduler", ["--port", "0", "--no-dashboard"], "127.0.0.1", setup().program, []
        )
        wait_until(self.known.exists, "the scheduler's start")

    def _start(
        self, kind: str, options: List[str], host: str, program: Path, before: List[str]
    ) -> Process:
        module = f"distributed.cli.{kind}"
        common = ["--host", host, "--scheduler-file", str(self.known)]
        process = Process([module, *common, *options], program, before)
        self.processes.append(process)
        return process

    def add_worker(
        self,
        program: Optional[Path] = None,
        host: str = "127.0.0.1",
        before: Optional[List[str]] = None,
    ) -> Process:
        """Starts one, which starts this program as fanout; `before` it stands another command."""
        number = len(self.processes)
        place = self.folder / str(number)
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", str(number)]
        options += ["--local-directory", str(place)]
        worker = self._start(
            "dask_worker", options, host, program or setup().program, before or []
        )
        wait_until(lambda: any(place.rglob("worker-*")), "a worker's start")
        return worker

    def address(self) -> str:
        text = self.known.read_text(encoding="utf-8")
        return text.partition('"address": "')[2].partition('"')[0]

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.kill()


class ClusterTest(unittest.TestCase):
    maxDiff = 2000

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=setup().scratch))
        self.folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def started(self) -> Cluster:
        cluster = Cluster()
        self.addCleanup(cluster.stop)
        return cluster

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            command,
            env=environment(setup().program),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **ordinary.as_user(),
        )

    def ended(self, process: "subprocess.Popen[bytes]") -> Done:
        out, err = process.communicate(timeout=300)
        return Done.of(process.returncode, out, err)

    def fanout(self, *arguments: str) -> Done:
        return self.ended(self.start(str(setup().program), *arguments))

    def dask(self, *arguments: str) -> Done:
        script = setup().program.with_name("fanout-dask")
        return self.ended(self.start(PYTHON, str(script), *arguments))

    def script(self, name: str, text: str) -> Path:
        """A program of a shell's that stands for fanout, which it finds as $fanout."""
        path = self.folder / name
        path.write_text(f"#!/bin/sh\nfanout={setup().program}\n{text}", encoding="utf-8")
        path.chmod(0o755)
        return path
