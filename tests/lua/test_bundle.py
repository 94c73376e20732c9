"""lua/bundle: one file from the modules, and what it refuses."""
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import List

from harness import ROOT, Run, homes

LONGEST = 500
"""Lines of a module."""


class Bundle(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.lua = Path(folder.name) / "lua"
        shutil.copytree(ROOT / "lua", self.lua)
        self.parameters = self.copy(Path(folder.name), "tap/judge/parameters.def")
        self.options = self.copy(Path(folder.name), "tap/report/options.def")
        self.file = Path(folder.name) / "fanout.lua"

    @staticmethod
    def copy(folder: Path, name: str) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True)
        shutil.copy(ROOT / name, path)
        return path

    def bundle(self) -> Run:
        return subprocess.run([str(self.lua / "bundle"), str(self.file)], capture_output=True,
                              text=True, check=False)

    def prepend(self, name: str, line: str) -> None:
        path = self.lua / name
        path.write_text(line + "\n" + path.read_text(encoding="utf-8"), encoding="utf-8")

    def assert_refused(self, message: str) -> None:
        run = self.bundle()
        self.assertEqual(run.returncode, 1)
        self.assertIn(message, run.stderr)
        self.assertFalse(self.file.exists())

    def test_bundle_is_what_the_build_made(self) -> None:
        self.assertEqual(self.bundle().returncode, 0)
        self.assertEqual(self.file.read_bytes(), homes().lua_file.read_bytes())

    def test_every_module_is_bundled_once(self) -> None:
        self.bundle()
        text = self.file.read_text(encoding="utf-8")
        for path in self.lua.glob("*/*.lua"):
            name = f'modules["{path.parent.name}.{path.stem}"] = '
            self.assertEqual(text.count(name), 1, name)

    def test_missing_module_is_named_with_its_place(self) -> None:
        self.prepend("count/engine.lua", 'local x = require("count.nothing")')
        self.assert_refused("count.engine:1: there is no module count.nothing")

    def test_cycle_is_refused(self) -> None:
        self.prepend("count/address.lua", 'local x = require("count.engine")')
        self.assert_refused("require each other")

    def test_computed_name_is_refused(self) -> None:
        self.prepend("count/engine.lua", 'local x = require("count." .. "time")')
        self.assert_refused("count.engine:1: write require")

    def test_parameters_are_those_of_the_plugin(self) -> None:
        self.parameters.write_text(
            "//   REAL(name, number)\n//   KIND(name, fails, nearby)\n"
            "REAL(kMostTries, 0.5)  // why\nKIND(kPeer, 0.6, 0.04)\n", encoding="utf-8",
        )
        self.assertEqual(self.bundle().returncode, 0)
        text = self.file.read_text(encoding="utf-8")
        self.assertIn("  MOST_TRIES = 0.5,\n  PEER = {\n    fails = 0.6, nearby = 0.04,\n  },\n", text)

    def test_parameter_that_cannot_be_read_is_named_with_its_place(self) -> None:
        for line in ("REAL(kBeta, 1 / 2)", "REAL(kBeta)", "REAL kBeta", "WHAT(kBeta, 1)"):
            with self.subTest(line):
                self.parameters.write_text(f"//   REAL(name, number)\n{line}\n", encoding="utf-8")
                self.assert_refused("parameters.def:2: ")

    def test_option_that_cannot_be_read_is_named_with_its_place(self) -> None:
        for line in ("OPTION_FLAG(all, kLua)", 'OPTION_NUMBER(top, N, 1, kLua, "Help.")'):
            with self.subTest(line):
                self.options.write_text(f"\n{line}\n", encoding="utf-8")
                self.assert_refused("options.def:2: ")

    def test_folder_that_does_not_exist(self) -> None:
        self.file = self.file / "below" / "fanout.lua"
        self.assert_refused("fanout.lua")

    def test_usage(self) -> None:
        run = subprocess.run([str(self.lua / "bundle")], capture_output=True, text=True,
                             check=False)
        self.assertEqual(run.returncode, 2)
        self.assertIn("lua/bundle FILE", run.stderr)


class Clean(unittest.TestCase):
    def luacheck(self, standard: str, files: List[str], text: str) -> None:
        config = str(ROOT / "lua/.luacheckrc")
        check = subprocess.run(
            ["luacheck", "--no-color", "--std", standard, "--config", config, *files],
            input=text, capture_output=True, text=True, check=False,
        )
        self.assertEqual(check.returncode, 0, check.stdout + check.stderr)

    def test_luacheck(self) -> None:
        if shutil.which("luacheck") is None:
            self.skipTest("luacheck is not installed (Debian: lua-check)")
        modules = sorted(str(path) for path in (ROOT / "lua").rglob("*.lua"))
        bundle = homes().lua_file.read_text(encoding="utf-8")
        for standard in ("lua52", "lua54"):
            with self.subTest(standard=standard, files="modules"):
                self.luacheck(standard, modules, "")
            with self.subTest(standard=standard, files="bundle"):
                self.luacheck(standard, ["--filename", str(ROOT / "lua/fanout.lua"), "-"], bundle)

    def test_modules_stay_short(self) -> None:
        for path in (ROOT / "lua").glob("*/*.lua"):
            with self.subTest(path.name):
                self.assertLess(path.read_text(encoding="utf-8").count("\n"), LONGEST)
