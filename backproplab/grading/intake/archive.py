"""Look at a zip file that was handed in, and read members of it. Nothing is unpacked to disk.

A zip file can be made to say anything, and zipfile raises what it likes on one that was (`zlib.error`,
`struct.error`, `UnicodeDecodeError` …): whatever comes, here it is a SubmissionError.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from backproplab.grading.intake.entry import SubmissionError
from backproplab.grading.intake.folder import DEEPEST, KINDS
from backproplab.grading.intake.names import LONGEST_NAME, LONGEST_PART, longest_part, member_names

ENCRYPTED = 0x1  # bit of a member's flags
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What is unpacked: of these two alone, zipfile takes no more than it is asked for."""
LARGEST_DIRECTORY = 2 * 1024**2  # bytes, in a student's own zip file: some 20,000 members


class Member(NamedTuple):
    """A member of a zip file: name, size, and why it is not to be opened, "" if it may be."""

    name: str
    size: int
    refused: str
    position: int
    """Its place in the directory."""
    repeated: bool
    """Does a later member bear the same name, as that which unpacking would leave?"""


class _OwnZip(io.BytesIO):
    """A zip file of which no large directory can be read.

    zipfile reads it in one piece, of a size that one of several records says; which of them it believes is
    its own affair. So no large piece is to be had until the file is open.
    """

    is_open = False

    def read(self, size: int | None = -1, /) -> bytes:
        left = len(self.getbuffer()) - self.tell()
        if not self.is_open and (left if size is None or size < 0 else min(size, left)) > LARGEST_DIRECTORY:
            raise SubmissionError("it holds too many files")
        return super().read(size)


@contextmanager
def open_own_zip(data: bytes) -> Iterator[zipfile.ZipFile]:
    """Open a student's own zip file. SubmissionError as `open_zip`, or if it lists millions of members."""
    source = _OwnZip(data)
    with open_zip(source) as archive:
        source.is_open = True
        yield archive


@contextmanager
def open_zip(source: Path | io.BytesIO) -> Iterator[zipfile.ZipFile]:
    """Open a zip file. SubmissionError, saying why in a few words, if it is none or is damaged."""
    try:
        archive = zipfile.ZipFile(source)
    except (MemoryError, SubmissionError):
        raise
    except Exception as error:
        raise SubmissionError(f"{type(error).__name__}: {error}") from error
    with archive:
        yield archive


def list_members(path: Path) -> None:
    """List a zip file, to see what that takes; one that is none or is damaged takes little."""
    with suppress(SubmissionError), open_zip(path) as archive:
        members(archive)


def members(archive: zipfile.ZipFile) -> list[Member]:
    """Return the members that are no folders, and those folders that have nothing in them."""
    every = archive.infolist()
    names = [re.sub(r"[/\\]+", "/", name) for name in member_names(every)]
    last = {name: position for position, name in enumerate(names)}
    filled = _folders(names)
    found = []
    for position, (name, info) in enumerate(zip(names, every, strict=True)):
        is_folder = name.endswith("/")
        if is_folder and (name in filled or last[name] != position):
            continue
        why = "an empty folder" if is_folder else _why_not(name, info)
        found.append(Member(name, info.file_size, why, position, last[name] != position))
    return found


def _folders(names: list[str]) -> set[str]:
    """The folders, each with its last slash, that anything lies in."""
    found: set[str] = set()
    for name in names:
        if _why_no_path(name):
            continue
        above = name.rstrip("/").rpartition("/")[0]
        while above and f"{above}/" not in found:
            found.add(f"{above}/")
            above = above.rpartition("/")[0]
    return found


def read_member(archive: zipfile.ZipFile, position: int, size: int) -> bytes:
    """Return at most `size` bytes of a member. SubmissionError, with zipfile's words, if it is damaged."""
    try:
        member = archive.infolist()[position]
        if why := _why_not_unpacked(member):
            raise SubmissionError(why)
        with archive.open(member) as file:
            return file.read(size)
    except (MemoryError, SubmissionError):
        raise
    except Exception as error:
        raise SubmissionError(f"{type(error).__name__}: {error}") from error


def _why_not(name: str, info: zipfile.ZipInfo) -> str:
    if why := _why_no_path(name):
        return why
    mode = info.external_attr >> 16  # 0 where the program that made it keeps no modes
    if why := next((why for is_kind, why in KINDS.items() if is_kind(mode)), ""):
        return why
    return _why_not_unpacked(info)


def _why_not_unpacked(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & ENCRYPTED:
        return "encrypted in the zip file"
    return "" if info.compress_type in METHODS else "compressed by another method than deflate"


def _why_no_path(name: str) -> str:
    """Say why no system would have a file that is called so; "" if one might."""
    if len(name) > LONGEST_NAME or longest_part(name) > LONGEST_PART:
        return f"its name has {len(name):,} characters"
    return f"in more than {DEEPEST} folders" if name.rstrip("/").count("/") > DEEPEST else ""
