"""What marks packets: fields, expert information, preferences."""
import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, Callable, Dict, List, Set, Tuple

from batches import merge
from harness import (
    REPOSITORY,
    TsharkTest,
    capture,
    capture_names,
    truth,
)
from ordinary import side_by_side

# One IP header in each frame, no ARP: the addresses that tshark prints are complete.
PLAIN = ("syn-sweep", "browser", "ipv6-browser", "port-scan-syn", "ping-sweep-answered", "p2p")
# The first of two passes delivers no taps, and what a frame leaves behind otherwise shows neither
# the middle of three headers nor all that is damaged.
SHOWN_BY_TAPS_ONLY = ("flipped-bits", "random-bytes", "tunnel-ip-in-ip")
COUNTS = ("frame.number", "fanout.source", "fanout.destinations", "fanout.new_destination")
BATCH = 16
"""How many generated captures are read in one run of tshark."""
EXPERT_LINE = re.compile(r"^\s*(\d+)\s+Security\s+Fan-out\s+(.*)$")


def true(value: str) -> bool:
    """Whether a boolean field is set: 1 up to 4.0, True later."""
    return value in ("1", "True")


def follow(rows: List[List[str]]) -> List[Tuple[int, str, int, bool]]:
    """Frame, source, its destinations so far, and whether it is a new one, from the addresses."""
    seen: Dict[str, Set[str]] = {}
    result = []
    for frame, source4, source6, destination4, destination6 in rows:
        source, destination = source4 or source6, destination4 or destination6
        own = seen.setdefault(source, set())
        is_new = destination not in own
        own.add(destination)
        result.append((int(frame), source, len(own), is_new))
    return result


def marked_alike() -> List[str]:
    """The generated captures of which every packet is marked in two passes as in one."""
    return [name for name in capture_names() if name not in SHOWN_BY_TAPS_ONLY]


class Marks(TsharkTest):
    def hold_batches(self, names: List[str], hold: Callable[[str, List[str]], List[str]]) -> None:
        """Asks `hold` for what is wrong with generated captures, of which several are one file."""
        batches = [names[i : i + BATCH] for i in range(0, len(names), BATCH)]

        def examine(batch: List[str]) -> List[str]:
            path = self.scratch("-".join((batch[0], batch[-1])) + ".pcapng")
            self.assertTrue(merge([Path(capture(name)) for name in batch], path), batch)
            return hold(str(path), batch)

        for batch, problems in zip(batches, side_by_side(examine, batches)):
            with self.subTest(batch):
                self.assertEqual(problems, [])

    def expert(self, name: str, *arguments: str) -> Dict[str, List[Tuple[int, str]]]:
        """The plugin's expert messages by severity, and how often each occurs."""
        text = self.ask("-n", "-q", *arguments, "-z", "expert", "-r", capture(name))
        found: Dict[str, List[Tuple[int, str]]] = {}
        severity = ""
        for line in text.splitlines():
            heading = re.match(r"^(\w+) \(\d+\)$", line)
            severity = heading.group(1) if heading else severity
            message = EXPERT_LINE.match(line)
            if message:
                entry = (int(message.group(1)), message.group(2))
                found.setdefault(severity, []).append(entry)
        return found

    def frames(self, name: str, *arguments: str) -> List[int]:
        return [int(row[0]) for row in self.rows(name, ["frame.number"], *arguments)]

    # Counts

    def hold_counts(self, *arguments: str) -> None:
        addresses = ("frame.number", "ip.src", "ipv6.src", "ip.dst", "ipv6.dst")
        for name in PLAIN:
            with self.subTest(name):
                own_fields = ("-E", "occurrence=f")
                expected = follow(self.rows(name, addresses, *own_fields))
                found = [
                    (int(frame), source, int(destinations), true(is_new))
                    for frame, source, destinations, is_new in self.rows(name, COUNTS, *arguments)
                ]
                self.assertEqual(found, expected)

    def test_destinations_are_those_so_far(self) -> None:
        self.hold_counts()

    def test_destinations_are_those_so_far_in_two_passes(self) -> None:
        self.hold_counts("-2")

    def test_one_pass_marks_as_two_do(self) -> None:
        def hold(path: str, _: List[str]) -> List[str]:
            pairs = zip(self.rows_of(path, COUNTS), self.rows_of(path, COUNTS, "-2"))
            return [f"{one}, in two passes {two}" for one, two in pairs if one != two]

        self.hold_batches(marked_alike(), hold)

    def test_a_filter_changes_no_count(self) -> None:
        everything = {row[0]: row for row in self.rows("demo", COUNTS)}
        for arguments in (("-Y", "frame.number > 2000"), ("-2", "-Y", "dns or arp")):
            chosen = self.rows("demo", COUNTS, *arguments)
            self.assertTrue(chosen)
            for row in chosen:
                self.assertEqual(row, everything[row[0]])

    def test_total_is_that_of_the_capture(self) -> None:
        def hold(path: str, batch: List[str]) -> List[str]:
            destinations: Dict[Tuple[str, str], Set[str]] = {}
            for name in batch:
                for network, sources in truth(name)["sources"].items():
                    for source, own in sources.items():
                        destinations.setdefault((network, source), set()).update(own)
            expected = {(source, str(len(own))) for (_, source), own in destinations.items()}
            fields = ("fanout.source", "fanout.destinations.total")
            marked = {
                pair
                for row in self.rows_of(path, fields, "-2")
                if row[0]
                for pair in zip(row[0].split(","), row[1].split(","))
            }
            return [] if marked == expected else sorted(map(str, marked ^ expected))

        self.hold_batches([name for name in marked_alike() if "sources" in truth(name)], hold)

    def test_total_is_absent_before_it_is_known(self) -> None:
        rows = self.rows("syn-sweep", ["fanout.destinations.total"])
        self.assertEqual(set(map(tuple, rows)) - {()}, {("",)})

    def test_three_headers_make_three_marks(self) -> None:
        rows = self.rows("tunnel-ip-in-ip", ["ip.src", "fanout.source"])
        deep = [row for row in rows if row[0].count(",") == 2]
        self.assertTrue(deep)
        for addresses, sources in deep:
            self.assertEqual(sources, addresses)

    # Filters and fields

    def test_display_filter_on_the_count(self) -> None:
        rows = self.rows("demo", COUNTS)
        over = [int(r[0]) for r in rows if any(int(n) > 20 for n in r[2].split(",") if n)]
        self.assertEqual(self.frames("demo", "-Y", "fanout.destinations > 20"), over)

    def test_display_filter_on_suspects_in_two_passes_finds_all_their_packets(self) -> None:
        found = self.rows("syn-sweep", ["ip.src"], "-2", "-Y", "fanout.suspect")
        expected = [row for row in self.rows("syn-sweep", ["ip.src"]) if row == ["10.0.0.66"]]
        self.assertEqual(found, expected)

    def test_display_filter_on_suspects_in_one_pass_finds_them_from_the_verdict_on(self) -> None:
        all_frames = self.frames("syn-sweep", "-2", "-Y", "fanout.suspect")
        found = self.frames("syn-sweep", "-Y", "fanout.suspect")
        self.assertTrue(found)
        self.assertEqual(found, [frame for frame in all_frames if frame >= found[0]])

    def test_verdict_is_shown_when_all_is_known(self) -> None:
        rows = self.rows("syn-sweep", ["ip.src", "fanout.verdict"], "-2")
        self.assertEqual({row[1] for row in rows if row[0] == "10.0.0.66"}, {"address-scan"})

    def test_flagged_in_is_the_frame_that_passes_the_threshold(self) -> None:
        for threshold in (10, 50, 100):
            counted = self.rows("syn-sweep", COUNTS)
            passing = next(row[0] for row in counted if row[2] == str(threshold + 1))
            rows = self.rows(
                "syn-sweep",
                ["fanout.source", "fanout.flagged_in"],
                "-2",
                "-o",
                f"fanout.threshold:{threshold}",
            )
            self.assertEqual({row[1] for row in rows if row[0] == "10.0.0.66"}, {passing})
            self.assertEqual({row[1] for row in rows if row[0] != "10.0.0.66"}, {""})

    def test_flagged_in_appears_with_that_frame_in_one_pass(self) -> None:
        rows = self.rows(
            "syn-sweep", ["frame.number", "fanout.flagged_in"], "-Y", "fanout.flagged_in"
        )
        self.assertEqual(rows[0][0], rows[0][1])
        self.assertEqual(len({row[1] for row in rows}), 1)

    def test_json_and_details_show_the_subtree(self) -> None:
        found = json.loads(
            self.ask(
                "-n", "-2", "-T", "json", "-Y", "frame.number == 1", "-r", capture("syn-sweep")
            )
        )
        layer = found[0]["_source"]["layers"]["fanout"]
        self.assertEqual(layer["fanout.destinations.total"], "250")
        details = self.ask("-n", "-V", "-Y", "frame.number == 1", "-r", capture("syn-sweep"))
        self.assertIn("Source Fan-out: 10.0.0.66", details)

    def test_frames_without_a_source_have_no_subtree(self) -> None:
        rows = self.rows("arp-kinds", ["arp.opcode", "fanout.source"], "-Y", "arp.opcode == 2")
        self.assertEqual({row[1] for row in rows}, {""})

    # Expert info

    def test_one_warning_for_each_suspect(self) -> None:
        for arguments in ((), ("-2",)):
            warnings = [
                (count, text.split(" looks like")[0])
                for count, text in self.expert("demo", *arguments).get("Warns", [])
                if " looks like a scanner" in text
            ]
            self.assertEqual(
                sorted(warnings),
                [(1, "10.0.0.77"), (1, "10.0.0.99 by ARP"), (1, "198.51.100.66")],
            )

    def test_passing_the_threshold_is_marked_once_for_each_source_and_network(self) -> None:
        found = self.expert("demo")
        passing = [
            (count, text)
            for entries in found.values()
            for count, text in entries
            if "more than 50 unique destinations" in text
        ]
        flagged = self.report("fanout,json", "demo")["flagged_total"]
        self.assertEqual(len(passing), flagged)
        self.assertEqual({count for count, _ in passing}, {1})
        self.assertIn(
            "10.0.0.99 has contacted more than 50 unique destinations by ARP",
            [text for _, text in passing],
        )

    def test_notes_on_new_destinations_share_one_text(self) -> None:
        notes = Counter(text for _, text in self.expert("syn-sweep").get("Note", []))
        notes.update(text for _, text in self.expert("syn-sweep").get("Notes", []))
        self.assertIn("New destination of a scan suspect", notes)
        self.assertLessEqual(len(notes), 2)

    def test_expert_info_can_be_filtered(self) -> None:
        by_field = self.frames("demo", "-Y", "fanout.threshold or fanout.scan")
        self.assertGreaterEqual(len(by_field), 5)

    def test_expert_info_can_be_turned_off(self) -> None:
        self.assertEqual(self.expert("demo", "-o", "fanout.expert:FALSE"), {})
        rows = self.rows("syn-sweep", COUNTS, "-o", "fanout.expert:FALSE")
        self.assertEqual(rows, self.rows("syn-sweep", COUNTS))

    def test_browsers_below_the_threshold_have_no_expert_information(self) -> None:
        self.assertEqual(self.expert("ethernet-frames"), {})

    def test_colour_rules_are_filters_that_find_something(self) -> None:
        text = (REPOSITORY / "packaging" / "colorfilters").read_text(encoding="utf-8")
        rules = [line.split("@")[1:3] for line in text.splitlines() if not line.startswith("#")]
        self.assertIn("fanout.suspect", [rule for _, rule in rules])
        for name, rule in rules:
            self.assertTrue(self.frames("demo", "-2", "-Y", rule), name)

    # Preferences

    def allow(self, *networks: str) -> List[str]:
        return [part for net in networks for part in ("-o", f'uat:fanout_allowed:"{net}","ours"')]

    def test_allow_list_applies_to_marks(self) -> None:
        arguments = ("-Y", "fanout.suspect or fanout.flagged_in")
        self.assertTrue(self.frames("syn-sweep", "-2", *arguments))
        allowed = self.allow("10.0.0.0/8")
        self.assertEqual(self.frames("syn-sweep", "-2", *arguments, *allowed), [])
        self.assertEqual(self.expert("syn-sweep", *allowed), {})
        self.assertEqual(self.rows("syn-sweep", COUNTS, *allowed), self.rows("syn-sweep", COUNTS))

    def test_allow_list_applies_to_the_statistic(self) -> None:
        report = self.report("fanout,json,all", "syn-sweep", *self.allow("10.0.0.66"))
        self.assertEqual((report["flagged_total"], report["suspects_total"]), (0, 0))
        (row,) = [row for row in report["sources"] if row["source"] == "10.0.0.66"]
        self.assertEqual((row["unique_destinations"], row["allowed"]), (250, True))

    def test_allow_list_of_ipv6(self) -> None:
        scanner = truth("ipv6-syn-sweep")["scanners"][0]
        for network, flagged in ((scanner + "/128", 0), ("2001:db8::/32", 0), ("fd00::/8", 1)):
            report = self.report("fanout,json", "ipv6-syn-sweep", *self.allow(network))
            self.assertEqual(report["flagged_total"], flagged, network)

    def test_allow_list_with_several_entries(self) -> None:
        report = self.report("fanout,json", "demo", *self.allow("198.51.100.66", "10.0.0.0/24"))
        self.assertEqual([row["source"] for row in report["sources"]], ["203.0.113.80"])

    def test_allow_list_applies_to_arp(self) -> None:
        scanner = truth("arp-sweep")["scanners"][0]
        report = self.report("fanout,json", "arp-sweep", *self.allow(scanner))
        self.assertEqual(report["flagged_total"], 0)
        self.assertEqual(self.expert("arp-sweep", *self.allow(scanner)), {})

    def test_multicast_can_be_left_out(self) -> None:
        off = ("-o", "fanout.count_multicast:FALSE")
        report = self.report("fanout,0,json,all,pairs", "multicast", *off)
        unicast = self.report("fanout,0,json,all,pairs,unicast", "multicast")
        self.assertEqual(report, unicast)
        marked = self.rows("multicast", ["fanout.destinations"], *off)
        most = max(int(row[0]) for row in marked if row and row[0].isdigit())
        counted = max((row["unique_destinations"] for row in unicast["sources"]), default=0)
        self.assertEqual(most, counted)

    def test_arp_can_be_left_out(self) -> None:
        off = ("-o", "fanout.count_arp:FALSE")
        for more in ("", ",full"):
            report = self.report("fanout,0,json,all" + more, "arp-sweep", *off)
            self.assertEqual([r for r in report["sources"] if r["network"] == "ARP"], [])
        self.assertEqual(self.frames("arp-sweep", "-Y", "arp and fanout", *off), [])
        self.assertEqual(self.expert("arp-sweep", *off), {})

    # The memory limit

    def estimates(self, *options: str) -> Tuple[Dict[str, Any], Dict[str, Any]]:
        option = ",".join(["fanout,0,json,all", *options])
        return (self.report(option, "demo", "-o", "fanout.limit:100"), self.report(option, "demo"))

    def test_estimates_say_so_and_bound_the_truth(self) -> None:
        for more in ((), ("full",)):
            report, exact = self.estimates(*more)
            known = {
                (r["network"], r["source"]): r["unique_destinations"] for r in exact["sources"]
            }
            self.assertEqual(report["limit"]["pairs"], 100)
            self.assertFalse(report["exact"])
            self.assertLessEqual(report["pairs_total_low"], exact["pairs_total"])
            self.assertGreaterEqual(report["pairs_total_high"], exact["pairs_total"])
            estimated = [row for row in report["sources"] if not row.get("exact", True)]
            self.assertTrue(estimated)
            for row in estimated:
                number = known[(row["network"], row["source"])]
                self.assertLessEqual(row["low"], number, row["source"])
                self.assertGreaterEqual(row["high"], number, row["source"])

    def test_sources_without_estimate_are_exact(self) -> None:
        report, exact = self.estimates()
        known = {(r["network"], r["source"]): r["unique_destinations"] for r in exact["sources"]}
        for row in report["sources"]:
            if row.get("exact", True):
                self.assertEqual(row["unique_destinations"], known[(row["network"], row["source"])])

    def test_text_marks_estimates_and_says_when_the_limit_was_hit(self) -> None:
        text = self.statistic("fanout", "demo", "-o", "fanout.limit:100")
        self.assertRegex(text, r"limit of 100\s+pairs in memory was hit in frame \d+")
        self.assertRegex(text, r"198\.51\.100\.66 +~\d+")

    def test_marks_go_on_past_the_limit(self) -> None:
        rows = self.rows("syn-sweep", COUNTS, "-o", "fanout.limit:10")
        self.assertEqual(len(rows), truth("syn-sweep")["frames"])

    def test_marks_past_the_limit_are_estimates_and_say_so(self) -> None:
        fields = (
            "fanout.source",
            "fanout.destinations",
            "fanout.destinations.estimated",
            "fanout.destinations.total",
            "fanout.destinations.total.estimated",
        )
        limit = ("-o", "fanout.limit:10")
        exact = self.rows("syn-sweep", fields[:2])
        one, two = self.rows("syn-sweep", fields, *limit), self.rows(
            "syn-sweep", fields, "-2", *limit
        )
        self.assertEqual([row[:3] for row in one], [row[:3] for row in two])
        self.assertEqual({(row[3], row[4]) for row in one}, {("", "")})
        scanner = [
            (int(row[1]), true(row[2]), int(known[1]))
            for row, known in zip(one, exact)
            if row[0] == "10.0.0.66"
        ]
        self.assertEqual(scanner[0], (1, False, 1))
        self.assertTrue(scanner[-1][1])
        for found, is_estimated, known in scanner:
            self.assertAlmostEqual(found, known, delta=0.3 * known if is_estimated else 0)
        totals = {(int(row[3]), true(row[4])) for row in two if row[0] == "10.0.0.66"}
        (report,) = [
            row
            for row in self.report("fanout,json,full", "syn-sweep", *limit)["sources"]
            if row["source"] == "10.0.0.66"
        ]
        self.assertEqual(totals, {(report["unique_destinations"], True)})

    def test_sources_past_the_limit_can_be_filtered_and_are_in_expert_information(self) -> None:
        limit = ("-o", "fanout.limit:10")
        self.assertTrue(self.frames("syn-sweep", "-Y", "fanout.destinations > 100", *limit))
        texts = [
            text for entries in self.expert("syn-sweep", *limit).values() for _, text in entries
        ]
        self.assertIn("10.0.0.66 has contacted more than 50 unique destinations (estimated)", texts)

    def test_csv_marks_estimates(self) -> None:
        for option in ("fanout,0,csv,all", "fanout,0,csv,all,pairs"):
            text = self.statistic(option, "demo", "-o", "fanout.limit:100")
            rows = list(csv.DictReader(io.StringIO(text, newline="")))
            exact = {row["exact"] for row in rows}
            self.assertEqual(exact, {"true", "false"}, option)
            for row in rows:
                low, value, high = (int(row[k]) for k in ("low", "unique_destinations", "high"))
                self.assertTrue(low <= value <= high, row)
                self.assertEqual(low == high, row["exact"] == "true")

    def test_html_marks_estimates(self) -> None:
        text = self.statistic("fanout,html", "demo", "-o", "fanout.limit:100")
        self.assertRegex(text, r"limit of 100\s+pairs in memory was hit in frame \d+")
        self.assertRegex(text, r">~\d+<")
        self.assertNotRegex(self.statistic("fanout,html", "demo"), r">~\d+<")

    def test_no_estimates_below_the_limit(self) -> None:
        self.assertNotIn("exact", self.statistic("fanout,json,all", "demo"))
        self.assertNotIn("~", self.statistic("fanout", "demo"))
