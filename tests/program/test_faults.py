"""What can go wrong around the program: disks, folders, signals, other programs, surroundings."""
import errno
import json
import os
import resource
import signal
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional

import ordinary
import pcaps
from harness import Done, ProgramTest, capture, not_on_windows, setup, wait_for_more

FORMATS = (["--text"], ["--csv", "--pairs"], ["--json"], ["--html"])


DOES_NOT_END = """
local endless = Proto("endless", "Does not end")
function endless.dissector(buffer) while buffer:len() > 0 do end end
DissectorTable.get("udp.port"):add(4242, endless)
"""


class Faults(ProgramTest):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=setup().scratch))
        self.folder.chmod(0o777)

    def start(
        self, *arguments: str, env: Optional[Dict[str, str]] = None, **how: Any
    ) -> "subprocess.Popen[bytes]":
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return super().start(
            *arguments, env={"TMPDIR": str(self.folder), **(env or {})}, **{**pipes, **how}
        )

    def ended(self, *arguments: str, **how: Any) -> Done:
        process = self.start(*arguments, **how)
        out, err = process.communicate(timeout=60)
        return Done.of(process.returncode, out or b"", err)

    def says(self, done: Done, status: int, *words: str) -> None:
        """It ends with that status and a line that has these words."""
        self.assertEqual(done.status, status, done.err)
        self.assertRegex(done.err, r"\Afanout: [^\n]+\n\Z")
        for word in words:
            self.assertIn(word, done.err)

    def outputs(self) -> List[List[str]]:
        """Each way to write to a file, which is named last."""
        return [[*format_, "--file"] for format_ in FORMATS] + [["--runs"]]

    def test_a_full_device(self) -> None:
        full = os.strerror(errno.ENOSPC)
        for output in self.outputs():
            with self.subTest(output=output):
                done = self.fanout("-n", *output, "/dev/full", capture("demo"))
                self.says(done, 2, '"/dev/full"', full)
        for format_ in FORMATS:
            with self.subTest(format=format_), open("/dev/full", "wb") as device:
                done = self.ended("-n", *format_, capture("demo"), stdout=device)
                self.says(done, 2, "standard output", full)

    def test_a_full_disk(self) -> None:
        """As where no more than a kilobyte is left: it leaves what was there."""

        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))

        old = self.folder / "old"
        old.write_text("old")
        old.chmod(0o666)
        for output in self.outputs():
            for path in (old, self.folder / "new"):
                with self.subTest(output=output, path=path.name):
                    arguments = ("--threshold", "0", *output, str(path), capture("demo"))
                    done = self.ended("-n", *arguments, preexec_fn=limit)
                    # Of runs, a temporary file comes first.
                    where = path if "--runs" not in output else self.folder
                    self.says(done, 2, f'"{where}"', os.strerror(errno.EFBIG))
                    self.assertEqual([one.name for one in self.folder.iterdir()], ["old"])
                    self.assertEqual(old.read_text(), "old")

    def test_no_folder_for_temporary_files(self) -> None:
        nowhere = str(self.folder / "nowhere")
        paths = (capture("demo"), capture("p2p"))
        done = self.ended("-n", "--jobs", "1", *paths, env={"TMPDIR": nowhere})
        self.says(done, 2, f'"{nowhere}"', "TMPDIR", os.strerror(errno.ENOENT))

    def test_a_folder_that_may_not_be_written(self) -> None:
        closed = self.folder / "closed"
        closed.mkdir(mode=0o555)
        denied = os.strerror(errno.EACCES)
        for output in self.outputs():
            with self.subTest(output=output):
                done = self.fanout("-n", *output, str(closed / "report"), capture("demo"))
                self.says(done, 1, f'"{closed}/report"', denied)

    def test_several_that_write_the_same_file(self) -> None:
        """The file is the whole report of one of them, and nothing else is left."""
        names = ("demo", "p2p", "arp-sweep", "port-scan-syn")
        for output in self.outputs()[-2:]:
            path = self.folder / "report"
            wanted = []
            for name in names:
                self.report("-n", *output, str(path), capture(name))
                wanted.append(path.read_bytes())
            running = [self.start("-n", *output, str(path), capture(name)) for name in names * 2]
            for process in running:
                _, err = process.communicate(timeout=60)
                self.assertEqual((process.returncode, err), (0, b""))
            with self.subTest(output=output):
                self.assertIn(path.read_bytes(), wanted)
                self.assertEqual([one.name for one in self.folder.iterdir()], ["report"])

    def test_signals(self) -> None:
        """SIGTERM ends it with a report of what was read, SIGHUP at once with nothing left."""
        # Children of whatever nohup started ignore SIGHUP.
        self.addCleanup(signal.signal, signal.SIGHUP, signal.signal(signal.SIGHUP, signal.SIG_DFL))
        demo = Path(capture("demo")).read_bytes()
        path = self.folder / "report"
        for number, status in ((signal.SIGTERM, 0), (signal.SIGHUP, -signal.SIGHUP)):
            process = self.start("-n", "--file", str(path), "-", stdin=subprocess.PIPE)
            assert process.stdin
            process.stdin.write(demo)
            process.stdin.flush()
            wait_for_more(process)
            process.send_signal(number)
            _, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, status, err)
            self.assertEqual(path.exists(), status == 0)
            path.unlink(missing_ok=True)
            self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_pipe_that_is_closed_in_the_middle(self) -> None:
        demo = Path(capture("demo")).read_bytes()
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        pipe.chmod(0o666)
        process = self.start("-n", "--json", str(pipe))
        pipe.write_bytes(demo[:-5])
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 2)
        self.assertIn(b"cut short in the middle of a packet", err)
        cut = self.folder / "cut"
        cut.write_bytes(demo[:-5])
        cut.chmod(0o644)
        self.assertEqual(out, self.fanout("-n", "--json", str(cut)).out)

    def test_wherever_it_runs_the_report_is_the_same(self) -> None:
        """In a country of decimal commas, and in other time zones."""
        locales = self.folder / "locales"
        locales.mkdir()
        made = subprocess.run(
            ["localedef", "-i", "de_DE", "-f", "UTF-8", str(locales / "de_DE.UTF-8")],
            capture_output=True,
            check=False,
        )
        if not (locales / "de_DE.UTF-8").is_dir():
            self.skipTest(f"no locale with decimal commas: apt install locales ({made.stderr!r})")
        ordinary.make_readable(locales)
        here = {"LOCPATH": str(locales), "LC_ALL": "de_DE.UTF-8"}
        comma = subprocess.run(
            ["printf", "%.1f", "0"], env={**os.environ, **here}, capture_output=True, check=True
        )
        self.assertEqual(comma.stdout, b"0,0")
        for name in ("demo", "time-extremes", "file-pcap-nanoseconds"):
            for format_ in FORMATS if name == "demo" else FORMATS[:1]:
                arguments = ("-n", "--threshold", "0", *format_, capture(name))
                usual = self.ended(*arguments)
                self.assertEqual((usual.status, usual.err), (0, ""))
                for other in (here, {"TZ": "Asia/Kolkata"}, {"TZ": ":/nonsense"}):
                    with self.subTest(name=name, format=format_, other=other):
                        self.assertEqual(self.ended(*arguments, env=other), usual)

    @not_on_windows("names are UTF-16 there")
    def test_names_that_are_no_utf_8(self) -> None:
        path = Path(os.fsdecode(os.fsencode(self.folder) + b"/\xff\xfe\xe9.pcap"))
        path.write_bytes(Path(capture("demo")).read_bytes()[:-5])
        path.chmod(0o644)
        output = Path(os.fsdecode(os.fsencode(self.folder) + b"/\xff.json"))
        done = self.fanout("-n", "--json", "--file", str(output), str(path), capture("p2p"))
        self.assertEqual(done.status, 2)
        self.assertIn("/\ufffd\ufffd\ufffd.pcap", done.err)
        self.assertIn("/\ufffd\ufffd\ufffd.pcap", output.read_bytes().decode("utf-8"))

    def test_a_dissection_that_does_not_end(self) -> None:
        """It costs the capture: that of its process, or of the program."""
        home = setup().scratch / "endless"
        ordinary.make_home(home)
        script = ordinary.lua_folder(home) / "endless.lua"
        script.write_text(DOES_NOT_END)
        ordinary.make_readable(home)
        capture_ = home / "endless.pcap"
        frame = bytes.fromhex("0200000000010200000000020800" "4500001d0000000040110000" "c0000201c0000202")
        frame += bytes.fromhex("1092109200090000" "00")
        record = struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame
        packet = pcaps.Packet(0, record, frame)
        pcaps.write(capture_, pcaps.read(capture("demo")), [packet])

        def ask(others: List[str]) -> Done:
            return self.fanout("-n", "--json", "--full", *others, str(capture_), home=home)

        alone, among_others = ordinary.side_by_side(ask, [[], ["--jobs", "1", capture("demo")]])
        why = "Wireshark's dissection does not end with"
        self.says(alone, 2, f"fanout: {why} frame 1\n")
        self.assertEqual(alone.out, b"")
        self.says(among_others, 2, f'The file "{capture_}" is left out: {why} one of its frames.')
        frames = {file["path"]: file["frames"] for file in json.loads(among_others.out)["files"]}
        self.assertGreater(frames[capture("demo")], 0)
        self.assertEqual(frames[str(capture_)], 0)
