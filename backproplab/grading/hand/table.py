"""Answers and marks as a table in a file, for whoever marks in a spreadsheet.

A table says of each answer which mark was there when it was written. When it comes back, a row that was
changed becomes a mark like any other: where somebody else has marked meanwhile, it is a conflict for a person
to decide, and where the student's answer is another one, it is not taken. A row as it was written is left
alone. Nothing is taken of a table in which any row cannot be.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backproplab.grading.book.scale import number
from backproplab.grading.book.sheet import read_csv
from backproplab.grading.hand.desk import Desk, Sheet, checked_author, checked_comment, checked_points
from backproplab.grading.hand.journal import Entry, Kind
from backproplab.grading.hand.questions import MarkError, read_answers
from backproplab.grading.hand.standing import is_waiting
from backproplab.grading.reports import escape_formula

TABLE = (
    *("question", "student", "answer", "grader", "out_of", "points", "comment", "by", "to_mark"),
    *("key", "version", "answer_hash"),
)
NEEDED = ("question", "points", "comment", "key", "version", "answer_hash")
MOST_CELL = 30_000
"""Characters of a cell: spreadsheets take 32,767."""
# What `escape_formula` put in, which is no part of a comment.
ESCAPED = re.compile(r"""(^|[;,:|\t])'(?=[\s"']*[=+\-@|%＝＋－＠])""")


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
    desk.journal.refresh()
    by_hand = [each for each in desk.questions.values() if each.by_hand]
    return _csv(TABLE, (row for each in by_hand for row in _rows(desk, each.id)))


def _rows(desk: Desk, question: str) -> Iterator[list[str]]:
    for sheet in desk.sheets(question):
        mark = _mark(desk, sheet)
        answer = read_answers(desk.folder, sheet.stored.stem).get(question, {})
        parts = [*answer.get("notes", []), *(cell["text"] for cell in answer.get("cells", []))]
        pictures = sum(len(cell["pictures"]) for cell in answer.get("cells", []))
        if pictures:
            parts.append(f"[{pictures} pictures, which the page shows]")
        yield [
            question,
            sheet.label,
            _cut("\n".join(parts)),
            "" if sheet.exercise["status"] == "to be marked by hand" else sheet.exercise["status"],
            f"{desk.questions[question].points:g}",
            _number(mark),
            mark.comment if mark else "",
            mark.author if mark else "",
            "yes" if is_waiting(sheet.exercise) else "",
            sheet.key,
            mark.id if mark else "",
            sheet.exercise["answer"],
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
    desk.journal.refresh()
    known = {(question, sheet.key): sheet for question in desk.questions for sheet in desk.sheets(question)}
    written = {each.id: each for each in desk.journal.entries}
    faults: list[str] = []
    taken, entries = Taken(), list[tuple[str, Entry]]()
    seen: dict[tuple[str, str], int] = {}
    for place, row in enumerate(rows, 2):
        name = row["question"], row["key"]
        where = f"row {place} ({row['question']}, {row.get('student') or row['key']})"
        sheet, before = known.get(name), written.get(row["version"])
        if sheet is None:
            faults.append(f"{where}: there is no such answer")
            continue
        if name in seen:
            faults.append(f"{where}: the same answer as in row {seen[name]}")
            continue
        seen[name] = place
        if row["points"] == _number(before) and _same(row["comment"], before.comment if before else ""):
            taken.unchanged += 1
            continue
        try:
            entry = _entry(desk, sheet, row, author)
        except MarkError as error:
            faults.append(f"{where}: {error}")
            continue
        if row["answer_hash"] != sheet.exercise["answer"]:
            taken.changed.append(where)
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


def _entry(desk: Desk, sheet: Sheet, row: Mapping[str, str], author: str) -> Entry:
    question, comment = desk.questions[row["question"]], _unescaped(row["comment"])
    points = number(row["points"]) if row["points"] else None
    if row["points"] and points is None:
        raise MarkError(f"'{row['points']}' is no number of points")
    if points is None and comment:
        raise MarkError("a comment without points: give points, or leave both empty to take a mark back")
    return Entry(
        kind=Kind.MARK,
        author=author,
        question=question.id,
        student=sheet.stored.record["student"],
        answer=sheet.exercise["answer"],
        points=checked_points(points, question, comment),
        out_of=question.points,
        comment=checked_comment(comment),
        replaces=row["version"],
    )


def _mark(desk: Desk, sheet: Sheet) -> Entry | None:
    return desk.journal.standing(sheet.stored.record["student"], sheet.exercise["id"]).mark


def _number(mark: Entry | None) -> str:
    return "" if mark is None or mark.points is None else f"{mark.points:g}"


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
