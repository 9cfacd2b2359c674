"""Tables as CSV: written so that no spreadsheet computes anything, and read as spreadsheets save them."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from backproplab.grading import reports
from backproplab.grading.book.errors import BookError

Cell = str | float | None


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a table as CSV in UTF-8, as `reports.as_csv` writes it."""
    return reports.as_csv(header, rows).encode("utf-8", "backslashreplace")


def read_csv(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Return the columns and rows of a CSV file, whichever separator and encoding it has been saved with.

    Rows without anything in them are left out. BookError if there is no such table.
    """
    try:
        text = _decoded(path.read_bytes())
    except OSError as error:
        raise BookError(f"{path} cannot be read: {error.strerror or error}") from error
    first = text.lstrip("\r\n").partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        every = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise BookError(f"{path} is no CSV file: {error}") from error
    rows = [row for row in every if any(map(str.strip, row))]
    if not rows:
        raise BookError(f"{path} is empty: it should be a table of the class, with a line of headings")
    header = [name.strip() for name in rows[0]]
    return header, [dict(zip(header, (cell.strip() for cell in row), strict=False)) for row in rows[1:]]


def _decoded(data: bytes) -> str:
    """Read as Unicode where it is, else as Western Windows does, which spreadsheets there save in."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
