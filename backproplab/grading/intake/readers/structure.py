"""Files that no platform has named: a flat folder, a folder a student, nbgrader's tree, a folder around all.

A file at the top is a student's, and its stem is the student. In a folder, the folder is the student; in a
folder of a folder, the inner one is the assignment. What is around all students is taken off before.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from backproplab.grading.intake.entry import Entry
from backproplab.grading.intake.reading import (
    STRAY,
    TIMESTAMP,
    Aside,
    Reading,
    is_called_so,
    is_stray,
    owner,
    plain_name,
    without_top,
)
from backproplab.marking.ids import series

NAME = "folders and files"
SUBMITTED = "submitted"
NBGRADER = {"source", "release", "autograded", "feedback", "exchange", "downloaded", "nbgrader_config.py"}
BESIDE_SUBMITTED = "nbgrader's own, beside submitted/"
CLASS_NAME = re.compile(
    r"(?i)(submi(tted|ssions?)|hand-?ins?|class|course|all|downloads?|exports?|homeworks?|hw|assignments?"
    r"|exercises?|week|lab|set|abgaben?)[\W_]*\d*"
)
COURSE = {"notebooks", "exercises", "expected", "solutions", "files", "data", "src", "images", "figures"}
"""Folders that a student has, and that are no student."""
LAYERS = 3  # folders around all students


def read(entries: Sequence[Entry], sets: Collection[str] = ()) -> Reading:
    """Read what came in by its structure alone. It always finds somebody, unless there is nothing.

    `sets` are the names of the exercise sets; without, whatever is called like one is taken for one.
    """
    reading = Reading(NAME, is_by_structure=True)
    inner = _without_strays(entries, reading)
    last = entries[0].container.resolve().name if entries else ""  # it may be given as "."
    for _ in range(LAYERS):
        around = _around(inner, sets)
        if not around:
            break
        last = around
        reading.aside += [Aside(entry, BESIDE_SUBMITTED) for entry in inner if entry.parts[0] != around]
        inside = [without_top(entry) for entry in inner if entry.parts[0] == around]
        inner = _without_strays(inside, reading)
    # In nbgrader's tree, a student has folders of assignments and puts nothing beside them.
    is_nbgraders = plain_name(last) == SUBMITTED and not any(
        len(entry.parts) < 3 and entry.is_notebook for entry in inner
    )
    reading.placed += [replace(owner(entry), is_stamp=is_nbgraders and _is_stamp(entry)) for entry in inner]
    return reading


def is_set(folder: str, sets: Collection[str]) -> bool:
    """Is a folder called as an exercise set is?"""
    return folder in sets if sets else bool(series(folder))


def _is_stamp(entry: Entry) -> bool:
    """Does it lie where nbgrader writes it, `STUDENT/ASSIGNMENT/timestamp.txt` in no zip of a student's?"""
    return len(entry.parts) == 3 and entry.parts[-1] == TIMESTAMP and is_called_so(entry, 3)


def _without_strays(entries: Sequence[Entry], reading: Reading) -> list[Entry]:
    reading.aside += [Aside(entry, STRAY) for entry in entries if is_stray(entry)]
    return [entry for entry in entries if not is_stray(entry)]


def _around(entries: Sequence[Entry], sets: Collection[str]) -> str:
    """The folder that stands around all students; "" if none does."""
    tops = {entry.parts[0] for entry in entries}
    if SUBMITTED in tops and len(tops) > 1:
        return SUBMITTED if tops <= {SUBMITTED, *NBGRADER} else ""
    if len(tops) != 1 or any(len(entry.parts) == 1 for entry in entries):
        return ""
    (top,) = tops
    is_of_a_class = is_set(plain_name(top), sets) or bool(CLASS_NAME.fullmatch(plain_name(top)))
    notebooks = sum(len(entry.parts) == 2 and entry.is_notebook for entry in entries)
    folders = {plain_name(entry.parts[1]) for entry in entries if len(entry.parts) > 2}
    if not folders:
        return top if notebooks > 1 or (notebooks and is_of_a_class) else ""
    if all(is_set(folder, sets) or folder.lower() in COURSE for folder in folders):
        # A student's own folders, unless they are students whose names begin with a number.
        deep = any(len(entry.parts) > 3 for entry in entries)
        return top if top == SUBMITTED and deep and not folders & COURSE else ""
    return top if is_of_a_class or (len(folders) > 1 and not notebooks) else ""
