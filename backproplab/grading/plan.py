"""From a student's notebook to what the sandbox is to run.

Answers come from the student, everything else from the released assignment. A check cell of the student's is
never run: it only marks the place where the released check runs. So nothing done to it changes a grade.
"""

from collections.abc import Sequence

from backproplab.grading.notebook import StudentCell
from backproplab.marking.edited import parse
from backproplab.marking.ids import grade_id
from backproplab.marking.names import bound_names
from backproplab.sandbox.protocol import Assignment, Cell, Check, Checkpoint, Job

CHECK, ANSWER = "check", "answer"


def make_job(cells: Sequence[StudentCell], assignment: Assignment, seeds: Sequence[int]) -> Job:
    """Return the job for one notebook: its cells in order, each check at its place or at the end."""
    places = {check.exercise: _place(check, cells) for check in assignment.checks}
    answered = {grade_id(ANSWER, check.exercise): check.exercise for check in assignment.checks}
    steps: list[Cell | Checkpoint] = []
    for index, cell in enumerate(cells):
        if not any(_is_check(cell, check) for check in assignment.checks) and cell.source.strip():
            steps.append(Cell(cell.source, index, answered.get(cell.grade_id, "")))
        steps += [Checkpoint(exercise) for exercise, place in places.items() if place == index]
    steps += [Checkpoint(exercise) for exercise, place in places.items() if place is None]
    return Job(tuple(steps), tuple(seeds))


def _is_check(cell: StudentCell, check: Check) -> bool:
    """By its id; or by its text, where the ids are lost."""
    return cell.grade_id == grade_id(CHECK, check.exercise) or cell.source.strip() == check.source.strip()


def _place(check: Check, cells: Sequence[StudentCell]) -> int | None:
    """The cell at which a check runs: the last that stands for it, if the answer stands above; None: the end.

    Else moving a check above its answer, or a copy of it, would cost marks.
    """
    here = [index for index, cell in enumerate(cells) if _is_check(cell, check)]
    if not here:
        return None
    answers = [index for index, cell in enumerate(cells) if cell.grade_id == grade_id(ANSWER, check.exercise)]
    if not answers:  # its id is lost: look for a cell that binds the names
        answers = [
            index
            for index, cell in enumerate(cells)
            if set(check.answers) & {*bound_names(parse(cell.source).body)}
        ][:1]
    return here[-1] if answers and max(answers) < here[-1] else None
