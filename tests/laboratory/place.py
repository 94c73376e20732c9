"""The place where a row of the table runs: a scanner's and a target's network namespace and a link.

    scanner 192.0.2.1 ──── veth ──── target 192.0.2.10, .20 … .250, and a router
    2001:db8::1                      2001:db8::10, ::20 … ::f0
                                     behind it 198.51.100.5, .17, .80, .81, .200; 203.0.113.0/25;
                                     2001:db8:1::5, ::11, ::50, ::51, ::c8; 2001:db8:2::/48

Every other address of these networks is down. No interface leads anywhere else, and there is no
default route.
"""
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Dict, List, Sequence

import namespaces
import services
import swarm
from row import Row

HERE = Path(__file__).resolve().parent
SCANNER_MAC, TARGET_MAC = "00:00:5e:00:53:01", "00:00:5e:00:53:02"  # for documentation, RFC 7042
# In immediate mode each frame takes a slot as long as the longest may be: that makes 8,000 slots,
# where the defaults make eight and lose frames of every scan. What is longer is cut.
ROOM = ("-s", "2048", "-B", "16384")

SYSCTLS = {
    "ipv4/icmp_ratelimit": "0",  # or most closed UDP ports would look open
    "ipv4/icmp_msgs_per_sec": "100000",
    "ipv6/icmp/ratelimit": "0",
    "ipv4/tcp_syn_linear_timeouts": "0",  # back-off from the first, as before Linux 6.5
    "ipv6/conf/all/accept_dad": "0",
    "ipv6/conf/default/accept_dad": "0",
}


def run(*command: str) -> None:
    subprocess.run(command, check=True)


def batch(family: str, lines: Sequence[str]) -> None:
    """Many commands to ip in one process."""
    subprocess.run(["ip", family, "-batch", "-"], input="\n".join(lines), text=True, check=True)


def set_sysctls(values: Dict[str, str]) -> None:
    for name, value in values.items():
        path = Path("/proc/sys/net", name)
        if path.exists():  # some are not in every kernel
            path.write_text(value, encoding="ascii")


def be_target(row: Row, ready: int, go: int) -> None:
    """The target's process: a network namespace of its own, then its services until it is ended."""
    namespaces.unshare(namespaces.CLONE_NEWNET)
    os.write(ready, b"n")
    os.read(go, 1)  # until the interface is there
    set_sysctls(
        {
            **SYSCTLS,
            "ipv4/ip_forward": "01"[row.router_answers],
            "ipv6/conf/all/forwarding": "01"[row.router_answers],
        }
    )
    batch("-4", target_ipv4())
    batch("-6", target_ipv6())
    if row.firewall:
        run(
            "nft",
            "table inet laboratory { chain arriving { type filter hook prerouting priority 0; "
            + row.firewall
            + "; }; }",
        )
    services.start(row.tcp, row.udp)
    if row.beside:
        subprocess.Popen(["bash", "-c", row.beside])  # pylint: disable=consider-using-with
    os.write(ready, b"s")
    while True:
        signal.pause()


def target_ipv4() -> List[str]:
    lines = ["link set lo up", f"link set veth-t address {TARGET_MAC}", "link set veth-t up"]
    lines += [f"address add 192.0.2.{host}/24 dev veth-t" for host in range(10, 251, 10)]
    lines += [f"address add 198.51.100.{host}/32 dev lo" for host in (5, 17, 80, 81, 200)]
    return lines + ["route add local 203.0.113.0/25 dev lo"]


def target_ipv6() -> List[str]:
    lines = [f"address add 2001:db8::{host:x}/64 dev veth-t nodad" for host in range(16, 241, 16)]
    lines += [f"address add 2001:db8:1::{host:x}/128 dev lo nodad" for host in (5, 17, 80, 81, 200)]
    return lines + ["route add local 2001:db8:2::/48 dev lo"]


def scanner_ipv4() -> List[str]:
    return [
        "link set lo up",
        f"link set veth-s address {SCANNER_MAC}",
        "link set veth-s up",
        "address add 192.0.2.1/24 dev veth-s",
        "route add 198.51.100.0/24 via 192.0.2.10",
        "route add 203.0.113.0/24 via 192.0.2.10",
    ]


def scanner_ipv6() -> List[str]:
    return [
        "address add 2001:db8::1/64 dev veth-s nodad",
        "route add 2001:db8::/32 via 2001:db8::10",
    ]


def start_target(row: Row) -> int:
    """The target's process id, once it and the link to it are ready."""
    ready, says_ready = os.pipe()
    go, says_go = os.pipe()
    target = namespaces.fork(lambda: be_target(row, says_ready, go))
    os.close(says_ready)
    if os.read(ready, 1) != b"n":
        raise RuntimeError("the target has no network namespace")
    set_sysctls(SYSCTLS)
    run(
        "ip",
        "link",
        "add",
        "veth-s",
        "type",
        "veth",
        "peer",
        "name",
        "veth-t",
        "netns",
        str(target),
    )
    batch("-4", scanner_ipv4())
    batch("-6", scanner_ipv6())
    os.write(says_go, b"g")
    if os.read(ready, 1) != b"s":
        raise RuntimeError("the target did not start")
    return target


def shell(script: str, seconds: float) -> None:
    """Runs a row's commands. Whether they did what they should, the capture says, not their exit
    status: a monitor is ended by the clock, and ping fails where nobody answers."""
    prelude = 'target() { nsenter --target "$TARGET" --net -- "$@"; }\n'
    limit = ["timeout", "--kill-after=1", str(seconds)]
    subprocess.run([*limit, "bash", "-c", prelude + script], check=False)


def wait_for_capture(tcpdump: "subprocess.Popen[str]") -> None:
    assert tcpdump.stderr
    for line in tcpdump.stderr:
        if "listening on" in line:
            return
    raise RuntimeError("tcpdump did not start")


def run_row(row: Row, work: Path, capture: Path) -> None:
    """Runs a row in the namespaces that this process was isolated in, with files in `work`, and
    captures what passes the scanner's interface meanwhile."""
    os.chdir(work)
    if "torrent" in row.command:
        swarm.write_torrent(work)
    os.environ.update(
        HERE=str(HERE), HOME=str(work), LC_ALL="C", MAC=TARGET_MAC, SEED_PORTS=swarm.seed_ports()
    )
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    os.environ["TARGET"] = str(start_target(row))
    if row.before:
        shell(row.before, 30)
    command = [
        "tcpdump",
        "-i",
        "veth-s",
        "-U",
        "--immediate-mode",
        *ROOM,
        "-Z",
        "root",
        "-w",
        str(capture),
        *row.captured.split(),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tcpdump:
        wait_for_capture(tcpdump)
        shell(row.command, row.seconds)
        time.sleep(0.4)  # for the last answers
        tcpdump.send_signal(signal.SIGINT)
        tcpdump.wait(10)
