"""The reduced level: a fresh process for each submission, for machines without the walls of Linux."""

import contextlib
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
from typing import Any

from backproplab.sandbox import wire
from backproplab.sandbox.launch import environment, python
from backproplab.sandbox.limits import Usage, signal_name, usage
from backproplab.sandbox.protocol import Assignment, Limits

END_SECONDS = 2.0


class ColdChild:
    """One submission in a process of its own. It gets its job on stdin and gives values on stdout."""

    def __init__(self, assignment: Assignment, limits: Limits, request: dict[str, Any]) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="backproplab-", ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            python("child.run_cold()"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._scratch.name,
            env=environment(self._scratch.name),
            start_new_session=True,
            bufsize=0,
        )
        self._chunks: queue.Queue[bytes] = queue.Queue(16)
        self._rest = b""
        self._killed = False
        content = wire.request(**wire.pack(assignment, limits), **request)
        # A thread: Windows cannot wait for a pipe and the clock at once.
        self._thread = threading.Thread(target=self._pump, args=(content,), daemon=True)
        self._thread.start()

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
                self._rest = self._chunks.get(timeout=patience)
            except queue.Empty:
                return None
        data, self._rest = self._rest[:length], self._rest[length:]
        return data

    def usage(self) -> Usage | None:
        """Return what it and its descendants have used; None where the system does not tell."""
        return usage(self._process.pid) if os.path.isdir("/proc/self/task") else None

    def kill(self) -> None:
        """End it and what is in its process group; what has left that group survives at this level."""
        if self._killed:
            return
        self._killed = True
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        deadline = time.monotonic() + END_SECONDS
        while self._thread.is_alive() and time.monotonic() < deadline:
            with contextlib.suppress(queue.Empty):
                self._chunks.get_nowait()  # it may be waiting to put
            self._thread.join(0.01)
        self._scratch.cleanup()

    def ending(self) -> str:
        """Wait for its end and say what it was, in words."""
        try:
            code = self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            return "ended before its time"
        if code < 0 and os.name == "posix":
            return f"was killed ({signal_name(-code)})"
        return "ended before its time"
