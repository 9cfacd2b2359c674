"""Lesson 08 on a page: a network that sticks, and one that gets through, by keyboard alone."""

import pytest
from browser.test_widgets_playground import choose, press, says, wait_for_steps
from lessons.lesson import cells_of

CELL = "playground"


@pytest.fixture(scope="module")
def playground(open_stage):
    lesson = open_stage({CELL: cells_of("08")[CELL]})
    root = lesson.output(CELL).locator(".bpl-playground[data-pictures]")
    root.wait_for()
    return lesson, root


def test_seed_6_sticks_and_seed_7_gets_through(playground):
    lesson, root = playground
    choose(lesson, root, "steps a picture", "ArrowDown")
    press(root, "Start")
    wait_for_steps(lesson, root, 2000)
    press(root, "Pause")
    says(root, "2 of 4 points are right")
    lesson.screenshot(CELL, "lesson-08-stuck")
    choose(lesson, root, "seed", "ArrowUp Tab")
    says(root, "Before the first step")
    press(root, "Start")
    wait_for_steps(lesson, root, 2000)
    press(root, "Pause")
    says(root, "4 of 4 points are right")
