"""The pages under test: made by tshark, and opened in a browser."""
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

sys.path.append(str(Path(__file__).resolve().parents[1]))

import ordinary  # noqa: E402
from browser import Browser  # noqa: E402

GENERATOR = Path(__file__).resolve().parents[1] / "captures" / "generate.py"


class Place:
    """Where tshark finds the plugin, and where it may write."""

    def __init__(self, build: Path, folder: Path) -> None:
        self.folder = folder
        self.captures = folder / "captures"
        self.pages = folder / "pages"
        self.home = folder / "home"
        ordinary.make_home(self.home, build)
        self.pages.mkdir()
        generate = [sys.executable, str(GENERATOR)]
        names = ["demo", "hostile-names", "file-empty", "ipv6-syn-sweep", "time-extremes"]
        subprocess.run(generate + [str(self.captures)] + names, check=True)
        large = str(self.captures / "large.pcap")
        subprocess.run(generate + ["--large", "many-sources", "1000000", large], check=True)
        ordinary.make_readable(folder)
        self.pages.chmod(0o777)

    def tshark(self, capture: str, options: str, *more: str) -> str:
        command = ["tshark", "-q", "-z", f"fanout,{options}", *more]
        command += ["-r", str(self.captures / f"{capture}.pcap")]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=self.pages,
            env=ordinary.environment(self.home), **ordinary.as_user(),
        )
        return done.stdout

    def page(self, name: str, capture: str, options: str = "50", *more: str) -> Path:
        path = self.pages / f"{name}.html"
        if not path.exists():
            self.tshark(capture, f"{options},html,file={path}", *more)
        return path

    def numbers(self, capture: str, options: str = "50", *more: str) -> Dict[str, Any]:
        return json.loads(self.tshark(capture, f"{options},json", *more))


PLACE: Optional[Place] = None
BROWSER: Optional[Browser] = None
PICTURES: Optional[Path] = None


def parse_number(text: str) -> int:
    return int(text.replace(",", "").lstrip("~"))


def label_of(row: Dict[str, Any]) -> str:
    return row["source"] + (" (ARP)" if row["network"] == "ARP" else "")


class PageTest(unittest.TestCase):
    """A test with a page in the browser, that must never complain nor ask for anything else."""

    def setUp(self) -> None:
        assert PLACE and BROWSER
        self.place, self.browser = PLACE, BROWSER
        self.browser.look(1200)

    def open(self, page: Path, fragment: str = "") -> None:
        self.browser.open(page, fragment)

    def check_quiet(self, page: Path) -> None:
        self.assertEqual(self.browser.log("browser"), [])
        for url in self.browser.requests():
            self.assertEqual(url.split("#")[0], page.resolve().as_uri())


@contextlib.contextmanager
def prepared(build: Path, pictures: Optional[Path]) -> Iterator[None]:
    global PLACE, BROWSER, PICTURES  # pylint: disable=global-statement
    with tempfile.TemporaryDirectory(prefix="fanout-html-") as folder:
        os.chmod(folder, 0o755)
        PLACE, PICTURES = Place(build, Path(folder)), pictures
        BROWSER = Browser()
        try:
            yield
        finally:
            BROWSER.close()
