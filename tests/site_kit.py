"""The site, built once a test run, and what a test asks of its pages."""

import os
import re
import time
import warnings
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

ROOT = Path(__file__).parents[1]
URL = "https://course.example/at/"


class SitePage(HTMLParser):
    """What a page of the site loads, where it leads, and what it says of itself."""

    LOADED = ("src", "srcset", "poster", "data")

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.ids: set[str] = set()
        self.meta: dict[str, str] = {}
        self.title = ""
        self._in_title = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids.add(found.get("id"))
        self._in_title = tag == "title" and not self.title
        if tag == "meta" and "name" in found:
            self.meta[found["name"]] = found.get("content", "")
        if tag == "a" and "href" in found:
            self.leads.append(found["href"])
        elif tag == "link" and found.get("rel") not in ("canonical", "next", "prev", "index", "search"):
            self.loads.append(found["href"])
        self.loads += [found[name] for name in self.LOADED if name in found and tag != "a"]

    def handle_data(self, data):
        self.title += data if self._in_title else ""

    def handle_endtag(self, tag):
        self._in_title = self._in_title and tag != "title"


def target(page: str, link: str) -> tuple[str, str] | None:
    """The file and the fragment that a link on a page leads to; None if it leads out of the site."""
    address = urlsplit(urljoin(f"{URL}{page}", link))
    if not address.geturl().startswith(URL):
        return None
    return unquote(address.path.removeprefix("/at/")) or "index.html", unquote(address.fragment)


def in_order(site: Path) -> list[str]:
    """The pages that a reader comes by who begins at the map and goes on to the next each time."""
    walked, onward = [], "index.html"
    while onward:
        walked.append(onward)
        link = re.search(r'class="next-page" href="([^"]+)"', (site / onward).read_text(encoding="utf-8"))
        onward = urljoin(onward, link[1]) if link else ""
    return walked


def quiz_alone(number: str) -> dict[str, object]:
    """What a run would have kept of a lesson's quick check, without a kernel: all else stands still."""
    from backproplab.widgets import quick_check

    quiz = quick_check(number)
    state = {"state": {**quiz.get_state(), "_esm": str(quiz._esm), "_css": str(quiz._css)}}
    return {"views": [["quick-check-cards", 0, quiz.model_id]], "state": {quiz.model_id: state}}


BUILT_WITHIN = 300  # seconds, of which a quiet machine takes a thirtieth


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """The folder of the whole site, its quizzes live. One worker builds it, the others wait."""
    home = tmp_path_factory.getbasetemp()
    folder = (home.parent if os.environ.get("PYTEST_XDIST_WORKER") else home) / "course-site"
    try:
        folder.mkdir()
    except FileExistsError:
        end = time.monotonic() + BUILT_WITHIN
        while not (folder / "ended").exists() and time.monotonic() < end:
            time.sleep(0.1)
    else:
        try:
            _build(folder)
            (folder / "whole").touch()
        finally:
            (folder / "ended").touch()
    assert (folder / "whole").exists(), "the site could not be built; the worker that tried says why"
    return folder / "site"


def _build(folder: Path) -> None:
    from backproplab.publishing.site.build import build_site

    widgets = {path.stem: quiz_alone(path.stem[:2]) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of Sphinx to its extensions
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        build_site(ROOT, folder / "site", folder / "work", widgets, url=URL)
