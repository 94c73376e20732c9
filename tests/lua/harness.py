"""What the tests share: homes for Wireshark with the Lua file, the plugin or both, and ways to ask."""
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

import ordinary

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "captures"
Run = subprocess.CompletedProcess[str]


@dataclass
class Reports:
    """The reports of one run of tshark in the order of the options ("" for none), and how it ended."""

    texts: List[str]
    status: int
    error: str


class Homes:
    """A folder with the homes `lua`, `plugin` and `both`, and generated captures."""

    def __init__(self, build: Path, take_all: bool = False) -> None:
        self.build = build
        self.lua_file = build / "lua/fanout.lua"
        self.take_all = take_all
        self.folder = Path(tempfile.mkdtemp(prefix="fanout-lua-"))
        self.folder.chmod(0o755)
        self.captures = self.folder / "captures"
        self.scratch = self.folder / "scratch"
        self.version = ordinary.wireshark_version()
        self.sanitizer = ordinary.sanitizer_of(build / "fanout.so")
        for name in ("lua", "plugin", "both"):
            self.add(name, with_lua=name != "plugin", with_plugin=name != "lua")
        generator = ROOT / "tests/captures/generate.py"
        subprocess.run([sys.executable, str(generator), str(self.captures)], check=True)
        ordinary.make_readable(self.captures)
        self.scratch.mkdir()
        self.scratch.chmod(0o777)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def add(self, name: str, with_lua: bool, with_plugin: bool) -> Path:
        """Makes a home: its folder for plugins."""
        home = self.folder / name
        plugins = ordinary.lua_folder(home)
        ordinary.make_home(home, self.build if with_plugin else None, with_window=True)
        if with_lua:
            shutil.copy(self.lua_file, plugins)
        ordinary.make_readable(home)
        return plugins

    def binaries(self, name: str) -> Path:
        return ordinary.plugin_folder(self.folder / name, self.version)

    def environment(self, name: str) -> Dict[str, str]:
        return ordinary.environment(self.folder / name, self.sanitizer)

    def run(self, home: str, *arguments: str, timeout: float = 600) -> Run:
        """Runs tshark in a home, as an ordinary user: root loads no personal plugins."""
        return subprocess.run(
            ["tshark", *arguments], env=self.environment(home), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, encoding="utf-8", errors="replace", check=False,
            timeout=timeout, **ordinary.as_user(),
        )

    def report(self, home: str, capture: Path, options: str) -> Run:
        return self.run(home, "-n", "-q", "-r", str(capture), "-z", "fanout" + options)

    def reports(self, home: str, capture: Path, options: Sequence[str]) -> Reports:
        """Several reports of one run, with names from the capture."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            Path(folder).chmod(0o777)
            paths = [Path(folder) / str(i) for i in range(len(options))]
            statistics = []
            for path, option in zip(paths, options):
                words = option.split(",")  # a threshold comes first, a filter last
                statistics += ["-z", ",".join(["fanout", *words[1:2], f"file={path}", *words[2:]])]
            done = self.run(home, "-N", "n", "-q", "-r", str(capture), *statistics)
            texts = [path.read_bytes().decode() if path.exists() else "" for path in paths]
        return Reports(texts, done.returncode, done.stderr)

    def capture(self, name: str) -> Path:
        return self.captures / name

    def all_captures(self) -> List[Path]:
        return sorted(path for path in self.captures.iterdir() if path.suffix != ".json")


_homes: Optional[Homes] = None


def set_homes(homes: Homes) -> None:
    global _homes  # pylint: disable=global-statement
    _homes = homes


def homes() -> Homes:
    assert _homes is not None, "start the tests with run.py"
    return _homes


# What only the plugin has; the top of lua/main.lua says why.
ONLY_IN_PLUGIN = {"dissection", "header_frames", "full_frames", "limit"}
SERVICES = {"service", "top_service", "scan_service"}
NAME_OF_A_FINDING = re.compile(r"\.findings\[\d+\]\.service$")
"""Lua cannot name services."""


def parse(text: str) -> Dict[str, Any]:
    """A JSON report, with numbers as they are written: a float would not hold nanoseconds."""
    report: Dict[str, Any] = json.loads(text, parse_float=str)
    return report


def differences(lua: Any, plugin: Any, where: str = "") -> List[str]:
    """Where two JSON reports differ, in keys that both have or that neither may miss."""
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
    if lua is None and NAME_OF_A_FINDING.search(where):
        return []
    return [f"{where}: {str(lua)[:200]} in Lua, {str(plugin)[:200]} in the plugin"]


def text_differences(lua: str, plugin: str) -> List[str]:
    """The first line in which two reports differ."""
    if lua == plugin:
        return []
    for one, other in zip(lua.splitlines() + [""], plugin.splitlines() + [""]):
        if one != other:
            return [f"{one[:200]!r} in Lua, {other[:200]!r} in the plugin"]
    return ["one is longer than the other"]
