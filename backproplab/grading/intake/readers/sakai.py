"""Sakai, "Download All": `Homework 3/Garcia, Ana(ana1)/Submission attachment(s)/homework.ipynb`.

A folder a student, with its login in brackets; beside the attachments timestamp.txt and what was replied.
"""

import re
from collections.abc import Sequence

from backproplab.grading.intake.entry import Entry
from backproplab.grading.intake.reading import TIMESTAMP, Aside, Placed, Reading, is_called_so, read_each

STUDENT = re.compile(r"(?s)(?P<name>.+)\((?P<login>[^()]+)\)")
ATTACHMENTS = "Submission attachment(s)"
REPLIES = re.compile(r"(?is)feedback.*|comments\.txt")
REPLY = "what was replied to the student"


def read(entries: Sequence[Entry]) -> Reading | None:
    """Read what Sakai hands out; None if this is none of it."""
    if not any(entry.parts[1:2] == (ATTACHMENTS,) for entry in entries):
        return None
    return read_each("Sakai", entries, _place)


def _place(entry: Entry) -> Placed | Aside | None:
    named = STUDENT.fullmatch(entry.parts[0])
    if not named:
        return None
    student = f"{named['name'].strip()}_{named['login']}"
    if len(entry.parts) > 1 and REPLIES.fullmatch(entry.parts[1]):
        return Aside(entry, REPLY, student)
    return Placed(entry, student, is_stamp=entry.parts[1:] == (TIMESTAMP,) and is_called_so(entry, 2))
