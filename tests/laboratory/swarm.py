"""A BitTorrent swarm: which peers a tracker names, and the torrent that they share."""
import hashlib
import random
import socket
import struct
from pathlib import Path
from typing import List, Tuple

ALIVE, GONE = 16, 57
PIECE, LENGTH = 32768, 4 << 20
TRACKER = "http://203.0.113.126:6969/announce"


def peers() -> List[Tuple[str, int]]:
    """ALIVE peers, then GONE ones. Each has a port of its own, as clients draw one at random."""
    alive = [(f"203.0.113.{2 + i}", 20001 + 1237 * i) for i in range(ALIVE)]
    gone = [(f"203.0.113.{130 + i}", 21013 + 709 * i) for i in range(GONE)]
    return alive + gone


def seed_ports() -> str:
    return " ".join(str(port) for _, port in peers()[:ALIVE])


def announce() -> bytes:
    """A tracker's answer in compact form (BEP 23)."""
    packed = b"".join(socket.inet_aton(host) + struct.pack(">H", port) for host, port in peers())
    return b"d8:intervali600e5:peers%d:%se" % (len(packed), packed)


def write_torrent(folder: Path) -> None:
    """Writes what is shared, `data`, and `data.torrent` (BEP 3)."""
    content = random.Random(1).randbytes(LENGTH)
    pieces = b"".join(
        hashlib.sha1(content[at : at + PIECE]).digest() for at in range(0, LENGTH, PIECE)
    )
    information = b"d6:lengthi%de4:name4:data12:piece lengthi%de6:pieces%d:%se" % (
        LENGTH,
        PIECE,
        len(pieces),
        pieces,
    )
    torrent = b"d8:announce%d:%s4:info%se" % (len(TRACKER), TRACKER.encode(), information)
    Path(folder, "seeds").mkdir()
    Path(folder, "seeds", "data").write_bytes(content)
    Path(folder, "data.torrent").write_bytes(torrent)
