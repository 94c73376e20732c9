"""The capture that a first look at the plugin is taken with: a minute of a busy office network."""
from capture import ADDRESS_SCAN, ARP_SCAN, PORT_SCAN, Capture, recipe
from layers import ACK, RST, SYN, echo, tcp, udp
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

GATEWAY = "10.0.0.1"
NAME_SERVER = "10.0.0.53"
WEB_SERVER = "10.0.0.5"
P2P_CLIENT = "10.0.0.40"
VICTIM = "10.0.0.20"
LIVE_HOSTS = [GATEWAY, WEB_SERVER, VICTIM, P2P_CLIENT, NAME_SERVER] + hosts("10.0.0", 12, 101)
PRINTERS = {"10.0.0.9": "printer.local", "10.0.0.11": "scanner.local", "10.0.0.12": "tv.local"}


@recipe()
def demo(capture: Capture) -> None:
    """A minute of an office: clients, a server, peer-to-peer, backscatter and three scanners."""
    office_clients(capture)
    public_web_server(capture)
    peer_to_peer(capture)
    announcements(capture)
    monitoring(capture)
    flooded_server(capture)
    ssh_sweep(capture)
    port_scan(capture)
    arp_sweep(capture)


def office_clients(capture: Capture) -> None:
    """Twelve clients look up names and visit the web, one of them over IPv6 as well."""
    sites = [(f"www.shop{number}.example.com", f"198.18.0.{number + 1}") for number in range(40)]
    for number, client in enumerate(hosts("10.0.0", 12, 101)):
        for visit, (name, server) in enumerate(capture.random.sample(sites, 7)):
            time = capture.random.uniform(0, 57)
            resolve(capture, time, client, NAME_SERVER, name, [server])
            port = 50000 + number * 100 + visit
            browse(capture, time + 0.02, (client, port), server, name, size=300)
    for number, server in enumerate(hosts("2001:db8:80::", 8)):
        time, name = 3 + number * 6, f"v6-{number}.example.org"
        resolve(capture, time, "10.0.0.103", NAME_SERVER, name, [server])
        browse(capture, time + 0.02, ("2001:db8:1::103", 52000 + number), server, name, size=300)


def public_web_server(capture: Capture) -> None:
    """A server in the office answers 60 clients from outside."""
    resolve(capture, 0.5, "10.0.0.101", NAME_SERVER, "intranet.example.com", [WEB_SERVER])
    resolve(capture, 0.6, "10.0.0.101", NAME_SERVER, "files.example.com", [VICTIM])
    for number, client in enumerate(hosts("198.51.100", 60, 100)):
        time = capture.random.uniform(0, 58)
        connection = Conversation(capture, time, (client, 33000 + number), (WEB_SERVER, 80), 0.05)
        connection.open().say(0, http_get("www.example.com"))
        connection.say(1, http_ok(web_page(250))).close()


def peer_to_peer(capture: Capture) -> None:
    """A client contacts 80 peers on ports of their own; 24 answer and exchange data."""
    for number, peer in enumerate(hosts("198.19", 80)):
        time = capture.random.uniform(0, 52)
        client, server = (P2P_CLIENT, 41000 + number), (peer, capture.random.randrange(1024, 65536))
        if number % 10 in (1, 4, 7):
            connection = Conversation(capture, time, client, server, 0.08).open()
            for _ in range(4):
                connection.say(0, capture.random.randbytes(50))
                connection.say(1, capture.random.randbytes(120))
        else:
            probe(capture, time, client, server, repeats=(1, 3))


def announcements(capture: Capture) -> None:
    """Devices announce their names, clients search for services."""
    for number, (device, name) in enumerate(PRINTERS.items()):
        for turn in range(6):
            time = number + turn * 10
            announcement = udp(5353, 5353, mdns_announcement(name, device))
            capture.send(time, device, "224.0.0.251", announcement)
    for number, client in enumerate(hosts("10.0.0", 6, 101)):
        for turn in range(4):
            time = 2 + number * 2 + turn * 12
            capture.send(time, client, "239.255.255.250", udp(51000, 1900, ssdp_search()))


def monitoring(capture: Capture) -> None:
    """The gateway resolves neighbours, is pinged and serves the time."""
    for number, client in enumerate(hosts("10.0.0", 12, 101)):
        ask(capture, number * 4.5, client, GATEWAY, answered=True)
        ask(capture, number * 4.5 + 2, GATEWAY, client, answered=True)
        capture.send(number * 4.0, client, GATEWAY, udp(123, 123, ntp(3)))
        capture.send(number * 4.0 + 0.001, GATEWAY, client, udp(123, 123, ntp(4)))
    for second in range(60):
        capture.send(second, "10.0.0.101", GATEWAY, echo(True, second))
        capture.send(second + 0.0006, GATEWAY, "10.0.0.101", echo(False, second))


def flooded_server(capture: Capture) -> None:
    """A server elsewhere is flooded with spoofed SYNs; 70 of its answers end up here."""
    for number, spoofed in enumerate(capture.random.sample(hosts("10.9", 1000), 70)):
        time, seq = capture.random.uniform(10, 50), capture.random.getrandbits(32)
        flags = SYN | ACK if number % 3 else RST | ACK
        for repeat in (0, 1) if flags & SYN else (0,):
            segment = tcp(80, 1024 + number * 7, flags, seq=seq, ack=seq ^ 0x55555555)
            capture.send(time + repeat, "203.0.113.80", spoofed, segment)


def ssh_sweep(capture: Capture) -> None:
    """A scanner outside tries port 22 of a /24: 2 hosts answer, the other live ones refuse."""
    scanner = "198.51.100.66"
    capture.scan(ADDRESS_SCAN, scanner)
    for number, target in enumerate(capture.random.sample(hosts("10.0.0", 254), 254)):
        answer = RST | ACK if target in LIVE_HOSTS else 0
        if target in (VICTIM, WEB_SERVER):
            answer = SYN | ACK
        client = (scanner, 54000 + number)
        probe(capture, 15 + number * 0.02, client, (target, 22), answer, answer & SYN and RST)


def port_scan(capture: Capture) -> None:
    """A scanner in the office tries 200 ports of a server, four of which are open."""
    scanner = "10.0.0.77"
    capture.scan(PORT_SCAN, scanner)
    for number, port in enumerate(
        capture.random.sample(range(1, 1024), 196) + [22, 443, 445, 2049]
    ):
        answer, last = (SYN | ACK, RST) if number >= 196 else (RST | ACK, 0)
        probe(capture, 30 + number * 0.01, (scanner, 45678), (VICTIM, port), answer, last)


def arp_sweep(capture: Capture) -> None:
    """A scanner in the office asks for every address of the /24."""
    scanner = "10.0.0.99"
    capture.scan(ARP_SCAN, scanner)
    for number, target in enumerate(hosts("10.0.0", 254)):
        if target != scanner:
            time = 42 + number * 0.008
            ask(capture, time, scanner, target, answered=target in LIVE_HOSTS)
