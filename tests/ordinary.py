"""How the tests start Wireshark's programs, so that what they test is what was built.

They run as an ordinary user, for root's load no plugin from a home, with a home that holds the plugin
that was built. Whatever of ours is installed for all users is kept out: WIRESHARK_PLUGIN_DIR names a
folder with Wireshark's own plugins that stands for theirs, and all three versions heed it, in tshark
and Wireshark alike. A plugin under the address sanitizer gets the sanitizer's library before it.

    ordinary.py HOME BUILD_DIR    makes such a home, and prints the name of the folder of its plugins
"""
import functools
import grp
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, TypeVar

NOBODY = 65534
AT_A_TIME = 2
IDENTITY = rb"fanout [0-9.]+ for Wireshark [0-9]"
"""What plugin/plugin.cc has in every build."""

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Test = Callable[..., None]


@dataclass(frozen=True)
class Done:
    """How a program ended, and what it wrote."""

    status: int
    out: bytes
    err: str

    @classmethod
    def of(cls, status: int, out: bytes, err: bytes) -> "Done":
        return cls(status, out, err.decode("utf-8", "surrogateescape"))


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
    """Lets everyone read a folder and what is in it, but for what links lead to."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
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


def folder_for_all(home: Path) -> Path:
    """What that home's WIRESHARK_PLUGIN_DIR names in place of the folder of all users."""
    return home / "plugins-for-all"


def global_plugins(variables: Mapping[str, str]) -> Path:
    """Where an ordinary user's tshark looks for the binary plugins of all users."""
    done = subprocess.run(
        ["tshark", "-G", "folders"], env=dict(variables), capture_output=True, text=True, check=True,
        **as_user(),
    )
    found = re.search(r"^Global Plugins:\s+(\S.*)$", done.stdout, re.MULTILINE)
    assert found, done.stdout
    return Path(found.group(1))


def is_ours(plugin: Path) -> bool:
    """Whether that is a build of fanout, of whatever name, age and version of Wireshark."""
    return plugin.stem == "fanout" or re.search(IDENTITY, plugin.read_bytes()) is not None


def is_for_windows(build: Path) -> bool:
    """Whether what was built runs under Wine."""
    return (build / "fanout.dll").exists()


def built_plugin(build: Path) -> Path:
    """The plugin in a folder of what was built."""
    return build / ("fanout.dll" if is_for_windows(build) else "fanout.so")


def make_home(home: Path, build: Optional[Path] = None, with_window: bool = False) -> Path:
    """Makes a home, and in its folder for plugins, which it returns, installs what was built.

    The folder for all users gets links to Wireshark's own plugins: none of ours, and no scripts.
    """
    own = plugin_folder(home, wireshark_version())
    own.mkdir(parents=True)
    folder_for_all(home).mkdir()
    variables = environment(home)
    for_all = global_plugins(variables)
    assert folder_for_all(home) in [for_all, *for_all.parents], f"plugins come from {for_all}"
    del variables["WIRESHARK_PLUGIN_DIR"]
    installed = global_plugins(variables)
    for plugin in installed.glob("*/*.so"):
        if not is_ours(plugin):
            link = for_all / plugin.relative_to(installed)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(plugin)
    if build is not None:
        shutil.copy(built_plugin(build), own)
        if with_window and (build / "fanout").is_dir():
            shutil.copytree(build / "fanout", own / "fanout")
    return own


def sanitizer_of(plugin: Path) -> str:
    """The address sanitizer's library if the plugin needs it loaded first, or nothing."""
    needs = subprocess.run(["ldd", str(plugin)], capture_output=True, text=True, check=False)
    if "libasan" not in needs.stdout:
        return ""
    asked = ["gcc", "-print-file-name=libasan.so"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def environment(home: Path, sanitizer: str = "", locale: str = "C.UTF-8") -> Dict[str, str]:
    """The variables of that home's user; `sanitizer` is sanitizer_of() the plugin."""
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LC_ALL": locale,
        "WIRESHARK_PLUGIN_DIR": str(folder_for_all(home)),
    }
    if sanitizer:
        variables["LD_PRELOAD"] = sanitizer
        # Capture helpers hang with the sanitizer's library before them.
        variables["WIRESHARK_EXTCAP_DIR"] = str(home / "no-helpers")
        variables["ASAN_OPTIONS"] = "detect_leaks=0"
        variables["UBSAN_OPTIONS"] = "print_stacktrace=1"
    return variables


def seeing(stand_ins: Mapping[Path, Path]) -> List[str]:
    """What to put before a command, so that it sees other folders in place of those named.

    Nobody else sees them there. Started as root, it runs the command as an ordinary user.
    """
    binding = 'while [ "$1" != : ]; do mount --bind "$2" "$1"; shift 2; done; shift; '
    if os.geteuid() == 0:
        start = ["unshare", "--mount", "--propagation", "private"]
        command = f'exec setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups "$@"'
    else:
        start = ["unshare", "--user", "--map-current-user", "--keep-caps", "--mount"]
        command = 'exec "$@"'
    pairs = [str(path) for pair in stand_ins.items() for path in pair]
    return [*start, "sh", "-euc", binding + command, "sh", *pairs, ":"]


def why_not_seeing() -> Optional[str]:
    """Why seeing() does not work here, or None."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*seeing({Path(folder): Path(folder)}), "true"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"no mount namespaces here: {done.stderr.strip()}" if done.returncode else None


def side_by_side(ask: Callable[[Item], Answer], items: Iterable[Item]) -> List[Answer]:
    """The answers for all items, of which some are fetched at the same time."""
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return list(pool.map(ask, items))


def skipped_where(is_so: Callable[[], bool], why: str) -> Callable[[Test], Test]:
    """For a test that is skipped, for that reason, where something is so when it starts."""

    def decorate(test: Test) -> Test:
        @functools.wraps(test)
        def unless_so(self: unittest.TestCase) -> None:
            if is_so():
                self.skipTest(why)
            test(self)

        return unless_so

    return decorate


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print(make_home(Path(sys.argv[1]), Path(sys.argv[2]), with_window=True))
