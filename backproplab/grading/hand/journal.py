"""The journal of marks by hand: a line for whatever anybody decided, in the order in which it was decided.

Nothing in `marks.jsonl` is ever changed or taken out: a mark that is given again, or taken back, is a line
more. Whoever writes holds a lock on the file while looking at what is there and adding a line, so that any
number of programs may write side by side; a line is on the disk before its writer is told so.

Two people who mark the same answer: each says which mark was there when they began (`replaces`). Who comes
second has not seen the first one's mark, so theirs is written down as a conflict and does not count, until a
person decides.

A program that is killed in the middle of a line leaves a torn one. Whoever looks next moves it to
`marks-torn.txt`, where it can be read, and says so.
"""

import datetime
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from io import FileIO
from pathlib import Path
from typing import Any

from backproplab.errors import BackproplabError

JOURNAL, TORN = "marks.jsonl", "marks-torn.txt"
PRIVATE = 0o600
TORN_SENTENCE = (
    f"A last line of {JOURNAL} was torn, since whoever wrote it was stopped: it is in {TORN} now, and does "
    "not count; whoever gave that mark was not told that it was saved. Look at that file, then delete it"
)


class JournalError(BackproplabError):
    """The journal of marks cannot be read or written; the message says why and what to do."""


class Kind(StrEnum):
    """What a line of the journal is."""

    MARK = "mark"
    """Points and a comment, which count from now on; without points, a mark taken back."""
    CONFLICT = "conflict"
    """A mark that did not come to count, since another one had come between."""
    SETTLED = "settled"
    """Of a conflict: the mark that counted goes on counting."""
    COMMENTS = "comments"
    """The list of comments that are used again and again, of one question."""


@dataclass(frozen=True)
class Entry:
    """A line of the journal."""

    kind: Kind
    author: str
    question: str
    student: str = ""
    answer: str = ""
    """The hash of the answer that was marked."""
    points: float | None = None
    out_of: float = 0.0
    """What the question was worth then."""
    comment: str = ""
    comments: tuple[str, ...] = ()
    """Of COMMENTS: the whole list."""
    replaces: str = ""
    """The id of the mark, or of the list, that was there before; "" if none was."""
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    time: str = field(
        default_factory=lambda: datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    )


@dataclass
class Standing:
    """How it stands with one answer: what counts, and which conflicts nobody has decided yet."""

    mark: Entry | None = None
    """The last one, which may be one that was taken back: it has no points then."""
    conflicts: list[Entry] = field(default_factory=list)

    @property
    def version(self) -> str:
        """What a person who saw this says that their mark replaces."""
        return self.mark.id if self.mark else ""


class Journal:
    """The journal in a set's folder, as far as it was read; what others add is read before each look."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / JOURNAL
        self.entries: list[Entry] = []
        self._damaged: list[str] = []
        self._standings: dict[tuple[str, str], Standing] = {}
        self._comments: dict[str, Entry] = {}
        self._ids: dict[str, Entry] = {}
        self._read = 0  # bytes
        self._lines = 0

    @property
    def faults(self) -> list[str]:
        """What of the file could not be read, in sentences, for as long as nobody has put it right."""
        torn = [TORN_SENTENCE] if self.path.with_name(TORN).exists() else []
        return [*self._damaged, *torn]

    def refresh(self) -> None:
        """Read what was added since. JournalError if the file cannot be read."""
        if self.path.exists():
            with self._locked():
                pass

    def standing(self, student: str, question: str) -> Standing:
        """Return how it stands with an answer, as far as was read."""
        return self._standings.get((student, question), Standing())

    def standings(self) -> Mapping[tuple[str, str], Standing]:
        """Return how it stands with every answer that anybody marked, by student and question."""
        return self._standings

    def comments(self, question: str) -> Entry | None:
        """Return the line with the list of comments of a question."""
        return self._comments.get(question)

    def known(self, id: str) -> Entry | None:
        """Return the line with this id, if there is one: a message may come twice."""
        return self._ids.get(id)

    def add(self, entry: Entry) -> Entry:
        """Write a line, and return it as it was written.

        A mark that does not replace the one which counts becomes a CONFLICT, and a list of comments that does
        not replace the last is joined with it. What was written before under the same id is written once.
        JournalError if it cannot be written: then nothing was.
        """
        (written,) = self.add_all([entry])
        return written

    def add_all(self, entries: Sequence[Entry]) -> list[Entry]:
        """Write lines for several answers, with nobody else's between, or none; otherwise like `add`."""
        with self._locked() as file:
            done = [self._ids.get(entry.id) or self._compared(entry) for entry in entries]
            lines = [json.dumps(asdict(each)).encode() for each in done if each.id not in self._ids]
            try:
                _write_all(file, b"".join(line + b"\n" for line in lines))
                os.fsync(file.fileno())
            except OSError:
                file.truncate(self._read)
                raise
            for line in lines:
                self._take(line)
                self._read += len(line) + 1
        return done

    def _compared(self, entry: Entry) -> Entry:
        """Return the entry, or what it becomes since somebody has come between."""
        if entry.kind in (Kind.MARK, Kind.SETTLED):
            if entry.replaces != self.standing(entry.student, entry.question).version:
                return _changed(entry, kind=Kind.CONFLICT) if entry.kind is Kind.MARK else entry
        elif entry.kind is Kind.COMMENTS:
            last = self._comments.get(entry.question)
            if last and last.id != entry.replaces:
                both = tuple(dict.fromkeys([*last.comments, *entry.comments]))
                return _changed(entry, comments=both, replaces=last.id)
        return entry

    @contextmanager
    def _locked(self) -> Iterator[FileIO]:
        """Hold the file, with everything in it read."""
        try:
            descriptor = os.open(
                self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), PRIVATE
            )
            with open(descriptor, "r+b", buffering=0) as file, _lock(file):
                self._catch_up(file)
                yield file
        except OSError as error:
            raise JournalError(
                f"{self.path} cannot be written ({error.strerror or error}): nothing of this was saved. See "
                "to it that there is room and that the folder may be written, then try again"
            ) from error

    def _catch_up(self, file: Any) -> None:
        file.seek(0, os.SEEK_END)
        size = file.tell()
        if size < self._read:
            raise JournalError(
                f"{self.path} has become shorter, so lines were taken out of it: put back what was there, "
                "and start this command again"
            )
        file.seek(self._read)
        data = file.read(size - self._read) if size > self._read else b""
        whole, newline, torn = data.rpartition(b"\n")
        for line in whole.split(b"\n") if newline else ():
            self._take(line)
        self._read += len(whole) + len(newline)
        if torn:
            self._mend(file, torn)

    def _mend(self, file: Any, torn: bytes) -> None:
        """The last line has no end: all of it is there, or it goes where it can be looked at."""
        if _parsed(torn) is not None:
            _write_all(file, b"\n")
            self._take(torn)
            self._read += len(torn) + 1
            os.fsync(file.fileno())
            return
        aside = self.path.with_name(TORN)
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE), "ab") as kept:
            kept.write(torn + b"\n")
            kept.flush()
            os.fsync(kept.fileno())
        file.truncate(self._read)
        os.fsync(file.fileno())

    def _take(self, line: bytes) -> None:
        self._lines += 1
        entry = _parsed(line)
        if entry is None:
            if line.strip():
                self._damaged.append(f"Line {self._lines} of {self.path.name} is damaged, and does not count")
            return
        self.entries.append(entry)
        self._ids[entry.id] = entry
        if entry.kind is Kind.COMMENTS:
            self._comments[entry.question] = entry
            return
        standing = self._standings.setdefault((entry.student, entry.question), Standing())
        if entry.kind is Kind.CONFLICT:
            standing.conflicts.append(entry)
        else:
            standing.conflicts.clear()
            standing.mark = entry if entry.kind is Kind.MARK else standing.mark


def read_journal(folder: Path) -> Journal:
    """Return the journal of a set's folder, read; an empty one where nobody has marked anything."""
    journal = Journal(folder)
    journal.refresh()
    return journal


def _write_all(file: Any, data: bytes) -> None:
    while data:
        data = data[file.write(data) :]


def _changed(entry: Entry, **changes: Any) -> Entry:
    return Entry(**{**{each.name: getattr(entry, each.name) for each in fields(entry)}, **changes})


def _parsed(line: bytes) -> Entry | None:
    """Return a line of the journal, None if it is none."""
    try:
        content = json.loads(line)
        entry = Entry(**content | {"kind": Kind(content["kind"]), "comments": tuple(content["comments"])})
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    texts = (entry.author, entry.question, entry.student, entry.answer, entry.comment, entry.id, entry.time)
    is_number = entry.points is None or isinstance(entry.points, int | float)
    whole = (
        is_number and isinstance(entry.out_of, int | float) and all(isinstance(each, str) for each in texts)
    )
    return entry if whole else None


@contextmanager
def _lock(file: Any) -> Iterator[None]:
    """Wait until nobody else holds the file, and hold it."""
    try:
        import fcntl
    except ImportError:  # Windows locks bytes of a file: one far behind its end, which nobody reads
        import msvcrt

        place = 2**40
        file.seek(place)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]
        try:
            yield
        finally:
            file.seek(place)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]
        return
    fcntl.flock(file, fcntl.LOCK_EX)
    yield
