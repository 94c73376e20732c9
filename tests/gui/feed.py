#!/usr/bin/env python3
"""Writes a capture into a pipe: some packets at once, the others when a file appears.

    feed.py CAPTURE PACKETS PIPE FILE
"""
import struct
import sys
import time
from pathlib import Path

FILE_HEADER = 24
PACKET_HEADER = 16


def end_of_packet(capture: bytes, number: int) -> int:
    """Where that packet of a little-endian pcap file ends."""
    end = FILE_HEADER
    for _ in range(number):
        end += PACKET_HEADER + struct.unpack_from("<I", capture, end + 8)[0]
    return end


def main() -> None:
    capture_path, packets, pipe_path, sign = sys.argv[1:]
    capture = Path(capture_path).read_bytes()
    end = end_of_packet(capture, int(packets))
    with open(pipe_path, "wb", buffering=0) as pipe:
        pipe.write(capture[:end])
        while not Path(sign).exists():
            time.sleep(0.1)
        pipe.write(capture[end:])


if __name__ == "__main__":
    main()
