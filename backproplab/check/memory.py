"""Which mistakes with a name a learner made before, and in which exercise.

The notebook itself remembers. A card carries the names of the mistakes that were made in its exercise, also
once the answer is right, in an attribute that nobody sees. So they are saved with the learner's answers, and
go when the outputs are cleared; nothing else is written. When a set is opened they are read from there, from
this notebook and from those beside it.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from backproplab.marking.slips import SLIPS

LARGEST = 20_000_000  # bytes of a notebook that is read
_MARK = re.compile(r"data-slips='([\w.:, -]*)'")  # of single quotes: JSON leaves them as they are

Memory = dict[str, list[str]]
"""The slugs of an exercise's mistakes, in the order in which they were made."""


def mark(exercise: str, slugs: Sequence[str]) -> str:
    """Return the attribute with which a card remembers; "" if there is nothing to remember.

    >>> mark("3.2", ["sign-turned"])
    " data-slips='3.2:sign-turned'"
    """
    marks = ",".join(f"{exercise}:{slug}" for slug in slugs)
    return f" data-slips='{marks}'" if marks else ""


def recall(folder: Path, memory: Memory) -> None:
    """Add what the notebooks of a folder remember; one that cannot be read remembers nothing."""
    for path in sorted(folder.glob("*.ipynb")):
        try:
            text = path.read_text(encoding="utf-8") if path.stat().st_size <= LARGEST else ""
        except (OSError, UnicodeDecodeError):
            continue
        for found in _MARK.findall(text):
            for each in found.split(","):
                exercise, _, slug = each.partition(":")
                add(memory, exercise, slug)


def add(memory: Memory, exercise: str, slug: str) -> None:
    """Remember a mistake of an exercise, once."""
    if slug in SLIPS and slug not in memory.setdefault(exercise, []):
        memory[exercise].append(slug)


def met_before(memory: Mapping[str, list[str]], exercise: str, slug: str) -> str:
    """Return another exercise in which the same mistake was made, "" if there is none."""
    return next((other for other, slugs in memory.items() if other != exercise and slug in slugs), "")
