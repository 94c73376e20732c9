#!/usr/bin/env python3
"""Tests fanout-dask, with a scheduler and workers of its own on the loopback interface, and the
questions of fanout-cluster(7) to DuckDB.

    run.py BUILD_DIR [-k PATTERN] [-q]

BUILD_DIR holds the program/ to test, and DuckDB in BUILD_DIR/duckdb, if it is to be asked:
npm install --prefix BUILD_DIR/duckdb @duckdb/node-api
"""
import argparse
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path += [str(FOLDER.parent), str(FOLDER.parent / "program")]

import cluster  # noqa: E402
import results  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", type=Path, metavar="BUILD_DIR")
    parser.add_argument("-k", dest="patterns", action="append", metavar="PATTERN")
    parser.add_argument("-q", dest="quiet", action="store_true", help="name no tests that pass")
    parsed = parser.parse_args()
    with cluster.set_up(parsed.build.resolve()):
        return results.close(results.run_folder(FOLDER, parsed.patterns, parsed.quiet))


if __name__ == "__main__":
    sys.exit(main())
