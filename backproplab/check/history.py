"""What this kernel ran: the sources of its cells, in order, and what Python gets of one."""

import ast
import re
import sys
from collections.abc import Callable
from typing import Any

RUN_THEIR_BODY = ("time", "capture", "prun")
"""Magics that run the rest of their cell or line."""
_RUNS_ITS_BODY = re.compile(rf"\A\s*%%(?:{'|'.join(RUN_THEIR_BODY)})\b.*")
_BLANK_LINES = re.compile(r"\A(?:[ \t]*\n)*")


def cells_run() -> list[str]:
    """Return the source of each cell that ran, as it was written; none where no IPython keeps them."""
    history = getattr(_shell(), "history_manager", None)
    return list(history.input_hist_raw) if history else []


def as_python(source: str, translate: Callable[[str], str] | None = None) -> str:
    """Return a cell as Python gets it, line by line: what only IPython reads, such as `%time`, is translated.

    Of a cell under `%%time` that is the rest. `translate` is IPython's own; without, that of this kernel, and
    where there is none, nothing is translated.

    >>> as_python("%%time\\nx = 2")
    '\\nx = 2'
    """
    body = _RUNS_ITS_BODY.sub("", source)
    try:
        ast.parse(body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _translated(body, translate or getattr(_shell(), "transform_cell", None))
    return body


def _translated(source: str, translate: Callable[[str], str] | None) -> str:
    if translate is None:
        return source
    blank = _BLANK_LINES.match(source)
    try:
        return (blank[0] if blank else "") + translate(source)
    except Exception:  # it may stumble over what it takes apart
        return source


def _shell() -> Any:
    """The IPython that runs this notebook; None outside of one."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None
