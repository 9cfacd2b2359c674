"""The grader's hold on the warm server and on each child of it."""

import json
import os
import select
import socket
import sys
import time
from contextlib import suppress
from typing import Any

from backproplab.sandbox import wire
from backproplab.sandbox.cgroups import Group, own_group
from backproplab.sandbox.launch import START_SECONDS, ServerProcess, readable_paths, refusal
from backproplab.sandbox.protocol import Assignment, Limits
from backproplab.sandbox.requirements import IsolationError, SandboxError
from backproplab.sandbox.server import BEGIN_STEP, MESSAGE, STOP
from backproplab.sandbox.watchdog import PAUSE, Ending, ended_words, too_much_memory

OLD_SECONDS = 0.5
CHUNK = 1 << 16


class WarmServer:
    """A server that has run an assignment's given cells and waits for submissions."""

    def __init__(self, assignment: Assignment, limits: Limits) -> None:
        if sys.platform != "linux":  # and what the server is started with is not there, on Windows
            raise IsolationError("Linux", f"this is {sys.platform}")
        self._content = wire.pack(assignment, limits)
        self._limits = limits
        self._spare: WarmChild | None = None
        self._start()

    def _start(self) -> None:
        try:
            process = self._started()
            if process.wrapped and refusal():  # it was the first to be tried; what began once stays
                process.close()
                process = self._started()
        except TimeoutError:
            raise SandboxError(
                f"The server of the sandbox did not begin within {START_SECONDS:g} s"
            ) from None
        self._process, group = process, process.group
        content = self._content | {"scratch": process.scratch, "readable": readable_paths()}
        said: dict[str, Any] = {}
        try:
            process.control.sendall(wire.request(**content))
            said = json.loads(process.control.recv(MESSAGE) or b"{}")
        except TimeoutError:
            process.close()
            raise SandboxError(
                f"The server of the sandbox was not ready within {START_SECONDS:g} s"
            ) from None
        except OSError:
            pass  # it has ended; what it said last tells why
        if "ready" not in said:
            last_error = process.last_error()
            process.close()
            if "missing" in said:
                raise _missing(said)
            if "failed" in said:
                raise SandboxError(f"The given cells do not run in the sandbox: {said['failed']}")
            if process.wrapped and not process.begun:
                raise IsolationError("a view by bubblewrap", last_error)
            raise SandboxError(f"The server of the sandbox ended before it was ready: {last_error}")
        self.level = (
            f"full: {'bubblewrap, ' if process.wrapped else ''}user, PID, network, IPC and mount namespaces, "
            f"Landlock {said['landlock']}, seccomp, "
            + (group.level if group else "limits kept by a guard, without cgroups")
        )

    def _started(self) -> ServerProcess:
        return ServerProcess(Group.make(self._limits, own_group()))

    def child(self, request: dict[str, Any], spent: dict[str, float]) -> "WarmChild":
        """Give a child its job; `spent` is what its submission has used before.

        It has been forked ahead, and the next one is now, so that it builds its walls while this one works.
        """
        try:
            return self._next(request, spent)
        except OSError:  # the server has gone, killed by the system for want of memory perhaps
            self.restart()
            return self._next(request, spent)

    def _next(self, request: dict[str, Any], spent: dict[str, float]) -> "WarmChild":
        child, self._spare = self._spare or self._fork(), None
        try:
            child.begin(request, spent)
            self._spare = self._fork()
        except OSError:
            child.kill()
            raise
        return child

    def _fork(self) -> "WarmChild":
        return WarmChild(self._process.control, self._limits, self._process.group)

    def drop_spare(self) -> None:
        """End the child that waits for a job."""
        if self._spare:
            self._spare.kill()
            self._spare = None

    def restart(self) -> None:
        """End the server, whatever is left of it, and start another."""
        self.close()
        self._start()

    def close(self) -> None:
        """End the server."""
        self.drop_spare()
        self._process.close()


def _missing(said: dict[str, str]) -> IsolationError:
    """Return the error of a wall that was refused, with bubblewrap's words if that did not start before."""
    words = refusal()
    why = f"{said['why']}; bubblewrap does not start either: {words}" if words else said["why"]
    return IsolationError(said["missing"], why)


class WarmChild:
    """One submission's child behind the walls, and the guard that watches it."""

    def __init__(self, control: socket.socket, limits: Limits, group: Group | None = None) -> None:
        self._limits, self._group = limits, group
        job, self._job = os.pipe()
        self._results, results = os.pipe()
        # A pipe's two ends have flags of their own: whatever is done to the other, reading this one returns.
        os.set_blocking(self._results, False)
        self._status, guards = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._poll = select.poll()
        for descriptor in (self._results, self._status.fileno()):
            self._poll.register(descriptor, select.POLLIN)
        self._open, self._rest = True, b""
        self._step_is_new, self._begun, self._told = False, 0.0, time.monotonic()
        try:
            socket.send_fds(control, [b"!"], [job, results, guards.fileno()])
        except OSError:
            self.kill()
            raise
        finally:
            os.close(job)
            os.close(results)
            guards.close()

    def begin(self, request: dict[str, Any], spent: dict[str, float]) -> None:
        """Send it its job, and its guard what is `spent`. If it has ended before, `ending` tells why."""
        with suppress(OSError):
            self._status.send(json.dumps(spent).encode())
        job, self._job = self._job, -1
        with suppress(OSError), open(job, "wb", buffering=0) as pipe:
            rest = memoryview(wire.request(**request))
            while rest:
                rest = rest[pipe.write(rest) :]

    def read(self, length: int, patience: float) -> bytes | None:
        """Return what it sends: b"" when it has ended, None if nothing came in so many seconds."""
        if not self._rest and (more := self._more(patience)) is not None:
            self._rest = more
            if not more:
                return b""
        taken, self._rest = self._rest[:length], self._rest[length:]
        return taken or None

    def _more(self, patience: float) -> bytes | None:
        if self._step_is_new:
            patience = min(patience, PAUSE)
        ready = dict(self._poll.poll(patience * 1000))
        if self._step_is_new and time.monotonic() - self._begun >= PAUSE:
            self._tell_step()  # it may never be silent
        try:
            return os.read(self._results, CHUNK)
        except BlockingIOError:  # nothing there; if the guard has spoken, nothing comes any more
            self._tell_step()
            return b"" if self._status.fileno() in ready else None

    def begin_step(self) -> None:
        """Tell the guard that a step begins: at once if the last word is old, else if it is not over soon."""
        now = time.monotonic()
        if not self._step_is_new:
            self._step_is_new, self._begun = True, now
        if now - self._told > OLD_SECONDS:
            self._tell_step()

    def _tell_step(self) -> None:
        if self._step_is_new:
            self._step_is_new, self._told = False, time.monotonic()
            with suppress(OSError):
                self._status.send(BEGIN_STEP)

    def stop(self) -> Ending:
        """End it and all that it started, and return what it had used."""
        with suppress(OSError):
            self._status.send(STOP)
        return self.ending()

    def ending(self) -> Ending:
        """Wait for its end, which the guard brings about if need be, and say what it was."""
        ending = self._told_ending()
        if ending.by_machine and self._group and self._group.ran_out_of_memory():
            return ending._replace(words=too_much_memory(self._limits), by_machine=False)
        return ending

    def _told_ending(self) -> Ending:
        self._tell_step()  # the last one may be the one that closed its descriptor
        said = self._last_words()
        if "missing" in said:
            raise _missing(said)
        if "ending" not in said:
            return Ending("lost the guard that watches it", by_machine=True)
        ending = Ending(*said["ending"])
        if ending.words:
            return ending
        return ending._replace(words=ended_words(said.get("ended", 0)))

    def _last_words(self) -> dict[str, Any]:
        """Return what the guard says at the end; nothing if it has ended without a word."""
        with suppress(OSError):
            try:
                said = self._status.recv(MESSAGE)
            except ConnectionResetError:  # it has left something of ours unread; what it said is still there
                said = self._status.recv(MESSAGE)
            words: dict[str, Any] = json.loads(said or b"{}")
            return words
        return {}

    def kill(self) -> None:
        """End it and all that it started."""
        if self._open:
            self._open = False
            self._status.close()
            os.close(self._results)
            if self._job >= 0:
                os.close(self._job)
