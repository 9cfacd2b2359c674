"""Nothing that a submission starts outlives the grader, however the grader ends."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from kinds import ELSEWHERE
from setups_kit import has_bubblewrap

from backproplab.sandbox import Assignment, IsolationError, Sandbox, launch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")

GRADER = """
import json, signal, sys
from backproplab.sandbox import Assignment, Cell, Job, Limits, Sandbox, launch
from backproplab.sandbox.watch import Progress
if sys.argv[1] == "without bubblewrap":
    launch.shutil.which = lambda name: None
with Sandbox(Assignment("00", ("import numpy",), ()), limits=Limits(600, 600)) as sandbox:
    at_work = [sandbox._child(Progress(Job((Cell(code, 0),), (1,)))) for code in json.loads(sys.argv[2])]
    signal.pause()
"""
"""A grader with several submissions at work, side by side; there is no other difference to its `run`."""
LIBC = "import ctypes, os, signal, time\nlibc = ctypes.CDLL(None, use_errno=True)\n"
STAY = "\nfor _ in range(3):\n    if os.fork() == 0:\n        break\nwhile True:\n    time.sleep(600)"
HOLDING_ON = {
    "a death signal taken back": "libc.prctl(1, 0, 0, 0, 0)",
    "the same, with noise in the upper half": "libc.prctl(ctypes.c_long(1 | 1 << 40), 0, 0, 0, 0)",
    "another death signal": "libc.prctl(1, 17, 0, 0, 0)",
    "new credentials": """
for call in (libc.setfsuid, libc.setfsgid, libc.setuid, libc.setgid):
    call(0), call(1000)
libc.setresuid(1000, 1000, 1000), libc.setgroups(0, None)
header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
libc.capget(header, sets), libc.capset(header, sets)
""",
    "a daemon": """
if os.fork():
    time.sleep(600)
try:
    os.setsid()
except OSError:
    pass
if os.fork():
    os._exit(0)
""",
    "signals ignored and blocked": """
for number in set(range(1, 65)) - {9, 19, 32, 33}:
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
""",
    "a subreaper": "libc.prctl(36, 1, 0, 0, 0)",
}


def tree(pid):
    """All that a process has started, and what they have."""
    found = set()
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in Path(f"/proc/{pid}/task/{task}/children").read_text(encoding="utf-8").split():
                found |= {int(child)} | tree(int(child))
    return found


@pytest.fixture
def all_ended():
    """Waits until all of some processes have ended; ends what has not."""
    held = {}

    def wait(seconds=60):
        poll, deadline = select.poll(), time.monotonic() + seconds
        for descriptor in held:
            poll.register(descriptor, select.POLLIN)
        left = dict(held)
        while left and time.monotonic() < deadline:
            for descriptor, _ in poll.poll(1000):
                poll.unregister(descriptor)
                left.pop(descriptor)
        return not left

    def hold(pids):
        for pid in pids:
            with contextlib.suppress(OSError):
                held[os.pidfd_open(pid)] = pid

    wait.hold = hold
    yield wait
    for descriptor in held:
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        os.close(descriptor)


@pytest.fixture(params=["with bubblewrap", "without bubblewrap"])
def view(request, monkeypatch):
    if request.param == "without bubblewrap":
        monkeypatch.setattr(launch.shutil, "which", lambda name: None)
    elif not has_bubblewrap():
        pytest.skip("bubblewrap is not installed, or does not start")
    try:
        Sandbox(Assignment("00", (), ())).__enter__().close()
    except IsolationError as error:  # as root, without bubblewrap, where only root can read its Python
        pytest.skip(f"{ELSEWHERE if request.param == 'without bubblewrap' else ''}{error}")
    return request.param


KILLED = {"the group": list(HOLDING_ON), "the grader alone": ["a death signal taken back", "a daemon"]}
OF_EACH = 5  # guard, child, and the three of STAY
OF_A_DAEMON = 2  # one that waits, and one that has ended and is not buried


@pytest.mark.parametrize("killed", KILLED)
def test_what_submissions_start_ends_with_the_grader(killed, view, all_ended):
    # The last process of STAY's marks that all that comes before has run.
    codes = [LIBC + textwrap.dedent(HOLDING_ON[way]) + STAY for way in KILLED[killed]]
    command = [sys.executable, "-c", GRADER, view, json.dumps(codes)]
    grader = subprocess.Popen(command, start_new_session=True)
    others = 3 if view == "without bubblewrap" else 5  # server, the next guard and child; bubblewrap's
    deadline = time.monotonic() + 120
    while len(tree(grader.pid)) < others + OF_EACH * len(codes) + OF_A_DAEMON:
        assert grader.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    all_ended.hold(tree(grader.pid))
    (os.killpg if killed == "the group" else os.kill)(grader.pid, signal.SIGKILL)
    grader.wait()
    assert all_ended()
