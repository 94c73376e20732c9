"""Statistics > Scan Suspects of the Lua file, in Wireshark off-screen: a plugin clicks the buttons.

FANOUT_GUI_PICTURES names a folder for pictures, writable by everyone.
"""
import os
import shutil
import struct
import subprocess
import threading
import time
import unittest
from typing import Callable, Dict, Optional

from harness import homes
from ordinary import as_user, capturing_groups, give_to_user, make_readable
from test_reports import compare, make_broken_home

PREFERENCES = """
gui.update.enabled: FALSE
gui.ask_unsaved: FALSE
nameres.network_name: FALSE
"""
PATIENCE = 240
"""Seconds for a scenario; a Wireshark that hangs is stopped then."""


class Window(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        if shutil.which("wireshark") is None:
            raise unittest.SkipTest("wireshark is not installed (Debian: wireshark)")
        command = ["cmake", "--build", str(homes().build), "--target", "fanout_lua_scenarios"]
        built = subprocess.run(command, capture_output=True, text=True, check=False)
        cls.plugin = homes().build / "tests/lua/fanout_lua_scenarios.so"
        if built.returncode != 0:
            if "fanout_lua_scenarios" in built.stdout + built.stderr and not cls.plugin.exists():
                raise unittest.SkipTest("the scenarios are not built: no Qt Test (Debian: qtbase5-dev or qt6-base-dev)")
            raise RuntimeError(built.stdout + built.stderr)

    def setUp(self) -> None:
        self.folder = homes().scratch / self.id().rsplit(".", 1)[-1]
        self.folder.mkdir()
        self.folder.chmod(0o777)

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def run_scenario(self, name: str, home: str, *arguments: str,
                     beside: Optional[Callable[[], None]] = None, **variables: str) -> None:
        """Runs a scenario in Wireshark; `beside` runs at the same time."""
        its_home = homes().folder / f"{home}-{name}"
        shutil.copytree(homes().folder / home, its_home)
        binaries = its_home / homes().binaries(home).relative_to(homes().folder / home)
        shutil.copy(self.plugin, binaries)
        make_readable(its_home)
        settings, runtime = its_home / ".config/wireshark", its_home / "runtime"
        settings.mkdir(parents=True)
        runtime.mkdir(mode=0o700)
        (settings / "preferences").write_text(PREFERENCES, encoding="utf-8")
        for path in (settings, runtime):
            give_to_user(path)
        environment: Dict[str, str] = {
            **homes().environment(its_home.name), "QT_QPA_PLATFORM": "offscreen",
            "XDG_CONFIG_HOME": str(its_home / ".config"), "XDG_RUNTIME_DIR": str(runtime),
            "FANOUT_SCENARIO": name, "FANOUT_SCENARIO_FOLDER": str(self.folder),
            "FANOUT_GUI_PICTURES": os.environ.get("FANOUT_GUI_PICTURES", ""), **variables,
        }
        other = threading.Thread(target=beside) if beside else None
        if other:
            other.start()
        run = subprocess.run(
            ["timeout", str(PATIENCE), "wireshark", *arguments], env=environment,
            cwd=self.folder, capture_output=True, text=True, errors="replace", check=False,
            **as_user(capturing_groups()),
        )
        if other:
            other.join()
        result = self.folder / "result"
        told = result.read_text(encoding="utf-8") if result.exists() else "it did not begin\n"
        self.assertEqual(told, "end\n", run.stderr[-2000:])
        self.assertEqual(run.returncode, 0, run.stderr[-2000:])

    def report(self, options: str) -> str:
        """The plugin's report on the same capture."""
        reports = homes().reports("plugin", homes().capture("demo.pcap"), [options])
        return reports.texts[0]

    def test_buttons(self) -> None:
        self.run_scenario("buttons", "lua", "-r", str(homes().capture("demo.pcap")))
        self.assertEqual(self.text("at-50.txt"), self.report(""))
        self.assertEqual(self.text("at-3.txt"), self.report(",3"))
        self.assertEqual(self.text("saved.txt"), self.report(",3"))
        for form in ("json", "csv"):
            saved, report = self.text("saved." + form), self.report(",3," + form)
            self.assertEqual(compare(form, saved, report), [])
        self.assertEqual(self.text("filter"), "ip.src == 198.51.100.66 || "
                         "arp.src.proto_ipv4 == 10.0.0.99 || ip.src == 10.0.0.77")

    def test_live_capture(self) -> None:
        packets = homes().capture("demo.pcap").read_bytes()
        ends = [24]
        while ends[-1] < len(packets):
            (length,) = struct.unpack_from("<I", packets, ends[-1] + 8)
            ends.append(ends[-1] + 16 + length)
        frames = len(ends) - 1
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        pipe.chmod(0o666)

        def feed() -> None:
            with pipe.open("wb") as stream:
                stream.write(packets[: ends[frames // 2]])
                stream.flush()
                deadline = time.monotonic() + PATIENCE
                while not (self.folder / "half.txt").exists() and time.monotonic() < deadline:
                    time.sleep(0.1)
                stream.write(packets[ends[frames // 2]:])

        self.run_scenario("live", "lua", "-k", "-i", str(pipe), "-z", "fanout", beside=feed,
                          FANOUT_SCENARIO_HALF=str(frames // 2), FANOUT_SCENARIO_ALL=str(frames))
        self.assertNotIn("arp-scan", self.text("half.txt"))
        self.assertEqual(self.text("all.txt"), self.report(""))

    def test_error_in_a_callback_names_file_and_line(self) -> None:
        line = make_broken_home("broken-window")
        self.run_scenario("broken", "broken-window", "-r", str(homes().capture("demo.pcap")))
        self.assertRegex(self.text("message"), rf"fanout\.lua:{line}: .*nothing")

    def test_refused_option(self) -> None:
        self.run_scenario("refused", "lua", "-r", str(homes().capture("demo.pcap")), "-z", "fanout,top=0")
        self.assertIn("top must be a whole number from 1", self.text("message"))

    def test_is_inactive_beside_the_plugin(self) -> None:
        if not (homes().build / "fanout").is_dir():
            self.skipTest("the window of the plugin is not built (Debian: qtbase5-dev or qt6-base-dev)")
        self.run_scenario("both", "both", "-r", str(homes().capture("demo.pcap")))

