"""The report of fanout-dask is that of fanout over the same files."""
import os
import shutil
import unittest
from pathlib import Path

import ordinary
import pcaps
from cluster import Cluster, ClusterTest, Done, capture, has_dask, setup, wait_until

COUNTS = ("-n", "--threshold", "0", "--json", "--all", "--pairs")
WITHOUT_DASK = "no Dask: install python3-distributed"

# Works once, then never ends.
HANGS = """
case "$*" in *--shards*)
  mkdir {0}/first 2>/dev/null || {{ touch {0}/hangs; exec sleep 300; }}
esac
exec "$fanout" "$@"
"""
OTHER_VERSION = """
[ "$1" != --version ] || { echo "fanout 0.0.1, with Wireshark 1.2"; exit; }
exec "$fanout" "$@"
"""


@unittest.skipUnless(has_dask(), WITHOUT_DASK)
class OfTwoWorkers(ClusterTest):
    cluster: Cluster

    @classmethod
    def setUpClass(cls) -> None:
        cls.cluster = Cluster()
        cls.addClassCleanup(cls.cluster.stop)
        for _ in range(2):
            cls.cluster.add_worker()

    def same(self, *arguments: str, status: int = 0) -> Done:
        """Status, report and complaints are those of fanout. Returns what fanout-dask did."""
        expected = self.fanout(*arguments)
        done = self.dask(self.cluster.address(), *arguments)
        self.assertEqual((expected.status, done.status), (status, status), done.err)
        self.assertEqual(done.err, expected.err, arguments)
        if done.out != expected.out:
            self.assertEqual(done.out.decode(), expected.out.decode(), arguments)
        return done

    def test_cut_by_time(self) -> None:
        # In tunnels a source's first packets to two destinations may be in one frame.
        for name in ("demo", "arp-sweep", "tunnel-gre", "tunnel-ip-in-ip"):
            pcaps.cut(pcaps.read(capture(name)), self.folder / name, 4)
        self.same(*COUNTS, str(self.folder))
        left = list(self.cluster.folder.rglob("fanout-*"))
        self.assertEqual(left, [], "nothing is left on the workers")

    def test_cut_by_sensor(self) -> None:
        # Two directions of one conversation: who sent first depends on each packet's time.
        self.same(*COUNTS, *pcaps.split(pcaps.read(capture("p2p")), self.folder / "sides"))

    def test_cut_both_ways_in_more_shards(self) -> None:
        for number, path in enumerate(pcaps.split(pcaps.read(capture("demo")), self.folder / "s")):
            pcaps.cut(pcaps.read(path), self.folder / f"t{number}", 3)
            Path(path).unlink()
        done = self.dask(self.cluster.address(), "--shards", "7", *COUNTS, str(self.folder))
        self.assertEqual(done, self.fanout(*COUNTS, str(self.folder)))

    def test_other_formats_and_options_of_all_kinds(self) -> None:
        pcaps.cut(pcaps.read(capture("demo")), self.folder / "cut", 2)
        self.same("-n", "--html", "--top", "2", "--exit-code", "cut", status=1)
        self.same("-n", "--csv", "--unicast", "-Y", "tcp or arp", "-o", "fanout.ports:3", "cut")

    def test_into_a_file(self) -> None:
        self.folder.chmod(0o777)
        pcaps.cut(pcaps.read(capture("demo")), self.folder / "cut", 2)
        done = self.dask(self.cluster.address(), "-n", "--file", "report", "cut")
        self.assertEqual(done, Done(0, b"", ""))
        self.assertEqual((self.folder / "report").read_bytes(), self.fanout("-n", "cut").out)
        done = self.dask(self.cluster.address(), "-n", "--runs", "all.runs", "cut")
        self.assertEqual(done, Done(0, b"", ""))
        self.assertEqual(self.fanout("-n", "all.runs").out, self.fanout("-n", "cut").out)

    def test_files_of_runs(self) -> None:
        self.folder.chmod(0o777)
        paths = list(pcaps.cut(pcaps.read(capture("demo")), self.folder / "cut", 3))
        self.assertEqual(self.fanout("-n", "--runs", "a.runs", *paths[:2]).status, 0)
        (self.folder / "b.runs").write_text("#fanout-runs\t999\n", encoding="utf-8")
        (self.folder / "b.runs").chmod(0o644)
        self.assertIn("999", self.same(*COUNTS, "a.runs", "b.runs", paths[2], status=2).err)

    def test_files_that_cannot_be_read_are_named(self) -> None:
        paths = list(pcaps.cut(pcaps.read(capture("demo")), self.folder / "cut", 3))
        cut_short = Path(paths[1])
        cut_short.write_bytes(cut_short.read_bytes()[:-5])
        secret = Path(paths[2])
        secret.chmod(0)
        os.chown(secret, os.geteuid(), os.getegid())
        done = self.same(*COUNTS, "cut", "absent.pcap", status=2)
        for what in ("absent.pcap", "cut short", "part2.pcap" if os.geteuid() == 0 else ""):
            self.assertIn(what, done.err)

    def test_nothing_to_read(self) -> None:
        (self.folder / "empty").mkdir()
        self.same(*COUNTS, "empty", status=2)

    def test_past_the_memory_limit_estimates_are_those_of_fanout(self) -> None:
        pcaps.cut(pcaps.read(capture("p2p")), self.folder / "cut", 4)
        done = self.same("-n", "-o", "fanout.limit:40", "--all", "cut")
        self.assertIn("limit", done.out.decode())


@unittest.skipUnless(has_dask(), WITHOUT_DASK)
class OfAnyWorkers(ClusterTest):
    def test_without_a_scheduler(self) -> None:
        pcaps.cut(pcaps.read(capture("demo")), self.folder / "cut", 3)
        done = self.dask(*COUNTS, "cut")
        self.assertEqual(done, self.fanout(*COUNTS, "cut"))

    def test_one_is_killed_in_the_middle(self) -> None:
        pcaps.cut(pcaps.read(capture("demo")), self.folder / "cut", 8)
        marks = self.folder / "marks"
        marks.mkdir()
        ordinary.give_to_user(marks)
        cluster = self.started()
        cluster.add_worker()
        hanging = cluster.add_worker(self.script("hangs", HANGS.format(marks)))
        script = setup().program.with_name("fanout-dask")
        process = self.start("/usr/bin/python3", str(script), cluster.address(), *COUNTS, "cut")
        # It holds what it made of a capture, which is lost with it, and is reading another one.
        wait_until((marks / "hangs").exists, "the worker's second capture")
        hanging.kill()
        self.assertEqual(self.ended(process), self.fanout(*COUNTS, "cut"))

    def test_other_versions_are_refused(self) -> None:
        shutil.copy(capture("demo"), self.folder / "a.pcap")
        cluster = self.started()
        cluster.add_worker(self.script("other", OTHER_VERSION))
        done = self.dask(cluster.address(), "a.pcap")
        self.assertEqual((done.status, done.out), (2, b""))
        self.assertRegex(done.err, r"\Afanout-dask: tcp://\S+ has fanout 0\.0\.1, .*here is fanout")

    def test_captures_are_read_where_they_are(self) -> None:
        if os.geteuid() != 0:
            self.skipTest("only root can give two workers different folders")
        paths = list(pcaps.cut(pcaps.read(capture("demo")), self.folder / "cut", 4))
        cluster = self.started()
        for number in range(2):
            own = self.folder / f"sensor{number}"
            own.mkdir()
            for path in paths[number::2]:
                shutil.copy2(path, own)
            ordinary.make_readable(own)
            nobody = f"--reuid={ordinary.NOBODY} --regid={ordinary.NOBODY} --clear-groups"
            mount = f'mount --bind {own} {self.folder}/cut && exec setpriv {nobody} -- "$@"'
            before = ["unshare", "--mount", "sh", "-c", mount, "sh"]
            cluster.add_worker(host=f"127.0.0.{number + 1}", before=before)
        # What only one of them has, only that one reads.
        done = self.dask(cluster.address(), *COUNTS, "cut")
        self.assertEqual(done, self.fanout(*COUNTS, "cut"))


@unittest.skipUnless(Path("/usr/bin/python3").exists(), "no /usr/bin/python3")
class CommandLine(ClusterTest):
    def test_what_is_not_for_a_cluster_is_refused(self) -> None:
        for arguments, word in (
            (["--follow", "a"], "--follow"),
            (["-N", "d", "a"], "-N"),
            (["--apart", "a"], "--apart"),
            (["-"], "standard input"),
            ([], "name captures"),
            (["--shards", "1", "a"], "shards"),
            (["--no-such", "a"], "no-such"),
            (["--threshold", "many", "a"], "many"),
        ):
            done = self.dask(*arguments)
            self.assertEqual((done.status, done.out), (1, b""), arguments)
            self.assertIn(word, done.err)

    def test_version_is_that_of_fanout(self) -> None:
        self.assertEqual(self.dask("--version"), self.fanout("--version"))
