"""What a learner gets in place of a solution: the cell without its solution regions.

A region stands between `### BEGIN SOLUTION` and `### END SOLUTION`. Inside a function it becomes `raise
NotImplementedError`; elsewhere each name that it binds becomes `name = ...`, unless the cell binds the name
outside the region as well: that is code to be fixed, which the learner gets as it stands.

    >>> print(stub_code("def f(x):\\n    ### BEGIN SOLUTION\\n    return 2 * x\\n    ### END SOLUTION"))
    def f(x):
        raise NotImplementedError  # your code here
    >>> print(stub_code("### BEGIN SOLUTION\\nrate = 0.1\\n### END SOLUTION"))
    rate = ...  # your answer here
"""

import ast
from collections.abc import Callable, Iterator
from typing import NamedTuple

from backproplab.marking.names import bound_names

from .errors import ReleaseError

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
CODE_STUB = "raise NotImplementedError  # your code here"
VALUE_STUB = "{} = ...  # your answer here"
TEXT_STUB = "*Your answer here.*"


class Region(NamedTuple):
    """A solution in a cell: the numbers of its two marker lines, counted from 1 as `ast` does."""

    begin: int
    end: int

    def holds(self, node: ast.stmt) -> bool:
        """Say whether a statement begins in this region."""
        return self.begin < node.lineno < self.end


def regions(source: str) -> list[Region]:
    """Return the solution regions of a cell. ReleaseError if a marker has no partner or a region is empty."""
    found: list[Region] = []
    begin = 0
    for number, line in enumerate(source.split("\n"), start=1):
        if BEGIN in line:
            if begin:
                raise ReleaseError(f"line {number}: '{BEGIN}' inside a solution; end that one before it")
            begin = number
        elif END in line:
            if not begin:
                raise ReleaseError(f"line {number}: '{END}' without a '{BEGIN}' before it; add that")
            if number == begin + 1:
                raise ReleaseError(f"line {number}: the solution is empty; put the right answer in it")
            found.append(Region(begin, number))
            begin = 0
    if begin:
        raise ReleaseError(f"line {begin}: '{BEGIN}' without an '{END}' after it; add that")
    return found


def stub_code(source: str) -> str:
    """Return an answer cell as learners get it. ReleaseError if its solution region is missing or unclear."""
    return _replace_regions(source, lambda lines, stubs: stubs)


def stub_beside_solution(source: str) -> str:
    """Return an answer cell for nbgrader's generator, which turns any region into `raise` by itself.

    So the `name = ...` of a value stands before the solution rather than in its place.
    """

    def beside(lines: list[str], stubs: list[str]) -> list[str]:
        return [stub for stub in stubs if CODE_STUB not in stub] + lines

    return _replace_regions(source, beside)


def stub_text(source: str) -> str:
    """Return free text as learners get it: each solution region, or else all of it, makes room for theirs."""
    lines, done, written = source.split("\n"), 0, list[str]()
    for region in regions(source):
        written += [*lines[done : region.begin - 1], TEXT_STUB]
        done = region.end
    return "\n".join([*written, *lines[done:]]) if done else TEXT_STUB


def _replace_regions(source: str, write: Callable[[list[str], list[str]], list[str]]) -> str:
    """Replace each region by what `write` makes of its lines and of the stubs that stand for it."""
    found = regions(source)
    if not found:
        raise ReleaseError(f"no solution is marked; put '{BEGIN}' and '{END}' around it")
    tree, lines = ast.parse(source), source.split("\n")
    written: list[str] = []
    done = 0
    for region in found:
        first = lines[region.begin - 1]
        indent = first[: len(first) - len(first.lstrip())]
        stubs = [indent + stub for stub in _stubs(tree, region, found)]
        written += [*lines[done : region.begin - 1], *write(lines[region.begin - 1 : region.end], stubs)]
        done = region.end
    text = "\n".join([*written, *lines[done:]]).strip("\n")
    try:
        ast.parse(text)
    except SyntaxError as error:
        message = (
            f"without its solution it is not Python ({error.msg}, line {error.lineno}); move the markers"
        )
        raise ReleaseError(message) from error
    return text


def _stubs(tree: ast.Module, region: Region, found: list[Region]) -> list[str]:
    if _in_a_function(tree, region.begin):
        return [CODE_STUB]
    statements = list(_definitions(tree.body))
    outside = bound_names(each for each in statements if not any(other.holds(each) for other in found))
    stubs: dict[str, None] = {}
    for statement in filter(region.holds, statements):
        asked = [
            name for name in bound_names([statement]) if name not in outside and not name.startswith("_")
        ]
        if asked and isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            raise ReleaseError(
                f"line {statement.lineno}: all of '{asked[0]}' is a solution, so learners would not see its "
                f"first line; put '{BEGIN}' and '{END}' inside, around the body"
            )
        stubs.update((VALUE_STUB.format(name), None) for name in asked)
    return list(stubs)


def _definitions(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module, and those of its classes."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.ClassDef):
            yield from _definitions(statement.body)


def _in_a_function(tree: ast.Module, line: int) -> bool:
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.lineno < line <= (node.end_lineno or 0)
        for node in ast.walk(tree)
    )
