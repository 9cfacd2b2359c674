"""Starts the process that a sandbox needs: the warm server, or a cold child for one submission.

The server sees of the file system what Python needs and nothing else: with bubblewrap nothing else is even
there. Where bubblewrap does not start, it is done without: in most containers it may not make namespaces as
root, nor mount /proc as another user. No network, no home, an environment of its own.
"""

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from backproplab.sandbox.cgroups import Group

PACKAGE = Path(__file__).parents[1]
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
SETTINGS = ("/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/alternatives")
SCRATCH = "/scratch"
# While the given cells run, anyone may write in it, for what keeps a cache: matplotlib does not load without.
# No submission sees that: each has an empty scratch folder of its own in its place.
OPEN_TO_ALL = 0o1777
CACHE_BYTES = 64 * 1024**2
BEGUN = b"!"
"""What Python says on the socket before all else: whatever stands in front of it has started."""
START_SECONDS = 120.0
SAID: dict[str, str] = {}
"""What each bubblewrap said, by its path, when this process first tried to start it; "" of one that did."""
# One thread: a fork copies only the thread that calls it.
THREADS = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "NUMEXPR")}
INSTALLED = ("bin", "lib", "lib64", "share", "pyvenv.cfg")


def readable_paths() -> list[str]:
    """Return what the sandbox may read: system libraries, this Python, its packages, and our own package.

    Of a virtual environment only the folders that Python makes: a course may have been set up inside one.
    """
    prefixes = [Path(sys.base_prefix), Path(sys.prefix)]
    installed = [prefix / part for prefix in prefixes for part in INSTALLED]
    libraries = [Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")]
    wanted = [*map(Path, (*SYSTEM, *SETTINGS, *package_folders())), *installed, *libraries, PACKAGE]
    present = [path for path in dict.fromkeys(wanted) if path.exists()]
    return [str(path) for path in present if not any(path != p and path.is_relative_to(p) for p in present)]


def package_folders() -> list[str]:
    """Return the folders from which this process imports installed packages."""
    return [folder for folder in sys.path if Path(folder).name in ("site-packages", "dist-packages")]


def environment(scratch: str) -> dict[str, str]:
    """Return all the environment variables that student code finds."""
    folders = dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR", "IPYTHONDIR"), scratch)
    kept = {}
    if os.name == "nt":  # no Python starts there without SYSTEMROOT, nor Conda's numpy without PATH
        folders["USERPROFILE"] = scratch  # what home is called there
        kept = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH") if name in os.environ}
    return (
        {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "USER": "student", "MPLBACKEND": "agg"}
        | folders
        | THREADS
        | kept
    )


def python(call: str, *before: str) -> list[str]:
    """Return the command that runs `before`, imports our package, wherever it lies, and makes one call."""
    folders = [*package_folders(), str(PACKAGE.parent)]
    path = f"import sys; sys.path += [each for each in {folders!r} if each not in sys.path]"
    return [
        os.path.abspath(sys.executable),  # a `..` in it would name a folder that bubblewrap has not made
        "-I",
        "-B",
        "-c",
        "; ".join([*before, path, "from backproplab.sandbox import server, child", call]),
    ]


def bubblewrap(scratch: str) -> list[str]:
    """Return the command that makes the server's view of the machine; [] without a bubblewrap that starts."""
    program = shutil.which("bwrap")
    if program is None or refusal():
        return []
    command = [
        program,
        "--die-with-parent",
        "--new-session",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-ipc",
        "--unshare-uts",
    ]
    if os.geteuid() == 0:
        command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]  # to become nobody
    else:
        command += ["--unshare-user"]
    made: set[Path] = set()
    command += ["--proc", "/proc", "--dev", "/dev"]
    command += ["--perms", f"{OPEN_TO_ALL:o}", "--size", str(CACHE_BYTES), "--tmpfs", scratch]
    for path in map(Path, readable_paths()):
        for parent in reversed(path.parents[:-1]):  # else bubblewrap makes them for root alone
            if parent not in made:
                command += ["--perms", "0755", "--dir", str(parent)]
                made.add(parent)
        if path.is_symlink() and str(path) in SYSTEM:
            command += ["--symlink", os.readlink(path), str(path)]
        else:
            command += ["--ro-bind", str(path), str(path)]
    return [*command, "--remount-ro", "/", "--chdir", "/", "--"]


def refusal() -> str:
    """Return what the installed bubblewrap said when it did not start; "" if it did, or is not there."""
    return SAID.get(shutil.which("bwrap") or "", "")


class ServerProcess:
    """The warm server's process, in a control group if there is one, and the socket with its orders."""

    def __init__(self, group: Group | None = None) -> None:
        self.group = group
        view = bubblewrap(SCRATCH)
        self.wrapped = bool(view)
        self._folder = None if self.wrapped else tempfile.TemporaryDirectory(prefix="backproplab-")
        self.scratch = SCRATCH if self._folder is None else self._folder.name
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed by close)
        self.control.settimeout(START_SECONDS)
        with theirs:
            number = theirs.fileno()
            begin = f"import os; os.write({number}, {BEGUN!r})"
            command = [*view, *python(f"server.main({number})", begin)]
            self.process = subprocess.Popen(
                group.entering(command) if group else command,
                pass_fds=[number],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self.errors,
                cwd="/",
                env=environment(self.scratch),
            )
        if self._folder and os.geteuid() == 0:
            os.chmod(self.scratch, OPEN_TO_ALL)
        self.begun = self._begins()
        """Has Python begun? If not, it is what stands in front of it that has failed."""
        if view and (self.begun or self._ended_by_itself()):
            SAID.setdefault(view[0], "" if self.begun else self.last_error())

    def _begins(self) -> bool:
        try:
            return self.control.recv(len(BEGUN)) == BEGUN
        except BaseException:
            self.close()
            raise

    def _ended_by_itself(self) -> bool:
        """Has the process ended, and was not killed, for want of memory perhaps?"""
        try:
            return self.process.wait(5) >= 0
        except subprocess.TimeoutExpired:
            return False

    def last_error(self) -> str:
        """Return the last line that the process wrote to stderr."""
        self.errors.seek(0)
        lines = self.errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it ended without a word"

    def close(self) -> None:
        """Let the server end: it does so when nobody can give it orders. If it does not, make it."""
        self.control.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self.process.kill()
            self.process.wait()
            self.errors.close()
            if self.group:
                self.group.close()
            if self._folder:
                self._folder.cleanup()
