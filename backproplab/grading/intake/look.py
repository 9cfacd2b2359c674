"""Look at everything that came in, in a folder or in a zip file; also into zip files that lie in there."""

import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

from backproplab.grading.intake import archive, contents, folder
from backproplab.grading.intake.apart import apart, apart_for
from backproplab.grading.intake.entry import NOTEBOOK, Entry, SubmissionError
from backproplab.grading.intake.litter import is_litter
from backproplab.grading.intake.names import clean_parts
from backproplab.grading.limited import ReaderError, RefusedError

TELLTALE = {NOTEBOOK, ".json", ".txt", ".zip", ""}
"""Of files that are called so, the first bytes are read: they may be notebooks, or zip files of some."""
MOST_HEADS = 1000  # files of a student's own zip file of which the first bytes are read
MOST_ZIPS = 10  # zip files in a student's own zip file that are looked into
LARGEST_INNER = 20 * 1024**2  # bytes of one of those, which is unpacked anew for each look at it
MOST_LISTED = 30_000  # paths in a student's own zip file, past which none in it is looked into
LITTER = "what systems leave lying about"
UNPACKED = "a zip file, and what it holds is listed by itself"
REPEATED = "a later file in the zip file has the same name"
NAMELESS = "its name leads nowhere"

Row = tuple[str, str, list[str], int, str, bool, int | None, int, bool, str]
"""A path in a student's own zip file, as flat data: name, file, parts, size, why it is refused, whether it
begins as a notebook, its place in the directory, the row of the inner zip file that it lies in (-1: in none),
whether it is a zip file, and why it is left aside."""


@dataclass(frozen=True)
class Seen:
    """A path, whether it is a zip file by its first bytes, and why it is left aside, "" if it is not."""

    entry: Entry
    is_zip: bool = False
    aside: str = ""


def look(path: Path) -> Iterator[Seen]:
    """Yield every path that came in. SubmissionError if `path` is neither a folder nor a sound zip file."""
    if path.is_dir():
        every = _in_folder(path)
    elif path.is_file():
        every = _in_class_zip(path)
    elif path.exists():
        raise SubmissionError(f"{path} is neither a folder nor a zip file")
    else:
        raise SubmissionError(f"{path} does not exist")
    for seen in every:
        yield from _unpacked(seen)


def _in_folder(path: Path) -> Iterator[Seen]:
    for found in folder.look(path):
        entry = replace(
            _entry(path, "/".join(found.parts), size=found.size, refused=found.refused),
            number=found.number,
            is_linked=found.is_linked,
            is_of_folders_owner=found.is_of_folders_owner,
        )
        yield _seen(entry, partial(contents.head, entry))


def _in_class_zip(path: Path) -> Iterator[Seen]:
    if not zipfile.is_zipfile(path):
        raise SubmissionError(f"{path} is neither a folder nor a zip file")
    try:
        apart(archive.list_members, path)
    except RefusedError as error:
        raise SubmissionError(f"{path} lists too much ({error}): unpack it, and name the folder") from error
    except ReaderError as error:
        raise SubmissionError(f"{path} cannot be read ({error}): unpack it, and name the folder") from error
    try:
        with archive.open_zip(path) as opened:
            yield from _in_zip(opened, path)
    except SubmissionError as error:
        raise SubmissionError(f"{path} is damaged ({error}): download it again") from error


def _in_zip(opened: zipfile.ZipFile, container: Path, outer: Entry | None = None) -> Iterator[Seen]:
    heads = 0
    for member in archive.members(opened):
        entry = _entry(
            container,
            member.name,
            outer=outer,
            member=member.position,
            size=member.size,
            refused=member.refused,
        )
        if member.repeated:
            yield Seen(entry, aside=REPEATED)
        elif outer is not None and heads >= MOST_HEADS:
            yield Seen(entry, aside="" if entry.parts else NAMELESS)
        else:
            heads += _may_tell(entry)
            yield _seen(entry, partial(archive.read_member, opened, member.position))


def _entry(
    container: Path,
    name: str,
    *,
    size: int,
    refused: str,
    outer: Entry | None = None,
    member: int | None = None,
) -> Entry:
    parts = clean_parts(name)
    if outer:
        name, parts = f"{outer.name}//{name}", outer.parts + parts if parts else ()
    file = parts[-1] if parts else name
    return Entry(container, name, file, parts, size, refused, outer=outer, member=member)


def _seen(entry: Entry, read: Callable[[int], bytes]) -> Seen:
    """Look at the first bytes of a path, if they may tell what it is."""
    if not entry.parts:
        return Seen(entry, aside=NAMELESS)
    if is_litter(entry.parts):
        return Seen(entry, aside=LITTER)
    if not _may_tell(entry):
        return Seen(entry)
    try:
        start = read(contents.HEAD)
    except SubmissionError as error:
        return Seen(replace(entry, refused=_in_short(error)))
    return Seen(replace(entry, holds_notebook=contents.is_notebook(start)), contents.is_zip(start))


def _in_short(error: SubmissionError) -> str:
    """The reason alone, of an error that begins with the file's name."""
    return str(error).partition(" cannot be read: ")[2] or f"damaged ({error})"


def _may_tell(entry: Entry) -> bool:
    return not entry.refused and PurePosixPath(entry.file.lower()).suffix in TELLTALE


def _unpacked(seen: Seen) -> Iterator[Seen]:
    """Yield a path, and if it is a zip file, what it holds instead: a zip file in a zip file likewise.

    That is found out in a process with limits, so that a zip file which takes too much is refused alone.
    """
    if not seen.is_zip:
        yield seen
        return
    try:
        rows = apart_for(seen.entry, rows_inside, seen.entry)
    except (SubmissionError, ReaderError) as error:
        yield _not_looked_into(seen.entry, error)
        return
    yield Seen(seen.entry, aside=UNPACKED)
    yield from _seen_of(rows, seen.entry)


def rows_inside(entry: Entry) -> list[Row]:
    """Return what a zip file that was handed in holds, zip files in it looked into, as flat data.

    SubmissionError, saying why in a few words, if it cannot be looked into.
    """
    every = list(_looked_into(_inside(entry)))
    places = {each.entry.key: place for place, each in enumerate(every)}
    return [_row(each, entry, places) for each in every]


def _row(seen: Seen, top: Entry, places: Mapping[tuple[str, int | None], int]) -> Row:
    entry = seen.entry
    outer = -1 if entry.outer is None or entry.outer is top else places[entry.outer.key]
    return (
        *(entry.name, entry.file, list(entry.parts), entry.size, entry.refused),
        *(entry.holds_notebook, entry.member, outer, seen.is_zip, seen.aside),
    )


def _seen_of(rows: Iterable[Row], top: Entry) -> Iterator[Seen]:
    """Return what `rows_inside` made rows of."""
    found: list[Entry] = []
    for name, file, parts, size, refused, holds_notebook, member, outer, is_zip, aside in rows:
        found.append(
            Entry(
                *(top.container, name, file, tuple(parts), size, refused, holds_notebook),
                outer=top if outer < 0 else found[outer],
                member=member,
            )
        )
        yield Seen(found[-1], is_zip, aside)


def _not_looked_into(entry: Entry, error: Exception) -> Seen:
    return Seen(replace(entry, refused=f"a zip file that cannot be looked into: {error}"))


def _looked_into(inside: Sequence[Seen]) -> Iterator[Seen]:
    """Yield what lies in a zip file, and in zip files in that, as far as there are few of those."""
    left, listed = MOST_ZIPS, len(inside)
    for each in inside:
        if not each.is_zip or not left or listed >= MOST_LISTED:
            yield each
            continue
        left -= 1
        try:
            deeper = _inside(each.entry)
        except SubmissionError as error:
            yield _not_looked_into(each.entry, error)
            continue
        yield Seen(each.entry, aside=UNPACKED)
        yield from deeper
        listed += len(deeper)


def _inside(entry: Entry) -> list[Seen]:
    limit = LARGEST_INNER if entry.outer else contents.READ_LIMIT
    if entry.size > limit:
        raise SubmissionError(f"it is larger than {limit // 1024**2} MB")
    data = contents.content(entry)
    with archive.open_own_zip(data) as opened:
        return list(_in_zip(opened, entry.container, entry))
