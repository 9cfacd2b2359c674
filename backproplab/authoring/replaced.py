"""Does a change leave anything of an answer? Where it does not, the answer need not run before it."""

import ast
import symtable
from collections.abc import Iterator

from backproplab.marking.names import bound_names

LOOK_AROUND = {"globals", "vars", "locals", "dir", "eval", "exec"}
"""Who calls one of these may read any name."""


def replaces(change: str, answer: str, check: str) -> bool:
    """Say whether, once `change` has run, neither it nor `check` has read a name that `answer` binds.

    A learner who makes this mistake has such code in their cell in the place of the answer, not below it. So
    it is tried alone, which also spares what an answer cell does besides, such as training a network. In
    doubt, as where a function calls itself, the answer is to run.

    >>> answer = "def f(x): return 2 * x\\nf(3)"
    >>> replaces("def f(x): return x", answer, "f(1)")
    True
    >>> replaces("right = f\\ndef f(x): return -right(x)", answer, "f(1)")
    False
    """
    bound, read = _bound(answer), _read(change)
    left = bound - set(bound_names(ast.parse(change).body))
    return not read & (bound | LOOK_AROUND) and not _read(check) & (left | LOOK_AROUND)


def _bound(source: str) -> set[str]:
    """Return every name that a cell binds in its namespace, however it does that."""
    return {
        name.get_name()
        for table in _tables(source)
        for name in table.get_symbols()
        if _is_the_cells(table, name) and (name.is_assigned() or name.is_imported())
    }


def _read(source: str) -> set[str]:
    """Return every name that a cell looks up in its namespace, also when its functions are called."""
    return {
        name.get_name()
        for table in _tables(source)
        for name in table.get_symbols()
        if _is_the_cells(table, name) and name.is_referenced()
    }


def _is_the_cells(table: symtable.SymbolTable, name: symtable.Symbol) -> bool:
    return table.get_type() == "module" or name.is_global()


def _tables(source: str) -> Iterator[symtable.SymbolTable]:
    """Yield the scope of a cell, and those of its functions and classes."""
    todo = [symtable.symtable(source, "<cell>", "exec")]
    for table in todo:
        yield table
        todo += table.get_children()
