"""The quick check of every lesson, as its cell makes it: answered by keyboard alone, light and dark."""

import pytest
from browser.lab import pale
from browser.quick_check import CELL, answer_all
from lessons.lesson import LESSONS, cells_of


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage({f"quiz-{lesson[:2]}": cells_of(lesson)[CELL] for lesson in LESSONS})


@pytest.mark.parametrize("lesson", [lesson[:2] for lesson in LESSONS])
def test_each_choice_has_its_reply(stage, lesson):
    answer_all(stage, lesson, f"quiz-{lesson}")
    stage.screenshot(f"quiz-{lesson}", f"lesson-{lesson}-quick-check")


def test_axe_finds_nothing_in_either_theme(stage):
    assert stage.violations() == []
    stage.dark()
    assert pale(stage.page) == []  # all else is the same page
