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
PEEKING = FRAMES | FUNCTIONS
"""What shows the code around a call, or a function's own: to a test, which fault it is asked about."""

COMPLEX = {"complex", "complex64", "complex128", "imag"}
"""What makes complex numbers or takes them apart: no answer of the course needs any."""

MOST_LINES = 100


class Reviewer:
    """Reviews answers to one assignment; `solved` is the code of all answers of its solution."""

    def __init__(self, assignment: Assignment, solved: str) -> None:
        self._owners = {name: check.exercise for check in assignment.checks for name in check.answers}
        checks = [check.source for check in assignment.checks]
        self._handed_out = {source.strip() for source in (*assignment.given, *checks)}
        self._given = {name for source in assignment.given for name in _Read.of(source).imports}
        allowed = _Read.of(solved)
        self._allowed = {*allowed.names, *allowed.imports}

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
            text = cells[index].source.split("\n")
            found = {
                f"uses {PACKAGE} itself": read[index].lines(suspects),
                "looks into the code that calls it": read[index].peeks,
                "computes with complex numbers, as a measured gradient may": read[index].complex,
            }
            sentences += [
                f"{REVIEW} {place} {what}, line {line}: {text[line - 1].strip()[:120]}"
                for what, lines in found.items()
                for line in sorted(lines)
            ]
        more = len(sentences) - MOST_LINES
        return [*sentences[:MOST_LINES], f"{REVIEW} {more} more lines like these"] if more > 0 else sentences


class _Read(NamedTuple):
    """What is in a cell, by line; its syntax tree is let go, for it may be large."""

    sets: set[str]
    """What it binds, and what it changes: an answer may be filled in element by element."""
    names: dict[str, set[int]]
    imports: dict[str, set[int]]
    """Of those, what it takes of the package's mathematics, under the name in use."""
    strings: set[int]
    """Where a string names the package: `importlib.import_module("backproplab.layers")`."""
    peeks: set[int]
    """Where it asks for a frame, or for what a function is made of."""
    complex: set[int]
    """Where it has a complex number, or takes one apart: one step along i measures a slope exactly."""

    @classmethod
    def of(cls, source: str) -> Self:
        tree = parse(source)
        read = cls({*bound_names(tree.body), *changed_names(tree.body)}, {}, {}, set(), set(), set())
        for node in ast.walk(tree):
            read._add(node)
        return read

    def _add(self, node: ast.AST) -> None:
        match node:
            case ast.Import() | ast.ImportFrom():
                for name in _taken(node):
                    self.imports.setdefault(name, set()).add(node.lineno)
            case ast.Name(id=name, lineno=line):
                self.names.setdefault(name, set()).add(line)
                self.peeks.update({line} if name in PEEKING else ())
                self.complex.update({line} if name in COMPLEX else ())
            case ast.Attribute(attr=name, lineno=line) if name in PEEKING:
                self.peeks.add(line)
            case ast.Attribute(attr=name, lineno=line) if name in COMPLEX:
                self.complex.add(line)
            case ast.Constant(value=complex(), lineno=line):
                self.complex.add(line)
            case ast.Constant(value=str(text), lineno=line) if _is_reference(text) and " " not in text:
                self.strings.add(line)
            case _:
                pass

    def lines(self, suspects: set[str]) -> set[int]:
        """Return the lines that import or use a suspect, or name the package in a string."""
        found = [lines for name, lines in (*self.imports.items(), *self.names.items()) if name in suspects]
        return self.strings.union(*found)


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
                wanted += cells[index].names.keys() - seen
                seen.update(cells[index].names)  # `|=` would copy all of it
    return sorted(kept)


def _taken(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Yield the names under which an import takes something of the package's mathematics."""
    for alias in node.names:
        if isinstance(node, ast.Import):
            name, origin = alias.asname or alias.name.split(".")[0], alias.name
        else:
            name, origin = alias.asname or alias.name, f"{node.module or ''}.{alias.name}"
        if _is_reference(origin):
            yield name


def _is_reference(name: str) -> bool:
    parts = name.split(".")
    return parts[0] == PACKAGE and (len(parts) == 1 or parts[1] not in HARMLESS)
