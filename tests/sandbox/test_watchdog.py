"""Nothing that a submission does to the descriptor for values takes the watchdog's eyes from it."""

import contextlib
import itertools
import os
import socket
import subprocess
import sys
import textwrap
import time
from functools import partial

import pytest
from attacks import ASSIGNMENT, GIVEN, HELPERS, RIGHT
from attacks.forging import FRAME

from backproplab.sandbox import Cell, Checkpoint, IsolationError, Job, Limits, Sandbox, warm
from backproplab.sandbox import watchdog as watchdog_module
from backproplab.sandbox.limits import Meter, Usage
from backproplab.sandbox.server import BEGIN_STEP

MEMORY = Limits(cell_seconds=60, submission_seconds=60, memory_bytes=300_000_000)
TIME = Limits(cell_seconds=0.3, submission_seconds=60, wall_factor=1000)
CLOCK = Limits(cell_seconds=0.3, submission_seconds=60, wall_factor=2)

# Each ends before these limits do if nobody looks; none can end where somebody does.
HOARD = """
import time
for _ in range(8):
    if os.fork() == 0:
        hoard = bytearray(os.urandom(1) * 100_000_000)
        time.sleep(30)
        os._exit(0)
time.sleep(30)
"""
BURN = "import time\nstart = time.process_time()\nwhile time.process_time() < start + 12:\n    pass"
SLEEP = "import time\ntime.sleep(30)"
OVERUSE = {
    "memory": (MEMORY, HOARD, "of memory"),
    "time": (TIME, BURN, "computed for more than 0.3 s"),
    "the clock": (CLOCK, SLEEP, "took more than 0.6 s"),
}
FORKS = """
import signal, time
signal.signal(signal.SIGCHLD, {handling})
for _ in range(80):
    mine, theirs = os.pipe()
    if os.fork() == 0:
        start = time.process_time()
        while time.process_time() < start + 0.08:
            pass
        os._exit(0)
    os.close(theirs)
    os.read(mine, 1)
    os.close(mine)
    {wait}
"""
UNCOUNTED = {
    "children that nobody waits for": FORKS.format(handling="signal.SIG_IGN", wait=""),
    "children that are waited for": FORKS.format(handling="signal.SIG_DFL", wait="os.wait()"),
    "children of a child": "if os.fork() == 0:\n"
    + textwrap.indent(FORKS.format(handling="signal.SIG_IGN", wait=""), "    ")
    + "    os._exit(0)\nos.wait()",
}

BLINDING = {
    "nothing": "",
    "an urgent byte": """
import contextlib, socket
for n in channel():
    with contextlib.suppress(OSError):
        socket.socket(fileno=os.dup(n)).send(b"!", socket.MSG_OOB)
""",
    "the descriptor closed": "for n in channel():\n    os.close(n)",
    "the descriptor closed, and a copy of it kept": """
for n in channel():
    os.dup(n)
    os.close(n)
""",
    "half a header": "for n in channel():\n    os.write(n, b'bpl')",
    "a frame that does not come": """
for n in channel():
    os.write(n, struct.pack("<4scI", b"bpl1", b"N", 1000))
""",
    "packets instead of a stream": """
import fcntl
for n in channel():
    fcntl.fcntl(n, fcntl.F_SETFL, os.O_DIRECT)
    os.write(n, framed(b"N", counted("packet")))
""",
    "signals asked for": """
import fcntl
for n in channel():
    fcntl.fcntl(n, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(n, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
""",
    "notes, a byte at a time": """
import threading, time
def drip():
    while True:
        for byte in framed(b"N", counted("drip")):
            for n in channel():
                os.write(n, bytes([byte]))
            time.sleep(0.01)
threading.Thread(target=drip, daemon=True).start()
""",
    "bytes lent from memory that goes": """
import ctypes, mmap
libc = ctypes.CDLL(None)
for n in channel():
    page = mmap.mmap(-1, mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    page.write(framed(b"N", counted("lent")))
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    vector = struct.pack("=QQ", address, len(framed(b"N", counted("lent"))))
    libc.vmsplice(n, vector, 1, 8)
    libc.madvise(ctypes.c_void_p(address), mmap.PAGESIZE, mmap.MADV_DONTNEED)
""",
}


@pytest.fixture(scope="module")
def run():
    """Runs code as the second cell, under limits, at a level; each sandbox is started once."""
    with contextlib.ExitStack() as stack:
        sandboxes = {}

        def run(limits, code, level):
            if (limits, level) not in sandboxes:
                try:
                    sandbox = stack.enter_context(Sandbox(ASSIGNMENT, isolation=level, limits=limits))
                except IsolationError as error:
                    pytest.skip(str(error))
                sandboxes[limits, level] = sandbox
            cells = GIVEN[0], HELPERS + FRAME + code, RIGHT["1.2"]
            steps = [Cell(source, index) for index, source in enumerate(cells)]
            return sandboxes[limits, level].run(Job((*steps, Checkpoint("1.2")), (1,)))

        yield run


@pytest.mark.parametrize("way", UNCOUNTED)
def test_what_children_compute_counts(run, way):
    assert_stopped(run(TIME, UNCOUNTED[way], "full"), "computed for more than 0.3 s")


def looks(watchdog, monkeypatch, *seen):
    """What a watchdog says of (clock, Usage) pairs, the last of it."""
    said = None
    for clock, used in seen:
        monkeypatch.setattr(watchdog_module.time, "monotonic", lambda clock=clock: float(clock))
        said = watchdog.look(used)
    return said


@pytest.fixture
def watchdog(monkeypatch):
    monkeypatch.setattr(watchdog_module.time, "monotonic", lambda: 0.0)
    watchdog = watchdog_module.Watchdog(Limits(cell_seconds=10, submission_seconds=60, wall_factor=4))
    watchdog.begin_step()
    return watchdog


def test_waiting_for_a_core_is_not_the_students_time(watchdog, monkeypatch):
    assert looks(watchdog, monkeypatch, (0, Usage(0, 0)), (41, Usage(1, 0, 20))) is None
    assert looks(watchdog, monkeypatch, (61, Usage(1, 0, 20))).words == "took more than 40 s"


def test_sleeping_while_others_wait_is_the_students_time(watchdog, monkeypatch):
    assert looks(watchdog, monkeypatch, (0, Usage(0, 0)), (159, Usage(1, 0, 9999))) is None
    assert looks(watchdog, monkeypatch, (161, Usage(1, 0, 9999))).words == "took more than 40 s"


SHARES_A_CORE = """
import os
os.sched_setaffinity(0, [{core}])
print(flush=True)
while True:
    pass
"""


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="nothing tells who waits")
def test_waiting_for_a_core_is_measured():
    """Who never sleeps either computes or waits, however much else there is to do on its core."""
    program = SHARES_A_CORE.format(core=min(os.sched_getaffinity(0)))
    start = partial(subprocess.Popen, [sys.executable, "-c", program], stdout=subprocess.PIPE)
    with start() as waits, start() as other:
        try:
            for process in (waits, other):
                process.stdout.readline()  # from here on it never sleeps
            meter, others = Meter(waits.pid), Meter(other.pid)
            before, begun = meter.look(), time.monotonic()
            computed = others.look().cpu_seconds
            while others.look().cpu_seconds < computed + 0.3:
                time.sleep(0.01)
            seconds, after = time.monotonic() - begun, meter.look()
        finally:
            waits.kill()
            other.kill()
    cpu = after.cpu_seconds - before.cpu_seconds
    waiting = after.waiting_seconds - before.waiting_seconds
    assert waiting > 0.2  # as `other` computed meanwhile
    assert waiting + cpu > 0.75 * seconds  # a wait that goes on is not counted yet


def test_a_step_is_told_though_the_child_is_never_silent(monkeypatch):
    """From the first step on time is counted, so whoever puts off that word has none."""
    grader, server = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    clock = itertools.count()
    monkeypatch.setattr(warm.time, "monotonic", lambda: next(clock) * 0.01)
    with grader, server:
        child = warm.WarmChild(grader, Limits())
        _, (job, results, status), _, _ = socket.recv_fds(server, 1, 3)
        with socket.socket(fileno=status) as guard:
            os.write(results, bytes(100))
            child.begin_step()
            for _ in range(10):
                child.read(1, patience=0)
                child._rest = b""
                os.write(results, b"x")
            guard.setblocking(False)
            assert guard.recv(100) == BEGIN_STEP
        child.kill()
        os.close(job)
        os.close(results)


def assert_stopped(outcome, words):
    told = [problem for problem in outcome.problems if problem.startswith("Cell 2 ")]
    assert len(told) == 1, outcome.problems
    assert words in told[0]
    assert ("1.2", 1, "square") in outcome.values


@pytest.mark.parametrize("overuse", OVERUSE)
@pytest.mark.parametrize("blinding", BLINDING)
def test_what_is_used_is_watched_whatever_the_reader_gets(run, blinding, overuse):
    limits, code, words = OVERUSE[overuse]
    assert_stopped(run(limits, f"{BLINDING[blinding]}\n{code}", "full"), words)


@pytest.mark.parametrize("overuse", OVERUSE)
@pytest.mark.parametrize("blinding", ["the descriptor closed", "half a header"])
def test_the_reduced_level_watches_as_well(run, blinding, overuse):
    limits, code, words = OVERUSE[overuse]
    assert_stopped(run(limits, f"{BLINDING[blinding]}\n{code}", "reduced"), words)
