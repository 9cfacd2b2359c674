"""GitHub Classroom, `gh classroom clone`: `homework-3-submissions/homework-3-ana/…`, a repository a student.

What is in a repository is its owner's alone, the whole course perhaps: no folder there is a student. A
repository that was downloaded from its page is called `homework-3-ana-main`. What the assignment is called,
the folder around all of them says; without that, what all their names begin with.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import takewhile

from backproplab.grading.intake.entry import Entry
from backproplab.grading.intake.reading import Placed, Reading, owner, plain_name, read_each, without_top

CLONED = re.compile(r"(?P<slug>.+-)submissions")
BRANCH = re.compile(r"-(main|master)$")
OF_A_REPOSITORY = re.compile(r"(?i)readme(\.\w+)?|licen[cs]e(\.\w+)?|\.gitignore|\.github|requirements\.txt")


def read(entries: Sequence[Entry]) -> Reading | None:
    """Read repositories; None unless they lie where they were cloned to, or several have names alike."""
    return _read_cloned(entries) or _read_alike(entries)


def _read_cloned(entries: Sequence[Entry]) -> Reading | None:
    """Read the folder that `gh classroom clone` makes, or what lies in it, also if that is one repository."""
    top = entries[0].parts[0]
    inside = [without_top(entry) for entry in entries if len(entry.parts) > 2 and entry.parts[0] == top]
    if len(inside) == len(entries) and CLONED.fullmatch(top):
        entries, around = inside, top
    else:
        around = plain_name(entries[0].container.name)
    cloned = CLONED.fullmatch(around)
    if not cloned or not all(entry.parts[0].startswith(cloned["slug"]) for entry in entries):
        return None
    return read_each("GitHub Classroom", entries, partial(_place, cloned["slug"]))


def _read_alike(entries: Sequence[Entry]) -> Reading | None:
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
