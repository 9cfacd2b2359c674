"""JupyterLab in Chromium, as a test drives it: open a notebook, run cells, look at their outputs."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).parents[2]
SETTINGS = ROOT / "backproplab/widgets/lab"  # those of `make lab`
SCREENSHOTS = ROOT / "build/screenshots"
NO_PICTURES = bool(os.environ.get("BACKPROPLAB_NO_PICTURES"))
"""Whether pictures that no test looks at are left out: `make test` says so."""
OUTPUTS = ".jp-OutputArea-output"
STARTS_WITHIN = 300  # seconds, of which a quiet machine takes a hundredth
BECOMES_WITHIN = 60  # seconds, of which a quiet machine takes a hundredth
RUNS_WITHIN = 180_000  # milliseconds: the longest cell of a lesson, on a slow machine
# JupyterLab's own words when a kernel is restarted while it talks to it.
HARMLESS = ("Could not restore the debugger state", "Comm not found for comm id", "Canceled future for")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
WINDOWLESS = "chromium-headless-shell"
# Nothing but this machine has an address, so no request leaves it. (A route that refused the others would be
# asked about each request, and no page would find in the browser's cache what it has loaded before.)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"]
ARGUMENTS += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]


KEPT_OUT = """Object.defineProperty(window, "localStorage", {
  configurable: true,
  get() { throw new DOMException("Access is denied for this document.", "SecurityError"); },
});"""
"""What a page finds whose reader has blocked what sites keep."""


def chromium() -> str | None:
    """The path of a Chromium or Chrome of this machine, as readers have it."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


def windowless() -> str | None:
    """The path of the same browser without all that its windows are made of; as readers have it if need be.

    A new page costs it a quarter of the processor's time, and a page of the site two thirds.
    """
    return shutil.which(WINDOWLESS) or chromium()


@contextlib.contextmanager
def lab_server(folder: Path, *, learners: bool = False, settings: Path | None = SETTINGS) -> Iterator[str]:
    """A JupyterLab on loopback that serves `folder`; yields its address. No settings of the user are read.

    With `learners`, `folder` is a copy of the course, and `backproplab lab` opens it, with its own settings.
    Without `settings` it is as anybody has it who has started `jupyter lab`.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = folder / ".home"
    every_output = home / "settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
    every_output.parent.mkdir(parents=True, exist_ok=True)
    every_output.write_text('{"windowingMode": "none"}', encoding="utf-8")  # axe sees what is on the page
    no_news = home / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    no_news.parent.mkdir(parents=True, exist_ok=True)
    no_news.write_text('{"fetchNews": "false"}', encoding="utf-8")  # its question would hide half a picture
    environment = {
        **os.environ,
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", *(("backproplab", "lab", "--") if learners else ("jupyterlab",))]
    if not learners:
        command += [f"--ServerApp.root_dir={folder}"]
        command += [f"--LabApp.app_settings_dir={settings}"] if settings else []
    command += ["--no-browser", "--allow-root", "--expose-app-in-browser"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1"]
    command += ["--IdentityProvider.token=", "--ServerApp.log_level=ERROR"]
    log = (folder / "lab.log").open("wb")
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address + "/api/status", process)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(
                f"JupyterLab ended at its start, with status {process.returncode}; see lab.log"
            )
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2):
            return
        time.sleep(0.2)
    raise TimeoutError(f"JupyterLab did not answer within {STARTS_WITHIN} s; see lab.log")


class Watched:
    """A page and those it opens, with their troubles: errors on a console, requests to the outside."""

    def __init__(self, browser, address: str, **options) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        self.troubles: list[str] = []
        self.context.on("console", lambda said: said.type == "error" and self._note(said.text))
        self.context.on("weberror", lambda told: self._note(str(told.error)))
        self._inside = (address, "data:", "blob:")
        self.context.on("request", self._look)
        self.renew()

    def renew(self) -> None:
        """Close what is open and open an empty page; what pages have stored stays."""
        for page in self.context.pages:
            page.close()
        self.page = self.context.new_page()
        self.page.set_default_timeout(RUNS_WITHIN)
        self.troubles.clear()
        self._opened = time.monotonic()

    def _note(self, text: str) -> None:
        if not any(words in text for words in HARMLESS):
            after = time.monotonic() - self._opened
            self.troubles.append(f"{self.page.url}, {after:.1f} s after this page was made: {text}")

    def _look(self, request) -> None:
        if not request.url.startswith(self._inside):
            self._note(f"a request that leaves the machine: {request.url}")


class Notebook:
    """A notebook open in JupyterLab: run its cells by id, find their outputs."""

    def __init__(self, page, path: str, address: str) -> None:
        self.page, self.path, self.address = page, path, address

    def open(self) -> "Notebook":
        """Open it in a JupyterLab that is loaded anew, and wait for its kernel."""
        self.page.goto(f"{self.address}/lab/tree/{self.path}?reset")
        self.page.wait_for_function("() => window.jupyterapp && window.jupyterapp.shell")
        self.page.evaluate("() => window.jupyterapp.restored")
        return self._ready()

    def open_here(self) -> "Notebook":
        """Open it in the JupyterLab that stands there, in place of what is open, which is not saved."""
        self.page.evaluate(
            """async path => {
                 const { shell, commands } = window.jupyterapp;
                 for (const widget of [...shell.widgets("main")]) widget.dispose();
                 await commands.execute("docmanager:open", { path });
               }""",
            self.path,
        )
        return self._ready()

    def _ready(self) -> "Notebook":
        self.page.wait_for_function(
            """path => {
                 const widget = window.jupyterapp.shell.currentWidget;
                 return widget && widget.context && widget.context.path === path && widget.context.isReady
                   && widget.content.widgets.length > 0;
               }""",
            arg=self.path,
        )
        self.page.evaluate(
            """async () => {
                 const { sessionContext } = window.jupyterapp.shell.currentWidget.context;
                 await sessionContext.ready;
                 await sessionContext.session.kernel.info;
               }"""
        )
        if self.page.evaluate("() => document.body.dataset.jpThemeLight === 'false'"):
            self._theme("JupyterLab Light", "true")  # the server remembers what a test before this one chose
        return self

    def run(self, *ids: str) -> None:
        """Run these cells, or all, and wait until they are done. AssertionError if one of them fails."""
        failed = self.page.evaluate(
            """async (ids) => {
                 const app = window.jupyterapp, notebook = app.shell.currentWidget.content;
                 const cells = notebook.widgets.filter(
                   (cell) => cell.model.type === "code" && (!ids.length || ids.includes(cell.model.id)));
                 for (const cell of cells) {
                   notebook.activeCellIndex = notebook.widgets.indexOf(cell);
                   notebook.deselectAll();
                   await app.commands.execute("notebook:run-cell");
                   const outputs = cell.model.outputs.toJSON();
                   const error = outputs.find((output) => output.output_type === "error");
                   if (error) return `${cell.model.id}: ${error.ename}: ${error.evalue}`;
                 }
                 return ids.length && cells.length !== ids.length ? `found ${cells.length} of ${ids}` : null;
               }""",
            list(ids),
        )
        assert failed is None, failed

    def output(self, cell: str):
        """A locator of the output area of a cell; the cell is scrolled into view."""
        self.page.evaluate(
            """async (id) => {
                 const notebook = window.jupyterapp.shell.currentWidget.content;
                 const index = notebook.widgets.findIndex((cell) => cell.model.id === id);
                 notebook.activeCellIndex = index;
                 await notebook.scrollToItem(index, "start");
                 notebook.widgets[index].node.dataset.cell = id;
               }""",
            cell,
        )
        return self.page.locator(f".jp-Cell[data-cell='{cell}'] .jp-OutputArea-output").last

    def ask(self, expression: str):
        """What the kernel says: the value of a Python expression, through JSON."""
        text = self.page.evaluate(
            """async (code) => {
                 const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
                 const future = kernel.requestExecute({ code, store_history: false });
                 let said = "";
                 future.onIOPub = (message) => {
                   if (message.header.msg_type === "stream") said += message.content.text;
                   if (message.header.msg_type === "error") said = "!" + message.content.evalue;
                 };
                 await future.done;
                 return said;
               }""",
            f"import json as _json; print(_json.dumps({expression}))",
        )
        assert not text.startswith("!"), text
        return json.loads(text)

    def becomes(self, expression: str, value) -> None:
        """Wait until the kernel says this: what a page sends arrives later, on a busy machine much later."""
        end = time.monotonic() + BECOMES_WITHIN
        while (said := self.ask(expression)) != value and time.monotonic() < end:
            self.page.wait_for_timeout(20)
        assert said == value, f"{expression} is {said}, expected {value}"

    def screenshot(self, cell: str, name: str) -> None:
        """Keep a picture of a cell's output, for a person to look at."""
        if NO_PICTURES:
            return
        size = self.page.viewport_size
        self.page.set_viewport_size({**size, "height": 1800})  # tall enough for every widget as a whole
        keep_picture(self.output(cell), name)
        self.page.set_viewport_size(size)

    def violations(self, *, without: Sequence[str] = ()) -> list[str]:
        """What axe finds wrong in the outputs of the page as it stands, one line each."""
        return violations(self.page, without=without)

    def dark(self) -> None:
        """Put JupyterLab into its dark theme; `open` puts it back into the light one."""
        self._theme("JupyterLab Dark", "false")

    def _theme(self, name: str, is_light: str) -> None:
        self.page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", name
        )
        self.page.wait_for_function(
            "light => document.body.dataset.jpThemeLight === light"
            " && !document.querySelector('#jupyterlab-splash')",
            arg=is_light,
        )

    def save(self) -> None:
        """Save the notebook, with the state of its widgets."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")

    def restart(self) -> None:
        """Restart the kernel, as the button does, without the question, and wait until the new one answers.

        A page that is opened while a kernel starts may miss what the notebook holds: ipywidgets drops its
        restoring when the connection is renewed, and then says "widget model not found".
        """
        self.page.evaluate(
            """async () => {
                 const { kernel } = window.jupyterapp.shell.currentWidget.context.sessionContext.session;
                 await kernel.restart();
                 await kernel.requestKernelInfo();
               }"""
        )


def keep_picture(of, name: str, **options) -> None:
    """Keep a picture of a page, or of what a locator finds, in build/screenshots, for a person to look at."""
    if NO_PICTURES:
        return
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    of.screenshot(path=SCREENSHOTS / f"{name}.png", **options)


def violations(
    page, *, where: str | None = OUTPUTS, rules: Sequence[str] = (), without: Sequence[str] = ()
) -> list[str]:
    """What axe finds wrong, a line each: in what a selector finds, the outputs, or on the whole page if None.

    By all rules, by these `rules` alone, or by all `without` some.
    """
    from axe_playwright_python.base import AXE_SCRIPT

    context = {"include": [[where]]} if where else {"include": [["html"]]}
    options: dict[str, Any] = {"resultTypes": ["violations"]}  # to name all that is well takes as long again
    if rules:
        options["runOnly"] = list(rules)
    options["rules"] = {rule: {"enabled": False} for rule in without}
    if page.evaluate("() => !window.axe"):  # to read the script takes as long as some rules do
        page.evaluate(AXE_SCRIPT)
    ask = "async ([context, options]) => (await axe.run(context, options)).violations"
    found = page.evaluate(ask, [context, options])
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def pale(page, seen: set[str] | None = None) -> list[str]:
    """What axe finds too pale of the first text of each look: its colour, size and weight, and all behind it.

    That is no less than all texts, of which there are a hundred times as many: what is behind a text is what
    it stands in. Where that could be something else, in a box out of its place, each is looked at by itself.
    What is in `seen` was looked at on a page before this one, and what is seen here goes into it.
    """
    looks = page.evaluate(
        """seen => {
             const known = new Set(seen), looks = new Set(), behind = new Map();
             const nothing = ["rgba(0, 0, 0, 0)", "none", "1"];
             const all = (at) => {  // what is behind a text in this element, from the inside out
               if (!at) return "";
               if (!behind.has(at)) {
                 const { backgroundColor, backgroundImage, opacity, filter, position, transform, margin } =
                   getComputedStyle(at);
                 const inPlace = position === "static" || position === "relative";
                 const seen = [backgroundColor, backgroundImage, opacity, filter];
                 const its = seen.filter((each) => !nothing.includes(each));
                 if (!inPlace || transform !== "none" || margin.includes("-")) its.push("out of place");
                 behind.set(at, [...its, all(at.parentElement)].join());
               }
               return behind.get(at);
             };
             const look = (text) => {
               const { color, fontSize, fontWeight } = getComputedStyle(text);
               return [color, fontSize, fontWeight, all(text)].join();
             };
             const holdsText = (one) =>
               [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
             for (const one of document.querySelectorAll("[data-look]")) delete one.dataset.look;
             for (const one of [...document.body.querySelectorAll("*")].filter(holdsText)) {
               const its = look(one);
               if (looks.has(its) || known.has(its)) continue;
               one.dataset.look = "new";
               if (!its.includes("out of place")) looks.add(its);
             }
             return [...looks];
           }""",
        sorted(seen or ()),
    )
    if seen is not None:
        seen.update(looks)
    if not page.locator("[data-look]").count():
        return []
    return violations(page, where="[data-look]", rules=["color-contrast"])


def notebook_of(cells: dict[str, str], path: Path) -> Path:
    """Write a notebook of code cells, by id, for a test that needs no lesson."""
    made = [nbformat.v4.new_code_cell(source, id=name) for name, source in cells.items()]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel}), path)
    return path
