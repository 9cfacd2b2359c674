"""Does the cell that should answer run at all? One with a slip of grammar leaves what was there before it."""

import ast
import re
import warnings
from collections.abc import Callable, Iterable, Sequence

from backproplab.marking.edited import LONGEST, last_cell
from backproplab.marking.names import bound_names, quoted

SIGNS = {  # what a text prints, and what Python wants in its place
    **dict.fromkeys("−–—", "-"),
    **dict.fromkeys("×·⋅∙", "*"),
    "÷": "/",
    "²": "**2",
    **dict.fromkeys("‘’“”„", "straight quotes"),
}


def unreadable(
    names: Iterable[str], cells: Sequence[str], as_python: Callable[[str], str] = lambda source: source
) -> str:
    """Say why the cell that should define one of these names is no Python; "" if each can be read.

    The cells are as they were written; `as_python` translates what only IPython reads.

    >>> unreadable(("w",), ["w = 0.5 × 3"])
    "line 1: type * for × (invalid character '×' (U+00D7))"
    """
    sources = ((name, last_cell(name, cells)) for name in names)
    return next(filter(None, (_fault(name, source, as_python) for name, source in sources if source)), "")


def cannot_be_read(names: Sequence[str], fault: str) -> str:
    """Say of the cell for these names, in which `unreadable` found a fault, that Python stopped at it."""
    return f"Your last cell for {quoted(names)} did not run to its end, since Python cannot read it: {fault}."


def _fault(name: str, source: str, as_python: Callable[[str], str]) -> str:
    if len(source) > LONGEST:
        return ""
    try:
        _compile_up_to(name, as_python(source))
    except SyntaxError as error:
        message = f"line {error.lineno}: {error.msg}"
        line = source.splitlines()[error.lineno - 1 : error.lineno] if error.lineno else []
        hint = _hint(error.msg, line[0] if line else "")
        return f"line {error.lineno}: {hint} ({error.msg})" if hint else message
    except (ValueError, RecursionError, MemoryError):
        return ""
    return ""


def _compile_up_to(name: str, source: str) -> None:
    """Compile a cell down to the last statement that binds a name. SyntaxError where one cannot be.

    A notebook compiles and runs one statement after another: a fault further down does not undo the name.
    """
    statements = ast.parse(source).body
    binding = [number for number, each in enumerate(statements) if name in bound_names([each])]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the learner read them when the cell ran
        for each in statements[: binding[-1] + 1 if binding else 0]:
            compile(
                ast.Module([each], []), "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
            )


def _hint(message: str, line: str) -> str:
    if sign := next((sign for sign in SIGNS if f"'{sign}'" in message), None):
        return f"type {SIGNS[sign]} for {sign}"
    if re.search(r"\d,\d", line) and "leading zeros" in message:
        return "Python's decimal sign is a point, as in 0.5"
    return ""
