"""From what a student handed in to what is to run and what is to be said of it: chosen, read, reviewed.

All of this works on bytes that anybody may have made, with Python's own parsers. So it happens in a process
with limits (`reader`), and what comes out of it is plain data.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

from backproplab.grading.hand.written import collect
from backproplab.grading.notebook import NoNotebookError, StudentNotebook, read_notebook
from backproplab.grading.plan import ANSWER, CHECK, make_job
from backproplab.grading.review import Reviewer
from backproplab.grading.sets import place
from backproplab.grading.submissions import NAMED, Entry, Submission, SubmissionError, content
from backproplab.marking.edited import is_edited, last_cell, parse
from backproplab.marking.ids import grade_id
from backproplab.marking.names import bound_names
from backproplab.marking.unreadable import unreadable
from backproplab.sandbox.magics import as_python
from backproplab.sandbox.protocol import Assignment, Cell, Checkpoint

LESSON = re.compile(r"""\bquick_check\(['"](\w{1,9})['"]""")  # how a lesson ends

HandedOut = tuple[str, tuple[str, ...]]
"""An answer cell as it was handed out, and the names that it asks for."""


class Prepared(NamedTuple):
    """A submission, ready to run. It holds nothing but what JSON has, so that it may come from a process."""

    steps: tuple[Cell | Checkpoint, ...]
    edited: Mapping[str, bool | None]
    """By exercise: is the answer other code than was handed out? None: not known."""
    code: Mapping[str, Sequence[tuple[int, str]]]
    """By exercise: the cells that answer it, each with its number among the code cells, from 1."""
    faults: Mapping[str, str]
    """By exercise: why Python cannot read the cell that answers it; "" if it can."""
    notes: Sequence[str]
    """What was odd about the files, in words."""
    review: Sequence[str]
    of_set: bool
    """Is anything of the exercise set in it?"""
    notebook: str
    """The path of the notebook that was chosen, as it came in."""
    written: Mapping[str, Mapping[str, Any]]
    """By question that a person marks: its answer, as `written.collect` has it."""

    def plain(self) -> dict[str, Any]:
        """Return it as JSON's kinds of data."""
        steps = [
            [step.exercise] if isinstance(step, Checkpoint) else [step.exercise, step.source, step.index]
            for step in self.steps
        ]
        return self._asdict() | {"steps": steps}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Self:
        """Return what `plain` was made of."""
        steps = tuple(
            Cell(step[1], step[2], step[0]) if len(step) > 1 else Checkpoint(step[0])
            for step in plain.pop("steps")
        )
        return cls(steps, **plain)


class Preparer:
    """Prepares submissions of one exercise set: `handed_out`, by exercise; `solved`, its solution's code.

    `questions` are those that a person marks: what was handed out, by their grade_id.
    """

    def __init__(
        self,
        assignment: Assignment,
        handed_out: Mapping[str, HandedOut],
        questions: Mapping[str, str],
        solved: str,
    ) -> None:
        self._assignment, self._handed_out, self._questions = assignment, handed_out, questions
        self._reviewer = Reviewer(assignment, solved)

    def prepare(self, notebook: StudentNotebook, notes: Sequence[str], path: str) -> Prepared:
        """Say what of a notebook is to run, and what a person should know or look at."""
        sources = [cell.source for cell in notebook.cells]
        of_set = bool(share(notebook, self._assignment))
        if not of_set:
            notes = [*notes, _what_it_is(sources, self._assignment.name)]
        written = collect(notebook.tagged, self._questions)
        return Prepared(
            steps=make_job(notebook.cells, self._assignment, ()).steps,
            edited={
                **{name: is_edited(*handed_out, sources) for name, handed_out in self._handed_out.items()},
                **{name: answer["edited"] for name, answer in written.items()},
            },
            code={name: _answering(names, sources) for name, (_, names) in self._handed_out.items()},
            faults={
                name: unreadable(names, sources, as_python) for name, (_, names) in self._handed_out.items()
            },
            notes=[*notes, *notebook.problems],
            review=self._reviewer.review(notebook.cells),
            of_set=of_set,
            notebook=path,
            written=written,
        )


def _what_it_is(sources: Sequence[str], name: str) -> str:
    """Say what a notebook is that has no cell of the set."""
    lesson = next((found[1] for source in sources if (found := LESSON.search(source))), "")
    if lesson:
        return (
            f"No cell of {name} is in this notebook: it is lesson {lesson}, which is there to be read. What "
            f"counts is exercises/{name}.ipynb"
        )
    return f"No cell of {name} is in this notebook: is it another assignment's?"


def _answering(names: Sequence[str], sources: Sequence[str]) -> list[tuple[int, str]]:
    """Return the cells that bind these names at last, in order."""
    found = {source for name in names if (source := last_cell(name, sources)) is not None}
    last = {source: number for number, source in enumerate(sources, 1)}
    return sorted((last[source], source) for source in found)


def choose_notebook(submission: Submission, assignment: Assignment) -> tuple[StudentNotebook, list[str], str]:
    """Read the notebook of a submission: of several, the one with most of the set in it, by `place`.

    With it come notes, in words, and its path as it came in. SubmissionError if there is none, or none that
    holds code.
    """
    if not submission.notebooks:
        files = ", ".join(f"'{entry.file}'" for entry in submission.entries[:NAMED])
        raise NoNotebookError(f"There is no notebook (.ipynb) among what was handed in: {files}")
    read: list[tuple[int, tuple[bool, int], Entry, StudentNotebook]] = []
    errors: list[SubmissionError] = []
    for entry in submission.notebooks:
        try:
            notebook = _read(entry)
        except SubmissionError as error:
            errors.append(error)
            continue
        read.append((share(notebook, assignment), place(entry, assignment.name), entry, notebook))
    if not read:
        kind = NoNotebookError if all(isinstance(each, NoNotebookError) for each in errors) else None
        raise (kind or SubmissionError)(". ".join(map(str, errors)))
    _, _, entry, notebook = max(read, key=lambda each: each[:2])
    several = len(submission.notebooks) > 1
    note = f"{len(submission.notebooks)} notebooks were handed in; '{entry.file}' was graded"
    return notebook, [note] if several else [], entry.name


def _read(entry: Entry) -> StudentNotebook:
    """Read one file. SubmissionError whatever a parser or an unpacker makes of a damaged one."""
    try:
        return read_notebook(content(entry))
    except (SubmissionError, MemoryError, RecursionError):
        raise
    except Exception as error:
        raise SubmissionError(f"'{entry.file}' cannot be read ({type(error).__name__}: {error})") from error


def share(notebook: StudentNotebook, assignment: Assignment) -> int:
    """How many exercises of the set a notebook has a cell of, by id or by the names it binds."""
    ids = {cell.grade_id for cell in notebook.cells}
    by_id = sum(
        bool({grade_id(ANSWER, check.exercise), grade_id(CHECK, check.exercise)} & ids)
        for check in assignment.checks
    )
    if by_id:
        return by_id
    bound = set[str]().union(*(bound_names(parse(cell.source).body) for cell in notebook.cells))
    return sum(bool(set(check.answers) & bound) for check in assignment.checks)
