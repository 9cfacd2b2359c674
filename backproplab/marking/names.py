"""Which names does a cell bind?

An exercise asks for the names that its answer cell binds, and the grader finds an answer by the names that a
student's cell binds: both mean these.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence


def bound_names(statements: Iterable[ast.stmt]) -> tuple[str, ...]:
    """Return the names that statements define or assign, in order, each once.

    Binding is what makes a name stand for something else: a definition, an assignment to the name itself,
    also of several at once or in place (`x += 1`). `x[i] = 1` and `x.grad = 1` bind nothing, they change what
    `x` stands for already; nor does `x: int`, which only says what it will be. What an import, a loop, a
    branch or a `with` binds on its way does not count.

    >>> bound_names(ast.parse("a = b = 1\\ndef f(x): y = x\\nc, *d = 1, 2\\nx[i] = 1\\nx.grad = 1").body)
    ('a', 'b', 'f', 'c', 'd')
    """
    return tuple(dict.fromkeys(name for statement in statements for name in _bound(statement)))


def quoted(names: Sequence[str]) -> str:
    """Return names as code, with commas and an "and" between them.

    >>> quoted(("a", "b", "c"))
    '`a`, `b` and `c`'
    """
    each = [f"`{name}`" for name in names]
    return " and ".join([", ".join(each[:-1]), each[-1]] if len(each) > 1 else each)


def changed_names(statements: Iterable[ast.stmt]) -> tuple[str, ...]:
    """Return the names of what statements change without binding it, in order, each once.

    >>> changed_names(ast.parse("x[i][0] = 1\\nx.grad += 1\\ny, z[0] = 1, 2").body)
    ('x', 'z')
    """
    return tuple(dict.fromkeys(name for statement in statements for name in _changed(statement)))


def _bound(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    yield from (target.id for target in _targets(statement) if isinstance(target, ast.Name))


def _changed(statement: ast.stmt) -> Iterator[str]:
    for target in _targets(statement):
        owner = target
        while isinstance(owner, ast.Subscript | ast.Attribute):
            owner = owner.value
        if owner is not target and isinstance(owner, ast.Name):
            yield owner.id


def _targets(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield what an assignment assigns to, piece by piece: names, elements, attributes."""
    match statement:
        case ast.Assign(targets=targets):
            for target in targets:
                yield from _pieces(target)
        case ast.AnnAssign(target=target, value=ast.expr()) | ast.AugAssign(target=target):
            yield target
        case _:
            pass


def _pieces(target: ast.expr) -> Iterator[ast.expr]:
    match target:
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _pieces(part)
        case ast.Starred(value=part):
            yield from _pieces(part)
        case _:
            yield target
