#!/usr/bin/env python3
"""Tests the plugin end to end: through the tshark that is installed, as its users see it.

    run.py BUILD_DIR [--shared DIR] [--all] [-k PATTERN] [--update-golden]

BUILD_DIR holds the fanout.so to test. It is put into the home of nobody in particular, where an
ordinary user's tshark finds it; run as root, this starts tshark as another user, because root's
loads no plugins from there. Real captures are read from DIR/captures, by default ../shared beside
the repository: a quarter of them, with --all all; without the folder those tests are skipped.
--update-golden writes the golden reports anew: look at what changed before committing them.
"""
import argparse
import sys
from pathlib import Path
from typing import List, Optional

sys.path.append(str(Path(__file__).resolve().parents[1]))

import harness  # noqa: E402
import results  # noqa: E402

REPOSITORY = Path(__file__).resolve().parents[2]


def parse_arguments(arguments: Optional[List[str]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", type=Path, metavar="BUILD_DIR")
    parser.add_argument("--shared", type=Path, metavar="DIR", default=REPOSITORY.parent / "shared")
    parser.add_argument("-k", dest="patterns", action="append", metavar="PATTERN")
    parser.add_argument("--all", action="store_true", help="read all shared captures")
    parser.add_argument("--update-golden", action="store_true")
    parser.add_argument("-q", dest="quiet", action="store_true", help="name no tests that pass")
    return parser.parse_args(arguments)


def main(arguments: Optional[List[str]] = None) -> int:
    parsed = parse_arguments(arguments)
    how = {"take_all": parsed.all, "update_golden": parsed.update_golden}
    with harness.set_up(parsed.build, parsed.shared, **how) as setup:
        print(f"tshark {setup.version}, captures in {setup.captures}", flush=True)
        here = Path(__file__).resolve().parent
        return results.close(results.run_folder(here, parsed.patterns, parsed.quiet))


if __name__ == "__main__":
    sys.exit(main())
