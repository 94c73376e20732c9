"""How the tests start Wireshark's programs: as an ordinary user with a home, for root's load no
plugin from one, and before a plugin under the address sanitizer its library."""
import grp
import os
import re
import shutil
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Sequence, TypeVar

NOBODY = 65534
AT_A_TIME = 2

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def as_user(groups: Sequence[int] = ()) -> Dict[str, Any]:
    """What subprocess needs to start a program as an ordinary user."""
    if os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": list(groups)}


def capturing_groups() -> List[int]:
    """The group that may run dumpcap, where not everybody may."""
    path = shutil.which("dumpcap")
    if not path:
        return []
    found = os.stat(path)
    return [] if found.st_mode & stat.S_IXOTH else [grp.getgrgid(found.st_gid).gr_gid]


def give_to_user(path: Path) -> None:
    """Makes that user the owner of a file or folder, not of what is in it."""
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)


def make_readable(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def wireshark_version() -> str:
    """Which version's plugins are loaded: "4.0"."""
    done = subprocess.run(["tshark", "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"(\d+\.\d+)\.\d+", done.stdout)
    assert found, done.stdout
    return found.group(1)


def lua_folder(home: Path) -> Path:
    """Where that home's user keeps Lua plugins."""
    return home / ".local/lib/wireshark/plugins"


def plugin_folder(home: Path, version: str) -> Path:
    """Where that home's user keeps binary plugins."""
    return lua_folder(home) / version / "epan"


def sanitizer_of(plugin: Path) -> str:
    """The address sanitizer's library if the plugin needs it loaded first, or nothing."""
    needs = subprocess.run(["ldd", str(plugin)], capture_output=True, text=True, check=False)
    if "libasan" not in needs.stdout:
        return ""
    asked = ["gcc", "-print-file-name=libasan.so"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def environment(home: Path, sanitizer: str = "", locale: str = "C.UTF-8") -> Dict[str, str]:
    """The variables of that home's user; `sanitizer` is sanitizer_of() the plugin."""
    variables = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": locale}
    if sanitizer:
        variables["LD_PRELOAD"] = sanitizer
        # Capture helpers hang with the sanitizer's library before them.
        variables["WIRESHARK_EXTCAP_DIR"] = str(home / "no-helpers")
        variables["ASAN_OPTIONS"] = "detect_leaks=0"
        variables["UBSAN_OPTIONS"] = "print_stacktrace=1"
    return variables


def side_by_side(ask: Callable[[Item], Answer], items: Iterable[Item]) -> List[Answer]:
    """The answers for all items, of which some are asked for at the same time."""
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return list(pool.map(ask, items))
