"""The `backproplab grade` command."""

import argparse
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backproplab.grading.terminal import complain, complain_of, say

if TYPE_CHECKING:
    from backproplab.grading.run import Summary

ABOUT = (
    "Grade what a class handed in: what Moodle, Canvas and other platforms hand out, nbgrader's "
    "submitted/STUDENT/ASSIGNMENT/, or a folder of notebooks. Run it again after an interruption "
    "and it goes on where it was. What cannot be graded by no fault of the student's (the machine is out of "
    "memory, say) stays without a mark, is said to be ungraded, and is tried again by the next run."
)
STATUS = (
    "exit status: 0 if everything is graded or has a reason why not; 1 if something is ungraded, or lost; "
    "2 if the run could not begin, or could not save its results"
)

IN_DOUBT = "Nothing was graded. If the table above is right all the same, add --yes"


def add_grade(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backproplab grade`."""
    parser = commands.add_parser(
        "grade", help="Grade what a class handed in.", description=ABOUT, epilog=STATUS
    )
    parser.add_argument("submissions", type=Path, metavar="SUBMISSIONS", help="a folder or a zip file")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="the course's folder for grades, of all its sets",
    )
    parser.add_argument(
        "--solutions",
        type=Path,
        default=Path("solutions"),
        metavar="PATH",
        help="the solution notebooks, or one of them (default: solutions)",
    )
    parser.add_argument("--set", default="", metavar="NAME", help="the set, where the notebooks do not say")
    parser.add_argument(
        "-j", "--jobs", type=_positive, default=os.cpu_count() or 1, metavar="N", help="workers side by side"
    )
    parser.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="grade on the workers of this Dask scheduler, as tcp://10.0.0.1:8786, and not on this machine",
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=60.0,
        metavar="SECONDS",
        help="CPU time of each of the two runs of a submission (default: 60); of one cell, a sixth of it",
    )
    parser.add_argument(
        "--isolation",
        choices=("full", "reduced"),
        default="full",
        help="reduced: for a machine that cannot isolate fully; stated on every page",
    )
    parser.add_argument(
        "--seeds", type=_seeds, default=(), metavar="N,N,…", help="inputs to use; without, drawn for the run"
    )
    parser.add_argument(
        "--regrade",
        action="store_true",
        help="make results anew that were made with other options, another solution or other versions: from "
        "the values that were kept where they still hold, else by running the code again",
    )
    parser.add_argument(
        "--yes", action="store_true", help="grade even where students may have been mistaken for each other"
    )
    parser.add_argument(
        "--worksheet",
        type=Path,
        metavar="FILE",
        help="Moodle's grading worksheet of this assignment, for when work was handed in",
    )
    parser.set_defaults(command=grade, extra="grade")


def grade(given: argparse.Namespace) -> int:
    """Grade a class. Returns 0 if all is accounted for, 1 if something is ungraded, 2 if it cannot run."""
    from backproplab.authoring.errors import ReleaseError
    from backproplab.grading.batch import Executor
    from backproplab.grading.book.course import refuse_one_set
    from backproplab.grading.book.errors import BookError
    from backproplab.grading.book.keep import GRADEBOOK, keep
    from backproplab.grading.book.worksheet import read_worksheet, with_times
    from backproplab.grading.book.written import refuse_foreign
    from backproplab.grading.hand.journal import JournalError
    from backproplab.grading.ledger import write_ledger
    from backproplab.grading.limited import ReaderError
    from backproplab.grading.local import LocalWorkers
    from backproplab.grading.reference import SolutionError
    from backproplab.grading.reports import SaveError, private_folder
    from backproplab.grading.run import grade_class
    from backproplab.grading.sets import of_set, solution_for, solution_notebooks
    from backproplab.grading.submissions import SubmissionError, take_in
    from backproplab.grading.who import doubts, table
    from backproplab.sandbox import MachineError, SandboxError
    from backproplab.sandbox.protocol import Limits

    try:
        refuse_one_set(given.out)
        refuse_foreign(given.out / GRADEBOOK, given.out)
        solutions = solution_notebooks(given.solutions)
        every = solution_notebooks(given.solutions.parent) if given.solutions.is_file() else solutions
        sets = [path.stem for path in every]
        intake = take_in(given.submissions, out=given.out, sets=sets, solutions=every)
        solution = solution_for(intake.submissions, solutions, given.set)
        submissions = of_set(intake.submissions, solution.stem, sets)
        say(*table(intake, submissions, solution.stem).split("\n"))
        found = doubts(intake, submissions, solution.stem, sets)
        if found and not given.yes:
            raise SubmissionError("\n".join([*found, IN_DOUBT]))
        notes: list[str] = []
        if given.worksheet:
            submissions, notes = with_times(submissions, read_worksheet(given.worksheet))
        out = given.out / solution.stem
        for folder in (given.out, out):
            private_folder(folder)
        with ExitStack() as stack:
            executor: Executor = LocalWorkers(given.jobs)
            if given.scheduler:
                given.extra = "cluster"  # the extra that a missing library is in
                from backproplab.grading.cluster import DaskWorkers

                executor = stack.enter_context(DaskWorkers(given.scheduler))
            bar = stack.enter_context(_Bar())
            summary = grade_class(
                solution,
                submissions,
                out,
                seeds=given.seeds,
                isolation=given.isolation,
                limits=Limits(cell_seconds=given.timeout / 6, submission_seconds=given.timeout),
                executor=executor,
                regrade=given.regrade,
                progress=bar.show,
            )
        account = write_ledger(intake, submissions, solution.stem, out)
        keep(given.out)
    except (
        *(BookError, JournalError, SubmissionError, ReaderError, SolutionError),
        *(SandboxError, ReleaseError, SaveError),
    ) as error:
        complain_of(error)
        return 2
    except MachineError as error:
        complain(
            f"{error}: see to it that there is memory, then run this again; if it ends there each time, "
            "grade the others without that student's files"
        )
        return 2
    except KeyboardInterrupt:
        complain("", "Stopped. Run the same command again to go on.")
        return 130
    _print_summary(summary, out)
    say(f"Gradebook of the course: {given.out / GRADEBOOK}.")
    say(f"{account.sums}; {out / 'intake.csv'} has each.")
    for sentence in notes:
        say(f"{sentence}.")
    for sentence in summary.faults:
        complain(f"{sentence}.")
    if summary.unnoted:
        complain(f"Only the run's line in history.csv is missing: {summary.unnoted}")
    for sentence in account.disagreements:
        complain(f"The account of what came in does not agree: {sentence}.")
    return 1 if summary.ungraded or account.disagreements else 0


def _print_summary(summary: "Summary", out: Path) -> None:
    results = summary.submissions - summary.ungraded
    say(f"{summary.assignment}: {results} of {summary.submissions} submissions have a result,")
    say(f"{summary.graded_now} graded now. Isolation: {summary.level}.")
    if summary.from_kept:
        say(f"{summary.from_kept} of these from values that were kept: none of their code was run.")
    for part, count in summary.changed.items():
        say(f"{count} run again: not as when values were kept: {part}.")
    say(f"They are {', '.join(f'{count} {status}' for status, count in summary.statuses.items())}.")
    if summary.ungraded:
        say(f"{summary.ungraded} ungraded, by no fault of the student's: run the same command again.")
    if summary.troubled:
        say(f"{summary.troubled} came with a note; see 'problems' in {out / 'results'}.")
    if summary.for_review:
        say(f"{summary.for_review} with lines for you to review.")
    if summary.changed_scores:
        say(f"Scores that are not what they were before: {summary.changed_scores}; the class page has both.")
    if summary.waiting:
        say(
            f"{summary.waiting} answers wait for a person, and scores are without them: "
            f"backproplab mark {out.parent} --set {out.name}"
        )
    for student in summary.untimed:
        say(
            f"When {student} handed in is not known, though an earlier run knew times, and lateness costs "
            "nothing yet: run again with a new worksheet (--worksheet), or write days_late into the rules."
        )
    if summary.others:
        say(f"{summary.others} more results, of students who are not in this run, stay as they are.")
    say(f"The class: {out / 'class.html'}.")


class _Bar:
    """A progress bar on a terminal; silent elsewhere. Counts results, those of an earlier run included."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, done: int, total: int) -> None:
        """Move the bar to `done` of `total`."""
        if self._bar is None:
            from tqdm import tqdm

            # What was there before is `initial`, so that the speed is that of this run.
            self._bar = tqdm(
                total=total,
                initial=done,
                unit=" notebooks",
                disable=None,
                file=sys.stderr,
                dynamic_ncols=True,
            )
        self._bar.update(done - self._bar.n)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError("must be more than 0 seconds")
    return seconds


def _seeds(text: str) -> tuple[int, ...]:
    try:
        seeds = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError("must be whole numbers, with commas between them") from None
    if min(seeds) < 0 or max(seeds) >= 2**63 or len(set(seeds)) < len(seeds):
        raise argparse.ArgumentTypeError("must be different and not negative")
    return seeds
