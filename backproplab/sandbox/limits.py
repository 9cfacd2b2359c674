"""What a process may use, as the kernel enforces it, and what a tree of processes does use."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from backproplab.sandbox.protocol import Limits

MOST_OPEN_FILES = 64  # each may be a socket, whose buffer no other limit counts


class Usage(NamedTuple):
    """What a process and its descendants have used."""

    cpu_seconds: float
    memory_bytes: int


def limit_resources(limits: Limits, *, own_namespace: bool) -> None:
    """Set the limits of this process and of all that it starts; where the system has none, does nothing.

    A limit on the number of processes counts all that its user runs, so it is set in an own namespace only.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    pages = int((_read("/proc/self/statm") or "0").split()[0])
    seconds = int(limits.submission_seconds) + 1
    wanted = {
        "RLIMIT_AS": pages * os.sysconf("SC_PAGE_SIZE") + limits.memory_bytes,
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_CPU": seconds,
        "RLIMIT_NOFILE": MOST_OPEN_FILES,
        "RLIMIT_CORE": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_MEMLOCK": 0,
    }
    if own_namespace:
        wanted["RLIMIT_NPROC"] = limits.processes + 1  # one is the guard
    for name, most in wanted.items():
        if (which := getattr(resource, name, None)) is not None:
            with suppress(ValueError, OSError):  # macOS refuses some; a lower hard limit may be in force
                resource.setrlimit(which, (most, most))


def resident(pid: int) -> int:
    """Return the bytes of memory that a process holds and no file backs; 0 where the system does not tell."""
    lines = _read(f"/proc/{pid}/status").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("RssAnon:", "RssShmem:")))


def usage(pid: int, *, inherited: int = 0) -> Usage:
    """Return what a process and its descendants use.

    Of the memory of each, `inherited` bytes are not its own: it has them from the server. What else forks
    share counts in each of them.
    """
    seconds, memory, waiting, seen = 0.0, 0, [pid], 0
    ticks = os.sysconf("SC_CLK_TCK")
    while waiting and seen < 10_000:
        each, seen = waiting.pop(), seen + 1
        # The name, which is the student's to choose, stands in parentheses; numbers follow the last of them.
        numbers = _read(f"/proc/{each}/stat").rpartition(")")[2].split()
        if len(numbers) > 14:
            seconds += sum(map(int, numbers[11:15])) / ticks
        memory += max(0, resident(each) - inherited)
        with suppress(OSError):
            for task in os.listdir(f"/proc/{each}/task"):
                waiting += map(int, _read(f"/proc/{each}/task/{task}/children").split())
    return Usage(seconds, memory)


def _read(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:  # it has ended, or there is no /proc
        return ""


def signal_name(number: int) -> str:
    """Name a signal; those without a name, such as the real-time ones, by their number."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
