"""ILIAS, "Download all submissions": `Garcia_Ana_ana1_4711/20260115103000_homework.ipynb`.

A folder a student: last name, first name, login, number. Before a file's name stands when it came; a file
that was handed in anew is there twice.
"""

import re
from collections.abc import Sequence

from backproplab.grading.intake.entry import Entry
from backproplab.grading.intake.reading import Aside, Placed, Reading, plain_name, read_each, renamed

STUDENT = re.compile(r"(?s)(?P<last>.+)_(?P<first>[^_]+)_(?P<login>[^_]+)_\d+")
FILE = re.compile(r"(?s)(?P<when>\d{14})_(?P<file>.+)")


def read(entries: Sequence[Entry]) -> Reading | None:
    """Read what ILIAS hands out; None if this is none of it."""
    if not any(FILE.fullmatch(part) for entry in entries for part in entry.parts[1:2]):
        return None
    reading = read_each("ILIAS", entries, _place)
    if reading is not None:
        _set_aside_older_versions(reading)
    return reading


def _place(entry: Entry) -> Placed | None:
    named = STUDENT.fullmatch(plain_name(entry.parts[0]))
    if not named or len(entry.parts) == 1:
        return None
    dated = FILE.fullmatch(entry.parts[1])  # and nothing behind that: what is in a zip file is the student's
    student = f"{named['last']}, {named['first']}_{named['login']}"
    if not dated:
        return Placed(entry, student)
    digits = dated["when"]
    date = "-".join((digits[:4], digits[4:6], digits[6:8]))
    time = ":".join((digits[8:10], digits[10:12], digits[12:]))
    file = dated["file"] if len(entry.parts) == 2 else entry.file
    return Placed(renamed(entry, file), student, when=f"{date} {time}")


def _set_aside_older_versions(reading: Reading) -> None:
    latest: dict[tuple[str, ...], Placed] = {}
    for each in sorted(reading.placed, key=lambda each: each.entry.parts[-1]):
        place = (each.student, *each.entry.parts[:-1], each.entry.file)
        if earlier := latest.get(place):
            why = f"handed in anew later, as {each.entry.parts[-1]}"
            reading.aside.append(Aside(earlier.entry, why, earlier.student))
        latest[place] = each
    reading.placed = list(latest.values())
