"""A capture whose DNS answers give addresses names that nobody should pass on as they are."""
from capture import ADDRESS_SCAN, Capture, recipe
from traffic import hosts, probe, resolve

HOSTILE_NAMES = [
    b"<img src=x onerror=alert(1)>",
    b"=cmd|'/c calc'!A1",
    b'"quoted",comma',
    b"\x1b[31mred\x1b[0m",
    b"\x1b]0;title\x07",
    b"invalid-\xff\xfe-utf8",
    "right\u202eotfel".encode(),
    b"new\nline",
    b"carriage\rreturn\ttab",
    b"nul\0byte",
    b"&amp;{{7*7}}${x}`id`",
]


@recipe()
def hostile_names(capture: Capture) -> None:
    """Markup, formulas, escape sequences and broken text as names of scanners and their targets."""
    for number, label in enumerate(HOSTILE_NAMES):
        scanner, target = f"10.0.0.{number + 1}", f"10.0.7.{number + 1}"
        capture.scan(ADDRESS_SCAN, scanner)
        for domain, address in ((b"scanner", scanner), (b"target", target)):
            resolve(capture, number, "10.0.0.200", "10.0.0.53", (label, domain), [address])
        for place, other in enumerate(hosts("10.0.7", 60)):
            probe(capture, 20 + number + place * 0.01, (scanner, 40000 + place), (other, 22))
