"""Walls around a process, from the inside: each function takes one power away for good.

The kernel is asked directly, by ctypes: Python offers `unshare` only from 3.12 on, and the others never.
Every failure is a MissingMechanismError that names the mechanism, so that the error can say what to do.
"""

import ctypes
import os
import signal
import struct
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from backproplab.errors import BackproplabError
from backproplab.sandbox.protocol import Limits

NOBODY = 65534
INSIDE = 1000  # the user that a child believes to be
NEW_USER, NEW_PID, NEW_NET, NEW_IPC, NEW_MOUNT = 0x10000000, 0x20000000, 0x40000000, 0x08000000, 0x00020000
PDEATHSIG, DUMPABLE, NO_NEW_PRIVS = 1, 4, 38
# System calls that glibc does not wrap have one number on all architectures.
MOUNT_SETATTR, LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 442, 444, 445, 446
READ_ONLY, NO_SETUID, NO_DEVICES, NO_EXEC, PRIVATE, RECURSIVE = 1, 2, 4, 8, 1 << 18, 1 << 14
AT_FDCWD, AT_RECURSIVE = -100, 0x8000

# Landlock: what each version of its interface can take away.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
ALL_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}


class MissingMechanismError(BackproplabError):
    """A wall that this machine does not let us build: its name, and what the kernel said."""

    def __init__(self, mechanism: str, why: str) -> None:
        super().__init__(mechanism, why)
        self.mechanism, self.why = mechanism, why


@cache
def _libc() -> ctypes.CDLL:
    if sys.platform != "linux":
        raise MissingMechanismError("Linux", f"this is {sys.platform}")
    return ctypes.CDLL(None, use_errno=True)


def _must(result: int, mechanism: str) -> int:
    if result < 0:
        raise MissingMechanismError(mechanism, os.strerror(ctypes.get_errno()))
    return result


def _prctl(option: int, *arguments: int) -> int:
    four = (*arguments, 0, 0, 0, 0)[:4]
    return int(_libc().prctl(option, *(ctypes.c_ulong(each) for each in four)))


def die_with_parent() -> None:
    """Be killed when the process (to be exact, its thread) that started this one ends.

    The kernel forgets it with each change of user: call this after the last of them. Does nothing where it
    is not Linux that runs.
    """
    if sys.platform == "linux":
        _prctl(PDEATHSIG, signal.SIGKILL)


def drop_root(must_read: Iterable[str]) -> None:
    """Become nobody, if we are root: the kernel exempts root from process limits, whatever its namespace."""
    if os.geteuid() == 0:
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        except OSError as error:
            raise MissingMechanismError("a dropped user", f"root may not change its user: {error}") from error
    _prctl(DUMPABLE, 1)  # else our own /proc entries belong to root, and no user can be mapped
    for path in must_read:
        if not os.access(path, os.R_OK | os.X_OK if os.path.isdir(path) else os.R_OK):
            raise MissingMechanismError("a dropped user", f"nobody but root can read {path}")


def unshare(flags: int, mechanism: str) -> None:
    """Leave namespaces; a PID namespace holds from the next fork on."""
    _must(_libc().unshare(flags), mechanism)


def new_namespaces() -> None:
    """Leave the user, PID, network and IPC namespaces, and map our user to an ordinary one inside."""
    user, group = os.geteuid(), os.getegid()
    unshare(NEW_USER, "user namespaces")
    try:
        for file, line in (
            ("setgroups", "deny"),
            ("uid_map", f"{INSIDE} {user} 1"),
            ("gid_map", f"{INSIDE} {group} 1"),
        ):
            Path("/proc/self", file).write_text(line, encoding="utf-8")
    except OSError as error:
        raise MissingMechanismError("user namespaces", f"{file}: {error.strerror}") from error
    unshare(NEW_PID | NEW_NET | NEW_IPC, "PID, network and IPC namespaces")


def new_view(scratch: str, limits: Limits) -> None:
    """Leave the mount namespace: everything is read-only, but for an empty scratch folder; /proc is empty."""
    unshare(NEW_MOUNT, "mount namespaces")
    libc, name = _libc(), "mount namespaces"
    _must(libc.mount(None, b"/", None, PRIVATE | RECURSIVE, None), name)
    read_only = struct.pack("=QQQQ", READ_ONLY | NO_SETUID, 0, 0, 0)
    _must(
        libc.syscall(MOUNT_SETATTR, AT_FDCWD, b"/", AT_RECURSIVE, read_only, ctypes.c_size_t(len(read_only))),
        name,
    )
    flags = NO_SETUID | NO_DEVICES | NO_EXEC
    size = f"size={limits.file_bytes},nr_inodes=4096,mode=0700,uid={INSIDE},gid={INSIDE}"
    _must(libc.mount(b"tmpfs", scratch.encode(), b"tmpfs", flags, size.encode()), name)
    _must(libc.mount(b"tmpfs", b"/proc", b"tmpfs", flags | READ_ONLY, b"size=4k,nr_inodes=2"), name)
    os.chdir(scratch)


def drop_capabilities() -> None:
    """Give up every capability; none comes back, since no program that is started may bring any."""
    header, nothing = struct.pack("=Ii", 0x20080522, 0), bytes(24)
    _must(_libc().capset(header, nothing), "capabilities")
    no_new_privileges()


def no_new_privileges() -> None:
    """See to it that no program which is started from here on brings a power: no su, no sudo.

    Does nothing where it is not Linux that runs.
    """
    if sys.platform == "linux":
        _must(_prctl(NO_NEW_PRIVS, 1), "no_new_privs")


def landlock_version() -> int:
    """Return the version of this kernel's Landlock interface, or 0."""
    return max(0, int(_libc().syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)))


def restrict_files(readable: Iterable[str], writable: Iterable[str]) -> None:
    """Landlock: only what is named can be read or run, and only the scratch folder written."""
    libc, version = _libc(), landlock_version()
    if not version:
        raise MissingMechanismError("Landlock", os.strerror(ctypes.get_errno()))
    files = ALL_FILES[min(version, max(ALL_FILES))]
    attributes = struct.pack("=QQQ", files, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = _must(libc.syscall(LANDLOCK_CREATE, attributes, ctypes.c_size_t(size), 0), "Landlock")
    for paths, access in (
        (readable, EXECUTE | READ_FILE | READ_DIR),
        (writable, files & ~EXECUTE),
        (("/dev/null", "/dev/urandom", "/dev/random"), READ_FILE | WRITE_FILE),  # /dev/zero can be shared
    ):
        for path in filter(os.path.exists, paths):
            _allow(libc, rules, path, access)
    _must(libc.syscall(LANDLOCK_RESTRICT, rules, 0), "Landlock")
    os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str, access: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    if not os.path.isdir(path):
        access &= EXECUTE | READ_FILE | WRITE_FILE
    rule = struct.pack("=Qi", access, descriptor)
    _must(libc.syscall(LANDLOCK_ADD, rules, 1, rule, 0), "Landlock")
    os.close(descriptor)
