"""What goes into the sandbox and what comes out: plain data that both sides read.

The sandbox knows no answer. It gets a released assignment and a student's cells, and gives back the values
that the checks return. Whether a value is right is decided elsewhere (`backproplab.grading`), by a process
that never runs student code.
"""

from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray


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


FROM_NOTEBOOK = "From the notebook: "
"""What begins a problem that the student's own process told: its words may hold the inputs it was given."""


@dataclass
class Outcome:
    """What came back. Everything in it comes from untrusted code: data to compare, never a verdict."""

    values: dict[tuple[str, int, str], NDArray[Any]] = field(default_factory=dict)
    """(exercise, seed, name of the value) to a numeric array, never of objects."""
    errors: dict[str, str] = field(default_factory=dict)
    """Exercise to one line: why its check or its answer cell gave no values ("NotImplementedError: …")."""
    problems: list[str] = field(default_factory=list)
    """What else went wrong, in words: a cell that ran out of time, output that was cut, a killed process."""
