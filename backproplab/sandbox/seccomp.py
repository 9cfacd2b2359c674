"""The system calls that a student's process does not get.

What neither Python, numpy nor a lesson needs, and an attacker does: other programs, sockets, debugging, new
namespaces, mounts, memory that no limit counts, ways to tell something to a submission that runs at the same
time, ways to fall behind all others, since to wait for a core is not a submission's own time, and the
kernel's largest sources of holes. The filter is a small program for the kernel's own machine
(BPF), since no binding to libseccomp comes with Python.
"""

import ctypes
import errno
import os
import platform
import struct
from functools import cache
from typing import NamedTuple

from backproplab.sandbox.isolation import MissingMechanismError

# Name: number on (x86_64, aarch64); None where the architecture has no such call.
DENIED: dict[str, tuple[int | None, int | None]] = {
    "execve": (59, 221), "execveat": (322, 281),
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "socketpair": (53, 199), "sendto": (44, 206), "sendmsg": (46, 211), "sendmmsg": (307, 269),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kcmp": (312, 272), "process_madvise": (440, 440), "pidfd_getfd": (438, 438),
    "unshare": (272, 97), "setns": (308, 268),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "statmount": (457, 457), "listmount": (458, 458), "open_tree_attr": (467, 467),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    "flock": (73, 32), "fadvise64": (221, 223), "mincore": (27, 232), "cachestat": (451, 451),
    "inotify_init": (253, None), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27),
    "fanotify_init": (300, 262), "fanotify_mark": (301, 263),
    "setsid": (112, 157), "remap_file_pages": (216, 234), "vmsplice": (278, 75), "io_setup": (206, 0),
    "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "sched_setscheduler": (144, 119), "sched_setparam": (142, 118), "sched_setattr": (314, 274),
    "setpriority": (141, 140),
    "setrlimit": (160, 164), "personality": (135, 92), "syslog": (103, 116), "modify_ldt": (154, None),
}  # fmt: skip
CLONE3 = (435, 435)
NAMESPACE_FLAGS = 0x7E020000  # CLONE_NEW…


class Refusal(NamedTuple):
    """A system call that is refused where one of its arguments says what it must not."""

    numbers: tuple[int, int]
    argument: int
    values: tuple[int, ...] = ()
    """It is one of these …"""
    bits: tuple[int, ...] = ()
    """… or has a bit of each of these."""
    pointer: bool = False
    """… or, of all of its bits, has any: it points to something."""


REFUSED = {
    "clone": Refusal((56, 220), 0, bits=(NAMESPACE_FLAGS,)),
    # PR_SET_PDEATHSIG, and with it PR_SET_CHILD_SUBREAPER: all ends with the grader.
    "prctl": Refusal((157, 167), 0, values=(1, 36)),
    # MAP_ANONYMOUS with MAP_SHARED: pages that are nobody's once MADV_DONTNEED has let them go.
    "mmap": Refusal((9, 222), 3, bits=(0x20, 0x01)),
    # Locks, leases and notices: what one submission does to a file that all can read, another one sees.
    "fcntl": Refusal((72, 25), 1, values=(5, 6, 7, 36, 37, 38, 1024, 1025, 1026)),
    # A new limit, such as one of CPU time past which the kernel sends SIGKILL, as when memory runs out.
    "prlimit64": Refusal((302, 261), 2, pointer=True),
}
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

LOAD, IF_EQUAL, IF_AT_LEAST, IF_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in the kernel's struct seccomp_data
ALLOW, KILL = 0x7FFF0000, 0x80000000


def _refuse(number: int) -> int:
    return 0x00050000 | number


def _lines(refusal: Refusal, column: int) -> list[tuple[int, int, int, int]]:
    """The filter's lines for one call; what none of them refuses is allowed.

    Only the lower half of an argument is looked at, unless it is a pointer: the kernel takes all others that
    we test as an int, or has no meaning for their upper half.
    """
    refuse = (RETURN, 0, 0, _refuse(errno.EPERM))
    lines = [(LOAD, 0, 0, ARGUMENTS + 8 * refusal.argument)]
    if refusal.pointer:
        lines += [(IF_EQUAL, 1, 0, 0), refuse]
        lines += [(LOAD, 0, 0, ARGUMENTS + 8 * refusal.argument + 4), (IF_EQUAL, 1, 0, 0), refuse]
    for value in refusal.values:
        lines += [(IF_EQUAL, 0, 1, value), refuse]
    if refusal.bits:
        count = len(refusal.bits)
        lines += [(IF_ANY_BIT, 0, count - place, bits) for place, bits in enumerate(refusal.bits)]
        lines += [refuse]
    lines += [(RETURN, 0, 0, ALLOW)]
    return [(IF_EQUAL, 0, len(lines), refusal.numbers[column]), *lines]


@cache
def program(machine: str) -> bytes:
    """Return the filter for an architecture; MissingMechanismError if we have none for it."""
    if machine not in ARCHITECTURES:
        raise MissingMechanismError("seccomp", f"no filter is written for {machine}")
    column = list(ARCHITECTURES).index(machine)
    lines = [
        (LOAD, 0, 0, ARCHITECTURE),
        (IF_EQUAL, 1, 0, ARCHITECTURES[machine]),
        (RETURN, 0, 0, KILL),  # 32-bit calls have other numbers
        (LOAD, 0, 0, NUMBER),
    ]
    if machine == "x86_64":
        lines += [(IF_AT_LEAST, 0, 1, 0x40000000), (RETURN, 0, 0, KILL)]  # and so has x32
    for numbers in DENIED.values():
        if (number := numbers[column]) is not None:
            lines += [(IF_EQUAL, 0, 1, number), (RETURN, 0, 0, _refuse(errno.EPERM))]
    lines += [
        # Its flags are behind a pointer, which a filter cannot follow; the C library then uses clone.
        (IF_EQUAL, 0, 1, CLONE3[column]),
        (RETURN, 0, 0, _refuse(errno.ENOSYS)),
    ]
    for refusal in REFUSED.values():
        lines += _lines(refusal, column)
    lines += [(RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def restrict_calls() -> None:
    """Put the filter in force, for this process and all that it starts. Needs no_new_privs."""
    code = ctypes.create_string_buffer(program(platform.machine()))
    lines = (ctypes.sizeof(code) - 1) // 8
    header = ctypes.create_string_buffer(struct.pack("=HxxxxxxQ", lines, ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(22, ctypes.c_ulong(2), header, ctypes.c_ulong(0), ctypes.c_ulong(0)) < 0:
        raise MissingMechanismError("seccomp", os.strerror(ctypes.get_errno()))
