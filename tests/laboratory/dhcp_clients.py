#!/usr/bin/env python3
"""DHCP clients, each with a hardware address of its own: dhcp_clients.py NUMBER

Each takes the address that it is offered, which the interface then answers for, and pings the
server, as a host does that was just switched on. Needs CAP_NET_ADMIN, in the laboratory's target.
"""
import socket
import struct
import subprocess
import sys
import threading
import time
from typing import Dict, Optional

INTERFACE, SERVER = "veth-t", "192.0.2.1"
EACH = 10  # come one after the other
COOKIE = bytes([99, 130, 83, 99])
DISCOVER, OFFER, REQUEST, ACK = 1, 2, 3, 5


def message(kind: int, transaction: int, options: bytes = b"") -> bytes:
    """A client's message (RFC 2131, 2), to be answered by broadcast."""
    hardware = bytes.fromhex("00005e0053") + bytes([0x80 + transaction % 0x80])
    head = struct.pack(">BBBBIHH", 1, 1, 6, 0, transaction, 0, 0x8000)
    fields = head + bytes(16) + hardware.ljust(16, b"\0") + bytes(192)
    return fields + COOKIE + bytes([53, 1, kind]) + options + b"\xff"


def options_of(packet: bytes) -> Dict[int, bytes]:
    found, at = {}, 240
    while at < len(packet) and packet[at] != 255:
        if packet[at] == 0:
            at += 1
            continue
        length = packet[at + 1]
        found[packet[at]] = packet[at + 2 : at + 2 + length]
        at += 2 + length
    return found


def receive(client: socket.socket, kind: int, transaction: int) -> Optional[bytes]:
    """The server's message of that kind, if it comes within the socket's time."""
    try:
        while True:
            packet = client.recv(2048)
            if struct.unpack(">I", packet[4:8])[0] == transaction:
                if options_of(packet).get(53) == bytes([kind]):
                    return packet
    except socket.timeout:
        return None


def join(client: socket.socket, transaction: int) -> None:
    everybody = ("255.255.255.255", 67)
    client.sendto(message(DISCOVER, transaction), everybody)
    offer = receive(client, OFFER, transaction)
    if not offer:
        return
    address = socket.inet_ntoa(offer[16:20])
    chosen = bytes([50, 4]) + offer[16:20] + bytes([54, 4]) + options_of(offer)[54]
    client.sendto(message(REQUEST, transaction, chosen), everybody)
    if receive(client, ACK, transaction):
        subprocess.run(["ip", "address", "add", address + "/24", "dev", INTERFACE], check=True)
        subprocess.run(["ping", "-q", "-c", "1", "-I", address, SERVER], check=False)


def join_several(first: int, last: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, INTERFACE.encode())
        client.bind(("0.0.0.0", 68))
        client.settimeout(2.5)
        for transaction in range(first, last):
            join(client, transaction)


def main() -> None:
    time.sleep(1)  # until the server listens
    for start in range(0, int(sys.argv[1]), EACH):
        threading.Thread(target=join_several, args=(start + 1, start + 1 + EACH)).start()


if __name__ == "__main__":
    main()
