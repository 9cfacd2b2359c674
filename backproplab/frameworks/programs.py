"""Is it the recorded program, or an edited one? A digest of a function and of all that it reads."""

import dis
import hashlib
import inspect
import linecache
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

import numpy as np


def digest(program: FunctionType) -> str:
    """Sixteen hexadecimal digits, others when a program's source changes, or what it reads.

    What was defined beside it counts: helpers by their source, numbers to nine decimals. What was imported
    counts by its name.

    >>> factor = 2
    >>> def program():
    ...     return {"doubled": factor * 21}
    ...
    >>> before = digest(program)
    >>> factor = 3
    >>> before == digest(program)
    False
    """
    return hashlib.sha256("\n".join(_told(program, program.__globals__, set())).encode()).hexdigest()[:16]


def _told(each: Any, beside: dict[str, Any], seen: set[str]) -> Iterator[str]:
    """The texts that tell what a function is, or a value that it reads."""
    if isinstance(each, FunctionType) and each.__globals__ is beside:
        yield from _source(each)
        for name in sorted(_names_read(each.__code__) & beside.keys() - seen):
            seen.add(name)
            yield name
            yield from _told(beside[name], beside, seen)
    elif isinstance(each, Mapping):
        for name, entry in each.items():
            yield str(name)
            yield from _told(entry, beside, seen)
    elif isinstance(each, list | tuple):
        for entry in each:
            yield from _told(entry, beside, seen)
    elif isinstance(each, np.ndarray | float):
        yield str(
            (np.round(each, 9) + 0.0).tolist()
        )  # so that the last digit of another processor is no edit
    else:
        yield str(each) if isinstance(each, int | str) else getattr(each, "__name__", type(each).__name__)


def _source(function: FunctionType) -> list[str]:
    """The lines of a function, of a lambda the one it begins in; no empty ones, and none if not kept."""
    if function.__name__ == "<lambda>":
        lines = [linecache.getline(function.__code__.co_filename, function.__code__.co_firstlineno)]
    else:
        try:
            lines = inspect.getsource(function).splitlines()
        except OSError:
            lines = []
    return [line.rstrip() for line in lines if line.strip()]


def _names_read(code: CodeType) -> set[str]:
    """Global names that a function reads, itself or by a function inside it."""
    names = {each.argval for each in dis.get_instructions(code) if each.opname == "LOAD_GLOBAL"}
    return names.union(*(_names_read(each) for each in code.co_consts if isinstance(each, CodeType)))
