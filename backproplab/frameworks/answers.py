"""Answers of the three frameworks, from recorded.json or from the reader's own computer."""

import json
import os
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.util import find_spec
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np

from backproplab.frameworks.programs import digest

Answer = dict[str, Any]
"""By name: a text, or numbers as an array of numpy's."""
Program = FunctionType
"""A function without parameters that imports its framework itself and returns numbers and texts by name."""

DISTRIBUTIONS = ("torch", "tensorflow-cpu", "tensorflow", "keras", "jax", "jaxlib")
"""What the versions are of: TensorFlow comes under either of two names."""
COLUMNS = {"pytorch": "PyTorch", "tensorflow": "TensorFlow", "jax": "JAX"}
"""The heading of a program's column, by the word that its name begins with."""
MODULES = {"torch": "PyTorch", "tensorflow": "TensorFlow", "jax": "JAX"}
"""Which framework is imported under which name."""
NOT_FINITE = ("nan", "inf", "-inf")
"""Numbers that JSON has no sign for; the record has them as texts."""


class Record(NamedTuple):
    """What recorded.json holds."""

    versions: str
    """In words, such as "jax 0.10.2, torch 2.13.0"."""
    answers: Mapping[str, Answer]
    """By the name of the program."""
    digests: Mapping[str, str]
    """What `digest` says of the program that gave them, by its name."""


class Answers:
    """What the programs of lesson 23 return.

    here: False takes every answer from the record. True calls the program, so the framework that it imports
    answers now; where that cannot be imported, the record answers still. `sources` says which it was.

    >>> def pytorch_gradients():
    ...     import torch
    ...
    >>> answers = Answers(here=False)
    >>> float(answers.of(pytorch_gradients)["b2"].round(9))
    pytorch_gradients is not the program that was recorded, so this answers another; `here = True` runs yours
    -0.119015637
    >>> answers.sources(pytorch_gradients)
    'PyTorch, recorded of another program'
    """

    def __init__(self, here: bool = False) -> None:
        self.here = here
        if here:  # TensorFlow reads it when it is imported, and else reports about the processor
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        self.asked: set[str] = set()
        """The programs that have been asked for, by name."""
        self.computed: dict[str, Answer] = {}
        """What programs have answered here, by name."""
        self.digests: dict[str, str] = {}
        """What `digest` said of them when they answered, by name."""

    def versions(self) -> str:
        """The versions recorded with and, if `here` is True, which of the three are installed to answer."""
        told = f"recorded with {load_record().versions}"
        if not self.here:
            return told
        installed = [name for module, name in MODULES.items() if find_spec(module)]
        if not installed:
            missing = (
                "none of PyTorch, TensorFlow and JAX is installed here, so every answer is the recorded one"
            )
            return f"{told}\n{missing}"
        return f"{told}\ninstalled here: {', '.join(installed)} ({versions()})"

    def of(self, program: Program) -> Answer:
        """What the program returns, here or in the record; prints a line if the record is no answer to it.

        KeyError if it must come from the record and is not there; ValueError if its name names no framework.
        If the recorded program stops here, a line says so and the record answers; an edited one raises.
        """
        name = program.__name__
        if name.split("_")[0] not in COLUMNS:
            raise ValueError(f"the name of a program begins with {', '.join(COLUMNS)}; got {name!r}")
        self.asked.add(name)
        if self.here and self._computes(program):
            return self.computed[name]
        recorded = load_record().answers
        if name not in recorded:
            raise KeyError(
                f"no program of the name {name!r} is recorded; where its framework is installed, "
                f"`here = True` runs it. Recorded are {', '.join(recorded)}"
            )
        if not _is_recorded(program):
            to_do = "its framework is missing here" if self.here else "`here = True` runs yours"
            print(f"{name} is not the program that was recorded, so this answers another; {to_do}")
        return dict(recorded[name])

    def _computes(self, program: Program) -> bool:
        """Keep what the program answers. False if its framework is missing, or stops at recorded code."""
        self.computed.pop(program.__name__, None)
        try:
            self.computed[program.__name__] = as_answer(program())
        except ImportError:
            return False
        except Exception as error:
            if not _is_recorded(program):
                raise
            print(
                f"{program.__name__} stops with the version installed here: {type(error).__name__}: {error}"
            )
            return False
        self.digests[program.__name__] = digest(program)
        return True

    def sources(self, *programs: Program) -> str:
        """Where their answers came from: "JAX, computed here; PyTorch, recorded"."""
        return "; ".join(map(self._heading, programs))

    def _heading(self, program: Program) -> str:
        """The framework of a program, and where its answer came from."""
        framework = COLUMNS[program.__name__.split("_")[0]]
        if program.__name__ in self.computed:
            return f"{framework}, computed here"
        return f"{framework}, recorded" + ("" if _is_recorded(program) else " of another program")

    def show(self, *programs: Program, ours: Mapping[str, Any] | None = None, decimals: int = 4) -> None:
        """Print a table: a line a name, a column a program, and above it where its answers came from.

        ours: a column of our own before them, with some of the same names. Numbers are rounded to `decimals`.
        """
        columns = [("ours, computed here", as_answer(ours))] if ours else []
        for program in programs:
            answer = self.of(program)
            columns.append((self._heading(program), answer))
        names = list(dict.fromkeys(name for _, answer in columns for name in answer))
        rows = [["", *(heading for heading, _ in columns)]]
        rows += [[name, *(_words(answer.get(name, ""), decimals) for _, answer in columns)] for name in names]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            print("  ".join(map(str.ljust, row, widths)).rstrip())


def _is_recorded(program: Program) -> bool:
    """Is it the program, with the helpers and numbers that it reads, whose answer is in the record?"""
    return load_record().digests.get(program.__name__) == digest(program)


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
    return Record(table["versions"], answers, table["programs"])


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
