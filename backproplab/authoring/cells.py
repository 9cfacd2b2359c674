"""The cells of a solution notebook: what each is for, and what an answer cell asks for.

Roles are nbgrader's metadata (schema 3), as the Create Assignment toolbar of JupyterLab writes them: an
answer cell is `solution`, a check cell `grade`, a text for a human both. The author's own cells wear no
metadata: they hold misconceptions, alternatives and replies, and nothing else.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from backproplab.marking.ids import exercise_of
from backproplab.marking.names import bound_names

from .errors import ReleaseError

AUTHOR_ROOM = "backproplab.authoring"
AUTHOR_WORDS = frozenset({"misconception", "alternative", "reply"})


class Role(Enum):
    """What a cell is for."""

    PROSE = "prose"
    GIVEN = "given code"
    ANSWER = "answer"
    CHECK = "check"
    WRITTEN = "answer that a human marks"
    AUTHOR = "for the author alone"


class Cell(NamedTuple):
    """A cell with its role."""

    id: str
    role: Role
    exercise: str  # "3.2" or "C1.2" for an answer or a check, else ""
    source: str
    node: Mapping[str, Any]
    """All of the cell, as in the file, but its source in one piece."""


def nodes_of(path: Path, *, unique: bool = True) -> Iterator[Mapping[str, Any]]:
    """Yield the cells of a notebook file, unread. ReleaseError if it is no notebook of format 4.5.

    ReleaseError, too, if two cells have the same id and ids are to be `unique`.
    """
    # Not by nbformat: the grader comes here too, and would wait two seconds for it to load.
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = [{**cell, "source": "".join(cell["source"])} for cell in notebook["cells"]]
        ids = [_id_of(cell) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        fault = f"{type(error).__name__}: {error}"
        cure = (
            f"run: backproplab new ids {path}" if fault == "KeyError: 'id'" else "save it anew in JupyterLab"
        )
        raise ReleaseError(f"no notebook with ids of cells ({fault}); {cure}") from error
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice and unique:
        raise ReleaseError(
            f"cell id '{twice[0]}' is used twice; rename one, or run: backproplab new ids {path}"
        )
    yield from cells


def _id_of(cell: Mapping[str, Any]) -> str:
    """Return a cell's id. TypeError or KeyError if it is none, or has a type or metadata that are none."""
    id, _, metadata = cell["id"], cell["cell_type"], cell["metadata"]
    if not isinstance(id, str):
        raise TypeError(f"the id of a cell is {id!r}, no text")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("nbgrader", {}), dict):
        raise TypeError(f"the metadata of cell '{id}', or its nbgrader, is no object")
    return id


def read_cell(node: Mapping[str, Any]) -> Cell:
    """Return a cell with its role. ReleaseError: no plain Python, a `grade_id` that names nothing."""
    id, source = node["id"], node["source"]
    meta = node["metadata"].get("nbgrader", {})
    graded, solution = bool(meta.get("grade")), bool(meta.get("solution"))
    if graded and solution:
        return Cell(id, Role.WRITTEN, "", source, node)
    if node["cell_type"] != "code":
        return Cell(id, Role.PROSE, "", source, node)
    tree = _parse(id, source)
    if not graded and not solution:
        return Cell(id, Role.AUTHOR if is_for_the_author(tree) else Role.GIVEN, "", source, node)
    role, word = (Role.ANSWER, "answer") if solution else (Role.CHECK, "check")
    grade_id = str(meta.get("grade_id", ""))
    if not (exercise := exercise_of(grade_id, word)):
        raise ReleaseError(
            f"cell '{id}': its grade_id is {grade_id!r}; for exercise 3.2 write '{word}-3-2', for C1.2 of a "
            f"capstone '{word}-C1-2' (nbgrader takes letters, digits, - and _ alone)"
        )
    return Cell(id, role, exercise, source, node)


def _parse(id: str, source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise ReleaseError(
            f"cell '{id}', line {error.lineno}: not plain Python ({error.msg}); mend it, and write "
            "magics as Python: a grader runs the cell without IPython"
        ) from error


def is_for_the_author(tree: ast.Module) -> bool:
    """Say whether a cell holds misconceptions, alternatives, replies and their import, and nothing else."""
    return bool(tree.body) and all(_is_authors(statement) for statement in tree.body)


def _is_authors(statement: ast.stmt) -> bool:
    match statement:
        case ast.ImportFrom(module=module):
            return module is not None and f"{module}.".startswith(f"{AUTHOR_ROOM}.")
        case ast.FunctionDef(decorator_list=[decorator]) | ast.ClassDef(decorator_list=[decorator]):
            return _is_author_call(decorator)
        case ast.Expr(value=call):
            return _is_author_call(call)
        case _:
            return False


def _is_author_call(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in AUTHOR_WORDS


def answer_names(source: str) -> tuple[str, ...]:
    """Return the names that an answer cell asks for: what it binds at top level, but for `_private` names.

    >>> answer_names("import math\\na = b = 1\\ndef f(x):\\n    y = x\\n_helper = 2")
    ('a', 'b', 'f')
    """
    return tuple(name for name in bound_names(ast.parse(source).body) if not name.startswith("_"))
