"""What a row of the laboratory's table is, and how one is added (see rows.py)."""
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Tuple

SCANNER, SCANNER6 = "192.0.2.1", "2001:db8::1"
# Behind the router, with 5 hosts that are up.
NET, NET6 = "198.51.100.0/24", "2001:db8:1::/120"
# On the link.
HOST, HOST6 = "192.0.2.20", "2001:db8::20"


@dataclass(frozen=True)
class Row:
    """A run of a real program and the truth about it."""

    name: str
    command: str
    """A bash script, run in the scanner's namespace while its interface is captured. `$MAC` is the
    target's hardware address; `target COMMAND` runs a command in the target's namespace."""
    called: Mapping[str, str]
    """What sources must be called: words by source, that of ARP as "ARP 192.0.2.1", that of
    neighbour discovery as "NDP 2001:db8::1". A word is a verdict that the source must get,
    "[verdict]" one that it may get, "!verdict" one that it must not get. No other verdict may
    accuse it, nor a source that is not named; and nobody may be called backscatter."""
    probe: str = ""
    """The kind of probe that the reason of the first of these sources names, as "SYN" or, if it may
    be one of several, "SYN|connect"; nothing if many are mixed."""
    contacts: int = 1
    """How many destinations the first of these sources has at least, so that a program that did
    nothing does not pass."""
    seconds: float = 30
    """After which the programs are ended."""
    note: str = ""
    programs: Tuple[str, ...] = ()
    """What must be installed; the command's first word if empty."""
    takes: float = 3
    """Seconds, about: those that take longest start first."""
    tcp: Tuple[int, ...] = (22, 80, 443)
    udp: Tuple[int, ...] = (53, 123, 137, 161)
    """The target's open ports."""
    router_answers: bool = False
    """Whether its router reports what is unreachable, or is silent."""
    firewall: str = ""
    """An nftables rule for all that comes to the target."""
    beside: str = ""
    """A bash script in the target's namespace, from before the capture to its end. `$HERE` is this
    folder, `$SEED_PORTS` the ports of the swarm's peers that are alive (swarm.py)."""
    captured: str = ""
    """A filter for what is captured, as tcpdump takes it; everything if empty."""
    tool: str = ""
    """Whose the probes of the first of these sources must look like, "[nmap]" whose they may;
    those of the others may, too, and nobody else's."""
    together: int = 1
    """How many sources the report must put into one scan with the first of these."""
    before: str = ""
    """A bash script in the scanner's namespace that ends before the capture begins."""

    def needs(self) -> Tuple[str, ...]:
        return self.programs or (self.command.split()[0],)


# Addresses that are nobody's until a row makes them its own.
MANY = [f"192.0.2.{host}" for host in range(101, 160) if host % 10]

ROWS: List[Row] = []


TOOLS = {"hping3": "hping3", "masscan": "masscan", "nmap": "nmap", "zmap": "ZMap"}
# The probes that they leave to the system, or send as everybody does.
UNMARKED = {
    "SYN|connect",
    "UDP",
    "SCTP INIT",
    "protocol",
    "ARP",
    "NDP",
    "ICMP mask|ICMP address mask",
}


def scan(name: str, command: str, called: str, source: str = SCANNER, **more: Any) -> None:
    """A row in which `source` scans: `called` is for it, `also` for others."""
    also: Dict[str, str] = more.pop("also", {})
    # The first eight bytes of a segment, a fragment of nmap's -f, do not have the window.
    is_marked = more.get("probe") not in UNMARKED and " -f " not in command
    more.setdefault("tool", TOOLS.get(command.split()[0], "") if is_marked else "")
    ROWS.append(Row(name, command, {source: called, **also}, **more))


def ordinary(name: str, command: str, called: str = "", source: str = SCANNER, **more: Any) -> None:
    """A row in which nobody scans; `called` may name the verdict that `source` must get."""
    ROWS.append(Row(name, command, {source: called}, **more))


# A BitTorrent client, and the peers of its swarm that are there (swarm.py).
ARIA2 = (
    "aria2c --enable-dht=false --bt-enable-lpd=false --seed-time=0 "
    "--max-overall-download-limit=200K --console-log-level=error data.torrent"
)
SEEDS = r"""
for port in $SEED_PORTS; do
  aria2c --dir=seeds --listen-port=$port --enable-dht=false --bt-enable-lpd=false --seed-ratio=0 \
    --bt-seed-unverified --bt-exclude-tracker='*' --quiet data.torrent &
done"""
