"""Processes in network namespaces that are gone with them, whatever happens.

A process that is isolated is the first of a process namespace: when it ends, the kernel ends all
others in there, and with the last of them go the network namespaces and their interfaces. Each
process is also killed when the one that started it ends. So nothing needs to be undone, not even
after SIGKILL.
"""
import ctypes
import os
import signal
import time
from typing import Callable

# sched.h, sys/mount.h, sys/prctl.h
CLONE_NEWNS = 0x00020000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
PR_SET_PDEATHSIG = 1

LIBC = ctypes.CDLL(None, use_errno=True)


def check(status: int, what: str) -> None:
    if status != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def end_with_parent() -> None:
    check(LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL), "prctl")


def unshare(flags: int) -> None:
    check(LIBC.unshare(flags), "unshare")


def fork(work: Callable[[], None]) -> int:
    """Starts a process that does `work` and ends, with status 1 if that raises; gives its id."""
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        end_with_parent()
        work()
        status = 0
    except Exception as error:  # pylint: disable=broad-except
        print(f"{type(error).__name__}: {error}", flush=True)
    finally:
        os._exit(status)


def isolate(work: Callable[[], None]) -> None:
    """Does `work` in a new process in new namespaces, and waits for its end.

    Raises OSError where namespaces cannot be made, ChildProcessError if the work failed."""
    unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID)

    def first() -> None:
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        check(LIBC.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "mount /")
        check(LIBC.mount(b"proc", b"/proc", b"proc", 0, None), "mount /proc")
        work()

    _, status = os.waitpid(fork(first), 0)
    if status != 0:
        raise ChildProcessError(f"ended with status {os.waitstatus_to_exitcode(status)}")


def wait(process: int, seconds: float) -> bool:
    """Waits for a process's end; kills it after so many seconds. Whether it ended well in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return status == 0
        time.sleep(0.05)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return False
