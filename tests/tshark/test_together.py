"""Suspects that have to do with each other: decoys, sources that share a block, and the steps of one campaign."""
import csv
import io
from typing import Any, Dict

from harness import TsharkTest, sources

SCANNER = "10.0.0.66"
DECOYS = ("10.0.0.11", "10.0.0.67", "10.0.0.99")
ALONE = "10.0.0.70"


def groups_of(report: Dict[str, Any]) -> Dict[str, Any]:
    return {row["source"]: row.get("group") for row in report["sources"]}


class Decoys(TsharkTest):
    def test_are_one_scan(self) -> None:
        for option in ("fanout,json", "fanout,json,full"):
            report = self.report(option, "together-decoys")
            self.assertEqual((report["suspects_total"], report["scans_total"]), (5, 2))
            expected = {**dict.fromkeys((SCANNER, *DECOYS), 1), ALONE: None}
            self.assertEqual(groups_of(report), expected)

    def test_are_said_to_be_of_the_one_that_resets_what_responds(self) -> None:
        found = sources(self.report("fanout,json", "together-decoys"))
        said = (
            f"one of 4 sources with the same 100 ports of 10.0.0.20, in the same order and within 1 ms: "
            "decoys?; likely "
        )
        self.assertIn(f"{said}the scanner, which alone reset what had responded",
                      found[SCANNER]["reason"])
        for decoy in DECOYS:
            self.assertIn(f"{said}a decoy of {SCANNER}, which alone reset what had responded",
                          found[decoy]["reason"])
        self.assertNotIn("one of", found[ALONE]["reason"])

    def test_are_counted_in_the_head_of_the_text(self) -> None:
        text = self.statistic("fanout", "together-decoys")
        self.assertIn("5 sources look like scanners (2 scans from 5 sources)\n", text)

    def test_have_their_group_in_csv_and_when_the_top_leaves_others_out(self) -> None:
        rows = csv.DictReader(io.StringIO(self.statistic("fanout,csv,top=1", "together-decoys")))
        self.assertEqual([row["group"] for row in rows], ["1"])

    def test_are_not_those_that_sweep_in_their_own_time(self) -> None:
        report = self.report("fanout,json", "together-sweepers")
        self.assertEqual((report["suspects_total"], report["scans_total"]), (3, 3))
        self.assertEqual(set(groups_of(report).values()), {None})


class Distributed(TsharkTest):
    def test_sources_that_share_a_block_are_one_scan(self) -> None:
        for option in ("fanout,json", "fanout,json,full"):
            report = self.report(option, "distributed-scan")
            self.assertEqual((report["suspects_total"], report["scans_total"]), (60, 1))
            for row in report["sources"]:
                self.assertEqual((row["verdicts"], row["group"]), (["distributed-scan"], 1))
                self.assertIn(
                    "one of 60 sources that together requested 445/tcp of 254 hosts, 192.0.2.0/24, none "
                    "of them twice: of independent sources less than 1 in 10^12; 20 responded",
                    row["reason"],
                )

    def test_are_counted_in_the_head_of_the_text(self) -> None:
        text = self.statistic("fanout", "distributed-scan")
        self.assertIn("60 sources look like scanners (1 scan from 60 sources)\n", text)

    def test_clients_of_the_same_block_are_no_scan(self) -> None:
        for name in ("farm", "farm-down", "pool", "swarm"):
            report = self.report("fanout,json", f"distributed-{name}")
            self.assertEqual(report["suspects_total"], 0, name)


class Steps(TsharkTest):
    def test_refer_to_each_other(self) -> None:
        rows = {
            row["network"]: row["reason"]
            for row in self.report("fanout,json", "together-steps")["sources"]
            if row["suspect"]
        }
        self.assertIn("; after its ARP sweep of 10.0.0.0/24, to which 12 of its 12 targets had responded",
                      rows["IPv4"])
        self.assertIn("; before its SYN scan of 12 of the 12 hosts that responded", rows["ARP"])
