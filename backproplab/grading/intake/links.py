"""Files that have several names on disk: a hard link to somebody else's work, or to a solution.

Such a link cannot be told from a file by looking at it alone, and most are innocent: backups that keep what
has not changed only once (`rsync --link-dest`) give each file a second name elsewhere. So what counts is
whether two names that should have nothing to do with each other lead to one file.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from backproplab.grading.intake.entry import Entry, FileNumber
from backproplab.grading.intake.folder import file_number
from backproplab.grading.intake.reading import Placed

A_SOLUTION = "the same file on disk as a solution (a hard link): ask the student for their own"
ANOTHERS = (
    "the same file on disk as another student's (a hard link): find out whose it is, then grade a copy of "
    "the folder, made with cp -r, in which each file is one by itself"
)


def refuse_shared(placed: Sequence[Placed], solutions: Iterable[Path]) -> list[Placed]:
    """Refuse notebooks that are one file with one of the solutions, or with what another student handed in.

    Of several students, the one whose folder belongs to the same user as the file keeps it; if there are
    several of those, or none, nobody does. What is no notebook is not read, so that it may be what it is.
    """
    of_solutions, keepers = _linked(solutions), _keepers(placed)
    return [_checked(each, of_solutions, keepers) for each in placed]


def _linked(paths: Iterable[Path]) -> set[FileNumber]:
    """Which files on disk these are, of those that are there and have several names."""
    found: set[FileNumber] = set()
    for path in paths:
        with suppress(OSError):
            if file := file_number(path.stat()):
                found.add(file)
    return found


def _keepers(placed: Iterable[Placed]) -> dict[FileNumber, set[str]]:
    """By file with several names, the students who may keep it: one, or none."""
    having: dict[FileNumber, set[str]] = defaultdict(set)
    owning: dict[FileNumber, set[str]] = defaultdict(set)
    for each in placed:
        for entry in _around(each.entry):
            if entry.linked is not None:
                having[entry.linked].add(each.student)
                if entry.is_of_folders_owner:
                    owning[entry.linked].add(each.student)
    return {
        file: students if len(students) == 1 else owning[file] if len(owning[file]) == 1 else set()
        for file, students in having.items()
    }


def _checked(
    placed: Placed, solutions: Collection[FileNumber], keepers: dict[FileNumber, set[str]]
) -> Placed:
    if placed.entry.refused or not placed.entry.is_notebook:
        return placed
    for entry in _around(placed.entry):
        if entry.linked is None:
            continue
        if entry.linked in solutions:
            return replace(placed, entry=replace(placed.entry, refused=A_SOLUTION))
        if placed.student not in keepers[entry.linked]:
            return replace(placed, entry=replace(placed.entry, refused=ANOTHERS))
    return placed


def _around(entry: Entry) -> Iterator[Entry]:
    """Yield a path, and the zip files that it lies in."""
    inner: Entry | None = entry
    while inner is not None:
        yield inner
        inner = inner.outer
