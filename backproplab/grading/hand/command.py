"""The `backproplab mark` command."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from backproplab.grading.terminal import complain, complain_of, say

if TYPE_CHECKING:
    from backproplab.grading.hand.desk import Desk

ABOUT = (
    "Mark answers in free text, or override what the grader gave, on a page that this computer alone serves. "
    "Several people may mark at once, in one run of the command or in several. No student code runs."
)
STATUS = (
    "exit status: 0 if all is well; 1 if a table had rows that somebody else has marked since, or whose "
    "answer has changed; 2 if nothing was done"
)


def add_mark(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backproplab mark`."""
    parser = commands.add_parser("mark", help="Mark answers by hand.", description=ABOUT, epilog=STATUS)
    parser.add_argument("grades", type=Path, metavar="GRADES", help="the folder that `grade --out` was given")
    parser.add_argument("--set", default="", metavar="NAME", help="the set, as 03-spreadsheet")
    parser.add_argument(
        "--anonymous", action="store_true", help="show no names, and answers in an order that tells none"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="another order, with --anonymous (default: 0)"
    )
    parser.add_argument(
        "--port", type=int, metavar="N", help="where to listen (default: 8710, or the next that is free)"
    )
    tables = parser.add_mutually_exclusive_group()
    tables.add_argument(
        "--export",
        type=Path,
        metavar="FILE",
        help="write answers and marks as a CSV table, and serve no page",
    )
    tables.add_argument(
        "--import",
        dest="table",
        type=Path,
        metavar="FILE",
        help="take the marks of such a table, filled in, and serve no page; needs --author",
    )
    parser.add_argument("--author", default="", metavar="NAME", help="who filled the table in")
    parser.set_defaults(command=mark, extra="grade")


def mark(given: argparse.Namespace) -> int:
    """Serve the page until it is stopped, or write or take a table. Returns 0, 1 or 2, as `STATUS` says."""
    from backproplab.grading.book.errors import BookError
    from backproplab.grading.hand.desk import Desk
    from backproplab.grading.hand.journal import JournalError
    from backproplab.grading.hand.questions import MarkError
    from backproplab.grading.reports import SaveError

    try:
        desk = Desk(_folder(given.grades, given.set), anonymous=given.anonymous, seed=given.seed)
        if given.export:
            return _export(desk, given.export, given.grades)
        if given.table:
            return _import(desk, given)
        return _serve(desk, given)
    except (BookError, JournalError, MarkError, SaveError) as error:
        complain_of(error)
        return 2


def _folder(grades: Path, name: str) -> Path:
    """Return the folder of the set that is asked for. MarkError if it is not clear which."""
    from backproplab.grading.book.course import read_course
    from backproplab.grading.hand.questions import MarkError

    sets = list(read_course(grades))
    found = [each for each in sets if name in (each, each.partition("-")[0])] if name else sets
    if len(found) != 1:
        raise MarkError(f"Choose one set of {grades} with --set: {', '.join(sets)}")
    return grades / found[0]


def _serve(desk: "Desk", given: argparse.Namespace) -> int:
    from backproplab.grading.hand.server import open_server

    server = open_server(desk, given.port)
    for each in desk.overview()["questions"]:
        if each["by_hand"] or each["stale"]:
            say(f"{each['id']}: {each['given']} marked, {each['waiting']} to mark.")
    say("Mark here, in a browser on this computer; keep the address to yourself:", server.url)
    say("Several people may mark at once. Ctrl+C ends it; every mark is saved by then.")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        say("")
    finally:
        server.server_close()
    return _finish(desk, given.grades)


def _export(desk: "Desk", path: Path, grades: Path) -> int:
    from backproplab.grading.book.written import write_own
    from backproplab.grading.hand.questions import MarkError
    from backproplab.grading.hand.table import table

    if path.resolve().is_relative_to(desk.folder.resolve()):
        raise MarkError(f"{path} is among what the marks are kept in: name a file elsewhere")
    write_own(path, table(desk).encode("utf-8", "backslashreplace"), grades)
    say(f"Answers and marks: {path}. Fill in points and comment, and give it back with --import.")
    return 0


def _import(desk: "Desk", given: argparse.Namespace) -> int:
    from backproplab.grading.hand.table import take

    taken = take(desk, given.table, given.author)
    say(f"{taken.marks} marks taken, {taken.unchanged} rows as they were.")
    for where in taken.conflicts:
        complain(f"Marked by somebody else, both marks are kept: {where}. Decide on the page.")
    for where in taken.changed:
        complain(f"Not taken, since the student's answer has changed: {where}.")
    return _finish(desk, given.grades) or (1 if taken.conflicts or taken.changed else 0)


def _finish(desk: "Desk", grades: Path) -> int:
    """Bring all that shows marks up to date; say what is left."""
    from backproplab.grading.book.keep import GRADEBOOK, keep
    from backproplab.grading.hand.log import LOG, loose_ends, write_log
    from backproplab.grading.hand.questions import refresh_feedback

    refresh_feedback(desk.folder)
    write_log(desk.folder)
    keep(grades)
    for sentence in loose_ends(desk.folder):
        complain(f"{sentence}.")
    left = sum(each["waiting"] for each in desk.overview()["questions"])
    say(f"{left} answers wait for a mark.")
    if (desk.folder / LOG).exists():
        say(f"Who gave what, and when: {desk.folder / LOG}.")
    say(f"Feedback and {grades / GRADEBOOK} are up to date; class.html is after the next `grade`.")
    return 0
