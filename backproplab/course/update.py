"""Bring a learner's copy up to date: what they left alone follows the course, what they changed stays.

Three versions of each file meet, as in a merge: the base (what the copy was given, see `record`), the
learner's and the course's. Where the learner's is still the base, or is the course's already, the course's
takes its place. Where the learner has worked and the course has news, theirs stays and is reported.

An exercise notebook and its recorded values are one unit. A check compares the answers in one with the values
in the other, so of two versions together it could call a right answer wrong: both parts follow, or neither.
Another notebook of the learner's, a duplicate say, may read the same values; then they stay for its sake.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from backproplab.files import atomic_write, copy, move, write_text

from .contents import NOTE, CourseError
from .pair import Pair
from .parts import Part, fits, names_in, unit_of
from .readers import readers_of
from .record import RECORD, Digest, digest, read_record, record_text

CHANGED = "You have changed or run it, and the course has a newer version."
UNRECORDED = (
    "The course has another version. There is no record that it put yours there, so yours may be your work."
)
GONE = (
    "It is no longer in the course, or has another name there. Yours stays, since you have changed or run it."
)


@dataclass(frozen=True)
class Kept:
    """A file that stays although the course has something else, and why."""

    name: str
    reason: str
    replaceable: bool = True
    """Can one ask for the course's version?"""


@dataclass
class Outcome:
    """What an update did, by names of files in the copy."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    set_aside: list[tuple[str, str]] = field(default_factory=list)
    as_given: list[str] = field(default_factory=list)
    """What was asked for fresh, and needs no setting aside."""
    failed: bool = False
    """Was there a file that the system did not let us read or write?"""


def update(
    folder: Path, contents: Mapping[str, bytes], fresh: Collection[str] = (), *, origin: str = ""
) -> Outcome:
    """Make `folder` a copy with these contents, or bring the copy there up to date; say what was done.

    What the learner has of the files named in `fresh` is set aside first, so that the course's can take the
    place: their `exercises/03-a.ipynb` is `exercises-earlier/03-a.ipynb` then. A second run changes nothing.
    `origin` says where the contents come from: see `record.origin_of`.

    Raises CourseError where `folder` is something else than a copy, or where the course has no file that
    `fresh` names.
    """
    base = _base(folder)
    if unknown := sorted(set(fresh) - set(contents)):
        raise CourseError(
            f"{unknown[0]} is not in the course; name a file of it such as notebooks/00-start-here.ipynb"
        )
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / RECORD).exists():
        # From here on, an interrupted run knows its own folder, and a later one where the rest is from.
        write_text(folder / RECORD, record_text({}, origin=origin))
    run = _Update(folder, base, contents)
    for unit in sorted({unit_of(name) for name in fresh}):
        run.set_aside(unit)
    # What leaves goes first: where case does not count, a file with a new name may be the old one, too.
    units = sorted({unit_of(name) for name in (*base, *contents)}, key=lambda unit: (unit in contents, unit))
    for unit in units:
        run.follow(unit)
    if (text := record_text(run.record, origin=origin)).encode() != (folder / RECORD).read_bytes():
        write_text(folder / RECORD, text)
    return run.outcome


def _base(folder: Path) -> dict[str, Digest]:
    if folder.is_symlink():
        raise CourseError(f"{folder} is a link; name the folder that it leads to: {folder.resolve()}")
    if not folder.exists():
        return {}
    if not folder.is_dir():
        raise CourseError(f"{folder} is a file, and a copy is a folder; move it away, or name another folder")
    record = read_record(folder)
    visible = any(not entry.name.startswith(".") for entry in folder.iterdir())
    if record is None and visible and not (folder / NOTE).is_file():
        raise CourseError(
            f"{folder} holds other things than a copy of the course (a copy has an {NOTE}); "
            "name a folder that is new or empty"
        )
    return record or {}


class _Update:
    """One run: the copy, what it was given before, what the course has; and what came of it."""

    def __init__(self, folder: Path, base: Mapping[str, Digest], contents: Mapping[str, bytes]) -> None:
        self.folder, self.base, self.contents = folder, dict(base), contents
        self.record: dict[str, Digest] = {}
        self.outcome = Outcome()

    def follow(self, unit: str) -> None:
        """Bring a unit up to date, or report why not."""
        names = names_in(unit)
        self.record |= {name: self.base[name] for name in names if name in self.base}
        try:
            self._settle(names)
            parts = [self._part(name) for name in names]
            if unit in self.contents:
                self._renew(parts)
            else:
                self._remove(parts)
        except (OSError, CourseError) as error:
            fault = error.strerror if isinstance(error, OSError) and error.strerror else error
            self.outcome.failed = True
            self._keep(unit, f"It could not be read or written: {fault}.", replaceable=False)

    def _part(self, name: str) -> Part:
        data = self.contents.get(name)
        course = None if data is None else digest(name, data)
        return Part(name, self.base.get(name), self._mine(name), course)

    def _mine(self, name: str) -> Digest | None:
        path = self.folder
        for step in PurePosixPath(name).parts:
            path = path / step
            if path.is_symlink():  # what is written there would land elsewhere, perhaps in the course itself
                raise CourseError(f"{path} is a link; remove it, and the course's own takes its place")
        try:
            return digest(name, path.read_bytes())
        except FileNotFoundError:
            return None

    def _renew(self, parts: Sequence[Part]) -> None:
        due = [part for part in parts if part.due]
        if any(part.touched for part in parts):
            due = [part for part in due if not part.touched and fits(part, parts)]
            if theirs := [part for part in parts if part.touched and not part.same_content]:
                recorded = all(part.base for part in theirs)
                self._keep(theirs[0].name, CHANGED if recorded else UNRECORDED)
        elif any(part.due and not fits(part, parts) for part in parts[1:]) and (why := self._needed(parts)):
            self._keep(parts[0].name, f"The course has a newer version. {why}")
            return
        self._write(due)
        for part in parts:
            if part.course and (part in due or not (part.touched or part.due)):
                self.record[part.name] = part.course

    def _write(self, due: Sequence[Part]) -> None:
        data = [self.contents[part.name] for part in due]
        if len(due) > 1:
            Pair(*(self.folder / part.name for part in due)).write(*data)
        elif due:
            path = self.folder / due[0].name
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(path) as file:
                file.write(data[0])
        self.outcome.written += [part.name for part in due]

    def _settle(self, names: Sequence[str]) -> None:
        """End what an earlier run began with a notebook and its values, if it was interrupted."""
        if len(names) < 2 or not Pair(*(self.folder / name for name in names)).settle():
            return
        course = {name: digest(name, self.contents[name]) for name in names if name in self.contents}
        if self._mine(names[-1]) == course.get(names[-1]):  # that run had this course
            self.base |= course
            self.record |= course

    def _remove(self, parts: Sequence[Part]) -> None:
        present = [part for part in parts if part.mine]
        if any(part.touched for part in present):
            self._keep(parts[0].name, GONE, replaceable=False)
            return
        if present and (reason := self._needed(parts)):
            self._keep(parts[0].name, f"It is no longer in the course. {reason}", replaceable=False)
            return
        for part in present:  # the notebook first: if it has to stay, its values are still there
            path = self.folder / part.name
            path.unlink()
            self.outcome.removed.append(part.name)
            with suppress(OSError):
                path.parent.rmdir()  # if that was the last
        for part in parts:
            self.record.pop(part.name, None)

    def _keep(self, name: str, reason: str, *, replaceable: bool = True) -> None:
        self.outcome.kept.append(Kept(name, reason, replaceable))

    def _needed(self, parts: Sequence[Part]) -> str:
        """Say which other notebooks of the learner's need these recorded values; "" if none does."""
        found = sorted(readers_of(self.folder, parts[0].name))
        names = ", ".join(path.relative_to(self.folder).as_posix() for path in found)
        return f"Yours stays, since the same recorded values check {names}." if names else ""

    def set_aside(self, unit: str) -> None:
        """Move what the learner has of a unit out of the way, with what reads its recorded values."""
        self._settle(names_in(unit))
        parts = [self._part(name) for name in names_in(unit)]
        news = any(part.course != part.base for part in parts)
        readers = [path.relative_to(self.folder) for path in readers_of(self.folder, unit)] if news else []
        if not readers and not any(part.touched for part in parts):
            self.outcome.as_given.append(unit)
            return
        values = [PurePosixPath(part.name) for part in parts[1:] if part.mine]
        names = values + [PurePosixPath(part.name) for part in parts[:1] if part.mine]
        names += [PurePosixPath(path.as_posix()) for path in sorted(readers)]
        count = 1
        while any((self.folder / _aside(name, unit, count)).exists() for name in names):
            count += 1
        for name in names:
            new = _aside(name, unit, count)
            if (self.folder / new).exists():  # two of the learner's own that would have one name there
                raise CourseError(f"{new} is there already; rename {name} and try again")
            (self.folder / new).parent.mkdir(parents=True, exist_ok=True)
            mark = self.folder / new.parts[0] / RECORD
            if len(new.parts) > 1 and not mark.exists():  # else what lies there read the values of the copy
                write_text(mark, record_text({}))
            # Values go when all that reads them has gone: a notebook that has to stay can still be checked.
            put = copy if name in values else move
            try:
                put(self.folder / name, self.folder / new)
            except (FileExistsError, FileNotFoundError) as error:
                raise CourseError(
                    f"{name} could not become {new}: another backproplab course works on it at the same "
                    "time. Nothing is lost; look at what is there when that one has ended"
                ) from error
            self.outcome.set_aside.append((str(name), str(new)))
        for name in values:
            (self.folder / name).unlink(missing_ok=True)


def _aside(name: PurePosixPath, unit: str, count: int) -> PurePosixPath:
    """Return where a file that belongs to a unit is set aside: beside the folder of the unit.

    There most of its links still lead somewhere, and an exercise notebook finds the values that go with it.

    >>> str(_aside(PurePosixPath("exercises/expected/03-a.json"), "exercises/03-a.ipynb", 2))
    'exercises-earlier-2/expected/03-a.json'
    >>> str(_aside(PurePosixPath("tried/03-a-Copy1.ipynb"), "exercises/03-a.ipynb", 1))
    'exercises-earlier/tried/03-a-Copy1.ipynb'
    """
    top = PurePosixPath(PurePosixPath(unit).parts[0])
    place = top.with_stem(f"{top.stem}-earlier" if count == 1 else f"{top.stem}-earlier-{count}")
    return place / (name.relative_to(top) if name.is_relative_to(top) else name)
