"""Make a page of a lesson that was run: one HTML file that needs neither Python nor a network.

From a shell: `backproplab export notebooks/03-spreadsheet.ipynb`.

Widgets that need no Python stay live in the page; of the others their still half stands there. Formulas are
MathML, pictures are part of the page, links between lessons lead from page to page.
"""

import json
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from nbformat import NotebookNode

from backproplab.files import atomic_write, write_text
from backproplab.publishing.lesson_page import Link, anchor, page_of

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
ELSEWHERE = (
    '<p class="lesson-elsewhere">This one computes in Python: it is live in JupyterLab'
    " (<code>make lab</code>).</p>"
)


def export(lesson: NotebookNode, path: Path, out: Path, also: Iterable[str] = ()) -> Path:
    """Write the page of a lesson that was run into the folder `out`; return the page.

    `path` is where the lesson lies: its images and links are found from there. Links lead to the pages of
    lessons that `out` holds already, and of those whose stems `also` lists. What `lesson` holds of widgets is
    taken out of it. Raises `FormulaError` if a formula cannot be typeset.
    """
    out.mkdir(parents=True, exist_ok=True)
    pages = {page.stem for page in out.glob("*.html")} | set(also) | {path.stem}
    live = json.dumps(put_live(lesson), ensure_ascii=False)
    text = page_of(
        lesson,
        title=title(lesson) or path.stem,
        folder=str(path.parent),
        link=links(path, out, pages),
        live=live,
    )
    page = out / f"{path.stem}.html"
    write_text(page, text)
    return page


def title(lesson: NotebookNode) -> str:
    """Return the first heading of a lesson, "" if it has none."""
    text = "\n".join(cell.source for cell in lesson.cells if cell.cell_type == "markdown")
    found = re.search(r"^# +(.+)$", text, re.MULTILINE)
    return re.sub(r"[*`]", "", found[1]).strip() if found else ""


def put_live(lesson: NotebookNode) -> dict[str, object]:
    """Mark in the outputs of a lesson that was run where widgets go; return what the page makes them from.

    That is `models` by id, each with the place of its module in `modules`; texts that many models share are
    held once. The state that the kernel left in the lesson's metadata is taken out of it.
    """
    states = lesson.metadata.pop("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    modules: list[str] = []
    styles: list[str] = []
    models: dict[str, object] = {}
    for output in (output for cell in lesson.cells for output in cell.get("outputs", [])):
        data = output.get("data", {})
        if WIDGET_VIEW not in data:
            continue
        name = data.pop(WIDGET_VIEW)["model_id"]
        still = data.get("text/html", f"<pre>{escape(data.get('text/plain', ''))}</pre>")
        state = dict(states.get(name, {}).get("state", {}))
        if not state.get("on_page_alone"):
            data["text/html"] = f"<div>{still}{ELSEWHERE}</div>"
            continue
        data["text/html"] = f'<div data-live="{name}">{still}</div>'
        models[name] = {
            "module": _place(state.pop("_esm"), modules),
            "state": {trait: value for trait, value in state.items() if not trait.startswith("_")},
            "buffers": [
                {"path": each["path"], "data": each["data"]} for each in states[name].get("buffers", [])
            ],
        }
        _place(state.pop("_css", ""), styles)
    return {"modules": modules, "styles": styles, "models": models}


def _place(text: str, texts: list[str]) -> int:
    if text not in texts:
        texts.append(text)
    return texts.index(text)


def links(path: Path, out: Path, pages: set[str]) -> Link:
    """Return what makes the links of a lesson's page: to pages, and to files that it copies beside them.

    What has no page (an exercise, a file of the package) is named instead: a link would lead nowhere.
    """

    def link(text: str, url: str) -> str:
        address = urlsplit(url)
        if address.scheme or address.netloc or not address.path:
            return anchor(text, url)
        target = path.parent / unquote(address.path)
        fragment = f"#{address.fragment}" if address.fragment else ""
        if target.suffix == ".ipynb" and target.parent == path.parent and target.stem in pages:
            return anchor(text, f"{target.stem}.html{fragment}")
        if target.suffix == ".md":
            return text  # the word itself says enough where no glossary is at hand
        inside = target.resolve().is_relative_to(path.parent.resolve())
        if target.suffix != ".ipynb" and inside and target.is_file():
            copy = out / unquote(address.path)
            copy.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(copy) as file:
                file.write(target.read_bytes())
            return anchor(text, f"./{url}")  # nbconvert takes the "files/" off a link that begins with it
        place = f"{target.resolve().parent.name}/{target.name}"
        return f"{text} (<code>{escape(place)}</code> in the course’s folder)"

    return link
