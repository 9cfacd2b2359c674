"""Lets our package meet a Python with no more than that of Windows has, in every process that is started.

Python imports a module of this name when it starts, if its folder is on PYTHONPATH; `windows_kit` puts it
there. Only imports of our package's own are changed: in `os`, `signal`, `select` and `socket` it finds the
names that Windows has, and no `fcntl` or `resource` at all. A file that this process has open can be neither
removed nor replaced, and text that is opened without saying its encoding is an error. What it cannot show:
paths and their names, the rights to files, the console, and how processes end.
"""

import builtins
import os
import select
import signal
import socket
import struct
import sys
import types
import warnings

ASKED = "BACKPROPLAB_TESTS_AS_ON_WINDOWS"
"""The environment variable that asks for it; its value is what `sys.executable` is to be."""
ABSENT = {"curses", "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"}
OS = """
    DirEntry EX_OK F_OK GenericAlias O_APPEND O_CREAT O_EXCL O_RDONLY O_RDWR O_TRUNC O_WRONLY P_NOWAIT
    P_WAIT PathLike R_OK SEEK_CUR SEEK_END SEEK_SET W_OK X_OK abort access altsep chdir chmod close
    closerange cpu_count curdir defpath device_encoding devnull dup dup2 environ error execl execle execlp
    execv execve execvp execvpe extsep fdopen fsdecode fsencode fspath fstat fsync ftruncate get_exec_path
    get_inheritable get_terminal_size getcwd getcwdb getenv getlogin getpid getppid isatty kill linesep
    link listdir lseek lstat makedirs mkdir open pardir path pathsep pipe popen process_cpu_count putenv
    read readlink remove removedirs rename renames replace rmdir scandir sep set_inheritable spawnl spawnv
    spawnve stat stat_result strerror symlink system terminal_size times times_result truncate umask
    unlink unsetenv urandom utime waitpid waitstatus_to_exitcode walk write _exit
"""
SIGNAL = """
    Handlers NSIG SIGABRT SIGFPE SIGILL SIGINT SIGSEGV SIGTERM SIG_DFL SIG_IGN Signals default_int_handler
    getsignal raise_signal set_wakeup_fd signal strsignal valid_signals
"""
NO_SOCKETS = {"AF_UNIX", "AF_VSOCK", "CMSG_LEN", "CMSG_SPACE", "SCM_RIGHTS", "recv_fds", "send_fds"}
HELD, FREED = 2, 0  # LK_NBLCK and LK_UNLCK of msvcrt
SET_LOCK, WRITE_LOCK, NO_LOCK = 37, 1, 2  # F_OFD_SETLK, F_WRLCK, F_UNLCK of Linux: a lock of an open file


class View(types.ModuleType):
    """A module as it is on Windows: the names that it `has` there, and some that are something else there."""

    def __init__(self, real, has, **other):
        super().__init__(real.__name__)
        vars(self).update(_real=real, _has=has, _other=other)

    def __getattr__(self, name):
        if name in self._other:
            return self._other[name]
        if name in self._has:
            return getattr(self._real, name)
        raise AttributeError(f"Windows has no {self._real.__name__}.{name}")

    def __setattr__(self, name, value):
        setattr(self._real, name, value)


def locking(descriptor, how, count):
    """Lock bytes from where the file is, as `msvcrt.locking` does, or let go of them."""
    import fcntl

    start = os.lseek(descriptor, 0, os.SEEK_CUR)
    if start + count > 2**31:
        raise OSError(22, "Invalid argument")
    kind = WRITE_LOCK if how == HELD else NO_LOCK
    try:
        fcntl.fcntl(descriptor, SET_LOCK, struct.pack("hh4xqqi4x", kind, os.SEEK_SET, start, count, 0))
    except BlockingIOError:
        raise PermissionError(13, "Permission denied") from None


def refusing(call):
    """Let a call that removes or replaces a file refuse one that this process has open."""

    def refuse(*paths, **options):
        for path, folder in zip(paths, (options.get("src_dir_fd"), options.get("dst_dir_fd")), strict=False):
            folder = options.get("dir_fd", folder)
            home = os.getcwd() if folder is None else os.readlink(f"/proc/self/fd/{folder}")
            real = os.path.realpath(os.path.join(home, os.fsdecode(path)))
            for descriptor in os.listdir("/proc/self/fd"):
                try:
                    if os.readlink(f"/proc/self/fd/{descriptor}") == real:
                        raise PermissionError(13, "It is being used by another process", os.fspath(path))
                except FileNotFoundError:  # what listed them has been closed
                    continue
        return call(*paths, **options)

    return refuse


def install(executable):
    """Change what our package imports from here on."""
    # Nor is there a /proc, which says what a process uses.
    path = View(os.path, {*dir(os.path)}, isdir=lambda each: "/proc" not in str(each) and os.path.isdir(each))
    views = {
        os: View(os, {*OS.split()}, name="nt", path=path, supports_dir_fd=set(), O_BINARY=0),
        signal: View(signal, {*SIGNAL.split()}),
        select: View(select, {"select", "error"}),
        socket: View(socket, {*dir(socket)} - NO_SOCKETS),
        sys: View(sys, {*dir(sys)}, platform="win32", executable=executable),
    }
    msvcrt = View(types.ModuleType("msvcrt"), set(), locking=locking, LK_NBLCK=HELD, LK_UNLCK=FREED)
    plain_import = builtins.__import__

    def import_as_there(name, globals=None, locals=None, fromlist=(), level=0):
        if level or not (globals and str(globals.get("__name__")).partition(".")[0] == "backproplab"):
            return plain_import(name, globals, locals, fromlist, level)
        if name in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name == "msvcrt":
            return msvcrt
        found = plain_import(name, globals, locals, fromlist, level)
        return views.get(found, found)

    builtins.__import__ = import_as_there
    for name in ("remove", "unlink", "rename", "replace"):
        setattr(os, name, refusing(getattr(os, name)))
    warnings.filterwarnings("ignore", category=EncodingWarning)
    warnings.filterwarnings("error", category=EncodingWarning, module=r"backproplab\b")


if os.environ.get(ASKED):
    install(os.environ[ASKED])
