"""Ways to blind who reads what a submission writes, and ways to use more than it may meanwhile."""

import contextlib

import pytest
from attacks import ASSIGNMENT, GIVEN, HELPERS, RIGHT
from attacks.forging import FRAME

from backproplab.sandbox import Cell, Checkpoint, IsolationError, Job, Limits, Sandbox

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


@contextlib.contextmanager
def running():
    """Give a function that runs code as the second cell, under limits, at a level.

    Each sandbox is started once. Where there is none, the test is skipped.
    """
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


def assert_stopped(outcome, words):
    told = [problem for problem in outcome.problems if problem.startswith("Cell 2 ")]
    assert len(told) == 1, outcome.problems
    assert words in told[0]
    assert ("1.2", 1, "square") in outcome.values


def assert_watched(run, blinding, overuse, level):
    """Blind the reader, use too much, and be stopped for it."""
    limits, code, words = OVERUSE[overuse]
    assert_stopped(run(limits, f"{BLINDING[blinding]}\n{code}", level), words)
