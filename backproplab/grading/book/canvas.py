"""The file that Canvas takes back: Grades, Import. It is made from the one that Grades, Export gives.

Canvas finds a student by the columns that it has itself written, and an assignment by its heading, such as
`Homework 3 (5521)`; a heading without such a number makes a new assignment, after asking.
"""

import re
from collections.abc import Sequence

from backproplab.grading.book.book import Book
from backproplab.grading.book.errors import BookError
from backproplab.grading.book.marks import EXEMPT
from backproplab.grading.book.roster import CANVAS, Roster
from backproplab.grading.book.scale import number, scaled
from backproplab.grading.book.sheet import Cell, as_csv

WHO = ("Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section")
EXCUSED = "EX"


def canvas(book: Book, roster: Roster, sets: Sequence[str]) -> bytes:
    """Return the import file for some sets. BookError if the roster is not Canvas's own."""
    if roster.platform != CANVAS:
        raise BookError(
            "Canvas knows students by its own ids: give the file of Grades, Export, with --roster FILE"
        )
    who = [name for name in WHO if name in roster.columns]
    columns = {name: _column(roster, book.rules.columns.get(name, ""), name) for name in sets}
    points = next((row for row in roster.rows if row["Student"].strip().startswith("Points Possible")), {})
    full = {name: number(points.get(columns[name], "")) for name in sets}
    ours = {
        name: max((book.marks[person.student_id, name].max_score for person in book.people), default=0.0)
        for name in sets
    }
    top: list[Cell] = [
        "    Points Possible",
        *[""] * (len(who) - 1),
        *(full[name] or ours[name] for name in sets),
    ]
    rows = [top]
    for person in book.people:
        if person.row < 0:  # who is not in the roster
            continue
        row = roster.rows[person.row]
        cells: list[Cell] = [row.get(name, "") for name in who]
        for name in sets:
            mark = book.marks[person.student_id, name]
            score = scaled(mark, full[name])
            # Where we have nothing to say, what is there stays.
            said: Cell = EXCUSED if mark.status == EXEMPT else score
            cells.append(row.get(columns[name], "") if said is None else said)
        rows.append(cells)
    return as_csv([*who, *columns.values()], rows)


def _column(roster: Roster, called: str, name: str) -> str:
    """Return the heading of a set's assignment: the one that is there, else the set's name.

    BookError if the rules say what it is `called`, and it is not there.
    """
    pattern = re.compile(rf"(?i){re.escape(called or name)}( \(\d+\))?")
    found = next((column for column in roster.columns if pattern.fullmatch(column)), "")
    if called and not found:
        raise BookError(f"the rules call {name} '{called}', and the roster has no such column")
    return found or name
