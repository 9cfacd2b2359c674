"""Answers and marks as a table in a file, for whoever marks in a spreadsheet.

A table says of each answer which mark was there when it was written. When it comes back, a row that was
changed becomes a mark like any other: where somebody else has marked meanwhile, or a conflict is open, which
a table does not show, it is a conflict for a person to decide on the page; where the student's answer is
another one, it is not taken. A row as it was written is left alone, and so is one that was taken before:
whoever fills in a table further gives all of it again. If any row cannot be taken, none is.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backproplab.grading.book.scale import number
from backproplab.grading.book.sheet import read_csv
from backproplab.grading.hand.desk import Desk, Sheet, checked_author, checked_comment, checked_points
from backproplab.grading.hand.journal import Entry, Kind, Standing
from backproplab.grading.hand.questions import MarkError, read_answers
from backproplab.grading.hand.standing import is_stale, is_waiting
from backproplab.grading.reports import escape_formula
from backproplab.marking.verdict import Status

TABLE = (
    *("question", "student", "answer", "grader", "out_of", "points", "comment", "by", "to_mark"),
    *("key", "version", "answer_hash"),
)
NEEDED = ("points", "comment", "to_mark", "key", "version", "answer_hash", "out_of")
AGAIN, CONFLICT = "again", "decide on the page"
"""What `to_mark` says of an answer that is to be looked at again, and of marks in conflict."""
HIDDEN = "x"  # no digit of a version: those are hexadecimal
"""How a version begins where the table does not show all: marks are in conflict."""
MOST_CELL = 30_000
"""Characters of a cell: spreadsheets take 32,767."""
# What `escape_formula` put in, which is no part of a comment.
ESCAPED = re.compile(r"""(^|[;,:|\t])'(?=[\s"']*[=+\-@|%＝＋－＠])""")


NO_KEY = (
    "there is no such answer: if a spreadsheet has changed the column `key`, copy it from a fresh --export; "
    "if the student or the question is gone, delete the row"
)
NO_ROW = "there is no key: if this is no answer, delete the row; else copy its key from a fresh --export"


@dataclass
class Taken:
    """What came of a table."""

    marks: int = 0
    unchanged: int = 0
    conflicts: list[str] = field(default_factory=list)
    """Rows that somebody else has marked since, in sentences: both marks are kept."""
    changed: list[str] = field(default_factory=list)
    """Rows of which the student's answer has changed since, in sentences: not taken."""


def table(desk: Desk) -> str:
    """Return all answers to the questions in free text, with the marks that they have, as CSV."""
    desk.refresh()
    by_hand = [each for each in desk.questions.values() if each.by_hand]
    return _csv(TABLE, (row for each in by_hand for row in _rows(desk, each.id)))


def _rows(desk: Desk, question: str) -> Iterator[list[str]]:
    for sheet in desk.sheets(question):
        standing = _standing(desk, sheet)
        mark = standing.mark
        answer = read_answers(desk.folder, sheet.stored.stem).get(question, {})
        parts = [*answer.get("notes", []), *(cell["text"] for cell in answer.get("cells", []))]
        pictures = sum(len(cell["pictures"]) for cell in answer.get("cells", []))
        if pictures:
            parts.append(f"[{pictures} pictures, which the page shows]")
        yield [
            question,
            sheet.label,
            _cut("\n".join(parts)),
            "" if sheet.exercise["status"] == Status.BY_HAND else sheet.exercise["status"],
            f"{sheet.exercise['points']:g}",
            _number(mark),
            mark.comment if mark else "",
            mark.author if mark else "",
            _to_mark(sheet, standing),
            # A letter in front, or a spreadsheet takes some of these for numbers, and rounds them.
            f"k{sheet.key}",
            f"{HIDDEN if standing.conflicts else 'v'}{standing.version}" if standing.version else "",
            f"h{sheet.exercise['answer']}",
        ]


def take(desk: Desk, path: Path, author: str) -> Taken:
    """Take the rows of a table that were changed since it was written, as marks of `author`.

    MarkError, with every row that cannot be taken, before anything is written; BookError if it is no table,
    JournalError if marks cannot be saved: then none was.
    """
    author = checked_author(author)
    header, rows = read_csv(path)
    if missing := [each for each in NEEDED if each not in header]:
        raise MarkError(
            f"{path} lacks the column {', '.join(missing)}: take a table that --export has written"
        )
    desk.refresh()
    known = {sheet.key: sheet for question in desk.questions for sheet in desk.sheets(question)}
    faults: list[str] = []
    taken, entries = Taken(), list[tuple[str, Entry]]()
    seen: dict[str, int] = {}
    for place, row in enumerate(rows, 2):
        row = row | {name: "" for name in NEEDED if name not in row}  # one that is too short
        key = row["key"].removeprefix("k")
        sheet = known.get(key)
        if sheet is None:
            faults.append(f"row {place} ({_found_by(row)}): {NO_KEY if key else NO_ROW}")
            continue
        where = f"row {place} ({sheet.exercise['id']}, {row.get('student') or sheet.key})"
        if key in seen:
            faults.append(f"{where}: the same answer as in row {seen[key]}")
            continue
        seen[key] = place
        try:
            entry = _entry(desk, sheet, row, author)
        except MarkError as error:
            faults.append(f"{where}: {error}")
            continue
        if entry is None:
            taken.unchanged += 1
        elif row["answer_hash"].removeprefix("h") != entry.answer or number(row["out_of"]) != entry.out_of:
            taken.changed.append(where)
        elif (before := _taken_before(desk, entry)) is not None:
            if before.id in [each.id for each in _standing(desk, sheet).conflicts]:
                taken.conflicts.append(where)
            else:
                taken.unchanged += 1
        else:
            entries.append((where, entry))
    if faults:
        raise MarkError(f"Nothing was taken from {path}, since\n" + "\n".join(faults))
    for (where, _), entry in zip(entries, desk.journal.add_all([each for _, each in entries]), strict=True):
        if entry.kind is Kind.CONFLICT:
            taken.conflicts.append(where)
        else:
            taken.marks += 1
    return taken


def _entry(desk: Desk, sheet: Sheet, row: Mapping[str, str], author: str) -> Entry | None:
    """Return the mark that a row gives, None if it is as it was written, or says what counts.

    MarkError if it says what cannot be given.
    """
    points = number(row["points"]) if row["points"] else None
    if row["points"] and points is None:
        raise MarkError(f"'{row['points']}' is no number of points")
    worth = sheet.exercise["points"]
    is_of_today = row["answer_hash"].removeprefix("h") == sheet.exercise["answer"] and (
        number(row["out_of"]) == worth
    )
    confirmed = is_stale(sheet.exercise) and is_of_today and not row["to_mark"]
    standing, comment = _standing(desk, sheet), row["comment"]
    before, version = _written(desk, row["version"])
    if _is_same(before, points, comment) and not confirmed:
        return None
    if _is_same(standing.mark, points, comment) and not is_stale(sheet.exercise):
        return None
    comment = _unescaped(comment)
    if points is None and comment:
        raise MarkError("a comment without points: give points, or leave both empty to take a mark back")
    student, question = sheet.stored.record["student"], sheet.exercise["id"]
    return Entry(
        kind=Kind.MARK,
        author=author,
        question=question,
        student=student,
        answer=sheet.exercise["answer"],
        points=checked_points(points, desk.questions[question], comment, out_of=worth),
        out_of=worth,
        comment=checked_comment(comment),
        replaces=_followed(standing, version, desk.journal.said(student, question), author),
        table=True,
    )


def _written(desk: Desk, cell: str) -> tuple[Entry | None, str]:
    """Return what counted when a table was written, and what a row of it replaces that has this version."""
    version = cell.removeprefix("v").removeprefix(HIDDEN)
    before = desk.journal.counted(version)
    if cell.startswith(HIDDEN):
        return before, before.id if before else ""
    return before, version


def _followed(standing: Standing, version: str, said: Sequence[Entry], author: str) -> str:
    """Return what a row replaces: if nobody else has said anything since, what the row became before."""
    for each in reversed(said):
        if each.kind is not Kind.MARK or not each.table or each.author != author:
            break
        if each.replaces == version:
            return standing.version
    return version


def _taken_before(desk: Desk, entry: Entry) -> Entry | None:
    """Return the line that this row became earlier, if somebody else has marked since."""
    if entry.replaces == desk.journal.standing(entry.student, entry.question).version:
        return None
    given = entry.author, entry.points, entry.comment, entry.answer, entry.out_of
    for each in desk.journal.said(entry.student, entry.question):
        if each.table and (each.author, each.points, each.comment, each.answer, each.out_of) == given:
            return each
    return None


def _standing(desk: Desk, sheet: Sheet) -> Standing:
    return desk.journal.standing(sheet.stored.record["student"], sheet.exercise["id"])


def _to_mark(sheet: Sheet, standing: Standing) -> str:
    if standing.conflicts:
        return CONFLICT
    if is_stale(sheet.exercise):
        return AGAIN
    return "yes" if is_waiting(sheet.exercise) else ""


def _found_by(row: Mapping[str, str]) -> str:
    """Return by what a row is found of which nothing else is known."""
    names = [row[name] for name in ("question", "student") if row.get(name)]
    return (", ".join(names) or next(cell for cell in row.values() if cell))[:60]


def _number(mark: Entry | None) -> str:
    return "" if mark is None or mark.points is None else f"{mark.points:g}"


def _is_same(mark: Entry | None, points: float | None, comment: str) -> bool:
    """Does a row say what this mark does?"""
    given = mark.points if mark else None
    return points == given and _same(comment, mark.comment if mark else "")


def _same(cell: str, comment: str) -> bool:
    return cell.strip() == _escaped(comment).strip() or _unescaped(cell).strip() == comment.strip()


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CELL else f"{text[:MOST_CELL]} … cut: the page shows more"


def _escaped(text: str) -> str:
    """Escape each line by itself, so that an answer keeps its lines."""
    return "\n".join(escape_formula(line) for line in text.split("\n"))


def _unescaped(text: str) -> str:
    r"""Return a comment without what `escape_formula` put in.

    >>> _unescaped(_escaped("-1 for the sign\n=SUM(A1)"))
    '-1 for the sign\n=SUM(A1)'
    """
    return "\n".join(ESCAPED.sub(r"\1", line) for line in text.replace("\r\n", "\n").split("\n"))


def _csv(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([_escaped(cell) for cell in row] for row in (header, *rows))
    return text.getvalue()
