"""Grade one submission in Gradescope's container, at the fullest isolation that it lets us have.

The folders are those of Gradescope's "Autograder Specifications" and "Submission Metadata":

    source/                    what `pack` made, unpacked; for root alone
    submission/                what the student handed in
    submission_metadata.json   who they are, and all that was said of what they handed in before
    results/results.json       what is written here

While student code runs, all of it is root's alone. Whatever fails, there is a result that says so: it is
there from the beginning, for a container that is ended from outside, and a run gives up ahead of Gradescope's
own time limit. What it was goes to stdout, which the instructor sees alone.
"""

import json
import os
import secrets
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType

from backproplab.errors import BackproplabError
from backproplab.files import write_text
from backproplab.grading.grader import Assessor, Graded, Task, empty_record
from backproplab.grading.gradescope.pack import MINUTES, SOLUTION
from backproplab.grading.gradescope.results import (
    ENDED,
    NOT_GRADED,
    TOO_LONG,
    failed,
    for_instructor,
    results,
)
from backproplab.grading.intake.look import look
from backproplab.grading.reference import make_task
from backproplab.grading.run import SEEDS, refuse_in_sight
from backproplab.grading.runner import Runner
from backproplab.grading.status import GradingStatus
from backproplab.grading.submissions import Submission
from backproplab.grading.terminal import say
from backproplab.sandbox import IsolationError, MachineError, Sandbox, SandboxError
from backproplab.sandbox.protocol import Assignment, Isolation, Limits

LEVELS: tuple[Isolation, ...] = ("full", "user", "reduced")
"""From the fullest down."""
FOR_ROOT, WRITE_FOR_OTHERS = 0o700, 0o022
SOMEBODY = "the student"
MARGIN = 60
"""Seconds that a run ends before Gradescope would end it."""
OVER = (
    "{} s are over. Where grading takes that long, choose a longer timeout in the assignment's settings, and "
    "make the zip anew with --timeout"
)


class _OutOfTimeError(BaseException):
    """The run has met its own deadline, or the platform's, which tells us to end.

    No Exception: wherever it comes up, nobody there takes it for a failure that one gets over.
    """


class EndedError(BackproplabError):
    """What ended again and again is the submission's own process, and not the solution's before it."""


def autograde(root: Path) -> None:
    """Grade what lies in `root`, and write its results.json."""
    with ExitStack() as closed:
        try:
            closed.enter_context(_for_us_alone(root))
        except OSError:
            traceback.print_exc(file=sys.stdout)
            return _write(root, failed(NOT_GRADED))
        _write(root, failed(TOO_LONG))
        try:
            with _deadline(_longest(root)):
                content = _graded(root)
        except (Exception, _OutOfTimeError) as error:
            traceback.print_exc(file=sys.stdout)
            words: dict[type[BaseException], str] = {_OutOfTimeError: TOO_LONG, EndedError: ENDED}
            content = failed(words.get(type(error), NOT_GRADED))
        _write(root, content)


def _write(root: Path, content: dict[str, object]) -> None:
    target = root / "results" / "results.json"
    if target.is_symlink():  # that somebody has put there; a file stays until the new one is whole
        target.unlink()
    write_text(target, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def _longest(root: Path) -> int:
    """Return the seconds of a run: less than Gradescope gives, so that there is a word in its end."""
    return 60 * int((root / "source" / MINUTES).read_text(encoding="ascii")) - MARGIN


@contextmanager
def _deadline(seconds: int) -> Iterator[None]:
    """_OutOfTimeError when a run has taken too long, or is told to end."""

    def give_up(number: int, frame: FrameType | None) -> None:
        for each in (signal.SIGALRM, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)  # what ends now ends undisturbed
        raise _OutOfTimeError(
            signal.Signals(number).name if number == signal.SIGTERM else OVER.format(seconds)
        )

    before = {each: signal.signal(each, give_up) for each in (signal.SIGALRM, signal.SIGTERM)}
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        for each, handler in before.items():
            signal.signal(each, handler)


def _graded(root: Path) -> dict[str, object]:
    (solution,) = (root / "source" / SOLUTION).glob("*.ipynb")
    isolation, refusals = fullest()
    if isolation == "full":
        refuse_in_sight([root])
    seeds = [secrets.randbelow(2**31) for _ in range(SEEDS)]
    task = make_task(solution, seeds, isolation=isolation, limits=Limits())
    entries = tuple(seen.entry for seen in look(root / "submission") if not seen.aside)
    submission = Submission(_who(root), solution.stem, entries)
    if not entries:
        nothing = empty_record(
            task, submission, ["Nothing was handed in"], level="", status=GradingStatus.NO_NOTEBOOK
        )
        graded = Graded(*nothing)
    else:
        graded = _grade(task, submission)
    say(*for_instructor(graded, isolation, refusals))
    return results(graded, task.exercises, isolation)


def _grade(task: Task, submission: Submission) -> Graded:
    """Grade the one submission; what is needed no more ends first, since a container has little memory."""
    assessor, runner = Assessor(task, stays_warm=False), Runner(task.setup)
    try:
        planned = assessor.plan(submission)
        if isinstance(planned, Graded):
            return planned
        try:
            ran = runner.run(planned.prepared.steps)
        except MachineError as error:
            raise EndedError(str(error)) from error
        runner.close()
        return assessor.collect(planned, ran)
    finally:
        runner.close()
        assessor.close()


def fullest() -> tuple[Isolation, list[str]]:
    """Return the fullest isolation that this machine gives, and why not those above it."""
    refusals: list[str] = []
    for level in LEVELS:
        try:
            with Sandbox(Assignment("probe", (), ()), isolation=level):
                return level, refusals
        except (IsolationError, SandboxError) as error:
            refusals.append(str(error))
    raise SandboxError(" ".join(refusals))


@contextmanager
def _for_us_alone(root: Path) -> Iterator[None]:
    """Close the folders to other users while student code runs.

    Then it may read neither answers nor metadata, and write no results. Afterwards, Gradescope's own programs
    may read again what they could, and still nobody else may write.
    """
    source, opened_again = root / "source", [root, root / "results"]
    before = {folder: folder.stat().st_mode & 0o7777 for folder in opened_again}
    try:
        for folder in (*opened_again, source):
            if os.geteuid() == 0:
                os.chown(folder, 0, 0)
            folder.chmod(FOR_ROOT)
        yield
    finally:
        for folder, mode in before.items():
            try:
                folder.chmod(mode & ~WRITE_FOR_OTHERS)
            except OSError:  # the result stands
                traceback.print_exc(file=sys.stdout)


def _who(root: Path) -> str:
    """Return who handed it in, as the metadata say; they are not needed to grade."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        about = json.loads((root / "submission_metadata.json").read_text(encoding="utf-8"))
        return " & ".join(str(user["name"]) for user in about["users"]) or SOMEBODY
    return SOMEBODY
