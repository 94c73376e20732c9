"""Damaged captures: what is left of them is counted alike on both paths, and every report on them can
be read by a reader that forgives nothing.

FANOUT_DAMAGED is how many there are (100), FANOUT_DAMAGED_SEED the number of the first (0): a failure
names the numbers of the captures, with which it comes again.
"""
import os
import shutil
from pathlib import Path
from typing import Any, Dict

import strict
from damage import Damage
from harness import Done, ProgramTest, generated, setup, shared_captures

TOGETHER = 200
"""Captures in a folder, which are reported on together."""
ABOUT_THE_PATH = ("dissection", "header_frames", "full_frames")


def without_the_path(report: Dict[str, Any]) -> Dict[str, Any]:
    return {key: value for key, value in report.items() if key not in ABOUT_THE_PATH}


class Damaged(ProgramTest):
    def setUp(self) -> None:
        self.folder = setup().scratch / "damaged"
        self.folder.mkdir(exist_ok=True)
        self.folder.chmod(0o777)
        originals = generated() + [str(path) for path in shared_captures()]
        self.no_html = strict.why_no_html()
        self.damage = Damage(originals, setup().scratch / "beginnings")

    def ask(self, *arguments: str) -> Done:
        """It may complain about the captures, and must end as it says."""
        done = self.fanout("-n", "--threshold", "3", "--all", *arguments)
        self.assertIn(done.status, (0, 2), done.err)
        self.assertNotRegex(done.err, r"Sanitizer|runtime error|Assertion|unexpectedly")
        return done

    def runs_of(self, folder: Path, *options: str) -> str:
        """Apart, so that captures of the same time are not read a second time."""
        path = str(self.folder / "kept.runs")
        self.ask("--apart", "--runs", path, *options, str(folder))
        return path

    def read_strictly(self, runs: str) -> Dict[str, Any]:
        """Every format, and each has the same sources."""
        strict.read_text(self.ask("--text", runs).out)
        found = strict.read_json(self.ask("--json", "--pairs", runs).out)
        rows = strict.read_csv(self.ask("--csv", runs).out)
        self.assertEqual(
            [row["source"] for row in rows], [row["source"] for row in found["sources"]]
        )
        if not self.no_html:
            strict.read_html(self.ask("--html", runs).out)
        return without_the_path(found)

    def hold(self, folder: Path) -> None:
        headers = self.read_strictly(self.runs_of(folder))
        full = self.ask("--json", "--pairs", self.runs_of(folder, "--full")).out
        self.assertGreater(headers["sources_total"], 0)
        self.assertEqual(headers, without_the_path(strict.read_json(full)))

    def test_alike_on_both_paths_and_readable(self) -> None:
        count = int(os.environ.get("FANOUT_DAMAGED", "100"))
        first = int(os.environ.get("FANOUT_DAMAGED_SEED", "0"))
        for begin in range(first, first + count, TOGETHER):
            numbers = range(begin, min(begin + TOGETHER, first + count))
            folder = self.folder / "captures"
            folder.mkdir()
            folder.chmod(0o755)
            for number in numbers:
                self.damage.write(number, folder / f"{number}.pcap")
            with self.subTest(first=begin, captures=len(numbers)):
                self.hold(folder)
            shutil.rmtree(folder)
        if self.no_html:
            self.skipTest(f"all but HTML was read: {self.no_html}")
