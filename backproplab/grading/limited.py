"""A process that works on what anybody may have made, and may not take more than its share.

Parsers cannot be trusted to do with little: a few megabytes of JSON become gigabytes of objects, some code
takes minutes to parse, and a zip file lists what it likes. The process waits for requests on stdin, pickled
here, and answers each on stdout with JSON, of which no more than so much is read. A request counts as work
from its first byte on, since it may name all that a zip file lists. The process runs no code of a student's.
"""

import contextlib
import itertools
import json
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import IO, Any, NamedTuple

from backproplab.errors import BackproplabError
from backproplab.grading.intake.entry import SubmissionError
from backproplab.grading.status import GradingStatus
from backproplab.sandbox import MachineError
from backproplab.sandbox.isolation import die_with_parent
from backproplab.sandbox.limits import resource, signal_name
from backproplab.sandbox.watchdog import ended_words

PATIENCE = 600.0
"""Seconds by the clock. It waits for nobody but disk and core: who takes longer is not to blame."""
MOST_REPLY = 16 * 1024**2
HEAD = struct.Struct("<QQ")
"""Of a request, and of its answer: the number of the request, and how many bytes follow."""
TOO_DEEP = "The code in the notebook is nested too deeply to be read"
ANSWER, REFUSED, STATUS, FAILED, IS_FULL = "answer", "refused", "status", "failed", "is_full"

Work = Callable[..., Any]


class ReadingLimits(NamedTuple):
    """What one request may take."""

    cpu_seconds: int = 10
    memory_bytes: int = 1024**3
    what: str = "What was handed in"
    """How a refusal begins."""

    @property
    def too_slow(self) -> str:
        """What is said of what takes longer."""
        return f"{self.what} takes more than {self.cpu_seconds} s to read"

    @property
    def too_large(self) -> str:
        """What is said of what takes more memory."""
        return f"{self.what} takes more than {self.memory_bytes / 1e9:.2g} GB of memory to read"

    @property
    def too_long(self) -> str:
        """What is said of what cannot be told in few words."""
        return f"{self.what} has more than {MOST_REPLY // 1024**2} MB of names and code"


class RefusedError(SubmissionError):
    """Nothing can be got out of what was handed in; the message says why, and `status` of which kind."""

    def __init__(self, reason: str, status: GradingStatus = GradingStatus.UNREADABLE) -> None:
        super().__init__(reason)
        self.status = status


class ReaderError(BackproplabError):
    """The process itself failed at a request, which is no fault of whoever handed it in."""


class Request(NamedTuple):
    """What is asked, with a number that its answer repeats: no other answer is taken for it."""

    number: int
    arguments: tuple[object, ...]


class Limited:
    """Does one kind of work in a process of its own; it is started when needed, and anew when it has ended.

    Whoever asks waits until others have their answer. Whoever stops waiting ends the process, since the
    answer would come all the same, for somebody else to find. On Linux it ends with the thread that started
    it: who asks from several threads does so first from one that stays.

    The process calls `make(*arguments)`, before limits are set, for the function that answers requests.
    """

    def __init__(
        self,
        make: Callable[..., Work],
        *arguments: object,
        limits: ReadingLimits,
    ) -> None:
        self._about = pickle.dumps((limits, make, arguments))
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def ask(self, *arguments: object) -> Any:
        """Return what the process answers, which is JSON's kinds of data. RefusedError if it refuses.

        MachineError if it was the machine that ended the process, ReaderError if that failed by itself.
        """
        with self._lock:
            return self._asked(Request(next(self._numbers), arguments))

    def _asked(self, request: Request) -> Any:
        process = self._process or self._start()
        killed = threading.Event()

        def kill() -> None:
            killed.set()
            process.kill()

        timer = threading.Timer(PATIENCE, kill)
        timer.start()
        try:
            reply = _ask(process, request)
        except BaseException:
            self.close()
            raise
        finally:
            timer.cancel()
            timer.join()  # it may have begun at this moment; from here on it kills nothing
        if reply is None:
            raise self._ending(process)
        if killed.is_set():
            self.close()  # the answer came first, and counts; the next request asks a new process
        if FAILED in reply:
            raise ReaderError(reply[FAILED])
        if REFUSED in reply:
            if reply.get(IS_FULL):
                self.close()  # what it took to find that out, it may still hold
            raise RefusedError(reply[REFUSED], GradingStatus(reply[STATUS]))
        return reply[ANSWER]

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process:
            process.kill()
            process.communicate()

    def _start(self) -> "subprocess.Popen[bytes]":
        path = [each for each in sys.path if each]  # "" is the current folder, and what was handed in perhaps
        begin = "from backproplab.grading import limited; limited.serve()"
        call = f"import sys; sys.path[:] = {path!r}; {begin}"
        self._process = process = subprocess.Popen(
            [sys.executable, "-P", "-W", "ignore", "-c", call], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdin is not None
        try:
            process.stdin.write(self._about)
        except OSError:  # it has ended, which the first request finds out
            pass
        except BaseException:
            self.close()
            raise
        return process

    def _ending(self, process: "subprocess.Popen[bytes]") -> Exception:
        """Say why it gave no answer: a limit that it reached, code that it cannot stand, or the machine."""
        code = process.poll()  # None: it has said too much, and goes on
        self.close()
        if code is None:
            return RefusedError(self._limits.too_long)
        name = signal_name(-code) if code < 0 else ""
        if name == "SIGXCPU":
            return RefusedError(self._limits.too_slow)
        if name in ("", "SIGKILL"):
            return MachineError(f"The process that reads submissions {ended_words(code)}")
        return RefusedError(f"{self._limits.what} brings the process down that reads it ({name})")


def _ask(process: "subprocess.Popen[bytes]", request: Request) -> dict[str, Any] | None:
    """Return the answer; None if there is none, or too long a one. ReaderError if it is another request's."""
    assert process.stdin is not None
    assert process.stdout is not None
    body = pickle.dumps(request.arguments)
    with contextlib.suppress(OSError):  # it may have answered already that this is too much, and ended
        process.stdin.write(HEAD.pack(request.number, len(body)))
        process.stdin.write(body)
        process.stdin.flush()
    with contextlib.suppress(OSError):
        head = process.stdout.read(HEAD.size)
        number, length = HEAD.unpack(head) if len(head) == HEAD.size else (request.number, 0)
        if number != request.number:
            raise ReaderError(f"Request {request.number} was given the answer to request {number}")
        if 0 < length <= MOST_REPLY and len(body := process.stdout.read(length)) == length:
            reply: dict[str, Any] = json.loads(body)
            return reply
        if length > MOST_REPLY:
            return None
    process.wait()
    return None


def serve() -> None:
    """Be the process: read requests from stdin until it ends, and answer each on stdout."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the run's to handle
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what somebody prints is no answer
    limits, make, arguments = pickle.load(requests)
    work = make(*arguments)
    _limit_memory(limits)
    while len(head := requests.read(HEAD.size)) == HEAD.size:
        number, length = HEAD.unpack(head)
        _limit_time(limits)
        body = answer(_receive_and_work, (work, requests, length), limits)
        replies.write(HEAD.pack(number, len(body)) + body)
        replies.flush()
        if body == _refusal(limits.too_large, is_full=True):
            return  # a part of the request may be unread


def _receive_and_work(work: Work, requests: IO[bytes], length: int) -> Any:
    return work(*pickle.loads(requests.read(length)))


def answer(work: Work, arguments: tuple[object, ...], limits: ReadingLimits) -> bytes:
    """Return what a request comes to, as JSON. Whatever is raised on the way is an answer, too.

    Where memory is short there is none to put an answer together, for as long as the error holds on to what
    fills it. So what is said of that is there beforehand.
    """
    too_large = _refusal(limits.too_large, is_full=True)
    too_deep = _refusal(TOO_DEEP)
    try:
        return json.dumps({ANSWER: work(*arguments)}).encode()
    except SubmissionError as error:
        reason, status = str(error), error.status
    except (MemoryError, SystemError):  # the latter of C code that found no room, and did not say so
        return too_large
    except RecursionError:
        return too_deep
    except Exception as error:
        return _failure(error) or too_large
    return _refusal(reason, status)


def _failure(error: Exception) -> bytes:
    """Return an answer that names an error; nothing if there is no memory left for that."""
    try:
        return json.dumps({FAILED: f"{type(error).__name__}: {error}"[:1000]}).encode()
    except MemoryError:
        return b""


def _refusal(
    reason: str, status: GradingStatus = GradingStatus.UNREADABLE, *, is_full: bool = False
) -> bytes:
    return json.dumps({REFUSED: reason[:1000], STATUS: status, IS_FULL: is_full}).encode()


def _limit_memory(limits: ReadingLimits) -> None:
    if resource is None:  # Windows
        return
    with contextlib.suppress(OSError, ValueError):
        with open("/proc/self/statm", encoding="utf-8") as file:
            used = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (used + limits.memory_bytes,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(limits: ReadingLimits) -> None:
    """Give so many seconds from now on: past them, the kernel ends this process with SIGXCPU."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    with contextlib.suppress(OSError, ValueError):  # a lower limit is in force
        soon = int(used.ru_utime + used.ru_stime) + 1 + limits.cpu_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (soon, most))
