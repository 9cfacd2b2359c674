"""From a solution notebook to what learners get: the notebook without solutions, and the recorded values."""

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from backproplab.check.expected import SCHEMA, decode, encode, fingerprint
from backproplab.compare import agree

from .assignment import ExerciseInfo, Solution, load_solution
from .cells import Cell, Role
from .notebooks import as_text, normalised
from .proof import PUBLIC_SEEDS, Proven, proven
from .refused import Refused
from .stubs import BEGIN, END, TEXT_STUB, stubbed, text_stubbed
from .trial import Result

SOLUTIONS = "solutions"
EXERCISES = "exercises"
EXPECTED = "expected"


@dataclass(frozen=True)
class Release:
    """What a solution notebook becomes, and where it belongs."""

    solution: Solution
    notebook: str
    expected: str

    @property
    def notebook_path(self) -> Path:
        """`exercises/NN-topic.ipynb`, beside the folder of solutions."""
        return self.solution.path.parent.parent / EXERCISES / f"{self.solution.name}.ipynb"

    @property
    def expected_path(self) -> Path:
        """`exercises/expected/NN-topic.json`."""
        return self.notebook_path.parent / EXPECTED / f"{self.solution.name}.json"


def released(path: Path) -> Release:
    """Return the release of a solution notebook. Refused, with every reason, where a check is too weak."""
    if path.absolute().parent.name != SOLUTIONS:
        raise Refused(
            f"{path} is not in a folder named '{SOLUTIONS}'; the exercises are made beside that folder"
        )
    solution = load_solution(path.absolute())
    notebook = as_text(learners_notebook(solution, stubbed))
    if leak := next((word for word in (BEGIN, END) if word in notebook), None):
        raise Refused(f"'{leak}' stands in a cell that is no answer; move the solution to an answer cell")
    return Release(solution, notebook, recorded(solution, proven(solution)))


def learners_notebook(solution: Solution, answer: Callable[[str], str]) -> NotebookNode:
    """Return the notebook without author's cells and outputs; `answer` makes an answer cell of its source."""
    nodes = [_learners_cell(cell, answer) for cell in solution.cells if cell.role is not Role.AUTHOR]
    return normalised(nbformat.from_dict({"cells": nodes}))


def _learners_cell(cell: Cell, answer: Callable[[str], str]) -> NotebookNode:
    source = cell.source
    if cell.role is Role.ANSWER:
        source = answer(source)
    elif cell.role is Role.WRITTEN:
        source = text_stubbed(source)
        if cell.node.cell_type == "code":
            source = source.replace(TEXT_STUB, "...  # your answer here")
    node: NotebookNode = nbformat.from_dict({**cell.node, "source": source})
    if node.cell_type == "code":
        node.outputs, node.execution_count = [], None
    return node


def recorded(solution: Solution, results: dict[str, Proven]) -> str:
    """Return the text of `expected/NN-topic.json`."""
    content = {
        "schema": SCHEMA,
        "set": solution.name,
        "fingerprint": fingerprint(),
        "seeds": list(PUBLIC_SEEDS),
        "exercises": {
            each.id: _recorded(each, results[each.id]) for each in solution.exercises if each.id in results
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _recorded(each: ExerciseInfo, found: Proven) -> dict[str, Any]:
    entry: dict[str, Any] = {"points": each.points, "kind": each.kind, "answers": list(each.answers)}
    if each.kind != "trained":  # they are judged, not compared
        entry["values"] = _values(found.solution)
    entry["misconceptions"] = [
        {"sentence": tried.sentence, "values": _values(result)}
        for tried, result in zip(each.misconceptions, found.misconceptions, strict=True)
    ]
    if each.kind == "fix" and not found.stub.error:
        entry["untouched"] = _values(found.stub)
    return entry


def _values(result: Result) -> list[list[dict[str, Any]]]:
    return [encode(result.values[seed]) for seed in PUBLIC_SEEDS]


def stale(release: Release) -> Iterator[str]:
    """Yield what on disk differs from a release: the notebook by its bytes, numbers by tolerance."""
    path = release.notebook_path
    if not path.exists() or path.read_bytes() != release.notebook.encode():
        yield str(path)
    if not _same_recorded(release.expected_path, release.expected):
        yield str(release.expected_path)


def write(release: Release) -> None:
    """Put a release in its place. Numbers that only differ in rounding leave the old file as it is."""
    for path in stale(release):
        text = release.notebook if path == str(release.notebook_path) else release.expected
        _put(Path(path), text)


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".tmp")
    with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    os.chmod(name, 0o644)
    os.replace(name, path)


def _same_recorded(path: Path, text: str) -> bool:
    try:
        old = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return _alike(old, json.loads(text))


def _alike(old: Any, new: Any) -> bool:
    """Compare JSON content: a named value by tolerance, anything else exactly."""
    match old, new:
        case {"name": a, "shape": s, "data": list()}, {"name": b, "shape": t, "data": list()}:
            return a == b and s == t and agree(decode([new])[a], decode([old])[a]).ok
        case dict(), dict():
            return list(old) == list(new) and all(_alike(old[key], new[key]) for key in old)
        case list(), list():
            return len(old) == len(new) and all(map(_alike, old, new))
        case _:
            return type(old) is type(new) and bool(old == new)
