"""Who is in the class: a roster as Canvas or Moodle exports it, or any table with headings.

Canvas: Grades, Export. Moodle: the grading worksheet of an assignment, or the list of participants. Else a
CSV file with columns such as `student_id, last_name, first_name, email`.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backproplab.grading.book.errors import BookError
from backproplab.grading.book.names import spellings
from backproplab.grading.book.sheet import read_csv

CANVAS, MOODLE, PLAIN = "Canvas", "Moodle", "plain"
IDS = (  # what a student may be known by, the first that is there best
    *("student_id", "student id", "username", "user name", "login", "login id", "sis login id"),
    *("id number", "idnumber", "sis user id", "id", "identifier"),
)
LAST, FIRST = ("last_name", "last name", "surname", "family name"), ("first_name", "first name", "given name")
FULL = ("full name", "name", "student", "student name")
EMAIL = ("email", "email address", "e-mail", "mail")
NO_STUDENT = re.compile(r"\s*(Points Possible|Student, Test)\b.*", re.IGNORECASE)  # lines of Canvas's own


@dataclass(frozen=True)
class Person:
    """Somebody of the class."""

    student_id: str
    last_name: str = ""
    first_name: str = ""
    email: str = ""
    keys: frozenset[str] = frozenset()
    """All ids and addresses, casefolded."""
    number: str = ""
    """By which the platform's submissions are called."""
    names: frozenset[str] = frozenset()
    """The ways in which the name may be spelled, in letters alone."""
    row: int = -1
    """The roster's line."""


@dataclass(frozen=True)
class Roster:
    """A class, and the table that says so."""

    platform: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]
    people: Sequence[Person]


def read_roster(path: Path) -> Roster:
    """Read a roster. BookError if no column says who is who, or a line does not, or two say the same."""
    columns, rows = read_csv(path)
    plain = {column.casefold() for column in columns}
    if not plain & {*IDS, *EMAIL, *FULL}:
        raise BookError(
            f"{path} has no column that says who is who; its headings are {', '.join(columns)}. Name one "
            "student_id, username, email or name"
        )
    headings = Counter(column.casefold() for column in columns)
    for column in (*IDS, *LAST, *FIRST, *FULL, *EMAIL):
        if headings[column] > 1:
            raise BookError(f"{path} has {headings[column]} columns '{column}': keep the one that counts")
    platform = _platform(plain)
    people = [
        _person({key.casefold(): value for key, value in row.items()}, platform, line)
        for line, row in enumerate(rows)
        if not (platform == CANVAS and NO_STUDENT.match(row.get("Student", "")))
    ]
    if nobody := [each.row + 1 for each in people if not each.student_id]:
        raise BookError(
            f"{path} does not say who is on line {nobody[0]} below its headings: add an id, an address or a "
            "name, or take the line out"
        )
    twice = [name for name, count in Counter(each.student_id for each in people).items() if count > 1]
    if twice:
        raise BookError(f"{path} has several lines for {', '.join(twice)}: keep one of each")
    return Roster(platform, columns, rows, people)


def _platform(columns: set[str]) -> str:
    if {"student", "id", "section"} <= columns:
        return CANVAS
    return MOODLE if "identifier" in columns or "email address" in columns else PLAIN


def _person(row: Mapping[str, str], platform: str, line: int) -> Person:
    ids = [_bare(value) if name == "identifier" else value for name in IDS if (value := row.get(name))]
    email, full = _first(row, EMAIL), _first(row, FULL)
    last, first = _first(row, LAST), _first(row, FIRST)
    if not last and not first:
        last, first = _parted(full)
    number = {CANVAS: row.get("id", ""), MOODLE: _bare(row.get("identifier", ""))}.get(platform, "")
    return Person(
        student_id=next(iter(ids), "") or email or full,
        last_name=last,
        first_name=first,
        email=email or next((each for each in ids if "@" in each), ""),
        keys=frozenset(each.casefold() for each in (*ids, email) if each),
        number=number,
        names=spellings(f"{first} {last}") | spellings(full),
        row=line,
    )


def _first(row: Mapping[str, str], names: Sequence[str]) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def _bare(identifier: str) -> str:
    """Return the number of Moodle's `Participant 1234`."""
    return identifier.rpartition(" ")[2]


def _parted(full: str) -> tuple[str, str]:
    """Part a full name into last and first name: `Lovelace, Ada`, else the last word is the last name."""
    if "," in full:
        last, _, first = full.partition(",")
        return last.strip(), first.strip()
    first, _, last = full.rpartition(" ")
    return last, first
