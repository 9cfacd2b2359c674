"""The `backproplab alike` command."""

import argparse
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from backproplab.grading.terminal import complain_of, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backproplab.grading.alike.answers import AnswerReader
    from backproplab.grading.alike.score import Work

ABOUT = (
    "Show pairs of submissions whose answers agree beyond what the handout, the course and chance explain, "
    "side by side. That is a reason to look and never a verdict: nothing goes into grades or feedback, and "
    "no student code is run."
)
STATUS = "exit status: 0 if the class was compared, whatever was found; 2 if it could not be"


def add_alike(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backproplab alike`."""
    parser = commands.add_parser(
        "alike", help="Show submissions that are oddly alike.", description=ABOUT, epilog=STATUS
    )
    parser.add_argument("submissions", type=Path, metavar="SUBMISSIONS", help="a folder or a zip file")
    parser.add_argument("set", metavar="SET", help="the set, as 03-spreadsheet or 03; of a capstone, C1")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="the folder for the page and its JSON; not grades",
    )
    parser.add_argument(
        "--also",
        type=Path,
        action="append",
        default=[],
        metavar="SUBMISSIONS",
        help="an earlier class's, to compare with and to know what is rare",
    )
    parser.add_argument(
        "--solutions",
        type=Path,
        default=Path("solutions"),
        metavar="PATH",
        help="the solution notebooks, or one of them (default: solutions)",
    )
    parser.add_argument(
        "--lessons",
        type=Path,
        default=Path("notebooks"),
        metavar="DIR",
        help="the lessons, whose code proves nothing (default: notebooks)",
    )
    parser.add_argument(
        "--anonymous", action="store_true", help="numbers in place of names; code stays as it is"
    )
    parser.set_defaults(command=alike, extra="grade")


def alike(given: argparse.Namespace) -> int:
    """Compare a class. Returns 0 if that was done, 2 if it could not be."""
    from backproplab.authoring.assignment import load_solution
    from backproplab.authoring.errors import ReleaseError
    from backproplab.grading.alike import report
    from backproplab.grading.alike.answers import AnswerReader
    from backproplab.grading.alike.course import explained
    from backproplab.grading.alike.score import FEWEST, compare
    from backproplab.grading.limited import ReaderError
    from backproplab.grading.reports import SaveError, private_folder, write_json, write_private
    from backproplab.grading.sets import solution_for, solution_notebooks
    from backproplab.grading.submissions import SubmissionError
    from backproplab.sandbox import MachineError

    reader: AnswerReader | None = None
    try:
        _refuse(given.out, given.submissions)
        solutions = solution_notebooks(given.solutions)
        solution = load_solution(solution_for((), solutions, given.set))
        lessons = sorted(given.lessons.glob("*.ipynb"))
        known = explained(solution, lessons)
        handed_out = {each.id: (each.stub, each.answers) for each in solution.exercises if each.check}
        if not handed_out:
            raise SubmissionError(
                f"{solution.name} has no answer in code, and words are not compared: read them"
            )
        reader = AnswerReader(solution.assignment, handed_out)
        works, not_read = _read(given.submissions, solution.name, solutions, reader)
        for folder in given.also:
            earlier, left_out = _read(folder, solution.name, solutions, reader, is_earlier=True)
            if not earlier:
                raise SubmissionError(report.nothing_in(folder, left_out))
            works += earlier
            not_read |= {f"{student} ({folder.name})": why for student, why in left_out.items()}
        if len(works) < FEWEST:
            raise SubmissionError(report.too_few(works, not_read))
        if given.anonymous:
            works.sort(key=_in_no_order)
        found = report.Report(
            solution.name,
            compare(works, known),
            not_read,
            [
                "the handout",
                "the solution, its alternatives and all known mistakes",
                f"{len(lessons)} lessons",
            ],
            {each.id: each.title for each in solution.exercises},
            given.anonymous,
        )
        private_folder(given.out)
        write_private(given.out / f"{solution.name}.html", report.html(found))
        write_json(given.out / f"{solution.name}.json", report.as_json(found))
    except (SubmissionError, ReaderError, ReleaseError, SaveError, MachineError) as error:
        complain_of(error)
        return 2
    finally:
        if reader:
            reader.close()
    if not lessons:
        say(
            f"There is no lesson in {given.lessons}: what they have counts as rare. Name them with --lessons."
        )
    for line in report.lines(found):
        say(line)
    say(f"Side by side: {given.out / f'{solution.name}.html'}.")
    return 0


def _refuse(out: Path, submissions: Path) -> None:
    """SubmissionError if it holds grades, of which likeness is no part, if it is a file or in submissions."""
    from backproplab.grading.book.keep import GRADEBOOK
    from backproplab.grading.reports import RUN
    from backproplab.grading.submissions import SubmissionError

    folders = (out, *out.resolve().parents)
    if any((folder / RUN).exists() or (folder / GRADEBOOK).exists() for folder in folders):
        raise SubmissionError(f"{out} holds grades, of which likeness is no part: name another --out")
    if out.exists() and not out.is_dir():
        raise SubmissionError(f"{out} is a file: name a folder with --out")
    if out.resolve().is_relative_to(submissions.resolve()):
        raise SubmissionError(f"{out} is in the submissions, and would be read as one: name another --out")


def _in_no_order(work: "Work") -> bytes:
    """Return what works are put in order by where nobody is named: their alphabet says who is who."""
    return blake2b(
        "\0".join([work.student, *(cell.source for cell in work.cells)]).encode(errors="replace")
    ).digest()


def _read(
    path: Path, name: str, solutions: "Sequence[Path]", reader: "AnswerReader", *, is_earlier: bool = False
) -> "tuple[list[Work], dict[str, str]]":
    """Return what can be compared of a class's submissions, and why the rest cannot be."""
    from backproplab.grading.alike.score import Work
    from backproplab.grading.limited import RefusedError
    from backproplab.grading.sets import of_set
    from backproplab.grading.submissions import take_in
    from backproplab.sandbox import MachineError

    sets = [solution.stem for solution in solutions]
    works: list[Work] = []
    not_read: dict[str, str] = {}
    for submission in of_set(take_in(path, sets=sets, solutions=solutions).submissions, name, sets):
        try:
            cells = reader.read(submission)
        except RefusedError as error:
            not_read[submission.student] = str(error)
            continue
        except MachineError as error:
            raise MachineError(f"{error}, at what {submission.student} handed in") from error
        if not cells:
            not_read[submission.student] = "nothing but the handout"
            continue
        works.append(Work(submission.student, cells, is_earlier))
    return works, not_read
