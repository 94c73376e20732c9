"""Strings of others in every place that they can come from, in every output: they are shown, and
control, forge and start nothing."""
import csv
import io
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Dict, List, Optional, Tuple

from harness import ProgramTest, capture, setup
from strict import read_json, unsafe_in_a_terminal

# A terminal's title, colour and bell, C1 controls, a reversed direction, markup, a formula.
TEXT = '=1+1\t\x1b]0;t\x07\x1b[31m\x9b2J\u202e</td></script><img src=x onerror="alert(1)">&amp;\u2028'
NAME = TEXT.replace("/", "|")
FORMATS = ("--text", "--csv", "--json", "--html")


class Elements(HTMLParser):
    """The elements of a page, and the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: List[Tuple[str, Tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


class HostileStrings(ProgramTest):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=setup().scratch))
        self.folder.chmod(0o777)

    def hold(self, format_: str, out: bytes) -> None:
        """A report holds nothing that is more than text."""
        text = out.decode("utf-8")
        if format_ == "--text":
            self.assertEqual(unsafe_in_a_terminal(text), [])
        elif format_ == "--csv":
            for row in csv.reader(io.StringIO(text)):
                for cell in row:
                    self.assertNotRegex(cell, r"\A[=+\-@\t\r]")
                    self.assertNotRegex(cell, r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
        elif format_ == "--json":
            self.assertNotRegex(text, r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
            read_json(out)
        else:
            page = Elements()
            page.feed(text)
            for tag, attributes in page.found:
                self.assertNotIn(tag, ("img", "iframe", "object", "embed", "base", "form"))
                for name in attributes:
                    self.assertFalse(name.startswith("on"), (tag, name))
            self.assertEqual(text.count("<script"), text.count("</script>"))
            self.assertNotRegex(text, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

    def test_in_reports(self) -> None:
        demo = Path(capture("demo")).read_bytes()
        folder = self.folder
        named = folder / f"{NAME}.pcap"
        named.write_bytes(demo)
        cut = folder / f"cut {NAME}.pcap"
        cut.write_bytes(demo[:-5])
        (folder / f"not one {NAME}.pcap").write_bytes(bytes(100))
        runs = folder / f"{NAME}.runs"
        for path in folder.iterdir():
            path.chmod(0o644)
        self.fanout("-n", "--runs", str(runs), str(named))
        quoted = TEXT.replace("\\", "\\\\").replace('"', '\\"')
        places: Dict[str, List[str]] = {
            "the name of a capture": [str(named), str(cut)],
            "the names of runs and, in them, of captures": [str(runs), str(cut)],
            "names in a folder": [str(folder)],
            "names of hosts": ["-N", "nd", capture("hostile-names")],
            "names of hosts in a capture's own records": ["-N", "n", capture("file-pcapng-names")],
            "a filter": ["-Y", f'!(frame contains "{quoted}")', capture("demo")],
        }
        for place, arguments in places.items():
            names = [] if "-N" in arguments else ["-n"]
            for format_ in FORMATS:
                with self.subTest(place=place, format=format_):
                    done = self.fanout(*names, "--threshold", "0", format_, *arguments)
                    self.assertIn(done.status, (0, 2), done.err)
                    self.assertGreater(len(done.out), 100)
                    self.hold(format_, done.out)
                    self.assertEqual(unsafe_in_a_terminal(done.err), [])

    def test_in_messages(self) -> None:
        demo = capture("demo")
        cut = self.folder / f"{NAME}.pcap"
        cut.write_bytes(Path(demo).read_bytes()[:-5])
        nothing = self.folder / f"{NAME}.txt"
        nothing.write_bytes(bytes(100))
        broken = self.folder / f"{NAME}.runs"
        broken.write_text(f"#fanout-runs\t{TEXT}\n")
        for path in (cut, nothing, broken):
            path.chmod(0o644)
        refused = (
            ["--" + NAME, demo],
            ["--threshold", NAME, demo],
            ["--top=" + NAME, demo],
            ["--jobs", NAME, demo],
            ["-o", NAME, demo],
            ["-o", f"fanout.limit:{NAME}", demo],
            ["-o", f"fanout.{NAME}:1", demo],
            ["-C", NAME, demo],
            ["-N", NAME, demo],
            ["-Y", NAME, demo],
            ["-Y", f'"{NAME}', demo],
            ["--file", f"/{NAME}/report", demo],
            ["--runs", f"/{NAME}/report", demo],
            [f"/{NAME}"],
            [str(nothing)],
            [str(broken)],
            [str(broken), demo],
            [str(cut)],
            [str(cut), demo],
            [str(nothing), demo],
        )
        for number, arguments in enumerate(refused):
            locale = ("C.UTF-8", "C")[number % 2]
            with self.subTest(arguments=arguments, locale=locale):
                done = self.fanout("-n", *arguments, locale=locale)
                self.assertIn(done.status, (1, 2))
                self.assertTrue(done.err.startswith("fanout: "), done.err)
                self.assertEqual(unsafe_in_a_terminal(done.err), [])
                if locale == "C":
                    self.assertRegex(done.err, r"\A[\n -~]*\Z")
