"""The tests ask the plugin that was built, whatever else of ours is installed for all users."""
import re
import shutil
import unittest
from pathlib import Path

import ordinary
from harness import Done, TsharkTest, capture, environment, run, setup

IN_SEVERAL = "The plugin 'fanout.so' was found in multiple directories"


class Isolation(TsharkTest):
    """Where another version and the Lua file are installed for all users: in a mount namespace."""

    @classmethod
    def setUpClass(cls) -> None:
        why_not = ordinary.why_not_seeing()
        if why_not:
            raise unittest.SkipTest(why_not)

    def setUp(self) -> None:
        self.built = ordinary.plugin_folder(setup().home, setup().version) / "fanout.so"
        variables = environment()
        del variables["WIRESHARK_PLUGIN_DIR"]
        binaries = ordinary.global_plugins(variables)
        self.installed = binaries.parent
        self.stand_in = setup().scratch / "installed"
        self.addCleanup(shutil.rmtree, self.stand_in)
        shutil.copytree(self.installed, self.stand_in)
        shutil.copy(setup().build / "lua/fanout.lua", self.stand_in)
        self.other_version = self.install_other_version(self.stand_in / binaries.name / "epan")
        ordinary.make_readable(self.stand_in)

    def install_other_version(self, folder: Path) -> str:
        """One that was built, but for the version that it says it is."""
        built = self.built.read_bytes()
        found = re.search(rb"fanout ([0-9.]+) for Wireshark", built)
        assert found
        version = found.group(1)
        other = re.sub(rb"[0-9]", b"9", version)
        changed = re.sub(rb"\b" + re.escape(version) + rb"(?=\0| for Wireshark)", other, built)
        (folder / "fanout.so").write_bytes(changed)
        return other.decode()

    def tshark(self, *arguments: str, is_isolated: bool = True) -> Done:
        variables = environment()
        if not is_isolated:
            del variables["WIRESHARK_PLUGIN_DIR"]
        words = [f"{name}={value}" for name, value in variables.items()]
        seeing = ordinary.seeing({self.installed: self.stand_in})
        return run(*seeing, "env", "-i", *words, "tshark", *arguments, as_root=True)

    def loaded(self, done: Done) -> str:
        return "\n".join(line for line in done.out.splitlines() if line.startswith("fanout.so"))

    def test_another_version_is_installed(self) -> None:
        """Without this, the other tests would prove nothing."""
        done = self.tshark("-G", "plugins", is_isolated=False)
        self.assertIn(IN_SEVERAL, done.err)
        path = self.installed / setup().version / "epan/fanout.so"
        (setup().home / ".local/lib").rename(setup().home / "moved")
        self.addCleanup((setup().home / "moved").rename, setup().home / ".local/lib")
        alone = self.tshark("-G", "plugins", is_isolated=False)
        self.assertRegex(self.loaded(alone), rf"\t{re.escape(self.other_version)}\t.*\t{path}$")

    def test_the_built_one_is_loaded(self) -> None:
        done = self.tshark("-G", "plugins")
        self.assertRegex(self.loaded(done), rf"\t{self.built}$")
        self.assertNotIn(self.other_version, self.loaded(done))
        self.assertEqual(done.err, "")

    def test_wireshark_s_own_plugins_are_loaded(self) -> None:
        """The same as without ours: what is tested is the Wireshark that users have."""
        names = {path.name for path in self.stand_in.glob("*/*/*.so")}
        self.assertGreater(len(names), 10)
        lines = self.tshark("-G", "plugins").out.splitlines()
        listed = {line.split("\t")[0].strip() for line in lines}
        self.assertLessEqual(names, listed)

    def test_the_built_one_answers(self) -> None:
        """Only the plugin's JSON has the key that is looked up here."""
        arguments = ["-n", "-q", "-z", "fanout,json", "-r", capture("demo")]
        done = self.tshark(*arguments)
        self.assertEqual((done.status, done.err), (0, ""))
        self.assertIn('"header_frames"', done.out)
        self.assertEqual(done.out, self.ask(*arguments))
