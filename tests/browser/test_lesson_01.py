"""Lesson 01 in JupyterLab: its quick check, by keyboard alone."""

import pytest

from browser.quick_check import CELL, answer_all


@pytest.fixture(scope="module")
def lesson(open_notebook):
    notebook = open_notebook("notebooks/01-nudges-and-slopes.ipynb")
    notebook.run()
    return notebook


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_quick_check_is_answered_and_axe_finds_nothing(lesson, theme):
    if theme == "dark":
        lesson.dark()
    lesson.run(CELL)
    answer_all(lesson, "01")
    lesson.screenshot(CELL, f"lesson-01-quick-check-{theme}")
    assert lesson.violations() == []
