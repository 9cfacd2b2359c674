"""Reads submissions in a process with limits (`limited`), which knows the assignment."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backproplab.grading.limited import Limited, ReadingLimits
from backproplab.grading.prepare import HandedOut, Prepared, Preparer, choose_notebook
from backproplab.grading.submissions import Submission
from backproplab.marking.exercise import MANUAL, Exercise
from backproplab.sandbox.protocol import Assignment


class Reader:
    """Prepares submissions in a process of its own."""

    def __init__(
        self,
        assignment: Assignment,
        exercises: Sequence[Exercise],
        solved: str,
        limits: ReadingLimits = ReadingLimits(),  # noqa: B008 (it cannot be changed)
    ) -> None:
        by_hand = [each for each in exercises if each.kind == MANUAL]
        handed_out = {each.id: (each.handed_out, each.answers) for each in exercises if each.kind != MANUAL}
        questions = {each.id: each.handed_out for each in by_hand}
        self._limited = Limited(preparing, assignment, handed_out, questions, solved, limits=limits)

    def prepare(self, submission: Submission) -> Prepared:
        """Read a submission and say what is to run. RefusedError if nothing can be got out of it.

        MachineError if it was the machine that ended the process, ReaderError if that failed by itself.
        """
        return Prepared.of(self._limited.ask(submission.to_read))

    def close(self) -> None:
        """End the process."""
        self._limited.close()


def preparing(
    assignment: Assignment, handed_out: Mapping[str, HandedOut], questions: Mapping[str, str], solved: str
) -> Callable[[Submission], dict[str, Any]]:
    """Return the function that prepares submissions of an assignment, in JSON's kinds of data."""
    preparer = Preparer(assignment, handed_out, questions, solved)

    def prepare(submission: Submission) -> dict[str, Any]:
        return preparer.prepare(*choose_notebook(submission, assignment)).plain()

    return prepare
