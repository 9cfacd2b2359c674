"""GitHub Classroom, `gh classroom clone`: `homework-3-submissions/homework-3-ana/…`, a repository a student.

What is in a repository is its owner's alone, the whole course perhaps: no folder there is a student. A
repository that was downloaded from its page is called `homework-3-ana-main`. What the assignment is called,
the folder around all of them says; without that, what all their names begin with.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from itertools import takewhile

from backproplab.grading.intake.entry import Entry
from backproplab.grading.intake.reading import (
    Placed,
    Reading,
    is_stray,
    owner,
    plain_name,
    read_each,
    without_top,
)

CLONED = re.compile(r"(?P<slug>.+-)submissions")
BRANCH = re.compile(r"-(main|master)$")
OF_A_REPOSITORY = re.compile(r"(?i)readme(\.\w+)?|licen[cs]e(\.\w+)?|\.gitignore|\.github|requirements\.txt")


def read(entries: Sequence[Entry]) -> Reading | None:
    """Read repositories; None unless they lie where they were cloned to, or several have names alike."""
    return _read_cloned(entries) or _read_alike(entries)


def _read_cloned(entries: Sequence[Entry]) -> Reading | None:
    """Read the folder that `gh classroom clone` makes, or what lies in it, also if that is one repository."""
    strays = [entry for entry in entries if is_stray(entry)]
    inner = [entry for entry in entries if not is_stray(entry)]
    if not inner:
        return None
    top = inner[0].parts[0]
    inside = [without_top(entry) for entry in inner if len(entry.parts) > 2 and entry.parts[0] == top]
    if len(inside) == len(inner) and CLONED.fullmatch(top):
        inner, around = inside, top
    else:
        around = plain_name(inner[0].container.resolve().name)  # it may be given as "."
    cloned = CLONED.fullmatch(around)
    if not cloned or not all(entry.parts[0].startswith(cloned["slug"]) for entry in inner):
        return None
    return read_each("GitHub Classroom", [*inner, *strays], partial(_place, cloned["slug"]))


def _read_alike(entries: Sequence[Entry]) -> Reading | None:
    """Read folders whose names begin alike, most of which look like repositories: a guess, no more."""
    inside = [entry for entry in entries if len(entry.parts) > 1]
    tops = {plain_name(entry.parts[0]) for entry in inside}
    signs = {plain_name(entry.parts[0]) for entry in inside if OF_A_REPOSITORY.fullmatch(entry.parts[1])}
    slug = _slug(sorted(tops))
    if len(tops) < 2 or not slug or len(signs) * 2 <= len(tops):
        return None
    reading = read_each("GitHub Classroom", entries, partial(_place, slug))
    if reading is None:
        return None
    names = _without_branches({each.student for each in reading.placed})
    placed = [replace(each, student=names[each.student]) for each in reading.placed]
    return replace(reading, placed=placed, is_by_structure=True)


def _place(slug: str, entry: Entry) -> Placed | None:
    if len(entry.parts) == 1:
        return None
    placed = owner(entry)
    return replace(placed, student=placed.student.removeprefix(slug))


def _without_branches(names: Collection[str]) -> dict[str, str]:
    """Return names without the branch that was downloaded, but where two would become one.

    >>> _without_branches(["ana-main"]), _without_branches(["ada", "ada-main"])
    ({'ana-main': 'ana'}, {'ada': 'ada', 'ada-main': 'ada-main'})
    """
    shared = Counter(BRANCH.sub("", name) for name in names)
    return {name: plain if shared[plain := BRANCH.sub("", name)] == 1 else name for name in names}


def _slug(tops: Sequence[str]) -> str:
    """What all names begin with, up to a hyphen; "" if nobody's name would be left."""
    words = [BRANCH.sub("", top).split("-") for top in tops]
    common = list(takewhile(lambda column: len(set(column)) == 1, zip(*words, strict=False)))
    is_somebody_left = all(len(each) > len(common) for each in words)
    return "".join(f"{column[0]}-" for column in common) if is_somebody_left else ""
