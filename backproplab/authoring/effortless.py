"""Answers that take no understanding: nothing done, an argument handed back, what was returned once, a
variable of the check that calls.

A check in which one of them earns anything gives marks for no answer.
"""

import copy
import sys
from collections.abc import Callable, Iterator
from functools import wraps
from itertools import islice
from types import FrameType
from typing import Any

import numpy as np

from backproplab.marking.compare import agrees, as_array

NOTHING = "nothing done"
ARGUMENTS = tuple(f"argument {place} of the shape asked for" for place in (1, 2, 3, 4))
RECORDED = "what was returned with another seed"
VARIABLE = "a variable of the check"
EFFORTLESS = (NOTHING, *ARGUMENTS, RECORDED, VARIABLE)

DEPTH = 4  # how far into an object an answer may look
MOST_LEAVES = 2000

Path = tuple[str | int, ...]


class Idler:
    """Puts an answer that takes no understanding in place of each function, whose results it may keep.

    >>> idler = Idler(ARGUMENTS[1])
    >>> idler.begin()
    >>> idler.mutate(lambda a, b: (2 * a, a + b))(3.0, 5.0)
    (5.0, 5.0)
    """

    def __init__(self, way: str) -> None:
        self._way = way
        self._kept: dict[tuple[str, int], Any] = {}
        self._calls: dict[str, int] = {}
        self._seeds = 0
        self._depth = 0
        self._changed = False

    def begin(self) -> None:
        """Begin with another seed."""
        self._seeds += 1
        self._calls.clear()
        self._changed = False

    def had_an_effect(self) -> bool:
        """Say whether an answer was replaced since `begin`; with the first seed some are only looked at."""
        return self._changed

    def mutate(self, answer: Any) -> Any:
        """Return what stands in for an answer: of a function another one; a class or a value stays."""
        if isinstance(answer, type) or not callable(answer):
            return answer

        @wraps(answer)
        def idle(*args: Any, **kwargs: Any) -> Any:
            if self._depth:  # an answer that calls an answer
                return answer(*args, **kwargs)
            call = answer.__name__, self._calls.setdefault(answer.__name__, 0)
            self._calls[answer.__name__] += 1
            self._depth += 1
            try:
                return self._returned(call, answer, args, kwargs, sys._getframe(1))
            finally:
                self._depth -= 1

        return idle

    def _returned(
        self, call: tuple[str, int], answer: Callable[..., Any], args: Any, kwargs: Any, caller: FrameType
    ) -> Any:
        if self._way == NOTHING:
            self._changed = True
            return None
        seen = variables(caller) if self._way == VARIABLE else {}
        if self._way in (RECORDED, VARIABLE) and self._seeds == 1:
            result = answer(*args, **kwargs)
            self._kept[call] = copy.deepcopy(result)
        else:  # what it does to its arguments is part of the work
            copied, named = copy.deepcopy((args, kwargs))
            result = answer(*copied, **named)
        wanted = [each for _, each in leaves(result)]
        if result is not None and not wanted:  # an object of the answer's own: nothing stands in for it
            return result
        self._changed |= self._seeds > 1 or self._way in ARGUMENTS
        if self._way == RECORDED:
            return self._kept.get(call)
        if self._way == VARIABLE:
            return filled(result, iter(self._from_variables(call, wanted, seen)))
        place = ARGUMENTS.index(self._way)
        given = [each for _, each in leaves([*args, kwargs])]
        return filled(result, (_alike(given, leaf, place) for leaf in wanted))

    def _from_variables(self, call: tuple[str, int], wanted: list[Any], seen: dict[Path, Any]) -> list[Any]:
        """Return, for each number, it where a variable has agreed with it until now, else zeros."""
        numbers = []
        for place, leaf in enumerate(wanted):
            key = f"{call[0]} {place}", call[1]
            ways = self._kept.get(key, seen)
            self._kept[key] = [
                way for way in ways if way in seen and agrees(as_array(leaf), as_array(seen[way]))
            ]
            found = leaf if self._kept[key] or self._seeds == 1 else 0.0 * as_array(leaf)
            numbers.append(found)
        return numbers


def _alike(given: list[Any], leaf: Any, place: int) -> Any:
    """Return the argument at this place among those of the same shape, or zeros."""
    alike = [each for each in given if np.shape(each) == np.shape(leaf)]
    return copy.copy(alike[place]) if place < len(alike) else 0.0 * as_array(leaf)


def variables(frame: FrameType | None) -> dict[Path, Any]:
    """Return the numbers in the local variables of a check and of what it calls the answer from."""
    seen: dict[Path, Any] = {}
    while frame is not None:
        code = frame.f_code
        if (
            code.co_filename.startswith("<") and code.co_name != "<module>"
        ):  # a cell's, and not its names at large
            inside = leaves({f"{code.co_name}.{name}": each for name, each in frame.f_locals.items()})
            seen.update((path, copy.copy(each)) for path, each in islice(inside, MOST_LEAVES))
        frame = frame.f_back
    return seen


def leaves(value: Any, path: Path = (), depth: int = DEPTH) -> Iterator[tuple[Path, Any]]:
    """Yield the numbers and arrays in lists, tuples, dictionaries and objects, each with the way to it."""
    if isinstance(value, bool | int | float | np.ndarray | np.generic):
        yield path, value
        return
    inside: Any = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list | tuple):
        inside = enumerate(value)
    elif not callable(value):
        inside = getattr(value, "__dict__", {}).items()
    if depth:
        for key, each in list(inside):
            yield from leaves(each, (*path, key), depth - 1)


def filled(value: Any, numbers: Iterator[Any]) -> Any:
    """Return a result of the same form, with other numbers in place of its own, in the order of `leaves`."""
    if isinstance(value, bool | int | float | np.ndarray | np.generic):
        return next(numbers)
    if isinstance(value, dict):
        return {key: filled(each, numbers) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return (
            type(value)([filled(each, numbers) for each in value]) if type(value) in (list, tuple) else value
        )
    return value
