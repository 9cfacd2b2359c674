"""Gradebooks to read and to work with: nbgrader's columns, a column a set, a column an exercise."""

import math
from collections.abc import Iterator

from backproplab.grading.book.book import Book
from backproplab.grading.book.marks import EXEMPT, NOTHING_HANDED_IN
from backproplab.grading.book.roster import Person
from backproplab.grading.book.sheet import Cell, as_csv
from backproplab.grading.status import PRECISION

NBGRADER = (  # the columns of `nbgrader export`, in its order
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
    "status",  # ours: why there is no mark, or none that says anything
)
WHO = ("student_id", "last_name", "first_name", "email")


def nbgrader(book: Book) -> bytes:
    """Return nbgrader's table: a line for each set and student. Who has no mark has an empty score, not 0."""
    return as_csv(NBGRADER, (_line(book, name, person) for name in book.sets for person in book.people))


def sets(book: Book) -> bytes:
    """Return a line a student, a column a set, and the sum: of what counts, so without exempt sets."""
    header = (*WHO, *book.sets, "score", "max_score", "late_days")
    return as_csv(header, (_by_set(book, person) for person in book.people))


def exercises(book: Book) -> bytes:
    """Return a line a student and a column an exercise: points before what lateness costs."""
    columns = [(name, each) for name in book.sets for each in book.exercises[name]]
    header = (*WHO, *(f"{name} {each}" for name, each in columns))

    def lines() -> Iterator[list[Cell]]:
        for person in book.people:
            marks = [book.marks[person.student_id, name].exercises.get(each) for name, each in columns]
            yield [*_who(person), *marks]

    return as_csv(header, lines())


def _who(person: Person) -> list[Cell]:
    return [person.student_id, person.last_name, person.first_name, person.email]


def _line(book: Book, name: str, person: Person) -> list[Cell]:
    mark, due = book.marks[person.student_id, name], book.rules.due.get(name)
    return [
        name,
        due.isoformat(sep=" ") if due else "",
        mark.work.timestamp if mark.work else "",
        *_who(person),
        mark.raw if mark.is_whole else None,
        mark.penalty,
        mark.score,
        mark.max_score,
        mark.standing,
    ]


def _by_set(book: Book, person: Person) -> list[Cell]:
    marks = [book.marks[person.student_id, name] for name in book.sets]
    scores = [mark.score for mark in marks]
    # Who is ungraded has no sum yet; who handed in nothing has none of these points.
    known = all(mark.score is not None or mark.status in (NOTHING_HANDED_IN, EXEMPT) for mark in marks)
    total = round(math.fsum(score for score in scores if score is not None), PRECISION) if known else None
    full = round(math.fsum(mark.max_score for mark in marks), PRECISION)
    return [*_who(person), *scores, total, full, float(sum(mark.late_days for mark in marks))]
