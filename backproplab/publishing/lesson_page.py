"""A lesson that was run, as one HTML page that loads nothing: formulas as MathML, links that lead on."""

import re
from collections.abc import Callable
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from backproplab.publishing.formulas import FormulaError, mathml

TEMPLATE = "lesson.html.j2"
IMAGE = re.compile(r"<img\b[^>]*>")
Link = Callable[[str, str], str]
"""What becomes of a link: from its text (HTML) and its target to HTML."""


def page_of(lesson: NotebookNode, *, title: str, folder: str, link: Link, live: str = "{}") -> str:
    """Return the page of a lesson that was run.

    `folder` is where its images are, `live` the JSON that the page's script makes widgets from. Raises
    `FormulaError`, which names the cell, for a formula that cannot be typeset.
    """
    given = {"live": live.replace("<", "\\u003c"), "link": link}
    resources = {
        "metadata": {"name": title, "path": folder},
        "lesson": {**given, **{name: page_asset(name) for name in ASSETS}},
    }
    page: str = _exporter().from_notebook_node(lesson, resources)[0]
    return page


@cache
def _exporter() -> "_Exporter":
    """Return the one exporter of all pages: to compile its templates takes as long as to write a page."""
    return _Exporter(  # type: ignore[no-untyped-call]
        extra_loaders=[DictLoader({TEMPLATE: page_asset(TEMPLATE)})],
        template_file=TEMPLATE,
        embed_images=True,
    )


ASSETS = ("page.css", "live.css", "formulas.css", "theme.js", "tab-stops.js", "live.js")


def page_asset(name: str) -> str:
    """Return the text of a script or a style sheet that pages share."""
    return (files("backproplab.publishing") / "page" / name).read_text(encoding="utf-8")


class _Exporter(HTMLExporter):
    """JupyterLab's look, from nbconvert; our template leaves out whatever it would load from elsewhere."""

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Return a text cell as HTML, as nbconvert does, but with formulas and links of our own."""
        renderer = _Renderer(
            context["resources"]["lesson"]["link"],
            embed_images=True,
            path=context["resources"]["metadata"]["path"],
            attachments=context["cell"].get("attachments", {}),
        )
        try:
            html: str = MarkdownWithMath(renderer=renderer).render(source)
        except FormulaError as error:
            raise FormulaError(f"cell '{context['cell'].get('id')}': {error}") from error
        return html


class _Renderer(IPythonRenderer):
    def __init__(self, link: Link, **options: Any) -> None:
        super().__init__(escape=False, **options)
        self._link = link

    def inline_math(self, body: str) -> str:
        return mathml(body)

    def block_math(self, body: str) -> str:
        return _on_its_own(body)

    def latex_environment(self, name: str, body: str) -> str:
        return _on_its_own(f"\\begin{{{name}}}{body}\\end{{{name}}}")

    def _html_embed_images(self, html: str) -> str:
        # Tag by tag: nbconvert takes `<details>` or `<kbd>` for a whole page and closes it (its issue 2020).
        embed = super()._html_embed_images
        return IMAGE.sub(lambda found: embed(found[0]), html)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return self._link(text, url)


def _on_its_own(formula: str) -> str:
    return f'<span class="lesson-formula">{mathml(formula, display=True)}</span>'


def anchor(text: str, url: str) -> str:
    """Return an HTML link; its text is HTML already."""
    return f'<a href="{escape(url)}">{text}</a>'
