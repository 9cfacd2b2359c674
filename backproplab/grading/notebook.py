"""Read a student's notebook, whatever state it is in.

Only code and grade ids are wanted, so nothing else needs to be as it should: no schema is checked, outputs
are dropped unread, and a file that is almost a notebook is read as far as it goes, with a note.
"""

import json
from dataclasses import dataclass
from typing import Any

from backproplab.grading.status import GradingStatus
from backproplab.grading.submissions import SubmissionError


class NoNotebookError(SubmissionError):
    """A file is something else than a notebook with code in it; the message says what."""

    status = GradingStatus.NO_NOTEBOOK


@dataclass(frozen=True)
class StudentCell:
    """A code cell as it was handed in."""

    source: str
    grade_id: str = ""


@dataclass(frozen=True)
class TaggedCell:
    """A cell of any type that carries a grade id, as it was handed in: it may be an answer in free text."""

    grade_id: str
    type: str
    """"markdown", "code" or whatever the file says."""
    source: str
    attachments: dict[str, Any]
    """Pictures that were put into it: base64 by MIME type, by name; nothing of it is checked yet."""


MOST_CODE = 1024**2
"""Characters of code in a notebook: what reads them, in the grader itself, has no time limit of its own."""


@dataclass(frozen=True)
class StudentNotebook:
    """The code of a notebook, and what was odd about the file, in words."""

    cells: tuple[StudentCell, ...]
    problems: tuple[str, ...] = ()
    tagged: tuple[TaggedCell, ...] = ()


def read_notebook(data: bytes) -> StudentNotebook:
    """Read the bytes of a notebook. SubmissionError, with the reason, if no code can be got out of it.

    >>> read_notebook(b'{"cells": [{"cell_type": "code", "source": ["x = 1"]}], "nbformat": 4}').cells
    (StudentCell(source='x = 1', grade_id=''),)
    """
    text, problems = _decode(data)
    notebook = _parse_json(text)
    if not isinstance(notebook, dict):
        raise NoNotebookError(f"The file is not a notebook: it holds a JSON {_kind(notebook)}, not an object")
    cells = _cells(notebook, problems)
    code = [cell for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    if not cells:
        raise NoNotebookError("The notebook has no cells")
    if not code:
        raise NoNotebookError("The notebook has no code cells")
    _note_kernel(notebook, problems)
    read = tuple(StudentCell(_source(cell), _grade_id(cell)) for cell in code)
    size = sum(len(cell.source) for cell in read)
    if size > MOST_CODE:
        raise SubmissionError(f"The notebook holds {size:,} characters of code, more than {MOST_CODE:,}")
    if not any(cell.grade_id for cell in read):
        problems.append("No cell carries a grade id any more; checks ran after the last cell")
    tagged = tuple(_tagged(cell) for cell in cells if isinstance(cell, dict) and _grade_id(cell))
    return StudentNotebook(read, tuple(problems), tagged)


def _tagged(cell: dict[str, Any]) -> TaggedCell:
    attachments = cell.get("attachments")
    return TaggedCell(
        _grade_id(cell),
        str(cell.get("cell_type", ""))[:20],
        _source(cell),
        attachments if isinstance(attachments, dict) else {},
    )


def _decode(data: bytes) -> tuple[str, list[str]]:
    if not data.strip():
        raise SubmissionError("The file is empty")
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding), [] if encoding.startswith("utf-8") else [
            f"The file is in {encoding}, not UTF-8"
        ]
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), ["The file is not in UTF-8; it was read as Windows-1252"]


def _parse_json(text: str) -> Any:
    start = text.lstrip()[:200]
    if not start.startswith(("{", "[")):
        looks = {"%PDF": "a PDF", "PK\x03\x04": "a zip file", "<": "a web page"}
        like = next((f": it looks like {what}" for sign, what in looks.items() if start.startswith(sign)), "")
        raise NoNotebookError(f"The file is not a notebook{like}")
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise SubmissionError(f"The file is damaged: no JSON from {where} on ({error.msg})") from error
    except (ValueError, RecursionError) as error:
        raise SubmissionError(
            f"The file is not a notebook that can be read ({type(error).__name__})"
        ) from error


def _cells(notebook: dict[str, Any], problems: list[str]) -> list[Any]:
    cells = notebook.get("cells")
    if cells is None and isinstance(notebook.get("worksheets"), list):
        problems.append(
            f"The notebook is in the old format {notebook.get('nbformat', 3)!r:.20}; read all the same"
        )
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet.get("cells"), list) for cell in sheet["cells"]]
    if cells is None:
        raise NoNotebookError("The file is not a notebook: it has no list of cells")
    if not isinstance(cells, list):
        raise NoNotebookError(f"The file is not a notebook: its cells are a JSON {_kind(cells)}, not a list")
    return cells


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))  # "input" in format 3
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _grade_id(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    found = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return found if isinstance(found, str) else ""


def _note_kernel(notebook: dict[str, Any], problems: list[str]) -> None:
    metadata = notebook.get("metadata")
    spec = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    if not isinstance(spec, dict):
        return
    language = spec.get("language") or spec.get("name")
    if isinstance(language, str) and not language.lower().startswith("python"):
        problems.append(f"The notebook names the kernel '{language[:40]}'; it was run as Python")


def _kind(value: Any) -> str:
    names = {dict: "object", list: "list", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")
