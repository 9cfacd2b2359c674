"""What a learner's copy holds: lessons, the pages to look things up, linked files, exercises, how to install.

One function says it, for the folder that `backproplab course` makes and for the zip that
`backproplab release --zip` packs; `start_page` adds a map. No solution is in a copy and no part of the
package.
"""

import json
import posixpath
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from backproplab.errors import BackproplabError

from .predictions import without_answers

LESSONS = "notebooks"
EXERCISES = "exercises"
FILES = "files"
EXPECTED = "expected"
NOTE = "INSTALL.txt"
START = "START.html"
NAME = re.compile(r"\d\d(-[a-z0-9]+)+|capstone-\d+")  # so that a maintainer's Untitled.ipynb stays at home
HIDDEN = re.compile(r"[.~]|(?i:desktop\.ini|thumbs\.db)$")  # desktop.ini and Thumbs.db are Windows'
PAGE = re.compile(r"[a-z]+(-[a-z]+)*")
LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?([^)\s>]+)>?[^)]*\)")


class CourseError(BackproplabError):
    """The course's folder, or the one for a copy, is not what it must be. The message says what to do."""


def learners_copy(course: Path) -> dict[str, bytes]:
    """Return what a copy holds: each file by its name in it, "notebooks/03-spreadsheet.ipynb", in order.

    `course` is the course's folder. Lessons come without the outputs that answer a prediction, and without
    links that would lead out of the copy; all else is as committed. CourseError if this is no such folder,
    or if a notebook cannot be read or lacks its recorded values.
    """
    lessons, sets = _named(course / LESSONS), _named(course / EXERCISES)
    if not lessons and not sets:
        raise CourseError(
            f"There is no {LESSONS}/00-….ipynb in {course.absolute()}; run this in the course's folder, "
            "the one that holds README.md"
        )
    found = {NOTE: Path(__file__).with_name(NOTE).read_text(encoding="utf-8").encode()}
    found |= {f"{LESSONS}/{path.name}": _learners_notebook(path, LESSONS) for path in lessons}
    found |= {f"{LESSONS}/{path.name}": _page(path) for path in looked_up(course)}
    found |= {path.relative_to(course).as_posix(): path.read_bytes() for path in _linked(course)}
    for path in sets:
        expected = path.parent / EXPECTED / f"{path.stem}.json"
        if not expected.is_file():
            raise CourseError(f"{expected} is missing; make it with: backproplab release")
        found[f"{EXERCISES}/{path.name}"] = _learners_notebook(path, EXERCISES)
        found[f"{EXERCISES}/{EXPECTED}/{expected.name}"] = expected.read_text(encoding="utf-8").encode()
    return dict(sorted(found.items()))


def looked_up(course: Path) -> list[Path]:
    """Return the pages of the course on which one looks things up: glossary, cheat sheet."""
    return sorted(path for path in (course / LESSONS).glob("*.md") if PAGE.fullmatch(path.stem))


def _page(path: Path) -> bytes:
    return without_links_out(path.read_text(encoding="utf-8"), LESSONS).encode()


def _named(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.ipynb") if NAME.fullmatch(path.stem))


def _linked(course: Path) -> list[Path]:
    """Return the files that lessons link to; what a system or an editor hides among them is none of it."""
    folder = course / LESSONS / FILES
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(map(HIDDEN.match, path.relative_to(folder).parts))
    ]


def _learners_notebook(path: Path, folder: str) -> bytes:
    # Not by nbformat, which takes a second to load: this runs each time that a learner opens the course.
    try:
        notebook = without_answers(json.loads(path.read_text(encoding="utf-8")))
        cells = [_within_the_copy(cell, folder) for cell in notebook["cells"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        fault = f"{type(error).__name__}: {error}"
        raise CourseError(f"{path} is no notebook with ids of cells ({fault}); restore it") from error
    text = json.dumps({**notebook, "cells": cells}, ensure_ascii=False, indent=1, sort_keys=True)
    return f"{text}\n".encode()


def _within_the_copy(cell: dict[str, Any], folder: str) -> dict[str, Any]:
    source = "".join(cell["source"])
    if cell["cell_type"] != "markdown" or (kept := without_links_out(source, folder)) == source:
        return cell
    return {**cell, "source": kept.splitlines(keepends=True)}


def without_links_out(markdown: str, folder: str) -> str:
    """Return the text of a page in `folder` of the course without its links to what no copy holds.

    The words stay, and say which file of the course they mean.

    >>> without_links_out("Read [its source](../backproplab/scalar.py), then [02](02-b.ipynb).", "notebooks")
    'Read its source (`backproplab/scalar.py`), then [02](02-b.ipynb).'
    """

    def unlinked(found: re.Match[str]) -> str:
        address = urlsplit(found[2])
        if address.scheme or address.netloc or not address.path:
            return found[0]
        target = posixpath.normpath(posixpath.join(folder, unquote(address.path)))
        inside = target == NOTE or target.startswith((f"{LESSONS}/", f"{EXERCISES}/"))
        return found[0] if inside else f"{found[1]} (`{target}`)"

    return LINK.sub(unlinked, markdown)
