"""Gradescope, "Export Submissions": `submission_301/homework.ipynb`; who that is, says a file beside them."""

import re
from collections.abc import Mapping, Sequence
from functools import partial

from backproplab.grading.intake.apart import near
from backproplab.grading.intake.contents import content
from backproplab.grading.intake.entry import Entry, SubmissionError
from backproplab.grading.intake.reading import Placed, Reading, plain_name, read_each
from backproplab.grading.limited import ReaderError

FOLDER = re.compile(r"submission_\d+")
METADATA = "submission_metadata.yml"
MOST_METADATA = 16 * 1024**2  # bytes
CREATED = re.compile(r"  :created_at: *['\"]?(?P<when>\d{4}-\d\d-\d\d[^'\"]*?)['\"]?\s*")
FIELD = re.compile(r"[\s-]*:(?P<field>name|sid): *(?P<quote>['\"]?)(?P<value>.*?)(?P=quote)\s*")


def read(entries: Sequence[Entry]) -> Reading | None:
    """Read what Gradescope hands out; None if this is none of it."""
    metadata = [entry for entry in entries if entry.parts == (METADATA,)]
    students, times = _who_and_when(metadata[0]) if metadata else ({}, {})
    return read_each("Gradescope", entries, partial(_place, students, times))


def _place(students: Mapping[str, str], times: Mapping[str, str], entry: Entry) -> Placed | None:
    folder = plain_name(entry.parts[0])
    if len(entry.parts) == 1 or not FOLDER.fullmatch(folder):
        return None
    return Placed(entry, students.get(folder, folder), when=times.get(folder, ""))


def _who_and_when(metadata: Entry) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """By folder, whose it is, and when it came; nothing where the file cannot be read."""
    try:
        students, times = near([metadata], _read, metadata)
    except (SubmissionError, ReaderError):
        return {}, {}
    return students, times


def _read(metadata: Entry) -> tuple[Mapping[str, str], Mapping[str, str]]:
    lines = content(metadata, MOST_METADATA).decode("utf-8", "replace").splitlines()
    return _students(lines), _times(lines)


def _times(lines: Sequence[str]) -> Mapping[str, str]:
    """By folder, when it came."""
    found: dict[str, str] = {}
    folder = ""
    for line in lines:
        if FOLDER.fullmatch(line.rstrip(": ")):
            folder = line.rstrip(": ")
        elif folder and (created := CREATED.fullmatch(line)):
            found[folder] = created["when"]
    return found


def _students(lines: Sequence[str]) -> Mapping[str, str]:
    """By folder, whose it is: of a group, all of them.

    Of YAML, this reads what Gradescope writes of it: a block for each submission, with a name and a number
    for each submitter.
    """
    found: dict[str, list[str]] = {}
    folder = ""
    for line in lines:
        if FOLDER.fullmatch(line.rstrip(": ")):
            folder = line.rstrip(": ")
        elif folder and (field := FIELD.fullmatch(line)) and field["value"]:
            known = found.setdefault(folder, [])
            if field["field"] == "name":
                known.append(field["value"])
            elif known:
                known[-1] += f"_{field['value']}"
    return {folder: " & ".join(names) for folder, names in found.items()}
