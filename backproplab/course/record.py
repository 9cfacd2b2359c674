"""What a copy of the course was given: the base from which one tells the learner's changes from the course's.

The record lies hidden in the copy and has two digests of each file, as it was put there. One is of its
bytes: where the course has other bytes today, there is news. The other is of what a learner sees and changes:
where the file has another today, the learner has worked in it. In a notebook that is the text, the outputs
and the count of each cell. JupyterLab writes a notebook anew whenever it saves, in other bytes and with the
version of a kernel; that is nobody's work.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from backproplab.marking import expected

from .contents import EXERCISES, LESSONS, NOTE, START, CourseError

RECORD = expected.RECORD
SCHEMA = 1
PACKAGE = "package"
# The record says which files may be taken away again, so a name in it leads nowhere else, on no system.
NAMES = re.compile(rf"{re.escape(NOTE)}|{re.escape(START)}|({LESSONS}|{EXERCISES})(/(?!\.)[^/\\:]+)+")


class Digest(NamedTuple):
    """Of a file: its bytes, and what a learner can change in it."""

    bytes: str
    content: str

    def matches(self, other: "Digest") -> bool:
        """Say whether a learner sees the same in both. Equal bytes suffice, however contents are compared."""
        return self.bytes == other.bytes or self.content == other.content


def digest(name: str, data: bytes) -> Digest:
    """Return the digests of a file that has this name in the copy."""
    return Digest(_hash(data), _hash(_content(name, data)))


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _content(name: str, data: bytes) -> bytes:
    if not name.endswith(".ipynb"):
        return data
    try:
        cells = [_seen(cell) for cell in json.loads(data)["cells"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return data  # not a notebook any more
    return json.dumps(cells, sort_keys=True).encode()


def _seen(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Return a cell without its id and metadata, each text in one piece."""
    seen = {key: _joined(value) for key, value in cell.items() if key not in ("id", "metadata")}
    return {key: value for key, value in seen.items() if key != "attachments" or value}


def _joined(value: Any) -> Any:
    match value:
        case list():  # of lines, and an empty text is a list of none
            lines = all(isinstance(each, str) for each in value)
            return "".join(value) if lines else [_joined(each) for each in value]
        case dict():
            return {key: _joined(each) for key, each in value.items() if key != "metadata"}
        case _:
            return value


def record_text(files: Mapping[str, Digest], *, origin: str = "") -> str:
    """Return the text of a record. The same files of the same origin give the same text.

    `origin` is PACKAGE where the course came with the package, else "".
    """
    content: dict[str, Any] = {"schema": SCHEMA, **({"from": origin} if origin else {})}
    content["files"] = {name: files[name]._asdict() for name in sorted(files)}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def origin_of(folder: Path) -> str:
    """Return where the copy in `folder` has its course from: PACKAGE, or "" for a handout or a clone.

    What came with the package follows the package. Anything else may be another course, or a newer one.
    """
    try:
        return str(json.loads((folder / RECORD).read_text(encoding="utf-8")).get("from", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def read_record(folder: Path) -> dict[str, Digest] | None:
    """Return what the copy in `folder` was given; None where the record is missing or damaged.

    CourseError if a later backproplab has written it.
    """
    try:
        content = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        schema = content["schema"]
        files = {name: Digest(each["bytes"], each["content"]) for name, each in content["files"].items()}
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if schema != SCHEMA:
        raise CourseError(f"A newer backproplab has made {folder}; install the one that belongs to it")
    if not all(NAMES.fullmatch(name) for name in files):
        return None
    return files


def is_copy(folder: Path) -> bool:
    """Say whether `folder` holds a learner's copy of the course."""
    return (folder / RECORD).is_file()
