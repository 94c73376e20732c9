#!/usr/bin/env python3
"""How tshark's memory grows while it captures live into a ring buffer, with and without the plugin.

    live.py BUILD_DIR [--seconds 600] [--rate 20000] [--limit 100000]

Packets come through a pipe, each of a pair that is new, so that the plugin's limit of pairs is soon
reached. Both tsharks run one after the other, each for so many seconds; their memory is printed ten
times. What tshark keeps of each conversation, and 4.0 of each file of the ring, grows in both: the
plugin's share is the difference, and must not grow once the limit is reached.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import List

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

import ordinary  # noqa: E402

SAMPLES = 10


def megabytes(process: int) -> float:
    """Of memory that a process has."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(found.group(1)) / 1024 if found else 0


def capture(home: Path, folder: Path, options: List[str], parsed: argparse.Namespace) -> List[float]:
    """Captures for a while, and returns what memory tshark had in the course of it."""
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    pipe.chmod(0o666)
    ring = ["-b", "filesize:50000", "-b", "files:10", "-w", str(folder / "ring.pcapng")]
    tshark = subprocess.Popen(
        ["tshark", "-n", "-q", "-i", str(pipe), *ring, *options],
        env=ordinary.environment(home), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        **ordinary.as_user(),
    )
    stream = [sys.executable, str(HERE.parent / "captures" / "stream.py"), str(pipe)]
    feeder = subprocess.Popen(
        [*stream, str(parsed.rate), str(parsed.seconds)], stdout=subprocess.PIPE, text=True
    )
    samples = []
    for _ in range(SAMPLES):
        time.sleep(parsed.seconds / SAMPLES)
        if tshark.poll() is None:
            samples.append(megabytes(tshark.pid))
    print(feeder.communicate()[0].strip())
    report, complaints = tshark.communicate(timeout=600)
    print("\n".join(report.decode().splitlines()[:6]))
    print(complaints.decode().strip().splitlines()[-1])
    files = sorted(folder.glob("ring*"))
    print(f"{len(files)} files of the ring are left")
    for path in files:
        path.unlink()
    pipe.unlink()
    return samples


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", type=Path)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--rate", type=int, default=20000)
    parser.add_argument("--limit", type=int, default=100000)
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ordinary.make_home(folder / "home", parsed.build)
        ordinary.make_readable(folder)
        (folder / "files").mkdir()
        ordinary.give_to_user(folder / "files")
        counting = ["-z", "fanout", "-o", f"fanout.limit:{parsed.limit}"]
        asked = {"without": ["-z", "conv,eth"], "with": counting}
        for which, options in asked.items():
            samples = capture(folder / "home", folder / "files", options, parsed)
            print(f"{which} the plugin, MB: " + " ".join(f"{sample:.0f}" for sample in samples))


if __name__ == "__main__":
    main()
