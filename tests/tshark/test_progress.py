"""Progress of a long run: a line on a terminal, nothing in pipes and files."""
import os
import pty
import re
import subprocess
import sys
import threading
import time
import unittest
from typing import Any, Dict, List, NamedTuple, Optional

from harness import GENERATOR, TsharkTest, environment, setup
from ordinary import as_user

FRAMES = 60_000
PIECES = 60
PAUSE = 0.06
"""Between the pieces: the run takes at least PIECES times this."""
LINE = re.compile(r"\r(\d+) frames, (\d+) sources, (\d+) pairs\x1b\[K")
CLEARED = "\r\x1b[K"


class Run(NamedTuple):
    seconds: float
    out: str
    err: str


class Progress(TsharkTest):
    data: bytes

    @classmethod
    def setUpClass(cls) -> None:
        path = setup().scratch / "long.pcap"
        generate = [sys.executable, str(GENERATOR / "generate.py"), "--large", "syn-sweep"]
        subprocess.run([*generate, str(FRAMES), str(path)], check=True)
        cls.data = path.read_bytes()
        path.unlink()

    def run_slowly(self, *options: str, terminal: Optional[str]) -> Run:
        """Runs tshark on a capture that arrives in pieces; `terminal` names what goes to one."""
        streams: Dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        shown: List[str] = []
        master = slave = -1
        if terminal:
            master, slave = pty.openpty()
            streams[terminal] = slave
        begun = time.monotonic()
        with subprocess.Popen(
            ["tshark", "-n", "-q", *options, "-r", "-"],
            stdin=subprocess.PIPE,
            env=environment(),
            cwd=setup().scratch,
            **streams,
            **as_user(),
        ) as process:
            readers = []
            if terminal:
                os.close(slave)
                readers.append(threading.Thread(target=self.read_terminal, args=(master, shown)))
            rest: Dict[str, bytes] = {"stdout": b"", "stderr": b""}
            for name in rest:
                stream = getattr(process, name)
                if stream is not None:
                    reader = lambda n=name, s=stream: rest.__setitem__(n, s.read())
                    readers.append(threading.Thread(target=reader))
            for reader_thread in readers:
                reader_thread.start()
            assert process.stdin is not None
            size = len(self.data) // PIECES + 1
            for start in range(0, len(self.data), size):
                process.stdin.write(self.data[start : start + size])
                process.stdin.flush()
                time.sleep(PAUSE)
            process.stdin.close()
            for reader_thread in readers:
                reader_thread.join()
        self.assertEqual(process.returncode, 0, rest)
        texts = {name: text.decode() for name, text in rest.items()}
        if terminal:
            texts[terminal] = "".join(shown)
        return Run(time.monotonic() - begun, texts["stdout"], texts["stderr"])

    @staticmethod
    def read_terminal(master: int, shown: List[str]) -> None:
        while True:
            try:
                data = os.read(master, 4096)
            except OSError:  # how a terminal ends on Linux
                break
            if not data:
                break
            shown.append(data.decode())
        os.close(master)

    def test_a_terminal_shows_how_far_it_is(self) -> None:
        run = self.run_slowly("-z", "fanout,50,csv", terminal="stderr")
        updates = [tuple(map(int, found)) for found in LINE.findall(run.err)]
        self.assertGreaterEqual(len(updates), 2)
        self.assertLessEqual(len(updates), run.seconds * 2)
        self.assertEqual(updates, sorted(updates))
        for frames, sources, pairs in updates:
            self.assertLess(frames, FRAMES)
            self.assertEqual(sources, 1)
            self.assertLessEqual(frames - 64, pairs)
        self.assertEqual(LINE.sub("", run.err), CLEARED)
        self.assertNotIn("\r\x1b", run.out)
        self.assertIn("10.0.0.66", run.out)

    def test_one_line_for_several_statistics(self) -> None:
        run = self.run_slowly("-z", "fanout,50,csv", "-z", "fanout,60", terminal="stderr")
        updates = LINE.findall(run.err)
        self.assertGreaterEqual(len(updates), 2)
        self.assertLessEqual(len(updates), run.seconds * 2)
        self.assertEqual(LINE.sub("", run.err), CLEARED)

    def test_nothing_in_pipes(self) -> None:
        run = self.run_slowly("-z", "fanout,50,csv", terminal=None)
        self.assertEqual(run.err, "")
        self.assertNotIn("\x1b", run.out)

    def test_nothing_in_a_pipe_beside_a_terminal(self) -> None:
        run = self.run_slowly("-z", "fanout,50,csv", terminal="stdout")
        self.assertEqual(run.err, "")
        self.assertNotIn("\x1b", run.out)


if __name__ == "__main__":
    unittest.main()
