"""Does the cell that should answer run at all? One with a slip of grammar leaves what was there before it."""

import ast
import re
from collections.abc import Iterable, Sequence

from backproplab.marking.edited import LONGEST, last_cell
from backproplab.marking.names import quoted

SIGNS = {  # what a text prints, and what Python wants in its place
    **dict.fromkeys("−–—", "-"),
    **dict.fromkeys("×·⋅∙", "*"),
    "÷": "/",
    "²": "**2",
    **dict.fromkeys("‘’“”„", "straight quotes"),
}


def unreadable(names: Iterable[str], cells: Sequence[str]) -> str:
    """Say why the cell that should define one of these names is no Python; "" if each can be read.

    >>> unreadable(("w",), ["w = 0.5 × 3"])
    "line 1: type * for × (invalid character '×' (U+00D7))"
    """
    sources = (last_cell(name, cells) for name in names)
    return next(filter(None, (_fault(source) for source in sources if source)), "")


def nothing_ran(names: Sequence[str], fault: str) -> str:
    """Say of the cell for these names, in which `unreadable` found a fault, that it did nothing."""
    return f"Nothing of your last cell for {quoted(names)} ran, since Python cannot read it: {fault}."


def _fault(source: str) -> str:
    if len(source) > LONGEST:
        return ""
    try:
        ast.parse(source)
    except SyntaxError as error:
        message = f"line {error.lineno}: {error.msg}"
        line = source.splitlines()[error.lineno - 1 : error.lineno] if error.lineno else []
        hint = _hint(error.msg, line[0] if line else "")
        return f"line {error.lineno}: {hint} ({error.msg})" if hint else message
    except (ValueError, RecursionError, MemoryError):
        return ""
    return ""


def _hint(message: str, line: str) -> str:
    if sign := next((sign for sign in SIGNS if f"'{sign}'" in message), None):
        return f"type {SIGNS[sign]} for {sign}"
    if re.search(r"\d,\d", line) and "leading zeros" in message:
        return "Python's decimal sign is a point, as in 0.5"
    return ""
