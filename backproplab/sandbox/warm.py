"""The grader's hold on the warm server and on each child of it."""

import json
import select
import socket
import time
from contextlib import suppress
from typing import Any

from backproplab.sandbox import wire
from backproplab.sandbox.isolation import MissingMechanismError
from backproplab.sandbox.launch import ServerProcess, readable_paths
from backproplab.sandbox.limits import Usage, signal_name
from backproplab.sandbox.protocol import Assignment, Limits
from backproplab.sandbox.requirements import IsolationError, SandboxError

START_SECONDS = 120.0
END_SECONDS = 10.0
MESSAGE = 4096


class WarmServer:
    """A server that has run an assignment's given cells and waits for submissions."""

    def __init__(self, assignment: Assignment, limits: Limits) -> None:
        self._content = wire.pack(assignment, limits)
        self._start()

    def _start(self) -> None:
        try:
            self._process = process = ServerProcess()
        except MissingMechanismError as missing:
            raise IsolationError(missing.mechanism, missing.why) from None
        content = self._content | {"scratch": process.scratch, "readable": readable_paths()}
        process.control.settimeout(START_SECONDS)
        said: dict[str, Any] = {}
        with suppress(OSError):
            process.control.sendall(wire.request(**content))
            said = json.loads(process.control.recv(MESSAGE) or b"{}")
        if "ready" not in said:
            last_error = process.last_error()
            process.close()
            if "missing" in said:
                raise IsolationError(said["missing"], said["why"])
            if "failed" in said:
                raise SandboxError(f"The given cells do not run in the sandbox: {said['failed']}")
            raise IsolationError("a view by bubblewrap" if process.wrapped else "a server", last_error)
        self.level = (
            f"full: {'bubblewrap, ' if process.wrapped else ''}user, PID, network, IPC and mount namespaces, "
            f"Landlock {said['landlock']}, seccomp, limits"
        )

    def child(self, request: dict[str, Any]) -> "WarmChild":
        """Have a child forked, and send it its job."""
        try:
            return WarmChild(self._process.control, request)
        except OSError:  # the server has gone, killed by the system for want of memory perhaps
            self.close()
            self._start()
            return WarmChild(self._process.control, request)

    def close(self) -> None:
        """End the server."""
        self._process.close()


class WarmChild:
    """One submission's child behind the walls, and the guard that watches it."""

    def __init__(self, control: socket.socket, request: dict[str, Any]) -> None:
        self.results, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.status, guards = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.status.settimeout(END_SECONDS)
        with theirs, guards:
            socket.send_fds(control, [b"!"], [theirs.fileno(), guards.fileno()])
        with suppress(OSError):  # then it has ended, and `ending` tells why
            self.results.sendall(wire.request(**request))

    def read(self, length: int, patience: float) -> bytes | None:
        """Return what it sends: b"" when it has ended, None if nothing came in so many seconds."""
        if not select.select([self.results], [], [], patience)[0]:
            return None
        try:
            return self.results.recv(length)
        except OSError:
            return b""

    def usage(self) -> Usage | None:
        """Return what it and its descendants have used; None if it has ended."""
        with suppress(OSError):
            self.status.send(b"?")
            said = self._receive()
            if "cpu" in said:
                return Usage(said["cpu"], said["memory"])
        return None

    def kill(self) -> None:
        """End it and all that it started."""
        self.status.close()
        self.results.close()

    def ending(self) -> str:
        """Wait for its end and say what it was, in words."""
        deadline = time.monotonic() + END_SECONDS
        while time.monotonic() < deadline:
            try:
                said = self._receive()
            except OSError:
                break
            if "missing" in said:
                self.kill()
                raise IsolationError(said["missing"], said["why"])
            if said.get("ended", 0) < 0:
                return f"was killed ({signal_name(-said['ended'])})"
            if "ended" in said or not said:
                break
        return "ended before its time"

    def _receive(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.status.recv(MESSAGE) or b"{}")
        return content
