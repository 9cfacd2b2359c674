"""Marks by hand in a real browser: two people at once, by keyboard alone, and with the server lost."""

import threading
from contextlib import contextmanager

import hand_kit as kit
import pytest

from backproplab.grading.hand.desk import Desk
from backproplab.grading.hand.journal import Kind, read_journal
from backproplab.grading.hand.server import MarkingServer
from browser.lab import Watched, violations

HOSTILE = (
    "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>\n"
    '[a](javascript:alert(1)) ![b](http://outside.test/b.png) "quoted" & <b>bold</b>'
)
TEXTS = {f"student {letter}": f"Because of {letter}." for letter in "abcdef"} | {"student a": HOSTILE}
ONE_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@contextmanager
def serving(folder, port=0, **options):
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
    place = kit.graded(tmp_path / "grades", TEXTS)
    kit.hand_in(
        tmp_path / "grades", "student b", TEXTS["student b"], attachments={"a.png": {"image/png": ONE_PIXEL}}
    )
    return place


def marks(folder):
    journal = read_journal(folder)
    return {
        student.removeprefix("student "): (each.mark.author, each.mark.points, each.mark.comment)
        for (student, _), each in journal.standings().items()
        if each.mark
    }


def test_two_people_mark_one_class_at_once_by_keyboard_alone_and_nothing_is_lost(people, folder):
    with serving(folder) as one, serving(folder) as other:  # two servers on one folder
        ana, bob = people(one.url, "Ana"), people(other.url, "Bob")
        assert ana.text("#label") == bob.text("#label") == "student a"
        ana.give("1,5", "half of it")
        ana.shows("#label", "student b")
        assert bob.text("#label") == "student a"  # who does not know of that yet
        bob.press("p")
        bob.page.keyboard.type("0")
        bob.press("Escape", "c")
        bob.page.keyboard.type("none of it")
        bob.press("Control+Enter")
        bob.says("Not counted")
        bob.shows("#conflict", "Ana gave 1.5 points")
        assert "none of it" in bob.text("#conflict")
        assert bob.page.evaluate("document.activeElement.textContent") == "Keep what counts"
        assert marks(folder)["a"] == ("Ana", 1.5, "half of it")
        bob.press("Tab", "Enter")  # "Let my fields count instead"
        bob.shows("#label", "student b")
        assert marks(folder)["a"] == ("Bob", 0, "none of it")
        ana.give("2")
        bob.press("n")
        bob.shows("#label", "student c")
        bob.give("1")
        bob.shows("#label", "student d")
        ana.press("n")
        ana.shows("#label", "student d")
        ana.give("2")
        bob.press("j")
        bob.shows("#label", "student e")
        bob.give("0.5", "see lesson 04")
        ana.press("n")
        ana.shows("#label", "student f")
        ana.give("1.5")
        ana.says("No answer to this question waits")
        ana.press("u")
        ana.says("Undone")
        assert "f" not in {name for name, (_, points, _) in marks(folder).items() if points is not None}
        ana.give("1")
        ana.says("No answer to this question waits")
    assert marks(folder) == {
        "a": ("Bob", 0, "none of it"),
        "b": ("Ana", 2, ""),
        "c": ("Bob", 1, ""),
        "d": ("Ana", 2, ""),
        "e": ("Bob", 0.5, "see lesson 04"),
        "f": ("Ana", 1, ""),
    }
    journal = read_journal(folder)
    given = [(each.author, each.points) for each in journal.entries if each.kind is Kind.MARK]
    refused = [(each.author, each.points) for each in journal.entries if each.kind is Kind.CONFLICT]
    assert (len(given), refused) == (9, [("Bob", 0)])
    page = (folder / "feedback" / "student-e.html").read_text(encoding="utf-8")
    assert "see lesson 04" in page
    assert "2.5 of 5 points." in page
    assert not ana.watched.troubles
    # A refused mark is a line on the console, and the only one.
    assert all("409" in trouble for trouble in bob.watched.troubles)


def test_what_a_student_wrote_is_shown_as_text_and_runs_and_loads_nothing(people, folder):
    with serving(folder) as server:
        ana = people(server.url, "Ana")
        assert ana.text("#answer") == HOSTILE
        assert ana.page.locator("#answer *:not(div)").count() == 0
        ana.press("j")
        ana.shows("#label", "student b")
        assert ana.page.evaluate("document.querySelector('#answer img').naturalWidth") == 1
        assert ana.page.title().startswith("Marks by hand")
        assert not ana.watched.troubles


def test_a_mark_that_the_server_did_not_take_stays_in_the_browser_until_it_does(people, folder):
    with serving(folder) as server:
        ana, port = people(server.url, "Ana"), server.server_port
        ana.press("p")
        ana.page.keyboard.type("1")
        ana.page.reload()
        ana.shows("#drafts", "1 mark")
        assert ana.page.locator("#points").input_value() == "1"
    ana.press("c")
    ana.page.keyboard.type("while it was away")
    ana.press("Control+Enter")
    ana.says("not reached", "kept in this browser")
    assert marks(folder) == {}
    with serving(folder, port) as server:
        ana.open(server.url)
        ana.shows("#standing", "while it was away")
        assert marks(folder) == {"a": ("Ana", 1, "while it was away")}
        assert ana.text("#drafts") == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_well_to_be_read_and_fits_a_phone(people, folder, scheme):
    with serving(folder, anonymous=True) as server:
        ana = people(server.url, "Ana", color_scheme=scheme, viewport={"width": 390, "height": 844})
        assert ana.text("#label") == "Answer 1"
        ana.press("?")
        ana.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        assert ana.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert "student" not in ana.page.content().replace("the student", "")
        assert not violations(ana.page, where=None)
