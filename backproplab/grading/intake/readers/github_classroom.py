"""GitHub Classroom, `gh classroom clone`: `homework-3-submissions/homework-3-ana/…`, a repository a student.

What is in a repository is its owner's alone, the whole course perhaps: no folder there is a student. A
repository that was downloaded from its page is called `homework-3-ana-main`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import takewhile

from backproplab.grading.intake.entry import Entry
from backproplab.grading.intake.reading import Placed, Reading, owner, plain_name, read_each

BRANCH = re.compile(r"-(main|master)$")
OF_A_REPOSITORY = re.compile(r"(?i)readme(\.\w+)?|licen[cs]e(\.\w+)?|\.gitignore|\.github|requirements\.txt")


def read(entries: Sequence[Entry]) -> Reading | None:
    """Read repositories; None unless there are several, all called after one assignment."""
    inside = [entry for entry in entries if len(entry.parts) > 1]
    tops = {plain_name(entry.parts[0]) for entry in inside}
    signs = {plain_name(entry.parts[0]) for entry in inside if OF_A_REPOSITORY.fullmatch(entry.parts[1])}
    slug = _slug(sorted(tops))
    if len(tops) < 2 or not slug or len(signs) * 2 <= len(tops):
        return None
    return read_each("GitHub Classroom", entries, partial(_place, slug))


def _place(slug: str, entry: Entry) -> Placed | None:
    if len(entry.parts) == 1:
        return None
    placed = owner(entry)
    return replace(placed, student=BRANCH.sub("", placed.student.removeprefix(slug)))


def _slug(tops: Sequence[str]) -> str:
    """What all names begin with, up to a hyphen; "" if nobody's name would be left."""
    words = [BRANCH.sub("", top).split("-") for top in tops]
    common = list(takewhile(lambda column: len(set(column)) == 1, zip(*words, strict=False)))
    is_somebody_left = all(len(each) > len(common) for each in words)
    return "".join(f"{column[0]}-" for column in common) if is_somebody_left else ""
