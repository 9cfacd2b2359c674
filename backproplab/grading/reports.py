"""What a run leaves behind: a JSON a student, gradebook.csv, run.json. Each file is whole or not there."""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from backproplab.files import write_text
from backproplab.marking.verdict import Verdict

RESULTS, FEEDBACK = "results", "feedback"
REVIEW = "For review:"  # how a line of `problems` begins that is for the instructor alone
GRADEBOOK_COLUMNS = (  # those of `nbgrader export`, in its order
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)
STARTS_A_FORMULA = "=+-@|%＝＋－＠"  # in one spreadsheet program or another
PRECISION = 6  # decimals of a score


def write_json(path: Path, content: Mapping[str, Any], *, mode: int | None = None) -> None:
    """Put `content` at `path` as JSON, in one move; `mode` are its permissions."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n", mode=mode)


def result(
    student: str, assignment: str, verdicts: Sequence[Verdict], *, isolation: str, problems: Sequence[str]
) -> dict[str, Any]:
    """Return the record of one submission, as its JSON holds it."""
    return {
        "student": student,
        "assignment": assignment,
        "score": round(math.fsum(verdict.earned for verdict in verdicts), PRECISION),
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
    """Return a record that `result` made, or None if there is none at `path`, or none that is whole."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and "score" in content and "exercises" in content else None


def gradebook(results: Iterable[Mapping[str, Any]], timestamps: Mapping[str, str]) -> str:
    """Return gradebook.csv: nbgrader's columns, every field quoted, none that a spreadsheet would compute."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(GRADEBOOK_COLUMNS)
    for each in results:
        fields = {
            "assignment": each["assignment"],
            "timestamp": timestamps.get(each["student"], ""),
            "student_id": each["student"],
            "raw_score": each["score"],
            "late_submission_penalty": 0.0,
            "score": each["score"],
            "max_score": each["max_score"],
        }
        writer.writerow([escape_formula(fields.get(column, "")) for column in GRADEBOOK_COLUMNS])
    return text.getvalue()


def escape_formula(value: str | float) -> str:
    """Write a field so that no spreadsheet takes it for a formula; numbers stay as they are.

    >>> escape_formula("=HYPERLINK(1)"), escape_formula(-1.5)
    ("'=HYPERLINK(1)", '-1.5')
    """
    if not isinstance(value, str):
        return repr(value)
    line = "".join(sign if sign.isprintable() else " " for sign in value)
    return f"'{line}" if line.lstrip().startswith(tuple(STARTS_A_FORMULA)) else line


def is_for_review(problem: str) -> bool:
    """Is this line of `problems` for the instructor's eyes alone?"""
    return problem.startswith(REVIEW)
