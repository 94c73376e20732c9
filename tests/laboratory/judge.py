"""What the real tshark with the plugin says of a capture, held against a row of the table."""
import contextlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Sequence

import ordinary
from row import Row

ACCUSING = {"address-scan", "port-scan", "arp-scan", "ndp-scan", "distributed-scan"}
# What no source is unless its row says so: in the laboratory, nobody gets an answer to a question
# that was not captured.
NEVER = ACCUSING | {"backscatter"}


class Judge:
    """A tshark of an ordinary user whose home has the plugin."""

    def __init__(self, home: Path, plugin: Path) -> None:
        self.environment = ordinary.environment(home, ordinary.sanitizer_of(plugin))

    def report(self, capture: Path) -> Dict[str, Any]:
        command = ["tshark", "-n", "-q", "-z", "fanout,50,json,all", "-r", str(capture)]
        done = subprocess.run(
            command,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **ordinary.as_user(),
        )
        if done.returncode or done.stderr:
            raise RuntimeError(f"tshark: exit status {done.returncode}: {done.stderr.strip()}")
        found: Dict[str, Any] = json.loads(done.stdout)
        return found


@contextlib.contextmanager
def with_plugin(plugin: Path) -> Iterator[Judge]:
    home = Path(tempfile.mkdtemp(prefix="fanout-laboratory-home-"))
    try:
        ordinary.make_home(home, plugin.parent)
        ordinary.make_readable(home)
        ordinary.give_to_user(home)
        yield Judge(home, plugin)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def sources(report: Dict[str, Any]) -> Dict[str, Dict[str, Any]]:
    """The rows of a report by source; those of ARP as "ARP 192.0.2.1", NDP's likewise."""
    own = ("IPv4", "IPv6")
    return {
        ("" if row["network"] in own else row["network"] + " ") + row["source"]: row
        for row in report["sources"]
    }


def misjudged(source: str, words: Sequence[str], found: Optional[Dict[str, Any]]) -> List[str]:
    """What is said of a source, of which the report may have no row, otherwise than by `words`."""
    verdicts = set(found["verdicts"]) if found else set()
    must = {word for word in words if word[0] not in "[!"}
    may = {word[1:-1] for word in words if word[0] == "["}
    must_not = {word[1:] for word in words if word[0] == "!"} | (NEVER - must - may)
    is_called = f"{source} is called {', '.join(sorted(verdicts)) or 'nothing'}"
    wrong = [f"{is_called}, not {word}" for word in sorted(must - verdicts)]
    wrong += [f"{is_called}, but is no {word}" for word in sorted(must_not & verdicts)]
    if found and found["suspect"] and not verdicts & ACCUSING:
        wrong.append(f"{is_called}, yet suspected")
    return wrong


def mistaken(row: Row, found: Dict[str, Dict[str, Any]]) -> List[str]:
    """What is said otherwise than the table has it of tools, and of sources that scan together."""
    first = next(iter(row.called))
    tool = found.get(first, {}).get("tool")
    wrong: List[str] = []
    if row.tool and row.tool[0] != "[" and tool != row.tool:
        wrong.append(f"{first}'s probes look like {tool or 'no tool'}'s, not {row.tool}'s")
    for source, of_source in found.items():
        may = row.tool.strip("[]") if source in row.called else ""
        if of_source.get("tool", may) != may:
            wrong.append(f"{source}'s probes look like {of_source['tool']}'s")
    groups = [of_source["group"] for of_source in found.values() if of_source.get("group")]
    together = groups.count(found.get(first, {}).get("group"))
    if max(together, 1) != row.together or len(groups) > together:
        wrong.append(f"{first} scans together with {together - 1} others, of {len(groups)} in all")
    return wrong


def differences(row: Row, report: Dict[str, Any], probes: bool) -> List[str]:
    """What is said otherwise than the table has it; whether the probe is named only if `probes`."""
    found = sources(report)
    wrong: List[str] = []
    first = next(iter(row.called))
    contacts = found[first]["unique_destinations"] if first in found else 0
    if contacts < row.contacts:
        wrong.append(f"{first} has {contacts} destinations, not {row.contacts} or more")
    for source in {**dict.fromkeys(row.called), **dict.fromkeys(found)}:
        wrong += misjudged(source, row.called.get(source, "").split(), found.get(source))
    reason = found[first]["reason"] if first in found else ""
    wrong += mistaken(row, found)
    if probes and not any(kind in reason for kind in row.probe.split("|")):
        wrong.append(f"{first}'s reason does not name {row.probe}: {reason}")
    return wrong


def said(row: Row, report: Dict[str, Any]) -> str:
    """The verdicts of the row's sources, and of others that are accused."""
    found = sources(report)
    named = [name for name in found if name in row.called or found[name]["suspect"]]
    return "; ".join(f"{name} {'+'.join(found[name]['verdicts'])}" for name in named)
