"""The rules of a course: due dates, what lateness costs, what is otherwise for some; a small TOML file.

free_days = 3          # each student's, for the whole course
percent_per_day = 10   # of a set's points, for each day after those; or points_per_day

[due]
"03-spreadsheet" = 2026-03-06T23:59:00+01:00

[points]               # what exercises are worth now, where that is not what it was
"3.1" = 4

[columns]              # what Canvas calls a set, where that is not the set's name
"03-spreadsheet" = "Homework 3"

[students.ada]         # by the gradebook's student_id
exempt = ["05-scalar-engine"]
extra_days = { "03-spreadsheet" = 2 }
days_late = { "04-credit-assignment" = 1 }  # counts instead of what the export says

[students.eve]
withdrawn = true       # left out of every gradebook; the results stay
"""

import datetime
import textwrap
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from backproplab.grading.book.errors import BookError

LARGEST = 1_000_000
"""Of any number here: points, percent, days."""


@dataclass(frozen=True)
class Student:
    """What is otherwise for one student."""

    exempt: Collection[str] = ()
    """Sets that do not count."""
    extra_days: Mapping[str, float] = field(default_factory=dict)
    """By set, an extension in days."""
    days_late: Mapping[str, int] = field(default_factory=dict)
    """By set, days after the due date as somebody counted them, whatever the export says."""
    withdrawn: bool = False
    """Left out of the gradebook."""


@dataclass(frozen=True)
class Rules:
    """The rules of a course; as they stand here, lateness costs nothing."""

    free_days: int = 0
    points_per_day: float = 0.0
    percent_per_day: float = 0.0
    due: Mapping[str, datetime.datetime] = field(default_factory=dict)
    points: Mapping[str, float] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    students: Mapping[str, Student] = field(default_factory=dict)


def read_rules(path: Path) -> Rules:
    """Read the rules. BookError where they cannot be read, or say something that is no rule."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise BookError(f"{path} cannot be read: {error}") from error
    try:
        rules = _rules(content)
    except BookError as error:
        raise BookError(f"{path}: {error}") from error
    if rules.points_per_day and rules.percent_per_day:
        raise BookError(f"{path} has points_per_day and percent_per_day: keep one")
    return rules


def check_names(
    rules: Rules, sets: Collection[str], exercises: Collection[str], students: Collection[str]
) -> None:
    """Refuse rules about what is not there, since they would do nothing. BookError says what is there.

    A set that is in [due] may be about to come.
    """
    known = {*sets, *rules.due}
    for name, student in rules.students.items():
        _known("student", [name], students)
        _known("set", [*student.exempt, *student.extra_days, *student.days_late], known)
    _known("exercise", rules.points, exercises)
    _known("set", rules.columns, known)


def _known(kind: str, named: Collection[str], there: Collection[str]) -> None:
    for each in named:
        if each not in there:
            raise BookError(
                f"the rules name the {kind} '{each}'; there is {', '.join(sorted(there)) or 'none'}"
            )


def _rules(content: Mapping[str, Any]) -> Rules:
    _refuse_others(content, Rules, "a rule")
    return Rules(
        free_days=_days("free_days", content.get("free_days", 0)),
        points_per_day=_number("points_per_day", content.get("points_per_day", 0)),
        percent_per_day=_number("percent_per_day", content.get("percent_per_day", 0)),
        due={name: _moment(name, value) for name, value in _table("due", content).items()},
        columns={name: _text(name, value) for name, value in _table("columns", content).items()},
        points={name: _number(name, value) for name, value in _table("points", content).items()},
        students={name: _student(name, value) for name, value in _table("students", content).items()},
    )


def _student(name: str, content: Any) -> Student:
    if not isinstance(content, dict):
        raise BookError(f"students.{name} should be a table, [students.{name}]")
    _refuse_others(content, Student, f"a rule for a student ({name})")
    exempt = content.get("exempt", [])
    if not isinstance(exempt, list) or not all(isinstance(each, str) for each in exempt):
        raise BookError(f'exempt of {name} should be a list of sets, as in ["03-spreadsheet"]')
    withdrawn = content.get("withdrawn", False)
    if not isinstance(withdrawn, bool):
        raise BookError(f"withdrawn of {name} should be true or false, and is {withdrawn!r}")
    extra, late = _table("extra_days", content), _table("days_late", content)
    return Student(
        exempt=tuple(exempt),
        extra_days={key: _number(f"extra_days of {name}", value) for key, value in extra.items()},
        withdrawn=withdrawn,
        days_late={key: _days(f"days_late of {name}", value) for key, value in late.items()},
    )


def _refuse_others(content: Mapping[str, Any], kind: type, what: str) -> None:
    allowed = [each.name for each in fields(kind)]
    for name in content:
        if name not in allowed:
            raise BookError(f"'{name}' is not {what}; there are {', '.join(allowed)}")


def _table(name: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
    table = content.get(name, {})
    if not isinstance(table, dict):
        raise BookError(f"{name} should be a table")
    return table


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST:
        raise BookError(f"{name} should be a number from 0 to {LARGEST:,}, and is {_in_short(value)}")
    return float(value)


def _days(name: str, value: Any) -> int:
    """Return a number of days; one that is not whole would be another rule than it says."""
    if not _number(name, value).is_integer():
        raise BookError(f"{name} should be whole days, and is {value}")
    return int(value)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BookError(f"the column of {name} should be text in quotes, and is {_in_short(value)!r}")
    return value


def _in_short(value: Any) -> str:
    if isinstance(value, int) and value > LARGEST:
        return "more"  # Python writes out no number of very many digits
    return textwrap.shorten(str(value), 40, placeholder="…")


def _moment(name: str, value: Any) -> datetime.datetime:
    """Return a due date with its zone, this machine's where none is given; a day ends at midnight."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time(23, 59, 59))
    if not isinstance(value, datetime.datetime):
        raise BookError(f"{name} is due at {_in_short(value)}: write a date, as in 2026-03-06T23:59:00+01:00")
    if not 1970 < value.year < 9999:  # zones and extensions lead to days around it
        raise BookError(f"{name} is due in the year {value.year}: write another")
    return value if value.tzinfo else value.astimezone()
