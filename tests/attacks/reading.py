"""Attacks that want to read what is not theirs: with any of it, 1.1 would be right."""

from attacks import WRONG, Attack

BY_CTYPES = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
OWN = f"if 'double' not in globals():\n    exec({WRONG!r})"

READING = [
    Attack("the solution, by its path", "open it", "learn(open('{secrets}/solution.ipynb').read())", OWN),
    Attack("the expected values", "open them", "learn(open('{secrets}/expected/00.json').read())", OWN),
    Attack("a sibling's submission", "open it", "learn(open('{secrets}/submitted/ann.ipynb').read())", OWN),
    Attack(
        "every file there is",
        "find one that helps",
        """
for folder, _, files in os.walk("/"):
    if folder.startswith(("/usr", "/lib", "/proc", "/sys")) or "/lib/python" in folder:
        continue
    for file in files:
        if file.endswith((".ipynb", ".json", ".txt")):
            try:
                learn(open(os.path.join(folder, file)).read())
            except OSError:
                pass
""",
        OWN,
    ),
    Attack("the home folder", "list it", "for name in os.listdir('{home}'):\n    learn('return 2 * x')", OWN),
    Attack(
        "a link from the scratch folder",
        "lead out of it",
        """
for link in (os.symlink, os.link):
    try:
        link("{secrets}/solution.ipynb", "mine")
        learn(open("mine").read())
    except OSError:
        pass
""",
        OWN,
    ),
    Attack(
        "/proc of other processes",
        "show their files or memory",
        """
for pid in ["self", "1", "2", str(os.getppid()), *map(str, range(3, 60))]:
    for path in ("root{secrets}/solution.ipynb", "cwd/solution.ipynb", "environ", "mem", "maps", "fd/3"):
        try:
            learn(open(f"/proc/{{pid}}/{{path}}").read(10**6) + "return 2 * x")
        except OSError:
            pass
""",
        OWN,
    ),
    Attack(
        "the memory of the guard",
        "be read with ptrace or process_vm_readv",
        BY_CTYPES
        + """
for pid in (os.getppid(), 1, 2, 3):
    if pid != os.getpid() and libc.ptrace(16, pid, 0, 0) == 0:
        learn("return 2 * x")
""",
        OWN,
    ),
    Attack(
        "a new /proc",
        "be mounted",
        BY_CTYPES
        + """
for kind, place in ((b"proc", b"/proc"), (b"sysfs", b"/sys"), (b"tmpfs", b"/scratch")):
    if libc.mount(kind, place, kind, 0, None) == 0:
        learn("return 2 * x")
for flag in (0x10000000, 0x00020000):
    if libc.unshare(flag) == 0:
        learn("return 2 * x")
if libc.umount2(b"/proc", 2) == 0 or libc.chroot(b".") == 0:
    learn("return 2 * x")
""",
        OWN,
    ),
    Attack(
        "the descriptors it inherited",
        "hold a job, an order or a file",
        """
import socket
for n in descriptors():
    if n > 2:
        os.set_blocking(n, False)
        try:
            data, fds, _, _ = socket.recv_fds(socket.socket(fileno=os.dup(n)), 1 << 20, 16)
            learn(data.decode("utf-8", "replace") + ("return 2 * x" if data or fds else ""))
        except OSError:
            pass
        os.set_blocking(n, True)
""",
        OWN,
    ),
    Attack(
        "environment and command line",
        "name a path or a secret",
        "learn(repr(os.environ) + repr(sys.argv))",
        OWN,
    ),
    Attack(
        "a server on this machine",
        "answer",
        """
import urllib.request
learn(urllib.request.urlopen("http://127.0.0.1:{port}/", timeout=1).read().decode())
""",
        OWN,
    ),
    Attack(
        "every kind of socket",
        "be opened",
        """
import socket
for family in (1, 2, 10, 16, 17, 38, 40):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(family, kind)
            learn("return 2 * x")
        except OSError:
            pass
""",
        OWN,
    ),
    Attack(
        "another program",
        "read for it",
        "import subprocess\nlearn(subprocess.check_output(['cat', '{secrets}/solution.ipynb'], text=True))",
        OWN,
    ),
    Attack(
        "a shell line",
        "run",
        "found = !cat {secrets}/solution.ipynb; echo return 2 \\* x\nlearn(str(found))",
        OWN,
    ),
    Attack(
        "a file left for the next submission",
        "be there",
        """
for folder in (".", "/tmp", "/dev/shm", "/var/tmp", os.path.dirname(os.__file__)):
    path = os.path.join(folder, "left-behind")
    try:
        learn(open(path).read())
    except OSError:
        pass
    try:
        open(path, "w").write("return 2 * x")
    except OSError:
        pass
""",
        OWN,
    ),
    Attack(
        "a module changed for the next submission",
        "stay changed",
        """
import numpy as np
learn(getattr(np, "left_behind", ""))
np.left_behind = "return 2 * x"
""",
        OWN,
    ),
    Attack(
        "shared memory and named objects",
        "carry a message between submissions",
        BY_CTYPES
        + """
for got in (libc.shmget(4242, 4096, 0o1666), libc.msgget(4242, 0o1666), libc.semget(4242, 1, 0o1666)):
    if got >= 0:
        learn("return 2 * x")
from multiprocessing import shared_memory
shared_memory.SharedMemory("left", create=True, size=64)
learn("return 2 * x")
""",
        OWN,
    ),
]
