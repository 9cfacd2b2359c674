"""Whose fault an ending is: what the machine ends runs again, what the student's code ends is left out."""

import os
import platform
import signal
import socket
from contextlib import closing, suppress
from pathlib import Path

import pytest
from attacks import ASSIGNMENT, GIVEN, RIGHT

from backproplab.sandbox import Cell, Checkpoint, IsolationError, Job, Limits, MachineError, Sandbox, host
from backproplab.sandbox.cold import ColdChild
from backproplab.sandbox.server import BEGIN_STEP
from backproplab.sandbox.warm import WarmChild
from backproplab.sandbox.watchdog import Watchdog

CHECKS = ("1.1", "1.2", "1.3")
HELD = f"import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])\n{RIGHT['1.1']}"
JOB = Job(
    (
        *(Cell(source, index) for index, source in enumerate(GIVEN)),
        Cell(HELD, 2),
        Checkpoint("1.1"),
        Cell("signal.sigwait([signal.SIGUSR1])", 3),
        *(Cell(RIGHT[name], 4) for name in CHECKS[1:]),
        *map(Checkpoint, CHECKS[1:]),
    ),
    (1, 2),
)
"""In one step it waits for our signal: however long we wait for a core, that is not over when we kill."""
KILLED_IN = 4  # the step


def opened(limits):
    try:
        return Sandbox(ASSIGNMENT, limits=limits).__enter__()
    except IsolationError as error:
        pytest.skip(str(error))


@pytest.fixture
def full():
    """For each test another one: it is killed."""
    with closing(opened(Limits(cell_seconds=2, wall_factor=50))) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def unharmed():
    """Ends a submission's own attempts. A second of CPU time is the least that the system can limit."""
    with closing(opened(Limits(cell_seconds=1.3, submission_seconds=6))) as sandbox:
        yield sandbox


def children(pid):
    """By what each says of its parent: the kernel's own list may leave one out while another of them ends."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ends while we look
            _, _, rest = path.read_text(encoding="utf-8", errors="replace").rpartition(")")
            if int(rest.split()[1]) == pid:
                found.append(int(path.parent.name))
    return found


def server(sandbox):
    """The warm server itself: bubblewrap, where it is used, stands before it."""
    pid = sandbox._server._process.process.pid
    while Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() == "bwrap":
        pid = min(children(pid))  # it adopts what a guard that was killed leaves
    return [pid]


def guards(sandbox):
    return [guard for pid in server(sandbox) for guard in children(pid)]


def submissions(sandbox):
    return [child for guard in guards(sandbox) for child in children(guard)]


VICTIMS = {"the child": submissions, "the guard": guards, "the server": server}


def kill_in_its_step(sandbox, find, times, monkeypatch):
    """Let something kill what `find` finds, so many times, and then let the step end.

    Returns how often it has killed.
    """
    begin, kills = WarmChild.begin_step, []

    def kill(child):
        child.begun = getattr(child, "begun", -1) + 1
        begin(child)
        if child.begun != KILLED_IN:
            return
        if len(kills) == times:
            for pid in submissions(sandbox):  # to the one that waits for a job it is nothing
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGUSR1)
            return
        victims = find(sandbox)
        assert victims
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        kills.append(victims)

    monkeypatch.setattr(WarmChild, "begin_step", kill)
    return kills


def assert_all_is_there(outcome):
    assert {exercise for exercise, _, _ in outcome.values} == set(CHECKS)
    assert len({seed for _, seed, _ in outcome.values}) == 2
    assert not outcome.errors
    assert not outcome.problems


@pytest.mark.parametrize("victim", VICTIMS)
def test_what_the_machine_kills_runs_again_and_costs_nothing(full, victim, monkeypatch):
    kills = kill_in_its_step(full, VICTIMS[victim], 2, monkeypatch)
    assert_all_is_there(full.run(JOB))
    assert len(kills) == 2


@pytest.mark.parametrize("victim", VICTIMS)
def test_what_the_machine_kills_each_time_has_no_outcome(full, victim, monkeypatch):
    kills = kill_in_its_step(full, VICTIMS[victim], 99, monkeypatch)
    with pytest.raises(MachineError, match=r"(killed \(SIGKILL\) by the machine|lost the guard)"):
        full.run(JOB)
    assert len(kills) == host.TRIES
    monkeypatch.undo()
    kill_in_its_step(full, VICTIMS[victim], 0, monkeypatch)
    assert_all_is_there(full.run(JOB))


def test_a_server_that_cannot_start_again_is_the_machines(full, monkeypatch):
    kill_in_its_step(full, server, 1, monkeypatch)

    def refuse(server):
        raise IsolationError("user namespaces", "no memory")

    monkeypatch.setattr("backproplab.sandbox.warm.WarmServer._start", refuse)
    with pytest.raises(MachineError, match="no memory"):
        full.run(JOB)
    monkeypatch.undo()
    kill_in_its_step(full, server, 0, monkeypatch)
    assert_all_is_there(full.run(JOB))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_at_the_reduced_level_nobody_knows_who_killed_it(monkeypatch):
    begin, kills = ColdChild.begin_step, []

    def kill(child):
        begin(child)
        child.begun = getattr(child, "begun", -1) + 1
        if child.begun == KILLED_IN:
            child._process.send_signal(signal.SIGUSR1 if kills else signal.SIGKILL)
            kills.append(child)

    monkeypatch.setattr(ColdChild, "begin_step", kill)
    with Sandbox(ASSIGNMENT, isolation="reduced") as sandbox:
        assert_all_is_there(sandbox.run(JOB))
    assert len(kills) == 2


LEAVING = {
    "an exit": ("os._exit(0)", "ended before its time"),
    "an exit with another code": ("os._exit(137)", "ended before its time"),
    "abort, which the kernel makes SIGSEGV of for a PID 1": ("os.abort()", "was killed (SIGSEGV)"),
    "a segmentation fault": ("import ctypes\nctypes.string_at(0)", "was killed (SIGSEGV)"),
    "SIGKILL to itself": ("os.kill(os.getpid(), 9)\nos._exit(0)", "ended before its time"),
    "SIGKILL to its group": ("os.killpg(0, 9)\nos._exit(0)", "ended before its time"),
    "SIGKILL by a child": (
        "if os.fork() == 0:\n    os.kill(1, 9)\n    os._exit(0)\nos.wait()\nos._exit(0)",
        "ended before its time",
    ),
    "a limit of its own on CPU time": (
        "import resource\ntry:\n    resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\n"
        "except (OSError, ValueError):\n    pass\nwhile True:\n    pass",
        "computed for more than 1.3 s",
    ),
    "SIGXCPU": ("import signal\nos.kill(os.getpid(), signal.SIGXCPU)\nos._exit(0)", "ended before its time"),
    "a signal asked for at the end of a file": (
        "import fcntl\nr, w = os.pipe()\nfcntl.fcntl(r, fcntl.F_SETOWN, os.getpid())\n"
        "for call in ((r, 10, 9), (r, fcntl.F_SETFL, os.O_ASYNC)):\n"
        "    try:\n        fcntl.fcntl(*call)\n    except OSError:\n        pass\n"
        "os.write(w, b'x')\nos._exit(0)",
        "ended before its time",
    ),
}


if platform.machine() == "x86_64":
    LEAVING["a call that the filter answers with death"] = (
        "import ctypes\nctypes.CDLL(None).syscall(0x40000000)",
        "was killed (SIGSYS)",
    )
    LEAVING["the same, where the address looks like none"] = (
        "import ctypes, mmap\n"
        "libc = ctypes.CDLL(None)\n"
        "libc.mmap.restype = ctypes.c_void_p\n"
        "libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]\n"
        "page = libc.mmap(1 << 32, 4096, 3, 0x32, -1, 0)\n"
        "assert page == 1 << 32\n"
        "ctypes.memmove(page, (1).to_bytes(8, 'little') * 2, 16)\n"
        "libc.syscall(302, 0, 0, ctypes.c_void_p(page), None)\n"
        "while True:\n    pass",
        "computed for more than 1.3 s",
    )


@pytest.mark.parametrize("way", LEAVING)
def test_no_submission_can_say_that_it_was_the_machine(unharmed, way):
    code, words = LEAVING[way]
    cells = Cell(GIVEN[0], 0), Cell(f"import os\n{code}", 1), Cell(RIGHT["1.2"], 2)
    outcome = unharmed.run(Job((*cells, Checkpoint("1.2")), (1,)))
    assert outcome.problems == [f"Cell 2 {words}; it was left out"]
    assert ("1.2", 1, "square") in outcome.values


def test_the_guards_last_words_are_heard_though_it_left_ours_unread(unharmed):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    child = unharmed._server.child({"steps": [], "seeds": []}, {})
    child._status.close()
    child._status = ours
    ours.send(BEGIN_STEP)
    theirs.send(b'{"ended": 0, "ending": ["", false, 0, 0, false]}')
    theirs.close()
    ending = child.ending()
    child.kill()
    assert (ending.words, ending.by_machine) == ("ended before its time", False)


def test_a_kernel_that_is_ahead_of_the_watchdog_ends_it_at_a_limit():
    watchdog = Watchdog(Limits(submission_seconds=6))
    ending = watchdog.killed(7.0)
    assert (ending.words, ending.out_of_time) == ("used up the 6 s of the whole submission", True)
    assert not ending.by_machine
    assert watchdog.killed(5.9).by_machine
