"""Captures of a scan that many sources share, and of many clients of the same block that are none."""
from typing import List

from capture import DISTRIBUTED_SCAN, Capture, recipe
from layers import udp
from traffic import Conversation, hosts, http_get, http_ok, ntp, probe

BLOCK = "192.0.2"
SERVERS = 200
WEB = 443
SWARM = 6881


def clients(count: int) -> List[str]:
    """So many sources far from each other."""
    return [f"10.{number % 8}.{number // 8}.{7 + number}" for number in range(count)]


@recipe()
def distributed_scan(capture: Capture) -> None:
    """Sixty sources share the addresses of a /24 and ask for 445/tcp there, 20 of which respond."""
    scanners = clients(60)
    for scanner in scanners:
        capture.scan(DISTRIBUTED_SCAN, scanner)
    targets = hosts(BLOCK, 254)
    capture.random.shuffle(targets)
    for number, target in enumerate(targets):
        source = (scanners[number % len(scanners)], 40000 + number)
        if number % 13:
            probe(capture, number * 0.3, source, (target, 445))
        else:
            Conversation(capture, number * 0.3, source, (target, 445)).open()


@recipe()
def distributed_farm(capture: Capture) -> None:
    """150 clients of a farm of 200 servers, three each."""
    for number, client in enumerate(clients(150)):
        for place, server in enumerate(capture.random.sample(hosts(BLOCK, SERVERS), 3)):
            source = (client, 40000 + place)
            conversation = Conversation(capture, number * 0.2 + place, source, (server, WEB)).open()
            conversation.say(0, http_get("farm.example")).say(1, http_ok(b"x" * 500)).close()


@recipe()
def distributed_farm_down(capture: Capture) -> None:
    """Sixty clients of a farm that is down, four servers each, once more after a second."""
    for number, client in enumerate(clients(60)):
        for place, server in enumerate(capture.random.sample(hosts(BLOCK, SERVERS), 4)):
            source = (client, 40000 + place)
            probe(capture, number * 0.2 + place * 3, source, (server, WEB), repeats=(1.0,))


@recipe()
def distributed_pool(capture: Capture) -> None:
    """A hundred clients of a pool of time servers, four each, a third of which is silent."""
    for number, client in enumerate(clients(100)):
        for place, server in enumerate(capture.random.sample(hosts(BLOCK, SERVERS), 4)):
            time = number * 0.1 + place * 2
            capture.send(time, client, server, udp(123 + 40000, 123, ntp(3)))
            if int(server.rsplit(".", 1)[1]) % 3:
                capture.send(time + 0.02, server, client, udp(123, 123 + 40000, ntp(4)))


@recipe()
def distributed_swarm(capture: Capture) -> None:
    """Fifty peers of one swarm, each of which tries six of those that its tracker named; half are gone."""
    members = hosts(BLOCK, 120)
    for number, client in enumerate(clients(50)):
        for place, peer in enumerate(capture.random.sample(members, 6)):
            source = (client, 50000 + place)
            if members.index(peer) % 2:
                probe(capture, number * 0.3 + place, source, (peer, SWARM))
            else:
                Conversation(capture, number * 0.3 + place, source, (peer, SWARM)).open()
