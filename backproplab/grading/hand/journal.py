"""The journal of marks by hand: a line for whatever anybody decided, in the order in which it was decided.

Nothing in `marks.jsonl` is ever changed or taken out: a mark that is given again, or taken back, is a line
more. Whoever writes holds a lock on the file while looking at what is there and adding a line, so that any
number of programs may write side by side; a line is on the disk before its writer is told so.

Two people who mark the same answer: each says which line about it was the last when they began
(`replaces`). Who comes second has not seen the first one's mark, so theirs is written down as a conflict and
does not count, until a person decides who has seen all that was said: a conflict is such a line, too.

What this program cannot have written in that order (a line twice, a mark that does not follow on what stands
before it, since somebody joined two copies of the file) never counts in silence: it is a fault, and said.

A program that is killed in the middle of a line leaves a torn one. Whoever looks next moves it to
`marks-torn.txt`, where it can be read, and says so.
"""

import datetime
import json
import math
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from io import FileIO
from pathlib import Path
from typing import Any

from backproplab.errors import BackproplabError
from backproplab.grading.held import held

JOURNAL, TORN = "marks.jsonl", "marks-torn.txt"
PRIVATE = 0o600
TORN_SENTENCE = (
    f"A last line of {JOURNAL} was torn, since whoever wrote it was stopped: it is in {TORN} now, and does "
    "not count; whoever gave that mark was not told that it was saved. Look at that file, then delete it"
)


SHORTER_SENTENCE = (
    "{} has become shorter, so lines were taken out of it: put back what was there, and start this "
    "command again"
)
UNENDED_SENTENCE = f"The last line of {JOURNAL} has no end, and does not count"
DAMAGED = "is damaged, and does not count", "are damaged, and do not count"
REPEATED = (
    "stands further up as well, and counts once, there",
    "stand further up as well, and count once, there",
)
ASTRAY = (
    "does not follow on what stands before it: lines are missing, or are not in the order in which they were "
    "written. Look at what counts for that answer",
    "do not follow on what stands before them: lines are missing, or are not in the order in which they were "
    "written. Look at what counts for those answers",
)
"""What is wrong with a line, and with several."""
MOST_NUMBERS = 5


class JournalError(BackproplabError):
    """The journal of marks cannot be read or written; the message says why and what to do."""


class BehindError(JournalError):
    """Somebody has said something of this answer that whoever decides has not seen: nothing was written."""


class Kind(StrEnum):
    """What a line of the journal is."""

    MARK = "mark"
    """Points and a comment, which count from now on; without points, a mark taken back."""
    CONFLICT = "conflict"
    """A mark that did not come to count, since another one had come between."""
    SETTLED = "settled"
    """Of conflicts: the mark that counted goes on counting, or the one that was `chosen` counts."""
    UNDONE = "undone"
    """A mark that was a slip: what counted before it counts again, as it was given, of the answer then."""
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
    """The id of the last line about this answer, or of the list, that was there before; "" if none was. Of
    UNDONE: that of the mark which is undone."""
    chosen: str = ""
    """Of SETTLED: the id of the mark that counts from now on; "" if it is the one which did."""
    table: bool = False
    """Did it come in a table?"""
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
    last: Entry | None = None
    """The last line about this answer, whatever it is."""

    @property
    def version(self) -> str:
        """What a person who saw this says that their mark replaces."""
        return self.last.id if self.last else ""

    def can_undo(self, mark: str) -> bool:
        """Does the mark with this id count, with nobody having said anything since?"""
        undone = self.last is not None and self.last.kind is Kind.UNDONE
        return self.mark is not None and self.mark.id == mark and (self.version == mark or undone)


class Journal:
    """The journal in a set's folder, as far as it was read; what others add is read before each look."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / JOURNAL
        self.entries: list[Entry] = []
        self._faults: dict[tuple[str, str], list[int]] = {}
        """By what is wrong, of one line and of several, the numbers of the lines."""
        self._standings: dict[tuple[str, str], Standing] = {}
        self._comments: dict[str, Entry] = {}
        self._ids: dict[str, Entry] = {}
        self._before: dict[str, tuple[Entry | None, tuple[Entry, ...]]] = {}
        """By the id of a mark, the mark and the conflicts that were there before it."""
        self._counted: dict[str, Entry | None] = {}
        """By the id of a line, the mark that counted after it."""
        self._read = 0  # bytes
        self._lines = 0
        self._is_unended = False

    @property
    def faults(self) -> list[str]:
        """What of the file could not be read, in sentences, for as long as nobody has put it right."""
        found = [_sentence(self.path.name, numbers, words) for words, numbers in self._faults.items()]
        torn = [TORN_SENTENCE] if self.path.with_name(TORN).exists() else []
        return [*found, *([UNENDED_SENTENCE] if self._is_unended else []), *torn]

    def refresh(self) -> None:
        """Read what was added since. JournalError if the file cannot be read."""
        if self.path.exists():
            with self._locked(reading=True):
                pass
        elif self._read:
            raise JournalError(SHORTER_SENTENCE.format(self.path))

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

    def counted(self, version: str) -> Entry | None:
        """Return the mark that counted when the line with this id was the last; None if none did."""
        return self._counted.get(version)

    def said(self, student: str, question: str) -> list[Entry]:
        """Return all lines about an answer, as far as was read."""
        return [each for each in self.entries if (each.student, each.question) == (student, question)]

    def add(self, entry: Entry) -> Entry:
        """Write a line, and return it as it was written.

        A mark that does not replace the last line about its answer becomes a CONFLICT, and a list of comments
        that does not replace the last is joined with it. What was written before under the same id is written
        once. JournalError if it cannot be written, and BehindError if it decides or undoes what is not the
        last: then nothing was.
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
        if entry.kind is Kind.COMMENTS:
            last = self._comments.get(entry.question)
            if last and last.id != entry.replaces:
                both = tuple(dict.fromkeys([*last.comments, *entry.comments]))
                return _changed(entry, comments=both, replaces=last.id)
            return entry
        standing = self.standing(entry.student, entry.question)
        if entry.kind is Kind.MARK:
            return entry if entry.replaces == standing.version else _changed(entry, kind=Kind.CONFLICT)
        if not _may_decide(entry, standing):
            raise BehindError(
                "Somebody has marked this answer, or decided about it, since you looked at it: nothing was "
                "changed. Look again"
            )
        return entry

    @contextmanager
    def _locked(self, *, reading: bool = False) -> Iterator[FileIO]:
        """Hold the file, with everything in it read. Where it may not be written, `reading` does."""
        may_write = not reading or os.access(self.path, os.W_OK)
        how = os.O_RDWR | os.O_CREAT | os.O_APPEND if may_write else os.O_RDONLY
        try:
            descriptor = os.open(self.path, how | getattr(os, "O_BINARY", 0), PRIVATE)
            with (
                open(descriptor, "r+b" if may_write else "rb", buffering=0) as file,
                held(descriptor, wait=True),
            ):
                torn = self._catch_up(file)
                self._is_unended = bool(torn)
                if torn and may_write:
                    # Who only reads does without, where the disk is full or may not be written.
                    with suppress(OSError) if reading else nullcontext():
                        self._mend(file, torn)
                        self._is_unended = False
                yield file
        except OSError as error:
            raise JournalError(
                f"{self.path} cannot be written ({error.strerror or error}): nothing of this was saved. See "
                "to it that there is room and that the folder may be written, then try again"
            ) from error

    def _catch_up(self, file: Any) -> bytes:
        """Read what was added, and return what of it is no whole line."""
        file.seek(0, os.SEEK_END)
        size = file.tell()
        if size < self._read:
            raise JournalError(SHORTER_SENTENCE.format(self.path))
        file.seek(self._read)
        data = file.read(size - self._read) if size > self._read else b""
        whole, newline, torn = data.rpartition(b"\n")
        for line in whole.split(b"\n") if newline else ():
            self._take(line)
        self._read += len(whole) + len(newline)
        return bytes(torn)

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
                self._fault(DAMAGED)
            return
        if entry.id in self._ids:
            self._fault(REPEATED)
            return
        if entry.kind is Kind.COMMENTS:
            self._comments[entry.question] = entry
        else:
            self._stand(entry)
        self.entries.append(entry)
        self._ids[entry.id] = entry

    def _stand(self, entry: Entry) -> None:
        """Let a line count as what it is; one that does not follow decides nothing, and is a fault."""
        standing = self._standings.setdefault((entry.student, entry.question), Standing())
        # What it follows may stand on a line that is damaged: it is the later one all the same.
        follows_lost = bool(entry.replaces) and entry.replaces not in self._ids
        if entry.kind is Kind.MARK and (entry.replaces == standing.version or follows_lost):
            self._before[entry.id] = standing.mark, tuple(standing.conflicts)
            standing.mark = entry
            standing.conflicts.clear()
            if follows_lost:
                self._fault(ASTRAY)
        elif entry.kind is Kind.MARK:
            standing.conflicts.append(_changed(entry, kind=Kind.CONFLICT))
            self._fault(ASTRAY)
        elif entry.kind is Kind.CONFLICT:
            standing.conflicts.append(entry)
        elif not _may_decide(entry, standing):
            self._fault(ASTRAY)
        elif entry.kind is Kind.UNDONE:
            standing.mark, conflicts = self._before[entry.replaces]
            standing.conflicts = list(conflicts)
        else:
            chosen = [each for each in standing.conflicts if each.id == entry.chosen]
            standing.mark = _changed(chosen[0], kind=Kind.MARK) if chosen else standing.mark
            standing.conflicts.clear()
        standing.last = entry
        self._counted[entry.id] = standing.mark

    def _fault(self, words: tuple[str, str]) -> None:
        self._faults.setdefault(words, []).append(self._lines)


def _may_decide(entry: Entry, standing: Standing) -> bool:
    """Has whoever settles or undoes seen all that was said of the answer?"""
    if entry.kind is Kind.UNDONE:
        return standing.can_undo(entry.replaces)
    known = [each.id for each in standing.conflicts]
    return entry.replaces == standing.version and (not entry.chosen or entry.chosen in known)


def read_journal(folder: Path) -> Journal:
    """Return the journal of a set's folder, read; an empty one where nobody has marked anything."""
    journal = Journal(folder)
    journal.refresh()
    return journal


def _sentence(name: str, numbers: Sequence[int], words: tuple[str, str]) -> str:
    if len(numbers) == 1:
        return f"Line {numbers[0]} of {name} {words[0]}"
    more = f" and {len(numbers) - MOST_NUMBERS} more" if len(numbers) > MOST_NUMBERS else ""
    return f"Lines {', '.join(map(str, numbers[:MOST_NUMBERS]))}{more} of {name} {words[1]}"


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
    texts = (
        *(entry.author, entry.question, entry.student, entry.answer, entry.comment, entry.id, entry.time),
        *(entry.replaces, entry.chosen, *entry.comments),
    )
    if not all(isinstance(each, str) for each in texts) or not _is_number(entry.out_of):
        return None
    # Written so that NaN is none either.
    is_given = entry.points is None or (_is_number(entry.points) and 0 <= entry.points <= entry.out_of)
    return entry if is_given else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
