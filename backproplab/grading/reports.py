"""What a run leaves behind: a JSON a student, feedback, run.json. Each file is whole or not there.

All of it is for whoever runs the command, and for no other user of the machine.
"""

import csv
import errno
import io
import json
import math
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from backproplab.errors import BackproplabError
from backproplab.files import write_text
from backproplab.grading.hand.journal import read_journal
from backproplab.grading.hand.standing import with_marks
from backproplab.grading.held import held
from backproplab.grading.status import PRECISION, GradingStatus
from backproplab.marking.verdict import Verdict

RESULTS, FEEDBACK, ANSWERS = "results", "feedback", "answers"
RUN = "run.json"
REVIEW = "For review:"  # how a line of `problems` begins that is for the instructor alone
# What starts a formula, in one spreadsheet program or another, at the start of a field, or of what a program
# makes a field of where ";" or another sign separates them. Quotes and spaces before it are no help.
FORMULA = re.compile(r"""(^|[;,:|\t])(?=[\s"']*[=+\-@|%＝＋－＠])""")
A_WORD = 200
"""How long a string may be that many results may have in common: the name of an isolation, say."""
NEEDED = {"student", "assignment", "status", "notebook", "score", "max_score", "exercises", "problems"}
PRIVATE, PRIVATE_FOLDER = 0o600, 0o700


class SaveError(BackproplabError):
    """A file of the grades could not be written, which ends the run; the message says what to do."""


def private_folder(path: Path) -> None:
    """Make a folder for its owner alone, if need be. SaveError if it cannot be."""
    with saving(path):
        path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        path.chmod(PRIVATE_FOLDER)


def write_private(path: Path, text: str) -> None:
    """Put `text` at `path`, in one move, for its owner alone. SaveError if it cannot be written."""
    with saving(path):
        write_text(path, text, mode=PRIVATE)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Put `content` at `path` as JSON, like `write_private`."""
    write_private(path, json_text(content))


def json_text(content: Mapping[str, Any]) -> str:
    """Return the text of a JSON file of ours."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


@contextmanager
def lock(out: Path, *, wait: bool = False) -> Iterator[None]:
    """Keep other runs out of a folder that is there: wait for one at work in it, or BlockingIOError.

    SaveError if the folder cannot be written.
    """
    with saving(out / ".lock"):
        descriptor = os.open(out / ".lock", os.O_RDWR | os.O_CREAT, PRIVATE)
    with open(descriptor, "w", encoding="utf-8"), held(descriptor, wait=wait):
        yield


@contextmanager
def saving(path: Path) -> Iterator[None]:
    """Turn an OSError of writing at `path` into a SaveError."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None))
        remedy = "make room on that disk" if full else "see to it that it can be written"
        if isinstance(error, PermissionError) and os.name == "nt":  # which lets nobody write what is open
            remedy = "close it in other programs, such as a spreadsheet, or " + remedy
        raise SaveError(
            f"{path} could not be written ({error.strerror or error}): {remedy}, then run the same command "
            "again. Results that were written are kept, and what is missing is graded then"
        ) from error


def result(
    student: str,
    assignment: str,
    verdicts: Sequence[Verdict],
    *,
    status: GradingStatus = GradingStatus.GRADED,
    isolation: str,
    problems: Sequence[str],
    notebook: str = "",
) -> dict[str, Any]:
    """Return the record of one submission, as its JSON holds it; the score of an ungraded one is None.

    `notebook` is the path, as it came in, of the one that was graded.
    """
    score = round(math.fsum(verdict.earned for verdict in verdicts), PRECISION)
    return {
        "student": student,
        "assignment": assignment,
        "notebook": notebook,
        "status": str(status),
        "score": None if status is GradingStatus.UNGRADED else score,
        "max_score": round(math.fsum(verdict.points for verdict in verdicts), PRECISION),
        "isolation": isolation,
        "exercises": [
            {
                "id": verdict.exercise,
                "points": verdict.points,
                "earned": round(verdict.earned, PRECISION),
                "status": str(verdict.status),
                "misconception": verdict.misconception,
                "slug": verdict.slug,
                "missed": list(verdict.missed),
            }
            for verdict in verdicts
        ],
        "problems": list(problems),
    }


def read_result(path: Path) -> dict[str, Any] | None:
    """Return a record that `result` made, or None if there is none at `path`, or none that is whole.

    It is as the grader left it, without what people gave by hand.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_shared)
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or not set(content) >= NEEDED:
        return None
    return content


def _shared(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON whose words are in memory once, in however many results they are."""
    return {
        sys.intern(key): sys.intern(value) if isinstance(value, str) and len(value) <= A_WORD else value
        for key, value in pairs
    }


class Stored(NamedTuple):
    """A result as it lies in a folder: the stem that its file and its feedback share, and the record."""

    stem: str
    record: dict[str, Any]


def results_in(out: Path) -> dict[str, Stored]:
    """Return all results in a set's folder `out`, by student: those of every run that graded into it.

    They are as they are with what people gave by hand. JournalError if that cannot be read.
    """
    found: dict[str, Stored] = {}
    standings = read_journal(out).standings()
    for path in sorted((out / RESULTS).glob("*.json")):
        if record := read_result(path):
            found[record["student"]] = Stored(path.stem, with_marks(record, standings))
    return found


def read_run(out: Path) -> dict[str, Any]:
    """Return what run.json of a set's folder says; nothing if it is missing or damaged."""
    try:
        content = json.loads((out / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str | float | None]]) -> str:
    """Return a table as CSV: every field quoted, none a formula; None is an empty cell, which is not a 0."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for row in (header, *rows):
        writer.writerow(["" if cell is None else escape_formula(cell) for cell in row])
    return text.getvalue()


def escape_formula(value: str | float) -> str:
    """Write a field so that no spreadsheet takes it for a formula; numbers stay as they are.

    >>> escape_formula("=HYPERLINK(1)"), escape_formula("x;=1+1"), escape_formula(-1.5)
    ("'=HYPERLINK(1)", "x;'=1+1", '-1.5')
    """
    if not isinstance(value, str):
        return repr(value)
    line = "".join(sign if sign.isprintable() else " " for sign in value)
    return FORMULA.sub(r"\1'", line)


def is_for_review(problem: str) -> bool:
    """Is this line of `problems` for the instructor's eyes alone?"""
    return problem.startswith(REVIEW)
