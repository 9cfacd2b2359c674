"""Who handed in what: from whatever a platform gives to submissions, and nothing is lost on the way.

`take_in` looks at all that came in, and reads no more of it than the first bytes. What it finds is each
student's, or is left aside with a reason; `backproplab.grading.ledger` says afterwards what became of it.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from backproplab.grading.intake.apart import near
from backproplab.grading.intake.contents import READ_LIMIT, content, contents, heads
from backproplab.grading.intake.entry import Entry, SubmissionError
from backproplab.grading.intake.links import refuse_shared
from backproplab.grading.intake.litter import folders_of_grades, is_of_grades
from backproplab.grading.intake.look import look
from backproplab.grading.intake.names import clean_parts
from backproplab.grading.intake.reading import Aside, Placed
from backproplab.grading.intake.recognise import recognise
from backproplab.grading.limited import ReaderError

__all__ = [
    "READ_LIMIT",
    "Entry",
    "Intake",
    "Submission",
    "SubmissionError",
    "content",
    "digest",
    "file_stems",
    "find_submissions",
    "heads",
    "late_if_any",
    "take_in",
    "timestamp",
]

OWN_GRADES = "grades, of this run or an earlier one"
MOST_HASHED = 2 * READ_LIMIT  # bytes of one student's notebooks
MOST_PATHS = 50_000  # in all zip files of one student: more than the worst of them holds
NAMED = 5  # files, where there is no notebook among them


@dataclass(frozen=True)
class Submission:
    """All that one student handed in for one assignment."""

    student: str
    assignment: str
    """As nbgrader's folder calls it; "" where nothing says."""
    entries: tuple[Entry, ...]
    late: bool | None = None
    """Does the platform say that it came too late, or else that it did not? None where it says neither."""
    when: str = ""
    """When the attempt that counts came, as the platform's names or a worksheet say; "" where none does."""
    stamps: tuple[Entry, ...] = ()
    """The file in which nbgrader or Sakai says when it came; no file of the student's called so. If there are
    several, none of them counts."""

    @property
    def notebooks(self) -> tuple[Entry, ...]:
        """The entries that are notebooks; without any, those that are refused, of which reading says why."""
        notebooks = tuple(entry for entry in self.entries if entry.is_notebook)
        return notebooks or tuple(entry for entry in self.entries if entry.refused)

    @property
    def to_read(self) -> Self:
        """The same with no more entries than reading it takes: what a process that reads it is sent."""
        return replace(self, entries=self.notebooks or self.entries[:NAMED])


@dataclass(frozen=True)
class Intake:
    """All that came in."""

    platform: str
    """What it was read as."""
    submissions: tuple[Submission, ...]
    """Sorted by student; one for each folder that a student has for an assignment."""
    aside: tuple[Aside, ...]
    """What is in none of them."""
    paths: int
    """How many there are in all."""
    is_by_structure: bool = False
    """Do names and places alone say whose each path is, so that whole students may be taken for one?"""
    is_by_name: bool = False
    """Does a person's name alone say whose each path is, which another may have, too?"""


def take_in(
    path: Path, *, out: Path | None = None, sets: Collection[str] = (), solutions: Collection[Path] = ()
) -> Intake:
    """Look at what was handed in at `path`, a folder or a zip file, and say whose is what.

    `out` is where grades go, which may lie in there; `sets` are the names of the exercise sets, as folders
    may be called; `solutions`, files that nobody may hand in a link to. SubmissionError if there is nothing,
    or if a zip file is damaged.
    """
    seen = list(look(path))
    aside = [Aside(each.entry, each.aside) for each in seen if each.aside]
    entries = [each.entry for each in seen if not each.aside]
    grades = folders_of_grades(entries) | _out_in(path, out)
    aside += [Aside(entry, OWN_GRADES) for entry in entries if is_of_grades(entry, grades)]
    reading = recognise([entry for entry in entries if not is_of_grades(entry, grades)], sets)
    placed, past = _bounded(refuse_shared(reading.placed, solutions))
    latest, earlier = _latest_attempts(placed)
    if not latest:
        raise SubmissionError(
            f"{path} holds no submissions: name a folder of notebooks, nbgrader's submitted/ or a zip"
        )
    return Intake(
        reading.platform,
        tuple(_by_student(latest)),
        (*aside, *reading.aside, *past, *earlier),
        len(seen),
        reading.is_by_structure,
        reading.is_by_name,
    )


def find_submissions(path: Path) -> list[Submission]:
    """Return what was handed in at `path`, a folder or a zip file, sorted by student: see `take_in`."""
    return list(take_in(path).submissions)


def _out_in(path: Path, out: Path | None) -> set[tuple[str, ...]]:
    """The folder for grades, and a link to it, as parts, where they lie in that of the submissions."""
    if out is None:
        return set()
    top = path.resolve()
    places = {out.resolve(), out.parent.resolve() / out.name}
    return {clean_parts(each.relative_to(top).as_posix()) for each in places if each.is_relative_to(top)}


def _by_student(placed: Iterable[Placed]) -> list[Submission]:
    found: dict[tuple[str, str], list[Placed]] = {}
    for each in placed:
        found.setdefault((each.student, each.assignment), []).append(each)
    return [
        Submission(
            *key,
            tuple(each.entry for each in group),
            late=late_if_any(each.late for each in group),
            when=_came(group),
            stamps=tuple(each.entry for each in group if each.is_stamp),
        )
        for key, group in sorted(found.items())
    ]


def late_if_any(said: Iterable[bool | None]) -> bool | None:
    """Return whether a whole came too late, from what a platform says of its parts.

    >>> late_if_any([True, False]), late_if_any([False, None]), late_if_any([None])
    (True, False, None)
    """
    return max((late for late in said if late is not None), default=None)


def _came(placed: Sequence[Placed]) -> str:
    """When it came: the last of its notebooks, or of all where there is none."""
    times = [each.when for each in placed if each.entry.is_notebook] or [each.when for each in placed]
    return max(times, default="")


def _bounded(placed: Sequence[Placed]) -> tuple[list[Placed], list[Aside]]:
    """Part what counts from what lies in zip files of a student who lists too much, notebooks first."""
    inside = sorted(
        (each for each in placed if each.entry.outer), key=lambda each: not each.entry.is_notebook
    )
    listed = Counter[str]()
    past: dict[int, Aside] = {}
    for each in inside:
        listed[each.student] += 1
        if listed[each.student] > MOST_PATHS:
            why = f"past the {MOST_PATHS:,} paths in one student's zip files"
            past[id(each)] = Aside(each.entry, why, each.student)
    return [each for each in placed if id(each) not in past], list(past.values())


def _latest_attempts(placed: Iterable[Placed]) -> tuple[list[Placed], list[Aside]]:
    """Part each student's latest attempt that holds a notebook, else the latest, from the earlier ones."""
    attempts: dict[tuple[str, str], dict[str, list[Placed]]] = {}
    for each in placed:
        attempts.setdefault((each.student, each.assignment), {}).setdefault(each.attempt, []).append(each)
    latest: list[Placed] = []
    earlier: list[Aside] = []
    for of_one in attempts.values():
        chosen = max(of_one, key=lambda when: (any(each.entry.is_notebook for each in of_one[when]), when))
        latest += of_one[chosen]
        for when, group in of_one.items():
            if when != chosen:
                why = f"another attempt, {when}; {chosen} counts"
                earlier += [Aside(each.entry, why, each.student) for each in group]
    return latest, earlier


def digest(submission: Submission) -> str:
    """Return a hash of what a student handed in, to tell whether it changed between two runs.

    Notebooks count with their bytes, as far as they may be graded; all else with its name and size.
    """
    total = hashlib.sha256()
    for entry in submission.entries:
        total.update(f"\0{entry.name}\0{entry.size}\0{entry.refused}\0".encode(errors="surrogateescape"))
    notebooks = [entry for entry in submission.entries if entry.is_notebook]
    with suppress(SubmissionError, ReaderError):
        total.update(str(near(notebooks, _digest, notebooks)).encode())
    return total.hexdigest()


def _digest(notebooks: Sequence[Entry]) -> str:
    total = hashlib.sha256()
    left = MOST_HASHED
    for found in contents(notebooks):
        data = str(found).encode(errors="surrogateescape") if isinstance(found, SubmissionError) else found
        total.update(data)
        left -= len(data)
        if left <= 0:
            break
    return total.hexdigest()


def timestamp(submission: Submission) -> str:
    """Return what nbgrader's or Sakai's timestamp.txt says, or else the platform's names; or ""."""
    if len(submission.stamps) == 1:
        with suppress(SubmissionError, ReaderError):
            return str(near(submission.stamps, _stamped, *submission.stamps))
    return submission.when


def _stamped(stamp: Entry) -> str:
    return content(stamp, 1024).decode("utf-8", "replace").strip()


def file_stems(students: Iterable[str], kept: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give each student a file name, without extension, that every system takes and no two share.

    `kept` are the names that students have already, who need not be among these: they keep them.

    >>> file_stems(["ada", "Ada", "../x", "Zoë"])["../x"]
    '%2E.%2Fx'
    >>> file_stems(["Ada"], {"ada": "ada"})
    {'Ada': 'Ada~99a563ab'}
    """
    kept = kept or {}
    students = list(dict.fromkeys(students))
    plain = {student: _plain(student) for student in students if student not in kept}
    taken = Counter(name.casefold() for name in (*plain.values(), *kept.values()))
    new = {
        student: name if taken[name.casefold()] == 1 else f"{name}~{_short_hash(student)}"
        for student, name in plain.items()
    }
    return {student: kept.get(student) or new[student] for student in students}


def _plain(student: str) -> str:
    text = unicodedata.normalize("NFC", student)
    text = re.sub(r"[^\w .@+-]|^\.|[. ]$", lambda found: f"%{ord(found[0]):02X}", text) or "%"
    if re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", text):
        text = f"%{text}"
    return text if len(text.encode()) <= 120 else f"{text[:30]}~{_short_hash(student)}"


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:8]
