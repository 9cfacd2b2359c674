"""What the course has to show, in order: its parts, their lessons, exercises and capstones."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from .contents import EXERCISES, LESSONS, NAME

PARTS = {
    "I": ("The idea", 0),
    "II": ("The engine", 5),
    "III": ("Mastery", 11),
    "IV": ("The world", 17),
    "V": ("Beyond", 24),
}
"""The parts of the course, each with the number of its first lesson."""
LESSON_ROW = re.compile(
    r"^\| (\d\d) \| \[(?P<title>[^\]]+)\]\(notebooks/(?P<stem>[\w-]+)\.ipynb\) \| (?P<idea>.+?) \|",
    re.MULTILINE,
)
CAPSTONE_ROW = re.compile(
    r"^\| C\d \| \[(?P<title>[^\]]+)\]\(exercises/(?P<stem>[\w-]+)\.ipynb\) \| (?P<idea>.+?)"
    r" \| (?P<after>\d\d) \|",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Entry:
    """A lesson or a capstone, as the course map shows it."""

    number: str
    title: str
    idea: str
    pages: tuple[str, ...]
    """The names of its pages, without an ending: the lesson, then its exercises."""


@dataclass(frozen=True)
class Part:
    """A part of the course that has lessons."""

    number: str
    title: str
    entries: list[Entry] = field(default_factory=list)


def parts(course: Path) -> list[Part]:
    """Return the parts of the course in the folder `course`, as the tables of its README list them.

    A part without a lesson is left out. A capstone stands behind the lesson that it comes after.
    """
    readme = (course / "README.md").read_text(encoding="utf-8")
    capstones = {row["after"]: _capstone(row) for row in CAPSTONE_ROW.finditer(readme)}
    made = {number: Part(number, title) for number, (title, _) in PARTS.items()}
    for row in LESSON_ROW.finditer(readme):
        entries = made[_part_of(int(row[1]))].entries
        entries.append(_lesson(course, row))
        if row[1] in capstones:
            entries.append(capstones[row[1]])
    return [part for part in made.values() if part.entries]


def unlisted(course: Path) -> list[str]:
    """Return the lessons and capstones of a course, by file, that the tables of its README leave out."""
    listed = {f"{page}.ipynb" for part in parts(course) for entry in part.entries for page in entry.pages}
    found = [path for folder in (LESSONS, EXERCISES) for path in (course / folder).glob("*.ipynb")]
    named = [path.relative_to(course).as_posix() for path in found if NAME.fullmatch(path.stem)]
    return sorted(set(named) - listed)


def _part_of(lesson: int) -> str:
    return max((first, number) for number, (_, first) in PARTS.items() if first <= lesson)[1]


def _lesson(course: Path, row: re.Match[str]) -> Entry:
    practice = f"{EXERCISES}/{row['stem']}"
    there = (course / f"{practice}.ipynb").is_file()
    pages = (f"{LESSONS}/{row['stem']}", *([practice] if there else []))
    return Entry(row[1], row["title"], row["idea"], pages)


def _capstone(row: re.Match[str]) -> Entry:
    number = row["stem"].replace("capstone-", "C")
    return Entry(number, row["title"], row["idea"], (f"{EXERCISES}/{row['stem']}",))
