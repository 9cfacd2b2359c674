"""Canvas, "Download Submissions": `lovelaceada_LATE_1234_98765_homework.ipynb`, all in one folder.

Before the file's name stand the student's, sorted, without spaces; the user's number and the submission's. A
text typed into Canvas is `lovelaceada_1234_text.html`.
"""

import re
from collections.abc import Sequence

from backproplab.grading.intake.entry import Entry
from backproplab.grading.intake.reading import Placed, Reading, read_each, renamed

FILE = re.compile(r"(?s)(?P<student>.+?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<submission>\d+)_(?P<file>.+)")
TEXT = re.compile(r"(?s)(?P<student>.+?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<file>text\.html)")


def read(entries: Sequence[Entry]) -> Reading | None:
    """Read what Canvas hands out; None if this is none of it."""
    if not any(FILE.fullmatch(entry.parts[0]) for entry in entries):
        return None
    return read_each("Canvas", entries, _place)


def _place(entry: Entry) -> Placed | None:
    named = TEXT.fullmatch(entry.parts[0]) or FILE.fullmatch(entry.parts[0])
    if not named:
        return None
    file = named["file"] if len(entry.parts) == 1 else entry.file
    return Placed(renamed(entry, file), f"{named['student']}_{named['user']}", late=bool(named["late"]))
