"""The quick check of every lesson, as its cell makes it: each choice has its reply, light and dark.

By the pointer and all at once. Of the keyboard: tests/browser/test_widgets_quick_check.py.
"""

import pytest
from browser.lab import keep_picture, pale
from browser.quick_check import CELL, spoken
from lessons.lesson import LESSONS, cells_of

from backproplab.widgets.quick_check.questions import questions

# Of each question, of each choice: what was said below it once it was checked.
TOLD = """quiz => [...quiz.querySelectorAll("form")].map((form) =>
  [...form.querySelectorAll(".bpl-quiz-choice")].map((choice) => {
    choice.querySelector("input").click();
    form.querySelector("button").click();
    return choice.querySelector("[role=status]").innerText;
  }))"""


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage({f"quiz-{lesson[:2]}": cells_of(lesson)[CELL] for lesson in LESSONS})


@pytest.mark.parametrize("lesson", [lesson[:2] for lesson in LESSONS])
def test_each_choice_has_its_reply(stage, lesson):
    quiz = stage.output(f"quiz-{lesson}")
    told = quiz.locator(".bpl-quiz").evaluate(TOLD)
    asked = questions(lesson)
    for each, said in zip(asked, told, strict=True):
        for choice, words in zip(each.choices, said, strict=True):
            sign = "✓ Right." if choice.right else "✗ Not yet."
            assert words == f"{sign} {spoken(choice.reply)}"
    tries = sum(len(each.choices) for each in asked)
    quiz.get_by_text(f"{len(asked)} of {len(asked)} answered rightly after {tries} tries.").wait_for()


def test_axe_finds_nothing_in_either_theme(stage):
    assert stage.violations() == []
    keep_picture(stage.page, "lessons-quick-checks", full_page=True)
    stage.dark()
    assert pale(stage.page) == []  # all else is the same page
