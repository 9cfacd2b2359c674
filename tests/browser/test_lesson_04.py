"""Lesson 04 in JupyterLab: its quick check, by keyboard alone."""

import pytest

from browser.quick_check import passes


@pytest.fixture(scope="module")
def lesson(open_notebook):
    notebook = open_notebook("notebooks/04-credit-assignment.ipynb")
    notebook.run()
    return notebook


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_quick_check_is_answered_and_axe_finds_nothing(lesson, theme):
    passes(lesson, "04", theme)
