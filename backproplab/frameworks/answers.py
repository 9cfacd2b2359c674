"""Answers of the three frameworks, from recorded.json or from the reader's own computer."""

import json
import os
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np

Answer = dict[str, Any]
"""By name: a text, or numbers as an array of numpy's."""
Program = Callable[[], Mapping[str, Any]]
"""A function that imports its framework itself and returns numbers and texts by name."""

DISTRIBUTIONS = ("torch", "tensorflow-cpu", "tensorflow", "keras", "jax", "jaxlib")
"""What the versions are of: TensorFlow comes under either of two names."""
COLUMNS = {"pytorch": "PyTorch", "tensorflow": "TensorFlow", "jax": "JAX"}
"""The heading of a program's column, by the word that its name begins with."""
NOT_FINITE = ("nan", "inf", "-inf")
"""Numbers that JSON has no sign for; the record has them as texts."""


class Record(NamedTuple):
    """What recorded.json holds."""

    versions: str
    """In words, such as "jax 0.10.2, torch 2.13.0"."""
    answers: Mapping[str, Answer]
    """By the name of the program."""


class Answers:
    """What the programs of lesson 23 return.

    here: False takes every answer from the record. True calls the program, so the framework that it imports
    answers now; where that cannot be imported, the record answers still. `sources` says which it was.

    >>> def pytorch_gradients():
    ...     import torch
    ...
    >>> answers = Answers(here=False)
    >>> float(answers.of(pytorch_gradients)["b2"].round(9))
    -0.119015637
    >>> answers.sources(pytorch_gradients)
    'PyTorch: recorded'
    """

    def __init__(self, here: bool = False) -> None:
        self.here = here
        if here:  # TensorFlow reads it when it is imported, and else reports about the processor
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        self.asked: set[str] = set()
        """The programs that have been asked for, by name."""
        self.computed: dict[str, Answer] = {}
        """What programs have answered here, by name."""

    def of(self, program: Program) -> Answer:
        """What the program returns. KeyError if it must come from the record and is not there."""
        name = program.__name__
        self.asked.add(name)
        if self.here:
            try:
                self.computed[name] = as_answer(program())
            except ImportError:
                self.computed.pop(name, None)
            else:
                return self.computed[name]
        recorded = load_record().answers
        if name not in recorded:
            raise KeyError(f"no program of the name {name!r} is recorded; there are {', '.join(recorded)}")
        return dict(recorded[name])

    def sources(self, *programs: Program) -> str:
        """Where their answers came from: "JAX: computed here", "PyTorch: recorded"."""
        return ", ".join(": ".join(self._column(program)) for program in programs)

    def _column(self, program: Program) -> tuple[str, str]:
        """The framework of a program, and where its answer came from."""
        framework = COLUMNS[program.__name__.split("_")[0]]
        return framework, "computed here" if program.__name__ in self.computed else "recorded"

    def show(self, *programs: Program, ours: Mapping[str, Any] | None = None, decimals: int = 4) -> None:
        """Print a table: a line a name, a column a program, and above it where its answers came from.

        ours: a column of our own before them, with some of the same names. Numbers are rounded to `decimals`.
        """
        columns = [("ours, computed here", as_answer(ours))] if ours else []
        for program in programs:
            answer = self.of(program)
            columns.append((", ".join(self._column(program)), answer))
        names = list(dict.fromkeys(name for _, answer in columns for name in answer))
        rows = [["", *(heading for heading, _ in columns)]]
        rows += [[name, *(_words(answer.get(name, ""), decimals) for _, answer in columns)] for name in names]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            print("  ".join(map(str.ljust, row, widths)).rstrip())


def attempt(action: Callable[..., Any], *given: Any) -> Any:
    """What an action returns; of an error the name of its class, since the error is then the answer.

    >>> attempt(int, "3"), attempt(int, "three")
    (3, 'ValueError')
    """
    try:
        return action(*given)
    except Exception as error:
        return type(error).__name__


def as_answer(returned: Mapping[str, Any]) -> Answer:
    """Texts as they are, None as a text; numbers of any framework as arrays of numpy's, in their dtype."""
    return {
        name: str(each) if each is None or isinstance(each, str) else np.asarray(each)
        for name, each in returned.items()
    }


def versions() -> str:
    """Which of the three are installed here, in words."""
    found = []
    for name in DISTRIBUTIONS:
        try:
            found.append(f"{name} {version(name).partition('+')[0]}")  # without the "+cpu" of a build
        except PackageNotFoundError:
            continue
    return ", ".join(found)


@cache
def load_record() -> Record:
    """What `backproplab record-frameworks` wrote into recorded.json."""
    table = json.loads(files("backproplab.frameworks").joinpath("recorded.json").read_text("utf-8"))
    answers = {
        program: {name: _read(each) for name, each in answer.items()}
        for program, answer in table["answers"].items()
    }
    return Record(table["versions"], answers)


def _words(each: Any, decimals: int) -> str:
    """A text, or numbers rounded: no sign on a zero, no zeros at the end."""
    if isinstance(each, str):
        return each
    numbers = np.round(np.asarray(each, dtype=float), decimals) + 0.0
    if numbers.ndim:
        return f"({', '.join(_words(entry, decimals) for entry in numbers)})"
    return np.format_float_positional(float(numbers), trim="-")


def _read(each: Any) -> Any:
    """A text, or numbers as an array."""
    return each if isinstance(each, str) and each not in NOT_FINITE else np.array(each, dtype=float)
