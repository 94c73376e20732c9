"""Where addresses are, by Wireshark's GeoIP databases: as its own fields say it, or nothing."""
import contextlib
import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

from harness import GENERATOR, TsharkTest, capture, setup, tshark

PARTS = ("country", "country_iso", "as_number", "as_organization")
FIELDS = ("country", "country_iso", "asnum", "org")


def has_setting() -> bool:
    """Whether Wireshark has one for GeoIP: -n and -N."""
    return tuple(map(int, setup().version.split("."))) >= (4, 4)


@contextlib.contextmanager
def databases(folder: Path) -> Iterator[None]:
    """Makes this the folder where Wireshark looks for them."""
    config = setup().home / ".config/wireshark"
    config.mkdir(parents=True, exist_ok=True)
    paths = config / "maxmind_db_paths"
    paths.write_text(f'"{folder}"\n', encoding="utf-8")
    try:
        yield
    finally:
        paths.unlink()


class Locations(TsharkTest):
    def setUp(self) -> None:
        self.folder = setup().scratch / "databases"
        subprocess.run(
            [sys.executable, str(GENERATOR / "databases.py"), str(self.folder)], check=True
        )

    def located(self, option: str, name: str, *arguments: str) -> str:
        with databases(self.folder):
            return self.ask("-q", *arguments, "-z", option, "-r", capture(name), timeout=120)

    def known(self, name: str, *arguments: str) -> Dict[str, Dict[str, Any]]:
        """What a JSON report says of sources, of those that it says anything of."""
        report = json.loads(self.located("fanout,0,json,all", name, *arguments))
        found = {}
        for row in report["sources"]:
            parts = {part: row[part] for part in PARTS if part in row}
            if parts:
                found[row["source"]] = parts
        return found

    def fields(self, name: str, protocol: str) -> Dict[str, Tuple[str, ...]]:
        """What Wireshark's own fields say of the sources of a capture."""
        wanted = [f"{protocol}.src", *(f"{protocol}.geoip.src_{field}" for field in FIELDS)]
        asked = [part for field in wanted for part in ("-e", field)]
        with databases(self.folder):
            text = self.ask("-r", capture(name), "-T", "fields", "-Y", protocol, *asked)
        rows = [tuple(line.split("\t")) for line in text.splitlines()]
        return {row[0]: row[1:] for row in rows if any(row[1:])}

    def test_are_those_of_wiresharks_fields(self) -> None:
        for name, protocol in (("demo", "ip"), ("ipv6-syn-sweep", "ipv6")):
            fields = self.fields(name, protocol)
            self.assertTrue(fields)
            known = {
                source: tuple(str(parts.get(part, "")) for part in PARTS)
                for source, parts in self.known(name).items()
                if (":" in source) == (protocol == "ipv6")
            }
            self.assertEqual(set(known), set(fields))
            for source, parts in fields.items():
                # tshark escapes control characters in its fields.
                self.assertEqual(known[source][:3], parts[:3])

    def test_of_a_scanner(self) -> None:
        self.assertEqual(
            self.known("demo")["198.51.100.66"],
            {
                "country": "Netherlands",
                "country_iso": "NL",
                "as_number": 64500,
                "as_organization": "Example Hosting B.V.",
            },
        )

    def test_of_destinations(self) -> None:
        report = json.loads(self.located("fanout,0,json,all,pairs", "demo"))
        for row in report["sources"]:
            for pair in row["destinations"]:
                is_known = pair["destination"].startswith(("198.51.100.", "203.0.113."))
                if row["network"] == "IPv4":
                    self.assertEqual("as_number" in pair, is_known, pair)

    def test_hostile_ones_in_csv_are_no_formulas(self) -> None:
        for option in ("fanout,0,csv,all", "fanout,0,csv,all,pairs"):
            rows = list(csv.reader(io.StringIO(self.located(option, "demo"), newline="")))
            bare = self.ask("-q", "-z", option, "-r", capture("demo"))
            without: List[List[str]] = list(csv.reader(io.StringIO(bare, newline="")))
            self.assertEqual(rows[0], without[0])
            self.assertTrue(any("HYPERLINK" in cell for row in rows for cell in row))
            for row, other in zip(rows, without):
                last = -6 if "pairs" in option else -3
                self.assertEqual(row[:last], other[:last])
                for cell in row:
                    self.assertFalse(cell.startswith(("=", "+", "-", "@")), cell)
                    self.assertNotRegex(cell, r"[\x00-\x1f\x7f]")

    def test_hostile_ones_in_html_are_text(self) -> None:
        page = self.located("fanout,0,html,all,pairs", "demo")
        self.assertIn(">AS Organization</th>", page)
        self.assertIn("Netherlands, AS64500 Example Hosting B.V.", page)
        self.assertIn("HYPERLINK", page)
        self.assertEqual(page.count("<script"), 1)
        self.assertNotRegex(page, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")

    def test_are_not_in_text(self) -> None:
        bare = self.ask("-q", "-z", "fanout,0,all,pairs", "-r", capture("demo"))
        self.assertEqual(self.located("fanout,0,all,pairs", "demo"), bare)

    def test_none_with_n(self) -> None:
        for form in ("json", "csv", "html"):
            bare = self.statistic(f"fanout,0,{form},all,pairs", "demo")
            self.assertEqual(self.located(f"fanout,0,{form},all,pairs", "demo", "-n"), bare)

    def test_follow_the_letters_of_names(self) -> None:
        with databases(self.folder):
            done = tshark("-q", "-N", "g", "-z", "fanout,json", "-r", capture("demo"))
        if not has_setting():
            self.assertNotEqual(done.status, 0)
            self.assertIn("198.51.100.66", self.known("demo", "-N", "n"))
            return
        self.assertIn('"country":"Netherlands"', done.out)
        self.assertEqual(self.known("demo", "-N", "nt"), {})
        self.assertEqual(self.known("demo", "-o", "nameres.maxmind_geoip:FALSE"), {})

    def test_none_where_no_database_is_sound(self) -> None:
        bare = self.ask("-q", "-z", "fanout,0,json,all", "-r", capture("demo"))
        for path in self.folder.glob("*.mmdb"):
            path.write_bytes(path.read_bytes()[:700])
        broken = {"page": b"<html>not found</html>", "empty": b""}
        # With the mark of a database, after which mmdbresolve finds nothing, and ends.
        for more in (broken, {"invalid": b"\xab\xcd\xefMaxMind.com"}):
            for name, content in more.items():
                path = self.folder / f"{name}.mmdb"
                path.write_bytes(content)
                self.addCleanup(path.unlink)
            self.assertEqual(self.located("fanout,0,json,all", "demo"), bare)
