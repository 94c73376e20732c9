"""What is counted, compared with the known truth of generated captures and with tshark itself."""
import collections
import json
import re
from pathlib import Path
from typing import Any, Counter, Dict, List, Optional, Tuple

from batches import find_problems
from harness import (
    Counts,
    TsharkTest,
    capture,
    capture_names,
    counts_of,
    setup,
    truth,
    tshark,
    without_path,
)
from ordinary import side_by_side
from verdicts import Label, read_labels

FORMS = ("text", "json", "csv")
REPORT = "fanout,0,all,pairs"

MALFORMED = {
    "IPv4": ("ip", (":ip", ":mpls")),
    "IPv6": ("ipv6", (":ipv6", ":ipv6.hopopts", ":ipv6.dstopts", ":ipv6.routing", ":ilnp", ":mpls")),
}
"""For each network, its protocol, and with which protocols a dissection ends in options. From 4.4 on, IP
is not named after MPLS."""

Pairs = Counter[Tuple[str, str]]
"""Packets, by source and destination."""

BATCH = 64
"""How many captures are read in one run of tshark."""
PART = 4
"""Of so many shared captures one is read, unless all are asked for."""

# "10.0.0.1 <-> 10.0.0.2", then packets and bytes (with a unit from 4.0 on) of either direction.
SIDE = r"\s+(\d+)\s+\d+(?:\.\d+)?\s*(?:bytes|[kMGT]i?B|B)?"
CONVERSATION = re.compile(r"^(\S+)\s+<->\s+(\S+)" + SIDE + SIDE + r"\s+\d+")


def conversations(text: str) -> Counts:
    """The packets by network and direction in tshark's tables of conversations."""
    counts: Counts = {"IPv4": {}, "IPv6": {}}
    for line in text.splitlines():
        found = CONVERSATION.match(line)
        if not found:
            continue
        one, other, to_one, to_other = found.groups()
        network = "IPv6" if ":" in one else "IPv4"
        for source, destination, packets in ((other, one, to_one), (one, other, to_other)):
            if int(packets):
                pairs = counts[network].setdefault(source, {})
                pairs[destination] = pairs.get(destination, 0) + int(packets)
    return counts


class BothPaths:
    """The reports on a capture from the headers and from the full dissection, in two runs."""

    def __init__(self, path: str, scratch: str) -> None:
        self.path = path
        folder = setup().scratch
        files = {form: folder / f"{scratch}.{form}" for form in FORMS}
        statistics = [
            part for form in FORMS for part in ("-z", f"{REPORT},{form},file={files[form]}")
        ]
        everything = ("-z", "conv,ip", "-z", "conv,ipv6")
        self.full = self.ask(files, "-r", path, *statistics, *everything)
        self.conversations = conversations(self.tables)
        # The first frame is always dissected in full: a single frame has only one path.
        is_short = re.search(r'^  "frames": [01],$', self.full["json"], flags=re.MULTILINE)
        self.headers = self.full if is_short else self.ask(files, "-r", path, *statistics)

    def ask(self, files: Dict[str, Path], *arguments: str) -> Dict[str, str]:
        done = tshark("-n", "-q", *arguments)
        self.status, self.tables, self.err = done.status, done.out, done.err
        texts = {}
        for form, path in files.items():
            texts[form] = path.read_bytes().decode() if path.exists() else ""
            path.unlink(missing_ok=True)
        return texts

    @property
    def unreadable(self) -> bool:
        """Whether tshark itself cannot read the capture."""
        return self.status != 0 and not any([*self.headers.values(), *self.full.values()])

    def problems(self) -> List[str]:
        """What differs between the paths, and from tshark's conversations."""
        found = []
        for form in FORMS:
            if not self.headers[form] or not self.full[form]:
                found.append(f"no {form}: {self.err[-300:]}")
            elif without_path(self.headers[form]) != without_path(self.full[form]):
                difference = first_difference(self.headers[form], self.full[form])
                found.append(f"{form} differs: {difference}")
        if found:
            return found
        report = json.loads(self.full["json"])
        if report["dissection"] != "full":
            found.append("the run beside conv was not dissected in full")
        for network, counts in self.conversations.items():
            reported = counts_of(report)[network]
            if reported != counts and not self.are_malformed(network, more_than(reported, counts)):
                found.append(f"{network} differs from conversations")
        return found

    def are_malformed(self, network: str, more: Optional[Pairs]) -> bool:
        """Whether the dissection of so many packets, or more, of each pair ends in their options:
        some of these come to no tap, and so to no conversation, but are counted."""
        if more is None or network not in MALFORMED:
            return False
        protocol, ends = MALFORMED[network]
        fields = [f"-e{name}" for name in ("frame.protocols", f"{protocol}.src", f"{protocol}.dst")]
        chosen = ("-Y", f"_ws.malformed && {protocol}.dst", "-T", "fields", "-E", "occurrence=l")
        malformed: Pairs = collections.Counter()
        for line in tshark("-n", "-r", self.path, *chosen, *fields).out.splitlines():
            protocols, source, destination = line.split("\t")
            if protocols.endswith(ends):
                malformed[source, destination] += 1
        return all(count <= malformed[pair] for pair, count in more.items())


def more_than(
    reported: Dict[str, Dict[str, int]], counts: Dict[str, Dict[str, int]]
) -> Optional[Pairs]:
    """How many packets of each pair are reported beyond those counted; None if some are missing."""
    more: Pairs = collections.Counter()
    for sign, table in ((1, reported), (-1, counts)):
        for source, destinations in table.items():
            for destination, packets in destinations.items():
                more[source, destination] += sign * packets
    return None if any(count < 0 for count in more.values()) else more


def first_difference(one: str, other: str) -> str:
    pairs = zip(without_path(one).splitlines(), without_path(other).splitlines())
    return next((f"{a[:200]!r} or {b[:200]!r}" for a, b in pairs if a != b), "in length")


class Generated(TsharkTest):
    def test_counts_and_verdicts_are_what_was_put_into_the_capture(self) -> None:
        names = capture_names()
        option = "fanout,0,json,all,pairs"
        for name, text in zip(names, side_by_side(lambda n: self.statistic(option, n), names)):
            with self.subTest(name):
                known, report = truth(name), json.loads(text)
                self.assertEqual(report["frames"], known["frames"])
                if "sources" in known:
                    self.hold_counts(known, report)
                    self.hold_verdicts(known, report)

    def hold_counts(self, known: Dict[str, Any], report: Dict[str, Any]) -> None:
        self.assertEqual(counts_of(report), known["sources"])
        for row in report["sources"]:
            self.assertEqual(row["unique_destinations"], len(row["destinations"]))
            packets = sum(pair["packets"] for pair in row["destinations"])
            self.assertEqual(row["packets"], packets)
        self.assertEqual(report["sources_total"], len(report["sources"]))

    def hold_verdicts(self, known: Dict[str, Any], report: Dict[str, Any]) -> None:
        rows = report["sources"]
        self.assertEqual({row["source"] for row in rows if row["suspect"]}, set(known["scanners"]))
        for kind, scanners in known["scans"].items():
            verdicts = [row["verdicts"] for row in rows if row["source"] in scanners]
            self.assertTrue(any(kind in own for own in verdicts), kind)

    def test_both_paths_report_the_same_and_count_what_conversations_do(self) -> None:
        paths = [Path(capture(name)) for name in capture_names()]
        for path, problems in find_problems(paths, examine, BATCH):
            with self.subTest(path.name):
                self.fail("; ".join(problems))

    def test_full_dissection_counts_what_conversations_miss(self) -> None:
        for name, network in (("malformed-options", "IPv4"), ("malformed-ipv6-options", "IPv6")):
            with self.subTest(name):
                both = BothPaths(capture(name), name)
                self.hold_counts(truth(name), json.loads(both.full["json"]))
                sources = truth(name)["sources"][network]
                self.assertLess(len(both.conversations[network]), len(sources))

    def test_both_paths_find_the_same_with_names(self) -> None:
        for name in ("demo", "hostile-names", "browser"):
            for form in FORMS:
                with self.subTest(f"{name} {form}"):
                    arguments = ("-q", "-N", "nd", "-r", capture(name))
                    headers = self.ask(*arguments, "-z", f"{REPORT},{form}")
                    full = self.ask(*arguments, "-z", f"{REPORT},{form},full")
                    self.assertEqual(without_path(headers), without_path(full))

    def test_a_row_has_frames_times_and_bytes(self) -> None:
        rows = self.rows("demo", ["frame.number", "frame.time_epoch", "frame.len", "ip.src"])
        own = [row for row in rows if row[3] == "198.51.100.66"]
        report = self.report("fanout,json,top=1", "demo")
        (row,) = report["sources"]
        self.assertEqual(row["source"], "198.51.100.66")
        self.assertEqual((row["first_frame"], row["last_frame"]), (int(own[0][0]), int(own[-1][0])))
        self.assertEqual(row["bytes"], sum(int(fields[2]) for fields in own))
        self.assertAlmostEqual(row["first_time"], float(own[0][1]), places=6)
        self.assertAlmostEqual(row["last_time"], float(own[-1][1]), places=6)

    def test_sources_are_sorted(self) -> None:
        for name in ("demo", "browser", "multicast"):
            rows = self.report("fanout,0,json,all", name)["sources"]
            keys = [(-row["unique_destinations"], -row["packets"]) for row in rows]
            self.assertEqual(keys, sorted(keys), name)

    def test_distribution_counts_every_source_once(self) -> None:
        report = self.report("fanout,0,json,all", "demo")
        for part in report["distribution"]:
            inside = [
                row
                for row in report["sources"]
                if part["from"] <= row["unique_destinations"] <= part["to"]
            ]
            self.assertEqual(part["sources"], len(inside), part)
        self.assertEqual(sum(p["sources"] for p in report["distribution"]), report["sources_total"])


class RealCaptures(TsharkTest):
    """Captures of the shared folder, with --all every one: both paths, and tshark's conversations."""

    def test_both_paths_report_the_same_and_count_what_conversations_do(self) -> None:
        shared = setup().shared
        if shared is None:
            self.skipTest("no folder with shared captures; --shared names it")
        paths = [path for path in sorted((shared / "captures").rglob("*")) if is_capture(path)]
        if not setup().take_all:
            labelled = {label.capture for label in read_labels(shared / "captures")}
            paths = sorted({*paths[::PART], *labelled})
        self.assertTrue(paths)
        for path, problems in find_problems(paths, examine, BATCH):
            with self.subTest(str(path.relative_to(shared))):
                self.fail("; ".join(problems))


def is_capture(path: Path) -> bool:
    return path.is_file() and path.suffix not in (".md", ".tsv", ".txt")


def examine(path: Path) -> List[str]:
    both = BothPaths(str(path), path.name)
    return [] if both.unreadable else both.problems()


class Verdicts(TsharkTest):
    """Who scans in captures whose truth is known, and nobody else."""

    def suspects(self, label: Label) -> Dict[str, List[str]]:
        few_ports = ",ports=9" if label.kind == "port-scan" and label.small else ""
        option = "fanout,json,all" + few_ports
        text = self.ask("-n", "-q", "-z", option, "-r", str(label.capture))
        rows = json.loads(text)["sources"]
        return {row["source"]: row["verdicts"] for row in rows if row["suspect"]}

    def test_labelled_captures(self) -> None:
        shared = setup().shared
        if shared is None:
            self.skipTest("no folder with shared captures; --shared names it")
        labels = read_labels(shared / "captures")
        self.assertGreater(len(labels), 40)
        for label, found in zip(labels, side_by_side(self.suspects, labels)):
            with self.subTest(label.capture.name):
                self.assertEqual(set(found), label.scanners)
                for verdicts in found.values():
                    self.assertIn(label.kind, verdicts)
