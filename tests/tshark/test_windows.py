"""What is otherwise on Windows: paths, the ends of lines, files that somebody has open."""
import json
import subprocess
import time
import unittest
from pathlib import Path
from typing import Callable

import ordinary
from harness import GOLDEN, TsharkTest, capture, environment, run, setup, tshark, truth

CAPTURE = "demo"


def windows_path(path: Path) -> str:
    return "Z:" + str(path).replace("/", "\\")


class Windows(TsharkTest):
    @classmethod
    def setUpClass(cls) -> None:
        if not setup().is_windows:
            raise unittest.SkipTest("this tshark is not for Windows: tests/windows has one")

    def assert_report_at(self, path: Path, named: str) -> None:
        self.assertEqual(self.statistic(f"fanout,json,file={named}", CAPTURE), "")
        self.assertEqual(json.loads(path.read_bytes())["frames"], truth(CAPTURE)["frames"])

    def test_path_with_a_drive_backslashes_and_spaces(self) -> None:
        path = self.scratch("a report of today.json")
        self.assert_report_at(path, windows_path(path))

    def test_path_with_letters_beyond_ascii(self) -> None:
        path = self.scratch("Bericht über 測試.json")
        self.assert_report_at(path, windows_path(path))

    def test_message_names_the_path_as_it_was_given(self) -> None:
        path = windows_path(setup().scratch / "no such folder" / "report")
        done = tshark("-q", "-z", f"fanout,file={path}", "-r", capture(CAPTURE))
        self.assertNotEqual(done.status, 0)
        self.assertIn(f'cannot write "{path}": No such file or directory', done.err)

    def raw(self, option: str) -> str:
        """A report on standard output with the ends of lines that it has there."""
        done = run("tshark.exe", "-n", "-q", "-z", option, "-r", capture(CAPTURE))
        return done.out

    def golden(self, name: str) -> str:
        return (GOLDEN / name).read_bytes().decode()

    def test_standard_output_has_the_ends_of_lines_of_windows(self) -> None:
        self.assertEqual(self.raw("fanout"), self.golden("demo.txt").replace("\n", "\r\n"))

    def test_csv_on_standard_output_has_those_of_all_systems(self) -> None:
        self.assertEqual(self.raw("fanout,csv"), self.golden("demo.csv"))

    def test_file_is_the_same_on_all_systems(self) -> None:
        path = self.scratch("report.csv")
        self.statistic(f"fanout,csv,file={path}", CAPTURE)
        self.assertEqual(path.read_bytes(), (GOLDEN / "demo.csv").read_bytes())

    def test_file_that_is_open_elsewhere_is_left_alone(self) -> None:
        path = self.scratch("report")
        hold = ["cmd.exe", "/c", f"echo held> {path.name}& pause >> {path.name}"]
        with subprocess.Popen(
            hold, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=setup().scratch, env=environment(),
            **ordinary.as_user(),
        ) as holder:
            self.wait_for(lambda: path.exists() and path.stat().st_size > 10)
            before = path.read_bytes(), sorted(setup().scratch.iterdir())
            done = tshark("-n", "-q", "-z", f"fanout,file={path}", "-r", capture(CAPTURE))
            after = path.read_bytes(), sorted(setup().scratch.iterdir())
            assert holder.stdin is not None
            holder.stdin.write(b"\n")
        self.assertEqual(done.status, 2)
        self.assertIn(f'cannot write "{path}": Permission denied', done.err)
        self.assertEqual(after, before)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), end, "nothing happened")
            time.sleep(0.1)

    def test_report_comes_after_what_tshark_printed(self) -> None:
        lines = self.statistic("fanout", CAPTURE).splitlines()
        done = tshark("-n", "-z", "fanout", "-r", capture(CAPTURE))
        self.assertEqual(done.out.splitlines()[-len(lines) :], lines)
