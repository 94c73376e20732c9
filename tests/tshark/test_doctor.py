"""packaging/doctor names each thing that keeps Wireshark from loading the plugin."""
import os
import re
import shutil
from pathlib import Path

from harness import REPOSITORY, Done, TsharkTest, run, setup
from ordinary import give_to_user, plugin_folder

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
        self.plugin = next(setup().home.rglob("fanout.so"))

    def examine(self, *arguments: str, as_root: bool = False) -> Done:
        """Has the doctor examine a home; WIRESHARK_PLUGIN_DIR stands for the global folder."""
        for path in [self.place, *self.place.rglob("*")]:
            give_to_user(path)
        return run(
            "env",
            f"HOME={self.home}",
            f"WIRESHARK_PLUGIN_DIR={self.everyone}",
            "bash",
            str(self.place / "doctor"),
            *arguments,
            as_root=as_root,
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
        # One that is installed for all on this machine is found as well.
        if self.plugin_for_all():
            self.skipTest("the plugin is installed for all users here")
        self.expect("The plugin is not installed in any folder", self.examine())

    def plugin_for_all(self) -> bool:
        return any(Path("/usr").glob("lib/**/wireshark/plugins/*/epan/fanout.so"))

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

    def test_two_copies(self) -> None:
        first = self.install(self.own)
        # Some versions look in a folder of their own below it.
        folder = re.search(r"^global: +(.*)$", self.examine().out, re.MULTILINE)
        assert folder
        second = self.install(Path(folder.group(1)) / "epan")
        done = self.examine()
        self.expect("There are two copies, and only one is loaded: ", done)
        self.assertIn(str(first), done.out)
        self.assertIn(str(second), done.out)

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
