"""A course that was graded, without grading it: its folder, as `backproplab grade` leaves it."""

import csv
import io
import json

from backproplab.grading import reports
from backproplab.grading.status import GradingStatus
from backproplab.marking.verdict import Status, Verdict

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Homework (7)
    Points Possible,,,,,4
"Lovelace, Ada",101,S1,ada@example.org,A,
"Márquez, Ana",102,S2,ana@example.org,A,
"Student, Test",999,,,A,
"""
WORKSHEET = """Identifier,Full name,Email address,Status,Grade,Maximum Grade,Last modified (grade)
Participant 501,Ada Lovelace,ada@example.org,Submitted,,100.00,-
Participant 502,Ana Márquez,ana@example.org,No submission,,100.00,-
"""


def record(student, name, earned, status=GradingStatus.GRADED, notebook=""):
    """A result: `earned` are the points of exercises worth 2 each, "3.1", "3.2" and so on."""
    number = name.split("-")[0].lstrip("0")
    verdicts = [
        Verdict(f"{number}.{place}", 2, points, Status.RIGHT if points == 2 else Status.PARTLY)
        for place, points in enumerate(earned, 1)
    ]
    return reports.result(
        student, name, verdicts, status=status, isolation="full", problems=[], notebook=notebook
    )


def grade(folder, name, students, *, handed_in=None, waiting=()):
    """Leave the results of a set: `students` maps names to what they earned, or to a whole record."""
    place = folder / name
    for each in ("results", "feedback"):
        (place / each).mkdir(parents=True, exist_ok=True)
    handed_in = handed_in or {}
    for student, earned in students.items():
        path = handed_in.get(student, {}).get("path", "")
        content = earned if isinstance(earned, dict) else record(student, name, earned, notebook=path)
        stem = student.replace(" ", "-")
        (place / "results" / f"{stem}.json").write_text(json.dumps(content))
        (place / "feedback" / f"{stem}.html").write_text(f"feedback for {student}")
    run = {
        "assignment": name,
        "submissions": dict.fromkeys([*students, *waiting], "hash"),
        "handed_in": {
            student: {"timestamp": "", "late": False, "in_time": False, "path": ""}
            | handed_in.get(student, {})
            for student in [*students, *waiting]
        },
    }
    (place / "run.json").write_text(json.dumps(run))
    return folder


def table(content):
    """The rows of a CSV file, or of its bytes."""
    text = content.decode() if isinstance(content, bytes) else content.read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))
