"""Which path a run takes: headers only where they are sufficient, else the full dissection.

Each also compares the numbers with the truth: on the wrong path they would be wrong, or the report
would say so.
"""
import json
import struct
from typing import Any, Dict

from harness import TsharkTest, capture, counts_of, truth, without_path

CAPTURE = "demo"
OPTION = "fanout,0,json,all,pairs"


class Path(TsharkTest):
    def json_of(self, *arguments: str, name: str = CAPTURE, option: str = OPTION) -> Dict[str, Any]:
        """The report of a run with these arguments, written to a file."""
        path = self.scratch("report.json")
        words = option.split(",")
        option = ",".join([*words[:2], f"file={path}", *words[2:]])
        self.ask(*arguments, "-z", option, "-r", capture(name))
        found: Dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def served(self, way: str, report: Dict[str, Any], name: str = CAPTURE) -> None:
        self.assertEqual(report["dissection"], way)
        counted = report["header_frames"] + report["full_frames"]
        self.assertEqual(counted, report["frames"])
        if way == "full":
            self.assertEqual(report["header_frames"], 0)
        else:
            self.assertGreater(report["header_frames"], 0)
        self.assertEqual(counts_of(report), truth(name)["sources"])

    # From the headers

    def test_headers_alone(self) -> None:
        report = self.json_of("-n", "-q")
        self.served("headers", report)
        self.assertLess(report["full_frames"], report["frames"] / 20)

    def test_headers_while_writing_a_file(self) -> None:
        copy = self.scratch("copy.pcapng")
        self.served("headers", self.json_of("-n", "-q", "-w", str(copy)))
        again = self.ask("-n", "-q", "-z", OPTION, "-r", str(copy))
        self.assertEqual(counts_of(json.loads(again)), truth(CAPTURE)["sources"])

    def test_headers_for_several_of_our_own(self) -> None:
        other = self.scratch("other.csv")
        report = self.json_of("-n", "-q", "-z", f"fanout,csv,file={other}")
        self.served("headers", report)

    def test_headers_with_every_format(self) -> None:
        for word in ("unicast", "top=3", "ports=9", "window=60"):
            report = self.report(f"fanout,0,json,{word}", CAPTURE)
            self.assertEqual(report["dissection"], "headers", word)

    def test_headers_with_protocols_disabled_that_do_not_matter(self) -> None:
        self.served("headers", self.json_of("-n", "-q", "--disable-protocol", "http"))

    def test_headers_with_the_marks_disabled(self) -> None:
        self.served("headers", self.json_of("-n", "-q", "--disable-protocol", "fanout"))

    def test_headers_with_our_own_preferences(self) -> None:
        self.served("headers", self.json_of("-n", "-q", "-o", "fanout.threshold:5"))

    # In full

    def test_full_when_asked(self) -> None:
        self.served("full", self.json_of("-n", "-q", option=OPTION + ",full"))

    def test_full_when_another_of_our_own_is_asked_for_it(self) -> None:
        other = self.scratch("other.csv")
        self.served("full", self.json_of("-n", "-q", "-z", f"fanout,csv,full,file={other}"))

    def test_full_with_a_filter(self) -> None:
        self.served("full", self.json_of("-n", "-q", option=OPTION + ",frame"))

    def test_full_when_another_of_our_own_has_a_filter(self) -> None:
        other = self.scratch("other.csv")
        self.served("full", self.json_of("-n", "-q", "-z", f"fanout,csv,file={other},dns"))

    def test_full_when_packets_are_printed(self) -> None:
        self.served("full", self.json_of("-n"))

    def test_full_with_a_display_filter(self) -> None:
        self.served("full", self.json_of("-n", "-q", "-Y", "frame"))

    def test_full_with_a_display_filter_that_leaves_packets_out(self) -> None:
        report = self.json_of("-n", "-q", "-Y", "arp")
        self.assertEqual(report["dissection"], "full")

    def test_full_with_a_read_filter_in_two_passes(self) -> None:
        self.served("full", self.json_of("-n", "-q", "-2", "-R", "frame"))

    def test_full_with_details(self) -> None:
        self.served("full", self.json_of("-n", "-V"))
        self.served("full", self.json_of("-n", "-q", "-V"))

    def test_full_with_fields(self) -> None:
        self.served("full", self.json_of("-n", "-T", "fields", "-e", "ip.src"))

    def test_full_with_json_and_pdml_output(self) -> None:
        for form in ("json", "ek", "pdml"):
            self.served("full", self.json_of("-n", "-T", form, name="ethernet-frames"),
                        "ethernet-frames")

    def test_full_beside_other_statistics(self) -> None:
        for other in ("conv,ip", "endpoints,ipv6", "expert", "io,phs", "io,stat,1", "http,tree",
                      "dns,tree", "conv,tcp"):
            with self.subTest(other):
                self.served("full", self.json_of("-n", "-q", "-z", other))

    def test_full_before_other_statistics(self) -> None:
        path = self.scratch("report.json")
        option = f"fanout,0,file={path},json,all,pairs"
        self.ask("-n", "-q", "-z", option, "-z", "conv,ip", "-r", capture(CAPTURE))
        self.served("full", json.loads(path.read_text(encoding="utf-8")))

    def test_full_in_two_passes(self) -> None:
        self.served("full", self.json_of("-n", "-q", "-2"))
        self.served("full", self.json_of("-n", "-2"))

    def test_full_with_a_disabled_protocol_that_matters(self) -> None:
        for protocol in ("udp", "tcp", "icmp"):
            with self.subTest(protocol):
                self.served("full", self.json_of("-n", "-q", "--disable-protocol", protocol))

    def test_full_with_a_heuristic_that_finds_tunnels(self) -> None:
        self.served("full", self.json_of("-n", "-q", "--enable-heuristic", "teredo_udp"))

    def test_a_disabled_network_protocol_counts_no_more(self) -> None:
        report = self.json_of("-n", "-q", "--disable-protocol", "ip")
        self.assertEqual(report["dissection"], "full")
        self.assertEqual(counts_of(report)["IPv4"], {})
        self.assertEqual(counts_of(report)["IPv6"], truth(CAPTURE)["sources"]["IPv6"])

    def test_full_with_a_changed_preference_that_matters(self) -> None:
        for preference in ("ip.tso_support:FALSE", "udp.try_heuristic_first:TRUE"):
            with self.subTest(preference):
                self.served("full", self.json_of("-n", "-q", "-o", preference))

    # Decode As

    def vxlan_elsewhere(self) -> str:
        """The VXLAN capture, its tunnel moved to a port where nobody expects one."""
        with open(capture("tunnel-vxlan"), "rb") as file:
            data = file.read()
        moved = data.replace(struct.pack(">H", 4789), struct.pack(">H", 9999))
        path = self.scratch("vxlan-elsewhere.pcap")
        path.write_bytes(moved)
        path.chmod(0o644)
        return str(path)

    def test_decode_as_of_a_port_finds_the_tunnel(self) -> None:
        arguments = ("-n", "-q", "-r", self.vxlan_elsewhere(), "-d", "udp.port==9999,vxlan")
        report = json.loads(self.ask(*arguments, "-z", OPTION))
        full = json.loads(self.ask(*arguments, "-z", OPTION + ",full"))
        self.assertEqual(counts_of(report), truth("tunnel-vxlan")["sources"])
        self.assertEqual(counts_of(report), counts_of(full))

    def test_without_decode_as_there_is_no_tunnel(self) -> None:
        arguments = ("-n", "-q", "-r", self.vxlan_elsewhere())
        report = json.loads(self.ask(*arguments, "-z", OPTION))
        full = json.loads(self.ask(*arguments, "-z", OPTION + ",full"))
        self.assertEqual(counts_of(report), counts_of(full))
        self.assertNotEqual(counts_of(report), truth("tunnel-vxlan")["sources"])

    def test_decode_as_of_another_table_is_dissected_in_full(self) -> None:
        report = self.json_of("-n", "-q", "-d", "ip.proto==253,udp")
        self.served("full", report)

    def test_decode_as_of_an_ethertype_counts_what_tshark_sees(self) -> None:
        arguments = ("-n", "-q", "-d", "ethertype==0x0800,data", "-r", capture(CAPTURE))
        report = json.loads(self.ask(*arguments, "-z", OPTION))
        self.assertEqual(report["dissection"], "full")
        self.assertEqual(counts_of(report)["IPv4"], {})

    # Names

    def test_names_are_the_same_on_both_paths(self) -> None:
        for flags in ("n", "d", "nd", "ndt", "m", "t"):
            with self.subTest(flags):
                arguments = ("-q", "-N", flags, "-r", capture(CAPTURE))
                headers = self.ask(*arguments, "-z", OPTION)
                full = self.ask(*arguments, "-z", OPTION + ",full")
                self.assertEqual(without_path(headers), without_path(full))
                self.assertEqual(json.loads(headers)["dissection"], "headers")
                self.assertEqual(json.loads(full)["dissection"], "full")

    def test_dns_answers_are_dissected_for_their_names(self) -> None:
        without = json.loads(self.ask("-n", "-q", "-z", OPTION, "-r", capture(CAPTURE)))
        withnames = json.loads(
            self.ask("-q", "-N", "nd", "-z", OPTION, "-r", capture(CAPTURE))
        )
        self.assertGreater(withnames["full_frames"], without["full_frames"])

