"""The results of a course: in one folder, a folder a set, as `backproplab grade` leaves them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backproplab.grading.book.errors import BookError
from backproplab.grading.reports import RESULTS, RUN, read_run, results_in


@dataclass(frozen=True)
class Work:
    """What is known of one student's work on one set."""

    student: str
    """As the submissions called them."""
    record: Mapping[str, Any] | None
    """The result; None where a run ended before it had one."""
    stem: str = ""
    """Of the files of the result and the feedback."""
    timestamp: str = ""
    """When it was handed in, as whoever handed it out wrote it; "" where nothing says."""
    late: bool = False
    """Does the platform say that it came too late?"""
    in_time: bool = False
    """Does the platform say that it did not?"""
    path: str = ""
    """What the platform called it."""


Course = Mapping[str, Mapping[str, Work]]
"""Work by set and student."""


def read_course(folder: Path) -> Course:
    """Return what students did, by set and student, both sorted. BookError if the folder holds no set."""
    refuse_one_set(folder)
    found = {path.parent.name: _read_set(path.parent) for path in sorted(folder.glob(f"*/{RESULTS}"))}
    if not found:
        raise BookError(f"{folder} holds no grades: name the folder that `backproplab grade --out` was given")
    return found


def refuse_one_set(folder: Path) -> None:
    """Refuse the folder of one set, where that of the course is needed."""
    if (folder / RUN).exists():
        raise BookError(
            f"{folder} holds the grades of one set: name the folder of the course, in which each set has its "
            "own (where there is none yet, make one, and move this folder into it, called as the set is)"
        )


def _read_set(folder: Path) -> dict[str, Work]:
    # Without a run.json that can be read, results are all that is known.
    stored, run = results_in(folder), read_run(folder)
    works = {}
    for student in sorted(stored.keys() | _table(run, "submissions").keys()):
        stem, record = stored.get(student, ("", None))
        came = _table(_table(run, "handed_in"), student)
        works[student] = Work(
            student,
            record,
            stem,
            timestamp=str(came.get("timestamp", "")),
            late=came.get("late") is True,
            in_time=came.get("in_time") is True,
            path=str(came.get("path", "")),
        )
    return works


def _table(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = content.get(name)
    return table if isinstance(table, dict) else {}
