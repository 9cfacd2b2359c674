"""Write a gradebook where one of ours may be, and never over a file that is somebody else's.

What we write is noted, by its hash, in a file of the course's folder. A file that is there and is not as we
left it, since another program or a person wrote it or added to it, stays.
"""

import hashlib
import json
import os
from pathlib import Path

from backproplab.files import atomic_write
from backproplab.grading.book.errors import BookError
from backproplab.grading.reports import PRIVATE, saving, write_json

NOTE = "written.json"


def refuse_foreign(path: Path, course: Path) -> None:
    """Refuse to write at `path` if what is there is not what we wrote for the course in folder `course`."""
    try:
        there = hashlib.sha256(path.read_bytes()).hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise BookError(
            f"{path} cannot be looked at ({error.strerror or error}): name another folder"
        ) from error
    if there not in _noted(course).get(_name(path, course), []):
        raise BookError(
            f"{path} was not written by this command, or was changed since: move it away, or name another "
            "file"
        )


def write_own(path: Path, content: bytes, course: Path) -> None:
    """Put `content` at `path` for its owner alone, and note it. BookError if a file of another's is there."""
    refuse_foreign(path, course)
    # Noted first, beside what is there: whichever of the two a run that is killed leaves is ours.
    noted, name = _noted(course), _name(path, course)
    write_json(
        course / NOTE, noted | {name: [*noted.get(name, [])[-1:], hashlib.sha256(content).hexdigest()]}
    )
    with saving(path), atomic_write(path, mode=PRIVATE) as file:
        file.write(content)


def _noted(course: Path) -> dict[str, list[str]]:
    try:
        content = json.loads((course / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _name(path: Path, course: Path) -> str:
    path, course = path.resolve(), course.resolve()
    try:
        return Path(os.path.relpath(path, course)).as_posix()
    except ValueError:  # on another drive of Windows
        return path.as_posix()
