"""Gradescope, "Export Submissions": `submission_301/homework.ipynb`; who that is, says a file beside them."""

import re
from collections.abc import Mapping, Sequence
from functools import partial

from backproplab.grading.intake.contents import content
from backproplab.grading.intake.entry import Entry, SubmissionError
from backproplab.grading.intake.reading import Placed, Reading, plain_name, read_each

FOLDER = re.compile(r"submission_\d+")
METADATA = "submission_metadata.yml"
MOST_METADATA = 16 * 1024**2  # bytes
FIELD = re.compile(r"[\s-]*:(?P<field>name|sid): *(?P<quote>['\"]?)(?P<value>.*?)(?P=quote)\s*")


def read(entries: Sequence[Entry]) -> Reading | None:
    """Read what Gradescope hands out; None if this is none of it."""
    metadata = [entry for entry in entries if entry.parts == (METADATA,)]
    return read_each("Gradescope", entries, partial(_place, _students(metadata[0]) if metadata else {}))


def _place(students: Mapping[str, str], entry: Entry) -> Placed | None:
    folder = plain_name(entry.parts[0])
    if len(entry.parts) == 1 or not FOLDER.fullmatch(folder):
        return None
    return Placed(entry, students.get(folder, folder))


def _students(metadata: Entry) -> Mapping[str, str]:
    """By folder, whose it is: of a group, all of them.

    Of YAML, this reads what Gradescope writes of it: a block for each submission, with a name and a number
    for each submitter.
    """
    try:
        text = content(metadata, MOST_METADATA).decode("utf-8", "replace")
    except SubmissionError:
        return {}
    found: dict[str, list[str]] = {}
    folder = ""
    for line in text.splitlines():
        if FOLDER.fullmatch(line.rstrip(": ")):
            folder = line.rstrip(": ")
        elif folder and (field := FIELD.fullmatch(line)) and field["value"]:
            known = found.setdefault(folder, [])
            if field["field"] == "name":
                known.append(field["value"])
            elif known:
                known[-1] += f"_{field['value']}"
    return {folder: " & ".join(names) for folder, names in found.items()}
