"""The questions of fanout-cluster(7) to DuckDB, as the page has them."""
import json
import re
import shutil
import subprocess
import unittest
from typing import Any, Dict, List

import pcaps
from cluster import REPOSITORY, ClusterTest, capture, setup

PAGE = REPOSITORY / "packaging" / "man" / "fanout-cluster.7.in"
COLUMNS = REPOSITORY / "tap" / "runs" / "columns.h"
ASK = """
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';
const found = createRequire(process.argv[2] + '/').resolve('@duckdb/node-api');
const {default: duckdb} = await import(pathToFileURL(found));
const connection = await (await duckdb.DuckDBInstance.create(':memory:')).connect();
let rows = [];
for (const question of process.argv.slice(3)) {
  const reader = await connection.runAndReadAll(question);
  rows = reader.getRowObjects();
}
console.log(JSON.stringify(rows, (_, value) =>
  typeof value === 'bigint' ? Number(value) : value));
"""
SCANNER = "198.51.100.66"


def questions() -> List[str]:
    """Loading, and three questions, as man(1) shows them."""
    text = PAGE.read_text(encoding="utf-8").replace("\\e", "\\").replace("\\-", "-")
    return re.findall(r"\.EX\n(.*?)\n\.EE", text, re.DOTALL)


class Page(unittest.TestCase):
    def test_names_the_columns_that_files_of_runs_have(self) -> None:
        source = COLUMNS.read_text(encoding="utf-8").partition("kRunsColumns = {")[2]
        columns = re.findall(r'"(\w+)"', source.partition("};")[0])
        self.assertIn(", ".join(f"'{column}'" for column in columns), questions()[0])


class Questions(ClusterTest):
    def setUp(self) -> None:
        super().setUp()
        if not (setup().duckdb / "node_modules/@duckdb/node-api").is_dir():
            self.skipTest("no DuckDB: npm install --prefix BUILD_DIR/duckdb @duckdb/node-api")
        if not shutil.which("node"):
            self.skipTest("no node: install nodejs")
        self.folder.chmod(0o777)
        self.paths = list(pcaps.cut(pcaps.read(capture("demo")), self.folder / "cut", 2))
        for number, path in enumerate(self.paths):
            done = self.fanout("-n", "--runs", f"{number}.runs", path)
            self.assertEqual((done.status, done.err), (0, ""))
        (self.folder / "ask.mjs").write_text(ASK, encoding="utf-8")

    def ask(self, *asked: str) -> List[Dict[str, Any]]:
        load = questions()[0]
        done = subprocess.run(
            ["node", "ask.mjs", str(setup().duckdb), load, *asked],
            cwd=self.folder,
            capture_output=True,
            check=False,
            timeout=120,
        )
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        rows: List[Dict[str, Any]] = json.loads(done.stdout)
        return rows

    def counted(self) -> Dict[str, Any]:
        report = self.fanout("-n", "--threshold", "0", "--json", "--all", "--pairs", *self.paths)
        return {row["source"]: row for row in json.loads(report.out)["sources"]}

    def test_all_packets_are_loaded(self) -> None:
        (row,) = self.ask("SELECT sum(packets) AS packets FROM runs")
        # Each frame of this capture is one packet of IP or ARP.
        report = json.loads(self.fanout("-n", "--json", *self.paths).out)
        self.assertEqual(row["packets"], report["frames"])

    def test_fan_out_by_the_hour(self) -> None:
        rows = self.ask(questions()[1])
        most: Dict[str, int] = {}
        for row in rows:
            most[row["source"]] = max(most.get(row["source"], 0), row["destinations"])
        self.assertEqual(rows[0]["source"], SCANNER)
        self.assertEqual(most[SCANNER], self.counted()[SCANNER]["unique_destinations"])

    def test_who_else_contacted_what_the_scanner_found(self) -> None:
        rows = self.ask(questions()[2])
        self.assertTrue(rows)
        self.assertNotIn(SCANNER, [row["source"] for row in rows])
        counted = self.counted()
        found = {
            pair["destination"] for pair in counted[SCANNER]["destinations"] if pair["answered"]
        }
        for row in rows:
            contacted = {pair["destination"] for pair in counted[row["source"]]["destinations"]}
            self.assertLessEqual(row["hosts"], len(contacted & found))

    def test_sources_on_several_sensors(self) -> None:
        rows = self.ask(questions()[3])
        self.assertTrue(rows)
        self.assertEqual({row["sensors"] for row in rows}, {2})
        seen = [set(self.sources(path)) for path in self.paths]
        self.assertEqual({row["source"] for row in rows}, seen[0] & seen[1])

    def sources(self, path: str) -> List[str]:
        report = self.fanout("-n", "--threshold", "0", "--json", "--all", path)
        return [row["source"] for row in json.loads(report.out)["sources"]]
