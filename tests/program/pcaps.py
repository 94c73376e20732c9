"""Takes captures of the format pcap apart and puts them together."""
import struct
from pathlib import Path
from typing import Dict, List, NamedTuple, Sequence

HEADER = 24


class Packet(NamedTuple):
    time: float
    record: bytes
    """With its header."""
    data: bytes


class Capture(NamedTuple):
    header: bytes
    packets: List[Packet]


def read(path: str) -> Capture:
    """A capture in this machine's byte order, times in microseconds."""
    data = Path(path).read_bytes()
    packets, at = [], HEADER
    while at < len(data):
        seconds, micros, captured, _ = struct.unpack_from("<IIII", data, at)
        record = data[at : at + 16 + captured]
        packets.append(Packet(seconds + micros / 1e6, record, record[16:]))
        at += len(record)
    return Capture(data[:HEADER], packets)


def write(path: Path, capture: Capture, packets: Sequence[Packet]) -> None:
    path.write_bytes(capture.header + b"".join(packet.record for packet in packets))
    path.chmod(0o644)


def in_time_order(capture: Capture) -> Capture:
    """The same packets in the order of their times, each at least a microsecond after the one
    before, so that those of several files can be put into no other order."""
    packets: List[Packet] = []
    latest = -1
    for packet in sorted(capture.packets, key=lambda packet: packet.time):
        seconds, micros = struct.unpack_from("<II", packet.record)
        latest = max(seconds * 1_000_000 + micros, latest + 1)
        stamp = struct.pack("<II", *divmod(latest, 1_000_000))
        packets.append(Packet(latest / 1e6, stamp + packet.record[8:], packet.data))
    return Capture(capture.header, packets)


def cut(capture: Capture, folder: Path, parts: int) -> Dict[str, List[int]]:
    """Writes the capture in so many parts, one after the other in time. Returns the numbers of the
    frames in the whole, by the path of the part."""
    folder.mkdir()
    folder.chmod(0o755)
    size = -(-len(capture.packets) // parts)
    numbers: Dict[str, List[int]] = {}
    for i in range(0, parts):
        path = folder / f"part{i}.pcap"
        frames = range(i * size, min((i + 1) * size, len(capture.packets)))
        write(path, capture, [capture.packets[frame] for frame in frames])
        numbers[str(path)] = [frame + 1 for frame in frames]
    return numbers


def split(capture: Capture, folder: Path) -> Dict[str, List[int]]:
    """Writes what two sensors would have seen, one for each direction between two hosts."""
    folder.mkdir()
    folder.chmod(0o755)
    chosen: List[List[int]] = [[], []]
    for number, packet in enumerate(capture.packets):
        # The addresses of IPv4 in Ethernet; where it is something else, any bytes will do.
        source, destination = packet.data[26:30], packet.data[30:34]
        chosen[int(source < destination)].append(number)
    numbers: Dict[str, List[int]] = {}
    for i, frames in enumerate(chosen):
        path = folder / f"sensor{i}.pcap"
        write(path, capture, [capture.packets[frame] for frame in frames])
        numbers[str(path)] = [frame + 1 for frame in frames]
    return numbers
