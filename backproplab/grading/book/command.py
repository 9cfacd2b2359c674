"""The `backproplab gradebook` command."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from backproplab.grading.terminal import complain, complain_of, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backproplab.grading.book.book import Book
    from backproplab.grading.book.course import Course
    from backproplab.grading.book.roster import Roster

ABOUT = (
    "Write a gradebook of a course from the results that `backproplab grade` left: no student code runs. "
    "With a roster, whoever handed in nothing is in it, too."
)
KINDS = {
    "nbgrader": "a line for each set and student, in the columns of `nbgrader export`",
    "sets": "a line a student, a column a set",
    "exercises": "a line a student, a column an exercise",
    "canvas": "for Grades, Import; needs the file of Grades, Export as the roster",
    "moodle": "the grading worksheet of one set, filled in; needs the worksheet as the roster",
    "feedback": "a zip file of one set's pages of feedback, in names that Canvas and Moodle take back",
}
OF_ONE_SET = ("moodle", "feedback")
STATUS = (
    "exit status: 0 if all is well; 1 if somebody's work could not be joined with the roster, or if "
    "marks by hand want a look; 2 if nothing was written"
)


def add_gradebook(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backproplab gradebook`."""
    parser = commands.add_parser(
        "gradebook", help="Write a gradebook of a course.", description=ABOUT, epilog=STATUS
    )
    parser.add_argument("grades", type=Path, metavar="GRADES", help="the folder that `grade --out` was given")
    parser.add_argument(
        "--as",
        dest="kind",
        choices=KINDS,
        default="sets",
        help="; ".join(f"{kind}: {what}" for kind, what in KINDS.items()) + " (default: sets)",
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME", help="a set, as 03-spreadsheet (default: all)"
    )
    parser.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="who is in the class: Canvas's or Moodle's export, or a CSV file",
    )
    parser.add_argument(
        "--rules", type=Path, metavar="FILE", help="due dates and what lateness costs, as README has them"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="the file to write (default: in GRADES, called as the kind is)",
    )
    parser.set_defaults(command=gradebook, extra="grade")


def gradebook(given: argparse.Namespace) -> int:
    """Write a gradebook. Returns 0, 1 or 2, as `STATUS` says."""
    from backproplab.grading.book.book import make_book
    from backproplab.grading.book.course import read_course
    from backproplab.grading.book.errors import BookError
    from backproplab.grading.book.roster import read_roster
    from backproplab.grading.book.rules import read_rules
    from backproplab.grading.book.written import write_own
    from backproplab.grading.hand.journal import JournalError
    from backproplab.grading.hand.log import loose_ends
    from backproplab.grading.reports import SaveError

    try:
        roster = read_roster(given.roster) if given.roster else None
        rules = read_rules(given.rules) if given.rules else None
        course = read_course(given.grades)
        sets = _wanted(given, course)
        book = make_book(course, roster.people if roster else (), rules)
        out = given.out or given.grades / _name(given.kind, sets)
        write_own(out, _content(given, book, roster, sets), given.grades)
    except (BookError, JournalError, SaveError) as error:
        complain_of(error)
        return 2
    say(f"{len(book.people)} students, {', '.join(sets)}: {out}.")
    _print_notes(book, sets, with_roster=bool(roster))
    loose = [(name, sentence) for name in sets for sentence in loose_ends(given.grades / name)]
    for name, sentence in loose:
        complain(f"{name}, marks by hand: {sentence}.")
    return 1 if book.doubts or loose else 0


def _wanted(given: argparse.Namespace, course: "Course") -> list[str]:
    """Return the sets that are asked for, all if none is named. BookError if that cannot be done."""
    from backproplab.grading.book.errors import BookError

    there = ", ".join(course)
    for name in given.set:
        if name not in course:
            raise BookError(f"{given.grades} holds no grades of {name}; it holds those of {there}")
    sets = [name for name in course if name in given.set or not given.set]
    if given.kind in OF_ONE_SET and len(sets) > 1:
        raise BookError(f"--as {given.kind} is of one set: choose it with --set ({there})")
    return sets


def _name(kind: str, sets: "Sequence[str]") -> str:
    if kind not in OF_ONE_SET:
        return f"{kind}.csv"
    return f"{kind}-{sets[0]}.{'zip' if kind == 'feedback' else 'csv'}"


def _content(
    given: argparse.Namespace, book: "Book", roster: "Roster | None", sets: "Sequence[str]"
) -> bytes:
    """Make the file that is asked for. BookError if it cannot be made."""
    from backproplab.grading.book import tables
    from backproplab.grading.book.canvas import canvas
    from backproplab.grading.book.feedback import feedback_zip
    from backproplab.grading.book.moodle import moodle
    from backproplab.grading.book.roster import Roster
    from backproplab.grading.hand.questions import refresh_feedback

    nobody = Roster("", (), (), ())
    match given.kind:
        case "canvas":
            return canvas(book, roster or nobody, sets)
        case "moodle":
            return moodle(book, roster or nobody, sets[0])
        case "feedback":
            refresh_feedback(given.grades / sets[0])
            works = [book.marks[person.student_id, sets[0]].work for person in book.people]
            return feedback_zip(given.grades / sets[0], [work for work in works if work])
    write = {"nbgrader": tables.nbgrader, "sets": tables.sets, "exercises": tables.exercises}[given.kind]
    return write(replace(book, sets=sets))


def _print_notes(book: "Book", sets: "Sequence[str]", *, with_roster: bool) -> None:
    from backproplab.grading.book.marks import NOTHING_HANDED_IN

    for name in sets if with_roster else ():
        nothing = [
            person.student_id
            for person in book.people
            if book.marks[person.student_id, name].status == NOTHING_HANDED_IN
        ]
        if nothing:
            say(f"Handed in nothing for {name}: {', '.join(nothing)}.")
    for name in sets:
        waiting = sum(bool(book.marks[person.student_id, name].waiting) for person in book.people)
        if waiting:
            say(
                f"Without a score for {name}, since answers wait for a person: {waiting}. Mark them with "
                f"backproplab mark GRADES --set {name}."
            )
    for sentence in book.assumed:
        say(f"{sentence[0].upper()}{sentence[1:]}.")
    for sentence in book.doubts:
        complain(f"Not joined: {sentence}.")
