"""Seconds from `make lab` to the course map, and from a click to the first answer, beside a plain JupyterLab.

    python benchmarks/opening.py [--rounds 4] [--json FILE]

In a copy of this repository, so that no learner's work is touched: once from nothing, with a new environment,
then warm. By the clock. The browser is up before the watch starts. "The page" is there when it is loaded and
the map has its lessons; an answer, when the first cell of lesson 00 has run, in a kernel that starts for it:
time counts from the moment at which its address is asked for, as by a click on the map.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import nbformat
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browser.lab import ARGUMENTS, Notebook, chromium, notebook_of
from in_rounds import in_rounds

ROOT = Path(__file__).parents[1]
LESSON = "notebooks/00-start-here.ipynb"
INSTALLED_WITHIN, STARTED_WITHIN = 1200, 120  # seconds
LAB = ["--no-browser", "--expose-app-in-browser", "--IdentityProvider.token=", "--ServerApp.log_level=ERROR"]


def copy_of_the_course(folder: Path) -> None:
    """What git knows of this repository, as it stands here."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def settings_of_nobody(home: Path) -> dict[str, str]:
    """The shell's variables, with JupyterLab's own folders below `home`: no settings of the user are read."""
    news = home / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    news.parent.mkdir(parents=True, exist_ok=True)
    news.write_text('{"fetchNews": "false"}', encoding="utf-8")
    folders = {"CONFIG_DIR": "config", "DATA_DIR": "data", "RUNTIME_DIR": "runtime"}
    folders |= {"LAB_SETTINGS_DIR": "settings", "LAB_WORKSPACES_DIR": "workspaces"}
    names = {"CONFIG_DIR": "JUPYTER_", "DATA_DIR": "JUPYTER_", "RUNTIME_DIR": "JUPYTER_"}
    set_here = {names.get(key, "JUPYTER") + key: str(home / value) for key, value in folders.items()}
    return {**os.environ, **set_here}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def opened(browser, command, place: Path, home: Path, *, first: str, seen: str, notebook: str, within: float):
    """Run a command that serves on {port}: seconds until `first` shows `seen`, and then to an answer."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    page = browser.new_context().new_page()
    page.set_default_timeout(1000 * STARTED_WITHIN)
    told = [word.format(port=port) for word in command]
    start = time.perf_counter()
    log = (home / "log.txt").open("w")
    process = subprocess.Popen(
        told, cwd=place, env=settings_of_nobody(home), stdout=log, stderr=log, start_new_session=True
    )
    try:
        wait_for(f"{address}/api/status", process, within)
        page.goto(address + first)
        page.locator(seen).first.wait_for()
        shown = time.perf_counter()
        return {"page": shown - start, "answer": answered(page, address, notebook, place)}
    finally:
        page.context.close()
        log.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def answered(page, address, notebook, place):
    """Seconds until the first cell of a notebook has run."""
    path = place / "mycourse" / notebook if (place / "mycourse").exists() else place / notebook
    cell = next(c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code")
    start = time.perf_counter()
    Notebook(page, notebook, address).open().run(cell.id)
    return time.perf_counter() - start


def wait_for(address, process, within):
    end = time.monotonic() + within
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the command ended with status {process.returncode}")
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.02)
    raise TimeoutError(f"no answer within {within} s")


def measure(rounds: int) -> dict:
    """Seconds `page` and `answer`: once cold (None if that cannot be installed), warm, and the peer's."""
    found: dict = {"cold": None, "warm": [], "peer": []}
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        course, plain, home = (Path(name) / part for part in ("course", "plain", "home"))
        for folder in (course, plain, home):
            folder.mkdir()
        copy_of_the_course(course)
        notebook_of({"first": "import numpy"}, plain / "plain.ipynb")
        browser = driver.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        ours = ["make", "lab", f"PYTHON={sys.executable}", "PORT={port}", f"LAB_ARGS={' '.join(LAB)}"]
        lesson = {"first": "/course", "seen": "main a[href*='00-start-here']", "notebook": LESSON}
        theirs = [str(ROOT / ".venv/bin/python"), "-m", "jupyterlab", "--allow-root", "--port={port}", *LAB]
        nothing = {"first": "/lab", "seen": "#jp-main-dock-panel", "notebook": "plain.ipynb"}
        try:
            found["cold"] = opened(browser, ours, course, home, **lesson, within=INSTALLED_WITHIN)
        except (RuntimeError, TimeoutError) as error:
            said = (home / "log.txt").read_text(encoding="utf-8")[-2000:]
            print(f"make lab could not be started from nothing, so no figure for that: {error}\n{said}")
            return found
        for _ in range(rounds):
            found["warm"].append(opened(browser, ours, course, home, **lesson, within=STARTED_WITHIN))
            found["peer"].append(opened(browser, theirs, plain, home, **nothing, within=STARTED_WITHIN))
        browser.close()
    return found


if __name__ == "__main__":
    in_rounds(measure, __doc__)
