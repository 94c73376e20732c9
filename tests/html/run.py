#!/usr/bin/env python3
"""Tests the HTML report in headless Chromium.

    run.py BUILD_DIR [--pictures DIR] [-k PATTERN]

BUILD_DIR holds the fanout.so to test. With --pictures, the page is pictured there as it looks in
light, in dark, on a phone and in print. Without chromium and chromedriver nothing is tested.
"""
import argparse
import sys
import unittest
from pathlib import Path
from typing import List, Optional

sys.path.append(str(Path(__file__).resolve().parents[1]))

import browser  # noqa: E402
import pages  # noqa: E402
import results  # noqa: E402


def run_tests(parsed: argparse.Namespace) -> int:
    """The exit status."""
    loader = unittest.TestLoader()
    if parsed.patterns:
        loader.testNamePatterns = [f"*{pattern}*" for pattern in parsed.patterns]
    here = str(Path(__file__).parent)
    suite = loader.discover(here, "test_*.py")
    if parsed.pictures:
        suite.addTest(loader.discover(here, "pictures.py"))
    missing = browser.why_missing()
    if missing:
        count = suite.countTestCases()
        print(f"skipped the {count} tests of the HTML report: {missing}")
        print(results.tally(0, 0, count))
        return 0
    with pages.prepared(parsed.build, parsed.pictures):
        result = unittest.TextTestRunner(verbosity=2, resultclass=results.Result).run(suite)
    assert isinstance(result, results.Result)
    return results.close(result)


def main(arguments: Optional[List[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", type=Path, metavar="BUILD_DIR")
    parser.add_argument("--pictures", type=Path, metavar="DIR")
    parser.add_argument("-k", dest="patterns", action="append", metavar="PATTERN")
    return run_tests(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
