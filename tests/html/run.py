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
from typing import List, Optional, Tuple

import browser
import pages


class Result(unittest.TextTestResult):
    """Counts the tests that passed, which unittest does not."""

    passed = 0

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.passed += 1

    def failed(self) -> int:
        """The tests that failed, each once, however many of its parts did."""
        return len({getattr(test, "test_case", test) for test, _ in self.failures + self.errors})


def run_tests(parsed: argparse.Namespace) -> Tuple[int, int, int]:
    loader = unittest.TestLoader()
    if parsed.patterns:
        loader.testNamePatterns = [f"*{pattern}*" for pattern in parsed.patterns]
    suite = loader.discover(str(Path(__file__).parent), "test_*.py")
    missing = browser.why_missing()
    if missing:
        print(f"The HTML report is not tested: {missing}.")
        return 0, 0, suite.countTestCases()
    with pages.prepared(parsed.build, parsed.pictures):
        result = unittest.TextTestRunner(verbosity=2, resultclass=Result).run(suite)
    assert isinstance(result, Result)
    return result.passed, result.failed(), len(result.skipped)


def main(arguments: Optional[List[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", type=Path, metavar="BUILD_DIR")
    parser.add_argument("--pictures", type=Path, metavar="DIR")
    parser.add_argument("-k", dest="patterns", action="append", metavar="PATTERN")
    passed, failed, skipped = run_tests(parser.parse_args(arguments))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
