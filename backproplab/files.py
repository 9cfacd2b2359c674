"""Put a file in its place whole or not at all.

Every file that the package writes for keeps is written here: a notebook, an exercise, a grade, the parameters
of a network. The new content goes into a temporary file in the same folder, which then takes the place of the
old one in a single step. So a reader meets the old file or the new one, never half of one; a program that
fails or is interrupted leaves the old file as it was, and nothing beside it.

Two writers at once do not disturb each other: each has a temporary file of its own, and the last one to
finish wins. The content is on the disk before it gets its name (`fsync`), so that this holds after a power
cut, too. Only a process that is killed outright leaves its temporary file, `.backproplab-….tmp`.
"""

import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

PAUSES = (0.01, 0.03, 0.1, 0.3, 1.0) if os.name == "nt" else ()
"""Seconds to wait where a file cannot be replaced yet: Windows refuses while another program has it open, as
virus scanners, search and cloud folders do for a moment with each new file."""


@contextmanager
def atomic_write(path: str | os.PathLike[str], *, mode: int | None = None) -> Iterator[BinaryIO]:
    """Open `path` for writing bytes; what is written appears there when the block ends without an error.

    `mode` are the permissions of the file, such as 0o600. Without it, a file that is replaced hands on its
    own, and a new file gets what the process's umask leaves of 0o666, as with `open`. A symbolic link stays
    one: the file that it leads to is replaced. The folder must exist.

    Raises OSError where the folder cannot be written, or where `path` is a folder or a device.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_write(f"{folder}/note.txt") as file:
    ...         _ = file.write(b"all of it")
    ...     os.listdir(folder)
    ['note.txt']
    """
    target = os.path.realpath(path)
    existing = _permissions(target)
    permissions = existing if mode is None else mode
    temporary = os.path.join(os.path.dirname(target), f".backproplab-{secrets.token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    # Never more open than the file will be, not even for as long as it is being written.
    try:
        descriptor = os.open(temporary, flags, 0o666 if permissions is None else permissions)
    except OSError as error:
        raise OSError(error.errno, error.strerror, os.fspath(path)) from None
    try:
        with open(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if permissions is not None:
            os.chmod(temporary, permissions)  # the umask took its part when the file was made
        replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def write_text(path: str | os.PathLike[str], text: str, *, mode: int | None = None) -> None:
    r"""Put `text` at `path` as UTF-8 with its line ends as they are; otherwise like `atomic_write`.

    Half of a surrogate pair, which UTF-8 lacks and a file name on Linux may bring in, is written `\udcff`.
    """
    data = text.encode("utf-8", "backslashreplace")
    with atomic_write(path, mode=mode) as file:
        file.write(data)


def replace(path: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Let the file at `path` take the place of the one at `target`; wait a little while that is open."""
    for pause in (*PAUSES, None):
        try:
            return os.replace(path, target)
        except PermissionError as error:
            if pause is None:
                raise PermissionError(error.errno, error.strerror, os.fspath(target)) from error
        time.sleep(pause)


def move(path: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Move a file to a name that is free. FileExistsError where it is not, even if it was a moment ago."""
    with _taken(target):
        replace(path, target)


def copy(path: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Copy a file to a name that is free, as `move` moves one."""
    with open(path, "rb") as file:
        data, mode = file.read(), stat.S_IMODE(os.stat(file.fileno()).st_mode)
    with _taken(target), atomic_write(target, mode=mode) as new:
        new.write(data)


@contextmanager
def _taken(name: str | os.PathLike[str]) -> Iterator[None]:
    """Take a name that is free for the file that gets it in this block.

    Only Windows refuses by itself to rename a file to a name that is taken. So an empty file takes the name
    first, which one program alone can do, and then makes way.
    """
    os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield
    except OSError:
        os.unlink(name)
        raise


def _permissions(target: str) -> int | None:
    """Return the permissions of the file that is to be replaced; None where there is none."""
    try:
        found = os.stat(target).st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found):
        kind = "a folder" if stat.S_ISDIR(found) else "a device, not a file"
        raise OSError(f"{target} is {kind}; name the file to write")
    return stat.S_IMODE(found)
