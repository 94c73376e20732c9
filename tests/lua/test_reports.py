"""tshark -z fanout: the Lua file reports what the plugin reports."""
import csv
import re
import unittest
from pathlib import Path
from typing import List, Sequence

from batches import find_problems
from harness import (
    SHARED,
    differences,
    homes,
    parse,
    text_differences,
)
from ordinary import side_by_side

BATCH = 64
"""How many captures are read in one run of tshark."""

PART = 4
"""One in so many shared captures is read unless --all is given."""

MOST_REPORTED = 3
"""Captures of a batch that differ are searched for until so many are found: each takes minutes."""

JSON = ",json,all,pairs,window=7"
REPORTS = (JSON, ",csv,all", ",csv,pairs", ",all", ",all,pairs,ports=1,window=5")


def without_service_names(text: str) -> List[List[str]]:
    """The rows of a CSV report, without the columns that only the plugin can fill."""
    rows = list(csv.reader(text.splitlines()))
    left_out = {i for i, name in enumerate(rows[0]) if name.endswith("service_name")}
    return [[cell for i, cell in enumerate(row) if i not in left_out] for row in rows]


def compare(option: str, lua: str, plugin: str) -> List[str]:
    if "json" in option:
        return differences(parse(lua), parse(plugin))
    if "csv" in option:
        rows = zip(without_service_names(lua), without_service_names(plugin))
        found = [f"{one} in Lua, {other} in the plugin" for one, other in rows if one != other]
        return found if len(lua.splitlines()) == len(plugin.splitlines()) else [*found, "rows"]
    return text_differences(lua, plugin)


def examine(capture: Path, options: Sequence[str]) -> List[str]:
    """In what the reports on a capture differ. What tshark cannot read has none."""
    lua, plugin = (homes().reports(home, capture, options) for home in ("lua", "plugin"))
    if lua.status != plugin.status:
        return [f"Lua ends with {lua.status}: {lua.error[-300:]}; "
                f"the plugin with {plugin.status}: {plugin.error[-300:]}"]
    found = []
    for option, one, other in zip(options, lua.texts, plugin.texts):
        if not one or not other:
            found += [] if one == other else [f"{option}: there is only one report"]
        else:
            found += [f"{option}: {difference}" for difference in compare(option, one, other)]
    return found


class SameAnswer(unittest.TestCase):
    def examine_all(self, captures: List[Path], options: Sequence[str]) -> None:
        self.assertTrue(captures)
        found = find_problems(captures, lambda path: examine(path, options), BATCH, MOST_REPORTED)
        for capture, problems in found:
            with self.subTest(str(capture.relative_to(capture.parents[1]))):
                self.fail("; ".join(problems[:5]))

    def test_generated_captures(self) -> None:
        self.examine_all(homes().all_captures(), REPORTS)

    def test_shared_captures(self) -> None:
        if not SHARED.is_dir():
            self.skipTest("no shared captures here")
        paths = SHARED.rglob("*")
        captures = sorted(path for path in paths if path.is_file() and path.parent != SHARED)
        taken = captures if homes().take_all else captures[::PART]
        note = "" if homes().take_all else ", all with --all"
        print(f"{len(taken)} of {len(captures)} captures{note} ... ", end="", flush=True)
        self.examine_all(taken, [JSON])

    def test_options(self) -> None:
        options = ("", ",3", ",3,top=2", ",all,pairs,unicast", ",3,window=5", ",ports=1", ",all",
                   ",0,window=1,ip", ",text,tcp or udp", ",all,full", ",csv,tcp.port in {80,443}",
                   ",0,json,arp || icmp")
        capture = homes().capture("demo.pcap")
        lua, plugin = (homes().reports(home, capture, options) for home in ("lua", "plugin"))
        for option, one, other in zip(options, lua.texts, plugin.texts):
            with self.subTest(option):
                self.assertTrue(one)
                self.assertEqual(compare(option, one, other), [])

    def test_printed(self) -> None:
        capture = homes().capture("demo.pcap")
        for option in ("", ",3,all,pairs", ",csv,all"):
            with self.subTest(option):
                lua, plugin = (homes().report(home, capture, option) for home in ("lua", "plugin"))
                self.assertEqual(lua.stdout, plugin.stdout)
                self.assertEqual(lua.stderr, plugin.stderr)
                self.assertEqual(lua.returncode, 0)


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
        capture = str(homes().capture("arp-kinds.pcap"))
        asked = [(home, word) for word in self.ARGUMENTS for home in ("lua", "plugin")]
        answers = side_by_side(
            lambda item: homes().run(item[0], "-q", "-r", capture, "-z", item[1]), asked
        )
        for argument, lua, plugin in zip(self.ARGUMENTS, answers[::2], answers[1::2]):
            with self.subTest(argument):
                # The plugin's usage names one format more. Wireshark may warn besides.
                said = re.sub(r"(?m)^ \*\* \(.*\n", "", plugin.stderr).replace("|html", "")
                self.assertEqual(lua.stderr, said)
                self.assertEqual(lua.returncode, plugin.returncode)

    def test_help_lists_the_options_of_the_plugin_but_html(self) -> None:
        lua, plugin = (homes().run(home, "-q", "-z", "fanout,help") for home in ("lua", "plugin"))
        self.assertEqual((lua.returncode, lua.stderr), (0, ""))
        table = re.sub(r"(?m)^  html .*\n(?: {4}.*\n)*", "", plugin.stdout)
        self.assertEqual(lua.stdout, table.split("\nwireshark ")[0])

    def test_html_is_refused(self) -> None:
        lua = homes().report("lua", homes().capture("arp-kinds.pcap"), ",html")
        self.assertIn('"html" needs the binary plugin', lua.stderr)
        self.assertEqual(lua.returncode, 1)

    def test_write_error_at_the_end(self) -> None:
        capture = homes().capture("arp-kinds.pcap")
        lua, plugin = (
            homes().report(home, capture, ",json,file=/dev/full") for home in ("lua", "plugin")
        )
        self.assertEqual(lua.stderr, plugin.stderr)
        self.assertEqual(lua.returncode, plugin.returncode)
        self.assertNotEqual(lua.returncode, 0)

    def test_error_in_a_callback_names_file_and_line(self) -> None:
        line = make_broken_home("broken")
        lua = homes().report("broken", homes().capture("arp-kinds.pcap"), "")
        self.assertRegex(lua.stderr, rf"fanout\.lua:{line}: .*nothing")
        self.assertEqual(lua.stderr.count("\n"), 1)
        self.assertNotEqual(lua.returncode, 0)


def make_broken_home(name: str) -> int:
    """Makes a home whose Lua file has an error where it counts frames: the line of the error."""
    copy = homes().add(name, with_lua=True, with_plugin=False) / "fanout.lua"
    text = copy.read_text(encoding="utf-8")
    before, right, after = text.partition("engine.frames = engine.frames + 1")
    assert right
    copy.write_text(before + "engine.frames = engine.nothing + 1" + after, encoding="utf-8")
    return before.count("\n") + 1


class Files(unittest.TestCase):
    def test_file_is_written_whole_and_nothing_else(self) -> None:
        capture = homes().capture("demo.pcap")
        folder = homes().scratch / "files"
        folder.mkdir()
        folder.chmod(0o777)
        printed = homes().report("lua", capture, ",json,all").stdout
        for existing in (False, True):
            with self.subTest(existing=existing):
                path = folder / "report.json"
                run = homes().report("lua", capture, f",json,all,file={path}")
                self.assertEqual((run.stdout, run.stderr, run.returncode), ("", "", 0))
                self.assertEqual(path.read_text(encoding="utf-8"), printed)
                self.assertEqual([p.name for p in folder.iterdir()], ["report.json"])

    def test_several_statistics_are_independent(self) -> None:
        capture = homes().capture("demo.pcap")
        both = homes().run("lua", "-n", "-q", "-r", str(capture), "-z", "fanout,json",
                           "-z", "fanout,csv,all,arp")
        parts = [homes().report("lua", capture, o).stdout for o in (",json", ",csv,all,arp")]
        self.assertIn(both.stdout, ("".join(parts), "".join(reversed(parts))))


class StandsAside(unittest.TestCase):
    def test_plugin_answers_where_both_are(self) -> None:
        capture = homes().capture("demo.pcap")
        both, plugin = (homes().report(home, capture, ",json") for home in ("both", "plugin"))
        self.assertEqual(both.stdout, plugin.stdout)
        self.assertEqual(both.stderr, "")
        self.assertIn("dissection", parse(both.stdout))

    def test_html_is_the_plugins(self) -> None:
        both = homes().report("both", homes().capture("demo.pcap"), ",html")
        self.assertIn("<html", both.stdout)
        self.assertEqual((both.stderr, both.returncode), ("", 0))
