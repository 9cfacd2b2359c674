"""Whatever memory a submission holds is counted, or refused to it."""

import pytest
from attacks import ASSIGNMENT, GIVEN, RIGHT

from backproplab.sandbox import Cell, Checkpoint, IsolationError, Job, Limits, Sandbox

LIMITS = Limits(cell_seconds=60, submission_seconds=60, memory_bytes=300_000_000)

# Each holds more memory than it may, out of sight of who counts what processes have, and says so.
HIDE = """
import ctypes, mmap, os, time
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
MB = 1 << 20
def many(hide, count=8):
    ends = []
    for _ in range(count):
        mine, theirs = os.pipe()
        if os.fork() == 0:
            try:
                os.write(theirs, bytes([hide()]))
                time.sleep(5)
            finally:
                os._exit(0)
        os.close(theirs)
        ends.append(mine)
    held = sum(sum(os.read(end, 1)) for end in ends)
    if held > 2:  # more than it may: time for somebody to look
        time.sleep(2)
    raise RuntimeError(f"held {held} of {count}")
"""
HIDING = {
    "shared pages let go": """
def hide():
    pages = mmap.mmap(-1, 100 * MB)
    for start in range(0, 100 * MB, MB):
        pages[start : start + MB] = b"x" * MB
        pages.madvise(mmap.MADV_DONTNEED, start, MB)
    return pages[99 * MB] == ord("x")
many(hide)
""",
    "shared pages by another name": """
def hide():
    shared_validate, anonymous = 3, 0x20
    place = libc.mmap(None, ctypes.c_size_t(100 * MB), 3, shared_validate | anonymous, -1, 0)
    if place in (None, 2**64 - 1):
        return False
    for start in range(0, 100 * MB, MB):
        ctypes.memset(place + start, 120, MB)
        libc.madvise(ctypes.c_void_p(place + start), MB, 4)
    return ctypes.string_at(place + 99 * MB, 1) == b"x"
many(hide)
""",
    "pages of /dev/zero": """
def hide():
    file = os.open("/dev/zero", os.O_RDWR)
    pages = mmap.mmap(file, 100 * MB)
    for start in range(0, 100 * MB, MB):
        pages[start : start + MB] = b"x" * MB
        pages.madvise(mmap.MADV_DONTNEED, start, MB)
    return pages[99 * MB] == ord("x")
many(hide)
""",
    "files of the scratch folder": """
def hide():
    with open(f"hoard-{os.getpid()}", "wb") as file:
        file.write(b"x" * 100 * MB)
    return os.path.getsize(f"hoard-{os.getpid()}") == 100 * MB
many(hide)
""",
    "pages lent to pipes": """
def hide():
    pipes, page = [os.pipe() for _ in range(25)], 2 * MB
    place = libc.mmap(None, ctypes.c_size_t(202 * MB), 3, 0x22, -1, 0)
    place = (place + page - 1) // page * page
    libc.madvise(ctypes.c_void_p(place), 200 * MB, 14)
    lent = 0
    for number in range(100):
        start = place + number * page
        ctypes.memset(start, 120, page)
        vector = (ctypes.c_uint64 * 2)(start, 4096)
        lent += libc.vmsplice(pipes[number % 25][1], vector, 1, 0) == 4096
        libc.madvise(ctypes.c_void_p(start), page, 4)
    return lent == 100
many(hide)
""",
    "sockets' buffers": """
import socket
def hide():
    kept, count = [], 0
    for _ in range(25):
        for end in socket.socketpair():
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
            end.setblocking(False)
            kept.append(end)
            try:
                while True:
                    count += end.send(bytes(1 << 16))
            except BlockingIOError:
                pass
    return count > 5 * MB
many(hide, 30)
""",
}


@pytest.fixture(scope="module")
def sandbox():
    try:
        with Sandbox(ASSIGNMENT, limits=LIMITS) as opened:
            yield opened
    except IsolationError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("way", HIDING)
def test_no_memory_is_out_of_sight(sandbox, way):
    cells = GIVEN[0], f"{HIDE}\n{HIDING[way]}", RIGHT["1.2"]
    steps = [Cell(source, index) for index, source in enumerate(cells)]
    outcome = sandbox.run(Job((*steps, Checkpoint("1.2")), (1,)))
    told = " ".join(outcome.problems)
    refused = any(f"held {count} of" in told for count in range(3))  # less than what it may have
    assert refused or "of memory" in told or "Error" in told.replace("RuntimeError", ""), told
    assert ("1.2", 1, "square") in outcome.values
