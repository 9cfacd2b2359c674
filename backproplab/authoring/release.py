"""From a solution notebook to what learners get: the notebook without solutions, and the recorded values."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from backproplab.files import write_text
from backproplab.marking.exercise import MANUAL

from .assignment import Solution, load_solution
from .cells import Cell, Role
from .errors import ReleaseError
from .expected import equivalent, expected_json
from .notebooks import as_text, normalise
from .proof import OTHER_SEEDS, prove
from .stubs import BEGIN, END, stub_code, stub_text
from .unwritten import unwritten

SOLUTIONS = "solutions"
EXERCISES = "exercises"
EXPECTED = "expected"
FEWEST_MISCONCEPTIONS = 2  # an exercise


@dataclass(frozen=True)
class Release:
    """What a solution notebook becomes, and where it belongs."""

    solution: Solution
    notebook: str
    expected: str

    @property
    def name(self) -> str:
        """The name of the set: "03-spreadsheet"."""
        return self.solution.path.stem

    @property
    def notebook_path(self) -> Path:
        """`exercises/NN-topic.ipynb`, beside the folder of solutions."""
        return self.solution.path.parent.parent / EXERCISES / f"{self.name}.ipynb"

    @property
    def expected_path(self) -> Path:
        """`exercises/expected/NN-topic.json`."""
        return self.notebook_path.parent / EXPECTED / f"{self.name}.json"


def make_release(path: Path, seeds: int = OTHER_SEEDS) -> Release:
    """Return the release of a solution. ReleaseError, with every reason, where a check is too weak.

    `seeds` is how many each check is proven with beyond the three that learners meet.
    """
    if path.absolute().parent.name != SOLUTIONS:
        raise ReleaseError(
            f"not in a folder named '{SOLUTIONS}', beside which exercises are made; move it to one"
        )
    solution = load_solution(path)
    notebook = as_text(learners_notebook(solution, stub_code))
    reasons = [*_unwritten(solution), *_too_few_misconceptions(solution)]
    try:
        proven = prove(solution, seeds)
    except ReleaseError as refused:
        raise ReleaseError(*reasons, *refused.reasons) from refused
    if reasons:
        raise ReleaseError(*reasons)
    return Release(solution, notebook, expected_json(solution, proven))


def _unwritten(solution: Solution) -> Iterator[str]:
    """Yield what an author has still to write, be it for learners or for those who read after them."""
    for cell in solution.cells:
        yield from (f"cell '{cell.id}', {fault}" for fault in unwritten(cell.source))


def _too_few_misconceptions(solution: Solution) -> Iterator[str]:
    """Yield the exercises that know too few mistakes. A choice may be between two, and has one wrong then."""
    for each in solution.exercises:
        fewest = 0 if each.kind == MANUAL else 1 if each.kind == "choice" else FEWEST_MISCONCEPTIONS
        if (count := len(each.misconceptions)) < fewest:
            yield (
                f"exercise {each.id} has {count} misconceptions, expected {fewest} or more; write the "
                f'mistakes that people make: @misconception("{each.id}", "the sentence that helps")'
            )


def learners_notebook(solution: Solution, answer: Callable[[str], str]) -> NotebookNode:
    """Return the notebook without author's cells and outputs; `answer` makes an answer cell of its source."""
    # The faults that a learner's test is to catch stand in its check: folded, they are not met by chance.
    folded = {each.id for each in solution.exercises if each.kind == "tests"}
    kept = (cell for cell in solution.cells if cell.role is not Role.AUTHOR)
    nodes = [_learners_cell(cell, answer, folded) for cell in kept]
    return normalise(nbformat.from_dict({"cells": nodes}))


def _learners_cell(cell: Cell, answer: Callable[[str], str], folded: set[str]) -> NotebookNode:
    source = cell.source
    if cell.role is Role.ANSWER:
        source = answer(source)
    elif cell.role is Role.WRITTEN:
        source = stub_text(source)
    elif BEGIN in source or END in source:
        raise ReleaseError(
            f"cell '{cell.id}' holds a solution but is no answer cell; give it the metadata of one"
        )
    node: NotebookNode = nbformat.from_dict({**cell.node, "source": source})
    if cell.exercise in folded and cell.role is Role.CHECK:
        node.metadata.jupyter = {**node.metadata.get("jupyter", {}), "source_hidden": True}
    if node.cell_type == "code":
        node.outputs, node.execution_count = [], None
    return node


def stale(release: Release) -> Iterator[Path]:
    """Yield what on disk differs from a release: the notebook by its bytes, numbers by tolerance."""
    notebook, expected = release.notebook_path, release.expected_path
    if not notebook.exists() or notebook.read_bytes() != release.notebook.encode():
        yield notebook
    if not expected.exists() or not equivalent(expected.read_text(encoding="utf-8"), release.expected):
        yield expected


def orphans(solutions: Sequence[Path]) -> Iterator[Path]:
    """Yield what lies where releases of these solutions go and comes from none of them."""
    names = {path.stem for path in solutions}
    for folder in {path.absolute().parent.parent / EXERCISES for path in solutions}:
        made = [*folder.glob("*.ipynb"), *folder.glob(f"{EXPECTED}/*.json")]
        yield from sorted(path for path in made if path.stem not in names)


def write(release: Release) -> None:
    """Put a release in its place. Numbers that differ in rounding alone leave the old file as it is."""
    for path in stale(release):
        put(path, release.notebook if path == release.notebook_path else release.expected)


def put(path: Path, text: str) -> None:
    """Write a file in one move, with its folder: a reader meets the old text or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, text)
