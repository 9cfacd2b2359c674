"""Gradescope, "Export Submissions": `submission_301/homework.ipynb`; who that is, says a file beside them.

Names there are as people call themselves, and need not have a number: two folders of one name are two
students all the same.
"""

import re
from collections import Counter
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
    folders = sorted({_folder(entry) for entry in entries} - {""})
    called = _told_apart({folder: students.get(folder, folder) for folder in folders})
    return read_each("Gradescope", entries, partial(_place, called, times))


def _place(called: Mapping[str, str], times: Mapping[str, str], entry: Entry) -> Placed | None:
    folder = _folder(entry)
    return Placed(entry, called[folder], when=times.get(folder, "")) if folder else None


def _folder(entry: Entry) -> str:
    """The folder of a submission that it lies in; "" if it lies in none."""
    top = plain_name(entry.parts[0])
    return top if len(entry.parts) > 1 and FOLDER.fullmatch(top) else ""


def _told_apart(called: Mapping[str, str]) -> Mapping[str, str]:
    """By folder, whose it is, with the folder's number where another has the same name.

    A name may look as if it had such a number already: then it gets one, too.

    >>> _told_apart({"submission_1": "Ana", "submission_2": "Bob"})
    {'submission_1': 'Ana', 'submission_2': 'Bob'}
    >>> list(_told_apart({"submission_1": "Ana", "submission_2": "Ana"}).values())
    ['Ana (submission 1)', 'Ana (submission 2)']
    """
    while len(set(called.values())) < len(called):
        count = Counter(called.values())
        called = {
            folder: name if count[name] == 1 else f"{name} ({folder.replace('_', ' ')})"
            for folder, name in called.items()
        }
    return called


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
