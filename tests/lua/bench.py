#!/usr/bin/env python3
"""Says what the Lua file costs against the plugin.

    bench.py BUILD_DIR [PACKETS]

Runs both on generated captures, and tshark without either, and prints the seconds of processor
time, which other work on the machine does not change much, and the peak of memory.
"""
import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

import harness  # noqa: E402
import ordinary  # noqa: E402

KINDS = ("ordinary", "syn-sweep")
RUNS = (
    ("tshark alone", "none", []),
    ("plugin", "plugin", ["-z", "fanout,json"]),
    ("plugin, full", "plugin", ["-z", "fanout,json,full"]),
    ("Lua", "lua", ["-z", "fanout,json"]),
    ("tshark -z conv,ip", "none", ["-z", "conv,ip"]),
)


def measure(homes: harness.Homes, home: str, arguments: "list[str]") -> "tuple[float, float]":
    """Seconds and megabytes of the best of three runs."""
    best = (float("inf"), 0.0)
    for _ in range(3):
        command = ["tshark", "-n", "-q", *arguments]
        with subprocess.Popen(
            command, env=homes.environment(home), stdout=subprocess.DEVNULL, **ordinary.as_user()
        ) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError(f"{command} ended with {process.returncode}")
        best = min(best, (usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))
    return best


def packets_wanted() -> str:
    return sys.argv[2] if len(sys.argv) > 2 else "200000"


def main() -> int:
    if len(sys.argv) not in (2, 3) or not re.fullmatch(r"\d+", packets_wanted()):
        print(__doc__, file=sys.stderr)
        return 2
    packets = packets_wanted()
    homes = harness.Homes(Path(sys.argv[1]).resolve())
    try:
        homes.add("none", with_lua=False, with_plugin=False)
        for kind in KINDS:
            capture = str(homes.scratch / f"{kind}.pcap")
            generator = harness.ROOT / "tests/captures/generate.py"
            command = [sys.executable, str(generator), "--large", kind, packets, capture]
            subprocess.run(command, check=True)
            print(f"{packets} of {kind}")
            for name, home, arguments in RUNS:
                seconds, megabytes = measure(homes, home, ["-r", capture, *arguments])
                print(f"  {name:34}{seconds:7.1f} s {megabytes:7.0f} MB")
    finally:
        homes.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main())
