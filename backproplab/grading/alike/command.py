"""The `backproplab alike` command."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

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
        _refuse_grades(given.out)
        solutions = solution_notebooks(given.solutions)
        solution = load_solution(solution_for((), solutions, given.set))
        lessons = sorted(given.lessons.glob("*.ipynb"))
        known = explained(solution, lessons)
        reader = AnswerReader(
            solution.assignment,
            {each.id: (each.stub, each.answers) for each in solution.exercises if each.check},
        )
        works, not_read = _read(given.submissions, solution.name, solutions, reader)
        for number, folder in enumerate(given.also, 1):
            earlier, _ = _read(folder, solution.name, solutions, reader, earlier=number)
            works += earlier
        if len(works) < FEWEST:
            raise SubmissionError(report.too_few(works))
        found = report.Report(
            solution.name,
            compare(works, known),
            not_read,
            [
                "the handout",
                "the solution, its alternatives and all known mistakes",
                f"{len(lessons)} lessons" if lessons else f"no lesson (there is none in {given.lessons})",
            ],
            {each.id: each.title for each in solution.exercises},
            given.anonymous,
        )
        private_folder(given.out)
        write_private(given.out / f"{solution.name}.html", report.html(found))
        write_json(given.out / f"{solution.name}.json", report.as_json(found))
    except (SubmissionError, ReaderError, ReleaseError, SaveError, MachineError) as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        if reader:
            reader.close()
    for line in report.lines(found):
        print(line.encode(sys.stdout.encoding or "utf-8", "replace").decode(sys.stdout.encoding or "utf-8"))
    print(f"Side by side: {given.out / f'{solution.name}.html'}.")
    return 0


def _refuse_grades(out: Path) -> None:
    """SubmissionError if it is a folder of grades, or lies in one: likeness is no part of a grade."""
    from backproplab.grading.book.keep import GRADEBOOK
    from backproplab.grading.reports import RUN
    from backproplab.grading.submissions import SubmissionError

    for folder in (out, *out.resolve().parents):
        if (folder / RUN).exists() or (folder / GRADEBOOK).exists():
            raise SubmissionError(f"{folder} holds grades, of which likeness is no part: name another --out")


def _read(
    path: Path, name: str, solutions: "Sequence[Path]", reader: "AnswerReader", *, earlier: int = 0
) -> "tuple[list[Work], dict[str, str]]":
    """Return what can be compared of a class's submissions, and why the rest cannot be."""
    from backproplab.grading.alike.score import Work
    from backproplab.grading.limited import RefusedError
    from backproplab.grading.sets import of_set
    from backproplab.grading.submissions import take_in

    sets = [solution.stem for solution in solutions]
    works: list[Work] = []
    not_read: dict[str, str] = {}
    for submission in of_set(take_in(path, sets=sets, solutions=solutions).submissions, name, sets):
        try:
            cells = reader.read(submission)
        except RefusedError as error:
            not_read[submission.student] = str(error)
            continue
        if not cells:
            not_read[submission.student] = "nothing but the handout"
            continue
        works.append(Work(submission.student, cells, bool(earlier)))
    return works, not_read
