"""packaging/doctor names each thing that keeps Wireshark from loading the plugin."""
import os
import re
import shutil
from pathlib import Path
from typing import List

from harness import REPOSITORY, Done, TsharkTest, run, setup
from ordinary import give_to_user, plugin_folder, seeing, why_not_seeing

SAME_LENGTH = b"9.8"
"""A minor version that no Wireshark has, to be written over one."""


class Doctor(TsharkTest):
    def setUp(self) -> None:
        self.place = setup().scratch / "doctor"
        self.home = self.place / "home"
        self.everyone = self.place / "everyone"
        self.own = plugin_folder(self.home, setup().version)
        self.own.mkdir(parents=True)
        self.addCleanup(shutil.rmtree, self.place)
        shutil.copy(REPOSITORY / "packaging/doctor", self.place)
        self.plugin = plugin_folder(setup().home, setup().version) / "fanout.so"
        self.hiding = self.hide_installed()

    def hide_installed(self) -> List[str]:
        """What hides the copies that are installed for all users of this machine."""
        folders = {
            copy.parents[2]
            for place in ("lib/wireshark", "lib/*/wireshark")
            for prefix in ("/usr", "/usr/local")
            for copy in Path(prefix).glob(f"{place}/plugins/*/epan/fanout.so")
        }
        if not folders:
            return []
        why_not = why_not_seeing()
        if why_not:
            self.skipTest(f"fanout is installed for all users, and {why_not}")
        nothing = self.place / "nothing"
        nothing.mkdir()
        return seeing({folder: nothing for folder in folders})

    def examine(self, *arguments: str, as_root: bool = False) -> Done:
        """Has the doctor examine a home; WIRESHARK_PLUGIN_DIR stands for the global folder."""
        for path in [self.place, *self.place.rglob("*")]:
            give_to_user(path)
        hiding = [] if as_root else self.hiding
        return run(
            *hiding,
            "env",
            f"HOME={self.home}",
            f"WIRESHARK_PLUGIN_DIR={self.everyone}",
            "bash",
            str(self.place / "doctor"),
            *arguments,
            as_root=as_root or bool(hiding),
        )

    def install(self, folder: Path, content: bytes = b"") -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "fanout.so"
        path.write_bytes(content or self.plugin.read_bytes())
        path.chmod(0o755)
        return path

    def expect(self, problem: str, done: Done) -> None:
        self.assertIn("PROBLEM      " + problem, done.out)
        self.assertIn("\n1 found.\n", done.out)
        self.assertEqual((done.status, done.err), (1, ""))

    def test_healthy(self) -> None:
        path = self.install(self.own)
        done = self.examine()
        self.assertRegex(
            done.out, rf"copy: +{path} \(fanout [0-9.]+ for Wireshark {setup().version}\)\n"
        )
        self.assertRegex(done.out, r"\nloaded: +fanout\.so [0-9.]+ ")
        self.assertIn(f"\npersonal:    {self.own.parent}\n", done.out)
        self.assertIn(f"\nglobal:      {self.everyone}", done.out)
        self.assertEqual((done.status, done.err), (0, ""))

    def test_not_installed(self) -> None:
        self.expect("The plugin is not installed in any folder", self.examine())

    def test_no_tshark(self) -> None:
        self.expect("There is no no-such-tshark.", self.examine("no-such-tshark"))

    def test_wrong_call(self) -> None:
        done = self.examine("--wrong")
        self.assertEqual((done.status, done.out), (2, ""))
        self.assertIn("Usage: doctor [TSHARK]", done.err)

    def test_folder_of_another_version(self) -> None:
        path = self.install(self.own.parents[1] / "9.8" / "epan")
        self.expect(f"{path} is for Wireshark 9.8, and this is {setup().version}.", self.examine())

    def test_built_for_another_version(self) -> None:
        own = f" for Wireshark {setup().version}".encode()
        other = own[: -len(SAME_LENGTH)] + SAME_LENGTH
        built = self.plugin.read_bytes()
        self.assertEqual(built.count(own), 1)
        path = self.install(self.own, built.replace(own, other))
        self.expect(
            f"{path} was built for Wireshark 9.8, and this is {setup().version}.", self.examine()
        )

    def test_wrong_folder(self) -> None:
        path = self.install(self.own.parent)
        self.expect(f"{path} is in a folder where Wireshark does not look.", self.examine())

    def test_missing_library(self) -> None:
        built = self.plugin.read_bytes()
        self.assertEqual(built.count(b"libwsutil.so."), 1)
        path = self.install(self.own, built.replace(b"libwsutil.so.", b"libwsnone.so."))
        done = self.examine()
        self.expect(f"{path} needs libraries that are not there:\n", done)
        self.assertIn("libwsnone.so.", done.out)

    def test_unreadable(self) -> None:
        path = self.install(self.own)
        path.chmod(0)
        self.expect(f"{path} cannot be read by ", self.examine())

    def install_two(self) -> List[Path]:
        first = self.install(self.own)
        # Some versions look in a folder of their own below it.
        folder = re.search(r"^global: +(.*)$", self.examine().out, re.MULTILINE)
        assert folder
        return [first, self.install(Path(folder.group(1)) / "epan")]

    def test_two_copies(self) -> None:
        """It says which one is loaded, by what Wireshark says."""
        copies = self.install_two()
        done = self.examine()
        self.expect("Wireshark finds 2 copies and loads one of them.", done)
        listed = re.search(r"^loaded: .* (/.*)$", done.out, re.MULTILINE)
        assert listed, done.out
        loaded = Path(listed.group(1))
        self.assertIn(loaded, copies)
        copies.remove(loaded)
        self.assertRegex(done.out, rf"\n +Loaded: +{loaded}\n +Ignored: +{copies[0]}\n")

    def test_lua_file_beside_the_plugin(self) -> None:
        self.install(self.own)
        path = self.own.parents[1] / "fanout.lua"
        shutil.copy(setup().build / "lua/fanout.lua", path)
        done = self.examine()
        self.assertIn(f"\nLua file:    {path}, which does nothing while the plugin is", done.out)
        self.assertEqual((done.status, done.err), (0, ""))

    def test_tested_versions(self) -> None:
        """Those that the README names; the one that runs this test is one of them."""
        self.install(self.own)
        found = re.search(r"^tested: +with Wireshark (.*)$", self.examine().out, re.MULTILINE)
        assert found
        versions = found.group(1).split(", ")
        self.assertIn(setup().version, versions)
        readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
        paragraph = r"^Tested with every change.*?(?=Written for, but never run)"
        said = re.search(paragraph, readme, re.MULTILINE | re.DOTALL)
        assert said
        self.assertEqual(versions, re.findall(r"\b4\.\d", said.group()))

    def test_version_that_was_never_run(self) -> None:
        """A tshark that says it is 4.2: of Ubuntu 24.04, for instance."""
        other = self.place / "tshark-4.2"
        other.write_text(
            f'#!/bin/sh\ntshark "$@" | sed "s/{re.escape(setup().version)}\\.[0-9]*/4.2.2/"\n'
        )
        other.chmod(0o755)
        done = self.examine(str(other))
        self.assertRegex(done.out, r"\ntested: .*: with 4\.2 it was never run\n")

    def test_root(self) -> None:
        if os.geteuid() != 0:
            self.skipTest("only root can be root")
        if setup().sanitizer:
            self.skipTest("root's tshark asks the capture helpers, which hang under the sanitizers")
        path = self.install(self.own)
        self.expect(
            f"Wireshark loads nothing from root's personal folder: {path}\n",
            self.examine(as_root=True),
        )
