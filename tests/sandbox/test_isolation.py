"""Each wall, seen from inside; and what is said where one cannot be built."""

import os
import struct
import sys
from pathlib import Path

import pytest
from kinds import ELSEWHERE
from setups_kit import has_bubblewrap

from backproplab.sandbox import (
    Assignment,
    Cell,
    Check,
    Checkpoint,
    IsolationError,
    Job,
    Limits,
    Sandbox,
    launch,
    seccomp,
)
from backproplab.sandbox.isolation import MissingMechanismError
from backproplab.sandbox.limits import MOST_OPEN_FILES

SEES = Assignment(
    "00",
    ("import numpy as np\nfrom backproplab.check import check",),
    (Check("1", '@check("1")\ndef _(rng):\n    return {"seen": seen}', ("seen",)),),
)


TOOLS = """
import ctypes, os, resource, struct
libc = ctypes.CDLL(None, use_errno=True)
died = ctypes.c_int()
header, sets = struct.pack("=Ii", 0x20080522, 0), ctypes.create_string_buffer(24)
def is_open(n):
    try:
        return bool(os.fstat(n))
    except OSError:
        return False
"""


@pytest.fixture(scope="module")
def sandbox():
    try:
        with Sandbox(SEES) as opened:
            yield opened
    except IsolationError as error:
        pytest.skip(str(error))


@pytest.fixture
def seen(sandbox):
    def look(expression):
        outcome = sandbox.run(Job((Cell(f"{TOOLS}seen = {expression}", 0), Checkpoint("1")), (1,)))
        assert not outcome.errors, outcome
        return outcome.values["1", 1, "seen"].tolist()

    return look


WALLS = {
    "a PID namespace": ("os.getpid()", 1),
    "an ordinary user": ("[os.getuid(), os.geteuid(), os.getgid()]", [1000, 1000, 1000]),
    "no way to new privileges": ("libc.prctl(39, 0, 0, 0, 0)", 1),
    "a seccomp filter": ("libc.prctl(21, 0, 0, 0, 0)", 2),
    "a read-only view": ("bool(os.statvfs('/usr').f_flag & os.ST_RDONLY)", True),
    "no setuid program": ("bool(os.statvfs('/usr').f_flag & os.ST_NOSUID)", True),
    "an empty scratch folder": ("[os.access('.', os.W_OK), len(os.listdir('.'))]", [1, 0]),
    "a small scratch folder": ("os.statvfs('.').f_blocks * os.statvfs('.').f_frsize", Limits().file_bytes),
    "a death with its guard": ("[libc.prctl(2, ctypes.byref(died)), died.value]", [0, 9]),
    "no way out of it": ("libc.prctl(1, 0, 0, 0, 0)", -1),
    "no core dumps": ("resource.getrlimit(resource.RLIMIT_CORE)", [0, 0]),
    "few processes": ("resource.getrlimit(resource.RLIMIT_NPROC)", [33, 33]),
    "no real-time priority": ("resource.getrlimit(resource.RLIMIT_RTPRIO)", [0, 0]),
    "few open files": ("resource.getrlimit(resource.RLIMIT_NOFILE)[1]", MOST_OPEN_FILES),
    "one descriptor beside the standard three": ("sum(map(is_open, range(64)))", 4),
    "no capability": ("libc.capget(header, sets) + sum(sets.raw)", 0),
}


@pytest.mark.parametrize("wall", WALLS)
def test_a_wall_stands(seen, wall):
    expression, value = WALLS[wall]
    assert seen(expression) == value


def test_landlock_hides_what_the_view_still_shows(seen):
    refused = """[]
for path in ("/", "/dev", "/proc", "/etc", "/root", "/home", "/tmp", "/sys", "/var"):
    try:
        os.listdir(path)
        seen.append(path)
    except OSError:
        pass
seen = len(seen)"""
    assert seen(refused) == 0


LEAVES_A_FILE = """
import os
import matplotlib.pyplot  # needs a folder for its cache
with open(os.path.join(os.environ["MPLCONFIGDIR"], "left"), "w") as file:
    file.write("by the given cells")
"""


@pytest.mark.parametrize("wrapped", [True, False])
def test_what_given_cells_draw_with_loads_and_what_they_leave_is_out_of_sight(wrapped, monkeypatch):
    if not wrapped:
        monkeypatch.setattr(launch, "bubblewrap", lambda scratch: [])
    assignment = Assignment("00", (*SEES.given, LEAVES_A_FILE), SEES.checks)
    look = f"{TOOLS}import matplotlib.pyplot\nseen = [os.access('.', os.W_OK), len(os.listdir('.'))]"
    try:
        with Sandbox(assignment) as sandbox:
            outcome = sandbox.run(Job((Cell(look, 0), Checkpoint("1")), (1,)))
    except IsolationError as error:  # as root, without bubblewrap, where only root can read its Python
        pytest.skip(f"{'' if wrapped else ELSEWHERE}{error}")
    assert not outcome.errors, outcome
    assert outcome.values["1", 1, "seen"].tolist() == [1, 0]


# What one submission does with them, another that runs at once can see.
TELLING = {
    "a lock of a package's file": "fcntl.flock(open(os.__file__), fcntl.LOCK_SH)",
    "a lock of a part of it": "fcntl.lockf(open(os.__file__), fcntl.LOCK_SH, 65, 1)",
    "who has such a lock": "fcntl.fcntl(open(os.__file__), fcntl.F_GETLK, bytes(32))",
    "a lock of an open file": "fcntl.fcntl(open(os.__file__), 36, bytes(32))",
    "a lease": "fcntl.fcntl(open(os.__file__), fcntl.F_SETLEASE, fcntl.F_RDLCK)",
    "a notice of a folder's use": "fcntl.fcntl(os.open(os.path.dirname(os.__file__), 0), fcntl.F_NOTIFY, 1)",
    "a watch on files": "must(libc.inotify_init1(0))",
    "a watch on all files": "must(libc.fanotify_init(0x200, 0))",
    "pages sent out of memory": "os.posix_fadvise(os.open(os.__file__, 0), 0, 0, os.POSIX_FADV_DONTNEED)",
    "pages in memory": "must(libc.mincore(ctypes.c_void_p(0), 0, None))",
    "pages in memory, counted": "must(libc.syscall(451, 0, 0, 0, 0))",
    "a pair of sockets": "__import__('socket').socketpair()",
    "a session of its own": "os.setsid()",
    "the list of mounts": "must(libc.syscall(458, 0, 0, 0, 0))",
    "what is mounted": "must(libc.syscall(457, 0, 0, 0, 0))",
    "a tree of mounts": "must(libc.syscall(467, -1, b'/', 0, 0, 0))",
}


@pytest.mark.parametrize("way", TELLING)
def test_nothing_is_told_to_another_submission(seen, way):
    trial = f"""-1
import errno, fcntl
def must(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
try:
    {TELLING[way]}
    seen = 0
except OSError as error:
    seen = error.errno"""
    assert seen(trial) == 1  # EPERM: by the filter, whatever else would have stood in the way


def test_the_level_is_told_in_words(sandbox):
    assert sandbox.level.startswith("full: ")
    assert ("bubblewrap" in sandbox.level) == has_bubblewrap()
    for word in ("user", "PID", "network", "IPC", "mount", "Landlock", "seccomp"):
        assert word in sandbox.level
    with Sandbox(SEES, isolation="reduced") as reduced:
        assert reduced.level.startswith("reduced: ")


def test_of_a_course_folder_that_is_an_environment_only_python_is_seen(tmp_path, monkeypatch):
    (tmp_path / "lib").mkdir()
    (tmp_path / "solutions").mkdir()
    monkeypatch.setattr(launch.sys, "prefix", str(tmp_path))
    assert str(tmp_path / "lib") in launch.readable_paths()
    assert not any((tmp_path / "solutions").is_relative_to(path) for path in launch.readable_paths())


def test_a_python_named_by_a_way_back_starts_all_the_same(monkeypatch):
    here = Path(__file__).parent  # which student code does not see
    monkeypatch.setattr(launch.sys, "executable", str(here / os.path.relpath(sys.executable, here)))
    with Sandbox(SEES) as sandbox:
        assert sandbox.level


def test_nothing_of_the_graders_environment_reaches_a_student(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "42")
    assert "42" not in str(launch.environment("/scratch"))


def interpreted(code, machine, number, **arguments):
    """What the filter answers to a system call with arguments a0 … a5: a machine of five instructions."""
    six = [arguments.get(f"a{place}", 0) for place in range(6)]
    data = struct.pack("=IIQ6Q", number, seccomp.ARCHITECTURES.get(machine, 0), 0, *six)
    line, value = 0, 0
    while True:
        kind, yes, no, constant = struct.unpack_from("=HBBI", code, line * 8)
        line += 1
        match kind:
            case seccomp.LOAD:
                (value,) = struct.unpack_from("=I", data, constant)
            case seccomp.RETURN:
                return constant
            case _:
                holds = {
                    seccomp.IF_EQUAL: value == constant,
                    seccomp.IF_AT_LEAST: value >= constant,
                    seccomp.IF_ANY_BIT: bool(value & constant),
                }[kind]
                line += yes if holds else no


@pytest.mark.parametrize(("column", "machine"), list(enumerate(seccomp.ARCHITECTURES)))
def test_the_filter_refuses_what_it_lists_and_nothing_else(column, machine):
    code = seccomp.program(machine)
    denied = {numbers[column] for numbers in seccomp.DENIED.values()} | {seccomp.CLONE3[column]}
    for number in range(470):
        assert (interpreted(code, machine, number) != seccomp.ALLOW) == (number in denied), number


@pytest.mark.parametrize(("column", "machine"), list(enumerate(seccomp.ARCHITECTURES)))
def test_the_filter_lets_threads_and_forks_pass_but_no_namespace(column, machine):
    code, clone = seccomp.program(machine), seccomp.REFUSED["clone"].numbers[column]
    thread, fork = 0x3D0F00, 0x1200011
    assert interpreted(code, machine, clone, a0=thread) == seccomp.ALLOW
    assert interpreted(code, machine, clone, a0=fork) == seccomp.ALLOW
    for bit in (17, 25, 26, 27, 28, 29, 30):
        assert interpreted(code, machine, clone, a0=fork | 1 << bit) != seccomp.ALLOW


def bits_of(masks):
    """A value with the lowest bit of each mask."""
    return sum(mask & -mask for mask in masks)


@pytest.mark.parametrize(("column", "machine"), list(enumerate(seccomp.ARCHITECTURES)))
@pytest.mark.parametrize("call", seccomp.REFUSED)
def test_an_argument_is_refused_for_what_is_listed_and_for_nothing_else(call, column, machine):
    code, refusal = seccomp.program(machine), seccomp.REFUSED[call]
    listed = [*refusal.values, *([bits_of(refusal.bits)] if refusal.bits else [])]
    listed += [0x7F00_0000_1000, 0x1000, 1] * refusal.pointer

    def answer(value, place=refusal.argument):
        return interpreted(code, machine, refusal.numbers[column], **{f"a{place}": value})

    assert all(answer(value) != seccomp.ALLOW for value in listed)
    assert all(answer(value | 1 << 40) != seccomp.ALLOW for value in listed)
    assert all(answer(value, (refusal.argument + 1) % 6) == seccomp.ALLOW for value in listed)
    others = {0} if refusal.pointer else set(range(64)) - {*refusal.values}
    fine = [value for value in others if not refusal.bits or not all(value & bits for bits in refusal.bits)]
    assert all(answer(value) == seccomp.ALLOW for value in fine)
    for place in range(len(refusal.bits)):
        assert answer(bits_of(refusal.bits) & ~refusal.bits[place]) == seccomp.ALLOW


def test_a_pointer_is_seen_in_either_half_of_its_bits():
    code = seccomp.program("x86_64")
    number = seccomp.REFUSED["prlimit64"].numbers[0]
    assert interpreted(code, "x86_64", number, a2=1 << 32) != seccomp.ALLOW
    assert interpreted(code, "x86_64", number, a0=1, a3=1 << 32) == seccomp.ALLOW


def test_calls_of_another_architecture_end_the_process():
    code = seccomp.program("x86_64")
    assert interpreted(code, "i386", 1) == seccomp.KILL
    assert interpreted(code, "x86_64", 0x40000001) == seccomp.KILL


def test_a_machine_without_a_filter_is_named():
    with pytest.raises(MissingMechanismError, match="riscv64"):
        seccomp.program("riscv64")
