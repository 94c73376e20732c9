"""Readers of reports that forgive nothing: each raises ValueError."""
import csv
import io
import json
import subprocess
import unicodedata
from typing import Any, Dict, List, Tuple

# Debian's Python, which has html5lib where it is installed. It follows the standard in what is an error.
HTML_READER = [
    "/usr/bin/python3", "-c",
    "import html5lib, sys; html5lib.HTMLParser(strict=True).parse(sys.stdin.buffer.read().decode())",
]

def unsafe_in_a_terminal(text: str) -> List[str]:
    """The characters that change more than their own place."""
    return [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]


def read_text(report: bytes) -> None:
    unsafe = unsafe_in_a_terminal(report.decode("utf-8"))
    if unsafe:
        raise ValueError(f"characters that a terminal obeys: {unsafe}")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _no_key_twice(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a key twice in {pairs}")
    return found


def read_json(report: bytes) -> Dict[str, Any]:
    found = json.loads(
        report.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_key_twice
    )
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def read_csv(report: bytes) -> List[Dict[str, str]]:
    """The rows, by the names of their columns."""
    head, *rows = csv.reader(io.StringIO(report.decode("utf-8"), newline=""), strict=True)
    for row in rows:
        if len(row) != len(head):
            raise ValueError(f"{len(row)} cells below {len(head)}: {row}")
    return [dict(zip(head, row)) for row in rows]


def why_no_html() -> str:
    """What is missing to read HTML, or nothing."""
    page = b"<!DOCTYPE html><title>Empty</title>"
    done = subprocess.run(HTML_READER, input=page, capture_output=True, check=False)
    return "html5lib is not there: install python3-html5lib" if done.returncode else ""


def read_html(report: bytes) -> None:
    done = subprocess.run(HTML_READER, input=report, capture_output=True, check=False)
    if done.returncode:
        raise ValueError(f"no HTML: {done.stderr.decode().splitlines()[-1]}")
