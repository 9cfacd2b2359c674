"""The pages of questions in a learner's copy, which may lack lessons, with no server behind them."""

import course_kit as kit
import pytest

from backproplab.course.outline import Entry, Part
from backproplab.door.page import practice_page
from browser.lab import Watched

HERE = [Entry(number, f"Number {number}", "", (f"notebooks/{number}-a",)) for number in ("03", "05")]


@pytest.fixture
def ask(browser, watched, tmp_path):
    """Say where to start in a copy of these lessons, after the first answers were right, as many as told."""

    def make(lessons, right):
        for lesson in lessons:
            kit.save(tmp_path, f"{lesson.pages[0]}.ipynb", kit.lesson())
        watched.append(Watched(browser, "http://door.test"))
        page = watched[-1].page
        page.set_content(practice_page("where-to-start", tmp_path, [Part("I", "A", lessons)]))
        page.evaluate(
            """right => {
                 const asked = JSON.parse(document.getElementById("practice-data").textContent).questions;
                 asked.slice(0, right).forEach((one, at) => {
                   const place = JSON.parse(atob(one.sealed)).findIndex((reply) => reply.right);
                   document.querySelectorAll("fieldset")[at].querySelectorAll("input")[place].checked = true;
                 });
               }""",
            right,
        )
        page.get_by_role("button", name="Where should I start?").press("Enter")
        answer = page.locator(".practice-answer")
        links = answer.get_by_role("link").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        return answer.inner_text(), links

    return make


def test_where_a_copy_lacks_the_lesson_the_nearest_before_it_is_advised_or_else_the_first(ask):
    said, links = ask(HERE, right=3)
    assert said.startswith("Start with lesson 03: Number 03")
    assert "Lesson 04 teaches what it asks, and is not here; this is the nearest that is." in said
    assert links == ["/lab/tree/notebooks/03-a.ipynb"]
    assert ask(HERE, right=0)[1] == links
    assert "From this lesson on" in ask(HERE, right=4)[0]


@pytest.mark.parametrize("lessons", [HERE, []])
def test_where_no_lesson_can_be_advised_a_sentence_says_so(ask, lessons):
    assert ask(lessons, right=8) == ("You could answer all eight, and there is no later lesson here.", [])


def test_a_copy_without_lessons_advises_none(ask):
    said, links = ask([], right=0)
    assert said.endswith("Lesson 00 teaches what it asks, and is not here.")
    assert not links
