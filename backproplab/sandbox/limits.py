"""What a process may use, as the kernel enforces it, and what a tree of processes does use."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from backproplab.sandbox.protocol import Limits

resource: ModuleType | None
try:
    import resource  # here, and not in each child anew
except ImportError:  # Windows
    resource = None

HAS_LIMITS = resource is not None
"""Does this system limit what a process uses? Else only its time by the clock is known."""
MOST_OPEN_FILES = 64  # each may be a pipe, whose buffer no other limit counts
MOST_SEEN = 10_000  # processes
HELD = ("RssAnon:", "RssShmem:", "VmPTE:", "HugetlbPages:")
"""What of a process counts as memory: pages that no file backs, their tables, and large ones."""


class Usage(NamedTuple):
    """What a process and its descendants have used."""

    cpu_seconds: float
    memory_bytes: int
    waiting_seconds: float = 0.0
    """How long they could have computed, but for other processes."""


def limit_resources(limits: Limits, *, own_user: bool) -> None:
    """Set the limits of this process and of all that it starts; where the system has none, does nothing.

    A limit on the number of processes counts all that a user runs, so it is set for a user of its own only.
    """
    if resource is None:
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
        "RLIMIT_RTPRIO": 0,
        "RLIMIT_NICE": 0,
    }
    if own_user:
        wanted["RLIMIT_NPROC"] = limits.processes + 1  # one is the guard
    for name, most in wanted.items():
        if (which := getattr(resource, name, None)) is not None:
            with suppress(ValueError, OSError):  # macOS refuses some; a lower hard limit may be in force
                resource.setrlimit(which, (most, most))


def resident(pid: int) -> int:
    """Return the bytes of memory that a process holds and no file backs; 0 where the system does not tell."""
    lines = _read(f"/proc/{pid}/status").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(HELD))


class _Process(NamedTuple):
    """What /proc tells of one process, in seconds and bytes."""

    own: float
    """CPU time of its own."""
    reaped: float
    """CPU time of children that it has waited for, and of theirs."""
    memory: int
    waiting: float
    """Of its tasks, the longest time that one has waited for a core."""
    children: tuple[int, ...]


def _process(pid: int) -> _Process | None:
    # The name, which is the student's to choose, stands in parentheses; numbers follow the last of them.
    numbers = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    if len(numbers) <= 14:  # it has ended
        return None
    ticks, waiting, children = os.sysconf("SC_CLK_TCK"), 0.0, list[int]()
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            children += map(int, _read(f"/proc/{pid}/task/{task}/children").split())
            delays = _read(f"/proc/{pid}/task/{task}/schedstat").split()
            waiting = max(waiting, int(delays[1]) / 1e9 if len(delays) > 1 else 0.0)
    user, system, reaped_user, reaped_system = map(int, numbers[11:15])
    own, reaped = (user + system) / ticks, (reaped_user + reaped_system) / ticks
    return _Process(own, reaped, resident(pid), waiting, tuple(children))


class Meter:
    """Adds up what a process and its descendants use, from look to look.

    Of the memory of each, `inherited` bytes are not its own: it has them from the server. What else forks
    share counts in each of them.

    CPU time counts, too, of processes that have ended. A parent that ignores the end of its children takes
    theirs with it; what they had from one look to the next is then not known, and taken to be all there was.
    """

    def __init__(self, pid: int, *, inherited: int = 0) -> None:
        self._pid, self._inherited = pid, inherited
        self._before: dict[int, _Process] = {}
        self._looked = time.monotonic()
        self._cpu = self._waiting = 0.0
        self._cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1

    def look(self) -> Usage:
        """Return what has been used by now."""
        found: dict[int, _Process] = {}
        to_see = [self._pid]
        while to_see and len(found) < MOST_SEEN:
            pid = to_see.pop()
            if pid not in found and (process := _process(pid)):
                found[pid] = process
                to_see += process.children
        self._add(found, time.monotonic())
        memory = sum(max(0, each.memory - self._inherited) for each in found.values())
        return Usage(self._cpu, memory, self._waiting)

    def _add(self, found: dict[int, _Process], now: float) -> None:
        nothing = _Process(0.0, 0.0, 0, 0.0, ())
        pairs = [(self._before.get(pid, nothing), each) for pid, each in found.items()]
        # Of a process whose number another one has by now, the old one has ended.
        pairs = [(old if old.own <= new.own else nothing, new) for old, new in pairs]
        gone = [each for pid, each in self._before.items() if pid not in found]
        gone_cpu = sum(each.own + each.reaped for each in gone)
        reaped = sum(new.reaped - old.reaped for old, new in pairs)
        used = sum(new.own - old.own for old, new in pairs) + max(0.0, reaped - gone_cpu)
        if gone and reaped <= gone_cpu:  # nobody has waited for them, or what they used is too little to tell
            used = max(used, (now - self._looked) * min(self._cores, len(self._before)))
        self._cpu += used
        self._waiting += max(
            [new.waiting - old.waiting for old, new in pairs if old is not nothing], default=0.0
        )
        self._before, self._looked = found, now


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:  # it has ended, or there is no /proc
        return ""


def signal_name(number: int) -> str:
    """Name a signal; those without a name, such as the real-time ones, by their number."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
