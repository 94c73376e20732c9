"""The argument of -z fanout: every option, and every kind of error."""
import csv
import io
import json
import os
import tempfile
from pathlib import Path
from typing import Any, Dict, List

from harness import Done, TsharkTest, capture, not_on_windows, run, setup, truth, tshark

CAPTURE = "syn-sweep"
SWEPT = 250
"""What the scanner of that capture reaches."""


class Options(TsharkTest):
    def flagged(self, option: str, *arguments: str) -> List[str]:
        report = self.report(option, CAPTURE, *arguments)
        return [row["source"] for row in report["sources"] if row["flagged"]]

    def test_alone_takes_the_threshold_of_the_preference(self) -> None:
        self.assertEqual(self.report("fanout,json", CAPTURE)["threshold"], 50)
        changed = self.report("fanout,json", CAPTURE, "-o", "fanout.threshold:7")
        self.assertEqual(changed["threshold"], 7)

    def test_help_prints_the_options_on_standard_output(self) -> None:
        # Without a file, tshark goes on to capture, if it was built for that.
        file = ["-r", capture(CAPTURE)] if setup().is_windows else []
        done = tshark("-z", "fanout,help", *file)
        self.assertEqual((done.status, done.err), (0, ""))
        for option in ("threshold", "top=N", "window=SECONDS", "file=PATH", "help", "filter"):
            self.assertRegex(done.out, f"(?m)^  {option}  ")
        self.assertLessEqual(max(map(len, done.out.splitlines())), 80)

    def test_help_needs_no_packets(self) -> None:
        done = tshark("-q", "-z", "fanout,json,help", "-r", capture(CAPTURE))
        self.assertEqual(done.status, 0)
        self.assertNotIn("{", done.out)

    def test_alone_prints_text(self) -> None:
        self.assertIn("Fan-out: unique destinations per source", self.statistic("fanout", CAPTURE))

    def test_threshold_given_overrides_the_preference(self) -> None:
        report = self.report("fanout,20,json", CAPTURE, "-o", "fanout.threshold:7")
        self.assertEqual(report["threshold"], 20)

    def test_threshold_0_flags_every_source(self) -> None:
        report = self.report("fanout,0,json", CAPTURE)
        self.assertEqual(report["flagged_total"], report["sources_total"])

    def test_threshold_is_passed_only_by_more(self) -> None:
        self.assertEqual(self.flagged(f"fanout,{SWEPT},json"), [])
        self.assertEqual(self.flagged(f"fanout,{SWEPT - 1},json"), ["10.0.0.66"])

    def test_largest_threshold(self) -> None:
        self.assertEqual(self.report(f"fanout,{2**32},json", CAPTURE)["threshold"], 2**32)

    def test_options_in_any_order(self) -> None:
        one = self.statistic("fanout,0,json,all,pairs,top=3,unicast", CAPTURE)
        other = self.statistic("fanout,0,unicast,top=3,pairs,all,json", CAPTURE)
        self.assertEqual(one, other)

    def test_text_is_the_default(self) -> None:
        self.assertEqual(self.statistic("fanout", CAPTURE), self.statistic("fanout,text", CAPTURE))

    def test_json_has_the_keys_promised(self) -> None:
        report = self.report("fanout,50,json,pairs", CAPTURE)
        for key in ("threshold", "filter", "frames", "first_time", "last_time", "sources_total",
                    "pairs_total", "flagged_total", "sources", "distribution"):
            self.assertIn(key, report)
        row = report["sources"][0]
        for key in ("source", "network", "unique_destinations", "packets", "bytes", "first_frame",
                    "last_frame", "first_time", "last_time", "flagged", "destinations"):
            self.assertIn(key, row)
        self.assertEqual(
            {"destination", "packets", "bytes", "first_frame"} - set(row["destinations"][0]), set()
        )

    def test_json_has_no_destinations_without_pairs(self) -> None:
        self.assertNotIn("destinations", self.report("fanout,json", CAPTURE)["sources"][0])

    def test_csv_has_a_row_for_each_source(self) -> None:
        rows = self.csv_rows("fanout,0,csv,all")
        report = self.report("fanout,0,json,all", CAPTURE)
        self.assertEqual(
            [(row["source"], int(row["unique_destinations"])) for row in rows],
            [(row["source"], row["unique_destinations"]) for row in report["sources"]],
        )

    def test_csv_with_pairs_has_a_row_for_each_pair(self) -> None:
        rows = self.csv_rows("fanout,0,csv,all,pairs")
        report = self.report("fanout,0,json,all,pairs", CAPTURE)
        pairs = [
            (row["source"], pair["destination"], pair["packets"])
            for row in report["sources"]
            for pair in row["destinations"]
        ]
        found = [(row["source"], row["destination"], int(row["packets"])) for row in rows]
        self.assertEqual(found, pairs)

    def csv_rows(self, option: str) -> List[Dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.statistic(option, CAPTURE), newline="")))

    def test_all_lists_sources_that_are_not_flagged(self) -> None:
        report = self.report("fanout,json,all", CAPTURE)
        self.assertEqual(len(report["sources"]), report["sources_total"])
        self.assertEqual(len(self.report("fanout,json", CAPTURE)["sources"]), 1)

    def test_top_cuts_the_list(self) -> None:
        report = self.report("fanout,0,json,top=5", CAPTURE)
        everything = self.report("fanout,0,json", CAPTURE)
        self.assertEqual(report["sources"], everything["sources"][:5])
        self.assertEqual(report["left_out"], len(everything["sources"]) - 5)

    def test_top_says_in_text_what_it_left_out(self) -> None:
        self.assertIn("more sources (top=5)", self.statistic("fanout,0,top=5", CAPTURE))

    def test_unicast_leaves_multicast_and_broadcast_out(self) -> None:
        option = "fanout,0,json,all,pairs"
        groups = self.destinations(self.report(option, "multicast"))
        self.assertTrue(any(group.startswith("239.") for group in groups))
        hosts = self.destinations(self.report(option + ",unicast", "multicast"))
        for host in hosts:
            is_group = host.startswith(("ff", "255.")) or 224 <= int(host.split(".")[0]) < 240
            self.assertFalse(is_group, host)

    @staticmethod
    def destinations(report: Dict[str, Any]) -> List[str]:
        return [pair["destination"] for row in report["sources"] for pair in row["destinations"]]

    def test_ports_lowers_what_a_port_scan_is(self) -> None:
        few = self.report("fanout,json,ports=295", "port-scan-syn")
        self.assertEqual(few["sources"][0]["verdicts"], ["port-scan"])
        self.assertEqual(few["ports"], 295)

    def test_window_flags_only_what_comes_within_it(self) -> None:
        report = self.report("fanout,50,json,all,window=3600", "slow-sweep")
        self.assertEqual(report["window"], 3600)
        self.assertEqual(report["flagged_total"], 0)
        self.assertLessEqual(report["sources"][0]["busiest_window"], 13)
        self.assertEqual(self.report("fanout,50,json", "slow-sweep")["flagged_total"], 1)

    def test_window_flags_a_burst(self) -> None:
        self.assertEqual(self.report("fanout,50,json,window=60", CAPTURE)["flagged_total"], 1)

    def test_window_of_the_preference(self) -> None:
        report = self.report("fanout,50,json", "slow-sweep", "-o", "fanout.window:3600")
        self.assertEqual((report["window"], report["flagged_total"]), (3600, 0))

    def test_filter_chooses_the_packets(self) -> None:
        report = self.report("fanout,0,json,all,pairs,ip.src == 10.0.0.66", CAPTURE)
        self.assertEqual(report["filter"], "ip.src == 10.0.0.66")
        self.assertEqual([row["source"] for row in report["sources"]], ["10.0.0.66"])

    def test_filter_with_commas(self) -> None:
        text = "tcp.port in {445,80} and ip.src == 10.0.0.66"
        report = self.report("fanout,50,json," + text, CAPTURE)
        self.assertEqual(report["filter"], text)
        self.assertEqual(report["sources"][0]["unique_destinations"], SWEPT)

    def test_filter_that_matches_nothing(self) -> None:
        report = self.report("fanout,50,json,udp.port == 1", CAPTURE)
        self.assertEqual((report["frames"], report["sources"]), (0, []))

    def test_several_are_independent_of_each_other(self) -> None:
        options = ["fanout,0,full,all,ip.src == 10.0.0.66", "fanout,300,csv", "fanout,json,full"]
        all_of_them = [part for option in options for part in ("-z", option)]
        together = self.ask("-n", "-q", *all_of_them, "-r", capture(CAPTURE))
        alone = "".join(self.statistic(option, CAPTURE) for option in reversed(options))
        if setup().is_windows:
            # CSV is not the only one with carriage returns.
            together, alone = together.replace("\r", ""), alone.replace("\r", "")
        self.assertEqual(together, alone)

    def test_the_same_one_twice_prints_it_twice(self) -> None:
        both = self.ask("-n", "-q", "-z", "fanout", "-z", "fanout", "-r", capture(CAPTURE))
        self.assertEqual(both, 2 * self.statistic("fanout", CAPTURE))

    def test_empty_capture(self) -> None:
        report = self.report("fanout,json", "file-empty")
        self.assertEqual((report["frames"], report["sources"]), (0, []))
        self.assertIsNone(report["first_time"])


class Errors(TsharkTest):
    """tshark ends with a non-zero status and one line, before it has read a packet."""

    def refused(self, option: str, *words: str) -> None:
        done = tshark("-n", "-z", option, "-r", capture(CAPTURE))
        self.assertNotEqual(done.status, 0, option)
        self.assertEqual(done.out, "", "printed before it was refused")
        self.says(done, *words)

    def says(self, done: Done, *words: str) -> None:
        self.assertEqual(len(done.err.splitlines()), 1, done.err)
        for word in ("fanout", *words):
            self.assertIn(word, done.err)

    def test_other_word_that_begins_the_same(self) -> None:
        self.refused("fanoutx", '"fanoutx"', "fanout[,threshold]")

    def test_unknown_option(self) -> None:
        self.refused("fanout,bogus", '"bogus"', "option", "json", "top=N")

    def test_what_is_named_controls_no_terminal(self) -> None:
        for word in ("{}", "top={}", "file=/{}/report"):
            option = "fanout," + word.format("\x1b[31m\u202e")
            done = tshark("-n", "-z", option, "-r", capture(CAPTURE))
            self.says(done, "\ufffd[31m\ufffd")
            self.assertNotEqual(done.status, 0)

    def test_unknown_key(self) -> None:
        self.refused("fanout,depth=3", '"depth=3"', "top=N")

    def test_top_negative(self) -> None:
        self.refused("fanout,top=-1", "top", '"-1"', "1 to 4294967296")

    def test_top_of_0(self) -> None:
        self.refused("fanout,top=0", "top", '"0"')

    def test_top_empty(self) -> None:
        self.refused("fanout,top=", "top", '""')

    def test_top_not_a_number(self) -> None:
        self.refused("fanout,top=1e3", "top", '"1e3"')

    def test_threshold_over_the_largest(self) -> None:
        self.refused(f"fanout,{2**32 + 1}", "threshold", f'"{2**32 + 1}"', str(2**32))

    def test_threshold_over_64_bits(self) -> None:
        self.refused(f"fanout,{2**70}", "threshold", f'"{2**70}"')

    def test_threshold_negative(self) -> None:
        self.refused("fanout,-5", "threshold", '"-5"')

    def test_threshold_after_an_option(self) -> None:
        self.refused("fanout,json,20", '"20"', "fanout[,threshold]")

    def test_ports_and_window_of_0(self) -> None:
        self.refused("fanout,ports=0", "ports", '"0"')
        self.refused("fanout,window=0", "window", '"0"')

    def test_two_formats(self) -> None:
        self.refused("fanout,json,csv", '"json"', '"csv"')

    def test_format_twice(self) -> None:
        self.refused("fanout,json,json", '"json"')

    def test_option_twice(self) -> None:
        for word in ("all", "pairs", "unicast", "full"):
            self.refused(f"fanout,{word},{word}", f'"{word}"', "twice")
        self.refused("fanout,top=1,top=2", '"top"', "twice")

    def test_filter_that_does_not_compile(self) -> None:
        self.refused("fanout,50,tcp.port in {80,443", "tcp.port in {80,443", "filter")

    def test_filter_with_a_field_that_does_not_exist(self) -> None:
        self.refused("fanout,50,no.such.field == 1", "no.such.field")

    def test_file_without_a_path(self) -> None:
        self.refused("fanout,file=", "file=")

    def test_file_in_a_folder_that_does_not_exist(self) -> None:
        self.refused("fanout,file=/no/such/folder/report", "/no/such/folder/report", "file=")

    def test_file_that_is_a_folder(self) -> None:
        self.refused(f"fanout,file={setup().scratch}", str(setup().scratch), "irectory")

    @not_on_windows("Windows has no such permissions")
    def test_file_in_a_folder_that_cannot_be_written(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o555)
            self.refused(f"fanout,file={folder}/report", "report", "file=")
            self.assertEqual(os.listdir(folder), [])

    def test_second_of_two_is_refused(self) -> None:
        done = tshark("-n", "-q", "-z", "fanout", "-z", "fanout,all,all", "-r", capture(CAPTURE))
        self.assertNotEqual(done.status, 0)
        self.assertEqual(done.out, "")
        self.says(done, '"all"')

    def test_allow_list_entry_that_is_no_network(self) -> None:
        for entry in ("10.0.0.0/33", "2001:db8::/129", "10.0.0", "example.com", "10.0.0.0/",
                      "10.0.0.0/8/8", "10.0.0.0/-1", "fe80::1%eth0", "010.0.0.1", ""):
            with self.subTest(entry):
                option = f'uat:fanout_allowed:"{entry}",""'
                done = tshark("-n", "-q", "-o", option, "-z", "fanout", "-r", capture(CAPTURE))
                self.assertNotEqual(done.status, 0)
                self.assertEqual(done.out, "")
                self.says(done, f'"{entry}"', "neither an IPv4 or IPv6 address nor a subnet")

    def test_allow_list_entry_with_more_behind_a_zero(self) -> None:
        option = 'uat:fanout_allowed:"10.0.0.0/8\\x00x",""'
        done = tshark("-n", "-q", "-o", option, "-z", "fanout", "-r", capture(CAPTURE))
        self.assertNotEqual(done.status, 0)
        self.says(done, "neither an IPv4 or IPv6 address nor a subnet")

    def test_preference_that_is_no_number(self) -> None:
        for wrong in ("threshold:-1", "ports:ten", "window:4294967296", "limit:"):
            done = tshark("-q", "-o", f"fanout.{wrong}", "-r", capture(CAPTURE))
            self.assertNotEqual(done.status, 0)
            self.says(done, f"fanout.{wrong}")


class Files(TsharkTest):
    """file=PATH: written completely or not at all."""

    def test_holds_what_would_be_printed(self) -> None:
        for form in ("text", "json", "csv"):
            path = self.scratch("report")
            self.assertEqual(self.statistic(f"fanout,{form},file={path}", CAPTURE), "")
            self.assertEqual(
                path.read_bytes().decode(), self.statistic(f"fanout,{form}", CAPTURE)
            )

    def test_leaves_nothing_else_behind(self) -> None:
        path = self.scratch("report")
        before = set(os.listdir(setup().scratch))
        self.statistic(f"fanout,file={path}", CAPTURE)
        self.assertEqual(set(os.listdir(setup().scratch)) - before, {"report"})

    def test_relative_path(self) -> None:
        path = self.scratch("relative report")
        self.statistic("fanout,json,file=relative report", CAPTURE)
        self.assertEqual(json.loads(path.read_text())["frames"], truth(CAPTURE)["frames"])

    def test_replaces_what_was_there(self) -> None:
        path = self.scratch_file("report", "x" * 100_000)
        self.statistic(f"fanout,file={path}", CAPTURE)
        self.assertEqual(path.read_text(), self.statistic("fanout", CAPTURE))

    @not_on_windows("a new file has those of its folder there")
    def test_keeps_the_permissions_of_what_was_there(self) -> None:
        path = self.scratch_file("report", "old")
        path.chmod(0o640)
        self.statistic(f"fanout,file={path}", CAPTURE)
        self.assertEqual(path.stat().st_mode & 0o777, 0o640)

    def test_untouched_when_an_option_is_wrong(self) -> None:
        path = self.scratch_file("report", "old")
        before = path.stat()
        for wrong in ("all,all", "no.such.field"):
            done = tshark("-q", "-z", f"fanout,file={path},{wrong}", "-r", capture(CAPTURE))
            self.assertNotEqual(done.status, 0)
        self.assertEqual(path.read_text(), "old")
        self.assertEqual(path.stat().st_ino, before.st_ino)

    def test_untouched_when_the_capture_cannot_be_opened(self) -> None:
        path = self.scratch_file("report", "old")
        done = tshark("-q", "-z", f"fanout,file={path}", "-r", "/no/such/capture")
        self.assertNotEqual(done.status, 0)
        self.assertEqual(path.read_text(), "old")

    @not_on_windows("few may make links there, and they are replaced")
    def test_link_stays_a_link(self) -> None:
        target, link = self.scratch_file("target", "old"), self.scratch("link")
        link.symlink_to(target)
        self.statistic(f"fanout,file={link}", CAPTURE)
        self.assertTrue(link.is_symlink())
        self.assertEqual(target.read_text(), self.statistic("fanout", CAPTURE))

    @not_on_windows("few may make links there, and they are replaced")
    def test_link_to_nothing_makes_its_target(self) -> None:
        target, link = self.scratch("target"), self.scratch("link")
        link.symlink_to(target)
        self.statistic(f"fanout,file={link}", CAPTURE)
        self.assertTrue(link.is_symlink())
        self.assertEqual(target.read_text(), self.statistic("fanout", CAPTURE))

    @not_on_windows("Windows has it by another name")
    def test_null_device(self) -> None:
        self.assertEqual(self.statistic("fanout,file=/dev/null", CAPTURE), "")
        self.assertFalse(os.path.isfile("/dev/null"))

    @not_on_windows("standard output has no name there")
    def test_standard_output_that_is_a_file(self) -> None:
        log = self.scratch_file("log", "before\n")
        command = f"tshark -n -q -z fanout,file=/dev/stdout -r '{capture(CAPTURE)}' >> '{log}'"
        done = run("sh", "-c", command)
        self.assertEqual((done.status, done.out, done.err), (0, "", ""))
        self.assertEqual(log.read_text(), "before\n" + self.statistic("fanout", CAPTURE))

    @not_on_windows("Windows has none")
    def test_full_device(self) -> None:
        done = tshark("-n", "-q", "-z", "fanout,file=/dev/full", "-r", capture(CAPTURE))
        self.assertNotEqual(done.status, 0)
        self.assertEqual(len(done.err.splitlines()), 1, done.err)
        self.assertIn('"/dev/full"', done.err)

    def limited(self, path: Path, trap: str) -> Done:
        """Writes a report of more than the kilobytes that it may."""
        script = f'{trap} ulimit -f 1; exec tshark -n -q -z "$1" -r "$2"'
        option = f"fanout,0,json,all,pairs,file={path}"
        return run("sh", "-c", script, "sh", option, capture(CAPTURE))

    @not_on_windows("Windows limits no sizes of files")
    def test_full_disk(self) -> None:
        for path in (self.scratch("new"), self.scratch_file("report", "old")):
            before = set(os.listdir(setup().scratch))
            done = self.limited(path, "trap '' XFSZ;")
            self.assertEqual(done.status, 2)
            self.assertEqual(len(done.err.splitlines()), 1, done.err)
            self.assertIn(f'"{path}"', done.err)
            self.assertEqual(set(os.listdir(setup().scratch)), before)
        self.assertEqual(path.read_text(), "old")

    @not_on_windows("Windows limits no sizes of files")
    def test_killed_while_writing(self) -> None:
        for path in (self.scratch("new"), self.scratch_file("report", "old")):
            before = set(os.listdir(setup().scratch))
            self.assertLess(self.limited(path, "").status, 0, "not killed")
            for left in set(os.listdir(setup().scratch)) - before:
                self.assertTrue(left.startswith(path.name + "."), left)
                (setup().scratch / left).unlink()
        self.assertEqual(path.read_text(), "old")

    def test_existing_file_that_may_not_be_written(self) -> None:
        path = self.scratch_file("report", "old")
        path.chmod(0o444)
        done = tshark("-n", "-q", "-z", f"fanout,file={path}", "-r", capture(CAPTURE))
        self.assertNotEqual(done.status, 0)
        self.assertIn(str(path), done.err)
        self.assertEqual(path.read_text(), "old")

    def test_the_text_in_a_file_does_not_depend_on_the_locale(self) -> None:
        path = self.scratch("report")
        self.statistic(f"fanout,file={path}", CAPTURE, locale="C")
        self.assertEqual(path.read_text(encoding="utf-8"), self.statistic("fanout", CAPTURE))
