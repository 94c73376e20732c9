"""Reports as they are, byte for byte, and the same in every version of Wireshark.

After a change that is meant: run.py BUILD_DIR --update-golden -k golden, and look at the difference.
"""
import re
from typing import Tuple

from harness import GOLDEN, TsharkTest, capture, setup

REPORTS: Tuple[Tuple[str, str, str, Tuple[str, ...]], ...] = (
    # file, capture, option, further arguments
    ("demo.txt", "demo", "fanout", ()),
    ("demo.json", "demo", "fanout,json", ()),
    ("demo.csv", "demo", "fanout,csv", ()),
    ("demo-all.csv", "demo", "fanout,0,csv,all", ()),
    ("demo-full.json", "demo", "fanout,json,full", ()),
    ("demo-limit.txt", "demo", "fanout,all,top=12", ("-o", "fanout.limit:100")),
    ("demo-window.txt", "demo", "fanout,20,window=5", ()),
    ("ethernet-frames-pairs.txt", "ethernet-frames", "fanout,0,all,pairs", ()),
    ("ethernet-frames-pairs.json", "ethernet-frames", "fanout,0,json,all,pairs", ()),
    ("ethernet-frames-pairs.csv", "ethernet-frames", "fanout,0,csv,all,pairs", ()),
    ("tunnel-ip-in-ip.txt", "tunnel-ip-in-ip", "fanout,2,all,pairs", ()),
    ("ipv6-syn-sweep.txt", "ipv6-syn-sweep", "fanout,all,top=4", ()),
    ("file-empty.txt", "file-empty", "fanout", ()),
    ("file-empty.json", "file-empty", "fanout,json", ()),
    ("file-empty.csv", "file-empty", "fanout,csv", ()),
    ("port-scan-syn.txt", "port-scan-syn", "fanout", ()),
    ("time-extremes.txt", "time-extremes", "fanout,0,all", ()),
)

FIELDS = ("frame.number", "fanout.source", "fanout.destinations", "fanout.destinations.total",
          "fanout.flagged_in", "fanout.verdict")


def with_paths_summed(text: str) -> str:
    """Where headers were read: which ports carry tunnels, and so how many frames took which path,
    varies with the version. Their sum does not."""
    return re.sub(
        r'"header_frames": ([1-9]\d*),\n  "full_frames": (\d+)',
        lambda found: f'"header_frames + full_frames": {int(found[1]) + int(found[2])}',
        text,
    )


class Golden(TsharkTest):
    def hold(self, name: str, text: str) -> None:
        path = GOLDEN / name
        if setup().update_golden:
            path.write_bytes(text.encode())
            return
        self.assertTrue(path.exists(), f"no {path.name}: run with --update-golden")
        self.assertEqual(with_paths_summed(text), with_paths_summed(path.read_bytes().decode()))

    def test_golden_reports(self) -> None:
        for name, of, option, arguments in REPORTS:
            with self.subTest(name):
                self.hold(name, self.statistic(option, of, *arguments))

    def test_golden_text_in_the_c_locale(self) -> None:
        for name in ("demo", "file-empty"):
            with self.subTest(name):
                text = self.statistic("fanout", name, locale="C")
                self.assertTrue(text.isascii())
                self.hold(f"{name}-c-locale.txt", text)

    def test_golden_text_with_names(self) -> None:
        arguments = ("-q", "-N", "d", "-z", "fanout,0,all", "-r", capture("hostile-names"))
        self.hold("hostile-names.txt", self.ask(*arguments))
        self.hold("hostile-names-c-locale.txt", self.ask(*arguments, locale="C"))

    def test_golden_fields(self) -> None:
        rows = self.rows("syn-sweep", FIELDS, "-2", "-c", "80")
        self.hold("syn-sweep-fields.txt", "".join("\t".join(row) + "\n" for row in rows))

    def test_golden_details(self) -> None:
        shown = ("-2", "-O", "fanout", "-Y", "fanout.scan or fanout.threshold")
        text = self.ask("-n", *shown, "-r", capture("demo"))
        lines = text.splitlines(keepends=True)
        kept = [line for line in lines if line.startswith(("[Source Fan-out", "    "))]
        self.assertTrue(kept)
        self.hold("demo-details.txt", "".join(kept))
