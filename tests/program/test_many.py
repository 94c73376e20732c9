"""Many captures, and files of runs, are counted as the one capture of all their packets."""
import contextlib
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, Tuple

import ordinary
import pcaps
from harness import (
    GENERATE, Done, ProgramTest, capture, not_on_windows, setup, shared_captures, with_slashes,
)

COUNTS = ("-n", "--threshold", "0", "--json", "--all", "--pairs")
NAMES = ("demo", "p2p", "arp-sweep", "ipv6-browser", "port-scan-syn", "scanned-host")


def with_frames_of_the_whole(report: str, numbers: Dict[str, List[int]]) -> Dict[str, Any]:
    """A report on parts, in the frames of the whole; what only one of the two has is left out."""
    found: Dict[str, Any] = json.loads(report)
    for source in found["sources"]:
        for row in [source, *source["destinations"], *source.get("findings", ())]:
            for which in ("first", "last"):
                path = row.pop(which + "_file", None)
                if path is not None:
                    row[which + "_frame"] = numbers[with_slashes(path)][row[which + "_frame"] - 1]
    for name in ("files", "dissection", "header_frames", "full_frames"):
        found.pop(name, None)
    return found


def children(process: int) -> List[int]:
    with contextlib.suppress(FileNotFoundError):
        return [int(c) for c in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def reads(process: int, path: Path) -> bool:
    """Whether it has that file open."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        return any(os.readlink(link) == str(path) for link in Path(f"/proc/{process}/fd").iterdir())
    return False


class Many(ProgramTest):
    def setUp(self) -> None:
        self.folder = setup().scratch / "many"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.folder.chmod(0o777)

    def same_as_whole(self, parts: str, numbers: Dict[str, List[int]], whole: str) -> None:
        self.assertEqual(
            with_frames_of_the_whole(parts, numbers), with_frames_of_the_whole(whole, {})
        )

    def test_cut_by_time(self) -> None:
        for name in NAMES:
            whole = self.report(*COUNTS, capture(name))
            numbers = pcaps.cut(pcaps.read(capture(name)), self.folder / name, 8)
            for jobs in ("1", "2", "8"):
                report = self.report(*COUNTS, "--jobs", jobs, str(self.folder / name))
                self.same_as_whole(report, numbers, whole)

    def test_cut_by_sensor(self) -> None:
        for name in NAMES:
            whole = self.report(*COUNTS, capture(name))
            numbers = pcaps.split(pcaps.read(capture(name)), self.folder / name)
            for jobs in ("1", "2"):
                report = self.report(*COUNTS, "--jobs", jobs, *numbers)
                self.same_as_whole(report, numbers, whole)

    def test_real_captures_cut_by_time_and_by_sensor(self) -> None:
        paths = shared_captures()
        if not paths:
            self.skipTest("no folder shared/captures beside the repository")
        if not shutil.which("editcap"):
            self.skipTest("no editcap: install tshark")

        def compare(number: int) -> bool:
            path, folder = paths[number], self.folder / str(number)
            folder.mkdir()
            folder.chmod(0o777)
            plain = folder / "plain.pcap"
            # Not by run(): editcap hangs with a sanitizer's library before it.
            convert = ["editcap", "-F", "pcap", str(path), str(plain)]
            subprocess.run(convert, capture_output=True, check=False)
            # Neither what holds no packets, nor what the format cannot hold.
            if not plain.exists() or plain.stat().st_size <= pcaps.HEADER:
                return False
            whole = pcaps.in_time_order(pcaps.read(str(plain)))
            pcaps.write(folder / "whole.pcap", whole, whole.packets)
            expected = self.report(*COUNTS, str(folder / "whole.pcap"))
            # What the dissection remembers of a conversation, it remembers within a file.
            if json.loads(expected)["full_frames"] > 0:
                return False
            for parts in (
                pcaps.cut(whole, folder / "time", 8),
                pcaps.split(whole, folder / "side"),
            ):
                self.same_as_whole(self.report(*COUNTS, "--jobs", "2", *parts), parts, expected)
            return True

        compared = sum(ordinary.side_by_side(compare, range(len(paths))))
        self.assertGreater(compared, len(paths) // 3)

    def test_in_whichever_order_they_are_named(self) -> None:
        numbers = pcaps.cut(pcaps.read(capture("demo")), self.folder / "cut", 4)
        report = self.report(*COUNTS, *numbers)
        self.assertEqual(self.report(*COUNTS, *reversed(list(numbers))), report)
        self.assertEqual(self.report(*COUNTS, *numbers, str(self.folder / "cut")), report)

    def test_files_are_listed(self) -> None:
        numbers = pcaps.cut(pcaps.read(capture("demo")), self.folder / "cut", 3)
        report = json.loads(self.report(*COUNTS, *numbers))
        listed = {row["path"]: row["frames"] for row in report["files"]}
        self.assertEqual(listed, {path: len(frames) for path, frames in numbers.items()})
        self.assertEqual(sum(listed.values()), report["frames"])
        for row in report["files"]:
            self.assertEqual(row["format"], "pcap")
            self.assertLessEqual(row["first_time"], row["last_time"])
        self.assertIn("3 files", self.report("-n", *numbers))

    @not_on_windows("such names are not possible there")
    def test_files_are_listed_in_html_with_what_was_wrong(self) -> None:
        numbers = pcaps.cut(pcaps.read(capture("demo")), self.folder / "cut", 3)
        hostile = self.folder / "cut" / '<b onclick="x">\u202e&amp;.pcap'
        last = Path(list(numbers)[-1])
        hostile.write_bytes(last.read_bytes()[:-5])
        hostile.chmod(0o644)
        last.unlink()
        done = self.fanout("-n", "--html", str(self.folder / "cut"))
        self.assertEqual(done.status, 2)
        page = done.out.decode()
        rows = page.partition('<table id="files">')[2].partition("</table>")[0].split("<tr>")[2:]
        self.assertEqual(len(rows), 3)
        for number, (path, frames) in enumerate(list(numbers.items())[:2], 1):
            self.assertIn(f"<td>{number}</td>", rows[number - 1])
            self.assertIn(f"<bdi>{path}</bdi>", rows[number - 1])
            self.assertIn(f"<td>{len(frames):,}</td>", rows[number - 1])
        self.assertIn("/&lt;b onclick=&quot;x&quot;&gt;\ufffd&amp;amp;.pcap</bdi>", rows[2])
        self.assertIn("appears to have been cut short in the middle of a packet", rows[2])
        self.assertNotIn("<b onclick", page)
        self.assertNotIn("files-title", self.report("-n", "--html", capture("demo")))

    # Runs

    def runs(self, name: str, *inputs: str) -> str:
        path = str(self.folder / name)
        self.assertEqual(self.report("-n", "--runs", path, *inputs), "")
        return path

    def test_runs_are_merged(self) -> None:
        for name in NAMES:
            whole = self.report(*COUNTS, capture(name))
            numbers = pcaps.cut(pcaps.read(capture(name)), self.folder / name, 5)
            paths = list(numbers)
            first = self.runs(name + ".a", *paths[:2])
            second = self.runs(name + ".b", *paths[2:4])
            report = self.report(*COUNTS, second, paths[4], first)
            self.same_as_whole(report, numbers, whole)
            both = self.runs(name + ".c", first, second, paths[4])
            self.same_as_whole(self.report(*COUNTS, both), numbers, whole)

    def test_runs_of_packets_that_a_filter_chose(self) -> None:
        chosen = ("-n", "-Y", "tcp", "--json", "--all", "--pairs")
        path = str(self.folder / "chosen.runs")
        paths = list(pcaps.cut(pcaps.read(capture("demo")), self.folder / "cut", 2))
        self.report(*chosen[:3], "--runs", path, *paths)
        self.assertEqual(self.report(*chosen, path), self.report(*chosen, *paths))

    def test_runs_that_do_not_fit_are_refused_by_name(self) -> None:
        path = self.runs("a.runs", capture("demo"))
        for options in (["-Y", "tcp"], ["-o", "fanout.threshold:3"]):
            done = self.fanout("-n", *options, path, capture("p2p"))
            refused = options[0] == "-Y"
            self.assertEqual(done.status, 2 if refused else 0)
            self.assertEqual("a.runs" in done.err, refused, done.err)

    def test_hostile_runs_are_refused_by_name_and_line(self) -> None:
        whole = Path(self.runs("a.runs", capture("demo"))).read_bytes()
        hostile = self.folder / "hostile.runs"
        for size in (60, len(whole) // 2, len(whole) - 1):
            hostile.write_bytes(whole[:size])
            done = self.fanout("-n", str(hostile), capture("p2p"))
            self.assertEqual(done.status, 2, size)
            self.assertIn("hostile.runs", done.err)
        hostile.write_text("#fanout-runs\t999\n")
        done = self.fanout("-n", str(hostile))
        self.assertEqual(done.status, 2)
        self.assertIn("999", done.err)

    # Folders

    @not_on_windows("Wine shows no links")
    def test_folders_with_everything_in_them(self) -> None:
        captures = self.folder / "captures"
        pcaps.cut(pcaps.read(capture("demo")), captures, 4)
        expected = self.report(*COUNTS, str(captures))
        deep = captures / "deep" / "deeper"
        deep.mkdir(parents=True)
        moved = deep / "without-a-name-that-says-so"
        (captures / "part2.pcap").rename(moved)
        (captures / "again.pcap").symlink_to("part1.pcap")
        (captures / "loop").symlink_to(captures)
        (captures / "nowhere").symlink_to("/nonexistent")
        (captures / "empty").write_bytes(b"")
        (captures / "notes.txt").write_text("seen at two in the morning\n" * 50)
        (captures / "report.json").write_text('{"a": 1}\n')
        os.mkfifo(captures / "fifo")
        with socket.socket(socket.AF_UNIX) as unix:
            unix.bind(str(captures / "socket"))
        for path in captures.rglob("*"):
            if not path.is_symlink() and path.is_dir():
                path.chmod(0o755)
        report = self.report(*COUNTS, str(captures))
        self.assertEqual(report.replace(str(moved), str(captures / "part2.pcap")), expected)

    def test_a_file_that_cannot_be_read_is_named_and_the_others_count(self) -> None:
        numbers = pcaps.cut(pcaps.read(capture("demo")), self.folder / "cut", 3)
        expected = json.loads(self.report(*COUNTS, str(self.folder / "cut")))
        secret = self.folder / "cut" / "secret.pcap"
        shutil.copy(next(iter(numbers)), secret)
        secret.chmod(0)
        os.chown(secret, os.geteuid(), os.getegid())
        done = self.fanout(*COUNTS, str(self.folder / "cut"))
        self.assertIn("secret.pcap", done.err)
        self.assertEqual(done.status, 2)
        report = json.loads(done.out)
        unreadable = report["files"].pop()
        self.assertEqual((with_slashes(unreadable["path"]), unreadable["frames"]), (str(secret), 0))
        self.assertIn(unreadable["problem"], done.err)
        self.assertEqual(report, expected)

    @not_on_windows("Wine shows no links")
    def test_a_link_to_where_nobody_may_look_is_named_and_the_others_count(self) -> None:
        pcaps.cut(pcaps.read(capture("demo")), self.folder / "cut", 3)
        expected = json.loads(self.report(*COUNTS, str(self.folder / "cut")))
        closed = self.folder / "closed"
        closed.mkdir()
        link = self.folder / "cut" / "link.pcap"
        link.symlink_to(closed / "secret.pcap")
        closed.chmod(0)
        done = self.fanout(*COUNTS, str(self.folder / "cut"))
        closed.chmod(0o755)
        self.assertIn(f'fanout: The file "{link}" cannot be read: Permission denied.', done.err)
        self.assertEqual(done.status, 2)
        report = json.loads(done.out)
        self.assertEqual(report["files"].pop()["path"], str(link))
        self.assertEqual(report, expected)

    def test_a_truncated_file_counts_up_to_where_it_breaks(self) -> None:
        numbers = pcaps.cut(pcaps.read(capture("demo")), self.folder / "cut", 3)
        last = Path(list(numbers)[-1])
        last.write_bytes(last.read_bytes()[:-5])
        for jobs in ("1", "2"):
            done = self.fanout(*COUNTS, "--jobs", jobs, str(self.folder / "cut"))
            self.assertEqual(done.status, 2)
            self.assertIn(f'"{last}" appears to have been cut short', with_slashes(done.err))
            report = json.loads(done.out)
            self.assertEqual(report["frames"], sum(map(len, numbers.values())) - 1)
            problems = [row.get("problem", "") for row in report["files"]]
            self.assertEqual([bool(problem) for problem in problems], [False, False, True])

    def test_memory_does_not_grow_with_the_captures_that_are_dissected(self) -> None:
        tunnel = pcaps.read(capture("tunnel-vxlan"))
        for number in range(100):
            pcaps.write(self.folder / f"{number}.pcap", tunnel, tunnel.packets[:1])
        process = subprocess.Popen(
            [str(setup().program), "--jobs=1", str(self.folder)],
            env=ordinary.environment(setup().home, setup().sanitizer),
            stdout=subprocess.DEVNULL,
            **ordinary.as_user(),
        )
        _, status, used = os.wait4(process.pid, 0)
        self.assertEqual(status, 0)
        if not setup().sanitizer:
            self.assertLess(used.ru_maxrss, 900 * 1024)

    def test_nothing_to_read(self) -> None:
        done = self.fanout(str(self.folder))
        self.assertEqual((done.status, done.out), (2, b""))
        self.assertIn("no capture", done.err)

    # Ends

    @not_on_windows("Wine itself takes more than is allowed here")
    def test_without_memory_it_says_so_and_leaves_no_part_of_a_file(self) -> None:
        if setup().sanitizer:
            self.skipTest("sanitizers reserve more than is allowed here")
        sweep = self.folder / "sweep.pcap"
        subprocess.run(
            [sys.executable, str(GENERATE), "--large", "syn-sweep", "400000", str(sweep)],
            check=True,
        )
        sweep.chmod(0o644)
        report = self.folder / "report.json"
        # At the border, some 300 MB, GLib is the one that finds none, and ends the process itself.
        for megabytes in (50, 100, 150, 200, 250, 900):
            is_enough = megabytes == 900
            arguments = ("--json", "--all", "--file", str(report), str(sweep))
            done = self.ended_under_limit(resource.RLIMIT_AS, megabytes << 20, *arguments)
            with self.subTest(megabytes=megabytes):
                self.assertEqual(report.exists(), is_enough)
                self.assertEqual(done.err == "", is_enough, done.err)
                if is_enough:
                    self.assertEqual(done.status, 0)
                else:
                    self.assertGreater(done.status, 0, done.err)

    def written(self, process: "subprocess.Popen[bytes]") -> int:
        """How many bytes it has written anywhere; those of the end where it is gone."""
        try:
            text = Path(f"/proc/{process.pid}/io").read_text()
        except OSError:
            return sys.maxsize
        found = re.search(r"^wchar: (\d+)", text, re.MULTILINE)
        return int(found.group(1)) if found else sys.maxsize

    def kill_once_it_wrote(self, size: int, *arguments: str) -> None:
        """Sends it SIGKILL as soon as it has written that much, if it has not ended by then."""
        process = subprocess.Popen(
            [str(setup().program), *arguments],
            env=ordinary.environment(setup().home, setup().sanitizer),
            **ordinary.as_user(),
        )
        while process.poll() is None and self.written(process) < size:
            pass
        process.kill()
        process.wait()

    def ended_under_limit(self, limit: int, most: int, *arguments: str) -> Done:
        """How it ended, where the kernel grants it no more of this."""

        def set_limits() -> None:
            resource.setrlimit(limit, (most, most))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        done = subprocess.run(
            [str(setup().program), *arguments],
            env=ordinary.environment(setup().home, setup().sanitizer),
            capture_output=True,
            check=False,
            preexec_fn=set_limits,
            **ordinary.as_user(),
        )
        return Done.of(done.returncode, done.stdout, done.stderr)

    def start_reading(self) -> "Tuple[subprocess.Popen[bytes], int, int]":
        """Starts it on two captures, of which one takes a while, and waits until that is read; with
        the process that reads it, and the server that started that."""
        sweep = self.folder / "sweep.pcap"
        make = [sys.executable, str(GENERATE), "--large", "syn-sweep", "100000", str(sweep)]
        subprocess.run(make, check=True)
        sweep.chmod(0o644)
        program = self.start(
            "-n", "--json", "--full", "--jobs", "1", capture("demo"), str(sweep),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(600):
            for server in children(program.pid):
                for reader in children(server):
                    if reads(reader, sweep):
                        return program, reader, server
            time.sleep(0.05)
        self.fail("nobody reads the capture")

    @not_on_windows("one process reads all captures there")
    def test_a_process_that_dies_costs_the_capture_that_it_reads(self) -> None:
        program, reader, _ = self.start_reading()
        os.kill(reader, signal.SIGKILL)
        out, err = program.communicate()
        self.assertEqual(program.returncode, 2, err)
        why = f'The file "{self.folder}/sweep.pcap" is left out: the process that read it ended'
        self.assertIn(f"{why} unexpectedly (Killed).", err.decode())
        found = json.loads(out)
        demo, sweep = found["files"]
        self.assertEqual(found["frames"], demo["frames"])
        self.assertNotIn("problem", demo)
        self.assertIn("Killed", sweep["problem"])

    @not_on_windows("one process reads all captures there")
    def test_without_those_who_read_it_ends_with_a_message(self) -> None:
        program, _, server = self.start_reading()
        os.kill(server, signal.SIGKILL)
        out, err = program.communicate()
        self.assertEqual((program.returncode, out), (2, b""))
        self.assertIn(b"fanout: a process that reads captures was ended", err)

    @not_on_windows("signals are Unix's")
    def test_killed_it_leaves_no_part_of_a_file(self) -> None:
        out = self.folder / "out"
        out.mkdir()
        ordinary.give_to_user(out)
        wanted = out / "wanted"
        sweep = self.folder / "sweep.pcap"
        subprocess.run(
            [sys.executable, str(GENERATE), "--large", "syn-sweep", "40000", str(sweep)],
            check=True,
        )
        sweep.chmod(0o644)
        for options in (
            ("--runs", str(wanted)),
            ("--json", "--all", "--pairs", "--file", str(wanted)),
            ("--html", "--all", "--pairs", "--file", str(wanted)),
        ):
            arguments = ("-n", *options, str(sweep))
            self.assertEqual(self.fanout(*arguments).status, 0)
            size = wanted.stat().st_size
            # A runs file is written twice, first to a temporary file.
            size *= 2 if "--runs" in options else 1
            whole_is = wanted.stat().st_size
            for old in (None, b"what was there before\n"):
                for part in range(12):
                    wanted.unlink(missing_ok=True)
                    if old is not None:
                        wanted.write_bytes(old)
                        ordinary.give_to_user(wanted)
                    asked = (options, old, part)
                    if part % 2:
                        self.kill_once_it_wrote(1 + size * part // 12, *arguments)
                    else:
                        most = whole_is * part // 12
                        done = self.ended_under_limit(resource.RLIMIT_FSIZE, most, *arguments)
                        self.assertEqual(done.status, -signal.SIGXFSZ, asked)
                    if old is not None:
                        self.assertTrue(wanted.exists(), asked)
                    # Whatever is there is the old file or whole, also what was to replace the old.
                    for path in out.iterdir():
                        if path != wanted or path.read_bytes() != old:
                            self.assertEqual(path.stat().st_size, whole_is, asked)
                            path.unlink()
