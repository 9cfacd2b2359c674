"""Who handed in what: a flat folder, nbgrader's tree, or the zip that Canvas or Moodle gives.

One rule covers them all. A file at the top is a student's, and its stem is the student. In a folder, the
folder is the student; in a folder of a folder, the inner one is the assignment. Canvas and Moodle put more
than the student's name into theirs, and that is taken off. Nothing is unpacked to disk.
"""

import hashlib
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from backproplab.errors import BackproplabError

CANVAS = re.compile(r"(?P<student>.+?)(?:_LATE)?_(?P<user>\d+)_(?P<submission>\d+)_(?P<file>.+)")
MOODLE = re.compile(r"(?P<student>.+_\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)")
TIMESTAMP = "timestamp.txt"  # nbgrader's, beside the notebook
READ_LIMIT = 100 * 1024**2  # bytes of one notebook
ENCRYPTED = 0x1  # bit of a zip member's flags


class SubmissionError(BackproplabError):
    """A submission, or all of them, cannot be read; the message says why in a sentence."""


@dataclass(frozen=True)
class Entry:
    """One file that was handed in."""

    container: Path
    """The folder, or the zip file, that everything was handed in with."""
    name: str
    """Its path in there."""
    file: str
    """Its name as the student gave it."""


@dataclass(frozen=True)
class Submission:
    """All that one student handed in for one assignment."""

    student: str
    assignment: str
    """As nbgrader's folder calls it; "" where nothing says."""
    entries: tuple[Entry, ...]

    @property
    def notebooks(self) -> tuple[Entry, ...]:
        """The entries that call themselves notebooks."""
        return tuple(entry for entry in self.entries if entry.file.lower().endswith(".ipynb"))


def find_submissions(path: Path) -> list[Submission]:
    """Return what was handed in at `path`, a folder or a zip file, sorted by student.

    SubmissionError if there is nothing, or if a zip file is damaged.
    """
    parts = {name: _parts(name) for name in sorted(_names(path))}
    parts = {name: each for name, each in parts.items() if each and not _is_litter(each)}
    around = _outer_folder(list(parts.values()))
    parts = {name: each[len(around) :] for name, each in parts.items() if each[: len(around)] == around}
    tops = [each[0] for each in parts.values() if len(each) == 1]
    canvas = bool(tops) and all(CANVAS.fullmatch(top) for top in tops)
    found: dict[tuple[str, str], list[Entry]] = {}
    for name, each in parts.items():
        student, assignment, file = _owner(each, canvas=canvas)
        found.setdefault((student, assignment), []).append(Entry(path, name, file))
    if not found:
        raise SubmissionError(
            f"{path} holds no submissions: name a folder of notebooks, nbgrader's submitted/ or a zip"
        )
    return [Submission(*key, tuple(entries)) for key, entries in sorted(found.items())]


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a path, without those that would lead out of the folder."""
    return tuple(part for part in PurePosixPath(name).parts if part not in ("/", ".", ".."))


LITTER = {".DS_Store", ".ipynb_checkpoints", ".git", "__MACOSX"}


def _is_litter(parts: tuple[str, ...]) -> bool:
    """Is it what systems leave lying about: .DS_Store, .ipynb_checkpoints, __MACOSX?"""
    return any(part in LITTER or part.startswith("._") for part in parts)


def _outer_folder(parts: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The folder around all students: nbgrader's `submitted`, or the only one, with several notebooks."""
    tops = {each[0] for each in parts}
    if "submitted" in tops and (
        len(tops) == 1 or any(each[0] == "submitted" and len(each) > 3 for each in parts)
    ):
        return ("submitted",)
    several = sum(each[-1].lower().endswith(".ipynb") for each in parts) > 1
    if (
        len(tops) == 1
        and several
        and {len(each) for each in parts} == {2}
        and not MOODLE.fullmatch(parts[0][0])
    ):
        return tuple(tops)
    return ()


def _owner(parts: tuple[str, ...], *, canvas: bool) -> tuple[str, str, str]:
    """Student, assignment and file name of a path, given in parts."""
    if moodle := MOODLE.fullmatch(parts[0]):
        return moodle["student"], "", parts[-1] if len(parts) > 1 else moodle["file"]
    if len(parts) == 1:
        if canvas and (match := CANVAS.fullmatch(parts[0])):
            return f"{match['student']}_{match['user']}", "", match["file"]
        return PurePosixPath(parts[0]).stem, "", parts[0]
    return parts[0], parts[1] if len(parts) > 2 else "", parts[-1]


def _names(path: Path) -> Iterator[str]:
    """Yield the path of every file in there, with forward slashes."""
    if path.is_dir():
        every = [file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()]
    elif zipfile.is_zipfile(path):
        with _open_zip(path) as archive:
            every = [item.filename for item in archive.infolist() if not item.is_dir()]
    elif path.exists():
        raise SubmissionError(f"{path} is neither a folder nor a zip file")
    else:
        raise SubmissionError(f"{path} does not exist")
    yield from every


@contextmanager
def _open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except zipfile.BadZipFile as error:
        raise SubmissionError(f"{path} is damaged ({error}): download it again") from error


@contextmanager
def open_entry(entry: Entry) -> Iterator[IO[bytes]]:
    """Open a file that was handed in. SubmissionError if it is damaged, encrypted or gone."""
    try:
        if entry.container.is_dir():
            with open(entry.container / entry.name, "rb") as file:
                yield file
            return
        with zipfile.ZipFile(entry.container) as archive:
            if archive.getinfo(entry.name).flag_bits & ENCRYPTED:
                raise SubmissionError(f"'{entry.file}' is encrypted in the zip file")
            with archive.open(entry.name) as file:
                yield file
    except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise SubmissionError(f"'{entry.file}' cannot be read: {error}") from error


def content(entry: Entry, limit: int = READ_LIMIT) -> bytes:
    """Return the bytes of a file. SubmissionError if it is damaged or longer than `limit`."""
    with open_entry(entry) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise SubmissionError(
            f"'{entry.file}' is larger than {limit // 1024**2} MB: clear its outputs and hand it in again"
        )
    return data


def digest(submission: Submission) -> str:
    """Return a hash of all that a student handed in, to tell whether it changed between two runs."""
    total = hashlib.sha256()
    for entry in submission.entries:
        total.update(f"\0{entry.name}\0".encode(errors="surrogateescape"))
        try:
            with open_entry(entry) as file:
                while piece := file.read(1024**2):
                    total.update(piece)
        except SubmissionError as error:
            total.update(str(error).encode(errors="surrogateescape"))
    return total.hexdigest()


def timestamp(submission: Submission) -> str:
    """Return what nbgrader's timestamp.txt says, or ""."""
    for entry in submission.entries:
        if entry.file == TIMESTAMP:
            try:
                return content(entry, 1024).decode("utf-8", "replace").strip()
            except SubmissionError:
                break
    return ""


def file_stems(students: Iterable[str]) -> dict[str, str]:
    """Give each student a file name, without extension, that every system takes and no two share.

    >>> file_stems(["ada", "Ada", "../x", "Zoë"])["../x"]
    '%2E.%2Fx'
    """
    plain = {student: _plain(student) for student in students}
    taken: dict[str, int] = {}
    for name in plain.values():
        taken[name.casefold()] = taken.get(name.casefold(), 0) + 1
    return {
        student: name if taken[name.casefold()] == 1 else f"{name}~{_short_hash(student)}"
        for student, name in plain.items()
    }


def _plain(student: str) -> str:
    text = unicodedata.normalize("NFC", student)
    text = re.sub(r"[^\w .@+-]|^\.|[. ]$", lambda found: f"%{ord(found[0]):02X}", text) or "%"
    if re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", text):
        text = f"%{text}"
    return text if len(text.encode()) <= 120 else f"{text[:30]}~{_short_hash(student)}"


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:8]
