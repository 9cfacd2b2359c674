"""Set-ups of a machine, one a process: who runs the grader, and which of its tools the machine gives.

    python tests/setups_kit.py root|user bubblewrap|refusing|- namespaces|-

arranges one for itself and all it starts, asks for the full level in it, else for the reduced one, lets a
submission try what walls are to forbid, and prints as JSON what was said and what was possible. Root is
needed to become somebody else; the machine is left as it was. Where root has not that power, as in most
containers, it ends with `NO_POWER` and the reason.
"""

import ctypes
import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOBODY, EVERYBODY = 65534, 65536
NEW_MOUNT, NEW_USER, BIND, PRIVATE, RECURSIVE = 0x20000, 0x10000000, 4096, 1 << 18, 1 << 14
ASSIGNMENT = """
from backproplab.check import check
"""
CHECK = '@check("1")\ndef _(rng):\n    return {"can": can}'
TRIES = """
import os, signal, socket
def works(trial):
    try:
        return bool(trial())
    except OSError:
        return False
can = [
    works(lambda: open({secret!r}).read() == "secret"),
    works(lambda: os.path.exists({secret!r})),
    works(lambda: socket.create_connection(("127.0.0.1", {port}), 5)),
    works(lambda: os.kill({victim}, signal.SIGKILL) is None),
    works(lambda: open({left!r}, "w")),
]
"""
WAIT = "import sys; sys.stdin.read()"
REFUSING = "#!/bin/sh\necho tried >> {tries}\necho '{words}' >&2\nexit 1\n"
"""A bubblewrap that says its words, and ends."""
WORDS = "bwrap: Creating new namespace failed: Operation not permitted"
NO_POWER = "root may not arrange this here"
FORBIDDEN = (errno.EPERM, errno.EACCES, errno.EROFS)  # in a container, by its filter, its owner or its mounts
POWERS = ("reads a file", "sees a file", "has a network", "kills", "writes a file")


def has_bubblewrap() -> bool:
    """Say whether bubblewrap starts here, whatever the sandbox makes of it."""
    namespaces = [f"--unshare-{name}" for name in ("pid", "net", "ipc", "uts")]
    namespaces += ["--unshare-user"] if os.geteuid() else []
    command = ["bwrap", *namespaces, "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true"]
    return bool(shutil.which("bwrap")) and subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0


def probe() -> dict[str, object]:
    """Say which level is to be had here, in the sandbox's words, and what a submission can do at it."""
    from backproplab.sandbox import Assignment, Cell, Check, Checkpoint, IsolationError, Job, Sandbox, launch

    told: dict[str, object] = {"uid": os.getuid(), "has bubblewrap": has_bubblewrap(), "refused": ""}
    assignment = Assignment("00", (ASSIGNMENT,), (Check("1", CHECK, ("can",)),))
    sandbox = Sandbox(assignment)
    try:
        sandbox.__enter__()
    except IsolationError as error:
        told["refused"], sandbox = str(error), Sandbox(assignment, isolation="reduced")
        sandbox.__enter__()
    with (
        closing(sandbox),
        tempfile.TemporaryDirectory() as folder,
        socket.create_server(("127.0.0.1", 0)) as server,
        subprocess.Popen([sys.executable, "-c", WAIT], stdin=subprocess.PIPE) as victim,
    ):
        secret, left = Path(folder, "secret"), Path(folder, "left")
        secret.write_text("secret", encoding="utf-8")
        for path, mode in ((folder, 0o777), (secret, 0o644)):  # so that nothing but walls is in the way
            os.chmod(path, mode)
        code = TRIES.format(
            secret=str(secret), left=str(left), port=server.getsockname()[1], victim=victim.pid
        )
        outcome = sandbox.run(Job((Cell(code, 0), Checkpoint("1")), (1,)))
        assert not outcome.errors, outcome
        can = dict(zip(POWERS, map(bool, outcome.values["1", 1, "can"]), strict=True))
        assert can["writes a file"] == left.exists()  # the submission's word is not all there is
        victim.stdin.close()
        assert can["kills"] == (victim.wait() < 0)
    return told | {"level": sandbox.level, "can": can, "bubblewrap said": launch.refusal()}


def _must(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def open_the_way(libc: ctypes.CDLL) -> None:
    """Let everybody reach this Python and the package: in a view of the file system of this process alone."""
    _must(libc.unshare(NEW_MOUNT))
    _must(libc.mount(None, b"/", None, PRIVATE | RECURSIVE, None))
    needed = {Path(sys.base_prefix), Path(sys.prefix), Path(sysconfig.get_path("purelib")), ROOT}
    for path in sorted(each.resolve() for each in needed):
        closed = [each for each in reversed(path.parents) if not each.stat().st_mode & 0o001]
        if closed:
            with tempfile.TemporaryDirectory() as kept:
                _must(libc.mount(bytes(path), kept.encode(), None, BIND | RECURSIVE, None))
                _must(libc.mount(b"tmpfs", bytes(closed[0]), b"tmpfs", 0, b"mode=0755"))
                path.mkdir(parents=True)
                _must(libc.mount(kept.encode(), bytes(path), None, BIND | RECURSIVE, None))
                _must(libc.umount2(kept.encode(), 2))


def without_namespaces(libc: ctypes.CDLL) -> None:
    """Go into a user namespace, with the same users as outside, in which there is to be no further one."""
    ready, go = os.pipe(), os.pipe()
    parent = os.getpid()
    if os.fork() == 0:  # of the namespace outside, which alone may map all users
        os.close(ready[1])
        if not os.read(ready[0], 1):
            os._exit(1)  # the parent has ended, without a namespace
        for file in ("uid_map", "gid_map"):
            Path(f"/proc/{parent}/{file}").write_text(f"0 0 {EVERYBODY}", encoding="utf-8")
        os.write(go[1], b"!")
        os._exit(0)
    _must(libc.unshare(NEW_USER))
    os.write(ready[1], b"!")
    os.read(go[0], 1)
    Path("/proc/sys/user/max_user_namespaces").write_text("0", encoding="utf-8")


def refusing(folder: Path) -> str:
    """Put a bubblewrap into a folder that notes in `tries` each time that it refuses; returns its path."""
    path = folder / "bwrap"
    path.write_text(REFUSING.format(tries=folder / "tries", words=WORDS), encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def main(who: str, bubblewrap: str, namespaces: str) -> None:
    """Arrange the set-up, and probe it."""
    libc = ctypes.CDLL(None, use_errno=True)
    os.umask(0o022)
    if os.geteuid() == 0:
        try:
            open_the_way(libc)
            if namespaces == "-":
                without_namespaces(libc)
        except OSError as error:
            if error.errno not in FORBIDDEN:
                raise
            sys.exit(f"{NO_POWER}: {error}")
        if who == "user":
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
    if bubblewrap == "-":
        os.environ["PATH"] = "/nowhere"
    os.environ["HOME"] = "/"
    with tempfile.TemporaryDirectory() as folder:
        if bubblewrap == "refusing":
            os.environ["PATH"] = os.path.dirname(refusing(Path(folder))) + os.pathsep + os.environ["PATH"]
        print(json.dumps(probe()))


if __name__ == "__main__":
    sys.path.append(str(ROOT))
    main(*sys.argv[1:])
