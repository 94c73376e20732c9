#!/usr/bin/env python3
"""Tests fanout-dask, with a scheduler and workers of its own on the loopback interface, and the
questions of fanout-cluster(7) to DuckDB.

    run.py BUILD_DIR [-k PATTERN] [-q]

BUILD_DIR holds the program/ to test, and DuckDB in BUILD_DIR/duckdb, if it is to be asked:
npm install --prefix BUILD_DIR/duckdb @duckdb/node-api
"""
import argparse
import sys
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path += [str(FOLDER.parent), str(FOLDER.parent / "program")]

import cluster  # noqa: E402


class Result(unittest.TextTestResult):
    """Counts the tests that passed, which unittest does not."""

    passed = 0

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.passed += 1


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", type=Path, metavar="BUILD_DIR")
    parser.add_argument("-k", dest="patterns", action="append", metavar="PATTERN")
    parser.add_argument("-q", dest="quiet", action="store_true", help="name no tests that pass")
    parsed = parser.parse_args()
    loader = unittest.TestLoader()
    if parsed.patterns:
        loader.testNamePatterns = [
            pattern if "*" in pattern else f"*{pattern}*" for pattern in parsed.patterns
        ]
    with cluster.set_up(parsed.build.resolve()):
        suite = loader.discover(str(FOLDER), pattern="test_*.py", top_level_dir=str(FOLDER))
        runner = unittest.TextTestRunner(verbosity=1 if parsed.quiet else 2, resultclass=Result)
        result = runner.run(suite)
    assert isinstance(result, Result)
    for test, reason in result.skipped:
        print(f"skipped {test}: {reason}")
    failed = len(result.failures) + len(result.errors)
    print(f"{result.passed} passed, {failed} failed, {len(result.skipped)} skipped")
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main())
