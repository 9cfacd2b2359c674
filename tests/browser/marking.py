"""The page on which people mark, served, and people at it, each at a browser of their own."""

import secrets
import threading
from contextlib import contextmanager

import hand_kit as kit
import pytest

from backproplab.grading.hand.desk import Desk
from backproplab.grading.hand.journal import read_journal
from backproplab.grading.hand.server import MarkingServer
from browser.lab import Watched

HOSTILE = (
    "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>\n"
    '[a](javascript:alert(1)) ![b](http://outside.test/b.png) "quoted" & <b>bold</b>'
)
TEXTS = {f"student {letter}": f"Because of {letter}." for letter in "abcdef"} | {"student a": HOSTILE}
ONE_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@contextmanager
def serving(folder, port=0, **options):
    """Serve the page of a set's folder."""
    server = MarkingServer(Desk(folder, **options), port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Person:
    """Somebody at a browser of their own, who uses its keyboard alone."""

    def __init__(self, browser, url, name, **options):
        self.watched = Watched(browser, url.partition("?")[0], **options)
        self.page = self.watched.page
        self.page.set_default_timeout(20_000)
        self.open(url)
        self.page.wait_for_function("document.activeElement.id === 'author'")
        self.page.keyboard.type(name)
        self.press("Escape")

    def open(self, url):
        self.page.goto(url)
        self.shows("#progress", "of")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def says(self, *words):
        for each in words:
            self.page.locator("#status", has_text=each).wait_for()

    def shows(self, where, text):
        self.page.locator(where, has_text=text).wait_for()

    def text(self, where):
        return self.page.locator(where).inner_text()

    def give(self, points, comment=""):
        """Points and a comment for the answer in view, saved; then the next one that waits is in view."""
        before = self.text("#label")
        self.press("p")
        self.page.keyboard.type(points)
        if comment:
            self.press("Escape", "c")
            self.page.keyboard.type(comment)
        self.press("Control+Enter")
        self.says("Saved.")
        return before


@pytest.fixture(scope="module")
def people(browser):
    """Open a page for a person; all are closed at the end."""
    opened = []

    def make(url, name, **options):
        opened.append(Person(browser, url, name, **options))
        return opened[-1]

    yield make
    for each in opened:
        each.watched.context.close()


@pytest.fixture
def folder(tmp_path):
    """A set's folder, graded, with six students."""
    place = kit.graded(tmp_path / "grades", TEXTS)
    kit.hand_in(
        tmp_path / "grades", "student b", TEXTS["student b"], attachments={"a.png": {"image/png": ONE_PIXEL}}
    )
    return place


def marks(folder):
    """What counts, by student: who gave how much, and why."""
    journal = read_journal(folder)
    return {
        student.removeprefix("student "): (each.mark.author, each.mark.points, each.mark.comment)
        for (student, _), each in journal.standings().items()
        if each.mark
    }


def give(folder, student, points, author, comment="", question="essay", view=None):
    """A mark that somebody gives elsewhere: of the answer as it is, or as it was in `view`."""
    desk = Desk(folder)
    key = desk.key(f"student {student}", question)
    view = view or desk.view(question, key)
    seen = {"replaces": view["version"], "answer": view["answer"], "out_of": view["out_of"]}
    id = secrets.token_hex(16)
    desk.give(question, key, author=author, points=points, comment=comment, id=id, **seen)
    return view
