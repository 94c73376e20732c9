"""The scanners that probes look like, in reports and in fields."""
import csv
import io
from typing import Dict

from harness import TsharkTest, sources

TOOLS: Dict[str, str] = {
    "10.0.0.61": "ZMap",
    "10.0.0.62": "masscan",
    "10.0.0.63": "Mirai",
    "10.0.0.64": "nmap",
    "10.0.0.65": "nmap",
    "10.0.0.66": "nmap",
    "10.0.0.67": "hping3",
    "10.0.0.68": "",
}

ORDINARY = ("browser", "ipv6-browser", "p2p", "dns-resolver", "traceroute", "ping-monitor", "calls")


class Tools(TsharkTest):
    def test_are_in_json(self) -> None:
        for option in ("fanout,json", "fanout,json,full"):
            found = sources(self.report(option, "tools"))
            with self.subTest(option):
                self.assertEqual({name: row.get("tool", "") for name, row in found.items()}, TOOLS)

    def test_are_in_csv(self) -> None:
        rows = csv.DictReader(io.StringIO(self.statistic("fanout,csv", "tools")))
        self.assertEqual({row["source"]: row["tool"] for row in rows}, TOOLS)

    def test_are_in_the_reason(self) -> None:
        for name, row in sources(self.report("fanout,json", "tools")).items():
            said = f"; probes look like {TOOLS[name]}'s; " if TOOLS[name] else ""
            with self.subTest(name):
                self.assertIn(said, row["reason"])
                self.assertEqual("look like" in row["reason"], bool(said))

    def test_are_a_field_of_suspects(self) -> None:
        rows = self.rows("tools", ["ip.src", "fanout.tool"], "-2")
        self.assertEqual({tuple(row) for row in rows}, set(TOOLS.items()))
        one_pass = self.rows("tools", ["ip.src", "fanout.tool"])
        self.assertEqual({tuple(row) for row in one_pass if row[1]},
                         {item for item in TOOLS.items() if item[1]})
        found = self.rows("tools", ["ip.src"], "-2", "-Y", 'fanout.tool == "Mirai"')
        self.assertEqual(found, [["10.0.0.63"]] * 60)

    def test_are_not_said_of_ordinary_traffic(self) -> None:
        for name in ORDINARY:
            with self.subTest(name):
                for row in self.report("fanout,json,all", name)["sources"]:
                    self.assertNotIn("tool", row, row["source"])
