"""What a reader makes of the paths that came in: which is whose."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import NamedTuple

from backproplab.grading.intake.entry import Entry

STRAY_NAMES = re.compile(
    r"(?i)(read[ _-]?me|licen[cs]e|changelog|index|grades?|grade ?book|roster|marks|students?|participants"
    r"|makefile|requirements|timestamp|submission_metadata)\b.*"
)
STRAY_KINDS = {
    ".csv",
    ".db",
    ".ini",
    ".lnk",
    ".log",
    ".tmp",
    ".toml",
    ".url",
    ".xls",
    ".xlsx",
    ".yml",
    ".yaml",
}
TIMESTAMP = "timestamp.txt"  # nbgrader's and Sakai's, beside what was handed in
KNOWN_TO_A_STRANGER = 3  # paths called as a platform does, for each that is not
STRAY = "a loose file that is no student's"


@dataclass(frozen=True)
class Placed:
    """A path, and whose it is."""

    entry: Entry
    """With the file's name as the student gave it."""
    student: str
    assignment: str = ""
    """As a folder calls it; "" where nothing says."""
    attempt: str = ""
    """Of several attempts, the last in the order of text is the latest; "" where there is but one."""
    late: bool | None = None
    """Does the platform say that it came too late, or else that it did not? None where it says neither."""
    when: str = ""
    """When it came, as `2026-01-15 10:30:00`, with the zone behind it if the platform has one; "" where
    nothing says."""
    is_stamp: bool = False
    """Is it the platform's own word on when the rest came, and not a file of the student's called so?"""


class Aside(NamedTuple):
    """A path that counts for nobody's grade, why, and whose it is; "" if nobody's."""

    entry: Entry
    reason: str
    student: str = ""


@dataclass
class Reading:
    """How a reader understands what came in."""

    platform: str
    placed: list[Placed] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
    is_by_structure: bool = False
    """Do names and places alone say whose each path is, so that whole students may be taken for one?"""
    is_by_name: bool = False
    """Does a person's name alone say whose each path is, which another may have, too?"""


Reader = Callable[[Sequence[Entry]], "Reading | None"]
"""Reads what one platform hands out; None if this is none of it."""


def read_each(
    platform: str, entries: Sequence[Entry], place: Callable[[Entry], Placed | Aside | None]
) -> Reading | None:
    """Read entries one by one; None if nothing is called as the platform does, or too much otherwise.

    `place` says whose an entry is, or None if the platform would not have called it so. A few such are no
    reason to read all others wrongly: they go by their structure.
    """
    reading, strangers = Reading(platform), list[Entry]()
    for entry in entries:
        found = place(entry)
        if isinstance(found, Placed):
            reading.placed.append(found)
        elif found is not None:
            reading.aside.append(found)
        elif is_stray(entry):
            reading.aside.append(Aside(entry, STRAY))
        else:
            strangers.append(entry)
    if len(strangers) * KNOWN_TO_A_STRANGER >= len(reading.placed):
        return None
    reading.placed += [owner(entry) for entry in strangers]
    return reading


def owner(entry: Entry) -> Placed:
    """Say whose a path is by its structure, where nothing stands around the students."""
    parts = entry.parts
    if len(parts) == 1:
        return Placed(entry, stem(parts[0]))
    return Placed(entry, plain_name(parts[0]), plain_name(parts[1]) if len(parts) > 2 else "")


def is_called_so(entry: Entry, levels: int) -> bool:
    """Are the last names of its path what readers see of them, sign for sign, in one folder or zip file?

    A student on Linux may call a file `.\\timestamp.txt`: readers see no more than its end.
    """
    name = unicodedata.normalize("NFC", entry.name.rpartition("//")[2])
    return tuple(name.split("/")[-levels:]) == entry.parts[-levels:]


def is_stray(entry: Entry) -> bool:
    """Does a file at the top say by its name that it is about the class, and no student's?"""
    if len(entry.parts) > 1 or entry.is_notebook:
        return False
    kind = PurePosixPath(entry.file).suffix.lower()
    return kind in STRAY_KINDS or bool(STRAY_NAMES.fullmatch(entry.file))


def without_top(entry: Entry, levels: int = 1) -> Entry:
    """Return the entry as it looks from inside its top folder."""
    return replace(entry, parts=entry.parts[levels:])


def renamed(entry: Entry, file: str) -> Entry:
    """Return the entry with the name that the student gave it."""
    return replace(entry, file=file)


def plain_name(part: str) -> str:
    """Return a folder's name, also of a zip file that stands for one.

    >>> plain_name("ada.zip"), plain_name("ada")
    ('ada', 'ada')
    """
    return re.sub(r"(?i)\.zip$", "", part) or part


def stem(file: str) -> str:
    """Return the name of a file without what says its kind.

    >>> stem("ada.ipynb"), stem("ada.ipynb.json"), stem("ada b.pdf"), stem(".hidden")
    ('ada', 'ada', 'ada b', '.hidden')
    """
    if found := re.fullmatch(r"(?is)(.+?)\.ipynb(\.(json|txt|zip))?", file):
        return found[1]
    return PurePosixPath(file).stem
