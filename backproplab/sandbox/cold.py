"""A fresh process for each submission, for machines without the walls of Linux.

At the level "user", which root alone can give, it is a user's who owns nothing and is nobody else: it can
read what is open to everybody, and ends with all that it started. At the level "reduced" it is our user's.
"""

import contextlib
import os
import queue
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from backproplab.sandbox import wire
from backproplab.sandbox.launch import environment, python
from backproplab.sandbox.limits import Meter, Usage
from backproplab.sandbox.protocol import Assignment, Limits
from backproplab.sandbox.requirements import LeftRunningError, SandboxError
from backproplab.sandbox.watchdog import PAUSE, Ending, Watchdog, ended_words

END_SECONDS = 2.0
OWNERLESS = range(61184, 65520)
"""Users that systemd, too, makes up for a while: no account has one of these."""
KILL_ALL = """
import os, signal, sys
user, other = map(int, sys.argv[1:])
os.setgroups([])
os.setresgid(other, other, other)
os.setresuid(other, user, other)
os.kill(-1, signal.SIGKILL)
"""
"""With its effective user it may kill the user's processes, and by the other two none of them may kill it."""
KILL_SECONDS = 10.0
OUT_OF_REACH = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
"""For Windows, which has no sessions: else Ctrl+C would raise in the student's code as well, as its error."""


def may_change_user() -> bool:
    """Say whether this process may start one of another user's."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def kill_user(user: int) -> None:
    """End all processes of a user. LeftRunningError if some go on all the same.

    The kernel does it in one call: nothing is forked meanwhile, and no process is taken for another whose
    number has been given out anew.
    """
    deadline = time.monotonic() + KILL_SECONDS
    while _has_processes(user):
        if time.monotonic() > deadline:
            raise LeftRunningError(f"Processes that a submission started go on, as user {user}")
        other = _ownerless(besides=user)
        subprocess.run([sys.executable, "-I", "-S", "-c", KILL_ALL, str(user), str(other)], check=False)


def _ownerless(*, besides: int | None = None) -> int:
    """Draw a user who owns nothing."""
    while (user := random.SystemRandom().choice(OWNERLESS)) == besides:
        pass
    return user


def _has_processes(user: int) -> bool:
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            status = Path("/proc", name, "status").read_text(encoding="utf-8") if name.isdigit() else ""
            if f"\nUid:\t{user}\t" in status and "\nState:\tZ" not in status:
                return True
    return False


def _as_user(user: int | None) -> dict[str, Any]:
    return {} if user is None else {"user": user, "group": user, "extra_groups": []}


class ColdChild:
    """One submission in a process of its own. It gets its job on stdin and gives values on stdout."""

    def __init__(
        self,
        assignment: Assignment,
        limits: Limits,
        request: dict[str, Any],
        spent: dict[str, float],
        *,
        own_user: bool = False,
    ) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="backproplab-", ignore_cleanup_errors=True)
        self._user = _ownerless() if own_user else None
        if self._user is not None:
            os.chown(self._scratch.name, self._user, self._user)
        try:
            self._process = subprocess.Popen(
                python(f"child.run_cold(own_user={own_user})"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._scratch.name,
                env=environment(self._scratch.name),
                start_new_session=True,
                creationflags=OUT_OF_REACH,
                bufsize=0,
                **_as_user(self._user),
            )
        except OSError as error:
            self._scratch.cleanup()
            if self._user is None or not isinstance(error, PermissionError):
                raise
            raise SandboxError(
                f"Other users may not run {sys.executable} ({error}): install Python elsewhere"
            ) from error
        self._chunks: queue.Queue[bytes] = queue.Queue(16)
        self._rest = b""
        self._killed = False
        self._stopped: Ending | None = None
        self._watchdog = Watchdog(limits, **spent)
        content = wire.request(**wire.pack(assignment, limits), **request)
        # Threads: Windows cannot wait for a pipe and the clock at once, and the reader may be blocked.
        self._reader = threading.Thread(target=self._pump, args=(content,), daemon=True)
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._reader.start()
        self._watcher.start()

    def _pump(self, content: bytes) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError), self._process.stdin as stdin:
            rest = memoryview(content)
            while rest:
                rest = rest[stdin.write(rest) :]
        with contextlib.suppress(OSError), self._process.stdout as stdout:
            while not self._killed and (data := stdout.read(1 << 16)):
                self._chunks.put(data)
        self._chunks.put(b"")

    def read(self, length: int, patience: float) -> bytes | None:
        """Return what it sends: b"" when it has ended, None if nothing came in so many seconds."""
        if not self._rest:
            try:
                self._rest = self._chunks.get(timeout=0.0 if self._stopped else min(patience, PAUSE))
            except queue.Empty:  # a process that has left the group may hold the other end for ever
                return b"" if self._stopped else None
        data, self._rest = self._rest[:length], self._rest[length:]
        return data

    def _watch(self) -> None:
        """End it when it has used what it may; where the system does not tell that, by the clock alone."""
        meter = Meter(self._process.pid) if os.path.isdir("/proc/self/task") else None
        while not self._has_ended(PAUSE):
            self._stopped = self._watchdog.look(meter.look() if meter else Usage(0.0, 0))
            if self._stopped:
                return self._signal()

    def _has_ended(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return self._killed
        return True

    def _signal(self) -> None:
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    def begin_step(self) -> None:
        """Tell the watchdog that a step begins."""
        self._watchdog.begin_step()

    def stop(self) -> Ending:
        """End it, and return what it had used."""
        self.kill()
        return self._watchdog.ending("")

    def ending(self) -> Ending:
        """Wait for its end, which the watchdog brings about if need be, and say what it was."""
        self._watcher.join()
        code = self._process.wait()
        if self._stopped:
            return self._stopped
        if os.name == "posix" and code == -signal.SIGKILL:  # by itself, it may be: nothing tells it here
            return self._watchdog.killed(self._watchdog.used.cpu_seconds)
        return self._watchdog.ending(ended_words(code if os.name == "posix" else 0))

    def kill(self) -> None:
        """End it and what is in its process group; what has left that group survives if the user is ours."""
        if self._killed:
            return
        self._killed = True
        self._signal()
        self._process.wait()
        if self._user is not None:
            kill_user(self._user)
        deadline = time.monotonic() + END_SECONDS
        while self._reader.is_alive() and time.monotonic() < deadline:
            with contextlib.suppress(queue.Empty):
                self._chunks.get_nowait()  # it may be waiting to put
            self._reader.join(0.01)
        self._watcher.join()
        self._scratch.cleanup()
