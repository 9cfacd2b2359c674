"""Attacks that want to take the grader, the machine or other submissions down, or escape a limit."""

from attacks import WRONG, Attack

BREAKING = [
    Attack("os._exit", "end the grading of the rest", "os._exit(0)"),
    Attack("sys.exit", "end the grading of the rest", "sys.exit(0)"),
    Attack("exit in an answer", "end the grading of the rest", "", "def double(x):\n    os._exit(0)"),
    Attack(
        "an exception that cannot be printed",
        "stop the runner",
        """
class Sly(BaseException):
    def __str__(self): raise Sly
    __repr__ = __str__
raise Sly
""",
    ),
    Attack("an exception with 50 MB of text", "fill the report", "raise ValueError('x' * 50_000_000)"),
    Attack("a segmentation fault", "end the grading of the rest", "import ctypes\nctypes.string_at(0)"),
    Attack("abort", "end the grading of the rest", "os.abort()"),
    Attack(
        "endless recursion in C",
        "end the grading of the rest",
        "sys.setrecursionlimit(10**9)\ndef down():\n    return [*map(lambda _: down(), (1,))]\ndown()",
    ),
    Attack(
        "killing all it can see",
        "end the guard, the server or the grader",
        """
import signal
for pid in (os.getppid(), 1, 2, 3, {victim}, {grader}, 0, -1):
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
        try:
            os.kill(pid, number)
        except OSError:
            pass
""",
    ),
    Attack(
        "a daemon",
        "outlive its submission",
        """
import time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            time.sleep(1)
    os._exit(0)
""",
    ),
    Attack(
        "a fork that goes on in both",
        "tell everything twice",
        "os.fork()",
    ),
    Attack(
        "a fork bomb",
        "fill the process table",
        """
def bomb():
    while True:
        try:
            os.fork()
        except OSError:
            pass
bomb()
""",
    ),
    Attack(
        "a thread bomb",
        "fill the process table",
        """
import threading, time
while True:
    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
""",
    ),
    Attack(
        "the lowest priority",
        "wait for a core as long as others compute, which is not its own time",
        """
import ctypes
libc = ctypes.CDLL(None)
def rank():
    return os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0)
before, idle = rank(), os.sched_param(0)
attr = (ctypes.c_uint32 * 12)(48, os.SCHED_IDLE)  # struct sched_attr
for way in (
    lambda: os.sched_setscheduler(0, os.SCHED_IDLE, idle),
    lambda: os.sched_setscheduler(0, os.SCHED_BATCH, idle),
    lambda: os.setpriority(os.PRIO_PROCESS, 0, 19),
    lambda: os.setpriority(os.PRIO_USER, 0, 19),
    lambda: os.nice(19),
    lambda: libc.syscall(314 if os.uname().machine == "x86_64" else 274, 0, attr, 0),
):
    try:
        way()
    except OSError:
        pass
if rank() != before:
    learn("return 2 * x")
""",
        "",
    ),
    Attack("a memory bomb", "fill the memory", "hoard = []\nwhile True:\n    hoard.append(bytearray(10**7))"),
    Attack(
        "memory over many processes",
        "fill the memory",
        """
import time
children = []
for _ in range(10):
    if (pid := os.fork()) == 0:
        hoard = bytearray(os.urandom(1) * 200_000_000)
        time.sleep(100)
    children.append(pid)
for pid in children:
    os.waitpid(pid, 0)
""",
    ),
    Attack(
        "shared memory over many processes",
        "fill the memory",
        """
import mmap, time
for _ in range(10):
    if os.fork() == 0:
        hoard = mmap.mmap(-1, 100_000_000)
        for _ in range(100):
            hoard.write(bytes(10**6))
        time.sleep(100)
time.sleep(100)
""",
    ),
    Attack(
        "memory outside of its own",
        "escape the limit",
        "import ctypes\nwhile ctypes.CDLL(None).memfd_create(b'x', 0) >= 0:\n    pass\nraise OSError",
    ),
    Attack(
        "a disk flood",
        "fill the disk",
        """
for number in range(1000):
    with open(f"flood-{{number}}", "wb") as file:
        file.write(bytes(10**6))
""",
    ),
    Attack("a million files", "fill the disk", "for n in range(10**6):\n    open(f'f{{n}}', 'w').close()"),
    Attack(
        "a change of what it may read",
        "change a file, its mode or its time",
        """
import contextlib, backproplab
for path in (backproplab.__file__, os.__file__, "{secrets}/solution.ipynb", "/etc/passwd", "/"):
    for change in (
        lambda: open(path, "a").write("#"),
        lambda: os.chmod(path, 0o777),
        lambda: os.utime(path, (1, 1)),
        lambda: os.setxattr(path, "user.x", b""),
        lambda: os.rename(path, path + "x"),
        lambda: os.unlink(path),
    ):
        with contextlib.suppress(OSError):
            change()
            learn("return 2 * x")
""",
        f"if 'double' not in globals():\n    exec({WRONG!r})",
    ),
    Attack(
        "a flood of prints", "fill the memory or the disk", "for _ in range(60):\n    print('x' * 1_000_000)"
    ),
    Attack(
        "a flood on stderr", "cost marks", "for _ in range(60):\n    print('x' * 1_000_000, file=sys.stderr)"
    ),
    Attack(
        "a flood from C",
        "fill the memory or the disk",
        "for _ in range(100):\n    os.write(1, b'x' * 10**6); os.write(2, b'x' * 10**6)",
    ),
    Attack(
        "a loop that swallows interrupts",
        "outlive its time",
        """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
    ),
    Attack(
        "signals ignored",
        "outlive its time",
        """
import signal
for number in range(1, 64):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
""",
    ),
    Attack("a loop in C", "outlive its time", "pow(7, 10**8)"),
    Attack(
        "a loop in an answer",
        "keep the rest from being graded",
        "",
        "def double(x):\n    while True:\n        pass",
    ),
    Attack("sleep", "outlive its time by the clock", "import time\ntime.sleep(1000)"),
    Attack("its own stop", "hang the grader", "import signal\nos.kill(os.getpid(), signal.SIGSTOP)"),
    Attack("waiting for input", "hang the grader", "input('?')"),
    Attack(
        "work in a child",
        "hide its computing time",
        """
if os.fork() == 0:
    while True:
        pass
os.wait()
""",
    ),
    Attack(
        "a thread that never ends",
        "keep the submission from ending",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(1000,)).start()",
    ),
    Attack(
        "an exit handler that never ends",
        "keep the submission from ending",
        "import atexit, time\natexit.register(time.sleep, 1000)",
    ),
    Attack(
        "raised limits",
        "get more than its share",
        """
import resource
for n in range(16):
    resource.setrlimit(n, (-1, -1))
    learn("return 2 * x")
""",
    ),
    Attack(
        "all descriptors closed",
        "hang the grader, or lose the rest",
        "os.closerange(0, 256)",
    ),
    Attack(
        "noise on every descriptor",
        "break the grader, or lose the rest",
        """
for n in descriptors():
    try:
        os.write(n, os.urandom(1000))
    except OSError:
        pass
""",
    ),
    Attack(
        "endless noise",
        "fill the grader's memory",
        "for n in descriptors()[::-1]:\n    while True:\n        os.write(n, bytes(1 << 20))",
    ),
    Attack(
        "an urgent byte",
        "blind whoever watches its memory",
        """
import contextlib, socket, time
for n in descriptors():
    with contextlib.suppress(OSError):
        socket.socket(fileno=os.dup(n)).send(b"!", socket.MSG_OOB)
for _ in range(6):
    if os.fork() == 0:
        hoard = bytearray(os.urandom(1) * 100_000_000)
        time.sleep(100)
time.sleep(100)
""",
    ),
    Attack(
        "descriptors used up",
        "keep values from coming back",
        "keep = [open('/dev/null') for _ in range(10_000)]",
    ),
    Attack(
        "a value of 80 MB",
        "fill the grader's memory",
        "",
        "def double(x):\n    import numpy as np\n    return np.zeros(10**7)",
    ),
    Attack(
        "standard streams taken away",
        "break the runner",
        "sys.stdout.close()\nsys.stdout = sys.stderr = sys.stdin = None",
    ),
    Attack("a huge integer", "stall the printing", "", "def double(x):\n    return 10 ** 100_000"),
    Attack("surrogates in the source", "break the encoding", "text = '\udc80'\nopen(text, 'w')"),
    Attack("zero bytes in the source", "break the compiler", "x = 1\x00"),
    Attack("10,000 open brackets", "break the compiler", "(" * 10_000),
]
