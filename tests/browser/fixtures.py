"""Fixtures of the browser tests: one JupyterLab and one Chromium a process, pages that must stay quiet."""

import shutil
from collections import defaultdict

import pytest

from browser.lab import ARGUMENTS, ROOT, Notebook, Watched, lab_server, windowless


@pytest.fixture(scope="session")
def browser():
    """Chromium, without a window. Tests that need it skip where it or playwright is missing."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: no browser tests"
    )
    if windowless() is None:
        pytest.skip("no chromium on this machine: no browser tests (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=windowless(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory):
    """(address, folder) of a JupyterLab that serves a copy of the lessons."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    with lab_server(folder) as address:
        yield address, folder


@pytest.fixture(scope="module")
def watched():
    """Every page that this file opened, with its troubles."""
    return []


@pytest.fixture(scope="module")
def new_page(browser, lab, watched):
    """Open a page: new_page(color_scheme="dark", …). It may talk to one server alone, the lab's by itself."""

    def make(address: str = lab[0], **options) -> Watched:
        watched.append(Watched(browser, address, **options))
        return watched[-1]

    return make


@pytest.fixture(scope="module")
def open_notebook(new_page, lab):
    """Open a notebook of the lab's folder: open_notebook("notebooks/02-chain-rule.ipynb").

    In place of the one that this file opened before: to load JupyterLab takes longer than most tests.
    """
    pages = []

    def make(path: str) -> Notebook:
        if pages:
            return Notebook(pages[0], path, lab[0]).open_here()
        pages.append(new_page().page)
        return Notebook(pages[0], path, lab[0]).open()

    return make


@pytest.fixture(scope="session")
def idle():
    """Windows that no file uses now, by their options: a new one takes longer than a page in an old one."""
    return defaultdict(list)


@pytest.fixture(scope="module")
def open_stage(browser, watched, idle):
    """Show widgets on a plain page: open_stage({"dial": "dial = Dial()\ndial"})."""

    # It needs what draws widgets, which other tests need not wait for.
    from browser.stage import ADDRESS, Stage

    used = []

    def make(cells: dict[str, str], **options) -> Stage:
        alike = idle[repr(sorted(options.items()))]
        window = alike.pop() if alike else Watched(browser, ADDRESS, **options)
        used.append((window, alike))
        watched.append(window)
        return Stage(window).put(cells)

    yield make
    for window, alike in used:
        watched.remove(window)
        window.renew()
        alike.append(window)


@pytest.fixture(scope="module")
def closed(watched):
    """Close what a file opened: a page, and its kernel, would slow down all that follows."""
    yield
    for one in watched:
        if not one.page.is_closed():
            one.page.evaluate("() => window.jupyterapp?.serviceManager.sessions.shutdownAll()")
        one.context.close()


@pytest.fixture
def quiet(watched):
    """No error on a console and no request to the outside, in any test."""
    yield
    troubles = [trouble for one in watched for trouble in one.troubles]
    for one in watched:
        one.troubles.clear()
    assert not troubles, "\n".join(troubles)
