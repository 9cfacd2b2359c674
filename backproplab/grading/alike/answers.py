"""What of a notebook is a learner's own code, and what can be seen in it: read in a process with limits.

The answer to an exercise is found as the grader finds it, by the cell's id and by the names that it binds.
Whatever else the learner wrote goes with the exercise above it, so that nothing is hidden by being moved into
a cell of its own. Nothing is run.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from backproplab.grading.alike.terms import Piece, pieces
from backproplab.grading.alike.words import Word, words
from backproplab.grading.limited import Limited, ReadingLimits, RefusedError
from backproplab.grading.notebook import StudentCell
from backproplab.grading.plan import ANSWER, CHECK
from backproplab.grading.prepare import HandedOut, choose_notebook, share
from backproplab.grading.status import GradingStatus
from backproplab.grading.submissions import Submission
from backproplab.marking.edited import is_same_code, parse
from backproplab.marking.ids import grade_id
from backproplab.marking.names import bound_names
from backproplab.sandbox.protocol import Assignment

LONGEST_SHOWN = 8000  # characters of a cell that a page shows
MOST_SEEN = 3000  # pieces, and words, of one exercise: no answer of the course has a tenth of that


class Own(NamedTuple):
    """A cell of a learner's own."""

    exercise: str
    source: str
    pieces: Sequence[Piece]
    words: Sequence[Word]

    def plain(self) -> list[Any]:
        """Return it as JSON's kinds of data."""
        return [self.exercise, self.source, [*map(list, self.pieces)], [*map(list, self.words)]]

    @classmethod
    def of(cls, plain: Sequence[Any]) -> "Own":
        """Return what `plain` was made of."""
        exercise, source, found, said = plain
        return cls(
            exercise,
            source,
            [Piece(key, first, last, tuple(inside)) for key, first, last, inside in found],
            [Word(*each) for each in said],
        )


def own_cells(
    cells: Sequence[StudentCell], assignment: Assignment, handed_out: Mapping[str, HandedOut]
) -> list[Own]:
    """Return the cells that a learner wrote or changed, each with its exercise, in order.

    `handed_out` holds, by exercise, its answer cell as it was handed out and the names that it asks for.
    """
    given = {source.strip() for source in assignment.given}
    checks = {check.source.strip() for check in assignment.checks}
    by_id = {grade_id(ANSWER, exercise): exercise for exercise in handed_out}
    check_ids = {grade_id(CHECK, check.exercise) for check in assignment.checks}
    by_name = {name: exercise for exercise, (_, names) in handed_out.items() for name in names}
    found: list[Own] = []
    seen = dict.fromkeys(handed_out, 0)
    exercise = next(iter(handed_out), "")
    for cell in cells:
        source = cell.source
        if cell.grade_id in check_ids or source.strip() in given | checks or not source.strip():
            continue
        bound = [by_name[name] for name in bound_names(parse(source).body) if name in by_name]
        exercise = by_id.get(cell.grade_id) or (bound[0] if bound else exercise)
        if is_same_code(source, handed_out[exercise][0]) or seen[exercise] > MOST_SEEN:
            continue
        own = Own(exercise, source[:LONGEST_SHOWN], pieces(source)[:MOST_SEEN], words(source)[:MOST_SEEN])
        seen[exercise] += len(own.pieces) + len(own.words)
        found.append(own)
    return found


class AnswerReader:
    """Reads submissions in a process of its own: nothing that they hold is trusted."""

    def __init__(
        self,
        assignment: Assignment,
        handed_out: Mapping[str, HandedOut],
        limits: ReadingLimits = ReadingLimits(),  # noqa: B008 (it cannot be changed)
    ) -> None:
        self._limited = Limited(reading, assignment, handed_out, limits=limits)

    def read(self, submission: Submission) -> list[Own]:
        """Return the learner's own cells. RefusedError, which says why, if nothing can be got out of it."""
        return [Own.of(each) for each in self._limited.ask(submission.to_read)]

    def close(self) -> None:
        """End the process."""
        self._limited.close()


def reading(
    assignment: Assignment, handed_out: Mapping[str, HandedOut]
) -> Callable[[Submission], list[list[Any]]]:
    """Return the function that reads submissions, in JSON's kinds of data."""

    def read(submission: Submission) -> list[list[Any]]:
        notebook, _, _ = choose_notebook(submission, assignment)
        if not share(notebook, assignment):
            raise RefusedError(f"No cell of {assignment.name} is in it", GradingStatus.NO_NOTEBOOK)
        return [each.plain() for each in own_cells(notebook.cells, assignment, handed_out)]

    return read
