"""Names beside addresses: only if resolution is enabled, and harmless whatever they contain."""
import csv
import io
import json
import re
from typing import Any, Dict, List

from harness import TsharkTest, capture

CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u0080-\u009f]")
OVERRIDES = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
FORMULAS = tuple("=+-@\t\r\n＝＋－＠")


class Names(TsharkTest):
    def with_names(self, option: str, name: str, *arguments: str) -> str:
        return self.ask("-q", "-N", "nd", *arguments, "-z", option, "-r", capture(name))

    def named(self, report: Dict[str, Any]) -> Dict[str, str]:
        return {row["source"]: row["name"] for row in report["sources"] if "name" in row}

    def test_none_with_n(self) -> None:
        for form in ("text", "json", "csv"):
            text = self.statistic(f"fanout,0,{form},all,pairs", "demo")
            self.assertNotIn("example.com", text)
        self.assertEqual(self.named(self.report("fanout,0,json,all", "demo")), {})

    def test_from_dns_answers_in_the_capture(self) -> None:
        report = json.loads(self.with_names("fanout,0,json,all", "demo"))
        self.assertEqual(self.named(report)["10.0.0.5"], "intranet.example.com")

    def test_from_a_hosts_file(self) -> None:
        hosts = self.scratch_file("hosts", "10.0.0.66 scanner.test\n")
        arguments = ("-q", "-N", "n", "-H", str(hosts), "-r", capture("syn-sweep"))
        headers = json.loads(self.ask(*arguments, "-z", "fanout,json"))
        full = json.loads(self.ask(*arguments, "-z", "fanout,json,full"))
        self.assertEqual(self.named(headers), {"10.0.0.66": "scanner.test"})
        self.assertEqual(headers["sources"], full["sources"])

    def test_from_a_name_resolution_block(self) -> None:
        text = self.with_names("fanout,0,json,all", "file-pcapng-names")
        full = self.with_names("fanout,0,json,all,full", "file-pcapng-names")
        self.assertTrue(self.named(json.loads(text)))
        self.assertEqual(json.loads(text)["sources"], json.loads(full)["sources"])

    def test_hostile_ones_in_json_are_text(self) -> None:
        report = json.loads(self.with_names("fanout,0,json,all,pairs", "hostile-names"))
        names = list(self.named(report).values())
        self.assertGreaterEqual(len(names), 10)
        self.assertTrue(any("<img src=x" in name for name in names))

    def test_hostile_ones_in_csv_are_no_formulas(self) -> None:
        for option in ("fanout,0,csv,all", "fanout,0,csv,all,pairs"):
            text = self.with_names(option, "hostile-names")
            rows: List[List[str]] = list(csv.reader(io.StringIO(text, newline="")))
            self.assertGreater(len(rows), 11)
            self.assertEqual({len(row) for row in rows}, {len(rows[0])})
            for cell in (cell for row in rows for cell in row):
                self.assertFalse(cell.startswith(FORMULAS), cell)
                self.assertIsNone(CONTROLS.search(cell), cell)

    def test_hostile_ones_in_text_control_no_terminal(self) -> None:
        for locale in ("C.UTF-8", "C"):
            arguments = ("-q", "-N", "nd", "-z", "fanout,0,all,pairs", "-r")
            text = self.ask(*arguments, capture("hostile-names"), locale=locale)
            self.assertIsNone(CONTROLS.search(text))
            self.assertIsNone(OVERRIDES.search(text))
            self.assertLessEqual(max(map(len, text.splitlines())), 80)
            if locale == "C":
                self.assertTrue(text.isascii())
