#!/usr/bin/env python3
"""Writes packets into a pipe as they would arrive: a SYN each, from one of 2000 clients to an address
that nobody has asked for, most likely.

    stream.py PIPE RATE SECONDS

Ends after so many seconds, or when nobody reads any more, and prints how many packets it wrote.
"""
import random
import struct
import sys
import time

HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
ETHERNET = bytes.fromhex("020000000001020000000002" "0800")
IP = struct.pack(">BBHHHBBH", 0x45, 0, 40, 0, 0x4000, 64, 6, 0)
TCP = struct.pack(">HHIIBBHHH", 40000, 443, 1, 0, 0x50, 0x02, 1024, 0, 0)
LENGTH = len(ETHERNET) + len(IP) + 8 + len(TCP)
PARTS_OF_A_SECOND = 20


def packets(count: int, chance: random.Random) -> bytes:
    seconds, part = divmod(time.time(), 1)
    record = struct.pack("<IIII", int(seconds), int(part * 1e6), LENGTH, LENGTH)
    before = record + ETHERNET + IP
    written = []
    for _ in range(count):
        client = 0x0A000000 | chance.randrange(2000)
        written.append(before + struct.pack(">II", client, chance.getrandbits(32)) + TCP)
    return b"".join(written)


def main() -> None:
    path, rate, length = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    chance = random.Random(1)
    written = 0
    with open(path, "wb", buffering=0) as pipe:
        pipe.write(HEADER)
        begin = time.monotonic()
        try:
            while time.monotonic() < begin + length:
                pipe.write(packets(rate // PARTS_OF_A_SECOND, chance))
                written += rate // PARTS_OF_A_SECOND
                time.sleep(max(0.0, begin + written / rate - time.monotonic()))
        except BrokenPipeError:
            pass
        passed = time.monotonic() - begin
    print(f"{written} packets in {passed:.0f} s, {written / passed:.0f} a second")


if __name__ == "__main__":
    main()
