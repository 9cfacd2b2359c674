"""What every widget has: a live half for the browser, and a static half for where there is no kernel."""

from math import isfinite
from numbers import Real
from typing import Any, NamedTuple

import anywidget
from traitlets import Bool

from backproplab.widgets.kit.modules import script, style

VIEW = "application/vnd.jupyter.widget-view+json"


def is_finite(value: object) -> bool:
    """Whether this is one real number that a float can hold: not nan, infinity, text or 10**400."""
    try:
        return isinstance(value, Real) and isfinite(value)
    except OverflowError:
        return False


class Static(NamedTuple):
    """What stands in the place of a widget where nothing is live."""

    html: str
    """For GitHub, a notebook that was just opened, a printed page. Pictures carry alt text; no scripts."""
    plain: str
    """The same in words: for a terminal, a diff, a search; nbval compares it."""


class Live(anywidget.AnyWidget):
    """A widget, in a folder of its own beside `kit/`, which the subclass names.

        class Dial(Live, folder="dial"):
            def static(self): ...

    The folder has the module `page.js`, whose default export has `render({ model, el })` as anywidget
    documents it, and the style sheet `style.css`. All that a reader has done lives in synced traits, so that
    a widget that is closed and opened again is where it was.
    """

    on_page_alone = Bool(True).tag(sync=True)
    """Whether it stays live without Python, as in a lesson exported to HTML."""

    def __init_subclass__(cls, *, folder: str = "", **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if folder:
            cls._esm = script(f"{folder}/page.js")
            cls._css = style(f"{folder}/style.css")

    def static(self) -> Static:
        """What to show where there is no kernel."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        still = self.static()
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        markup = (
            f'<div dir="ltr">{still.html}</div>'  # on a page from right to left a minus would change sides
        )
        return {VIEW: view, "text/html": markup, "text/plain": still.plain}, {}
