"""Brightspace (D2L), "Download": `1001-2002 - Ana Garcia - Jan 15, 2026 1030 AM - homework.ipynb`.

Either all files in one folder or a folder for each upload, called so without a file's name; beside them an
index.html. Every upload is there. The first number is the user's.
"""

import datetime
import re
from collections.abc import Sequence
from contextlib import suppress

from backproplab.grading.intake.entry import Entry
from backproplab.grading.intake.reading import Placed, Reading, plain_name, read_each, renamed

UPLOAD = re.compile(
    r"(?s)(?P<user>\d+)-\d+ ?- ?(?P<student>.+?) ?- ?(?P<when>[^-]*\b\d{4}\b[^-]*?)(?: ?- ?(?P<file>.+))?"
)


def read(entries: Sequence[Entry]) -> Reading | None:
    """Read what Brightspace hands out; None if this is none of it."""
    return read_each("Brightspace", entries, _place)


def _place(entry: Entry) -> Placed | None:
    named = UPLOAD.fullmatch(plain_name(entry.parts[0]))
    if not named:
        return None
    file = entry.file if len(entry.parts) > 1 else named["file"] or entry.file
    student = f"{named['student']}_{named['user']}"
    when = _in_order(named["when"])
    return Placed(renamed(entry, file), student, attempt=when, when=when)


def _in_order(when: str) -> str:
    """Write a time so that the later of two comes later in the order of text.

    >>> _in_order("Jan 5, 2026 130 PM"), _in_order("Jan 15, 2026 1030 AM")
    ('2026-01-05 13:30', '2026-01-15 10:30')
    """
    parts = when.replace(",", "").split()
    if len(parts) == 5:
        parts[3] = parts[3].zfill(4)
    for written in ("%b %d %Y %I%M %p", "%B %d %Y %I%M %p"):
        with suppress(ValueError):
            return datetime.datetime.strptime(" ".join(parts), written).isoformat(" ", "minutes")
    return when
