"""Where addresses are: the program says what tshark says, without libwireshark."""
import subprocess
import sys
from pathlib import Path

import ordinary
from harness import GENERATE, ProgramTest, capture, setup

MARK = "country"


class Locations(ProgramTest):
    def setUp(self) -> None:
        self.folder = setup().scratch / 'data"bases'
        writer = GENERATE.with_name("databases.py")
        subprocess.run([sys.executable, str(writer), str(self.folder)], check=True)
        config = setup().home / ".config/wireshark"
        config.mkdir(parents=True, exist_ok=True)
        self.paths = config / "maxmind_db_paths"
        # As Wireshark writes it.
        quoted = str(self.folder).replace('"', "\\x22")
        self.paths.write_text(f'# a comment\n"{quoted}"\n', encoding="utf-8")
        ordinary.make_readable(setup().home)
        self.addCleanup(self.paths.unlink)

    def test_are_those_of_tshark(self) -> None:
        self.assertIn(MARK, self.report("--json", capture("demo")))
        for form in ("--json", "--csv", "--html", "--text"):
            self.same_as_tshark(capture("demo"), form, "--all", "--pairs")
        self.same_as_tshark(capture("ipv6-syn-sweep"), "--csv")
        letters = [["-n"], ["-N", "n"], ["-n", "-N", "dt"]]
        if tuple(map(int, ordinary.wireshark_version().split("."))) >= (4, 4):
            letters += [["-N", "g"], ["-N", "g", "-n"]]
        for options in letters:
            self.same_as_tshark(capture("demo"), *options, "--json")

    def test_are_those_of_tshark_with_preferences(self) -> None:
        self.same_as_tshark(capture("demo"), "-o", "fanout.threshold:5", "--json")
        empty = setup().scratch / "empty"
        empty.mkdir(exist_ok=True)
        added = f'uat:maxmind_db_paths:"{empty}"'
        self.same_as_tshark(capture("demo"), "-o", added, "--csv")

    def test_are_in_a_report_on_many_captures(self) -> None:
        both = [capture("demo"), capture("ipv6-syn-sweep")]
        self.assertIn(MARK, self.report("--json", *both))
        self.assertNotIn(MARK, self.report("-n", "--json", *both))

    def without_answers(self, script: str) -> str:
        """The report where mmdbresolve is another program, which notes that it was started."""
        folder = setup().scratch / "another"
        folder.mkdir(exist_ok=True)
        self.note = folder / "started"
        self.note.unlink(missing_ok=True)
        program = folder / "mmdbresolve"
        program.write_text(f"#!/bin/sh\n: >{self.note}\n{script}\n", encoding="utf-8")
        program.chmod(0o755)
        ordinary.give_to_user(folder)
        process = self.start(
            "--json", capture("demo"), env={"PATH": f"{folder}:/usr/bin:/bin"},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        out, err = process.communicate(timeout=120)
        self.assertEqual((process.returncode, err), (0, b""))
        return out.decode("utf-8")

    def test_are_left_out_where_nothing_answers(self) -> None:
        for script in ("exit 1", "echo '[198.51.100.66]'; exit 0", "exec head -c 5", "exec cat"):
            self.assertNotIn(MARK, self.without_answers(script))
            self.assertTrue(self.note.exists(), script)

    def test_are_not_asked_for_without_databases(self) -> None:
        for path in self.folder.glob("*.mmdb"):
            path.write_bytes(path.read_bytes()[:700])
        self.assertNotIn(MARK, self.without_answers("exit 1"))
        self.assertFalse(Path(self.note).exists())
