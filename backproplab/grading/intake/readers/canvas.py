"""Canvas, "Download Submissions": `lovelaceada_LATE_1234_98765_homework.ipynb`, all in one folder.

Before the file's name stand the student's, sorted, without spaces; the user's number and the submission's. A
text typed into Canvas is `lovelaceada_1234_text.html`.
"""

import re
from collections.abc import Sequence

from backproplab.grading.intake.entry import Entry
from backproplab.grading.intake.reading import STRAY, Aside, Placed, Reading, is_stray, renamed

FILE = re.compile(
    r"(?P<student>.+?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<submission>\d+)_(?P<file>.+)", re.DOTALL
)
TEXT = re.compile(r"(?P<student>.+?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<file>text\.html)", re.DOTALL)


def read(entries: Sequence[Entry]) -> Reading | None:
    """Read what Canvas hands out; None if anything is there that Canvas would not have called so."""
    reading = Reading("Canvas")
    for entry in entries:
        if named := TEXT.fullmatch(entry.parts[0]) or FILE.fullmatch(entry.parts[0]):
            student = f"{named['student']}_{named['user']}"
            file = named["file"] if len(entry.parts) == 1 else entry.file
            reading.placed.append(Placed(renamed(entry, file), student, late=bool(named["late"])))
        elif is_stray(entry):
            reading.aside.append(Aside(entry, STRAY))
        else:
            return None
    is_canvas = any(FILE.fullmatch(placed.entry.parts[0]) for placed in reading.placed)
    return reading if is_canvas else None
