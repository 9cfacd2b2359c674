"""A copy of the course as a zip: packed for those who get it, read by those who have an older one."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from backproplab.files import atomic_write

from .contents import NOTE, CourseError
from .record import NAMES, RECORD, digest, record_text
from .start_page import whole_copy

TOP = "mycourse"
UNIX = 3  # whose permissions an entry has, on whatever system it was made


def write_zip(course: Path, file: Path) -> None:
    """Pack the learner's copy of the course, in a folder `mycourse`: what `backproplab course` makes.

    No solution is in it. The same course gives the same bytes.
    """
    contents = whole_copy(course)
    record = record_text({name: digest(name, data) for name, data in contents.items()}).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(file) as stream, ZipFile(stream, "w") as handout:
        for name, data in {RECORD: record, **contents}.items():
            entry = ZipInfo(f"{TOP}/{name}")  # dated 1980, so that the day does not show in the bytes
            entry.compress_type = ZIP_DEFLATED
            entry.create_system, entry.external_attr = UNIX, 0o644 << 16
            handout.writestr(entry, data)


def read_zip(file: Path) -> dict[str, bytes]:
    """Return what the copy in a zip holds, as `whole_copy` does. CourseError if none is in it."""
    try:
        with ZipFile(file) as handout:
            entries = {name.removeprefix(f"{TOP}/"): name for name in handout.namelist()}
            found = {name: handout.read(entry) for name, entry in entries.items() if NAMES.fullmatch(name)}
    except BadZipFile as error:
        raise CourseError(f"{file} cannot be read ({error}); take a fresh copy of it") from error
    if NOTE not in found:
        raise CourseError(f"{file} holds no copy of the course; name a zip that release --zip has made")
    return found
