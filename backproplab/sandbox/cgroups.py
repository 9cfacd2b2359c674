"""A control group of version 2 around a warm server: the kernel's own limits on all that a submission starts.

It takes a group that is delegated to us: by systemd (`systemd-run --user --scope -p Delegate=yes …`), or in a
container that may write to its own. Without one, the guard's limits hold alone, and the level says so.
"""

import os
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from itertools import count
from pathlib import Path

from backproplab.sandbox.protocol import Limits

NEEDED = ("memory", "pids")
WANTED = (*NEEDED, "cpu")
SERVER_BYTES = 512 * 1024**2
"""What the server and what it has loaded may take, on top of a submission's own limit."""
OWN_PROCESSES = 16
"""Bubblewrap's, the server, and the guards of the child at work and of the one that waits."""
PERIOD = 100_000  # microseconds: in each, one core's worth
OURS = "backproplab-grader"
_numbers = count()


def own_group() -> Path | None:
    """Return the folder of the group of version 2 that this process is in; None where there is none."""
    with suppress(OSError, StopIteration, IndexError):
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
        inside = next(line[3:] for line in lines if line.startswith("0::"))
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
        mounted = next(line.split()[4] for line in mounts if " - cgroup2 " in line)
        group = Path(mounted + inside.rstrip("/"))
        return group.parent if group.name == OURS else group
    return None


def delegated(group: Path | None) -> bool:
    """Say whether groups with limits of their own can be made in this one."""
    if group is None:
        return False
    try:
        known = (group / "cgroup.controllers").read_text().split()
    except OSError:
        return False
    files = (group, group / "cgroup.procs", group / "cgroup.subtree_control")
    return set(NEEDED) <= set(known) and all(os.access(each, os.W_OK) for each in files)


class Group:
    """A group for one server and the submissions that it forks."""

    def __init__(self, path: Path, controllers: Iterable[str]) -> None:
        self.path = path
        self.controllers = tuple(controllers)
        self._killed = self._killed_for_memory()

    @classmethod
    def make(cls, limits: Limits, inside: Path | None) -> "Group | None":
        """Make a group with these limits inside the delegated one; None where the kernel does not let us."""
        if inside is None or not delegated(inside):
            return None
        known = (inside / "cgroup.controllers").read_text().split()
        controllers = [each for each in WANTED if each in known]
        path = inside / f"backproplab-{os.getpid()}-{next(_numbers)}"
        try:
            _enable(inside, controllers)
            path.mkdir()
            for name, value in _settings(limits, controllers).items():
                (path / name).write_text(value)
        except OSError:
            with suppress(OSError):
                path.rmdir()
            return None
        with suppress(OSError):  # where nothing can be swapped
            (path / "memory.swap.max").write_text("0")
        group = cls(path, controllers)
        if subprocess.run(group.entering(["/bin/true"]), stderr=subprocess.DEVNULL).returncode:
            group.close()
            return None
        return group

    @property
    def level(self) -> str:
        """What it holds, in words."""
        return f"limits kept by a guard and by cgroup v2 ({', '.join(self.controllers)})"

    def entering(self, command: list[str]) -> list[str]:
        """Return a command that goes into the group and then becomes `command`: no fork is outside."""
        return ["/bin/sh", "-c", 'echo $$ > "$0" && exec "$@"', str(self.path / "cgroup.procs"), *command]

    def ran_out_of_memory(self) -> bool:
        """Say whether the kernel has killed something in it at its own limit since this was last asked."""
        before, self._killed = self._killed, self._killed_for_memory()
        return self._killed > before

    def _killed_for_memory(self) -> int:
        with suppress(OSError, ValueError):
            for line in (self.path / "memory.events").read_text().splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
        return 0

    def close(self) -> None:
        """End whatever is left in it, and take it away; the server has ended by then."""
        with suppress(OSError):
            (self.path / "cgroup.kill").write_text("1")  # Linux 5.14
        with suppress(OSError):
            self.path.rmdir()


def _settings(limits: Limits, controllers: Iterable[str]) -> dict[str, str]:
    settings = {
        "memory.max": str(limits.memory_bytes + SERVER_BYTES),
        "pids.max": str(limits.processes + OWN_PROCESSES),
    }
    return settings | ({"cpu.max": f"{PERIOD} {PERIOD}"} if "cpu" in controllers else {})


def _enable(group: Path, controllers: Iterable[str]) -> None:
    """Let the groups inside have limits. Version 2 asks that no process stands in the group itself."""
    wanted = " ".join(f"+{each}" for each in controllers)
    control = group / "cgroup.subtree_control"
    if set(controllers) <= set(control.read_text().split()):
        return
    ours = group / OURS
    ours.mkdir(exist_ok=True)
    for pid in (group / "cgroup.procs").read_text().split():
        with suppress(OSError):
            (ours / "cgroup.procs").write_text(pid)
    control.write_text(wanted)
