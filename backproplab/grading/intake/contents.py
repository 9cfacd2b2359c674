"""Read what was handed in, or its first bytes: never more than asked for, and never anything but a file."""

import os
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby

from backproplab.grading.intake import archive, folder
from backproplab.grading.intake.entry import Entry, SubmissionError

READ_LIMIT = 100 * 1024**2  # bytes of one notebook
ZIP = b"PK\x03\x04"
LOOKS_LIKE_A_NOTEBOOK = re.compile(rb'\s*\{.*"(cells|nbformat|worksheets)"\s*:', re.DOTALL)
HEAD = 4096  # bytes that tell what a file is


def content(entry: Entry, limit: int = READ_LIMIT, *, opened: zipfile.ZipFile | None = None) -> bytes:
    """Return the bytes of a file. SubmissionError if it is refused, damaged, gone or longer than `limit`."""
    if entry.size > limit:
        raise _too_large(entry, limit)
    data = head(entry, limit + 1, opened=opened)
    if len(data) > limit:
        raise _too_large(entry, limit)
    return data


def contents(entries: Iterable[Entry]) -> Iterator[bytes | SubmissionError]:
    """Yield the bytes of files, one after another, or why they cannot be read: see `content`."""
    return _each(entries, lambda entry, opened: content(entry, opened=opened))


def heads(entries: Iterable[Entry], size: int) -> Iterator[bytes | SubmissionError]:
    """Yield the first bytes of files likewise: see `head`."""
    return _each(entries, lambda entry, opened: head(entry, size, opened=opened))


def _each(
    entries: Iterable[Entry], read: Callable[[Entry, zipfile.ZipFile | None], bytes]
) -> Iterator[bytes | SubmissionError]:
    """Read files, one after another. A zip file is opened once for all that lie in it, not for each."""
    for outer, inside in groupby(entries, key=lambda entry: entry.outer):
        with ExitStack() as stack:
            try:
                opened = stack.enter_context(archive.open_own_zip(content(outer))) if outer else None
            except SubmissionError as error:
                yield from (error for _ in inside)
                continue
            for entry in inside:
                try:
                    yield read(entry, opened)
                except SubmissionError as error:
                    yield error


def head(entry: Entry, size: int, *, opened: zipfile.ZipFile | None = None) -> bytes:
    """Return the first `size` bytes of a file, of all of it if it is shorter. SubmissionError likewise.

    `opened` is the student's own zip file that it lies in, if that is open already.
    """
    if entry.refused:
        raise SubmissionError(f"'{entry.file}' cannot be read: {entry.refused}")
    try:
        return _read_member(entry, opened, size) if opened else _read(entry, size)
    except (OSError, ValueError, SubmissionError) as error:
        raise SubmissionError(f"'{entry.file}' cannot be read: {error}") from error


def is_zip(start: bytes) -> bool:
    """Is it a zip file, by its first bytes?"""
    return start.startswith(ZIP)


def is_notebook(start: bytes) -> bool:
    """Is it a notebook, by its first bytes?"""
    return bool(LOOKS_LIKE_A_NOTEBOOK.match(start.removeprefix(b"\xef\xbb\xbf")))


def _read(entry: Entry, size: int) -> bytes:
    if entry.outer is not None:
        with archive.open_own_zip(content(entry.outer)) as opened:
            return _read_member(entry, opened, size)
    if entry.container.is_dir():
        with folder.open_beneath(entry.container, tuple(entry.name.split("/")), entry.number) as file:
            there = os.fstat(file.fileno()).st_size
            return file.read(min(size, there + 1))  # asked for more, it would make room for that first
    with archive.open_zip(entry.container) as opened:
        return _read_member(entry, opened, size)


def _read_member(entry: Entry, opened: zipfile.ZipFile, size: int) -> bytes:
    return archive.read_member(opened, _position(entry, opened), size)


def _position(entry: Entry, opened: zipfile.ZipFile) -> int:
    if entry.member is not None and entry.member < len(opened.infolist()):
        return entry.member
    names = opened.namelist()
    if entry.name in names:
        return len(names) - 1 - names[::-1].index(entry.name)
    raise SubmissionError("the zip file has changed since it was looked at")


def _too_large(entry: Entry, limit: int) -> SubmissionError:
    return SubmissionError(
        f"'{entry.file}' is larger than {limit // 1024**2} MB: clear its outputs and hand it in again"
    )
