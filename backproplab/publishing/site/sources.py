"""What Sphinx reads to make the site: a folder made from the course's folder, file by file.

Lessons keep their committed outputs and get their live widgets back; exercises come as they are handed out.
The landing page and the reference stand in `site/pages`; the rest is from the README and the benchmarks.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from backproplab.course.contents import (
    EXERCISES,
    FILES,
    LESSONS,
    LINK,
    CourseError,
    looked_up,
    without_links_out,
)
from backproplab.course.outline import Entry, Part, parts, unlisted
from backproplab.course.predictions import predicted_cells
from backproplab.files import write_text
from backproplab.publishing.export import put_live
from backproplab.publishing.practice.data import PAGES, page_data
from backproplab.publishing.site.citation import citation
from backproplab.publishing.site.downloads import ZIP
from backproplab.publishing.site.title_picture import title_picture
from backproplab.publishing.site.widgets import Held, put_back
from backproplab.training.recorder import size
from backproplab.widgets.quick_check.questions import lessons_with_questions

PRACTICE = ".practice.json"
"""Ends the name of the file beside a page of questions that says what it asks."""
LIVE = ".live.json"
"""Ends the name of the file beside a lesson that says what its page makes widgets from."""
QUESTIONS = '<div id="practice"><p>These questions need JavaScript.</p></div>'
BENCHMARKS = "benchmarks"
TITLE = re.compile(r"^# ", re.MULTILINE)
HEADING = re.compile(r"^#{1,5} (?=\S)", re.MULTILINE)
HANDED_OUT = (
    ":::{note}\nThis is the set as it is handed out, to read. To work on it, open it in JupyterLab with "
    "`make lab`, or in [a copy of your own](../your-copy.md): there each check answers you at once.\n:::"
)


def write_sources(course: Path, folder: Path, widgets: Mapping[str, Held], downloads: Path) -> None:
    """Make in `folder` all that Sphinx reads of the course in the folder `course`.

    `widgets` holds, by the stem of a lesson, what its widgets hold; a lesson without has their still halves.
    `downloads` is what `write_downloads` has made; a page says how large it is.
    Files that have not changed are left alone, so that Sphinx reads anew what has. CourseError if README.md
    leaves out a lesson or a capstone, or if a lesson has no quick check.
    """
    listed = parts(course)
    _refuse_what_would_be_missing(course, listed)
    made = dict(_pages(course, listed, downloads))
    for page in (page for part in listed for entry in part.entries for page in entry.pages):
        notebook = nbformat.read(course / f"{page}.ipynb", as_version=4)
        if page.startswith(f"{LESSONS}/"):
            live = _put_widgets(notebook, widgets.get(Path(page).name))
            made[f"{page}{LIVE}"] = json.dumps(live, ensure_ascii=False)
        made[f"{page}.ipynb"] = nbformat.writes(_for_sphinx(notebook, page))
    lessons = [_lesson(entry) for part in listed for entry in part.entries if entry.number.isdigit()]
    for name, asking in PAGES.items():
        made[f"{name}.md"] = f"# {asking.title}\n\n{asking.lead}\n\n{QUESTIONS}\n"
        made[f"{name}{PRACTICE}"] = page_data(name, lessons)
    for name, text in made.items():
        _write_if_new(folder / name, text)
    for kept in [*_copied(course)]:
        target = folder / kept.relative_to(course)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(kept, target)
    known = {folder / name for name in made} | {folder / one.relative_to(course) for one in _copied(course)}
    for old in [path for path in folder.rglob("*") if path.is_file() and path not in known]:
        old.unlink()


def _refuse_what_would_be_missing(course: Path, listed: list[Part]) -> None:
    left_out = [
        f"{name} is in no table of README.md, so no map leads to it; add a row, in the form of its neighbours"
        for name in unlisted(course)
    ]
    numbers = [entry.number for part in listed for entry in part.entries if entry.number.isdigit()]
    without = [
        f"Lesson {number} has no quick check, from which the review asks; "
        f"write backproplab/widgets/quick_check/lessons/{number}.toml"
        for number in sorted(set(numbers) - set(lessons_with_questions()))
    ]
    if faults := [*left_out, *without]:
        raise CourseError("\n".join(faults))


def _lesson(entry: Entry) -> dict[str, str]:
    page = entry.pages[0]
    return {"number": entry.number, "title": entry.title, "page": page, "href": f"{page}.html"}


def _write_if_new(path: Path, text: str) -> None:
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, text)


def _copied(course: Path) -> Iterator[Path]:
    yield from (path for path in sorted((course / LESSONS / FILES).rglob("*")) if path.is_file())
    yield from sorted((course / BENCHMARKS).glob("*.svg"))


def _put_widgets(lesson: NotebookNode, held: Held | None) -> dict[str, object]:
    if held:
        put_back(lesson, held)
    return put_live(lesson)


def _for_sphinx(notebook: NotebookNode, page: str) -> NotebookNode:
    """Say in the tags of a cell what its page shows otherwise, and in its metadata what it is called."""
    put_below_one_title(notebook)
    predicted = set(predicted_cells(notebook))
    folder = page.partition("/")[0]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = without_links_out(cell.source, folder)
            continue
        tags = [tag for tag, holds in _tags(cell, predicted).items() if holds]
        cell.metadata = nbformat.from_dict({"course_id": cell.id, "tags": tags})
    if folder == EXERCISES:
        notebook.cells.insert(1, new_markdown_cell(HANDED_OUT, id="handed-out"))
    return notebook


def put_below_one_title(notebook: NotebookNode) -> None:
    """Let a notebook have one title: from its second one on, put all headings one level down."""
    titles = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            titles += len(TITLE.findall(cell.source))
            if titles > 1:
                cell.source = HEADING.sub(r"#\g<0>", cell.source)


def _tags(cell: NotebookNode, predicted: set[str]) -> dict[str, bool]:
    folded: bool = cell.metadata.get("jupyter", {}).get("source_hidden", False)
    return {"predicted": cell.id in predicted and bool(cell.outputs), "hide-input": folded}


def _pages(course: Path, listed: list[Part], downloads: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each page that is no notebook."""
    pages = course / "site" / "pages"
    filled: dict[str, Callable[[], str]] = {
        "{{ title_picture }}": title_picture,
        "{{ map }}": lambda: course_map(listed),
        "{{ citation }}": lambda: citation(course),
        "{{ zip_size }}": lambda: size((downloads / ZIP).stat().st_size),
    }
    for page in sorted(path for path in pages.rglob("*") if path.is_file()):
        text = page.read_text(encoding="utf-8")
        for mark, fill in filled.items():
            text = text.replace(mark, fill()) if mark in text else text
        yield page.relative_to(pages).as_posix(), text
    for page in looked_up(course):
        yield f"{LESSONS}/{page.name}", page.read_text(encoding="utf-8")
    readme = (course / "README.md").read_text(encoding="utf-8")
    guide = "# For instructors\n" + readme.partition("## For instructors\n")[2].partition("\n## ")[0]
    yield "teaching.md", without_links_out(guide, ".")
    benchmarks = (course / BENCHMARKS / "README.md").read_text(encoding="utf-8")
    yield f"{BENCHMARKS}/index.md", _benchmarks(benchmarks)


def _benchmarks(text: str) -> str:
    """Return the page of benchmarks, its links to scripts and results as plain words; pictures stay."""

    def unlinked(found: Any) -> str:
        inside = found[0].startswith("!") or found[2].startswith(("#", "http"))
        return found[0] if inside else f"{found[1]} (`{BENCHMARKS}/{found[2]}`)"

    return LINK.sub(unlinked, text)


def course_map(listed: list[Part]) -> str:
    """Return the course map: a heading and a list a part, and what tells Sphinx the order of the pages."""
    return "\n".join(text for part in listed for text in _part(part))


def _part(part: Part) -> Iterator[str]:
    yield f"## Part {part.number}: {part.title}\n"
    yield '<ol class="course-map">'
    yield from (_row(entry) for entry in part.entries)
    yield "</ol>\n"
    pages = "\n".join(line for entry in part.entries for line in _listed(entry))
    yield f"```{{toctree}}\n:hidden:\n:caption: Part {part.number}, {part.title}\n\n{pages}\n```\n"


def _listed(entry: Entry) -> Iterator[str]:
    """Yield an entry's lines in the side bar: its own, and that of its exercises."""
    first, *more = entry.pages
    yield f"{entry.number} · {entry.title} <{first}>"
    yield from (f"Exercises {entry.number} <{page}>" for page in more)


def _row(entry: Entry) -> str:
    first, *more = entry.pages
    practice = "".join(
        f'<span class="course-practice">{_link(page, f"Exercises {entry.number}")}</span>' for page in more
    )
    return (
        f'<li><span class="course-number" aria-hidden="true">{entry.number}</span>'
        f'<span class="course-entry">{_link(first, entry.title)}</span>'
        f'<span class="course-idea">{escape(entry.idea)}</span>{practice}</li>'
    )


def _link(page: str, text: str) -> str:
    return f'<a data-page="{page}" href="{page}.html">{escape(text)}</a>'


def slug(heading: str) -> str:
    """Return the fragment that leads to a heading, as JupyterLab makes it.

    >>> slug("Quick check")
    'Quick-check'
    """
    return heading.replace(" ", "-")
