"""What suspects found, and with whom they exchanged data then, against captures with known truth."""
import csv
import io
from typing import Any, Dict, List, Tuple

from harness import TsharkTest, capture, capture_names, sources, truth
from test_marks import true

SCANNER = "10.0.0.66"
COUNTS = ("open_services", "hosts_up", "conversations_after_scan")
Row = Tuple[Any, ...]


def named(part: str) -> str:
    return "findings-" + part


def rows_of(source: Dict[str, Any]) -> List[Row]:
    keys = ("destination", "transport", "port", "state", "packets", "bytes_sent", "bytes_received")
    return sorted((tuple(row[key] for key in keys) for row in source["findings"]), key=str)


def expected(name: str) -> List[Row]:
    found = truth(name).get("findings", {}).get(SCANNER, [])
    return sorted((tuple(row) for row in found), key=str)


def counted(rows: List[Row]) -> Tuple[int, int, int]:
    """Services that answered, hosts that are up, conversations."""
    services = [row for row in rows if row[3] != "up"]
    return len(services), len({row[0] for row in rows}), sum(row[3] == "conversation" for row in rows)


class Findings(TsharkTest):
    def hold(self, option: str) -> None:
        names = [name for name in capture_names() if name.startswith(named(""))]
        self.assertGreater(len(names), 5)
        for name in names:
            with self.subTest(name):
                source = sources(self.report(option, name))[SCANNER]
                self.assertEqual(rows_of(source), expected(name))
                counts = tuple(source[key] for key in COUNTS)
                self.assertEqual(counts, counted(expected(name)))

    def test_are_those_of_the_truth(self) -> None:
        self.hold("fanout,json")

    def test_are_the_same_with_full_dissection(self) -> None:
        self.hold("fanout,json,full")

    def test_point_to_the_packets(self) -> None:
        row = sources(self.report("fanout,json", named("ports")))[SCANNER]["findings"][0]
        self.assertEqual((row["state"], row["port"]), ("conversation", 22))
        chosen = "tcp.len > 0 && tcp.port == 22"
        frames = [int(frame) for (frame,) in self.rows(named("ports"), ["frame.number"], "-Y", chosen)]
        self.assertEqual([row["first_frame"], row["last_frame"]], [frames[0], frames[-1]])
        self.assertGreater(row["after"], 99)
        self.assertLess(row["after"], 101)
        answered = sources(self.report("fanout,json", named("open")))[SCANNER]["findings"][0]
        answer = f"ip.src == {answered['destination']} && tcp.flags.syn == 1 && tcp.flags.ack == 1"
        frames = [int(frame) for (frame,) in self.rows(named("open"), ["frame.number"], "-Y", answer)]
        self.assertEqual(answered["first_frame"], frames[0])

    def test_are_only_of_suspects_unless_all_sources_are_listed(self) -> None:
        listed = sources(self.report("fanout,0,json", "browser"))
        self.assertTrue(listed)
        for row in listed.values():
            self.assertNotIn("findings", row)
            self.assertNotIn("open_services", row)
        for row in sources(self.report("fanout,json,all", "browser")).values():
            self.assertIn("findings", row)

    def test_counts_are_columns_of_csv_in_a_row(self) -> None:
        text = self.statistic("fanout,csv", named("conversation"))
        (row,) = csv.DictReader(io.StringIO(text))
        first = list(row).index(COUNTS[0])
        self.assertEqual(tuple(list(row)[first : first + 3]), COUNTS)
        wanted = counted(expected(named("conversation")))
        self.assertEqual(tuple(int(row[key]) for key in COUNTS), wanted)

    def test_take_three_lines_of_text_at_most_and_all_with_pairs(self) -> None:
        text = self.statistic("fanout", named("open")).splitlines()
        (at,) = [number for number, line in enumerate(text) if line.startswith("    found ")]
        self.assertEqual(
            text[at : at + 3],
            [
                "    found 3 open services, 13 hosts up, 0 conversations",
                "    open: 10.0.7.20 on 445/tcp, 10.0.7.21 on 445/tcp, 10.0.7.22 on 445/tcp",
                "",
            ],
        )
        text = self.statistic("fanout,pairs", named("open")).splitlines()
        found = [line for line in text if line.startswith(("    open: ", "    up: "))]
        self.assertEqual(len(found), len(expected(named("open"))))

    def test_nothing_is_said_where_nothing_was_found(self) -> None:
        self.assertNotIn("found", self.statistic("fanout", named("none")))

    # Marks

    def conversations(self, name: str, *arguments: str) -> List[int]:
        fields = ("frame.number", "fanout.conversation_after_scan")
        rows = self.rows(name, fields, *arguments)
        return [int(frame) for frame, value in rows if value and true(value)]

    def test_the_packet_that_begins_a_conversation_is_marked(self) -> None:
        name = named("conversation")
        data = self.rows(name, ["frame.number", "ip.src"], "-Y", "tcp.len > 0 && tcp.port == 445")
        frame = next(int(frame) for frame, source in data if source != SCANNER)
        self.assertEqual(self.conversations(name), [frame])
        self.assertEqual(self.conversations(name, "-2"), [frame])
        for nothing in ("open", "none", "one-way"):
            self.assertEqual(self.conversations(named(nothing), "-2"), [], nothing)
        self.assertEqual(self.conversations("browser", "-2"), [])

    def test_a_warning_names_both_hosts(self) -> None:
        text = self.ask("-n", "-q", "-z", "expert", "-r", capture(named("conversation")))
        self.assertIn(f"{SCANNER} scanned 10.0.7.20 and now talks to it", text)

    def test_the_number_of_findings_is_a_field_of_suspects(self) -> None:
        values = self.rows(named("open"), ["ip.src", "fanout.findings"], "-2")
        of_scanner = {value for source, value in values if source == SCANNER}
        self.assertEqual(of_scanner, {str(len(expected(named("open"))))})
        self.assertEqual({value for source, value in values if source != SCANNER}, {""})
