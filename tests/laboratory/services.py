"""What answers in the laboratory's target: small services on every address that it holds.

HTTP (which is a BitTorrent tracker too, and the greeting of anything else), SSH's greeting, DNS
with delegations, NTP, NetBIOS name status and SNMP over UDP. Each is as little as the real clients
in the table need.
"""
import socket
import struct
import threading
import time
from typing import Callable, Dict, List, Optional, Sequence, Tuple
from urllib.parse import urlsplit

import swarm

IP_PKTINFO = 8  # socket.IP_PKTINFO is missing before Python 3.12
NTP_EPOCH = 2208988800  # seconds from 1900 to 1970

# TCP


def serve_http(connection: socket.socket) -> None:
    request = b""
    while b"\r\n\r\n" not in request:
        more = connection.recv(4096)
        if not more:
            return
        request += more
    words = request.split(b"\r\n", 1)[0].split(b" ")
    path = urlsplit(words[1].decode("ascii", "replace")).path if len(words) > 1 else ""
    body = swarm.announce() if path == "/announce" else b"<p>It works.</p>\n" * 40
    head = "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
    connection.sendall(head.encode("ascii") + body)


def serve_ssh(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
    while connection.recv(4096):
        pass


def converse(connection: socket.socket, serve: Callable[[socket.socket], None]) -> None:
    with connection:
        connection.settimeout(20)
        try:
            serve(connection)
        except OSError:
            pass  # the client went away, as scanners do


def listen_tcp(port: int) -> None:
    listener = socket.create_server(
        ("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=512
    )
    serve = serve_ssh if port == 22 else serve_http

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=converse, args=(connection, serve), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


# UDP


def answer_ntp(request: bytes) -> bytes:
    """A stratum 2 server's answer (RFC 5905, 7.3)."""
    if len(request) < 48:
        return b""
    now = time.time() + NTP_EPOCH
    stamp = struct.pack(">II", int(now), int(now % 1 * 2**32))
    head = struct.pack(">BBbbII4s", 0x24, 2, 6, -20, 0x100, 0x100, bytes([198, 51, 100, 1]))
    return head + stamp + request[40:48] + stamp + stamp


def dns_name(packet: bytes) -> List[bytes]:
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1 : at + 1 + packet[at]])
        at += 1 + packet[at]
    return labels


def encode_name(labels: Sequence[bytes]) -> bytes:
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def record(name: Sequence[bytes], kind: int, data: bytes) -> bytes:
    return encode_name(name) + struct.pack(">HHIH", kind, 1, 3600, len(data)) + data


def answer_dns(request: bytes, server: str) -> bytes:
    """203.0.113.1 is the root. It delegates site7.example to 203.0.113.7, which has the address of
    every name in it."""
    if len(request) < 17 or request[2] & 0x80:
        return b""
    labels = dns_name(request)
    question = encode_name(labels) + request[12 + len(encode_name(labels)) :][:4]
    wanted = struct.unpack(">H", question[-4:-2])[0]
    zone = labels[-2:] if len(labels) > 1 else []
    number = zone[0][4:] if zone and zone[0].startswith(b"site") else b""
    answers, authority, additional, flags = [], [], [], 0x8400
    if server != "203.0.113.1":
        if wanted == 1:
            answers.append(record(labels, 1, socket.inet_aton(server)))
    elif not labels and wanted == 2:
        answers.append(record([], 2, encode_name([b"ns", b"root"])))
        additional.append(record([b"ns", b"root"], 1, socket.inet_aton(server)))
    elif number.isdigit():
        flags = 0x8000
        host = [b"ns"] + zone
        authority.append(record(zone, 2, encode_name(host)))
        additional.append(record(host, 1, socket.inet_aton("203.0.113." + number.decode())))
    else:
        flags = 0x8403
    counts = (1, len(answers), len(authority), len(additional))
    head = request[:2] + struct.pack(">HHHHH", flags, *counts)
    return head + question + b"".join(answers + authority + additional)


def answer_netbios(request: bytes) -> bytes:
    """A node status response (RFC 1002, 4.2.18) with one name."""
    if len(request) < 50:
        return b""
    names = b"\x01" + b"LABORATORY     \0" + b"\x04\0" + bytes(46)
    head = request[:2] + struct.pack(">HHHHH", 0x8400, 0, 1, 0, 0)
    return head + request[12:46] + struct.pack(">HHIH", 0x21, 1, 0, len(names)) + names


def answer_snmp(request: bytes) -> bytes:
    """The request as a response: each value stays null (RFC 3416, 3)."""
    for request_type in (b"\xa0", b"\xa1"):
        at = request.find(b"public" + request_type)
        if at > 0:
            return request[: at + 6] + b"\xa2" + request[at + 7 :]
    return b""


UDP: Dict[int, Callable[[bytes, str], bytes]] = {
    53: answer_dns,
    123: lambda request, _: answer_ntp(request),
    137: lambda request, _: answer_netbios(request),
    161: lambda request, _: answer_snmp(request),
}


def listen_udp(port: int) -> None:
    """Answers from the address that was asked, which a socket bound to all does only on request."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    listener.bind(("0.0.0.0", port))

    def answer() -> None:
        while True:
            request, extra, _, sender = listener.recvmsg(4096, 256)
            asked = asked_address(extra)
            response = UDP[port](request, socket.inet_ntoa(asked)) if asked else b""
            if asked and response:
                source = [(socket.IPPROTO_IP, IP_PKTINFO, struct.pack("I4s4s", 0, asked, bytes(4)))]
                listener.sendmsg([response], source, 0, sender)

    threading.Thread(target=answer, daemon=True).start()


def asked_address(extra: Sequence[Tuple[int, int, bytes]]) -> Optional[bytes]:
    for level, kind, data in extra:
        if (level, kind) == (socket.IPPROTO_IP, IP_PKTINFO):
            return data[8:12]
    return None


def start(tcp: Sequence[int], udp: Sequence[int]) -> None:
    """Listens on those ports from now on, in threads that end with the program."""
    for port in tcp:
        listen_tcp(port)
    for port in udp:
        listen_udp(port)
