"""The program's report is that of tshark -z fanout, byte for byte."""
import gzip
import json
import re
import struct
from pathlib import Path
from typing import List

import ordinary
from harness import (
    REPOSITORY, ProgramTest, capture, generated, not_on_windows, run, setup, shared_captures,
)

COUNTS = ("-n", "--threshold", "0", "--json", "--all", "--pairs")
def array(source: str, name: str) -> str:
    """The values of an array in C++."""
    found = re.search(rf"\b{name}\[\] = \{{(.*?)\}};", source, re.DOTALL)
    assert found, name
    return found.group(1)


class SameAnswers(ProgramTest):
    def all_same(self, paths: List[str], *options: str) -> None:
        def compare(path: str) -> None:
            self.same_as_tshark(path, *options)

        ordinary.side_by_side(compare, paths)

    def test_on_every_generated_capture(self) -> None:
        self.all_same(generated(), *COUNTS)

    def test_on_real_captures(self) -> None:
        paths = shared_captures()
        if not paths:
            self.skipTest("no folder shared/captures beside the repository")
        self.all_same([str(path) for path in paths], *COUNTS)

    def test_in_every_format(self) -> None:
        for form in ("--text", "--csv", "--html", "--json"):
            for name in ("demo", "port-scan-syn"):
                self.same_as_tshark(capture(name), "-n", form)
                self.same_as_tshark(capture(name), "-n", form, "--all", "--pairs")

    def test_with_every_option(self) -> None:
        for options in (
            ["--top=3"],
            ["--unicast"],
            ["--ports=9"],
            ["--window=60"],
            ["--threshold", "5", "--full", "--json"],
            ["-Y", "tcp", "--json"],
            ["--filter", "ip.addr == 10.0.0.0/8 and udp", "--all"],
        ):
            self.same_as_tshark(capture("demo"), "-n", *options)

    def test_the_usual_ports_are_those_of_this_wireshark(self) -> None:
        sources = REPOSITORY / "tap"
        carriers = (sources / "capture/carriers.cc").read_text()
        usual = (sources / "program/usual_carriers.cc").read_text()
        decodes = run("tshark", "-G", "decodes", home=setup().bare).out.decode()
        rows = [line.split("\t") for line in decodes.splitlines()]
        for transport in ("Udp", "Tcp"):
            table = transport.lower() + ".port"
            protocols = set(re.findall(r'"([^"]+)"', array(carriers, f"k{transport}Carriers")))
            known = set(re.findall(r"\d+", array(usual, f"k{transport}")))
            self.assertGreater(len(protocols), 40)
            found = {
                port for name, port, protocol in rows if name == table if protocol in protocols
            }
            self.assertLessEqual(found, known)
        takers = {(name, port): protocol for name, port, protocol in rows}
        self.assertEqual(takers["tcp.port", "80"], "http")
        self.assertEqual(takers["tcp.port", "443"], "tls")
        self.assertEqual(takers["udp.port", "53"], "dns")

    @not_on_windows("Wine has no console here, whose encoding would say so")
    def test_in_a_terminal_without_unicode(self) -> None:
        self.same_as_tshark(capture("demo"), "-n", locale="C")

    def test_with_names(self) -> None:
        self.same_as_tshark(capture("demo"))
        for letters in ("n", "dn", "t", "dmtv"):
            for name in ("hostile-names", "file-pcapng-names"):
                self.same_as_tshark(capture(name), "-N", letters, "--all", "--pairs")

    def test_with_preferences(self) -> None:
        for preference in (
            "fanout.threshold:5",
            "fanout.ports:3",
            "fanout.window:2",
            "fanout.count_multicast:FALSE",
            "fanout.count_arp:FALSE",
            "fanout.limit:100",
            'uat:fanout_allowed:"10.0.0.0/8","monitoring"',
            "gtp.v0_port:9999",
            "ip.try_heuristic_first:TRUE",
        ):
            self.same_as_tshark(capture("demo"), "-n", "-o", preference, "--json")

    def test_with_a_profile(self) -> None:
        settings = ".local/lib/wireshark" if setup().is_windows else ".config/wireshark"
        folder = setup().home / settings / "profiles/hunting"
        folder.mkdir(parents=True)
        (folder / "preferences").write_text("fanout.threshold: 7\nfanout.count_arp: FALSE\n")
        (folder / "fanout_allowed").write_text('"10.0.0.0/8","all"\n')
        ordinary.make_readable(setup().home)
        self.same_as_tshark(capture("demo"), "-n", "-C", "hunting", "--json")
        refused = self.fanout("-C", "nobody", capture("demo"))
        self.assertEqual(refused.status, 1)
        self.assertIn("nobody", refused.err)

    def test_without_the_plugin(self) -> None:
        for options in (
            ["-n", "--json", "--all"],
            ["-o", "fanout.threshold:5", "--full"],
            ["-o", 'uat:fanout_allowed:"10.0.0.0/8","monitoring"', "--json"],
        ):
            with_plugin = self.fanout(*options, capture("demo"))
            without = self.fanout(*options, capture("demo"), home=setup().bare)
            self.assertEqual((with_plugin.status, with_plugin.err), (0, ""))
            self.assertEqual(without, with_plugin, options)

    def test_from_standard_input(self) -> None:
        path = capture("demo")
        piped = self.fanout("-n", "--json", "-", stdin=Path(path).read_bytes())
        self.assertEqual((piped.status, piped.err), (0, ""))
        self.assertEqual(piped.out.decode(), self.report("-n", "--json", path))

    def test_on_a_truncated_capture_up_to_where_it_breaks(self) -> None:
        whole = Path(capture("demo")).read_bytes()
        path = setup().scratch / "cut.pcap"
        for size in (len(whole) // 2, 24, 20, 3, 0):
            path.write_bytes(whole[:size])
            path.chmod(0o644)
            self.same_as_tshark(str(path), *COUNTS)

    def test_on_damaged_captures(self) -> None:
        whole = Path(capture("demo")).read_bytes()
        packed = gzip.compress(whole, mtime=0)
        middle = len(packed) // 2
        damaged = {
            "huge-record": whole[:32] + b"\xff\xff\xff\x7f" + whole[36:],
            "unknown-link": whole[:20] + b"\x0f\x27\0\0" + whole[24:],
            "cut.gz": packed[:middle],
            "other-bytes.gz": packed[:middle] + bytes(64) + packed[middle + 64 :],
        }
        for name, data in damaged.items():
            path = setup().scratch / name
            path.write_bytes(data)
            path.chmod(0o644)
            self.assertEqual(self.fanout("-n", str(path)).status, 2, name)
            self.same_as_tshark(str(path), *COUNTS)

    def test_on_a_frame_that_ends_where_an_icmp_error_quotes(self) -> None:
        addresses = bytes.fromhex("fe80" + 12 * "00" + "dead" + "fe80" + 12 * "00" + "beef")
        unreachable = bytes([1, 0, 0, 0, 0, 0, 0, 0])  # without what it is about
        packet = struct.pack(">IHBB", 6 << 28, len(unreachable), 58, 64) + addresses + unreachable
        frame = bytes(12) + b"\x86\xdd" + packet
        path = setup().scratch / "quotes-nothing.pcap"
        record = struct.pack("<IIII", 1, 0, len(frame), len(frame)) + frame
        path.write_bytes(Path(capture("demo")).read_bytes()[:24] + 2 * record)
        path.chmod(0o644)
        for options in ((), ("--full",), ("--filter", "ipv6")):
            report = json.loads(self.report(*COUNTS, *options, str(path)))
            self.assertEqual((report["frames"], report["sources"][0]["packets"]), (2, 2), options)
            self.same_as_tshark(str(path), *COUNTS, *options)

    def test_of_what_is_no_capture(self) -> None:
        text = setup().scratch / "text"
        text.write_text("This is no capture.\n" * 100)
        text.chmod(0o644)
        for path in (str(text), "/nonexistent"):
            self.same_as_tshark(path, *COUNTS)
