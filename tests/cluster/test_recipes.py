"""The recipes of packaging/cluster, with stand-ins for what Debian does not have or the tests do
not start: Spark, and ssh to other machines."""
import os
from pathlib import Path
from typing import Dict

import ordinary
import pcaps
from cluster import REPOSITORY, ClusterTest, Done, capture, environment, setup

RECIPES = REPOSITORY / "packaging" / "cluster"
# What on-spark uses of it: each element is a line for a process of its own, whose complaints go
# into a log of Spark's.
SPARK = '''
import shlex, subprocess
class SparkContext:
    def __init__(self, appName): pass
    def parallelize(self, items, parts): return Parts(items)
class Parts:
    def __init__(self, items): self.items = items
    def pipe(self, command, env, checkCode):
        return Parts([line for item in self.items for line in subprocess.run(
            shlex.split(command), env=env, input=item + "\\n", text=True, check=checkCode,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.splitlines()])
    def collect(self): return self.items
'''
SSH = '#!/bin/sh\ncase "$1" in absent) echo "no such host" >&2; exit 255 ;; esac\nexec sh -c "$2"\n'


class Recipes(ClusterTest):
    def setUp(self) -> None:
        super().setUp()
        ordinary.give_to_user(self.folder)
        bin_folder = self.folder / "bin"
        bin_folder.mkdir()
        (bin_folder / "fanout").symlink_to(setup().program)
        (bin_folder / "ssh").write_text(SSH, encoding="utf-8")
        (bin_folder / "pyspark.py").write_text(SPARK, encoding="utf-8")
        bin_folder.chmod(0o755)
        (bin_folder / "ssh").chmod(0o755)
        self.variables: Dict[str, str] = {
            "PATH": f"{bin_folder}:{os.environ['PATH']}",
            "PYTHONPATH": str(bin_folder),
        }

    def recipe(self, name: str, *arguments: str, **variables: str) -> Done:
        words = [f"{key}={value}" for key, value in {**self.variables, **variables}.items()]
        text = (RECIPES / name).read_text(encoding="utf-8")
        copy = self.folder / name
        copy.write_text(text, encoding="utf-8")
        copy.chmod(0o755)
        return self.ended(self.start("env", *words, str(copy), *arguments))

    def test_fit_their_length_and_say_how_they_were_run(self) -> None:
        for name in ("on-spark", "over-ssh"):
            text = (RECIPES / name).read_text(encoding="utf-8")
            self.assertLessEqual(len(text.splitlines()), 30, name)
            self.assertIn("tests/cluster", text.partition("\nset -")[0].partition("\nimport")[0])

    def test_on_spark(self) -> None:
        for number, divide in enumerate((lambda *it: pcaps.cut(*it, 4), pcaps.split)):
            paths = list(divide(pcaps.read(capture("demo")), self.folder / f"parts{number}"))
            done = self.recipe("on-spark", str(self.folder / f"scratch{number}"), *paths)
            self.assertEqual(done, self.fanout("-n", *paths))

    def test_over_ssh(self) -> None:
        folder = self.folder / "it's here"
        pcaps.cut(pcaps.read(capture("demo")), folder, 3)
        done = self.recipe("over-ssh", str(folder), "sensor1")
        self.assertEqual(done, self.fanout("-n", str(folder)))
        done = self.recipe("over-ssh", str(folder), "sensor1", "absent")
        self.assertEqual((done.status, done.err), (2, "no such host\n"))
        self.assertEqual(done.out, self.fanout("-n", str(folder)).out)

    def test_over_ssh_with_packets_apart(self) -> None:
        for number, path in enumerate(pcaps.split(pcaps.read(capture("demo")), self.folder / "s")):
            (self.folder / f"sensor{number}").mkdir()
            Path(path).rename(self.folder / f"sensor{number}" / Path(path).name)
        ordinary.make_readable(self.folder / "sensor0")
        ordinary.make_readable(self.folder / "sensor1")
        # Here the folder depends on the machine.
        ssh = '#!/bin/sh\ncd "{}/$1" || exit\nexec sh -c "$2"\n'.format(self.folder)
        (self.folder / "bin" / "ssh").write_text(ssh, encoding="utf-8")
        done = self.recipe("over-ssh", ".", "sensor0", "sensor1")
        self.assertIn("overlap in time", done.err)
        done = self.recipe("over-ssh", ".", "sensor0", "sensor1", APART="--apart")
        (self.folder / "both").mkdir()
        ordinary.give_to_user(self.folder / "both")
        script = f"cp sensor?/* both && cd both && exec {setup().program} -n ."
        self.assertEqual(done, self.ended(self.start("sh", "-c", script)))
