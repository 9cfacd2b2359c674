"""Google Drive: Classroom's `Ana Garcia - Homework 3.ipynb`, or Forms' `Homework 3 - Ana Garcia.ipynb`.

Which half is the student follows from all of them at once: the half that differs more.
"""

import re
from collections.abc import Sequence

from backproplab.grading.intake.entry import NOTEBOOK, Entry
from backproplab.grading.intake.reading import STRAY, Aside, Placed, Reading, is_stray, renamed, stem

AGAIN = re.compile(r" ?\((\d{1,6})\)(?= - |$)")  # what Drive adds to a second file of one name


def read(entries: Sequence[Entry]) -> Reading | None:
    """Read such files; None if any is not called so, or if either half might be the student."""
    files = [entry for entry in entries if not is_stray(entry)]
    if len(files) < 2 or any(len(entry.parts) > 1 or " - " not in stem(entry.file) for entry in files):
        return None
    plain = [AGAIN.sub("", stem(entry.file)) for entry in files]
    before = [name.partition(" - ")[0].strip() for name in plain]
    after = [name.rpartition(" - ")[2].strip() for name in plain]
    if len(set(before)) == len(set(after)):
        return None
    students = before if len(set(before)) > len(set(after)) else after
    return Reading(
        "Google Drive",
        [
            Placed(renamed(entry, _with_attempt(entry)), student)
            for entry, student in zip(files, students, strict=True)
        ],
        [Aside(entry, STRAY) for entry in entries if is_stray(entry)],
        is_by_name=True,
    )


def _with_attempt(entry: Entry) -> str:
    """The file's name, with Drive's number at its end, where attempts are looked for."""
    again = AGAIN.search(stem(entry.file))
    if not again or not entry.is_notebook:
        return entry.file
    return f"{AGAIN.sub('', stem(entry.file))} ({again[1]}){NOTEBOOK}"
