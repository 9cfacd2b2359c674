"""What Sphinx learns, to make the site: formulas without a script, widgets, cells' ids, covers, a sitemap."""

import re
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.writers.html5 import HTML5Translator

from backproplab.files import write_text
from backproplab.publishing.formulas import FormulaError, mathml
from backproplab.publishing.lesson_page import page_asset
from backproplab.publishing.practice.data import PAGES, page_script
from backproplab.publishing.site.sources import LIVE, PRACTICE
from backproplab.training.recorder import size

LONGEST_DESCRIPTION = 200


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx all of it."""
    app.add_config_value("course_scripts", _scripts(), "html")  # a page is written anew where one has changed
    app.add_html_math_renderer("mathml", (_inline, None), (_on_its_own, None))
    app.connect("autodoc-process-docstring", as_restructured_text)
    app.connect("doctree-read", name_cells)
    app.connect("doctree-read", put_explanations_together)
    app.connect("html-page-context", add_to_page)
    app.connect("build-finished", write_sitemap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _scripts() -> str:
    """Return what changes with the scripts that stand in pages."""
    texts = [page_asset("tab-stops.js"), page_asset("live.js"), *(page_script(page) for page in PAGES)]
    return sha256("".join(texts).encode()).hexdigest()


def _inline(page: HTML5Translator, node: nodes.math) -> None:
    page.body.append(_typeset(node))
    raise nodes.SkipNode


def _on_its_own(page: HTML5Translator, node: nodes.math_block) -> None:
    page.body.append(f'<div class="lesson-formula">{_typeset(node, display=True)}</div>')
    raise nodes.SkipNode


def _typeset(node: nodes.Element, *, display: bool = False) -> str:
    try:
        return mathml(node.astext(), display=display)
    except FormulaError as error:
        raise SphinxError(f"{node.source}: {error}") from error


def name_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Give each code cell the id that its author chose, as the exported page does."""
    for cell in doctree.findall(nodes.container):
        if name := cell.attributes.get("cell_metadata", {}).get("course_id"):
            cell["ids"].append(f"cell-id={name}")


def put_explanations_together(app: Sphinx, doctree: nodes.document) -> None:
    """Put what explains the answer to a prediction into a container, which the page covers with it."""
    for cell in [node for node in doctree.findall(nodes.container) if "tag_predicted" in node["classes"]]:
        explained = _explained(cell)
        if not explained:
            continue
        place, name = explained[0].parent, cell.attributes["cell_metadata"]["course_id"]
        box = nodes.container(classes=["course-explained"], ids=[f"explained={name}"])
        place.insert(place.index(explained[0]), box)
        for node in explained:
            place.remove(node)
            box.append(node)


def _explained(cell: nodes.container) -> list[nodes.Node]:
    """Return what follows a cell, as far as it may tell the answer: to the next heading, question or code.

    What stands below a heading that follows at once is an explanation too, and so is a cell that no prose
    parts from the first.
    """
    last: nodes.Element = cell
    while last.parent is not None and last.parent[-1] is last:
        last = last.parent
    if last.parent is None:
        return []
    after = last.parent[last.parent.index(last) + 1 :]
    if isinstance(after[0], nodes.section):
        after = [node for node in after[0] if not isinstance(node, nodes.title)]
    found: list[nodes.Node] = []
    for node in after:
        prose_has_begun = any(not _is_cell(each) for each in found)
        if isinstance(node, nodes.section) or _asks(node) or (_is_cell(node) and prose_has_begun):
            break
        found.append(node)
    return found if any(not _is_cell(each) for each in found) else []


def _is_cell(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and "cell" in node["classes"]


def _asks(node: nodes.Node) -> bool:
    """Say whether a paragraph, or what holds it, asks for a prediction, as `predicted_cells` looks for it."""
    return any(re.match(r"Predict\b", strong.astext()) for strong in node.findall(nodes.strong))


def as_restructured_text(
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Mark what our docstrings leave to the eye: an indented block is code, a bar an absolute value."""
    made: list[str] = []
    last = ""
    in_block = False
    for line in lines:
        indented = line.startswith(" ")
        if line and not indented:
            in_block = False
        if (
            indented
            and not in_block
            and made
            and not made[-1]
            and not last.startswith(("-", "*", ">>>", " "))
        ):
            in_block = True
            made += ["::", ""]
        made.append(line if in_block else line.replace("|", "\\|"))
        last = line or last
    lines[:] = made


def add_to_page(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page its description, and what its live widgets or its questions are made from."""
    description = describe(doctree) if doctree else ""
    if description:
        context["metatags"] = (
            f'{context.get("metatags", "")}<meta name="description" content="{escape(description)}">'
        )
    live = Path(app.srcdir) / f"{name}{LIVE}"
    asked = Path(app.srcdir) / f"{name}{PRACTICE}"
    context["practice_data"] = asked.read_text(encoding="utf-8") if asked.is_file() else ""
    context["practice_script"] = page_script(name) if asked.is_file() else ""
    context["course_url"] = app.config.html_baseurl
    notebooks = [Path(folder) / f"{name}.ipynb" for folder in app.config.html_extra_path]
    context["notebook_size"] = next((size(path.stat().st_size) for path in notebooks if path.is_file()), "")
    context["lesson_live"] = ""
    context["tab_stops"] = page_asset("tab-stops.js")
    if live.is_file():
        context["lesson_live"] = live.read_text(encoding="utf-8").replace("<", "\\u003c")
        context["lesson_script"] = page_asset("live.js")


def describe(doctree: nodes.document) -> str:
    """Return the first sentences of a page, as long as a search engine shows them."""
    for paragraph in doctree.findall(nodes.paragraph):
        words = " ".join(paragraph.astext().split())
        if len(words) > 40:
            cut = words[:LONGEST_DESCRIPTION].rsplit(" ", 1)[0]
            return words if len(words) <= LONGEST_DESCRIPTION else f"{cut} …"
    return ""


def write_sitemap(app: Sphinx, exception: Exception | None) -> None:
    """Write sitemap.xml, where the site's address is known: its format takes no relative links."""
    base = app.config.html_baseurl
    if exception or not base:
        return
    pages = sorted(app.env.found_docs - {"404"})
    entries = "".join(f"<url><loc>{base.rstrip('/')}/{quote(page)}.html</loc></url>\n" for page in pages)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    )
    write_text(Path(app.outdir) / "sitemap.xml", text)
