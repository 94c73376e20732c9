#!/usr/bin/env python3
"""Holds lua/fanout.lua against the binary plugin.

    run.py [--all] BUILD_DIR

BUILD_DIR holds fanout.so. Both run in tshark with a home of their own, and must say the same in
every key that both have, on all generated captures and, where ../shared is there, on a sample of
the captures in it; --all takes them all. The last line is "N passed, N failed, N skipped".
"""
import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, List, Optional

ROOT = Path(__file__).resolve().parents[2]
LUA_FILE = ROOT / "lua" / "fanout.lua"
SHARED = ROOT.parent / "shared" / "captures"
SAMPLE = 150
SEED = 8
PROCESSES = 2

# What only the plugin has, with its reason, is told at the top of lua/fanout.lua.
ONLY_IN_PLUGIN = {"dissection", "header_frames", "full_frames", "limit"}
SERVICES = {"service", "top_service", "scan_service"}

# Where they differ because the plugin finds less: it looks for a header by its addresses.
KNOWN = {
    "ipv4-options.pcap": "the service that is asked for through a source route",
    "flipped-bits.pcap": "the same, and ARP of other hardware behind VLAN tags of type 0x9100",
}


class Homes:
    """Three homes: with the Lua file, with the plugin, and with both."""

    def __init__(self, build: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fanout-lua-"))
        self.captures = self.folder / "captures"
        version = re.search(r"(\d+\.\d+)\.\d+", self._output(["tshark", "--version"])).group(1)
        for name in ("lua", "plugin", "both"):
            plugins = self.folder / name / ".local/lib/wireshark/plugins"
            (plugins / version / "epan").mkdir(parents=True)
            if name != "plugin":
                shutil.copy(LUA_FILE, plugins)
            if name != "lua":
                shutil.copy(build / "fanout.so", plugins / version / "epan")
        generator = ROOT / "tests/captures/generate.py"
        subprocess.run([sys.executable, str(generator), str(self.captures)], check=True)
        self.scratch = self.folder / "scratch"
        self.scratch.mkdir()
        subprocess.run(["chmod", "-R", "a+rX", str(self.folder)], check=True)
        self.scratch.chmod(0o777)

    @staticmethod
    def _output(command: List[str]) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def command(self, home: str, arguments: List[str]) -> List[str]:
        # Root loads no personal plugins.
        as_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        return (as_user if os.getuid() == 0 else []) + [
            "env", "HOME=" + str(self.folder / home), "XDG_CONFIG_HOME=" + str(self.folder / home),
            "LC_ALL=C.UTF-8", "tshark",
        ] + arguments

    def run(self, home: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(home, list(arguments)), capture_output=True, text=True, errors="replace",
            check=False, timeout=600,
        )

    def report(self, home: str, capture: Path, options: str) -> "subprocess.CompletedProcess[str]":
        return self.run(home, "-n", "-q", "-r", str(capture), "-z", "fanout" + options)


HOMES: Optional[Homes] = None
TAKE_ALL = False


def differences(lua: Any, plugin: Any, where: str = "") -> List[str]:
    """Where they differ, in keys that both have or that neither may miss."""
    if isinstance(lua, dict) and isinstance(plugin, dict):
        found = []
        for key in lua.keys() | plugin.keys():
            here = f"{where}.{key}"
            if key in lua and key in plugin:
                found += differences(lua[key], plugin[key], here)
            elif key in lua:
                found.append(f"{here} is in the Lua file's alone")
            elif not (key in ONLY_IN_PLUGIN and not where) and not (
                key == "name" and where.rsplit(".", 1)[-1] in SERVICES
            ):
                found.append(f"{here} is in the plugin's alone")
        return found
    if isinstance(lua, list) and isinstance(plugin, list) and len(lua) == len(plugin):
        return [
            difference
            for i, (one, other) in enumerate(zip(lua, plugin))
            for difference in differences(one, other, f"{where}[{i}]")
        ]
    if type(lua) is type(plugin) and lua == plugin:
        return []
    return [f"{where}: {str(lua)[:200]} in Lua, {str(plugin)[:200]} in the plugin"]


def parse(text: str) -> Dict[str, Any]:
    # Numbers as they are written: a float would not hold nanoseconds.
    return json.loads(text, parse_float=str)


def compare_reports(capture: Path) -> List[str]:
    """The differences of the JSON reports of one capture."""
    assert HOMES
    lua, plugin = (
        HOMES.report(home, capture, ",json,all,pairs,window=7") for home in ("lua", "plugin")
    )
    if not lua.stdout or not plugin.stdout:
        same = lua.returncode == plugin.returncode and lua.stdout == plugin.stdout
        return [] if same else [f"lua: {lua.stderr[:300]} plugin: {plugin.stderr[:300]}"]
    return differences(parse(lua.stdout), parse(plugin.stdout))


def generated_captures() -> List[Path]:
    assert HOMES
    return sorted(path for path in HOMES.captures.iterdir() if path.suffix != ".json")


class SameAnswer(unittest.TestCase):
    def compare(self, captures: List[Path]) -> None:
        with ThreadPoolExecutor(PROCESSES) as pool:
            for capture, found in zip(captures, pool.map(compare_reports, captures)):
                with self.subTest(capture=capture.name):
                    if found and capture.name in KNOWN:
                        self.skipTest(KNOWN[capture.name])
                    self.assertEqual(found, [])

    def test_json_of_generated_captures(self) -> None:
        self.compare(generated_captures())

    def test_json_of_shared_captures(self) -> None:
        if not SHARED.is_dir():
            self.skipTest("no shared captures here")
        labelled = sorted(path for path in (SHARED / "labelled").rglob("*") if path.is_file())
        corpus = sorted(path for path in (SHARED / "corpus").rglob("*") if path.is_file())
        if not TAKE_ALL:
            corpus = sorted(random.Random(SEED).sample(corpus, SAMPLE))
        self.compare(labelled + corpus)

    def compare_output(self, capture: str, options: str) -> None:
        assert HOMES
        with self.subTest(capture=capture, options=options):
            path = HOMES.captures / capture
            lua, plugin = (HOMES.report(home, path, options) for home in ("lua", "plugin"))
            self.assertEqual(lua.stdout, plugin.stdout)
            self.assertEqual(lua.stderr, plugin.stderr)
            self.assertEqual(lua.returncode, 0)

    def test_text(self) -> None:
        for capture in generated_captures():
            if capture.name not in KNOWN:
                self.compare_output(capture.name, ",all")
        for options in ("", ",3", ",3,top=2", ",all,pairs,unicast", ",window=5,3", ",ports=1",
                        ",0,window=1,ip", ",text,tcp or udp", ",all,full"):
            self.compare_output("demo.pcap", options)

    def test_csv(self) -> None:
        """The plugin's, but for the names of services; -n leaves them out of both."""
        for capture in generated_captures():
            if capture.name not in KNOWN:
                self.compare_output(capture.name, ",csv,all")
        self.compare_output("demo.pcap", ",csv,pairs")

    def test_names(self) -> None:
        assert HOMES
        for name in ("hostile-names.pcap", "file-pcapng-names.pcapng"):
            for options in (",json,all,pairs", ",csv,all", ",all,pairs"):
                with self.subTest(capture=name, options=options):
                    outputs = [
                        HOMES.run(home, "-N", "n", "-q", "-r", str(HOMES.captures / name),
                                  "-z", "fanout" + options).stdout
                        for home in ("lua", "plugin")
                    ]
                    if "json" in options:
                        found = differences(parse(outputs[0]), parse(outputs[1]))
                        self.assertEqual(found, [])
                    elif "csv" in options:
                        self.assertEqual(*(
                            [line.split(",")[:4] for line in text.splitlines()]
                            for text in outputs
                        ))
                    else:
                        self.assertEqual(*outputs)


class SameErrors(unittest.TestCase):
    ARGUMENTS = (
        "fanoutX", "fanout,-1", "fanout,+5", "fanout,99999999999999999999", "fanout,4294967297",
        "fanout,json,csv", "fanout,json,json", "fanout,all,all", "fanout,top=", "fanout,top=0",
        "fanout,top=x", "fanout,window=1.5", "fanout,ports=-1", "fanout,top=1,top=2",
        "fanout,file=", "fanout,file=/nowhere/x", "fanout,file=/proc", "fanout,file=/etc/passwd",
        "fanout,nonsense", "fanout,50,nonsense", "fanout,all,50", "fanout,tcp.port ==",
        "fanout,ip.src == 1.2.3.4.5", "fanout,,", "fanout,",
    )

    def test_errors(self) -> None:
        assert HOMES
        for argument in self.ARGUMENTS:
            with self.subTest(argument=argument):
                capture = str(HOMES.captures / "arp-kinds.pcap")
                lua, plugin = (
                    HOMES.run(home, "-q", "-r", capture, "-z", argument)
                    for home in ("lua", "plugin")
                )
                # The plugin's usage names one format more. Wireshark may warn besides.
                said = re.sub(r"(?m)^ \*\* \(.*\n", "", plugin.stderr).replace("|html", "")
                self.assertEqual(lua.stderr, said)
                self.assertEqual(lua.returncode, plugin.returncode)

    def test_html_is_refused(self) -> None:
        assert HOMES
        capture = str(HOMES.captures / "arp-kinds.pcap")
        lua = HOMES.run("lua", "-q", "-r", capture, "-z", "fanout,html")
        self.assertIn('"html" needs the binary plugin', lua.stderr)
        self.assertEqual(lua.returncode, 1)

    def test_write_error_at_the_end(self) -> None:
        assert HOMES
        capture = HOMES.captures / "arp-kinds.pcap"
        lua, plugin = (
            HOMES.report(home, capture, ",json,file=/dev/full") for home in ("lua", "plugin")
        )
        self.assertEqual(lua.stderr, plugin.stderr)
        self.assertEqual(lua.returncode, plugin.returncode)

    def test_error_in_a_callback_names_file_and_line(self) -> None:
        """A copy of the file with a mistake in what counts a frame."""
        assert HOMES
        plugins = HOMES.folder / "broken" / ".local/lib/wireshark/plugins"
        plugins.mkdir(parents=True)
        text = LUA_FILE.read_text(encoding="utf-8")
        mistake = "engine.frames = engine.frames + 1"
        self.assertEqual(text.count(mistake), 1)
        line = text[: text.index(mistake)].count("\n") + 1
        (plugins / "fanout.lua").write_text(
            text.replace(mistake, "engine.frames = engine.nothing + 1"), encoding="utf-8"
        )
        subprocess.run(["chmod", "-R", "a+rX", str(HOMES.folder / "broken")], check=True)
        lua = HOMES.report("broken", HOMES.captures / "arp-kinds.pcap", "")
        self.assertRegex(lua.stderr, rf"fanout\.lua:{line}: .*nothing")
        self.assertEqual(lua.stderr.count("\n"), 1)
        self.assertNotEqual(lua.returncode, 0)


class Files(unittest.TestCase):
    def test_file_is_written_whole_and_nothing_else(self) -> None:
        assert HOMES
        capture = HOMES.captures / "demo.pcap"
        for existing in (False, True):
            with self.subTest(existing=existing):
                path = HOMES.scratch / "report.json"
                run = HOMES.report("lua", capture, f",json,all,file={path}")
                self.assertEqual((run.stdout, run.stderr, run.returncode), ("", "", 0))
                printed = HOMES.report("lua", capture, ",json,all").stdout
                self.assertEqual(path.read_text(encoding="utf-8"), printed)
                self.assertEqual([p.name for p in HOMES.scratch.iterdir()], ["report.json"])

    def test_several_statistics_are_independent(self) -> None:
        assert HOMES
        capture = HOMES.captures / "demo.pcap"
        both = HOMES.run("lua", "-n", "-q", "-r", str(capture), "-z", "fanout,json",
                         "-z", "fanout,csv,all,arp")
        parts = [HOMES.report("lua", capture, o).stdout for o in (",json", ",csv,all,arp")]
        self.assertIn(both.stdout, ("".join(parts), "".join(reversed(parts))))


class StandsAside(unittest.TestCase):
    def test_plugin_answers_where_both_are(self) -> None:
        assert HOMES
        capture = HOMES.captures / "demo.pcap"
        both, plugin = (HOMES.report(home, capture, ",json") for home in ("both", "plugin"))
        self.assertEqual(both.stdout, plugin.stdout)
        self.assertEqual(both.stderr, "")
        self.assertIn("dissection", parse(both.stdout))

    def test_html_is_the_plugins(self) -> None:
        assert HOMES
        both = HOMES.report("both", HOMES.captures / "demo.pcap", ",html")
        self.assertEqual(both.stderr, "")
        self.assertEqual(both.returncode, 0)


class Clean(unittest.TestCase):
    def test_luacheck(self) -> None:
        if shutil.which("luacheck") is None:
            self.skipTest("luacheck is not installed")
        for standard in ("lua52", "lua54"):
            with self.subTest(standard=standard):
                check = subprocess.run(
                    ["luacheck", "--no-color", "--std", standard, "--config",
                     str(ROOT / "lua/.luacheckrc"), str(LUA_FILE)],
                    capture_output=True, text=True, check=False,
                )
                self.assertEqual(check.returncode, 0, check.stdout)


class Window(unittest.TestCase):
    def test_file_loads_in_wireshark(self) -> None:
        """Only that it loads: nothing presses the buttons."""
        assert HOMES
        if shutil.which("wireshark") is None:
            self.skipTest("wireshark is not installed")
        command = HOMES.command("lua", [])[:-1]
        command += ["QT_QPA_PLATFORM=offscreen", "XDG_RUNTIME_DIR=/nowhere"]
        command += ["timeout", "15", "wireshark", "-r", str(HOMES.captures / "demo.pcap"),
                    "-z", "fanout,3"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 124, run.stderr)  # it had to be stopped
        self.assertNotRegex(run.stderr, r"Lua:|fanout:|fanout\.lua")


class Counting(unittest.TextTestResult):
    """Counts subtests that pass as tests."""

    passed = 0

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.passed += 1

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        super().addSubTest(test, subtest, err)
        self.passed += err is None


def main() -> int:
    global HOMES, TAKE_ALL
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="take all shared captures")
    parser.add_argument("build", type=Path, metavar="BUILD_DIR")
    parser.add_argument("tests", nargs="*", metavar="TEST", help="such as StandsAside")
    arguments = parser.parse_args()
    TAKE_ALL = arguments.all
    HOMES = Homes(arguments.build.resolve())
    try:
        loader = unittest.defaultTestLoader
        module = sys.modules[__name__]
        suite = (
            loader.loadTestsFromNames(arguments.tests, module)
            if arguments.tests
            else loader.loadTestsFromModule(module)
        )
        result = unittest.TextTestRunner(resultclass=Counting, stream=sys.stdout).run(suite)
    finally:
        shutil.rmtree(HOMES.folder, ignore_errors=True)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.passed} passed, {failed} failed, {len(result.skipped)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
