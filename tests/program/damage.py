"""Captures that are damaged as editcap -E does it, and as bad disks and broken transfers do. A number
says all of a damage, so that it can be had again."""
import random
import shutil
import subprocess
from pathlib import Path
from typing import List

FRAMES = "1-200"
LARGEST = 200_000


class Damage:
    """Damages captures, of each its first frames, which it keeps in a folder."""

    def __init__(self, captures: List[str], folder: Path) -> None:
        self.captures = captures
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def _beginning(self, index: int) -> Path:
        """Of a capture; what editcap cannot read is taken as it is."""
        path = self.folder / str(index)
        if not path.exists():
            original = self.captures[index]
            cut = ["editcap", "-r", original, str(path), FRAMES]
            done = subprocess.run(cut, capture_output=True, check=False)
            if done.returncode != 0 or not path.exists() or path.stat().st_size > LARGEST:
                path.write_bytes(Path(original).read_bytes()[:LARGEST])
        return path

    def write(self, number: int, path: Path) -> None:
        """Writes the damaged capture of that number."""
        chance = random.Random(number)
        beginning = self._beginning(chance.randrange(len(self.captures)))
        part = f"{10 ** chance.uniform(-3.5, -0.5):.5f}"
        edit = ["editcap", "-E", part, "--seed", str(number), str(beginning), str(path)]
        done = subprocess.run(edit, capture_output=True, check=False)
        if done.returncode != 0 or not path.exists():
            shutil.copyfile(beginning, path)
        if chance.random() < 0.25:
            self._damage_file(path, chance)
        path.chmod(0o644)

    @staticmethod
    def _damage_file(path: Path, chance: random.Random) -> None:
        """Bytes anywhere, the headers of the file and of its records among them; and an end that is
        missing."""
        octets = bytearray(path.read_bytes())
        for _ in range(min(chance.choice((1, 2, 8, 64)), len(octets))):
            at = chance.randrange(chance.choice((min(64, len(octets)), len(octets))))
            octets[at] = chance.choice((0, 0xFF, chance.randrange(256)))
        if octets and chance.random() < 0.5:
            del octets[chance.randrange(len(octets)) :]
        path.write_bytes(octets)
