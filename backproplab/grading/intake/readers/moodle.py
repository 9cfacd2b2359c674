"""Moodle, "Download all submissions": `Ada Lovelace_1234_assignsubmission_file_/homework.ipynb`.

With or without a folder a student, which is an option there. A text typed into Moodle is
`Ada Lovelace_1234_assignsubmission_onlinetext_/onlinetext.html`.
"""

import re
from collections.abc import Sequence

from backproplab.grading.intake.entry import Entry
from backproplab.grading.intake.readers import structure
from backproplab.grading.intake.reading import STRAY, Aside, Placed, Reading, is_stray, renamed

TOP = re.compile(r"(?P<student>.+_\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)", re.DOTALL)


def read(entries: Sequence[Entry]) -> Reading | None:
    """Read what Moodle hands out; None if nothing is called as Moodle does."""
    if not any(TOP.fullmatch(entry.parts[0]) for entry in entries):
        return None
    reading = Reading("Moodle")
    for entry in entries:
        if named := TOP.fullmatch(entry.parts[0]):
            file = entry.file if len(entry.parts) > 1 else named["file"] or entry.file
            reading.placed.append(Placed(renamed(entry, file), named["student"]))
        elif is_stray(entry):
            reading.aside.append(Aside(entry, STRAY))
        else:
            reading.placed.append(structure.owner(entry))
    return reading
