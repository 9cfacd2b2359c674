"""The file that Moodle takes back: Upload grading worksheet, in an assignment. It is made from the one that
Download grading worksheet gives, so of one set.
"""

from backproplab.grading.book.book import Book
from backproplab.grading.book.errors import BookError
from backproplab.grading.book.roster import MOODLE, Roster
from backproplab.grading.book.scale import number, scaled
from backproplab.grading.book.sheet import Cell, as_csv

GRADE, FULL, CHANGED = "Grade", "Maximum Grade", "Last modified (grade)"
NEEDED = ("Identifier", GRADE, CHANGED)  # without any of these, Moodle takes nothing
# Comments are not among them: Moodle leaves those alone which it is not given.
KEPT = ("Identifier", "Full name", "Email address", "ID number", "Status", GRADE, FULL, CHANGED)
NEVER = "-"  # how Moodle writes that there is no such time


def moodle(book: Book, roster: Roster, name: str) -> bytes:
    """Return the grading worksheet of one set, filled in. BookError if the roster is not that worksheet."""
    missing = [each for each in NEEDED if each not in roster.columns]
    if roster.platform != MOODLE or missing:
        raise BookError(
            f"Moodle takes back its own grading worksheet of {name}, in English: give it with --roster FILE. "
            f"This roster lacks the column {', '.join(missing) or 'Identifier'}"
        )
    columns = [each for each in KEPT if each in roster.columns]
    rows: list[list[Cell]] = []
    for person in book.people:
        if person.row < 0:  # who is not in the worksheet
            continue
        row = dict(roster.rows[person.row])
        score = scaled(book.marks[person.student_id, name], number(row.get(FULL, "")))
        cells: dict[str, Cell] = {each: "" if row.get(each) == NEVER else row.get(each) for each in columns}
        # Where we have nothing to say, what is there stays.
        rows.append(list((cells if score is None else cells | {GRADE: score}).values()))
    return as_csv(columns, rows)
