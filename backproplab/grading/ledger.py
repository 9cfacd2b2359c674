"""What became of each path that came in: the account of a run, written as intake.csv.

Every path is in it once: graded, left aside with a reason, or refused with a reason. What is counted here is
compared with what was counted elsewhere, when looking and when grading: a run whose sums do not agree has
lost something, and says so.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from backproplab.grading import reports
from backproplab.grading.reports import results_in, write_private
from backproplab.grading.sets import is_of_another
from backproplab.grading.status import GradingStatus
from backproplab.grading.submissions import Entry, Intake, Submission

LEDGER = "intake.csv"
COLUMNS = ("path", "student", "bytes", "fate", "reason")


class Fate(StrEnum):
    """What became of a path."""

    GRADED = "graded"
    ASIDE = "left aside"
    REFUSED = "refused"


@dataclass(frozen=True)
class Row:
    """One path, whose it is ("" if nobody's), what became of it, and why."""

    entry: Entry
    student: str
    fate: Fate
    reason: str


@dataclass(frozen=True)
class Account:
    """What an account comes to: its sums in a sentence, and where it does not agree with itself."""

    sums: str
    disagreements: list[str]


def ledger(
    intake: Intake,
    graded: Sequence[Submission],
    name: str,
    results: Mapping[str, Mapping[str, Any]],
) -> list[Row]:
    """Return the fate of each path, in the order of paths.

    `graded` are the submissions for the set `name`; `results`, by student, the records of their grading.
    """
    rows = [Row(each.entry, each.student, *_refused_or(each.entry, each.reason)) for each in intake.aside]
    for submission in graded:
        result = results.get(submission.student)
        for entry in submission.entries:
            fate = _fate(entry, result, is_stamp=entry in submission.stamps)
            rows.append(Row(entry, submission.student, *fate))
    accounted = {row.entry.key for row in rows}
    for submission in intake.submissions:
        for entry in submission.entries:
            if entry.key not in accounted:
                why = _why_not_of_the_set(submission, name)
                rows.append(Row(entry, submission.student, *_refused_or(entry, why)))
    return sorted(rows, key=lambda row: (row.entry.name, row.entry.member or 0))


def write_ledger(intake: Intake, graded: Sequence[Submission], name: str, out: Path) -> Account:
    """Write intake.csv beside the results in `out`, for its owner alone, and return what it comes to."""
    results = {student: stored.record for student, stored in results_in(out).items()}
    rows = ledger(intake, graded, name, results)
    write_private(out / LEDGER, as_csv(rows))
    return Account(sums(rows), disagreements(rows, intake, graded, results))


def disagreements(
    rows: Sequence[Row],
    intake: Intake,
    graded: Sequence[Submission],
    results: Mapping[str, Mapping[str, Any]],
) -> list[str]:
    """Return, in sentences, where the account does not agree with what came in or with what was graded."""
    return list(_disagreements(rows, intake, graded, results))


def sums(rows: Sequence[Row]) -> str:
    """Say how many paths there were, and what became of them.

    >>> sums([])
    '0 paths came in: 0 graded, 0 left aside, 0 refused'
    """
    count = Counter(row.fate for row in rows)
    return f"{len(rows)} paths came in: " + ", ".join(f"{count[fate]} {fate}" for fate in Fate)


def as_csv(rows: Sequence[Row]) -> str:
    """Return intake.csv: a line a path, every field quoted."""
    return reports.as_csv(
        COLUMNS, [(row.entry.name, row.student, row.entry.size, str(row.fate), row.reason) for row in rows]
    )


NOT_READ = (GradingStatus.UNREADABLE, GradingStatus.NO_NOTEBOOK)


def _fate(entry: Entry, result: Mapping[str, Any] | None, *, is_stamp: bool) -> tuple[Fate, str]:
    """What became of a path in a submission of the set, by the record of its grading."""
    if entry.refused:
        return Fate.REFUSED, entry.refused
    if not entry.is_notebook:
        return Fate.ASIDE, "says when it was handed in" if is_stamp else "no notebook"
    if result is None or result["status"] == GradingStatus.UNGRADED:
        return Fate.ASIDE, "not graded yet: run the same command again"
    if result["status"] in NOT_READ:
        return Fate.REFUSED, next(iter(result["problems"]), "it cannot be read")
    if result["notebook"] == entry.name:
        return Fate.GRADED, ""
    return Fate.ASIDE, f"another notebook of the student's; '{result['notebook']}' was graded"


def _refused_or(entry: Entry, why: str) -> tuple[Fate, str]:
    return (Fate.REFUSED, entry.refused) if entry.refused else (Fate.ASIDE, why)


def _why_not_of_the_set(submission: Submission, name: str) -> str:
    if is_of_another(submission, name):
        return f"in a folder of another set, '{submission.assignment}'"
    return f"beside the student's folder for {name}"


def _disagreements(
    rows: Sequence[Row],
    intake: Intake,
    graded: Sequence[Submission],
    results: Mapping[str, Mapping[str, Any]],
) -> Iterator[str]:
    if len({row.entry.key for row in rows}) != len(rows) or len(rows) != intake.paths:
        yield f"{intake.paths} paths came in, and {len(rows)} are accounted for"
    named = {row.student for row in rows}
    for student in sorted({each.student for each in intake.submissions} - named):
        yield f"{student} has handed in something, and nothing of it is accounted for"
    count = Counter(row.student for row in rows if row.fate is Fate.GRADED)
    for each in graded:
        result = results.get(each.student)
        if result is None:
            yield f"{each.student} has no result"
        elif count[each.student] != (result["status"] not in (*NOT_READ, GradingStatus.UNGRADED)):
            yield f"of {each.student}, {count[each.student]} notebooks are accounted for as graded"
