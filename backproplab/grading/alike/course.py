"""What the course itself explains: the handout, the solution, alternatives and known mistakes, lessons."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from backproplab.authoring.assignment import Solution
from backproplab.authoring.errors import ReleaseError
from backproplab.grading.alike.terms import pieces
from backproplab.grading.alike.words import words

FENCED = re.compile(r"^[ \t]*```[^\n]*\n(.*?)^[ \t]*```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)


class Explained(NamedTuple):
    """Keys of pieces and of words, by where they stand: "handout", "solution" or "lesson"."""

    pieces: dict[str, str]
    words: dict[str, str]


def explained(solution: Solution, lessons: Sequence[Path]) -> Explained:
    """Read a set's solution notebook, all of it, and the lessons: what stands there proves nothing."""
    found = Explained({}, {})
    _add(found, "handout", (each.stub for each in solution.exercises))
    _add(found, "handout", solution.assignment.given)
    _add(found, "handout", (check.source for check in solution.assignment.checks))
    _add(found, "solution", (each.answer for each in solution.exercises))
    tried = [
        each for exercise in solution.exercises for each in exercise.alternatives + exercise.misconceptions
    ]
    _add(found, "solution", (each.source for each in tried))
    prose = (cell.source for cell in solution.cells if cell.node["cell_type"] != "code")
    _add(found, "handout", (code for text in prose for code in _code_in(text)))
    for lesson in lessons:
        _add(found, "lesson", _lesson(lesson))
    return found


def _add(found: Explained, place: str, sources: "Iterator[str] | Sequence[str]") -> None:
    for source in sources:
        for piece in pieces(source):
            found.pieces.setdefault(piece.key, place)
        for word in words(source):
            found.words.setdefault(word.key, place)


def _lesson(path: Path) -> Iterator[str]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ReleaseError(
            f"{path} is no lesson that can be read ({error}); mend it or move it away"
        ) from error
    for kind, source in sources:
        if kind == "code":
            yield source
        else:
            yield from _code_in(source)


def _code_in(text: str) -> Iterator[str]:
    """Yield what stands in a text as code: between fences, and in backticks."""
    for found in FENCED.finditer(text):
        yield found[1] or found[2]
