"""Look at a folder that was handed in, and open files in it, without ever following a link.

Whoever may hand in a folder may have put anything into it: links to other people's work, pipes that never
answer, files without end. So each path is looked at first, and what is opened later is opened from the folder
downwards, one name after another, each of which must still be a file or a folder. A hard link cannot be told
from a file: it is noted which file each is, for `links` to judge those that have several names; and one that
was put there since then is not opened.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from backproplab.grading.intake.entry import FileNumber, SubmissionError

DEEPEST = 40  # folders in folders
KINDS = {
    stat.S_ISLNK: "a link, and links are not followed",
    stat.S_ISFIFO: "a pipe, not a file",
    stat.S_ISSOCK: "a socket, not a file",
    stat.S_ISBLK: "a device, not a file",
    stat.S_ISCHR: "a device, not a file",
}
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)  # Windows has neither; there, links take an administrator to make
DIRECTORY = getattr(os, "O_DIRECTORY", 0) | NO_FOLLOW
FILE = os.O_RDONLY | NO_FOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
FILE |= getattr(os, "O_BINARY", 0)
BENEATH = os.open in os.supports_dir_fd


class Found(NamedTuple):
    """A path in a folder: its parts, its size, and why it is not to be opened, "" if it may be."""

    parts: tuple[str, ...]
    size: int
    refused: str
    number: FileNumber | None = None
    """Which file it is; None of anything else."""
    is_linked: bool = False
    """Has that file several names?"""
    is_of_folders_owner: bool = False


def look(top: Path) -> Iterator[Found]:
    """Yield every path in a folder that is no folder, and each folder that is empty or cannot be read."""
    pending: list[tuple[str, ...]] = [()]
    while pending:
        parts = pending.pop()
        try:
            found, owner = _list(top, parts)
        except OSError as error:
            if not parts:
                raise SubmissionError(f"{top} cannot be read: {error.strerror}") from error
            yield Found(parts, 0, f"a folder that cannot be read: {error.strerror}")
            continue
        if not found and parts:
            yield Found(parts, 0, "an empty folder")
        for name, status in found:
            path = (*parts, name)
            if status is None:
                yield Found(path, 0, "it cannot be looked at")
            elif not stat.S_ISDIR(status.st_mode):
                is_owners = status.st_uid == owner
                number, is_linked = _number(status), file_number(status) is not None
                yield Found(path, status.st_size, _why_not(status), number, is_linked, is_owners)
            elif len(path) > DEEPEST:
                yield Found(path, 0, f"a folder in more than {DEEPEST} others")
            else:
                pending.append(path)


def open_beneath(top: Path, parts: tuple[str, ...], looked_at: FileNumber | None = None) -> BinaryIO:
    """Open a file of the folder. OSError if it is not there; SubmissionError if it is anything but a file.

    A file that was written anew since it was looked at is opened, but another's under a second name is not.
    """
    descriptor = _open(top, parts, FILE)
    try:
        status = os.fstat(descriptor)
        if why := _why_not(status):
            raise SubmissionError(f"'{parts[-1]}' is {why}")
        if looked_at and file_number(status) not in (None, looked_at):
            raise SubmissionError(f"'{parts[-1]}' has become a link to another file since it was looked at")
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def file_number(status: os.stat_result) -> FileNumber | None:
    """Return which file on disk it is, of one that has several names; None of anything else."""
    several = stat.S_ISREG(status.st_mode) and status.st_nlink > 1
    return (status.st_dev, status.st_ino) if several else None


def _number(status: os.stat_result) -> FileNumber | None:
    is_numbered = stat.S_ISREG(status.st_mode) and status.st_ino  # Windows has 0 in a folder's list
    return (status.st_dev, status.st_ino) if is_numbered else None


def _why_not(status: os.stat_result) -> str:
    """Say why something is not to be opened; "" if it is a file."""
    if stat.S_ISREG(status.st_mode):
        return ""
    return next((why for is_kind, why in KINDS.items() if is_kind(status.st_mode)), "not a file")


def _list(top: Path, parts: tuple[str, ...]) -> tuple[list[tuple[str, os.stat_result | None]], int]:
    """The names in a folder, sorted, and what each is; and the user to whom the folder belongs."""
    descriptor = _open(top, parts, os.O_RDONLY | DIRECTORY) if BENEATH else None
    try:
        here = top.joinpath(*parts) if descriptor is None else descriptor
        with os.scandir(here) as found:
            return sorted((each.name, _status(each)) for each in found), os.stat(here).st_uid
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _status(found: "os.DirEntry[str]") -> os.stat_result | None:
    try:
        return found.stat(follow_symlinks=False)
    except OSError:  # gone since, or kept from being looked at
        return None


def _open(top: Path, parts: tuple[str, ...], flags: int) -> int:
    """Open what `parts` lead to, without a link on the way. The folder itself may be reached by one."""
    if not BENEATH:
        return os.open(top.joinpath(*parts), flags)
    if not parts:
        return os.open(top, flags & ~NO_FOLLOW)
    here = os.open(top, os.O_RDONLY | DIRECTORY & ~NO_FOLLOW)
    for part in parts[:-1]:
        here = _step(here, part, os.O_RDONLY | DIRECTORY)
    return _step(here, parts[-1], flags)


def _step(here: int, name: str, flags: int) -> int:
    try:
        return os.open(name, flags, dir_fd=here)
    finally:
        os.close(here)
