"""The rows of the laboratory's table in which nobody scans, and nobody may be accused."""
from row import ARIA2, MANY, SCANNER6, SEEDS, ordinary

# Monitors.
LINK_19 = "192.0.2.10 " + " ".join(f"192.0.2.{host}" for host in range(20, 106, 5))
ordinary(
    "fping-monitor-up",
    "fping -q -l -p 2000 203.0.113.{11..50}",
    "client",
    contacts=40,
    seconds=15,
    takes=15,
)
ordinary(
    "fping-monitor-third-down",
    "fping -q -l -p 2000 " + LINK_19,
    "client",
    contacts=10,
    seconds=25,
    takes=25,
    note="the kernel repeats its ARP requests for those that are down",
)
ordinary(
    "fping-monitor-routed-third-down",
    "fping -q -l -p 2000 203.0.113.{101..142}",
    contacts=40,
    seconds=20,
    takes=20,
)
ordinary(
    "fping-monitor-mostly-off",
    "fping -q -l -p 3000 203.0.113.{120..160}",
    contacts=40,
    seconds=28,
    takes=28,
    note="8 hosts are on, 33 off, asked again and again",
)
ordinary(
    "fping-6-monitor-third-down",
    "fping -q -l -p 2000 2001:db8::{1,2,3,4,5,6,7,8}{0,8}",
    "client",
    SCANNER6,
    contacts=8,
    seconds=25,
    takes=25,
    note="neighbour solicitations for half of them",
)
ordinary(
    "snmp-poller",
    """
for round in 1 2 3 4; do
  for host in {101..136}; do
    snmpget -v2c -c public -t 1 -r 1 203.0.113.$host 1.3.6.1.2.1.1.3.0 &
  done
  sleep 5
done""",
    "client",
    programs=("snmpget",),
    contacts=36,
    takes=20,
    note="36 agents, a fourth of them off",
)
ordinary(
    "tcp-checks-third-down",
    """
for round in 1 2 3 4; do
  curl -s --connect-timeout 2 --parallel --parallel-max 40 "http://203.0.113.[104-139]/" >/dev/null
  sleep 3
done""",
    programs=("curl",),
    contacts=36,
    takes=20,
    note="36 web servers, a third of them off",
)
ordinary(
    "presence-arp",
    r"""
shuf --random-source=/etc/services -e 192.0.2.{2..240..10} 192.0.2.{10..240..10} | head -24 >known
for round in 1 2 3 4 5 6; do
  arp-scan -I veth-s --interval=1000u --retry=1 --file=known
  sleep 3
done""",
    source="ARP 192.0.2.1",
    programs=("arp-scan",),
    contacts=20,
    takes=25,
    note="a router asks for its 24 known devices, in the same odd order each time",
)

# Clients.
ordinary("ab-one-server", "ab -q -n 3000 -c 20 http://203.0.113.9/", "client")
ordinary(
    "ab-25-servers",
    "for host in 203.0.113.{1..25}; do ab -q -n 8 -c 2 http://$host/; done",
    "client",
    programs=("ab",),
    contacts=25,
)
ordinary(
    "curl-60-servers",
    'curl -s --parallel --parallel-max 10 "http://203.0.113.[1-60]/" >/dev/null',
    "client",
    contacts=60,
)
ordinary(
    "curl-6-54-servers",
    "curl -s --globoff --parallel --parallel-max 10 "
    "http://[2001:db8:2:{1..6}::{1..9}]/ >/dev/null",
    "client",
    SCANNER6,
    contacts=54,
)
ordinary(
    "curl-one-way",
    'curl -s --parallel --parallel-max 10 "http://203.0.113.[1-60]/" >/dev/null',
    contacts=60,
    captured="src host 192.0.2.1",
    note="no answer was captured, but what is sent acknowledges answers",
)
ordinary(
    "curl-and-ntp-one-way",
    """
curl -s --parallel --parallel-max 10 "http://203.0.113.[1-20]/" >/dev/null
ntpdig -t 1 203.0.113.{50..85} >/dev/null""",
    contacts=56,
    programs=("curl", "ntpdig"),
    captured="src host 192.0.2.1",
    takes=15,
    note="its TCP shows that answers existed, so the silence of UDP is no evidence",
)
ordinary(
    "web-server",
    """
python3 -m http.server 8000 >/dev/null 2>&1 &
sleep 3
target bash -c 'for host in {11..70}; do
  curl -s --interface 203.0.113.$host http://192.0.2.1:8000/ >/dev/null
done'
kill %1""",
    "server",
    programs=("python3", "curl"),
    contacts=60,
    takes=10,
)
ordinary(
    "crawler-fifth-down",
    "curl -s --connect-timeout 3 --parallel --parallel-max 10 "
    '"http://203.0.113.[84-138]/" >/dev/null',
    "client",
    contacts=55,
    takes=8,
)
ordinary(
    "curl-four-addresses",
    "curl -s --max-time 8 --resolve "
    "site.example:80:198.51.100.7,198.51.100.8,[2001:db8:1::7],203.0.113.5 http://site.example/",
    contacts=2,
    takes=8,
    note="three of a name's four addresses do not answer",
)
for _name, _servers in {"half-down": "203.0.113.$((RANDOM % 254 + 1))",
                        "down": "198.51.100.$((RANDOM % 254 + 1))"}.items():
    ordinary(
        f"farm-{_name}-54-clients",
        f"""
for client in {" ".join(MANY)}; do
  RANDOM=${{client##*.}}
  for turn in 1 2 3 4; do
    curl -s --connect-timeout 1 --interface $client http://{_servers}/ >/dev/null &
  done
  sleep 0.1
done
wait""",
        source=MANY[0],
        before="".join(f"ip address add {client}/24 dev veth-s\n" for client in MANY),
        contacts=3,
        programs=("curl",),
        seconds=60,
        takes=15,
        note="each asks for four of 254 servers of its own choice",
    )
MAIL = """for port in 143 993 110 995 25 465 587; do
  curl -s --max-time 2 telnet://192.0.2.20:$port </dev/null
done"""
ordinary("mail-autodiscovery-refused", MAIL, programs=("curl",))
ordinary(
    "mail-autodiscovery-silent",
    MAIL,
    programs=("curl",),
    takes=15,
    firewall="tcp dport { 143, 993, 110, 995, 25, 465, 587 } drop",
)
ordinary(
    "port-knocking",
    "for turn in 1 2; do knock 192.0.2.20 7000 8000 9000 10000; sleep 1; "
    "curl -s http://192.0.2.20/; done >/dev/null",
    programs=("knock", "curl"),
    firewall="tcp dport { 7000, 8000, 9000, 10000 } drop",
)
ordinary(
    "curl-refused-again",
    "for turn in {1..60}; do curl -s http://192.0.2.20:8080/; done",
    programs=("curl",),
    note="a client that does not give up on one closed port",
)
ordinary(
    "ping",
    "for host in 203.0.113.{1..12}; do ping -n -q -c 2 -i 0.2 $host & done; wait",
    "client",
    programs=("ping",),
    contacts=12,
)
ordinary(
    "traceroute",
    "for host in 203.0.113.{124..131}; do traceroute -n -w 0.5 -m 8 $host & done; wait",
    programs=("traceroute",),
    contacts=8,
    takes=8,
)
ordinary(
    "resolver",
    r"""
printf '. NS ns.root.\nns.root. A 203.0.113.1\n' >hints
printf 'server:\n root-hints: hints\n module-config: iterator\n do-ip6: no\n chroot: ""\n' >conf
printf ' qname-minimisation: no\n username: ""\n' >>conf
for site in {86..135}; do
  timeout 8 unbound-host -C conf -t A www.site$site.example &
done
wait""",
    "client",
    programs=("unbound-host",),
    contacts=50,
    takes=10,
    note="one server of each zone, 8 of them down",
)
ordinary(
    "ntp",
    "ntpdig -t 2 203.0.113.{100..135}",
    "client",
    programs=("ntpdig",),
    contacts=36,
    takes=8,
    note="a fourth of the servers is down",
)
ordinary(
    "swarm",
    f"timeout 15 {ARIA2}",
    "peer-to-peer",
    programs=("aria2c",),
    contacts=40,
    tcp=(22, 80, 6969),
    beside=SEEDS,
    takes=15,
    note="57 of 73 peers are gone",
)

# What finds its network.
AVAHI = r"""ip route add 224.0.0.0/4 dev veth-SIDE
printf '[server]\nenable-dbus=no\nallow-interfaces=veth-SIDE\n' >SIDE.conf
unshare --mount bash -c 'mount -t tmpfs none /run
  avahi-daemon --no-drop-root --no-chroot --no-rlimits --file=SIDE.conf' &
"""
ordinary(
    "mdns",
    AVAHI.replace("SIDE", "s") + "timeout 4 mdns-scan",
    "multicast",
    beside=AVAHI.replace("SIDE", "t"),
    programs=("avahi-daemon", "mdns-scan"),
    takes=5,
)
ordinary(
    "dhcp-server",
    r"""
touch leases
printf 'subnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.2.141 192.0.2.199; }\n' >conf
# AppArmor lets the one in /usr/sbin read no other configuration than the system's.
cp "$(command -v dhcpd)" server
./server -4 -f -q -cf conf -lf leases -pf "$PWD/pid" --no-pid veth-s""",
    source="ARP 192.0.2.1",
    beside="python3 $HERE/dhcp_clients.py 30",
    programs=("dhcpd",),
    contacts=20,
    seconds=24,
    takes=24,
    note="pings each address before it offers it, and most are free",
)

# Clients whose network is down.
SERVERS = "203.0.113.{1..25}"
ASK = f"for host in {SERVERS}; do curl -s --max-time 32 http://$host/ >/dev/null & done; wait"
DIE = (
    "target nft 'table inet died { chain arriving { type filter hook prerouting priority 0; "
    "drop; }; }'\n"
)
ordinary(
    "network-died-before",
    ASK,
    programs=("curl",),
    before=ASK + "\n" + DIE,
    contacts=25,
    seconds=34,
    takes=34,
    note="the kernel repeats its SYNs with back-off",
)
ordinary(
    "network-died-meanwhile",
    ASK + "\n" + DIE + ASK,
    programs=("curl",),
    contacts=25,
    seconds=34,
    takes=34,
)
ordinary(
    "pings-died-before",
    r"""
for host in 203.0.113.{1..12}; do
  for turn in 1 2 3 4 5; do ping -n -q -c 3 -W 1 $host; done &
done
wait""",
    programs=("ping",),
    before=DIE,
    contacts=12,
    takes=20,
    note="twelve hosts are pinged in vain",
)
