"""What a student's code returned, kept beside its result, so that it can be graded again without being run.

A change of points, of a sentence, of the solution or of what is accepted asks student code nothing new: the
values that came back are compared anew. `asked` says, part by part, all that they depend on; where a part
has changed, they hold no more, and the code is run again.

A file is one student's, `values/STEM.npz`: the arrays by number, and `about`, JSON that says what they are.
The same array is in it once, however many seeds gave it, and in single precision if that loses nothing: the
weights of a trained network are both.
"""

import ast
import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backproplab.files import atomic_write
from backproplab.grading.reports import PRIVATE, saving
from backproplab.grading.source import source_here
from backproplab.sandbox.protocol import Assignment, Cell, Check, Checkpoint, Limits, Outcome

VALUES = "values"
MOST_KEPT = 4 * 1024**2
"""Bytes of one student's values, with their names; of whoever returned more than that, nothing is kept."""
OVERHEAD = 512  # bytes that a value takes in the file, besides its own and its name's
NOTEBOOK = "the notebook"
UNASKED = ("points", "accept")  # of `@check(…)`: they say what becomes of values, and not what they are

Asked = Mapping[str, str]
"""What values depend on: a hash for each part, by its name in words."""


class Kept(NamedTuple):
    """What came back from the sandbox, and what it depends on."""

    asked: Asked
    seeds: tuple[int, ...]
    """Those that decided."""
    level: str
    """What isolation was on, in words."""
    shown: Outcome
    """Of public inputs."""
    outcome: Outcome
    """Of `seeds`."""


def versions() -> dict[str, str]:
    """Return the versions that results depend on."""
    return {
        "backproplab": version("backproplab"),
        "source of backproplab": source_here(),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def asked(assignment: Assignment, *, public: Sequence[int], isolation: str, limits: Limits) -> Asked:
    """Return all that values depend on, but for the student's notebook and the seeds that decide."""
    parts: dict[str, Any] = {
        "the name of the set": assignment.name,
        "what is given": list(assignment.given),
        **{f"the check of {check.exercise}": _question(check) for check in assignment.checks},
        "the inputs of notebooks": list(public),
        "the isolation": isolation,
        "the limits": asdict(limits),
        **{f"the version of {name}": number for name, number in versions().items()},
    }
    return {name: _hash(part) for name, part in parts.items()}


def of_notebook(steps: Sequence[Cell | Checkpoint]) -> Asked:
    """Return what values depend on in a student's notebook: all of it that runs."""
    return {NOTEBOOK: _hash([repr(step) for step in steps])}


def changed(before: Asked, now: Asked) -> list[str]:
    """Return the names of the parts that are not as they were, or are there on one side alone."""
    return [name for name in {**before, **now} if before.get(name) != now.get(name)]


def write_kept(path: Path, packed: bytes) -> None:
    """Put what was packed at `path` for its owner alone; b"" leaves no file there.

    SaveError if it cannot be written.
    """
    with saving(path):
        if not packed:
            path.unlink(missing_ok=True)
            return
        with atomic_write(path, mode=PRIVATE) as file:
            file.write(packed)


def read_kept(path: Path) -> bytes:
    """Return what is kept at `path`, packed; b"" if that is nothing, or cannot be read."""
    with suppress(OSError):
        return path.read_bytes()
    return b""


def to_keep(kept: Kept | None) -> bytes:
    """Return it packed; b"" if it is nothing, or too much to be kept."""
    return b"" if not kept or _size(kept) > MOST_KEPT else pack(kept)


def unpack(packed: bytes) -> Kept | None:
    """Return what was packed; None if that is nothing, or nothing whole. No code is run that it may hold."""
    # A file of NumPy's that is damaged raises whatever its reader happens upon.
    with suppress(Exception), np.load(BytesIO(packed), allow_pickle=False) as file:
        arrays = dict(file)
        about = json.loads(arrays["about"].tobytes())
        shown, outcome = (
            Outcome(
                {
                    (exercise, seed, name): arrays[array].astype(dtype)
                    for exercise, seed, name, array, dtype in about[which]["values"]
                },
                about[which]["errors"],
                about[which]["problems"],
            )
            for which in ("shown", "outcome")
        )
        return Kept(about["asked"], tuple(about["seeds"]), about["level"], shown, outcome)
    return None


def _size(kept: Kept) -> int:
    values = [each for outcome in (kept.shown, kept.outcome) for each in outcome.values.items()]
    arrays = {_content(small): small.nbytes for small in (_narrowed(array) for _, array in values)}
    return sum(arrays.values()) + sum(len(name) + OVERHEAD for (_, _, name), _ in values)


def _narrowed(array: NDArray[Any]) -> NDArray[Any]:
    """Return float64 numbers as float32 if each comes back from that bit for bit; all else as it is."""
    if array.dtype != np.float64:
        return array
    with np.errstate(all="ignore"):
        small = array.astype(np.float32)
    return small if small.astype(np.float64).tobytes() == array.tobytes() else array


def _content(array: NDArray[Any]) -> str:
    return f"{hashlib.sha256(array.tobytes()).hexdigest()} {array.dtype} {array.shape}"


def pack(kept: Kept) -> bytes:
    """Return it as the bytes of a file of NumPy's."""
    about: dict[str, Any] = {"asked": kept.asked, "seeds": kept.seeds, "level": kept.level}
    arrays: dict[str, Any] = {}
    numbers: dict[str, str] = {}
    for which, outcome in (("shown", kept.shown), ("outcome", kept.outcome)):
        about[which] = {"values": [], "errors": outcome.errors, "problems": outcome.problems}
        for key, array in outcome.values.items():
            small = _narrowed(array)
            number = numbers.setdefault(_content(small), f"array {len(numbers)}")
            arrays[number] = small
            about[which]["values"].append((*key, number, array.dtype.str))
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    file = BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _question(check: Check) -> list[str]:
    """Return what a check asks: its code without its form, its comments, and what only a grader reads."""
    tree = ast.parse(check.source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "check":
            node.keywords = [each for each in node.keywords if each.arg not in UNASKED]
    return [ast.dump(tree), *check.answers]


def _hash(part: Any) -> str:
    return hashlib.sha256(json.dumps(part).encode()).hexdigest()
