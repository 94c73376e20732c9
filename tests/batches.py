"""Reads many captures in few runs of tshark, which takes longer to start than to read most of them."""
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable, List, Sequence, Tuple

from ordinary import side_by_side

Examine = Callable[[Path], List[str]]
Found = List[Tuple[Path, List[str]]]


def merge(captures: Sequence[Path], path: Path) -> bool:
    """Writes the captures to one file, one behind the other; False if that is not possible."""
    command = ["mergecap", "-a", "-w", str(path), *map(str, captures)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        return False
    path.chmod(0o644)
    return True


def find_problems(
    captures: List[Path], examine: Examine, size: int, most: int = sys.maxsize
) -> Found:
    """The captures of which `examine` says that something is wrong, and what.

    So many as `size` are merged and examined as one. Where that shows a problem or is not possible,
    each half is tried, down to a single capture, until `most` are found.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)

        def find(batch: List[Path]) -> Found:
            if len(batch) == 1:
                problems = examine(batch[0])
                return [(batch[0], problems)] if problems else []
            merged = folder / f"{abs(hash(tuple(batch)))}.pcapng"
            if merge(batch, merged):
                problems = examine(merged)
                merged.unlink()
                if not problems:
                    return []
            half = len(batch) // 2
            found = find(batch[:half])
            return found + find(batch[half:]) if len(found) < most else found

        batches = [captures[i : i + size] for i in range(0, len(captures), size)]
        return [item for found in side_by_side(find, batches) for item in found]
