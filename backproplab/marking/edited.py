"""Has a learner changed the code of an answer, or is it as it was handed out?

Both who marks in a notebook and who grades one know what cells there are, in order; the last that binds a
name is what answers under it. White space, comments and magics do not count as a change.

    >>> handed_out = "def f(x):\\n    raise NotImplementedError  # your code here"
    >>> is_edited(handed_out, ("f",), [handed_out, "f(2)"])
    False
    >>> is_edited(handed_out, ("f",), [handed_out, "def f(x):\\n    return 2 * x"])
    True
"""

import ast
import re
from collections.abc import Iterable, Sequence

from backproplab.marking.names import bound_names

LONGEST = 200_000  # characters of a cell that is read as Python; a syntax tree takes a hundred times as much


def is_edited(handed_out: str, names: Iterable[str], cells: Sequence[str]) -> bool | None:
    """Say whether the cells answer under these names with other code than was handed out.

    None if that cannot be known: no cell binds one of the names, or nobody kept what was handed out.
    """
    sources = [last_cell(name, cells) for name in names]
    if not handed_out or not sources:
        return None
    if any(source is not None and not is_same_code(source, handed_out) for source in sources):
        return True
    return None if None in sources else False


def last_cell(name: str, cells: Sequence[str]) -> str | None:
    """Return the last cell that binds a name, or was meant to; None if there is none."""
    return next((cell for cell in reversed(cells) if name in cell and _binds(cell, name)), None)


def _binds(cell: str, name: str) -> bool:
    """Does a cell bind a name? One that is no Python was meant to, if a line begins like that."""
    if name in bound_names(parse(cell).body):
        return True
    line = rf"^(?:(?:def|class)\s+{re.escape(name)}\b|{re.escape(name)}\s*=)"
    return not parse(cell).body and re.search(line, cell, re.MULTILINE) is not None


def is_same_code(one: str, other: str) -> bool:
    """Do two cells hold the same code, whatever their comments, white space and magics?"""
    if one == other:
        return True
    first, second = parse(one), parse(other)
    try:
        return bool(first.body) and _dump(first) == _dump(second)
    except RecursionError:
        return False


def _dump(tree: ast.Module) -> str:
    """Write code in a form to compare; nbgrader's own stub, `raise NotImplementedError()`, is as ours."""
    body = [statement for statement in tree.body if not _is_stub(statement)]
    return ast.dump(_Stubs().visit(ast.Module(body, [])))


class _Stubs(ast.NodeTransformer):
    def visit_Raise(self, node: ast.Raise) -> ast.Raise:
        return ast.Raise(ast.Name("NotImplementedError", ast.Load())) if _is_stub(node) else node


def _is_stub(statement: ast.stmt) -> bool:
    match statement:
        case ast.Raise(exc=ast.Name(id="NotImplementedError") | ast.Call(ast.Name(id="NotImplementedError"))):
            return True
        case _:
            return False


def without_magics(source: str) -> str:
    """Blank the lines that only IPython reads, so that the rest parses and keeps its line numbers.

    >>> without_magics("%matplotlib inline\\nx = 1")
    '\\nx = 1'
    """
    lines = source.split("\n")
    return "\n".join("" if line.lstrip().startswith(("%", "!", "?")) else line for line in lines)


def parse(source: str) -> ast.Module:
    """Return the syntax tree of a student's cell, magics left out; an empty one if it does not parse."""
    if len(source) > LONGEST:
        return ast.Module([], [])
    try:
        return ast.parse(without_magics(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])
