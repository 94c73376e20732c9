#!/usr/bin/env python3
"""Tests the program `fanout` against tshark with the plugin, and by itself.

    run.py BUILD_DIR [--shared DIR] [-k PATTERN] [--all] [-q]

BUILD_DIR holds the fanout.so and the program/ to test. Real captures are read from DIR/captures, by
default ../shared beside the repository: a sample of them, or with --all each, which takes an hour;
without the folder these tests are skipped.
"""
import argparse
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

import harness  # noqa: E402
import results  # noqa: E402

REPOSITORY = Path(__file__).resolve().parents[2]


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", type=Path, metavar="BUILD_DIR")
    parser.add_argument("--shared", type=Path, metavar="DIR", default=REPOSITORY.parent / "shared")
    parser.add_argument("-k", dest="patterns", action="append", metavar="PATTERN")
    parser.add_argument("--all", dest="every", action="store_true", help="each shared capture")
    parser.add_argument("-q", dest="quiet", action="store_true", help="name no tests that pass")
    return parser.parse_args()


def main() -> int:
    parsed = parse_arguments()
    here = Path(__file__).resolve().parent
    with harness.set_up(parsed.build, parsed.shared, parsed.every):
        return results.close(results.run_folder(here, parsed.patterns, parsed.quiet))


if __name__ == "__main__":
    sys.exit(main())
