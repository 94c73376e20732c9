"""Captures in which a host has a high fan-out, and nobody scans."""
from typing import List

from capture import Capture, recipe
from layers import (
    ACK,
    ICMP_TIME_EXCEEDED,
    ICMP_UNREACHABLE,
    RST,
    SYN,
    echo,
    ethernet_between,
    icmp_error,
    ipv4,
    tcp,
    udp,
)
from traffic import (
    Conversation,
    ask,
    browse,
    hosts,
    http_get,
    http_ok,
    mdns_announcement,
    ntp,
    probe,
    resolve,
    ssdp_search,
    web_page,
)

CLIENT = "10.0.0.40"
SERVER = "10.0.0.5"
GATEWAY = "10.0.0.1"
NAME_SERVER = "10.0.0.53"


def scattered(capture: Capture, count: int) -> List[str]:
    """Addresses all over the Internet's lower half."""
    draw = capture.random.randrange
    return [f"{draw(11, 120)}.{draw(256)}.{draw(256)}.{draw(1, 255)}" for _ in range(count)]


@recipe()
def browser(capture: Capture) -> None:
    """A browser's visits to 100 servers, each looked up first; all answer."""
    for number, server in enumerate(hosts("198.18", 100)):
        time = number * 0.6
        name = f"site{number}.example.com"
        resolve(capture, time, CLIENT, NAME_SERVER, name, [server])
        browse(capture, time + 0.03, (CLIENT, 40000 + number), server, name, size=300)


@recipe()
def ipv6_browser(capture: Capture) -> None:
    """A browser's visits to 70 servers over IPv6; all answer."""
    for number, server in enumerate(hosts("2001:db8:80::", 70)):
        client = ("2001:db8:1::40", 40000 + number)
        browse(capture, number * 0.6, client, server, f"site{number}.example.com", size=300)


@recipe()
def p2p(capture: Capture) -> None:
    """A peer-to-peer client contacts 150 peers on odd ports; 45 answer and exchange data."""
    for number, peer in enumerate(hosts("198.18", 150)):
        time = number * 0.4
        client, server = (CLIENT, 40000 + number), (peer, capture.random.randrange(1024, 65536))
        if number % 10 in (2, 5, 6):
            connection = Conversation(capture, time, client, server, 0.08).open()
            for _ in range(3):
                connection.say(0, capture.random.randbytes(60))
                connection.say(1, capture.random.randbytes(300))
        else:
            probe(capture, time, client, server, repeats=(1, 3))


@recipe()
def web_server(capture: Capture) -> None:
    """A web server answers 120 clients."""
    for number, client in enumerate(hosts("198.18", 120)):
        connection = Conversation(capture, number * 0.4, (client, 30000 + number), (SERVER, 80))
        connection.open().say(0, http_get("www.example.com"))
        connection.say(1, http_ok(web_page(400))).close()


@recipe()
def dns_resolver(capture: Capture) -> None:
    """A resolver asks 150 name servers from random ports; all answer."""
    for number, upstream in enumerate(hosts("198.18", 150)):
        name = f"host{number}.example.net"
        resolve(capture, number * 0.1, NAME_SERVER, upstream, name, [f"203.0.113.{number}"])


@recipe()
def one_sided_tcp(capture: Capture) -> None:
    """Only what a web server sends to 120 clients passes here: routing is asymmetric."""
    capture.hears = lambda source: source == SERVER
    web_server(capture)


@recipe()
def one_sided_udp(capture: Capture) -> None:
    """Only a name server's answers to 120 clients pass here: routing is asymmetric."""
    capture.hears = lambda source: source == NAME_SERVER
    for number, client in enumerate(hosts("198.18", 120)):
        for attempt in range(2):
            time = number * 0.2 + attempt * 0.05
            resolve(capture, time, client, NAME_SERVER, "www.example.com", ["203.0.113.80"])


@recipe()
def mid_stream(capture: Capture) -> None:
    """A client's 80 connections that were open before the capture began: no handshakes."""
    for number, server in enumerate(hosts("198.18", 80)):
        connection = Conversation(capture, number * 0.2, (CLIENT, 40000 + number), (server, 443))
        for _ in range(2):
            connection.say(0, capture.random.randbytes(90))
            connection.say(1, capture.random.randbytes(300))


@recipe()
def backscatter(capture: Capture) -> None:
    """A flooded server's SYN-ACKs and RSTs to 200 spoofed addresses, none of which ever sent."""
    for number, spoofed in enumerate(hosts("10.9", 200)):
        port = capture.random.randrange(1024, 65536)
        seq = capture.random.getrandbits(32)
        flags, repeats = (SYN | ACK, (0, 1, 3)) if number % 3 else (RST | ACK, (0,))
        for repeat in repeats:
            segment = tcp(80, port, flags, seq=seq, ack=seq ^ 0x55555555)
            capture.send(number * 0.05 + repeat, "203.0.113.80", spoofed, segment)


@recipe()
def multicast(capture: Capture) -> None:
    """Hosts announce themselves and search to groups; one of them sends to 80 groups."""
    for number in range(40):
        host = f"10.0.0.{100 + number % 10}"
        announcement = mdns_announcement(f"host{number % 10}.local", host)
        capture.send(number * 1.5, host, "224.0.0.251", udp(5353, 5353, announcement))
        capture.send(number * 1.5 + 0.2, host, "239.255.255.250", udp(50000, 1900, ssdp_search()))
        capture.send(number * 1.5 + 0.4, host, "10.0.0.255", udp(137, 137, bytes(50)))
    for number, group in enumerate(hosts("239.1", 80)):
        stream = udp(5004, 5004, bytes(100))
        capture.send(number * 0.5, SERVER, group, stream)
        capture.send(number * 0.5, "2001:db8:1::5", f"ff05::{number + 1:x}", stream)


@recipe()
def ntp_monitor(capture: Capture) -> None:
    """A monitor polls 120 time servers twice; all answer."""
    for number, server in enumerate(hosts("198.18", 120)):
        for time in (number * 0.1, 64 + number * 0.1):
            capture.send(time, CLIENT, server, udp(123, 123, ntp(3)))
            capture.send(time + 0.03, server, CLIENT, udp(123, 123, ntp(4)))


@recipe()
def update_flood(capture: Capture) -> None:
    """A management server pushes an update to 150 machines in five seconds; all take it."""
    for number, machine in enumerate(hosts("10.0.7", 150)):
        connection = Conversation(
            capture, number / 30, (SERVER, 40000 + number), (machine, 8530), 0.004
        )
        connection.open().say(0, capture.random.randbytes(500)).say(1, b"OK\r\n").close()


@recipe()
def arp_gateway(capture: Capture) -> None:
    """A gateway asks for 150 targets in an hour, in no order, and sends IP to none itself."""
    for target in capture.random.sample(hosts("10.0", 600, 2), 150):
        time = capture.random.uniform(0, 3600)
        answered = capture.random.random() < 0.5
        ask(capture, time, GATEWAY, target, answered=answered)
        if not answered:
            ask(capture, time + 1, GATEWAY, target, answered=False)


@recipe()
def traceroute(capture: Capture) -> None:
    """The way to three hosts, three probes a hop; the routers' ICMP errors quote the probes."""
    for number, target in enumerate(["198.51.100.7", "198.51.100.8", "203.0.113.9"]):
        for hop in range(1, 11):
            for attempt in range(3):
                time = number * 4 + hop * 0.3 + attempt * 0.05
                message = udp(45000 + number, 33434 + hop * 3 + attempt, bytes(32))
                sent = ipv4(CLIENT, target, message, ttl=hop)
                quoted = ipv4(CLIENT, target, message, ttl=1)
                router, kind, code = f"192.0.2.{hop}", ICMP_TIME_EXCEEDED, 0
                if hop == 10:
                    router, kind, code = target, ICMP_UNREACHABLE, 3
                capture.add(time, ethernet_between(CLIENT, target, sent))
                capture.send(time + 0.02, router, CLIENT, icmp_error(kind, code, quoted))


@recipe()
def ping_monitor(capture: Capture) -> None:
    """A monitor pings 80 hosts every ten seconds; all but two answer."""
    for number, host in enumerate(hosts("10.0.7", 80)):
        for turn in range(5):
            time = turn * 10 + number * 0.05
            capture.send(time, CLIENT, host, echo(True, turn))
            if number not in (11, 47):
                capture.send(time + 0.001, host, CLIENT, echo(False, turn))


@recipe()
def p2p_one_port(capture: Capture) -> None:
    """A peer-to-peer client contacts 120 peers, all on port 6346; 30 answer and exchange data."""
    for number, peer in enumerate(scattered(capture, 120)):
        client, server = (CLIENT, 40000 + number), (peer, 6346)
        if number % 4 == 1:
            connection = Conversation(capture, number * 0.4, client, server, 0.08).open()
            for _ in range(2):
                connection.say(0, capture.random.randbytes(60))
                connection.say(1, capture.random.randbytes(300))
        else:
            probe(capture, number * 0.4, client, server, repeats=(3,))


@recipe()
def game_servers(capture: Capture) -> None:
    """A game asks 120 servers of a list how they are, each once; half of them answer."""
    for number, server in enumerate(scattered(capture, 120)):
        capture.send(number * 0.01, CLIENT, server, udp(50000, 27015, bytes(25)))
        if number % 2:
            capture.send(number * 0.01 + 0.08, server, CLIENT, udp(27015, 50000, bytes(120)))


@recipe()
def name_responder(capture: Capture) -> None:
    """A host answers 60 others that ask the network for its name by NetBIOS and mDNS."""
    for number, other in enumerate(hosts("10.0.0", 60, 100)):
        port, group = ((137, "10.0.0.255"), (5353, "224.0.0.251"))[number % 2]
        capture.send(number, other, group, udp(port, port, bytes(50)))
        capture.send(number + 0.01, SERVER, other, udp(port, port, bytes(62)))


@recipe()
def one_way_logs(capture: Capture) -> None:
    """A relay sends logs to 15 collectors, which never answer."""
    for turn in range(20):
        for number, collector in enumerate(hosts("10.0.7", 15)):
            time = turn + number * 0.01
            capture.send(time, SERVER, collector, udp(40000, 514, b"<13>relay: a message"))


@recipe()
def nfs_mounts(capture: Capture) -> None:
    """A client mounts 25 times: its calls come from system ports, and go to high ones."""
    for number in range(25):
        time, own, mountd = number * 0.5, 700 + number, 40000 + number * 3
        for step, port in enumerate((111, mountd, 2049)):
            capture.send(time + step * 0.01, CLIENT, SERVER, udp(own, port, bytes(56)))
            capture.send(time + step * 0.01 + 0.002, SERVER, CLIENT, udp(port, own, bytes(32)))


@recipe()
def calls(capture: Capture) -> None:
    """20 calls between two media gateways, whose control ports nobody listens to."""
    for number in range(20):
        own, other = 10000 + 2 * number, 20000 + 2 * number
        for packet in range(6):
            time = number * 2 + packet * 0.02
            capture.send(time, CLIENT, SERVER, udp(own, other, bytes(172)))
            capture.send(time + 0.01, SERVER, CLIENT, udp(other, own, bytes(172)))
        capture.send(number * 2 + 0.2, CLIENT, SERVER, udp(own + 1, other + 1, bytes(60)))
