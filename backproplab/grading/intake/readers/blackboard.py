"""Blackboard, "Assignment File Download": `Homework 3_ana1_attempt_2026-01-15-10-30-00_homework.ipynb`.

Each attempt has a receipt beside its files, called as they are but without a file's name. All attempts are
there.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from backproplab.grading.intake.entry import Entry
from backproplab.grading.intake.reading import Aside, Placed, Reading, read_each

ATTEMPT = re.compile(
    r"_(?P<student>[^_]+)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)\Z", re.DOTALL
)
RECEIPT = "Blackboard's receipt"


def read(entries: Sequence[Entry]) -> Reading | None:
    """Read what Blackboard hands out; None if this is none of it."""
    reading = read_each("Blackboard", entries, _place)
    if reading is None:
        return None
    receipts = [each for each in reading.placed if not each.entry.file]
    reading.placed = [each for each in reading.placed if each.entry.file]
    with_files = {each.student for each in reading.placed}
    for each in receipts:  # of somebody who typed a text into Blackboard, it is all there is
        entry = replace(each.entry, file=each.entry.parts[0])
        if each.student in with_files:
            reading.aside.append(Aside(entry, RECEIPT, each.student))
        else:
            reading.placed.append(replace(each, entry=entry))
    return reading


def _place(entry: Entry) -> Placed | None:
    """Say whose a file is; that of a receipt is called ""."""
    named = ATTEMPT.search(entry.parts[0])
    if not named:
        return None
    file = entry.file if len(entry.parts) > 1 else named["file"] or ""
    date, time = named["when"][:10], named["when"][11:].replace("-", ":")
    return Placed(replace(entry, file=file), named["student"], attempt=named["when"], when=f"{date} {time}")
