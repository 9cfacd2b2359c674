"""Nothing that a submission does to the descriptor for values takes the watchdog's eyes from it."""

import itertools
import os
import socket
import subprocess
import sys
import textwrap
import time
from functools import partial

import blinding_kit
import pytest
from blinding_kit import BLINDING, TIME

from backproplab.sandbox import Limits, warm
from backproplab.sandbox import watchdog as watchdog_module
from backproplab.sandbox.limits import Meter, Usage
from backproplab.sandbox.server import BEGIN_STEP

CLOSED = "the descriptor closed"
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


@pytest.fixture(scope="module")
def run():
    with blinding_kit.running() as run:
        yield run


@pytest.mark.parametrize("way", UNCOUNTED)
def test_what_children_compute_counts(run, way):
    blinding_kit.assert_stopped(run(TIME, UNCOUNTED[way], "full"), "computed for more than 0.3 s")


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


# Who looks does so at all that is used at once; tests/soak has each way with each overuse. The clock is told
# when a step begins, as CPU time is and memory is not, and it can be waited for.
WATCHED = [
    *[(blinding, "the clock") for blinding in BLINDING],
    *[(blinding, overuse) for blinding in ("nothing", CLOSED) for overuse in ("memory", "time")],
]
AT_REDUCED = [(CLOSED, "memory"), (CLOSED, "time"), ("half a header", "the clock")]


@pytest.mark.parametrize(("blinding", "overuse"), WATCHED)
def test_what_is_used_is_watched_whatever_the_reader_gets(run, blinding, overuse):
    blinding_kit.assert_watched(run, blinding, overuse, "full")


@pytest.mark.parametrize(("blinding", "overuse"), AT_REDUCED)
def test_the_reduced_level_watches_as_well(run, blinding, overuse):
    blinding_kit.assert_watched(run, blinding, overuse, "reduced")
