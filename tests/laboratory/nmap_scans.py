"""The rows of the laboratory's table in which nmap scans."""
from row import HOST, HOST6, NET, NET6, SCANNER6, scan

FAST = "nmap -n -Pn --max-retries 0 --min-rate 200 "

# nmap's scans of a network, IPv4 and IPv6, of which 5 of 256 hosts are up.
SWEEPS = {
    "sS": "-sS -p 80",
    "sT": "-sT -p 80",
    "sA": "-sA -p 80",
    "sW": "-sW -p 80",
    "sM": "-sM -p 80",
    "sF": "-sF -p 80",
    "sN": "-sN -p 80",
    "sX": "-sX -p 80",
    "sU": "-sU -p 161",
    "sY": "-sY -p 2905",
    "flags-rst": "-sS --scanflags RST -p 80",
    "flags-synfin": "-sS --scanflags SYNFIN -p 80",
    "frag": "-sS -f -p 80",
}
# How the probes of these scans are called.
PROBES = {
    "sS": "SYN",
    "sT": "SYN|connect",
    "sA": "ACK",
    "sW": "ACK",
    "sM": "Maimon",
    "sF": "FIN",
    "sN": "NULL",
    "sX": "Xmas",
    "sU": "UDP",
    "sO": "protocol",
    "sY": "SCTP INIT",
    "flags-rst": "RST",
    "frag": "SYN",
    "PE": "ICMP echo",
    "PP": "ICMP timestamp",
    "PM": "ICMP mask|ICMP address mask",
    "PS": "SYN",
    "PA": "ACK",
    "PU": "UDP",
    "PY": "SCTP INIT",
    "PO": "protocol",
}
# Its payload for 161/udp is nmap's own.
LOOKS = {"sU": {"tool": "nmap"}}
for _name, _options in SWEEPS.items():
    scan(
        f"nmap-{_name}-net",
        FAST + f"{_options} {NET}",
        "address-scan",
        contacts=250,
        probe=PROBES.get(_name, ""),
        **LOOKS.get(_name, {}),
    )
    if _name != "frag":
        scan(
            f"nmap-6-{_name}-net",
            FAST + f"-6 {_options} {NET6}",
            "address-scan",
            SCANNER6,
            contacts=250,
            probe=PROBES.get(_name, ""),
            **LOOKS.get(_name, {}),
        )
scan(
    "nmap-sO-net", FAST + f"-sO -p 47,50,132 {NET}", "address-scan", contacts=250, probe="protocol"
)
scan(
    "nmap-6-sO-net",
    FAST + f"-6 -sO -p 47,50,132 {NET6}",
    "address-scan",
    SCANNER6,
    contacts=250,
    probe="protocol",
)

# nmap's host discovery, with each of its probes.
scan(
    "nmap-sn-link",
    "nmap -n -sn 192.0.2.0/24",
    "arp-scan",
    "ARP 192.0.2.1",
    contacts=250,
    probe="ARP",
)
scan("nmap-sn-net", f"nmap -n -sn {NET}", "address-scan", contacts=250)
scan(
    "nmap-6-sn-link",
    "nmap -n -6 -sn 2001:db8::/120",
    "ndp-scan",
    "NDP 2001:db8::1",
    contacts=250,
    probe="NDP",
)
scan("nmap-6-sn-net", f"nmap -n -6 -sn {NET6}", "address-scan", SCANNER6, contacts=250)
for _name, _options in {
    "PE": "-PE",
    "PP": "-PP",
    "PM": "-PM",
    "PS": "-PS443",
    "PA": "-PA80",
    "PU": "-PU40125",
    "PY": "-PY80",
    "PO": "-PO47",
}.items():
    scan(
        f"nmap-sn-{_name}-net",
        f"nmap -n -sn --min-rate 200 {_options} {NET}",
        "address-scan",
        contacts=250,
        probe=PROBES[_name],
    )
scan(
    "nmap-sn-PE-router-errors",
    f"nmap -n -sn -PE {NET}",
    "address-scan",
    contacts=250,
    router_answers=True,
    also={"192.0.2.10": "!server !backscatter"},
    note="the router reports 250 hosts as unreachable",
    probe="ICMP echo",
)
scan(
    "nmap-sU-net-router-errors",
    FAST + f"-sU -p 161 {NET}",
    "address-scan",
    contacts=250,
    router_answers=True,
    also={"192.0.2.10": "!server"},
    probe="UDP",
    tool="nmap",
)
scan(
    "nmap-6-sS-net-router-errors",
    FAST + f"-6 -sS -p 80 {NET6}",
    "address-scan",
    SCANNER6,
    contacts=250,
    router_answers=True,
    also={"2001:db8::10": "!server"},
    probe="SYN",
)
scan(
    "nmap-6-sn-words",
    "nmap -n -6 -sn -PE "
    + " ".join(
        f"2001:db8:1::{word}"
        for word in "cafe babe dead beef f00d face fee1 c0de 53 80 443 25 "
        "a b c d e f 100 101 102 110 200 201 1:1 1:2 2:1 2:2 3:1 3:2 4:1 5:1".split()
    ),
    "address-scan",
    SCANNER6,
    contacts=30,
    note="addresses of the patterns that people choose",
    probe="ICMP echo",
)
scan(
    "nmap-6-sn-eui64",
    "nmap -n -6 -sn -PE --min-rate 200 2001:db8:1::5054:ff:fe00:0/120",
    "address-scan",
    SCANNER6,
    contacts=250,
    note="addresses made of the hardware addresses of one maker",
    probe="ICMP echo",
)

# nmap's scans of a host on the link, which refuses what is closed.
PORTS = {
    "sS": "-sS -F",
    "sT": "-sT -F",
    "sA": "-sA -F",
    "sW": "-sW -F",
    "sM": "-sM -F",
    "sF": "-sF -F",
    "sN": "-sN -F",
    "sX": "-sX -F",
    "sU": "-sU -F",
    "sO": "-sO",
    "sY": "-sY -p 1-100",
    "flags-rst": "-sS --scanflags RST -F",
    "frag": "-sS -f -F",
    "sV": "-sV --version-light -F",
    "A": "-A --top-ports 50",
}
TAKES = {"A": 30, "sV": 15}
for _name, _options in PORTS.items():
    _takes = TAKES.get(_name, 3)
    scan(
        f"nmap-{_name}-host",
        FAST + f"{_options} {HOST}",
        "port-scan",
        takes=_takes,
        probe=PROBES.get(_name, ""),
    )
    if _name != "frag":
        scan(
            f"nmap-6-{_name}-host",
            FAST + f"-6 {_options} {HOST6}",
            "port-scan",
            SCANNER6,
            takes=_takes,
            seconds=40,
            probe=PROBES.get(_name, ""),
        )
scan(
    "nmap-6-T2-host",
    f"nmap -n -Pn -6 -T2 -sS --top-ports 40 {HOST6}",
    "port-scan",
    SCANNER6,
    takes=20,
    note="0.4 s a probe",
    probe="SYN",
)
scan(
    "nmap-6-decoys",
    f"nmap -n -Pn -6 -sS -F -D 2001:db8::101,2001:db8::102,ME {HOST6}",
    "port-scan",
    SCANNER6,
    also={"2001:db8::101": "port-scan", "2001:db8::102": "port-scan"},
    probe="SYN",
    together=3,
)
scan(
    "nmap-T2-host",
    "nmap -n -Pn -T2 -sS --top-ports 40 " + HOST,
    "port-scan",
    note="0.4 s a probe",
    probe="SYN",
)
scan(
    "nmap-T2-net",
    "nmap -n -Pn -T2 --max-retries 0 -sS -p 23 198.51.100.0/27",
    "address-scan",
    contacts=30,
    seconds=50,
    takes=35,
    note="0.4 s a probe",
    probe="SYN",
)
scan(
    "nmap-sS-10ports",
    "nmap -n -Pn -sS -p 21,22,23,25,80,110,139,443,445,3389 " + HOST,
    "port-scan",
    note="few ports, well known",
    probe="SYN",
)
scan(
    "nmap-sT-10ports",
    "nmap -n -Pn -sT -p 21,22,23,25,80,110,139,443,445,3389 " + HOST,
    "port-scan",
    note="few ports, well known",
    probe="SYN|connect",
)
scan(
    "nmap-sS-10ports-silent",
    "nmap -n -Pn -sS -p 21,22,23,25,80,110,139,443,445,3389 198.51.100.7",
    "port-scan",
    note="few ports of a host that is down",
    probe="SYN",
)
scan(
    "nmap-sS-dropped",
    FAST + f"-sS -F {HOST}",
    "port-scan",
    firewall="tcp dport != { 22, 80 } drop",
    note="a firewall drops what is closed",
    probe="SYN",
)
scan(
    "nmap-sU-dropped",
    FAST + f"-sU -F {HOST}",
    "port-scan",
    firewall="udp dport != 53 drop",
    probe="UDP",
)
for _name in ("sA", "sS", "sF"):
    scan(
        f"nmap-{_name}-3-silent-hosts",
        f"nmap -n -Pn --max-retries 0 -{_name} 198.51.100.7-9",
        "port-scan [address-scan]",
        contacts=3,
        note="1,000 ports of each",
        probe=PROBES[_name],
    )
scan(
    "nmap-sS-3-hosts",
    FAST + "-sS -F 192.0.2.20 192.0.2.30 192.0.2.40",
    "port-scan [address-scan]",
    contacts=3,
    probe="SYN",
)
scan(
    "nmap-top10-25-hosts",
    "nmap -n -sS --top-ports 10 192.0.2.10-250",
    "address-scan [port-scan]",
    contacts=25,
    also={"ARP 192.0.2.1": "arp-scan"},
    note="after an ARP sweep that finds the 25",
    probe="SYN",
)
scan(
    "nmap-6-sS-link",
    FAST + "-6 -sS -p 80 2001:db8::/121",
    "[address-scan]",
    SCANNER6,
    contacts=8,
    also={"NDP 2001:db8::1": "ndp-scan"},
    note="only the 8 hosts found by discovery are sent a SYN",
)
scan(
    "nmap-decoys",
    f"nmap -n -Pn -sS -F -D 192.0.2.101,192.0.2.102,ME {HOST}",
    "port-scan",
    also={"192.0.2.101": "port-scan", "192.0.2.102": "port-scan"},
    note="the decoys' packets are as the scanner's",
    probe="SYN",
    together=3,
)
