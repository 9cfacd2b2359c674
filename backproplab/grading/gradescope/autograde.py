"""Grade one submission in Gradescope's container, at the fullest isolation that it lets us have.

The folders are those of Gradescope's "Autograder Specifications" and "Submission Metadata":

    source/                    what `pack` made, unpacked; for root alone
    submission/                what the student handed in
    submission_metadata.json   who they are
    results/results.json       what is written here, last

Whatever fails, a result is written that says so, and what it was goes to stdout, which the instructor sees
alone.
"""

import json
import secrets
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from backproplab.files import write_text
from backproplab.grading.grader import Graded, Grader, empty_record
from backproplab.grading.gradescope.pack import SOLUTION
from backproplab.grading.gradescope.results import failed, results
from backproplab.grading.intake.look import look
from backproplab.grading.reference import make_task
from backproplab.grading.run import SEEDS, refuse_in_sight
from backproplab.grading.status import GradingStatus
from backproplab.grading.submissions import Submission
from backproplab.sandbox import IsolationError, Sandbox, SandboxError
from backproplab.sandbox.protocol import Assignment, Isolation, Limits

LEVELS: tuple[Isolation, ...] = ("full", "user", "reduced")
"""From the fullest down."""
FOR_ROOT = 0o700
SOMEBODY = "the student"


def autograde(root: Path) -> None:
    """Grade what lies in `root`, and write its results.json."""
    target = root / "results" / "results.json"
    try:
        with _for_us_alone([root / "source", target.parent]):
            content = _graded(root)
    except Exception:
        traceback.print_exc(file=sys.stdout)
        content = failed()
    target.unlink(missing_ok=True)  # a link that somebody has put there leads nowhere
    write_text(target, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


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
        return results(Graded(*nothing), isolation, refusals)
    with Grader(task) as grader:
        return results(grader.grade(submission), isolation, refusals)


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
def _for_us_alone(folders: list[Path]) -> Iterator[None]:
    """Close folders to other users while student code runs: it may neither read answers nor write results."""
    before = {folder: folder.stat().st_mode & 0o7777 for folder in folders}
    for folder in folders:
        folder.chmod(FOR_ROOT)
    try:
        yield
    finally:
        results_folder = folders[-1]
        results_folder.chmod(before[results_folder])  # Gradescope's own programs read it


def _who(root: Path) -> str:
    """Return who handed it in, as the metadata say; they are not needed to grade."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        about = json.loads((root / "submission_metadata.json").read_text(encoding="utf-8"))
        return " & ".join(str(user["name"]) for user in about["users"]) or SOMEBODY
    return SOMEBODY
