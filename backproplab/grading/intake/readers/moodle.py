"""Moodle, "Download all submissions": `Ada Lovelace_1234_assignsubmission_file_/homework.ipynb`.

With or without a folder a student, which is an option there. A text typed into Moodle is
`Ada Lovelace_1234_assignsubmission_onlinetext_/onlinetext.html`.
"""

import re
from collections.abc import Sequence

from backproplab.grading.intake.entry import Entry
from backproplab.grading.intake.reading import Placed, Reading, read_each, renamed

TOP = re.compile(r"(?s)(?P<student>.+?_\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)")

FOLDER = re.compile(r"(?s)(?P<student>.+_\d+)_assignsubmission_(?:file|onlinetext)_?")
"""The name before the number is one that people may choose, and it may look like all of this."""


def read(entries: Sequence[Entry]) -> Reading | None:
    """Read what Moodle hands out; None if this is none of it."""
    return read_each("Moodle", entries, _place)


def _place(entry: Entry) -> Placed | None:
    named = TOP.fullmatch(entry.parts[0])
    if not named:
        return None
    folder = FOLDER.fullmatch(entry.parts[0]) if len(entry.parts) > 1 else None
    file = entry.file if len(entry.parts) > 1 else named["file"] or entry.file
    return Placed(renamed(entry, file), (folder or named)["student"])
