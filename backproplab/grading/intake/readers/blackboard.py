"""Blackboard, "Assignment File Download": `Homework 3_ana1_attempt_2026-01-15-10-30-00_homework.ipynb`.

Each attempt has a receipt beside its files, called as they are but without a file's name. All attempts are
there. The login stands behind what all names begin with, the assignment: both may have a `_` in them. Of one
student alone, it is taken to have none.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import takewhile

from backproplab.grading.intake.entry import Entry
from backproplab.grading.intake.reading import Aside, Placed, Reading, read_each

ATTEMPT = re.compile(
    r"(?P<called>.*?_[^_]+)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)", re.DOTALL
)
RECEIPT = "Blackboard's receipt"


def read(entries: Sequence[Entry]) -> Reading | None:
    """Read what Blackboard hands out; None if this is none of it."""
    reading = read_each("Blackboard", entries, _place)
    if reading is None:
        return None
    logins = _logins({each.student for each in reading.placed if each.attempt})
    reading.placed = [
        replace(each, student=logins[each.student]) if each.attempt else each for each in reading.placed
    ]
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
    """Say whose a file is, with the assignment before the login; that of a receipt is called ""."""
    named = ATTEMPT.fullmatch(entry.parts[0])
    if not named:
        return None
    file = entry.file if len(entry.parts) > 1 else named["file"] or ""
    date, time = named["when"][:10], named["when"][11:].replace("-", ":")
    return Placed(replace(entry, file=file), named["called"], attempt=named["when"], when=f"{date} {time}")


def _logins(called: Collection[str]) -> dict[str, str]:
    """Return names without the words that all begin with, but with one at least.

    >>> _logins(["HW_3_ana_1"]), _logins(["HW_3_ana"])
    ({'HW_3_ana_1': '1'}, {'HW_3_ana': 'ana'})
    """
    words = {name: name.split("_") for name in called}
    columns = zip(*words.values(), strict=False)
    common = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))
    shortest = min(map(len, words.values()), default=1)
    return {name: "_".join(parts[min(common, shortest - 1) :]) for name, parts in words.items()}
