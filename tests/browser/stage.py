"""Widgets on a plain page, their Python half in this process: for all that needs no notebook.

A Stage has what a test asks of a `Notebook`, without a JupyterLab. Cells are run here, one after the other;
what the last line of a cell gives is shown if it is a widget. Both halves speak ipywidgets' own protocol.
"""

import ast
import base64
import json
import time
from collections.abc import Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import comm
from comm.base_comm import BaseComm
from ipywidgets import Widget

from browser.lab import Watched, keep_picture, violations

ADDRESS = "http://stage.test"
BECOMES_WITHIN = 30  # seconds, of which a quiet machine takes a thousandth
HERE = Path(__file__).parent


class Wire(BaseComm):
    """The way between a widget in Python and its model on the page."""

    waiting: SimpleQueue[dict[str, Any]]
    """What Python has said and the page has not yet fetched."""

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        """Let the page have this when it next listens."""
        if (data or {}).get("method") == "echo_update":
            return  # the page has it already
        texts = [base64.b64encode(bytes(each)).decode() for each in buffers or []]
        text = json.dumps({"type": msg_type, "id": self.comm_id, "data": data, "buffers": texts})
        self.waiting.put(json.loads(text))


class Stage:
    """A page of widgets."""

    def __init__(self, window: Watched) -> None:
        self.context, self.page = window.context, window.page
        self.shown: dict[str, Widget] = {}
        """The widgets by their cells; the cells know them as `shown` too."""
        self.names: dict[str, Any] = {"__name__": "__main__", "shown": self.shown}
        self.cells: dict[str, str] = {}
        self._waiting: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self.page.expose_function("toPython", self._hear)
        self.page.expose_function("fromPython", self._waiting_messages)
        self.page.route(f"{ADDRESS}/", lambda route: route.fulfill(body=blank(), content_type="text/html"))
        self.page.goto(f"{ADDRESS}/")

    def put(self, cells: Mapping[str, str]) -> "Stage":
        """Run these cells, by id, and show their widgets."""
        self.cells |= cells
        self.run(*cells)
        return self

    def run(self, *ids: str) -> None:
        """Run these cells, or all, once more."""
        for name in ids or self.cells:
            shown = self._executed(self.cells[name])
            if isinstance(shown, Widget):
                self.shown[name] = shown
                self.page.evaluate("([cell, id]) => show(cell, id)", [name, shown.model_id])
        self._pass_on()

    def output(self, cell: str):
        """A locator of the output of a cell, scrolled into view."""
        found = self.page.locator(f"[data-cell='{cell}'] .jp-OutputArea-output")
        found.scroll_into_view_if_needed()
        return found

    def ask(self, expression: str):
        """What Python says: the value of an expression, through JSON."""
        said = json.loads(json.dumps(eval(expression, self.names)))
        self._pass_on()
        return said

    def becomes(self, expression: str, value) -> None:
        """Wait until Python says this, and the page has heard what Python said with it."""
        end = time.monotonic() + BECOMES_WITHIN
        while (said := self.ask(expression)) != value and time.monotonic() < end:
            self.page.wait_for_timeout(5)
        assert said == value, f"{expression} is {said}, expected {value}"
        self.page.evaluate("settled()")

    def screenshot(self, cell: str, name: str) -> None:
        """Keep a picture of a cell's output, for a person to look at."""
        keep_picture(self.output(cell), name)

    def violations(self) -> list[str]:
        """What axe finds wrong in the outputs of the page as it stands, one line each."""
        return violations(self.page)

    def dark(self) -> None:
        """Wear JupyterLab's dark theme from now on."""
        self.page.evaluate(
            """css => {
                 document.getElementById("theme").textContent = css;
                 document.body.dataset.jpThemeLight = "false";
               }""",
            theme("dark"),
        )

    def _executed(self, source: str) -> Any:
        """Run a cell; return the value of its last line, if that is an expression."""
        *before, last = ast.parse(source).body
        wire = type("StageWire", (Wire,), {"waiting": self._waiting})
        make, comm.create_comm = comm.create_comm, wire
        try:
            if not isinstance(last, ast.Expr):
                return exec(source, self.names)
            exec(compile(ast.Module(before, []), "<cell>", "exec"), self.names)
            return eval(compile(ast.Expression(last.value), "<cell>", "eval"), self.names)
        finally:
            comm.create_comm = make

    def _hear(self, message: dict[str, Any]) -> None:
        manager = comm.get_comm_manager()
        manager.get_comm(message["id"]).handle_msg({"content": {"data": message["data"]}, "buffers": []})

    def _pass_on(self) -> None:
        """Let the page have what Python has said meanwhile."""
        if not self._waiting.empty():
            self.page.evaluate("() => listen()")

    def _waiting_messages(self) -> list[dict[str, Any]]:
        return [self._waiting.get() for _ in range(self._waiting.qsize())]


def blank() -> str:
    """The page before it shows anything."""
    script = (HERE / "stage.js").read_text(encoding="utf-8")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Widgets</title>'
        f'<style id="theme">{theme("light")}</style>'
        "<style>body { margin: 0; font: 14px system-ui; background: var(--jp-layout-color0);"
        " color: var(--jp-content-font-color1) } .jp-Cell { padding: 1em }"
        " .jp-OutputArea-output { overflow-x: auto }</style>"
        f'<body data-jp-theme-light="true"><main></main><script type="module">{script}</script>'
    )


def theme(name: str) -> str:
    """The colours and sizes of JupyterLab's "light" or "dark" theme, as nbconvert brings them."""
    import nbconvert
    from jupyter_core.paths import jupyter_path

    for folder in jupyter_path("nbconvert", "templates"):
        found = Path(folder) / "lab" / "static" / f"theme-{name}.css"
        if found.is_file():
            return found.read_text(encoding="utf-8")
    raise FileNotFoundError(f"nbconvert {nbconvert.__version__} has no theme-{name}.css")
