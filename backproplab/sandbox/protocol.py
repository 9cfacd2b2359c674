"""What goes into the sandbox and what comes out: plain data that both sides read.

The sandbox knows no answer. It gets a released assignment and a student's cells, and gives back the values
that the checks return. Whether a value is right is decided elsewhere (`backproplab.grading`), by a process
that never runs student code.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from numpy.typing import NDArray

Isolation = Literal["full", "user", "reduced"]
"""How student code is kept apart: by all walls of Linux; as another user of the machine; by limits alone."""


@dataclass(frozen=True)
class Check:
    """A check cell of the released assignment."""

    exercise: str
    """"3.2": set and number."""
    source: str
    """The cell as released: it defines one function, decorated with `@check("3.2", ...)`."""
    answers: tuple[str, ...]
    """The names that the exercise asks for."""


@dataclass(frozen=True)
class Assignment:
    """A released exercise set, as the sandbox needs it."""

    name: str
    given: tuple[str, ...]
    """Sources of the released code cells that are neither answers nor checks, in order."""
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Cell:
    """A code cell of the student's notebook that is to run."""

    source: str
    index: int
    """Its place in the student's notebook, for messages."""
    exercise: str = ""
    """The exercise whose answer cell it is, if it is one."""


@dataclass(frozen=True)
class Checkpoint:
    """The place where the check of an exercise runs."""

    exercise: str


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    cell_seconds: float = 10.0
    """CPU time of one cell or one check."""
    submission_seconds: float = 60.0
    """CPU time of the whole submission."""
    wall_factor: float = 4.0
    """How much longer than its CPU time anything may take by the clock."""
    memory_bytes: int = 2 * 1024**3
    processes: int = 32
    """Processes and threads, its own included."""
    file_bytes: int = 64 * 1024**2
    """Size of one written file, and of the scratch folder."""
    output_bytes: int = 1024**2
    """Text kept of stdout and stderr; the rest is read and dropped."""
    value_bytes: int = 8 * 1024**2
    """Size of one returned value."""


@dataclass(frozen=True)
class Job:
    """One submission to run."""

    steps: tuple[Cell | Checkpoint, ...]
    seeds: tuple[int, ...]
    """Each check runs once with each seed."""


class Place(NamedTuple):
    """A line of a student's cell; its text ends what the sandbox says of an error that arose there."""

    function: str
    """"the cell" outside of any."""
    line: int
    cell: int
    """Its number in the notebook's code cells, from 1."""

    def __str__(self) -> str:
        return f" [in {self.function}, line {self.line} of cell {self.cell}]"


_AT_PLACE = re.compile(r"(.*) \[in ([^\[\]]+), line (\d{1,6}) of cell (\d{1,6})\]", re.DOTALL)


def at_place(error: str) -> tuple[str, Place | None]:
    """Take apart what an outcome says of an error: the error, and where it arose, if that is known.

    >>> at_place("ZeroDivisionError: division by zero [in slope, line 2 of cell 4]")
    ('ZeroDivisionError: division by zero', Place(function='slope', line=2, cell=4))
    >>> at_place("NameError: name 'w' is not defined")
    ("NameError: name 'w' is not defined", None)
    """
    found = _AT_PLACE.fullmatch(error)
    return (found[1], Place(found[2], int(found[3]), int(found[4]))) if found else (error, None)


FROM_NOTEBOOK = "From the notebook: "
"""What begins a problem that the student's own process told: its words may hold the inputs it was given."""


@dataclass
class Outcome:
    """What came back. Everything in it comes from untrusted code: data to compare, never a verdict."""

    values: dict[tuple[str, int, str], NDArray[Any]] = field(default_factory=dict)
    """(exercise, seed, name of the value) to a numeric array, never of objects."""
    errors: dict[str, str] = field(default_factory=dict)
    """Exercise to one line: why its check or its answer cell gave no values ("NotImplementedError: …").

    `at_place` takes it apart."""
    problems: list[str] = field(default_factory=list)
    """What else went wrong, in words: a cell that ran out of time, output that was cut, a killed process."""
