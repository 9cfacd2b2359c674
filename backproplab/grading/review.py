"""Lines that a person should look at: an answer takes the package's own reference, or looks into its caller.

Its values are right, so it is not punished. Whether it was allowed is for the instructor to say.
"""

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

from backproplab.grading.notebook import StudentCell
from backproplab.grading.reports import REVIEW
from backproplab.marking.edited import parse
from backproplab.marking.ids import order
from backproplab.marking.names import bound_names, changed_names
from backproplab.sandbox.protocol import Assignment

PACKAGE = "backproplab"
HARMLESS = {"check", "display", "plots", "widgets", "datasets"}
"""What an answer may import: none of it computes one."""
FRAMES = {"_getframe", "currentframe", "getsource", "f_back", "f_locals", "tb_frame", "get_referrers"}
FUNCTIONS = {"__closure__", "__code__", "__globals__"}
"""What shows the code around a call, or a function's own: to a test, which fault it is asked about."""

MOST_LINES = 100


class Reviewer:
    """Reviews answers to one assignment; `solved` is the code of all answers of its solution."""

    def __init__(self, assignment: Assignment, solved: str) -> None:
        self._owners = {name: check.exercise for check in assignment.checks for name in check.answers}
        checks = [check.source for check in assignment.checks]
        self._handed_out = {source.strip() for source in (*assignment.given, *checks)}
        self._given = {name for source in assignment.given for name, _ in _imports(parse(source))}
        self._allowed = _loaded_names(parse(solved)) | {name for name, _ in _imports(parse(solved))}

    def review(self, cells: Sequence[StudentCell]) -> list[str]:
        """Return a sentence for each line of an answer that takes what the solution does not take, or peeks.

        Cells that bind or change something which an answer uses count as part of it.
        """
        read = [_Read.of("" if cell.source.strip() in self._handed_out else cell.source) for cell in cells]
        suspects = self._given.union(*(each.imports for each in read)) - self._allowed
        sentences = []
        for index in _behind_answers(read, set(self._owners)):
            names = read[index].sets & set(self._owners)
            exercises = sorted({self._owners[name] for name in names}, key=order)
            place = f"the answer to {', '.join(exercises)}" if exercises else f"code cell {index + 1}"
            text, tree = cells[index].source.split("\n"), parse(cells[index].source)
            found = {
                f"uses {PACKAGE} itself": _lines(tree, suspects),
                "looks into the code that calls it": _lines_on_frames(tree),
            }
            sentences += [
                f"{REVIEW} {place} {what}, line {line}: {text[line - 1].strip()[:120]}"
                for what, lines in found.items()
                for line in sorted(lines)
            ]
        more = len(sentences) - MOST_LINES
        return [*sentences[:MOST_LINES], f"{REVIEW} {more} more lines like these"] if more > 0 else sentences


class _Read(NamedTuple):
    """The names in a cell; its syntax tree is let go, for it may be large."""

    sets: set[str]
    """What it binds, and what it changes: an answer may be filled in element by element."""
    loads: set[str]
    imports: set[str]

    @classmethod
    def of(cls, source: str) -> Self:
        tree = parse(source)
        sets = {*bound_names(tree.body), *changed_names(tree.body)}
        return cls(sets, _loaded_names(tree), {name for name, _ in _imports(tree)})


def _behind_answers(cells: Sequence[_Read], answers: set[str]) -> list[int]:
    """Return the places of the cells that set an answer or something that an answer uses.

    Each cell and each name is looked at once, however long the chain from one to the next.
    """
    setters: dict[str, list[int]] = {}
    for index, cell in enumerate(cells):
        for name in cell.sets:
            setters.setdefault(name, []).append(index)
    kept, seen, wanted = set[int](), set(answers), list(answers)
    while wanted:
        for index in setters.get(wanted.pop(), ()):
            if index not in kept:
                kept.add(index)
                wanted += cells[index].loads - seen
                seen |= cells[index].loads
    return sorted(kept)


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (name in use, where it comes from) of all that the code takes of the package's mathematics."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named = [(alias.asname or alias.name.split(".")[0], alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            named = [(alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names]
        else:
            continue
        yield from ((name, origin) for name, origin in named if _is_reference(origin))


def _is_reference(name: str) -> bool:
    parts = name.split(".")
    return parts[0] == PACKAGE and (len(parts) == 1 or parts[1] not in HARMLESS)


def _loaded_names(tree: ast.Module) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _lines(tree: ast.Module, suspects: set[str]) -> set[int]:
    """Return the lines that import or use a suspect, or name the package in a string."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import() | ast.ImportFrom() if any(name in suspects for name, _ in _imports(node)):
                lines.add(node.lineno)
            case ast.Name(id=name, lineno=line) if name in suspects:
                lines.add(line)
            case ast.Constant(value=str(text), lineno=line) if _is_reference(text) and " " not in text:
                lines.add(line)  # importlib.import_module("backproplab.layers")
            case _:
                pass
    return lines


def _lines_on_frames(tree: ast.Module) -> set[int]:
    """Return the lines that ask for a frame, or for what a function is made of."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, lineno=line) | ast.Attribute(attr=name, lineno=line):
                lines |= {line} if name in FRAMES | FUNCTIONS else set()
            case _:
                pass
    return lines
