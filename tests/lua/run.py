#!/usr/bin/env python3
"""Compares the Lua file with the binary plugin, and runs scenarios in its window.

    run.py [--all] BUILD_DIR [TEST...]

BUILD_DIR holds fanout.so and lua/fanout.lua. Each runs in tshark with a home of its own, and both must
report the same in every key that both have, on all generated captures and, where ../shared is
there, on a quarter of those in it, with --all on all. Many captures are read in one run. A TEST is
a name such as test_reports.StandsAside.
The last line is "N passed, N failed, N skipped".
"""
import argparse
import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

import harness  # noqa: E402
import results  # noqa: E402

MODULES = ("test_bundle", "test_reports", "test_window")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="read all shared captures")
    parser.add_argument("build", type=Path, metavar="BUILD_DIR")
    parser.add_argument("tests", nargs="*", metavar="TEST", default=MODULES)
    arguments = parser.parse_args()
    homes = harness.Homes(arguments.build.resolve(), arguments.all)
    harness.set_homes(homes)
    try:
        suite = unittest.defaultTestLoader.loadTestsFromNames(arguments.tests)
        runner = unittest.TextTestRunner(
            resultclass=results.SubtestsResult, stream=sys.stdout, verbosity=2
        )
        result = runner.run(suite)
    finally:
        homes.remove()
    assert isinstance(result, results.Result)
    return results.close(result)


if __name__ == "__main__":
    sys.exit(main())
