"""START.html of a copy: the course map as a page that needs nothing running, and how the course is opened.

What a learner has done is not on it: that is read from saved notebooks, by Python, and stands on the map that
`backproplab lab` opens. This page says what there is, and which commands come next.
"""

import json
from collections.abc import Iterator, Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from .contents import EXERCISES, EXPECTED, START, learners_copy
from .outline import Entry, Part, parts
from .progress import time_needed


def whole_copy(course: Path) -> dict[str, bytes]:
    """Return all that a copy of the course in the folder `course` holds: `learners_copy`, and START.html.

    The page is left out where the course has no README.md, whose tables the map is made from.
    """
    contents = learners_copy(course)
    if not (course / "README.md").is_file():
        return contents
    return dict(sorted({**contents, START: start_page(parts(course), contents).encode()}.items()))


def start_page(listed: list[Part], contents: Mapping[str, bytes]) -> str:
    """Return the page: a map of what there is in `contents`, the files of a copy by their names in it."""
    here = files("backproplab.course")
    template = Template((here / "start.html").read_text(encoding="utf-8"))
    style = (here / "map.css").read_text(encoding="utf-8")
    return template.substitute(style=style, map="\n".join(_map(listed, contents)))


def _map(listed: list[Part], contents: Mapping[str, bytes]) -> Iterator[str]:
    for part in listed:
        rows = [_row(entry, contents) for entry in part.entries if _pages(entry, contents)]
        if rows:
            yield f'<section aria-labelledby="part-{part.number}">'
            yield f'<h2 id="part-{part.number}">Part {part.number}: {escape(part.title)}</h2>'
            yield from ('<ol class="door-map">', *rows, "</ol>", "</section>")


def _pages(entry: Entry, contents: Mapping[str, bytes]) -> list[str]:
    return [page for page in entry.pages if f"{page}.ipynb" in contents]


def _row(entry: Entry, contents: Mapping[str, bytes]) -> str:
    pages = _pages(entry, contents)
    said = time_needed(_json(contents, f"{pages[0]}.ipynb"))
    names = "".join(f"<code>{escape(page)}.ipynb</code>" for page in pages)
    return (
        f'<li><span class="door-number" aria-hidden="true">{entry.number}</span>'
        f'<span class="door-entry">{escape(entry.title)}</span>'
        f'<span class="door-idea">{escape(entry.idea)}</span>'
        f'<span class="door-said">{escape(said)}</span>'
        f'<span class="door-practice">{names}{_exercises(pages[-1], contents)}</span></li>'
    )


def _exercises(page: str, contents: Mapping[str, bytes]) -> str:
    if not page.startswith(f"{EXERCISES}/"):
        return ""
    values = f"{EXERCISES}/{EXPECTED}/{Path(page).name}.json"
    count = len(_json(contents, values).get("exercises", {}))
    return f'<span class="door-passed">{count} exercise{"" if count == 1 else "s"}</span>'


def _json(contents: Mapping[str, bytes], name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(contents[name])
    return found
