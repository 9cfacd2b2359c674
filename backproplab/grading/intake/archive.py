"""Look at a zip file that was handed in, and read members of it. Nothing is unpacked to disk.

A zip file can be made to say anything, and zipfile raises what it likes on one that was (`zlib.error`,
`struct.error`, `UnicodeDecodeError` …): whatever comes, here it is a SubmissionError.
"""

import re
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from backproplab.grading.intake.entry import SubmissionError
from backproplab.grading.intake.folder import KINDS
from backproplab.grading.intake.names import member_names

ENCRYPTED = 0x1  # bit of a member's flags
END = struct.Struct("<4s4H2LH")  # of the directory, which the end of a zip file tells the size of
END_SIGNATURE = b"PK\x05\x06"
LONGEST_COMMENT = 2**16
LONGEST_NAME = 4096  # characters, as of a path on Linux
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


@contextmanager
def open_zip(source: Path | BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Open a zip file. SubmissionError, saying why in a few words, if it is none or is damaged."""
    try:
        archive = zipfile.ZipFile(source)
    except Exception as error:
        raise SubmissionError(f"{type(error).__name__}: {error}") from error
    with archive:
        yield archive


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
        if len(name) > LONGEST_NAME:
            continue
        above = name.rstrip("/").rpartition("/")[0]
        while above and f"{above}/" not in found:
            found.add(f"{above}/")
            above = above.rpartition("/")[0]
    return found


def read_member(archive: zipfile.ZipFile, position: int, size: int) -> bytes:
    """Return at most `size` bytes of a member. SubmissionError, with zipfile's words, if it is damaged."""
    try:
        with archive.open(archive.infolist()[position]) as file:
            return file.read(size)
    except MemoryError:
        raise
    except Exception as error:
        raise SubmissionError(f"{type(error).__name__}: {error}") from error


def has_small_directory(file: bytes) -> bool:
    """May the directory of this zip file be read? To list millions of members takes gigabytes."""
    at = file.rfind(END_SIGNATURE, max(len(file) - LONGEST_COMMENT - END.size, 0))
    if at < 0 or at + END.size > len(file):
        return True  # no zip file, as reading it will say
    size = END.unpack_from(file, at)[5]
    return bool(size <= LARGEST_DIRECTORY)


def _why_not(name: str, info: zipfile.ZipInfo) -> str:
    if len(name) > LONGEST_NAME:
        return f"its name has {len(name):,} characters"
    mode = info.external_attr >> 16  # 0 where the program that made it keeps no modes
    if why := next((why for is_kind, why in KINDS.items() if is_kind(mode)), ""):
        return why
    return "encrypted in the zip file" if info.flag_bits & ENCRYPTED else ""
