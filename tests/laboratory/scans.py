"""The rows of the laboratory's table in which other scanners scan, some beside other traffic."""
from row import ARIA2, HOST, MANY, NET, SCANNER6, SEEDS, scan

MASSCAN = "masscan --interface veth-s --source-ip 192.0.2.1 --router-mac ${MAC//:/-} --wait 1 "
scan("masscan-net", MASSCAN + f"{NET} -p 80 --rate 500", "address-scan", contacts=250, probe="SYN")
scan(
    "masscan-net-10-ports",
    MASSCAN + f"{NET} -p 21-23,25,80,110,139,443,445,3389 --rate 2000",
    "address-scan [port-scan]",
    contacts=250,
    probe="SYN",
)
scan(
    "masscan-net-udp",
    MASSCAN + f"{NET} -pU:161 --rate 500",
    "address-scan",
    contacts=250,
    probe="UDP",
)
scan("masscan-host", MASSCAN + f"{HOST} -p 1-1000 --rate 1000", "port-scan", probe="SYN")
scan(
    "masscan-banners",
    MASSCAN + f"{NET} -p 80 --rate 500 --banners --source-port 61000",
    "address-scan",
    contacts=250,
    probe="SYN|connect",
    tool="masscan",
)
scan(
    "masscan-one-way",
    MASSCAN + f"{NET} -p 80 --rate 500",
    "address-scan",
    contacts=250,
    captured="src host 192.0.2.1",
    probe="SYN",
    note="no answer was captured; nobody sends data either",
)
scan(
    "masscan-from-27-sources",
    f"""
shard=0
for source in {" ".join(MANY[:27])}; do
  shard=$((shard + 1))
  masscan --interface veth-s --source-ip $source --router-mac ${{MAC//:/-}} --wait 1 --seed 7 \\
    --shard $shard/27 198.51.100.0/25 -p 445 --rate 500 &
done
wait""",
    "distributed-scan",
    MANY[0],
    contacts=3,
    also={source: "distributed-scan" for source in MANY[1:27]},
    programs=("masscan",),
    seconds=60,
    takes=15,
    tool="[masscan]",
    together=27,
    note="each asks four or five of the hosts",
)
ZMAP = "zmap -i veth-s -G $MAC -S 192.0.2.1 -c 1 -b /dev/null -r 500 -o found -q "
scan("zmap-syn", ZMAP + f"-p 80 {NET}", "address-scan", contacts=250, probe="SYN")
scan("zmap-icmp", ZMAP + f"-M icmp_echoscan {NET}", "address-scan", contacts=250, probe="ICMP echo")
scan(
    "zmap-udp",
    ZMAP + f"-M udp -p 53 --probe-args=hex:123401000001000000000000047369746501"
    f"37076578616d706c650000010001 {NET}",
    "address-scan",
    contacts=250,
    probe="UDP",
    tool="ZMap",
)
scan("hping3-scan", f"hping3 --scan 1-200 -S {HOST}", "port-scan", probe="SYN")
scan(
    "hping3-rand-dest",
    "hping3 -I veth-s -S -p 23 -c 300 --faster --rand-dest 198.51.100.x",
    "address-scan",
    contacts=100,
    probe="SYN",
)
for _name, _flag in {"ack": "-A", "rst": "-R", "fin": "-F"}.items():
    scan(
        f"hping3-{_name}-rand-dest",
        f"hping3 -I veth-s {_flag} -p 80 -c 300 --faster --rand-dest 198.51.100.x",
        "address-scan",
        contacts=100,
        probe=_name.upper(),
    )
scan(
    "arp-scan",
    "arp-scan -I veth-s 192.0.2.0/24",
    "arp-scan",
    "ARP 192.0.2.1",
    contacts=250,
    probe="ARP",
)
scan(
    "arp-scan-random",
    "arp-scan -I veth-s -R 192.0.2.0/24",
    "arp-scan",
    "ARP 192.0.2.1",
    contacts=250,
    probe="ARP",
)
scan(
    "netdiscover",
    "netdiscover -i veth-s -r 192.0.2.0/24 -P -N",
    "arp-scan",
    "ARP 192.0.2.67",
    contacts=250,
    note="asks from .67, so that its own address need not be known",
    probe="ARP",
)
scan("nbtscan", f"nbtscan -t 500 {NET}", "address-scan", contacts=250, probe="UDP")
scan(
    "nbtscan-link",
    "nbtscan -t 500 192.0.2.0/24",
    "[address-scan]",
    contacts=5,
    also={"ARP 192.0.2.1": "arp-scan"},
    note="the kernel asks for each address by ARP",
)
scan(
    "onesixtyone",
    "onesixtyone -w 2 -c <(echo public) -i <(printf '198.51.100.%s\\n' {1..254})",
    "address-scan",
    contacts=250,
    probe="UDP",
)
scan("fping-net", f"fping -q -r 0 -g {NET}", "address-scan", contacts=250, probe="ICMP echo")
scan(
    "fping-link",
    "fping -q -r 0 -g 192.0.2.0/24",
    "[address-scan]",
    contacts=25,
    also={"ARP 192.0.2.1": "arp-scan"},
    note="the kernel asks for each address by ARP",
)
scan(
    "alive6-routed",
    "atk6-alive6 veth-s 2001:db8:1::0-ff",
    "address-scan",
    SCANNER6,
    contacts=200,
    seconds=20,
    probe="ICMP echo",
)

scan(
    "alive6-common",
    "atk6-alive6 -C veth-s 2001:db8:1::",
    "address-scan",
    SCANNER6,
    contacts=200,
    seconds=10,
    takes=8,
    note="addresses that people choose",
    probe="ICMP echo",
)
scan(
    "fping-6-link",
    "fping -q -r 0 " + " ".join(f"2001:db8::{host:x}" for host in range(256)),
    "[address-scan]",
    SCANNER6,
    contacts=15,
    also={"NDP 2001:db8::1": "ndp-scan"},
    note="the kernel asks for each address by neighbour solicitations",
)
scan(
    "hping3-few-services",
    """
for host in {2..11}; do
  port=(80 88 8080)
  hping3 -S -c 1 -p ${port[host % 3]} 203.0.113.$host
done""",
    "address-scan",
    programs=("hping3",),
    contacts=10,
    tcp=(),
    note="each host is asked once, and refuses",
    probe="SYN",
    tool="hping3",
)

# Scanners that do something else as well.
scan(
    "scan-beside-swarm",
    f"timeout 12 {ARIA2} & nmap -n -Pn --max-retries 0 --min-rate 20 -sS -p 23 "
    "198.51.100.0/26; wait",
    "address-scan",
    contacts=80,
    tcp=(22, 80, 6969),
    beside=SEEDS,
    takes=12,
    programs=("aria2c", "nmap"),
    note="telnet is scanned by a host that is a BitTorrent client too",
    probe="SYN",
)
scan(
    "scan-beside-browsing",
    """
curl -s --parallel --parallel-max 6 "http://203.0.113.[1-60]/" >/dev/null &
nmap -n -Pn --max-retries 0 -sS -p 445 198.51.100.0/26
wait""",
    "address-scan",
    contacts=100,
    programs=("curl", "nmap"),
    probe="SYN",
)
