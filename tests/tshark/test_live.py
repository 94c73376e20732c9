"""Where packets come from, and what else is running: live captures, standard input, sharkd."""
import json
import os
import threading
from typing import Any, Dict, List, Tuple

from harness import TsharkTest, capture, run, setup
from ordinary import capturing_groups, give_to_user
from test_marks import COUNTS


class Live(TsharkTest):
    """Where packets come from, and what else is running."""

    OPTION = "fanout,0,json,all,pairs"

    def test_disabled_marks_leave_the_statistic(self) -> None:
        off = ("--disable-protocol", "fanout")
        self.assertEqual(self.report(self.OPTION, "demo", *off), self.report(self.OPTION, "demo"))
        full = self.OPTION + ",full"
        self.assertEqual(self.report(full, "demo", *off), self.report(full, "demo"))
        rows = self.rows("syn-sweep", ["fanout.source"], *off)
        self.assertEqual({row[0] if row else "" for row in rows}, {""})

    def test_capture_on_standard_input(self) -> None:
        with open(capture("demo"), "rb") as file:
            data = file.read()
        report = json.loads(self.ask("-n", "-q", "-z", self.OPTION, "-r", "-", stdin=data))
        self.assertEqual(report["sources"], self.report(self.OPTION, "demo")["sources"])

    def live(self, *arguments: str) -> str:
        """What tshark prints of a capture that it captures itself, from a pipe."""
        path = self.scratch("fifo")
        os.mkfifo(path)
        self.addCleanup(path.unlink)
        give_to_user(path)
        with open(capture("syn-sweep"), "rb") as file:
            data = file.read()

        def feed() -> None:
            with open(path, "wb") as pipe:
                pipe.write(data)

        threading.Thread(target=feed, daemon=True).start()
        groups = capturing_groups()
        done = run("tshark", "-n", "-i", str(path), *arguments, groups=groups, timeout=60)
        if "permission" in done.err.lower():
            self.skipTest(
                "this user may not run dumpcap (Debian: dpkg-reconfigure wireshark-common)"
            )
        self.assertEqual(done.status, 0, done.err)
        return done.out

    def test_live_statistic(self) -> None:
        text = self.live("-q", "-z", self.OPTION)
        report = json.loads(text[text.index("{") :])
        self.assertEqual(report["sources"], self.report(self.OPTION, "syn-sweep")["sources"])

    def test_live_marks(self) -> None:
        fields = [part for field in COUNTS for part in ("-e", field)]
        found = [line.split("\t") for line in self.live("-T", "fields", *fields).splitlines()]
        self.assertEqual(found, self.rows("syn-sweep", COUNTS))

    def sharkd(self, *calls: Tuple[str, Dict[str, Any]]) -> List[Any]:
        """What sharkd, which opens one file after another and shows any frame, answers."""
        if run("which", "sharkd").status:
            self.skipTest("no sharkd (Debian: wireshark-common)")
        lines = [
            json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n"
            for number, (method, params) in enumerate(calls, 1)
        ]
        done = run("sharkd", "-", stdin="".join(lines).encode())
        answers = [json.loads(line) for line in done.out.splitlines() if line.startswith("{")]
        self.assertEqual([answer["id"] for answer in answers], list(range(1, len(calls) + 1)))
        return [answer.get("result") for answer in answers]

    def test_frames_answer_the_same_in_any_order(self) -> None:
        load = ("load", {"file": capture("syn-sweep")})
        known = self.rows("syn-sweep", ["fanout.destinations", "fanout.flagged_in"], "-2")
        asked = [len(known), 1, 200, 61, 200, 62, 3, len(known), 2]
        shown = self.sharkd(load, *(("frame", {"frame": frame, "proto": True}) for frame in asked))
        for frame, answer in zip(asked, shown[1:]):
            text = json.dumps(answer)
            destinations, flagged_in = known[frame - 1]
            self.assertIn(f'Unique destinations: {destinations}"', text)
            self.assertEqual(f'Passed the threshold in: {flagged_in}"' in text, flagged_in != "")

    def test_nothing_survives_into_the_next_file(self) -> None:
        names = ("syn-sweep", "port-scan-syn", "syn-sweep", "file-empty", "port-scan-syn")
        asked = {"column0": "fanout.destinations:1", "column1": "fanout.destinations.total:1"}
        calls: List[Tuple[str, Dict[str, Any]]] = []
        for name in names:
            calls += [("load", {"file": capture(name)}), ("frames", asked)]
        shown = self.sharkd(*calls)[1::2]
        alone = {
            name: self.rows(name, ["fanout.destinations", "fanout.destinations.total"], "-2")
            for name in names
        }
        columns = [[row["c"] for row in rows] for rows in shown]
        self.assertEqual(columns, [alone[name] for name in names])

    def test_version_is_what_the_tests_think(self) -> None:
        self.assertIn(f"TShark (Wireshark) {setup().version}.", self.ask("--version"))
