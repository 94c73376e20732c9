"""How the program behaves on a command line: options, status, signals, pipes, terminals."""
import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any, Dict, List

import ordinary
import pcaps
from harness import REPOSITORY, ProgramTest, capture, not_on_windows, setup, wait_for_more


class Habits(ProgramTest):
    def refused(self, *arguments: str) -> str:
        """What it says of a command line that it refuses, in one line."""
        done = self.fanout(*arguments)
        self.assertEqual((done.status, done.out), (1, b""), arguments)
        self.assertRegex(done.err, r"\Afanout: [^\n]+\n\Z")
        return done.err

    def test_help_fits_a_screen(self) -> None:
        lines = self.report("--help").splitlines()
        self.assertLessEqual(len(lines), 24)
        self.assertLessEqual(max(map(len, lines)), 80)

    def test_version(self) -> None:
        version = re.search(
            r"project\(fanout VERSION (\S+)", (REPOSITORY / "CMakeLists.txt").read_text()
        )
        assert version
        self.assertIn(version.group(1), self.report("--version"))
        self.assertIn(ordinary.wireshark_version(), self.report("--version"))

    def test_wrong_options_are_named_with_their_values(self) -> None:
        path = capture("demo")
        for arguments, named in (
            (["--nonsense", path], "--nonsense"),
            (["-x", path], "-x"),
            (["--top", "none", path], '"none"'),
            (["--top=0", path], '"0"'),
            (["--threshold", "-1", path], '"-1"'),
            (["--threshold", "5,json", path], '"5,json"'),
            (["--ports", "3,json", path], '"3,json"'),
            (["--window", "99999999999", path], '"99999999999"'),
            (["--json", "--csv", path], '"csv"'),
            (["--top", "3", "--top", "4", path], '"top"'),
            (["--file", "/nonexistent/report", path], "/nonexistent/report"),
            (["--runs", "/nonexistent/runs", path], "/nonexistent/runs"),
            (["--jobs", "0", path], '"0"'),
            (["--jobs", "many", path], '"many"'),
            (["-Y", "no such filter", path], '"no such filter"'),
            (["-o", "fanout.nonsense:1", path], "fanout.nonsense"),
            (["-o", "nonsense", path], "nonsense"),
            (["-N", "x", path], "'x'"),
            (["--follow", "--runs", "r", path], "--follow"),
            (["--follow", path, path], "--follow"),
            (["-", path], "standard input"),
            (["--top"], "--top"),
            ([], "name a capture"),
        ):
            self.assertIn(named, self.refused(*arguments), arguments)

    def test_the_exit_code_says_whether_there_are_suspects(self) -> None:
        self.assertEqual(self.fanout("-n", "--exit-code", capture("demo")).status, 1)
        self.assertEqual(self.fanout("-n", "--exit-code", capture("browser")).status, 0)
        self.assertEqual(self.fanout("-n", capture("demo")).status, 0)
        self.assertEqual(self.fanout("-n", "--exit-code", "/nonexistent").status, 2)

    def test_a_report_replaces_a_file_whole(self) -> None:
        path = setup().scratch / "report.json"
        self.assertEqual(self.report("-n", "--json", "--file", str(path), capture("demo")), "")
        self.assertEqual(path.read_text(), self.report("-n", "--json", capture("demo")))

    # Pipes

    def test_follow_reports_a_scanner_before_the_pipe_ends(self) -> None:
        process = self.start("-n", "--follow", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdin and process.stdout
        process.stdin.write(Path(capture("port-scan-syn")).read_bytes())
        process.stdin.flush()
        lines: List[bytes] = []
        reading = threading.Thread(target=lambda: lines.append(process.stdout.readline()))
        reading.start()
        reading.join(60)
        self.assertEqual(len(lines), 1, "nothing came while the pipe was open")
        line: Dict[str, Any] = json.loads(lines[0])
        self.assertEqual((line["event"], line["verdicts"]), ("scan", ["port-scan"]))
        process.stdin.close()
        process.stdout.close()
        self.assertEqual(process.wait(60), 0)

    def test_follow_reports_each_suspect_and_flagged_source_once(self) -> None:
        report = json.loads(self.report("-n", "--json", "--all", capture("demo")))
        lines = [
            json.loads(line) for line in self.report("-n", "--follow", capture("demo")).splitlines()
        ]
        told = [(line["event"], line["network"], line["source"]) for line in lines]
        self.assertEqual(len(told), len(set(told)))
        flagged = {(r["network"], r["source"]) for r in report["sources"] if r["flagged"]}
        suspects = {(r["network"], r["source"]) for r in report["sources"] if r["suspect"]}
        self.assertEqual({(n, s) for event, n, s in told if event == "threshold"}, flagged)
        self.assertEqual({(n, s) for event, n, s in told if event == "scan"}, suspects)
        for line in lines:
            self.assertEqual("reason" in line, line["event"] == "scan")

    @not_on_windows("signals are Unix's")
    def test_interrupted_it_reports_what_was_read(self) -> None:
        for options in (["--json"], ["--follow"]):
            process = self.start("-n", *options, "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            assert process.stdin and process.stdout
            process.stdin.write(Path(capture("demo")).read_bytes())
            process.stdin.flush()
            wait_for_more(process)
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, options)
            expected = self.report("-n", *options, capture("demo"))
            self.assertEqual(out.decode(), expected)

    def test_a_closed_pipe_ends_it(self) -> None:
        done = subprocess.run(
            ["sh", "-c", f"{setup().program} -n --json --all --pairs {capture('p2p')} | true"],
            env=ordinary.environment(setup().home, setup().sanitizer),
            capture_output=True,
            timeout=60,
            check=False,
            **ordinary.as_user(),
        )
        self.assertEqual(done.returncode, 0)

    # Terminals

    def on_a_terminal(self, *pieces: bytes) -> str:
        """What goes to the terminal that is standard error, for a pipe with these pieces, of which
        each comes more than a second after the one before."""
        terminal, end = pty.openpty()
        process = self.start(
            "-n", "--csv", "-", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=end
        )
        os.close(end)
        assert process.stdin
        for piece in pieces:
            process.stdin.write(piece)
            process.stdin.flush()
            time.sleep(1.2)
        process.stdin.close()
        self.assertEqual(process.wait(60), 0)
        shown = b""
        with contextlib.suppress(OSError):
            while piece := os.read(terminal, 4096):
                shown += piece
        os.close(terminal)
        return shown.decode()

    @not_on_windows("Wine knows no terminal of Unix")
    def test_progress_shows_on_a_terminal_and_leaves_no_trace(self) -> None:
        demo = pcaps.read(capture("demo"))
        records = b"".join(packet.record for packet in demo.packets)
        shown = self.on_a_terminal(demo.header + 2 * records, 2 * records)
        self.assertRegex(shown, r"\d+ packets, \d+ MB/s")
        self.assertTrue(shown.endswith("\r\x1b[K"), shown[-80:])
        self.assertEqual(self.on_a_terminal(demo.header + records), "")

    # What is installed

    def test_the_man_page_and_the_completion_know_every_option(self) -> None:
        known = set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", self.report("--help")))
        page = (REPOSITORY / "packaging/man/fanout.1.in").read_text().replace("\\-", "-")
        completion = (REPOSITORY / "packaging/completions/fanout").read_text()
        for option in known:
            self.assertRegex(page, rf"(?<![\w-]){option}(?![\w-])", option)
            self.assertRegex(completion, rf"(?<![\w-]){option}(?![\w-])", option)
